// Files and what stands at their top: loading, `use`, and the names that the rest may mention before it is read.
#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>

#include "compiler/checker.hpp"
#include "grammar/parse.hpp"
#include "grammar/suggest.hpp"

namespace rbc::front {

namespace {

ResourceKind kind_of(Word word) {
  switch (word) {
    case Word::Postgres: return ResourceKind::postgres;
    case Word::Pgbouncer: return ResourceKind::pgbouncer;
    case Word::Redis: return ResourceKind::redis;
    case Word::Prometheus: return ResourceKind::prometheus;
    case Word::Compose: return ResourceKind::compose;
    case Word::Host: return ResourceKind::host;
    case Word::Command: return ResourceKind::command;
    case Word::Contact: return ResourceKind::contact;
    case Word::Channel: return ResourceKind::channel;
    default: return ResourceKind::http;
  }
}

std::string trimmed(std::string_view text) {
  while (!text.empty() && (text.back() == ' ' || text.back() == '\r' || text.back() == '\n')) text.remove_suffix(1);
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  return std::string(text);
}

std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> words;
  std::size_t at = 0;
  while (at < text.size()) {
    while (at < text.size() && text[at] == ' ') ++at;
    const std::size_t begin = at;
    while (at < text.size() && text[at] != ' ') ++at;
    if (at > begin) words.emplace_back(text.substr(begin, at - begin));
  }
  return words;
}

}  // namespace

std::optional<std::uint32_t> Checker::load(const std::string& path) {
  if (auto there = loading_.find(path); there != loading_.end()) return there->second;
  const Source* source = sources_.load(path);
  if (!source) return std::nullopt;
  const auto number = static_cast<std::uint32_t>(files.size());
  loading_.emplace(path, number);
  files.emplace_back().path = path;
  Sink sink(1000);
  facts.trees.push_back(std::make_unique<Tree>(parse(*source, sink)));
  for (const Diagnostic& said : sink.all()) {
    diagnostics.push_back(said);
    files[number].shaken |= said.code == "E0120" || said.code == "E0121" || said.code == "E0101" || said.message.starts_with("Expected an indented block");
  }
  read_allowances(number);

  const Tree& here = *facts.trees[number];
  for (NodeId use : here.all(here.root(), Kind::Use)) {
    const NodeId module = here.child(use, Kind::Module);
    if (!module) continue;
    const std::string found = sources_.resolve(trimmed(here.text(module)), path);
    const auto imported = found.empty() ? std::nullopt : load(found);
    if (!imported) {
      const std::uint32_t before = file_;
      file_ = number;
      std::string named = trimmed(here.text(module));
      std::string help;
      if (named.ends_with(".runbook") || named.starts_with("./")) {
        if (named.ends_with(".runbook")) named.resize(named.size() - 8);
        help = fmt::format("A file is named without `.runbook`: `use {}`.", named.starts_with("./") ? named.substr(2) : named);
      }
      error("E0201", module, fmt::format("No file `{}.runbook` beside this one.", named), help);
      const auto names = here.all(use, Kind::Name);
      for (NodeId name : names) files[number].lost.emplace(here.text(name));
      files[number].lost_any |= names.empty();
      file_ = before;
      continue;
    }
    File::Import import;
    import.file = *imported;
    for (NodeId name : here.all(use, Kind::Name)) import.only.emplace_back(here.text(name));
    files[number].imports.push_back(std::move(import));
  }
  return number;
}

void Checker::declare_file(std::uint32_t number) {
  file_ = number;
  File& file = files[number];
  at_ = {};
  at_.scope = &file.own;
  for (NodeId node : tree().children(tree().root())) {
    switch (tree().kind(node)) {
      case Kind::Resource: declare_resource(node); break;
      case Kind::Secret: declare_secret(node); break;
      case Kind::Message: declare_message(node, file.own); break;
      case Kind::CheckDef: declare_check(node, file.own, 0xffffffff); break;
      case Kind::Procedure: declare_procedure(node, file.own); break;
      case Kind::Runbook: declare_runbook(node); break;
      case Kind::Env: file.environments.push_back(node); break;
      default: break;
    }
  }
}

