// Parts of values: fields, columns, keys, built-in methods, and the result above.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/checker.hpp"
#include "grammar/suggest.hpp"

namespace rbc::front {

namespace {

struct BuiltinRow {
  std::string_view name, receiver, arguments, result;
};
constexpr BuiltinRow kBuiltinRows[] = {
#define BUILTIN(id, name, receiver, arguments, result) {name, #receiver, arguments, result},
#include "vm/model/builtins.def"
#undef BUILTIN
};

std::string_view receiver_of(const Type& type) {
  switch (type.tag()) {
    case TypeTag::text:
    case TypeTag::url:
    case TypeTag::one_of: return "text";
    case TypeTag::integer:
    case TypeTag::number: return "number";
    case TypeTag::duration: return "duration";
    case TypeTag::size: return "size";
    case TypeTag::percent: return "percent";
    case TypeTag::instant: return "instant";
    case TypeTag::list:
    case TypeTag::rows: return "list";
    case TypeTag::record: return type->name;
    default: return "";
  }
}

std::vector<std::string_view> split_arguments(std::string_view all) {
  std::vector<std::string_view> parts;
  while (!all.empty()) {
    const auto comma = all.find(',');
    parts.push_back(all.substr(0, comma));
    all = comma == std::string_view::npos ? std::string_view() : all.substr(comma + 1);
  }
  return parts;
}

// The columns of `.rows(/…(?P<name>…)…/)`.
std::vector<std::pair<std::string, Type>> named_groups(std::string_view pattern) {
  std::vector<std::pair<std::string, Type>> columns;
  for (std::size_t at = pattern.find("(?P<"); at != std::string_view::npos; at = pattern.find("(?P<", at + 4)) {
    const auto end = pattern.find('>', at);
    if (end == std::string_view::npos) break;
    columns.emplace_back(std::string(pattern.substr(at + 4, end - at - 4)), TypeTag::text);
  }
  return columns;
}

struct RunPart {
  std::string_view name;
  std::uint32_t code;
  Type type;
};
const std::vector<RunPart>& run_parts() {
  static const std::vector<RunPart> parts = {
      {"id", 0, TypeTag::text},
      {"title", 1, TypeTag::text},
      {"alert", 2, Type(TypeTag::text).optional()},
      {"env", 3, TypeTag::text},
      {"operator", 4, Type(TypeTag::text).optional()},
      {"started", 5, TypeTag::instant},
      {"elapsed", 6, TypeTag::duration},
      {"outcome", 7, Type::one_of({"resolved", "escalated", "failed", "aborted"}).optional()},
      {"actions", 8, Type::list_of(TypeTag::text)},
      {"cause", 9, Type(TypeTag::text).optional()},
  };
  return parts;
}

}  // namespace

// The part `name` of `run` or `failure` (`base` its Use), or of `run.step`.
std::optional<Access> Checker::predeclared(Use::As base, bool step, std::string_view name, Span span) {
  Access found;
  found.name = name;
  std::vector<std::string_view> names;
  if (base == Use::As::run) {
    found.as = Access::As::run;
    if (step) {
      names = {"name", "title"};
      found.type = TypeTag::text;
      if (name == "name" || name == "title") {
        found.code = name == "name" ? 10 : 11;
        return found;
      }
    } else {
      if (name == "step") {
        found.code = Access::kNoValue;
        return found;
      }
      for (const RunPart& part : run_parts()) {
        names.push_back(part.name);
        if (part.name != name) continue;
        found.code = part.code;
        found.type = part.type;
        if (name == "elapsed" && in_rung_) error("E0609", span, "A rung's condition may not read `run.elapsed`.", "Say `after` with a duration.");
        return found;
      }
      names.push_back("step");
    }
  } else {
    found.as = Access::As::failure;
    names = {"reason", "line", "items"};
    found.type = name == "items" ? Type::list_of(TypeTag::text) : Type(TypeTag::text);
    for (std::uint32_t i = 0; i < names.size(); ++i)
      if (names[i] == name) {
        found.code = i;
        return found;
      }
  }
  const std::string near = did_you_mean(name, names);
  error("E0201", span, fmt::format("`{}` has no `.{}`.", base == Use::As::failure ? "failure" : step ? "run.step" : "run", name),
        near.empty() ? fmt::format("There are {}.", fmt::join(names, ", ")) : fmt::format("Did you mean `.{}`?", near));
  return std::nullopt;
}

std::optional<Access> Checker::access(const Type& given, std::string_view name, Span span, NodeId args, std::string_view shown, bool open) {
  Access found;
  found.name = name;
  if (given.is(TypeTag::error)) return std::nullopt;
  const Type base = given.present();
  if (base.is(TypeTag::secret)) {
    error("E0502", span, "A secret has no parts.", "If a part of it is the secret, bind that by a look of its own: `x as secret = …`.");
    return std::nullopt;
  }
  if (name == "join" && holds_secret(base)) {
    error("E0502", span, "Secrets cannot be joined: what comes out would be a text.", "Write the hole of the one that is meant.");
    return std::nullopt;
  }
  const auto arguments = [&](const BuiltinRow& row) {
    const auto wanted = split_arguments(row.arguments);
    std::size_t count = 0;
    if (args)
      for (NodeId argument : tree().children(args)) {
        const Type is = expression(argument);
        if (count < wanted.size() && !is.is(TypeTag::error)) {
          const bool regex = tree().kind(argument) == Kind::Regex;
          if (wanted[count] == "regex" ? !regex : wanted[count] == "int" ? !is.is(TypeTag::integer) : (!is.is(TypeTag::text) && !is.is(TypeTag::one_of)) || regex)
            error("E0301", argument, fmt::format("`.{}` takes {} here.", row.name, wanted[count] == "regex" ? "a pattern such as /error/i" : wanted[count] == "int" ? "a whole number" : "a text"));
        }
        ++count;
      }
    if (count != wanted.size())
      error("E0201", span, fmt::format("`.{}` takes {} argument{}, and {} {} given.", row.name, wanted.size(), wanted.size() == 1 ? "" : "s", count, count == 1 ? "is" : "are"));
  };
  const auto builtin = [&](const BuiltinRow& row, const Type& element) {
    arguments(row);
    found.as = Access::As::builtin;
    found.code = static_cast<std::uint32_t>(&row - kBuiltinRows);
    if (row.result == "T?") found.type = element.optional();
    else if (row.result == "same") found.type = base;
    else if (row.result == "int") found.type = TypeTag::integer;
    else if (row.result == "number") found.type = TypeTag::number;
    else if (row.result == "text") found.type = TypeTag::text;
    else if (row.result == "text?") found.type = Type(TypeTag::text).optional();
    else if (row.result == "list of text") found.type = Type::list_of(TypeTag::text);
    else if (row.result == "rows") {
      const NodeId pattern = args ? tree().first(args) : 0;
      found.type = Type::rows(pattern && tree().kind(pattern) == Kind::Regex ? named_groups(regex_of(tree().text(pattern)).pattern) : std::vector<std::pair<std::string, Type>>{}, !pattern);
    }
    return found;
  };

  if (base.is(TypeTag::record) && !args)
    if (const Type* field = base.field(name)) {
      found.type = *field;
      return found;
    }
  if (base.is(TypeTag::json)) {
    if (!args) {
      found.type = TypeTag::json;
      return found;
    }
    for (const BuiltinRow& row : kBuiltinRows)
      if (row.receiver == "list" && row.name == name && name == "at") return builtin(row, Type(TypeTag::json));
    error("E0201", span, fmt::format("json has no method `.{}`.", name), "Say what it is first: `x as list of json`, `x as text` …");
    return std::nullopt;
  }
  if (base.is(TypeTag::rows) && !args && (name == "ok" || name == "took" || name == "at") && !base.field(name)) {
    found.type = name == "ok" ? TypeTag::boolean : name == "took" ? TypeTag::duration : TypeTag::instant;
    return found;
  }
  Type element;
  if (base.is(TypeTag::list)) element = base->element[0];
  if (base.is(TypeTag::rows)) element = Type::record(base->fields);
  const std::string_view receiver = receiver_of(base);
  std::vector<std::string_view> names;
  for (const BuiltinRow& row : kBuiltinRows) {
    if (row.receiver != receiver || receiver.empty()) continue;
    names.push_back(row.name);
    if (row.name == name) return builtin(row, element);
  }
  if (args)
    for (NodeId argument : tree().children(args)) expression(argument);
  if (base.is(TypeTag::rows)) {
    if (base.field(name) || base->open) {
      error("E0305", span, fmt::format("This answers many rows, so `.{}` is not one value.", name), "Aggregate it, or use `.first`, `where` or `for each`.");
      return std::nullopt;
    }
  }
  if (base.is(TypeTag::record) || base.is(TypeTag::rows))
    for (const auto& [field, type] : base->fields) names.push_back(field);
  if (open) return std::nullopt;
  const std::string near = did_you_mean(name, names);
  // What the same is called elsewhere, and here.
  static constexpr std::pair<std::string_view, std::string_view> kElsewhere[] = {
      {"stdout", "text"}, {"output", "text"}, {"stdout_lines", "lines"}, {"stderr", "err"}, {"rc", "exit"}, {"returncode", "exit"}, {"exit_code", "exit"}, {"exitcode", "exit"}, {"code", "status"},
      {"status_code", "status"}, {"statusCode", "status"}, {"content", "body"}, {"data", "json"}, {"elapsed", "took"}, {"time", "took"}, {"duration", "took"}, {"latency", "took"}, {"length", "count"}, {"size", "count"},
      {"len", "count"}, {"success", "ok"}, {"succeeded", "ok"}, {"percent", "used"}, {"usage", "used"}, {"result", "value"}, {"load", "one"}, {"days", "left"}, {"headers", "header"}, {"message", "err"}};
  std::string_view ours;
  for (auto& [theirs, one] : kElsewhere)
    if (theirs == name && ours.empty() && std::find(names.begin(), names.end(), one) != names.end()) ours = one;
  std::string help = !ours.empty() ? fmt::format("Here it is `.{}`.", ours) : near.empty() ? std::string() : fmt::format("Did you mean `.{}`?", near);
  if (args && (name == "contains" || name == "matches")) help = fmt::format("Write `{} {} …`.", shown.empty() ? "x" : shown, name);
  if (args && (name == "startswith" || name == "startsWith" || name == "starts_with")) help = fmt::format("Write `{} matches /^…/`.", shown.empty() ? "x" : shown);
  if (args && (name == "endswith" || name == "endsWith" || name == "ends_with")) help = fmt::format("Write `{} matches /…$/`.", shown.empty() ? "x" : shown);
  if (args && (name == "strip" || name == "trim_space")) help = "Here it is `.trim`.";
  if (help.empty() && !names.empty() && names.size() <= 8) help = fmt::format("There are {}.", fmt::join(names, ", "));
  error("E0201", span,
        shown.empty() ? fmt::format("The result above has no `.{}`.", name) : fmt::format("`{}` is {} and has no `.{}`.", shown, with_article(base), name), help);
  return std::nullopt;
}

// Names do not change, nor do their parts: what was asked of a part holds for it as for a name.
std::string Checker::path_of(NodeId node) const {
  if (tree().kind(node) == Kind::Var) {
    const auto use = facts.uses.find(ref(node));
    return use != facts.uses.end() && use->second.as == Use::As::symbol ? fmt::format("{}", use->second.symbol) : std::string();
  }
  if (tree().kind(node) != Kind::Member || tree().child(node, Kind::Args)) return {};
  const std::string base = path_of(tree().first(node));
  const NodeId field = tree().child(node, Kind::Field);
  return base.empty() || !field ? std::string() : fmt::format("{}.{}", base, tree().field_name(field));
}

bool Checker::is_narrowed(const std::string& path) const {
  const auto there = path_ids_.find(path);
  return there != path_ids_.end() && std::find(narrowed_.begin(), narrowed_.end(), there->second) != narrowed_.end();
}

void Checker::reads_part(NodeRef utterance, std::string_view name) {
  if (in_rule_ && (name == "ok" || name == "status" || name == "exit")) check_reads_ok_ = true;
  if (name != "ok" && name != "exit") return;
  const auto said = facts.utterances.find(utterance);
  if (said == facts.utterances.end()) return;
  Template& spoken = facts.templates[said->second.tmpl];
  if (spoken.answer.is(TypeTag::record) && spoken.answer->name == "output") spoken.exit_answers = 2;
}

Type Checker::member(NodeId node) {
  const NodeId base = tree().first(node), field = tree().child(node, Kind::Field), args = tree().child(node, Kind::Args);
  if (!field) return {};
  const std::string name = tree().field_name(field);
  if (tree().kind(base) == Kind::Var && (tree().text(base) == "run" || (tree().text(base) == "failure" && at_.handler))) {
    Use use;
    use.as = tree().text(base) == "run" ? Use::As::run : Use::As::failure;
    facts.uses[ref(base)] = use;
    const auto found = predeclared(use.as, false, name, tree().span(field));
    if (!found) return {};
    facts.accesses[ref(node)] = *found;
    return found->type;
  }
  if (tree().kind(base) == Kind::Member) {
    const Type inner = expression(base);
    const auto access = facts.accesses.find(ref(base));
    if (access != facts.accesses.end() && access->second.as == Access::As::run && access->second.code == Access::kNoValue) {
      const auto found = predeclared(Use::As::run, true, name, tree().span(field));
      if (!found) return {};
      facts.accesses[ref(node)] = *found;
      return found->type;
    }
    return member_of(node, inner, name, args);
  }
  const bool before = asking_presence_;
  const Type inner = expression(base);
  asking_presence_ = before;
  if (tree().kind(base) == Kind::Var)
    if (const auto use = facts.uses.find(ref(base)); use != facts.uses.end() && use->second.as == Use::As::symbol)
      if (const auto said = said_.find(use->second.symbol); said != said_.end()) reads_part(said->second, name);
  return member_of(node, inner, name, args);
}

Type Checker::member_of(NodeId node, const Type& base, std::string_view name, NodeId args) {
  const NodeId left = tree().first(node);
  if (base.is_optional() && !maybe_ && tree().kind(left) != Kind::Maybe && !asking_presence_) {
    // An element of an array is a step of a path as a key is: one that is not there is a read that finds nothing (language.md 3.3).
    if (base.present().is(TypeTag::json) && tree().kind(left) == Kind::Member && tree().child(left, Kind::Args)) return member_of_present(node, base.present(), name, args);
    error("E0304", left, fmt::format("`{}` may be missing here.", text(left)), fmt::format("Handle it first: `when {0} is missing`, or write `{0}?`.", text(left)));
    // Told once: what is read of it is as if it were there.
    return member_of_present(node, base.present(), name, args);
  }
  return member_of_present(node, base, name, args);
}

Type Checker::member_of_present(NodeId node, const Type& base, std::string_view name, NodeId args) {
  const NodeId left = tree().first(node), field = tree().child(node, Kind::Field);
  const bool lifted = base.is_optional();
  if (base.is(TypeTag::verdict)) {
    error("E0201", field, fmt::format("`{}` is a check, and a verdict has no parts.", text(left)), "Give the look in it a name of its own, in a step.");
    return {};
  }
  const auto found = access(base, name, tree().span(field), args, text(left), false);
  if (!found) return {};
  facts.accesses[ref(node)] = *found;
  const Type type = lifted ? found->type.optional() : found->type;
  return type.is_optional() && is_narrowed(path_of(node)) ? type.present() : type;
}

// Whether a line above it, in the same block, could not be read: it may have been the look that is meant.
bool Checker::broken_above(NodeId node) const {
  const std::string_view whole = tree().source().text();
  const auto column_of = [&](std::size_t line) { return whole.find_first_not_of(' ', line) - line; };
  std::size_t line = whole.rfind('\n', tree()[node].begin) + 1;
  const std::size_t column = column_of(line);
  const auto broken = tree().find(Kind::Error);
  while (line > 1) {
    const std::size_t above = whole.rfind('\n', line - 2) + 1;
    if (whole[above] != '\n' && column_of(above) < column) return false;
    for (NodeId one : broken)
      if (tree()[one].begin >= above && tree()[one].begin < line) return true;
    line = above;
  }
  return false;
}

Type Checker::above(NodeId node) {
  const NodeId field = tree().child(node, Kind::Field), args = tree().child(node, Kind::Args);
  if (!field) return {};
  const std::string name = tree().field_name(field);
  const std::string shown = "." + name;
  Use use;
  if (item_) {
    use.as = Use::As::item;
    use.storage = Storage::local;
    use.slot = *item_;
    facts.uses[ref(node)] = use;
    const auto found = access(item_type_, name, tree().span(field), args, "", item_open_);
    if (!found) return {};
    facts.accesses[ref(node)] = *found;
    return found->type;
  }
  if (in_rung_) {
    error("E0609", node, fmt::format("A rung's condition may not read `{}`.", shown), "Give the look a name in a step, and read it by that name.");
    return {};
  }
  const auto said = facts.utterances.find(at_.above);
  if (!at_.above) {
    if (!broken_above(node)) error("E0201", node, fmt::format("`{}` is a part of the result above, and no line above it in this block looks at anything.", shown));
    return {};
  }
  if (said == facts.utterances.end()) return {};   // the line above was reported
  reads_part(at_.above, name);
  spoken_for_.insert(at_.above);
  // Of a check's own `.ok`, `.status`, `.exit` W0410 tells, at the look that nothing judges then.
  const bool told = in_rule_ && (name == "ok" || name == "status" || name == "exit");
  if (const auto passed = at_.passed && !told ? facts.utterances.find(at_.passed) : facts.utterances.end(); passed != facts.utterances.end() && passed->first.file == file_) {
    const Type before = answer_type(facts.templates[passed->second.tmpl].answer);
    if (before.is(TypeTag::record) && before.field(name))
      error("W0309", node, fmt::format("A line in between moved `{}`: it is of line {}, and not of line {}.", shown, line(at_.above), line(at_.passed)),
            fmt::format("Name the look and write `x{}`.", shown));
  }
  UtteranceFacts& spoken = said->second;
  if (facts.templates[spoken.tmpl].secret) {
    error("E0502", node, "What the line above answers is a secret, and a secret has no parts.", "If a part of it is the secret, bind that by a look of its own: `x as secret = …`.");
    return {};
  }
  if (spoken.storage == Storage::none) {
    if (frame_.slots) {
      spoken.storage = Storage::global;
      spoken.slot = static_cast<std::uint32_t>(frame_.slots->size());
      frame_.slots->push_back("");
    } else {
      spoken.storage = Storage::local;
      spoken.slot = frame_.locals ? (*frame_.locals)++ : 0;
    }
  }
  use.as = Use::As::answer;
  use.storage = spoken.storage;
  use.slot = spoken.slot;
  use.utterance = at_.above;
  facts.uses[ref(node)] = use;
  const Type answer = answer_type(facts.templates[spoken.tmpl].answer);
  const bool open = open_answers_.contains(at_.above);
  if (answer.is(TypeTag::rows) && answer.field(name) && !args && name != "count" && name != "first" && name != "last") {
    error("E0305", node, fmt::format("This select answers many rows, so `{}` is not one value.", shown), "Aggregate it, or use `.first`, `where` or `for each`.");
    return {};
  }
  const auto found = access(answer, name, tree().span(field), args, "", open);
  if (!found) return {};
  facts.accesses[ref(node)] = *found;
  return found->type;
}

}  // namespace rbc::front
