// Environments: where resources are, merged from all files that a runbook sees.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/checker.hpp"
#include "grammar/suggest.hpp"

namespace rbc::front {

namespace {

std::string_view said_of_title(std::string_view title) {
  while (!title.empty() && title.front() == ' ') title.remove_prefix(1);
  while (!title.empty() && title.back() == ' ') title.remove_suffix(1);
  return title;
}

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

// A literal as the text that stands in an address.
std::optional<std::string> literal_text(const Tree& tree, NodeId node) {
  if (!node) return std::nullopt;
  if (tree.kind(node) == Kind::Text) {
    std::string out;
    for (const TextPiece& piece : pieces(tree, node)) {
      if (piece.hole) return std::nullopt;
      out += piece.text;
    }
    return out;
  }
  switch (tree.kind(node)) {
    case Kind::Number:
    case Kind::Int:
    case Kind::Url:
    case Kind::Var: return std::string(tree.text(node));
    default: return std::nullopt;
  }
}

}  // namespace

std::set<std::uint32_t> Checker::reachable(std::uint32_t file) const {
  std::set<std::uint32_t> seen;
  std::vector<std::uint32_t> left{file};
  while (!left.empty()) {
    const std::uint32_t here = left.back();
    left.pop_back();
    if (!seen.insert(here).second) continue;
    for (const File::Import& import : files[here].imports) left.push_back(import.file);
  }
  return seen;
}

const RunbookFacts* Checker::runbook_named(std::string_view id) {
  if (runbook_ids_.empty())
    for (std::uint32_t i = 0; i < facts.runbooks.size(); ++i) runbook_ids_.emplace(lowered(facts.runbooks[i].id), i);
  const auto found = runbook_ids_.find(lowered(id));
  return found == runbook_ids_.end() ? nullptr : &facts.runbooks[found->second];
}

// Its `input RUNBOOK.name = …` lines.
const std::vector<NodeId>& Checker::environment_inputs(NodeRef env, std::string_view runbook) {
  static const std::vector<NodeId> kNone;
  const auto [there, fresh] = environment_inputs_.emplace(env);
  const Tree& of = *facts.trees[env.file];
  if (fresh)
    for (NodeId line : of.all(env.node, Kind::EnvInput))
      if (const auto names = of.all(line, Kind::Name); names.size() > 1) there->second[lowered(of.text(names[0]))].push_back(line);
  const auto found = there->second.find(lowered(runbook));
  return found == there->second.end() ? kNone : found->second;
}

// The expression that an environment of a file gives to an input of a runbook, or nothing.
NodeRef Checker::environment_value(const std::set<std::uint32_t>& from, std::string_view env, std::string_view runbook, std::string_view input) {
  for (std::uint32_t file : from) {
    const Tree& there = *facts.trees[file];
    for (NodeId node : files[file].environments) {
      if (there.name(node) != env) continue;
      for (NodeId line : environment_inputs({file, node}, runbook))
        if (there.text(there.all(line, Kind::Name)[1]) == input) return {file, there.expression(line)};
    }
  }
  return {};
}

// `runbook` given: pieces for that program, its inputs as slots. Otherwise only judged.
std::vector<BindingPiece> Checker::binding_pieces(NodeId binding, SymbolId resource, NodeId env, RunbookFacts* runbook) {
  const Captured said = capture(tree(), binding);
  std::vector<BindingPiece> out;
  std::uint32_t from = 0;
  const auto literal = [&](std::string text) {
    if (text.empty()) return;
    if (!out.empty() && out.back().as == BindingPiece::As::literal) out.back().text += text;
    else out.push_back({BindingPiece::As::literal, std::move(text), 0});
  };
  for (const Captured::Hole& hole : said.holes) {
    literal(said.text.substr(from, hole.begin - from));
    from = hole.end;
    BindingPiece piece;
    piece.text = fmt::format("{}", fmt::join(hole.path, "."));
    if (hole.path.size() == 1) {
      const auto& parameters = facts.resources[facts.symbols[resource].index].parameters;
      const auto parameter = std::find_if(parameters.begin(), parameters.end(), [&](const Parameter& p) { return p.name == hole.path[0]; });
      if (parameter != parameters.end()) {
        piece.as = BindingPiece::As::parameter;
        piece.index = static_cast<std::uint32_t>(parameter - parameters.begin());
      } else {
        const SymbolId id = find(at_.scope, hole.path[0]);
        if (id == kNoSymbol) {
          const NodeId first = tree().child(hole.node, Kind::Name);
          unknown(tree().span(first), hole.path[0], true);
          continue;
        }
        if (facts.symbols[id].kind != SymbolKind::secret) {
          error("E0201", hole.node, fmt::format("`{}` is not a secret, a parameter of `{}`, or an input by its full name.", hole.path[0], facts.symbols[resource].name),
                "An input is written `<RUNBOOK.input>`.");
          continue;
        }
        piece.as = BindingPiece::As::secret;
        piece.index = facts.symbols[id].index;
      }
      out.push_back(std::move(piece));
      continue;
    }
    const std::string& id = hole.path[0];
    const std::string& input = hole.path[1];
    const RunbookFacts* named = runbook_named(id);
    if (runbook && lowered(runbook->id) == lowered(id)) {
      const auto slot = std::find_if(runbook->inputs.begin(), runbook->inputs.end(), [&](SymbolId one) { return facts.symbols[one].name == input; });
      if (slot == runbook->inputs.end()) continue;   // judged below, in the pass without a runbook
      piece.as = BindingPiece::As::input;
      piece.index = facts.symbols[*slot].slot;
      out.push_back(std::move(piece));
      continue;
    }
    if (named && !runbook) {
      std::vector<std::string_view> names;
      bool known = false;
      for (SymbolId one : named->inputs) {
        names.push_back(facts.symbols[one].name);
        known |= facts.symbols[one].name == input;
      }
      if (!known) {
        if (lost_in(named->def.file, input)) continue;
        const std::string near = did_you_mean(input, names);
        error("E0201", hole.node, fmt::format("{} has no input `{}`.", named->id, input), near.empty() ? std::string() : fmt::format("Did you mean `{}`?", near));
        continue;
      }
    }
    NodeRef value = environment_value(reachable(file_), tree().name(env), id, input);
    if (!value && named)
      for (SymbolId one : named->inputs)
        if (facts.symbols[one].name == input) {
          const NodeRef declared = facts.symbols[one].declared;
          if (const NodeId preset = facts.tree(declared).child(declared.node, Kind::Default)) value = {declared.file, facts.tree(declared).expression(preset)};
        }
    const auto as_text = value ? literal_text(*facts.trees[value.file], value.node) : std::nullopt;
    if (as_text) literal(*as_text);
    else if (!named) error("E0201", hole.node, fmt::format("No runbook `{}` here, and `env {}` does not say what its `{}` is.", id, tree().name(env), input));
    else if (!runbook) continue;
    else error("E0201", hole.node, fmt::format("`env {}` does not say what `{}` of {} is.", tree().name(env), input, id), fmt::format("Add `input {}.{} = …` to it.", id, input));
  }
  literal(said.text.substr(from));
  if (!out.empty() && out.back().as == BindingPiece::As::literal)
    while (!out.back().text.empty() && (out.back().text.back() == ' ' || out.back().text.back() == '\n' || out.back().text.back() == '\r')) out.back().text.pop_back();
  return out;
}

// Cuts `via HOST` or `on HOST` off; the host's resource, or kNoSymbol if it says none.
SymbolId Checker::binding_host(NodeId binding, ResourceKind kind, std::vector<BindingPiece>& address, bool report) {
  if (address.empty() || address.back().as != BindingPiece::As::literal) return kNoSymbol;
  std::string& last = address.back().text;
  const std::string word = kind == ResourceKind::compose ? " on " : " via ";
  const auto at = last.rfind(word);
  std::string host;
  if (kind == ResourceKind::command) {
    if (last == "local") return kNoSymbol;
    host = last;
  } else if (kind == ResourceKind::contact || kind == ResourceKind::channel || kind == ResourceKind::host || at == std::string::npos) {
    return kNoSymbol;
  } else {
    host = last.substr(at + word.size());
    last.resize(at);
    if (last.empty()) address.pop_back();
  }
  const SymbolId id = find(at_.scope, host);
  const Resource* resource = resource_of(id);
  if (resource && resource->kind == ResourceKind::host) return id;
  if (!report) return kNoSymbol;
  std::vector<std::string_view> names;
  for (std::string_view name : candidates(at_.scope))
    if (const Resource* one = resource_of(find(at_.scope, name)); one && one->kind == ResourceKind::host) names.push_back(name);
  const std::string near = did_you_mean(host, names);
  const NodeId raw = tree().child(binding, Kind::Raw);
  const std::string whole = text(raw);
  const auto place = whole.rfind(host);
  Span span = tree().span(raw);
  if (place != std::string::npos) span = {span.begin + static_cast<std::uint32_t>(place), span.begin + static_cast<std::uint32_t>(place + host.size())};
  if (is_lost(host)) return kNoSymbol;
  error("E0201", span, fmt::format("No host `{}` here.", host), near.empty() ? std::string() : fmt::format("Did you mean `{}`?", near));
  return kNoSymbol;
}

void Checker::check_environments(std::uint32_t file) {
  file_ = file;
  at_ = {};
  at_.scope = &files[file].visible;
  std::uint32_t locals = 0;
  frame_ = {&locals, nullptr};
  for (NodeId env : files[file].environments) {
    std::unordered_map<SymbolId, NodeId> bound;
    bool again = false;   // lines of another environment that came to stand here are told of once
    for (NodeId note : tree().all(env, Kind::Note)) prose(note);
    if (const NodeId title = tree().child(env, Kind::Title); title && said_of_title(text(title)) == "protected")
      error("E0109", title, "Behind a colon `protected` is only a title.", fmt::format("Write `env {} protected`.", tree().name(env)));
    for (NodeId line : tree().all(env, Kind::Binding)) {
      const NodeId name = tree().child(line, Kind::Name);
      if (!name) continue;
      const SymbolId known = find(at_.scope, text(name));
      SymbolId id = kNoSymbol;
      const Resource* resource = resource_of(known);
      if (resource) id = known;
      else {
        std::vector<std::string_view> names;
        for (std::string_view candidate : candidates(at_.scope))
          if (resource_of(find(at_.scope, candidate))) names.push_back(candidate);
        const std::string near = did_you_mean(text(name), names);
        if (!is_lost(text(name))) error("E0201", name, fmt::format("No resource `{}` here.", text(name)), near.empty() ? std::string() : fmt::format("Did you mean `{}`?", near));
        continue;
      }
      if (const auto [first, fresh] = bound.emplace(id, name); !fresh && !std::exchange(again, true))
        error("E0209", name, fmt::format("`{}` is bound twice in `env {}`.", text(name), tree().name(env)), "Keep one.").with({&tree().source(), tree().span(first->second), "the first"});
      const ResourceKind kind = resource->kind;
      auto address = binding_pieces(line, id, env, nullptr);
      binding_host(line, kind, address, true);
      check_address(line, kind);
    }
    for (NodeId line : tree().all(env, Kind::EnvInput)) {
      const auto names = tree().all(line, Kind::Name);
      const NodeId value = tree().expression(line);
      if (names.size() < 2) continue;
      const RunbookFacts* named = runbook_named(tree().text(names[0]));
      if (!named) {
        // It may stand in a file that this one does not use, and that was not asked for.
        if (settings_.whole_project && !is_lost(text(names[0]))) {
          std::vector<std::string_view> ids;
          for (const RunbookFacts& one : facts.runbooks) ids.push_back(one.id);
          const std::string near = did_you_mean(tree().text(names[0]), ids);
          error("E0201", names[0], fmt::format("This project has no runbook `{}`.", text(names[0])), near.empty() ? std::string() : fmt::format("Did you mean `{}`?", near));
        }
        expression(value);
        continue;
      }
      std::vector<std::string_view> inputs;
      SymbolId input = kNoSymbol;
      for (SymbolId one : named->inputs) {
        inputs.push_back(facts.symbols[one].name);
        if (facts.symbols[one].name == tree().text(names[1])) input = one;
      }
      if (input == kNoSymbol) {
        if (lost_in(named->def.file, tree().text(names[1]))) continue;
        const std::string near = did_you_mean(tree().text(names[1]), inputs);
        error("E0201", names[1], fmt::format("{} has no input `{}`.", named->id, text(names[1])), near.empty() ? std::string() : fmt::format("Did you mean `{}`?", near));
        expression(value);
        continue;
      }
      const Type wanted = facts.symbols[input].type;
      const Type is = expression(value, &wanted);
      if (!is.is(TypeTag::error) && !wanted.is(TypeTag::error) && !fits(is, wanted))
        error("E0301", value, fmt::format("`{}` of {} is {}, and this is {}.", text(names[1]), named->id, spell(wanted), spell(is)));
    }
  }
}

// Whether an address there is made of some runbook's input, so that each runbook has its own.
bool Checker::asks_inputs(std::uint32_t file) const {
  const Tree& of = *facts.trees[file];
  const auto asks = [&](NodeId binding) {
    const auto holes = of.find(Kind::Hole, binding);
    return std::any_of(holes.begin(), holes.end(), [&](NodeId hole) { return of.child(hole, Kind::Field) != 0; });
  };
  for (NodeId env : files[file].environments) {
    const auto lines = of.all(env, Kind::Binding);
    if (std::any_of(lines.begin(), lines.end(), asks)) return true;
  }
  return false;
}

void Checker::merge_environments(std::uint32_t index, Merge how) {
  RunbookFacts& r = facts.runbooks[index];
  r.environments.clear();
  r.environment_inputs.clear();
  std::uint32_t locals = 0;
  frame_ = {&locals, nullptr};
  std::vector<std::uint32_t> from;
  for (std::uint32_t file : reachable(r.def.file))
    if (!files[file].environments.empty()) from.push_back(file);
  // Most runbooks see the same environments; then the first has all that is wrong with them.
  if (how == Merge::judged) {
    const auto [known, fresh] = judged_environments_.emplace(from, false);
    if (fresh) known->second = std::any_of(from.begin(), from.end(), [&](std::uint32_t file) { return asks_inputs(file); });
    else if (!known->second) how = Merge::names;
  }
  std::vector<std::unordered_set<std::uint32_t>> bound;   // by environment
  for (std::uint32_t file : from) {
    file_ = file;
    at_ = {};
    at_.scope = &files[file].visible;
    for (NodeId env : files[file].environments) {
      const std::string name(tree().name(env));
      auto there = std::find_if(r.environments.begin(), r.environments.end(), [&](const Environment& one) { return one.name == name; });
      if (there == r.environments.end()) {
        r.environments.push_back({});
        r.environments.back().name = name;
        r.environment_inputs.emplace_back();
        bound.emplace_back();
        there = r.environments.end() - 1;
      }
      Environment& merged = *there;
      const auto place = static_cast<std::size_t>(there - r.environments.begin());
      auto& inputs = r.environment_inputs[place];
      bool again = false;   // an environment that stands twice is told so once
      merged.guarded |= tree().flag(env, Word::Protected);
      if (const NodeId title = tree().child(env, Kind::Title); title && merged.title.empty()) merged.title = text(title);
      for (NodeId line : how == Merge::names ? std::vector<NodeId>() : tree().all(env, Kind::Binding)) {
        const NodeId named = tree().child(line, Kind::Name);
        const SymbolId id = named ? find(at_.scope, text(named)) : kNoSymbol;
        const Resource* resource = resource_of(id);
        if (!resource) continue;
        Binding binding;
        binding.resource = facts.symbols[id].index;
        if (!bound[place].insert(binding.resource).second) {
          if (!std::exchange(again, true)) error("E0209", named, fmt::format("`{}` is bound twice in `env {}`.", text(named), name), "Keep one.");
          continue;
        }
        const ResourceKind kind = resource->kind;
        binding.address = binding_pieces(line, id, env, &r);
        if (const SymbolId host = binding_host(line, kind, binding.address, false); host != kNoSymbol) binding.via = static_cast<std::int32_t>(facts.symbols[host].index);
        if (how == Merge::whole) merged.bindings.push_back(std::move(binding));
      }
      for (NodeId line : environment_inputs(ref(env), r.id)) {
        merged.inputs.push_back({r.id, text(tree().all(line, Kind::Name)[1]), kNone});
        inputs.push_back(ref(tree().expression(line)));
      }
    }
  }
}

}  // namespace rbc::front