void Checker::import_names(std::uint32_t number) {
  file_ = number;
  File& file = files[number];
  file.visible.names = file.own.names;
  file.visible.outer = file.own.outer;
  const auto uses = tree().all(tree().root(), Kind::Use);
  for (const File::Import& import : file.imports) {
    NodeId use = 0;
    for (NodeId candidate : uses)
      if (const NodeId module = tree().child(candidate, Kind::Module); module && sources_.resolve(trimmed(tree().text(module)), file.path) == files[import.file].path) use = candidate;
    const auto& offered = files[import.file].own.names;
    for (const auto& [name, id] : offered) {
      if (!import.only.empty() && std::find(import.only.begin(), import.only.end(), name) == import.only.end()) continue;
      const auto [there, fresh] = file.visible.names.emplace(name, id);
      if (fresh || there->second == id) continue;
      error("E0207", use, fmt::format("`{}` is declared by {} and by {}.", name, where(facts.symbols[id].declared), where(facts.symbols[there->second].declared)),
            "There is no renaming: say `use … for …` with the names that you need.");
    }
    for (const std::string& wanted : import.only) {
      if (offered.contains(wanted)) continue;
      for (NodeId name : tree().all(use, Kind::Name)) {
        if (text(name) != wanted) continue;
        std::vector<std::string_view> names;
        for (const auto& [other, id] : offered) names.push_back(other);
        const std::string near = did_you_mean(wanted, names);
        error("E0201", name, fmt::format("No name `{}` in {}.", wanted, files[import.file].path),
              near.empty() ? std::string() : fmt::format("Did you mean `{}`?", near));
      }
    }
  }
}

std::vector<SymbolId> Checker::parameters(NodeId node, Scope& scope, std::uint32_t& locals) {
  std::vector<SymbolId> found;
  for (NodeId parameter : tree().all(node, Kind::Param)) {
    const NodeId name = tree().child(parameter, Kind::Name), type = tree().child(parameter, Kind::Type);
    if (!name) continue;
    Symbol symbol;
    symbol.kind = SymbolKind::parameter;
    symbol.name = text(name);
    symbol.declared = ref(parameter);
    symbol.type = type ? type_node(type) : Type();
    symbol.storage = Storage::local;
    symbol.slot = locals++;
    found.push_back(declare(scope, name, std::move(symbol)));
  }
  return found;
}

// A pattern that begins with what `runs` puts there already, and a `reads` that a `changes` or `destroys` takes everything from.
void Checker::patterns_that_never_count(NodeId node, const Resource& resource) {
  for (NodeId line : tree().all(node, Kind::Pattern)) {
    const NodeId raw = tree().child(line, Kind::Raw);
    if (!raw || tree().word(line) == Word::Runs) continue;
    const std::vector<std::string> words = split_words(trimmed(tree().text(raw)));
    if (words.empty()) continue;
    const std::string_view verb = spelling(tree().word(line));
    if (!resource.runs.empty() && words[0] == resource.runs[0])
      error("E0408", raw, fmt::format("This never fits: `runs` puts `{}` before every line, and a pattern speaks of what comes behind it.", fmt::join(resource.runs, " ")),
            words.size() > 1 ? fmt::format("Write `{} {}`.", verb, fmt::join(words.begin() + 1, words.end(), " ")) : std::string());
    if (tree().word(line) != Word::Reads) continue;
    for (NodeId other : tree().all(node, Kind::Pattern)) {
      const NodeId said = tree().child(other, Kind::Raw);
      if (!said || (tree().word(other) != Word::Changes && tree().word(other) != Word::Destroys)) continue;
      const std::string more = trimmed(tree().text(said));
      const bool covers = resource.kind == ResourceKind::http ? more == trimmed(tree().text(raw)) : effects::pattern_matches(more, words, std::vector<bool>(words.size(), true));
      if (!covers) continue;
      error("E0408", raw, fmt::format("This never counts: `{} {}` (line {}) says more of the same, and goes before it.", spelling(tree().word(other)), more, this->line(ref(other))), "Leave one of the two out.");
      break;
    }
  }
}

