// What is said to a resource: its own language, its holes, its effect, and the template that a run fills.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/checker.hpp"
#include "compiler/spoken.hpp"
#include "grammar/habits.hpp"
#include "grammar/suggest.hpp"

namespace rbc::front {

Type Checker::utterance(NodeId node, bool acts, bool repeatable, NodeId limit) {
  const NodeId speaker = tree().child(node, Kind::Speaker);
  if (!speaker) return {};
  const auto names = tree().all(speaker, Kind::Name);
  if (names.empty()) return {};
  Spoken spoken;
  spoken.node = node;
  spoken.begin = limit ? tree()[limit].begin : tree()[node].begin;
  spoken.acts = acts;
  spoken.probe = probe_;
  spoken.repeatable = repeatable;
  spoken.form = tree().word(speaker) == Word::Dollar ? '$' : '>';
  spoken.captured = capture(tree(), node);
  for (std::uint32_t i = 0; i < spoken.captured.holes.size(); ++i) {
    const auto& one = spoken.captured.holes[i];
    spoken.refs.push_back({one.begin, one.end, i, one.optional});
    spoken.holes.push_back(hole(one.node));
  }

  const SymbolId id = resource_named(names[0], false);
  const std::size_t told = diagnostics.size();
  std::vector<NodeRef> arguments;
  std::vector<Parameter> parameters;
  if (id != kNoSymbol) parameters = facts.resources[facts.symbols[id].index].parameters;
  if (const NodeId args = tree().child(speaker, Kind::SpeakerArgs))
    for (NodeId one : tree().children(args)) {
      argument(one, arguments.size() < parameters.size() ? parameters[arguments.size()].type : Type(), text(names[0]));
      arguments.push_back(ref(one));
    }
  if (id == kNoSymbol) {
    // Nobody knows which options its parameters have.
    diagnostics.erase(diagnostics.begin() + static_cast<std::ptrdiff_t>(told), diagnostics.end());
    return {};
  }
  if (arguments.size() != parameters.size()) {
    error("E0201", names[0], fmt::format("`{}` takes {} argument{}, and {} {} given.", text(names[0]), parameters.size(), parameters.size() == 1 ? "" : "s",
                                         arguments.size(), arguments.size() == 1 ? "is" : "are"));
    return {};
  }
  spoken.resource = facts.symbols[id].index;
  spoken.symbol = id;
  spoken.kind = facts.resources[spoken.resource].kind;
  const bool shell_place = spoken.kind == ResourceKind::host || (spoken.kind == ResourceKind::compose && names.size() > 1);
  if (spoken.form == '$' && !shell_place) {
    error("E0201", tree().next(names.back()) ? names.back() : names[0], fmt::format("`{}` has no shell.", text(names[0])),
          spoken.kind == ResourceKind::compose ? fmt::format("Name the service: `{}.SERVICE$ …`.", text(names[0])) : fmt::format("Write `{}> …`.", text(names[0])));
    return {};
  }
  if (spoken.form == '>' && names.size() > 1) {
    error("E0201", names[1], fmt::format("`{}` is a part only of a shell prompt.", text(names[1])), fmt::format("Write `{}.{}$ …`.", text(names[0]), text(names[1])));
    return {};
  }

  Template& said = spoken.said;
  said.resource = spoken.resource;
  said.form = spoken.form;
  said.arguments = static_cast<std::uint32_t>(arguments.size());
  said.holes = static_cast<std::uint32_t>(spoken.holes.size());
  for (std::size_t i = 1; i < names.size(); ++i) said.path.push_back(text(names[i]));
  std::uint32_t from = 0;
  for (std::uint32_t i = 0; i < spoken.captured.holes.size(); ++i) {
    const auto& one = spoken.captured.holes[i];
    said.shown.push_back(spoken.captured.text.substr(from, one.begin - from));
    said.shown_holes.push_back(i);
    said.secret_holes.push_back(holds_secret(spoken.holes[i].type));
    said.hole_names.push_back(fmt::format("{}", fmt::join(one.path, ".")));
    from = one.end;
  }
  said.shown.push_back(spoken.captured.text.substr(from));

  if (pasted(spoken)) return {};
  switch (spoken.kind) {
    case ResourceKind::postgres: spoken_sql(spoken); break;
    case ResourceKind::http: spoken_http(spoken); break;
    case ResourceKind::prometheus: spoken_prom(spoken); break;
    default:
      if (spoken.form == '$') spoken_shell(spoken);
      else spoken_words(spoken);
  }
  if (!spoken.ok) return {};
  // A list that the author wrote out may hold options; what comes from outside may not, unless it can be none where it stands.
  for (Piece& piece : said.pieces) {
    const bool guarded = piece.as == Piece::As::hole && (piece.escape == Escape::word || piece.escape == Escape::shell_variable);
    const bool operand = guarded && (spoken.outside_words.contains(piece.hole) || !effects::may_be_option(spoken.effect, piece.hole));
    if (guarded && (operand || written_list(spoken.holes[piece.hole]))) piece.escape = Escape::none;
  }
  judge_effect(spoken);
  said.effect = effect_of(spoken.effect.level);
  said.repeatable = repeatable || spoken.effect.repeatable;
  if (said.limit == 0) said.limit = spoken.effect.limit_seconds * kSecond;
  if (said.limit == 0) said.limit = said.effect <= Effect::looks ? 10 * kSecond : 2 * kMinute;
  if (spoken.effect.exit_one_answers) said.exit_answers = std::max<std::uint8_t>(said.exit_answers, 1);

  UtteranceFacts found;
  found.tmpl = static_cast<std::uint32_t>(facts.templates.size());
  found.arguments = std::move(arguments);
  for (const auto& one : spoken.captured.holes) found.holes.push_back(ref(one.node));
  found.subject = is_subject(spoken.kind);
  if (spoken.open_row) open_answers_.insert(ref(node));
  facts.templates.push_back(std::move(said));
  facts.utterances[ref(node)] = std::move(found);
  return answer_type(facts.templates.back().answer);
}

bool Checker::pasted(const Spoken& spoken) {
  const std::string_view said = spoken.captured.text;
  // A request's body is somebody's words.
  const std::size_t end = spoken.kind == ResourceKind::http ? std::min(said.find('\n'), said.size()) : said.size();
  char quote = 0;
  for (std::size_t i = 0; i < end; ++i) {
    if (said[i] == quote) quote = 0;
    else if (quote == 0 && (said[i] == '"' || said[i] == '\'')) quote = said[i];
    if (quote != 0 || static_cast<unsigned char>(said[i]) < 0xC2) continue;
    const auto odd = parsing::lookalike(said, static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(i + 1));
    if (!odd || !odd->mended || odd->mended->size() > 1) continue;
    const std::string& ours = *odd->mended;
    const bool dash = ours == "-" && (i == 0 || said[i - 1] == ' ' || said[i - 1] == '\n');
    if (!dash && !ours.empty() && ours != "\"" && ours != "'" && ours != " ") continue;
    const Span span = spoken.captured.file_span(odd->begin, odd->end);
    error("E0708", span, odd->message, odd->help).fix(rewrite(span, ours));
    return true;
  }
  return false;
}

// Whether what the hole names is a list whose items all stand in the runbook, as texts without holes.
bool Checker::written_list(const HoleFacts& hole) const {
  if (!hole.type.is(TypeTag::list) || !hole.path.empty() || hole.use.symbol == kNoSymbol) return false;
  const Symbol& symbol = facts.symbols[hole.use.symbol];
  if (symbol.kind != SymbolKind::value || !symbol.declared) return false;
  const Tree& there = facts.tree(symbol.declared);
  if (there.kind(symbol.declared.node) != Kind::Bind && there.kind(symbol.declared.node) != Kind::Named) return false;
  const auto written = [&](NodeId list) {
    if (!list || there.kind(list) != Kind::List) return false;
    const auto items = there.children(list);
    return std::all_of(items.begin(), items.end(), [&](NodeId item) { return there.kind(item) == Kind::Text && there.find(Kind::Hole, item).empty(); });
  };
  if (const NodeId pick = there.child(symbol.declared.node, Kind::Pick)) return written(there.nth(pick, 0)) && written(there.nth(pick, 2));
  return written(there.expression(symbol.declared.node));
}

void Checker::problems(Spoken& spoken, const std::vector<embedded::Problem>& found) {
  bool rowless = false;   // there is no FROM: told once, and not of every column
  for (const embedded::Problem& problem : found) {
    if (problem.message.starts_with("There is no FROM") && std::exchange(rowless, true)) continue;
    Span span = spoken.captured.file_span(problem.begin, std::max(problem.end, problem.begin + 1));
    if (problem.begin >= spoken.captured.text.size()) {
      // What is missing is missing at the end.
      const auto last = spoken.captured.text.find_last_not_of(" \n");
      span = last == std::string::npos ? tree().span(spoken.node) : spoken.captured.file_span(static_cast<std::uint32_t>(last), static_cast<std::uint32_t>(last + 1));
      if (last != std::string::npos) span.begin = span.end;
    }
    Diagnostic& said = error(problem.code, span, problem.message, problem.help);
    if (!problem.instead.empty() && problem.begin < spoken.captured.text.size()) {
      const auto last = spoken.captured.text.find_last_not_of(" \n");
      Span all = spoken.captured.file_span(problem.begin, static_cast<std::uint32_t>(last + 1));
      if (problem.instead == " ")
        while (all.begin > 0 && tree().source().text()[all.begin - 1] == ' ') --all.begin;
      said.fix({problem.instead == " " ? "Leave it out" : "Write it in SQL", {{&tree().source(), all, problem.instead == " " ? "" : problem.instead}}, problem.instead == " "});
    }
    if (problem.code == "W0726") said.fix({problem.help.substr(0, problem.help.size() - 1), {{&tree().source(), span, problem.help.find("not") == std::string::npos ? "is null" : "is not null"}}, false});
    if (!problem.code.starts_with('W')) spoken.ok = false;
  }
}

const CatalogueRow* Checker::whole_row(const Spoken& spoken, Effect effect) const {
  const CatalogueRow* best = nullptr;
  for (const CatalogueRow& row : catalogue_.rows()) {
    if (row.kind != spoken.kind || row.form != spoken.form || !row.words.empty()) continue;
    if (row.effect == effect) return &row;
    if (!best || (row.effect < effect && row.effect > best->effect)) best = &row;
  }
  return best;
}

effects::Patterns Checker::patterns_of(const Spoken& spoken) const {
  effects::Patterns patterns;
  const NodeRef declared = facts.symbols[spoken.symbol].declared;
  if (!declared) return patterns;
  const Tree& there = facts.tree(declared);
  for (NodeId line : there.all(declared.node, Kind::Pattern)) {
    const NodeId raw = there.child(line, Kind::Raw);
    if (!raw) continue;
    std::string said(there.text(raw));
    while (!said.empty() && (said.back() == ' ' || said.back() == '\r')) said.pop_back();
    switch (there.word(line)) {
      case Word::Reads: patterns.reads.push_back(std::move(said)); break;
      case Word::Changes: patterns.changes.push_back(std::move(said)); break;
      case Word::Destroys: patterns.destroys.push_back(std::move(said)); break;
      case Word::Repeats: patterns.repeats.push_back(std::move(said)); break;
      default: break;
    }
  }
  return patterns;
}

void Checker::judge_effect(Spoken& spoken) {
  const effects::Effect& effect = spoken.effect;
  Span span = tree().span(tree().child(spoken.node, Kind::Raw));
  if (effect.end > effect.begin) span = spoken.captured.file_span(effect.begin, effect.end);
  else if (const auto end = spoken.captured.text.find('\n'); !spoken.captured.text.empty())
    span = spoken.captured.file_span(0, static_cast<std::uint32_t>(end == std::string::npos ? spoken.captured.text.size() : end));
  const std::string sentence = effect.sentence.empty() ? fmt::format("`{}` changes something", effect.culprit.empty() ? "it" : effect.culprit) : effect.sentence;
  const std::string name = facts.resources[spoken.resource].name;
  const bool looks_only = at_.body == Context::Body::check || at_.body == Context::Body::evidence;
  const bool may_vouch = spoken.form == '$' || spoken.kind == ResourceKind::command || spoken.kind == ResourceKind::http;
  const auto vouch = [&] {
    const std::string culprit = effect.culprit.empty() ? "it" : effect.culprit;
    const bool nameable = !effects::check_pattern("reads", culprit, spoken.kind == ResourceKind::http);
    std::string_view word = std::string_view(spoken.captured.text).substr(std::min<std::size_t>(effect.begin, spoken.captured.text.size()), effect.end - effect.begin);
    if (word.starts_with('"')) word.remove_prefix(1);
    if (spoken.form == '$' && !nameable && word.starts_with("$"))
      return std::tuple(fmt::format("I do not know whether `{}` only looks.", culprit),
                        std::string(word.starts_with("$(") ? "What is printed in its place may be a flag. Give it a name on a line of its own, `x = …`, and write `<x.text>`." : "What it holds may be a flag. Make it an input of the runbook, and write a hole, `<name>`."), nameable);
    const std::string elsewhere = spoken.kind == ResourceKind::postgres ? embedded::sql_function_elsewhere(culprit) : std::string();
    const std::string help = !elsewhere.empty()         ? elsewhere
                             : may_vouch && nameable ? fmt::format("If it does, vouch for it at `{} {}`: `reads {}`.", spell(spoken.kind), name, culprit)
                             : !effect.near.empty() ? fmt::format("Did you mean `{}`? If it changes something, start the line with `do`.", effect.near)
                                                    : std::string("If it changes something, start the line with `do`.");
    return std::tuple(fmt::format("I do not know whether `{}` only looks.", culprit), help, nameable);
  };
  // An allowed E0401 is the change that it is: gated, written down before and bounded as one, and never done twice.
  const NodeRef probe = ref(spoken.probe);
  if (effect.level > effects::Level::looks && effect.known && !spoken.acts && !looks_only && probe.node && allowance("E0401", &tree().source(), span.begin)) {
    error("E0401", span, "This line changes something, and does not say so.").note(fmt::format("{}.", sentence));
    compiled_as_changes_.emplace(&tree().source(), span.begin);
    facts.changes_unsaid.insert(probe);
    spoken.acts = true;
  }
  if (effect.level > effects::Level::looks && (!spoken.acts || looks_only)) {
    if (!effect.known) {
      auto [message, help, nameable] = vouch();
      if (!looks_only && may_vouch && nameable) help += " If it does not, start the line with `do`.";
      // Without `runs` the first word is the program: most who forget it mean the tool that the resource is named after.
      if (spoken.kind == ResourceKind::command && facts.resources[spoken.resource].runs.empty() && effect.culprit != name)
        help = fmt::format("Without `runs`, `{}` is the program that is started. Put `runs {}` beneath `command {}`, if that is meant.", effect.culprit, name, name);
      error("E0407", span, message, help);
    } else if (looks_only) {
      error("E0402", span, fmt::format("A {} may only look, but {}.", at_.body == Context::Body::check ? "check" : "line before a symptom", sentence),
            "Move it to a step, behind `do`.");
    } else {
      Diagnostic& said = error("E0401", span, "This line changes something, and does not say so.", "Start it with `do`.");
      said.note(fmt::format("{}.", sentence));
      said.fix({"Start it with `do`", {{&tree().source(), Span{spoken.begin, spoken.begin}, "do "}}, false});
    }
    return;
  }
  if (!spoken.acts) return;
  if (effect.level == effects::Level::destroys && !at_.caution) {
    if (procedure_) facts.destroys[ref(procedure_)] = true;
    else error("E0403", span, fmt::format("{}.", sentence), "Put it under `caution:` and say what is lost.");
  }
  const bool once = !spoken.repeatable && !effect.repeatable && effect.level > effects::Level::looks;
  if (once && procedure_) once_[ref(procedure_)] = true;
  if (at_.retry && once)
    error("E0404", span, "Doing this twice may not be the same as doing it once, so `retry` will not.", "Say `do repeatable` if it is.")
        .fix({"Say `do repeatable`", {{&tree().source(), Span{spoken.begin, spoken.begin}, "repeatable "}}, false});
}

void Checker::judge_holes(Spoken& spoken, const std::vector<embedded::HoleUse>& uses) {
  using embedded::Place;
  for (const embedded::HoleUse& use : uses) {
    if (use.index >= spoken.holes.size()) continue;
    const HoleFacts& hole = spoken.holes[use.index];
    const NodeId node = spoken.captured.holes[use.index].node;
    const std::string name = fmt::format("{}", fmt::join(spoken.captured.holes[use.index].path, "."));
    const Type type = hole.type.present();
    if (type.is(TypeTag::error)) continue;
    const auto refuse = [&](std::string code, std::string message, std::string help) {
      error(std::move(code), node, std::move(message), std::move(help));
      spoken.ok = false;
    };
    if (hole.optional && !use.may_vanish) {
      refuse("E0304", fmt::format("`<{}?>` cannot be left out here.", name), "Only a whole word, query pair or header can.");
      continue;
    }
    if (hole.type.is_optional() && !hole.optional && !hole.path.empty()) {
      refuse("E0304", fmt::format("`{}` may be missing here.", name),
             fmt::format("Handle it first: `when {} is missing`.", hole.base_optional ? spoken.captured.holes[use.index].path.front() : name));
      continue;
    }
    if (hole.type.is_optional() && !hole.optional && hole.path.empty()) {
      refuse("E0304", fmt::format("`{}` may be missing here.", name),
             use.may_vanish ? fmt::format("Handle it first: `when {0} is missing`, or write `<{0}?>` to leave the word out.", name) : fmt::format("Handle it first: `when {} is missing`.", name));
      continue;
    }
    const bool sql = use.place == Place::sql_value || use.place == Place::sql_identifier || use.place == Place::sql_literal;
    const bool prom = use.place == Place::label || use.place == Place::pattern || use.place == Place::prom_text || use.place == Place::number || use.place == Place::duration;
    if (holds_secret(type)) {
      const bool allowed = type.is(TypeTag::secret) && (use.place == Place::sql_value || use.place == Place::sql_literal || use.place == Place::header || use.place == Place::json_value || use.place == Place::json_text ||
                           use.place == Place::form || (use.place == Place::assignment && use.whole));
      if (allowed) continue;
      if (type.is(TypeTag::list)) {
        refuse("E0501", fmt::format("`{}` is a list of secrets, and a secret is handed over alone.", name), "Write the hole of the one that is meant.");
        continue;
      }
      if (prom || use.place == Place::path || use.place == Place::query)
        refuse("E0501", fmt::format("`{}` is a secret, and addresses and queries are written into logs.", name), "Put it into a header.");
      else if (use.place == Place::sql_identifier)
        refuse("E0501", fmt::format("`{}` is a secret, and names are written into logs.", name), "A secret may be a value, as in `alter role app password <secret>`.");
      else if (spoken.kind == ResourceKind::redis)
        refuse("E0501", fmt::format("`{}` is a secret, and what is said to Redis stands in its slow log and in MONITOR.", name),
               fmt::format("It may stand where the resource is bound: `{} = redis://:<secret>@host`.", facts.resources[spoken.resource].name));
      else if (spoken.kind == ResourceKind::pgbouncer)
        refuse("E0501", fmt::format("`{}` is a secret, and what is said to PgBouncer stands in its log.", name), "It may stand where the resource is bound.");
      else
        refuse("E0501", fmt::format("`{}` is a secret, and arguments are visible to everyone on the host (`ps`).", name),
               fmt::format("Use an `http` resource, or put it in the command's environment: `{}=<{}> ./tool`.", upper_name(name), name));
      continue;
    }
    if (type.is(TypeTag::verdict) || type.is(TypeTag::rows) || (type.is(TypeTag::record) && type->name != "output")) {
      refuse("E0301", fmt::format("`{}` is {}, which is not one value.", name, with_article(type)), "Say which part of it, as in `<name.field>`.");
      continue;
    }
    if (use.place == Place::sql_identifier || use.place == Place::sql_literal) {
      if (!type.is(TypeTag::one_of) && !(type.is(TypeTag::text) && !type->pattern.empty()) && !(use.place == Place::sql_literal && type.is_numeric()))
        refuse("E0702", fmt::format("`{}` would be written into the statement, which takes no parameters.", name), "Make it `one of …` or `text matching /…/`.");
      continue;
    }
    if (use.place == Place::number) {
      if (!type.is_numeric() && !type.is(TypeTag::json))
        refuse("E0306", fmt::format("PromQL takes a bare number here, and `{}` is {}.", name, with_article(type)), type.is(TypeTag::percent) ? fmt::format("Write `<{}.ratio>`.", name) : type.is(TypeTag::duration) ? fmt::format("Write `<{}.seconds>`.", name) : std::string());
      continue;
    }
    if (use.place == Place::duration) {
      if (!type.is(TypeTag::duration)) refuse("E0301", fmt::format("PromQL takes a duration here, and `{}` is {}.", name, with_article(type)), "");
      continue;
    }
    const bool list = type.is(TypeTag::list);
    const Type said = list ? type->element[0] : type;
    if (!sql && !prom && (said.is_quantity() || said.is(TypeTag::instant))) {
      std::string help;
      if (list) help = "Make a list of numbers or texts that name their unit.";
      else switch (type.tag()) {
        case TypeTag::duration: help = fmt::format("Write `<{}.seconds>`.", name); break;
        case TypeTag::size: help = fmt::format("Write `<{}.bytes>`.", name); break;
        case TypeTag::percent: help = fmt::format("Write `<{}.percent>`.", name); break;
        case TypeTag::instant: help = fmt::format("Write `<{0}.iso>` or `<{0}.epoch>`.", name); break;
        default: break;
      }
      refuse("E0306", fmt::format("`{}` cannot tell which unit `{}` has.", use.command.empty() ? facts.resources[spoken.resource].name : use.command, name), help);
      if (help.starts_with("Write `<") && help.find(" or ") == std::string::npos) diagnostics.back().fix(rewrite(tree().span(node), help.substr(7, help.rfind('`') - 7)));
      continue;
    }
    if (type.is(TypeTag::list) && !sql) {
      const bool words = use.place == Place::argument && use.whole;
      if (!words) {
        refuse("E0301", fmt::format("`{}` is a list, and one value is needed here.", name), fmt::format("Join it first: `one = {}.join(\",\")`.", name));
        continue;
      }
    }
  }
  for (const effects::ParsedAgain& again : spoken.effect.parsed_again) {
    if (again.hole >= spoken.holes.size()) continue;
    const Type type = spoken.holes[again.hole].type.present();
    if (type.is(TypeTag::error) || type.is(TypeTag::integer) || type.is(TypeTag::one_of) || (type.is(TypeTag::text) && !type->pattern.empty())) continue;
    const std::string name = fmt::format("{}", fmt::join(spoken.captured.holes[again.hole].path, "."));
    error("E0707", spoken.captured.holes[again.hole].node, fmt::format("`<{}>` would be parsed again by `{}`.", name, again.by),
          again.by == "ssh" ? fmt::format("Declare the machine: `host node(name as …)`, and say `node({})$ …`.", name)
                            : std::string("Make it an `int`, a `one of …`, or a `text matching /…/` that takes only letters and digits."));
    spoken.ok = false;
  }
}

}  // namespace rbc::front
