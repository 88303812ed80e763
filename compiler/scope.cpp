// Names: what is visible from a place, and what to say of a name that is not.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/checker.hpp"
#include "grammar/suggest.hpp"

namespace rbc::front {

namespace {

std::string kind_in_words(const Symbol& symbol) {
  switch (symbol.kind) {
    case SymbolKind::resource: return "a resource";
    case SymbolKind::environment: return "an environment";
    case SymbolKind::secret: return "a secret";
    case SymbolKind::input: return "an input";
    case SymbolKind::value: return "a name";
    case SymbolKind::parameter: return "a parameter";
    case SymbolKind::check:
    case SymbolKind::goal: return "a check";
    case SymbolKind::message: return "a message";
    case SymbolKind::procedure: return "a procedure";
    case SymbolKind::runbook: return "a runbook";
  }
  return "a name";
}

bool is_predeclared(std::string_view name) {
  return name == "run" || name == "failure" || name == "goal" || name == "local" || name == "clock";
}

}  // namespace

SymbolId Checker::add(Symbol symbol) {
  facts.symbols.push_back(std::move(symbol));
  return static_cast<SymbolId>(facts.symbols.size() - 1);
}

SymbolId Checker::find(const Scope* scope, std::string_view name) const {
  for (; scope; scope = scope->outer)
    if (auto found = scope->names.find(name); found != scope->names.end()) return found->second;
  return kNoSymbol;
}

SymbolId Checker::declare(Scope& scope, NodeId name, Symbol symbol) {
  const SymbolId there = find(&scope, symbol.name);
  if (there != kNoSymbol) {
    const Symbol& first = facts.symbols[there];
    error("E0207", name,
          first.declared ? fmt::format("`{}` is already a name here ({}).", symbol.name, where(first.declared))
                         : fmt::format("`{}` is already a name everywhere.", symbol.name),
          "Names do not change; call this one something else.");
  } else if (is_predeclared(symbol.name)) {
    error("E0207", name, fmt::format("`{}` is already a name everywhere.", symbol.name), "Call this one something else.");
  }
  const NodeRef declared = symbol.declared;
  std::string spelled = symbol.name;
  const SymbolId id = add(std::move(symbol));
  if (there == kNoSymbol) scope.names.emplace(std::move(spelled), id);
  facts.declares[declared] = id;
  return id;
}

std::vector<std::string_view> Checker::candidates(const Scope* scope) const {
  std::vector<std::string_view> names;
  for (; scope; scope = scope->outer)
    for (const auto& [name, id] : scope->names) names.push_back(name);
  return names;
}

static std::string as_input_name(std::string_view name) {
  std::string all(name);
  for (char& c : all) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c == '_' ? '-' : c;
  return all;
}

// What else a name may have been meant for: a word of another language, or something bound further down.
std::string Checker::unknown_help(Span span, std::string_view name) {
  static constexpr std::pair<std::string_view, std::string_view> kTheirs[] = {
      {"True", "Write `yes`."},          {"true", "Write `yes`."},          {"TRUE", "Write `yes`."},          {"False", "Write `no`."},
      {"false", "Write `no`."},          {"FALSE", "Write `no`."},          {"on", "Write `yes`."},            {"off", "Write `no`."},
      {"None", "To ask whether there is a value, write `… is missing`."},   {"null", "To ask whether there is a value, write `… is missing`."},
      {"nil", "To ask whether there is a value, write `… is missing`."},    {"NULL", "To ask whether there is a value, write `… is missing`."},
      {"undefined", "To ask whether there is a value, write `… is missing`."},
      {"len", "How many there are is `….count`."},                          {"count", "How many there are is `….count`."},
      {"range", "To do something a number of times, write `repeat 3 times until …`."},
      {"now", "The time is `run.started`, and how long the run takes `run.elapsed`."},
      {"ok", "A check `passes` or `fails`; an answer has `.ok`."},          {"warning", "A check that is nearly red is `amber`."},
      {"yellow", "Write `amber`."},      {"unknown", "Write `blind`."},
      {"healthy", "A check `passes` or `fails`."},   {"unhealthy", "A check `passes` or `fails`."}, {"failing", "A check that is red or blind `fails`."},
      {"failed", "A check that is red or blind `fails`."}, {"passing", "A check that is green or amber `passes`."}, {"passed", "A check that is green or amber `passes`."},
      {"down", "A check `passes` or `fails`."},      {"broken", "A check `passes` or `fails`."},    {"success", "A check `passes` or `fails`; an answer has `.ok`."},
      {"empty", "An empty text is `\"\"`; how many there are is `….count`."},
      {"outcome", "An outcome is resolved, escalated, failed or aborted."},                     {"resolved", "Write `outcome is resolved`."},
      {"escalated", "Write `outcome is escalated`."}, {"aborted", "Write `outcome is aborted`."},
      {"Green", "Write `green`."},       {"GREEN", "Write `green`."},       {"Amber", "Write `amber`."},       {"AMBER", "Write `amber`."},
      {"Red", "Write `red`."},           {"RED", "Write `red`."},           {"Blind", "Write `blind`."},       {"Yes", "Write `yes`."},
      {"No", "Write `no`."},             {"YES", "Write `yes`."},           {"NO", "Write `no`."},
      {"env", "The environment's name is `run.env`; a secret of a command comes from `secret NAME from env VARIABLE`."},
      {"today", "The time is `run.started`."},                              {"date", "The time is `run.started`."},
      {"int", "To read a text as a number, write `x as int`."},             {"str", "A text holds values as they are: `\"<x>\"`."},
      {"float", "To read a text as a number, write `x as number`."},        {"max", "Ask for it in the query, as in `select max(…)`."},
      {"min", "Ask for it in the query, as in `select min(…)`."},           {"sum", "Ask for it in the query, as in `select sum(…)`."}};
  const std::string_view around = tree().source().text();
  if (span.begin > 0 && around[span.begin - 1] == '/' && (name == "s" || name == "sec" || name == "second" || name == "min" || name == "m" || name == "minute" || name == "h" || name == "hour" || name == "day"))
    return "So much a time is a rate, `10 per minute`.";
  if (name.size() > 2 && name[0] == 'P' && (name[1] == 'T' || (name[1] >= '0' && name[1] <= '9')) && name.find_first_of("0123456789") != std::string_view::npos) return "A length is written `5m`, or `1h30m`.";
  for (auto& [theirs, ours] : kTheirs)
    if (theirs == name) return std::string(ours);
  if (unbound_elsewhere_.count(std::string(name)) != 0) return {};
  auto& bound = bound_in_[file_];
  if (!bound) {
    bound.emplace();
    for (Kind kind : {Kind::Bind, Kind::Ask, Kind::Choose})
      for (NodeId node : tree().find(kind))
        if (const NodeId declared = tree().child(node, Kind::Name)) (*bound)[tree().text(declared)].push_back(node);
  }
  if (const auto found = bound->find(name); found != bound->end())
    for (NodeId node : found->second)
      if (tree()[node].begin > span.end) return fmt::format("It gets its value only on line {}.", tree().source().line_at(tree()[node].begin) + 1);
  return {};
}

void Checker::unknown(Span span, std::string_view name, bool values) {
  if (is_lost(name)) return;
  if (unbound_elsewhere_.contains(std::string(name)) && at_.body == Context::Body::check) {
    error("E0208", span, fmt::format("A check cannot read `{}`, which is bound inside a block.", name), "Give the check a parameter.");
    return;
  }
  // In a list nothing says which options are meant; quoted, they are read as what they are used for.
  const auto option_of = [&](const Type& type, std::string_view of) {
    if (!type.is(TypeTag::one_of) || std::find(type->options.begin(), type->options.end(), name) == type->options.end()) return false;
    error("E0201", span, fmt::format("No name `{}` here.", name), fmt::format("It is a value of `{}`; here a value stands in quotes: `\"{}\"`.", of, name)).fix(rewrite(span, fmt::format("\"{}\"", name)));
    return true;
  };
  for (const Resource& resource : facts.resources)
    for (const auto& parameter : resource.parameters)
      if (option_of(parameter.type, resource.name)) return;
  for (const Symbol& symbol : facts.symbols)
    if (option_of(symbol.type, symbol.name)) return;
  // `used-max`: a difference without blanks.
  for (std::size_t at = name.find('-'); at != std::string_view::npos; at = name.find('-', at + 1)) {
    const auto left = name.substr(0, at), right = name.substr(at + 1);
    if (find(at_.scope, left) == kNoSymbol) continue;
    if (find(at_.scope, right) == kNoSymbol && (right.empty() || right[0] < '0' || right[0] > '9')) continue;
    Diagnostic& said = error("E0202", span, fmt::format("`{}` is one name, and there is none.", name), fmt::format("To subtract, write `{} - {}`.", left, right));
    // A hole holds a name, not a difference.
    if (span.begin == 0 || tree().source().text()[span.begin - 1] != '<') said.fix(rewrite(span, fmt::format("{} - {}", left, right), true));
    return;
  }
  std::vector<std::string_view> names = candidates(at_.scope);
  if (values)
    std::erase_if(names, [&](std::string_view one) {
      const SymbolKind kind = facts.symbols[find(at_.scope, one)].kind;
      return kind == SymbolKind::resource || kind == SymbolKind::message || kind == SymbolKind::procedure || kind == SymbolKind::runbook;
    });
  std::string help = unknown_help(span, name);
  const std::string near = help.empty() ? did_you_mean(name, names) : std::string();
  if (!near.empty()) {
    const Symbol& symbol = facts.symbols[find(at_.scope, near)];
    help = fmt::format("Did you mean `{}`? It is {}", near, kind_in_words(symbol));
    if (symbol.declared) help += fmt::format(" ({})", where(symbol.declared));
    help += '.';
  } else if (const auto above = facts.utterances.find(at_.above); values && at_.above && above != facts.utterances.end()) {
    const Type answer = answer_type(facts.templates[above->second.tmpl].answer);
    if ((answer.is(TypeTag::record) || answer.is(TypeTag::rows)) && answer.field(name)) help = fmt::format("The result above has it: write `.{}`.", name);
  }
  const std::string_view whole = tree().source().text();
  const bool hole = span.begin > 0 && span.end < whole.size() && whole[span.begin - 1] == '<' && whole[span.end] == '>';
  if (const std::string in_prose = help.empty() && hole ? std::string(name) : std::string(); !in_prose.empty() && std::all_of(in_prose.begin(), in_prose.end(), [](char c) { return (c >= 'A' && c <= 'Z') || c == '_' || c == '-'; }))
    help = fmt::format("What a run is given is an `input`: `input {}`, or a value of its own: `{} = …`.", as_input_name(name), as_input_name(name));
  if (help.empty() && unbound_elsewhere_.contains(std::string(name))) help = "It is bound inside a block, and ends with it. Bind it before, or on every path.";
  if (help.empty() && hole && span.end + 1 < whole.size() && whole[span.end + 1] != ' ' && whole[span.end + 1] != '\n' && span.begin > 1 && whole[span.begin - 2] == ' ')
    help = fmt::format("If it is a file to read from, put a blank after the `<`: `< {}`.", name);
  Diagnostic& said = error("E0201", span, fmt::format("No name `{}` here.", name), help);
  if (!near.empty()) said.fix(rewrite(span, near));
}

SymbolId Checker::resolve(NodeId node, std::string_view name) {
  const SymbolId id = find(at_.scope, name);
  if (id == kNoSymbol) unknown(tree().span(node), name, false);
  else read(id, node);
  return id;
}

void Checker::read(SymbolId id, NodeId at) {
  read_.emplace(id, ref(at));
  if (const auto arms = merged_.find(id); arms != merged_.end())
    for (SymbolId one : arms->second) read(one, at);
}

bool Checker::is_lost(std::string_view name) const {
  const File& file = files[file_];
  if (file.lost_any || tree().lost_use || file.lost.contains(name)) return true;
  const auto all = reachable(file_);
  return std::any_of(all.begin(), all.end(), [&](std::uint32_t one) { return lost_in(one, name); });
}

// Whether lines of a file that could not be read, or came to stand in another block, declare this.
bool Checker::lost_in(std::uint32_t file, std::string_view name) const {
  const Tree& there = *facts.trees[file];
  if (std::find(there.lost_names.begin(), there.lost_names.end(), name) != there.lost_names.end()) return true;
  if (!files[file].shaken) return false;
  for (Kind kind : {Kind::Bind, Kind::Named, Kind::Input, Kind::Ask, Kind::Choose, Kind::ForEach, Kind::CheckDef, Kind::Message, Kind::Procedure, Kind::Param, Kind::Resource, Kind::Secret})
    for (NodeId node : there.find(kind))
      if (there.name(node) == name) return true;
  return false;
}

std::uint32_t Checker::new_slot(const std::string& name) {
  if (!frame_.slots) return frame_.locals ? (*frame_.locals)++ : 0;
  frame_.slots->push_back(name);
  return static_cast<std::uint32_t>(frame_.slots->size() - 1);
}

SymbolId Checker::bind_value(NodeId declaring, NodeId name, Type type, SymbolKind kind) {
  Symbol symbol;
  symbol.kind = kind;
  symbol.name = text(name);
  symbol.declared = ref(declaring);
  symbol.type = std::move(type);
  const auto shared = at_.scope->shared ? at_.scope->shared->find(symbol.name) : std::map<std::string, std::uint32_t>::const_iterator();
  if (at_.scope->shared && shared != at_.scope->shared->end()) {
    symbol.storage = frame_.slots ? Storage::global : Storage::local;
    symbol.slot = shared->second;
    if (runbook_scope_ && frame_.slots) unbound_elsewhere_.insert(symbol.name);
  } else if (frame_.slots) {
    symbol.storage = Storage::global;
    symbol.slot = new_slot(symbol.name);
    if (runbook_scope_ && at_.scope != runbook_scope_) unbound_elsewhere_.insert(symbol.name);
  } else {
    symbol.storage = Storage::local;
    if (procedure_scope_ && at_.scope == procedure_scope_) symbol.slot = procedure_top_++;
    else symbol.slot = frame_.locals ? (*frame_.locals)++ : 0;
  }
  return declare(*at_.scope, name, std::move(symbol));
}

const Resource* Checker::resource_of(SymbolId id) const {
  if (id == kNoSymbol || facts.symbols[id].kind != SymbolKind::resource) return nullptr;
  return &facts.resources[facts.symbols[id].index];
}

SymbolId Checker::resource_named(NodeId name, bool contact) {
  const std::string spelled = text(name);
  const SymbolId id = find(at_.scope, spelled);
  const auto fits = [&](SymbolId candidate) {
    const Resource* resource = resource_of(candidate);
    if (!resource) return false;
    const bool person = resource->kind == ResourceKind::contact || resource->kind == ResourceKind::channel;
    return person == contact;
  };
  if (fits(id)) {
    Use use;
    use.as = Use::As::symbol;
    use.symbol = id;
    facts.uses[ref(name)] = use;
    return id;
  }
  if (id == kNoSymbol && is_lost(spelled)) return kNoSymbol;
  std::vector<std::string_view> names;
  for (std::string_view candidate : candidates(at_.scope))
    if (fits(find(at_.scope, candidate))) names.push_back(candidate);
  const std::string near = did_you_mean(spelled, names);
  const bool box = spelled == "x" || spelled == "X";
  const std::string missing = contact ? box ? "An item that is still to be done is `[ ]`, with a blank in it." : fmt::format("Declare it at the top, `contact {}` or `channel {}`, or say `use FILE` with the file that does.", spelled, spelled)
                                      : "Declare it at the top, its kind first, as in `postgres db`, or say `use FILE` with the file that does.";
  const std::string help = box && contact ? missing : near.empty() ? id == kNoSymbol ? missing : std::string() : fmt::format("Did you mean `{}`?", near);
  const char* wanted = contact ? "contact or channel" : "resource";
  if (id == kNoSymbol) {
    Diagnostic& said = error("E0201", name, fmt::format("No {} `{}` here.", wanted, spelled), help);
    if (!near.empty()) said.fix(rewrite(tree().span(name), near));
  } else {
    const Resource* other = resource_of(id);
    const bool person = other && (other->kind == ResourceKind::contact || other->kind == ResourceKind::channel);
    error("E0201", name, fmt::format("`{}` is {}, not a {}.", spelled, person ? other->kind == ResourceKind::contact ? "a contact" : "a channel" : kind_in_words(facts.symbols[id]), wanted),
          person && help.empty() ? fmt::format("To reach them, write `tell {}: …`.", spelled) : help);
  }
  return kNoSymbol;
}

}  // namespace rbc::front