void Checker::declare_resource(NodeId node) {
  const NodeId name = tree().child(node, Kind::Name);
  if (!name) return;
  Resource resource;
  resource.kind = kind_of(tree().word(node));
  resource.name = text(name);
  if (const NodeId title = tree().child(node, Kind::Title)) resource.title = text(title);
  resource.optional = tree().flag(node, Word::Optional);
  for (NodeId parameter : tree().all(node, Kind::Param)) {
    const NodeId spelled = tree().child(parameter, Kind::Name), type = tree().child(parameter, Kind::Type);
    if (!spelled || !type) continue;
    const Type is = type_node(type);
    const bool fixed = is.is(TypeTag::one_of) || is.is(TypeTag::integer) || (is.is(TypeTag::text) && !is->pattern.empty());
    if (!fixed && !is.is(TypeTag::error))
      error("E0706", parameter, fmt::format("`{}` becomes part of an address.", text(spelled)), "Make it `one of …` or `text matching /…/`.");
    resource.parameters.push_back({text(spelled), is});
  }
  const bool http = resource.kind == ResourceKind::http;
  for (NodeId pattern : tree().all(node, Kind::Pattern)) {
    const NodeId raw = tree().child(pattern, Kind::Raw);
    if (!raw) continue;
    const std::string said = trimmed(tree().text(raw));
    const bool runs = tree().word(pattern) == Word::Runs, command = resource.kind == ResourceKind::command;
    if (runs ? !command : !command && resource.kind != ResourceKind::host && !http) {
      const char* has = resource.kind == ResourceKind::host ? "A host has reads, changes, destroys, repeats, exports."
                        : http                              ? "An http has reads, changes, destroys, repeats."
                                                            : "Beneath it stand notes only.";
      const Span line = tree().span(pattern);
      const std::string_view word = spelling(tree().word(pattern));
      error("E0109", Span{line.begin, line.begin + static_cast<std::uint32_t>(word.size())},
            fmt::format("`{}` belongs to a `command`{}, not to a `{}`.", word, runs ? "" : ", a `host` or an `http`", spell(resource.kind)), has);
      continue;
    }
    if (runs) {
      if (const auto open = said.find('<'); open != std::string::npos && said.find('>', open) != std::string::npos)
        error("E0702", Span{tree()[raw].begin + static_cast<std::uint32_t>(open), tree()[raw].begin + static_cast<std::uint32_t>(said.find('>', open)) + 1},
              "Nothing is filled in here.", "What is the same in every line stands behind `runs`; a secret goes to the command with `exports NAME = secret`.");
      resource.runs = split_words(said);
      continue;
    }
    if (auto problem = effects::check_pattern(spelling(tree().word(pattern)), said, http))
      error(problem->code, Span{tree()[raw].begin + problem->begin, tree()[raw].begin + problem->end}, problem->message, problem->help);
  }
  patterns_that_never_count(node, resource);
  Symbol symbol;
  symbol.kind = SymbolKind::resource;
  symbol.name = resource.name;
  symbol.declared = ref(node);
  symbol.index = static_cast<std::uint32_t>(facts.resources.size());
  facts.resources.push_back(std::move(resource));
  declare(*at_.scope, name, std::move(symbol));
}

void Checker::check_exports(NodeId node) {
  const auto declared = facts.declares.find(ref(node));
  if (declared == facts.declares.end()) return;
  Resource& resource = facts.resources[facts.symbols[declared->second].index];
  for (NodeId line : tree().all(node, Kind::Exports)) {
    const NodeId variable = tree().child(line, Kind::Name);
    if (!variable) continue;
    Resource::Export exported;
    exported.name = text(variable);
    const NodeId value = tree().next(variable);
    if (value && tree().kind(value) == Kind::Text) {
      for (const TextPiece& piece : pieces(tree(), value)) {
        exported.value += piece.text;
        if (!piece.hole) continue;
        const NodeId name = tree().child(piece.hole, Kind::Name);
        const SymbolId id = name ? find(at_.scope, text(name)) : kNoSymbol;
        const bool secret = id != kNoSymbol && facts.symbols[id].kind == SymbolKind::secret;
        error(secret ? "E0502" : "E0304", piece.hole, secret ? fmt::format("`{}` is a secret, and is exported whole.", text(name)) : std::string("Nothing is filled in here."),
              secret ? fmt::format("Write `exports {} = {}`.", exported.name, text(name)) : std::string("An export is a text without holes, or a secret."));
      }
    } else if (value) {
      const SymbolId id = resolve(value, text(value));
      if (id == kNoSymbol) continue;
      if (facts.symbols[id].kind != SymbolKind::secret) {
        error("E0201", value, fmt::format("`{}` is not a secret.", text(value)), "An export is a text or a secret.");
        continue;
      }
      exported.secret = static_cast<std::int32_t>(facts.symbols[id].index);
    }
    resource.exports.push_back(std::move(exported));
  }
}

void Checker::declare_secret(NodeId node) {
  const NodeId name = tree().child(node, Kind::Name);
  if (!name) return;
  Secret secret;
  secret.name = text(name);
  const Word from = tree().word(node);
  secret.from = from == Word::File ? Secret::From::file : from == Word::Command ? Secret::From::command : Secret::From::env;
  const NodeId source = tree().next(name);
  if (source) secret.source = trimmed(tree().text(source));
  if (source && secret.from != Secret::From::command && secret.source.size() > 1) {
    std::string bare = secret.source;
    if (bare.front() == '"' || bare.front() == '\'') bare = bare.substr(1, bare.find_last_not_of("\"'"));
    if (secret.from == Secret::From::env && bare.starts_with("$")) bare = bare.substr(bare.starts_with("${") ? 2 : 1, bare.find('}') - 2);
    if (bare != secret.source)
      error("E0220", source, fmt::format("`{}` is no name of a {}.", secret.source, secret.from == Secret::From::env ? "variable" : "file"), fmt::format("Write `{}`.", bare)).fix(rewrite(tree().span(source), bare, true));
  }
  Symbol symbol;
  symbol.kind = SymbolKind::secret;
  symbol.name = secret.name;
  symbol.declared = ref(node);
  symbol.type = TypeTag::secret;
  symbol.index = static_cast<std::uint32_t>(facts.secrets.size());
  facts.secrets.push_back(std::move(secret));
  declare(*at_.scope, name, std::move(symbol));
}

void Checker::declare_check(NodeId node, Scope& scope, std::uint32_t runbook) {
  const NodeId name = tree().child(node, Kind::Name);
  if (!name) return;
  Symbol symbol;
  symbol.kind = SymbolKind::check;
  symbol.name = text(name);
  symbol.declared = ref(node);
  symbol.type = TypeTag::verdict;
  symbol.index = static_cast<std::uint32_t>(facts.checks.size());
  CheckFacts check;
  check.def = ref(node);
  check.runbook = runbook;
  facts.checks.push_back(std::move(check));
  const std::uint32_t index = symbol.index;
  facts.checks[index].symbol = declare(scope, name, std::move(symbol));
  Scope own;
  std::uint32_t locals = 0;
  facts.checks[index].parameters = parameters(node, own, locals);
  facts.checks[index].locals = locals;
}

void Checker::declare_message(NodeId node, Scope& scope) {
  const NodeId name = tree().child(node, Kind::Name);
  if (!name) return;
  Symbol symbol;
  symbol.kind = SymbolKind::message;
  symbol.name = text(name);
  symbol.declared = ref(node);
  symbol.index = static_cast<std::uint32_t>(facts.messages.size());
  const std::uint32_t index = symbol.index;
  facts.messages.emplace_back().def = ref(node);
  facts.messages[index].symbol = declare(scope, name, std::move(symbol));
  Scope own;
  facts.messages[index].parameters = parameters(node, own, facts.messages[index].locals);
}

void Checker::declare_procedure(NodeId node, Scope& scope) {
  const NodeId name = tree().child(node, Kind::Name);
  if (!name) return;
  Symbol symbol;
  symbol.kind = SymbolKind::procedure;
  symbol.name = text(name);
  symbol.declared = ref(node);
  symbol.index = static_cast<std::uint32_t>(facts.procedures.size());
  const std::uint32_t index = symbol.index;
  facts.procedures.emplace_back().def = ref(node);
  facts.procedures[index].symbol = declare(scope, name, std::move(symbol));
  Scope own;
  facts.procedures[index].parameters = parameters(node, own, facts.procedures[index].locals);
}

void Checker::declare_runbook(NodeId node) {
  const NodeId name = tree().child(node, Kind::Name);
  if (!name) return;
  Symbol symbol;
  symbol.kind = SymbolKind::runbook;
  symbol.name = text(name);
  symbol.declared = ref(node);
  symbol.index = static_cast<std::uint32_t>(facts.runbooks.size());
  RunbookFacts runbook;
  runbook.def = ref(node);
  runbook.id = symbol.name;
  if (const NodeId title = tree().child(node, Kind::Title)) runbook.title = text(title);
  const std::uint32_t index = symbol.index;
  facts.runbooks.push_back(std::move(runbook));
  facts.runbooks[index].symbol = declare(*at_.scope, name, std::move(symbol));
}

void Checker::check_all() {
  Scope everywhere;
  for (auto [name, kind] : {std::pair{"local", ResourceKind::host}, std::pair{"clock", ResourceKind::clock}}) {
    Symbol symbol;
    symbol.kind = SymbolKind::resource;
    symbol.name = name;
    symbol.index = static_cast<std::uint32_t>(facts.resources.size());
    Resource resource;
    resource.kind = kind;
    resource.name = name;
    facts.resources.push_back(std::move(resource));
    everywhere.names.emplace(name, add(std::move(symbol)));
  }
  const auto count = static_cast<std::uint32_t>(files.size());
  for (std::uint32_t i = 0; i < count; ++i) {
    files[i].own.outer = &everywhere;
    declare_file(i);
  }
  for (std::uint32_t i = 0; i < count; ++i) import_names(i);

  for (std::uint32_t i = 0; i < count; ++i) {
    file_ = i;
    for (NodeId node : tree().find(Kind::Regex, tree().root())) {
      const RegexValue value = regex_of(tree().text(node));
      const re2::RE2 pattern(value.flags.empty() ? value.pattern : "(?" + value.flags + ")" + value.pattern, re2::RE2::Quiet);
      if (!pattern.ok()) error("E0308", node, fmt::format("`{}` is no pattern: {}.", text(node), pattern.error()), "A `/` in it is written `\\/`, and a sign such as `(` or `+` with `\\` before it stands for itself.");
    }
  }

  // What stands at the top: exports, messages, checks, procedures.
  for (std::uint32_t i = 0; i < count; ++i) {
    file_ = i;
    at_ = {};
    at_.scope = &files[i].visible;
    for (NodeId node : tree().children(tree().root()))
      if (tree().kind(node) == Kind::Resource) check_exports(node);
  }
  for (std::uint32_t i = 0; i < facts.messages.size(); ++i) {
    const NodeRef def = facts.messages[i].def;
    const SymbolId id = facts.messages[i].symbol;
    if (const SymbolId visible = find(&files[def.file].visible, facts.symbols[id].name); visible != id) continue;
    file_ = def.file;
    message_body(i, files[def.file].visible);
  }
  for (std::uint32_t i = 0; i < facts.checks.size(); ++i)
    if (facts.checks[i].runbook == 0xffffffff) {
      file_ = facts.checks[i].def.file;
      at_ = {};
      at_.scope = &files[file_].visible;
      frame_ = {};
      check_body(i);
    }
  for (std::size_t i = 0; i < facts.procedures.size(); ++i) visit_callable(facts.procedures[i].def);
  for (std::size_t i = 0; i < facts.runbooks.size(); ++i) visit_callable(facts.runbooks[i].def);
  for (std::uint32_t i = 0; i < count; ++i) check_environments(i);
  for (std::uint32_t i = 0; i < facts.runbooks.size(); ++i) merge_environments(i, Merge::judged);
  for (std::uint32_t i = 0; i < count; ++i) check_tests(i);
  check_alerts();
  check_ids();
  check_circles();
  at_ = {};
  for (File& file : files) file.own.outer = file.visible.outer = nullptr;
}

// A message or a procedure sees its parameters, top-level names and `run`.
void Checker::message_body(std::uint32_t index, const Scope& outer) {
  const NodeRef def = facts.messages[index].def;
  Scope scope{&outer, {}};
  for (SymbolId id : facts.messages[index].parameters) scope.names.emplace(facts.symbols[id].name, id);
  at_ = {};
  at_.scope = &scope;
  frame_ = {&facts.messages[index].locals, nullptr};
  prose(def.node);
}

// What a procedure or a runbook calls is typed before it: a call needs its parameters, its inputs, and what it answers.
void Checker::visit_callable(NodeRef def) {
  if (visits_[def] != Visit::no) return;
  visits_[def] = Visit::open;
  const Tree& here = *facts.trees[def.file];
  const SymbolId self = facts.declares.at(def);
  for (NodeId called : here.find(Kind::Call, def.node)) {
    const NodeId name = here.child(called, Kind::Name);
    const SymbolId id = name ? find(&files[def.file].visible, here.text(name)) : kNoSymbol;
    if (id == kNoSymbol || (facts.symbols[id].kind != SymbolKind::procedure && facts.symbols[id].kind != SymbolKind::runbook)) continue;
    const NodeRef callee = facts.symbols[id].declared;
    if (visits_[callee] != Visit::open) {
      visit_callable(callee);
      continue;
    }
    file_ = def.file;
    const bool runbook = facts.symbols[id].kind == SymbolKind::runbook;
    error("E0206", name, fmt::format("`{}` {} itself{}.", facts.symbols[id].name, runbook ? "runs" : "calls", id == self ? "" : fmt::format(", by way of `{}`", facts.symbols[self].name)),
          "Use `retry` or `repeat`.");
  }
  if (facts.symbols[self].kind == SymbolKind::procedure) procedure_body(facts.symbols[self].index);
  else check_runbook(facts.symbols[self].index);
  visits_[def] = Visit::done;
}

void Checker::procedure_body(std::uint32_t index) {
  const NodeRef def = facts.procedures[index].def;
  file_ = def.file;
  Scope scope{&files[file_].visible, {}};
  for (SymbolId id : facts.procedures[index].parameters) scope.names.emplace(facts.symbols[id].name, id);
  const auto before = scope.names;
  at_ = {};
  at_.scope = &scope;
  at_.body = Context::Body::procedure;
  std::uint32_t locals = facts.procedures[index].locals;
  procedure_top_ = locals;
  if (const NodeId body = tree().child(def.node, Kind::Block))
    for (NodeId line : tree().children(body))
      if (const Kind kind = tree().kind(line); kind == Kind::Bind || kind == Kind::Ask || kind == Kind::Choose) ++locals;
  frame_ = {&locals, nullptr};
  narrowed_.clear();
  procedure_ = def.node;
  procedure_scope_ = &scope;
  if (const NodeId title = tree().child(def.node, Kind::Title)) prose(title);
  for (NodeId check : tree().find(Kind::CheckDef, def.node))
    error("E0208", check, "A procedure uses checks, it does not declare them.", "Put the check at the top of the file, with parameters.");
  if (const NodeId body = tree().child(def.node, Kind::Block)) block(body, false);
  procedure_ = 0;
  procedure_scope_ = nullptr;
  facts.procedures[index].locals = locals;
  std::vector<std::pair<std::uint32_t, SymbolId>> exported;
  for (const auto& [name, id] : scope.names)
    if (!before.contains(name) && facts.symbols[id].slot < procedure_top_) exported.emplace_back(facts.symbols[id].slot, id);
  std::sort(exported.begin(), exported.end());
  for (const auto& [slot, id] : exported) facts.procedures[index].exported.push_back(id);
}

}  // namespace rbc::front
