// Operators: what may be compared, added, multiplied, and what to say of units that do not agree.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/checker.hpp"

namespace rbc::front {

namespace {

bool is_bare(const Type& type) { return type.is_numeric() || type.is(TypeTag::json); }
bool is_measured(const Type& type) { return type.is_quantity(); }

}  // namespace

std::string Checker::unit_help(NodeId value, const Type& wanted) const {
  const std::string said = text(value);
  switch (wanted.tag()) {
    case TypeTag::percent: return fmt::format("Say how to read it: `{0} as ratio` (0.05 is 5%), or `{0} as percent` (5 is 5%).", said);
    case TypeTag::duration: return fmt::format("Say how to read it: `{0} as seconds`, or `{0} as milliseconds`.", said);
    case TypeTag::size: return fmt::format("Say how to read it: `{} as bytes`.", said);
    case TypeTag::rate: return fmt::format("Say how to read it: `{} as per-second`.", said);
    default: return {};
  }
}

void Checker::offer_units(Diagnostic& said, NodeId value, const Type& wanted) const {
  std::vector<std::string_view> readings;
  if (wanted.is(TypeTag::percent)) readings = {"ratio", "percent"};
  else if (wanted.is(TypeTag::duration)) readings = {"seconds", "milliseconds"};
  else if (wanted.is(TypeTag::size)) readings = {"bytes"};
  else if (wanted.is(TypeTag::rate)) readings = {"per-second"};
  for (std::string_view reading : readings) said.fix(rewrite(tree().span(value), fmt::format("{} as {}", text(value), reading)));
}

// What to write of one side that no operator takes as it is.
std::string Checker::likely_part(NodeId node, const Type& type) const {
  const std::string said = text(node);
  switch (type.tag()) {
    case TypeTag::rows: return fmt::format("To count them, write `{0}.count`; one of them is `{0}.first`.", said);
    case TypeTag::list: return fmt::format("To count it, write `{0}.count`; one of it is `{0}.first`.", said);
    case TypeTag::verdict: return fmt::format("A check has a colour: say `{0} is red`, `{0} passes` or `{0} fails`.", said);
    case TypeTag::record:
      if (type->name == "output") return fmt::format("What it printed is `{0}.text`, and how it ended `{0}.exit`.", said);
      if (type->name == "response") return fmt::format("Its parts are `{0}.status`, `{0}.json` and `{0}.body`.", said);
      return type->fields.empty() ? std::string() : fmt::format("Take a part of it, such as `{}.{}`.", said, type->fields[0].first);
    default: return {};
  }
}

// What to write where two types do not go together, by what they are.
std::string Checker::likely_meant(std::string_view op, NodeId left, const Type& a, NodeId right, const Type& b) const {
  const auto bare = [](const Type& type) { return type.is_numeric() || type.is_quantity(); };
  if (op == "added to" && (tree().kind(left) == Kind::Text || tree().kind(right) == Kind::Text)) return "Write them in one: `\"<a><b>\"`.";
  if (a.is(TypeTag::list) && fits(b, a->element[0])) return fmt::format("To look for it in the list, write `{} in {}`.", text(right), text(left));
  if (b.is(TypeTag::list) && fits(a, b->element[0])) return fmt::format("To look for it in the list, write `{} in {}`.", text(left), text(right));
  for (auto [node, type] : {std::pair{left, &a}, std::pair{right, &b}})
    if (std::string help = likely_part(node, *type); !help.empty()) return help;
  if (a.is(TypeTag::text) && (bare(b) || b.is(TypeTag::instant))) return fmt::format("If it holds {}, read it as one: `{} as {}`.", b.is(TypeTag::instant) ? "a date" : "a number", text(left), spell(b));
  if (b.is(TypeTag::text) && (bare(a) || a.is(TypeTag::instant)) && tree().kind(right) != Kind::Text) return fmt::format("If it holds {}, read it as one: `{} as {}`.", a.is(TypeTag::instant) ? "a date" : "a number", text(right), spell(a));
  if (b.is(TypeTag::text) && a.is(TypeTag::instant)) return "A date stands without quotes: `2024-12-01`, or `2024-12-01T10:30:00Z`.";
  if (a.is(TypeTag::json) && b.is(TypeTag::instant)) return fmt::format("Say what it is first: `{} as instant`.", text(left));
  if (b.is(TypeTag::json) && a.is(TypeTag::instant)) return fmt::format("Say what it is first: `{} as instant`.", text(right));
  if (a.is(TypeTag::size) && b.is(TypeTag::duration) && text(right).ends_with('m')) return fmt::format("`m` is for minutes; a size is `{}MB`.", text(right).substr(0, text(right).size() - 1));
  if (a.is(TypeTag::boolean) && tree().kind(right) == Kind::Text) return "Write `yes` or `no`, without quotes.";
  if (a.is(TypeTag::duration) && b.is(TypeTag::instant) && op == "added to") return fmt::format("The moment comes first: `{} + {}`.", text(right), text(left));
  if (op == "multiplied by" && a.is_quantity() && b.is_quantity())
    return a.is(TypeTag::percent) ? fmt::format("To take a part of it, write `{} of {}`.", text(left), text(right)) : b.is(TypeTag::percent) ? fmt::format("To take a part of it, write `{} of {}`.", text(right), text(left)) : std::string("One side is a plain number, as in `2 * 5m`.");
  if (a.is_quantity() && tree().kind(right) == Kind::Text) return fmt::format("Write it without quotes: `{}`.", text(right).substr(1, text(right).size() - 2));
  if (a.is(TypeTag::size) && b.is(TypeTag::percent)) return "A share is compared with a share: what a host answers has `.used` as a percentage.";
  if (a.is_quantity() && b.is_quantity()) return "They measure different things.";
  if (op == "compared with") return "Only values of one type are compared.";
  if (a.is(TypeTag::text) || b.is(TypeTag::text) || a.is(TypeTag::one_of) || b.is(TypeTag::one_of) || a.is(TypeTag::url) || b.is(TypeTag::url)) return "One reckons with numbers and amounts; texts are put together in quotes: `\"<a><b>\"`.";
  if (a.is(TypeTag::boolean) || b.is(TypeTag::boolean)) return "One reckons with numbers and amounts; yes and no are joined with `and` and `or`.";
  if (a.is(TypeTag::instant) || b.is(TypeTag::instant)) return "To a moment a duration is added, as in `run.started + 5m`; two moments are subtracted.";
  return "One reckons with numbers and amounts.";
}

void Checker::mismatch(std::string_view op, NodeId left, const Type& a, NodeId right, const Type& b) {
  const Kind of_right = tree().kind(right);
  if (op == "added to" && a.is(TypeTag::text) && b.is(TypeTag::text)) {
    error("E0301", Span{tree().span(left).begin, tree().span(right).end}, "Texts are not added.", "Write them in one: `\"<a><b>\"`.");
    return;
  }
  if (is_bare(a) && is_measured(b)) {
    offer_units(error("E0301", left, fmt::format("A number without a unit is {} {}.", op, with_article(b)), unit_help(left, b)), left, b);
  } else if (is_measured(a) && is_bare(b)) {
    const bool share = a.is(TypeTag::percent) && of_right == Kind::Number && text(right).starts_with("0.");
    Diagnostic& said = error("E0301", right, fmt::format("A number without a unit is {} {}.", op, with_article(a)),
          share ? fmt::format("A percentage is written with `%`: `90%` is nine tenths, and `{}%` is less than one in a hundred.", text(right)) :
          of_right == Kind::Number ? fmt::format("Give it a unit, as in `{}{}`.", text(right), a.is(TypeTag::percent) ? "%" : a.is(TypeTag::duration) ? "ms` or `" + text(right) + "s" : a.is(TypeTag::size) ? "MiB" : " per minute")
                                             : unit_help(right, a));
    if (of_right != Kind::Number) offer_units(said, right, a);
    else if (a.is(TypeTag::percent) && !share) said.fix(rewrite(tree().span(right), text(right) + "%"));
  } else if (op == "compared with" && a.tag() == b.tag() && !a.is(TypeTag::list)) {
    std::string help = likely_part(left, a);
    if (help.empty()) help = a.is(TypeTag::text) ? fmt::format("Compare it with `is`, or read it as a number: `{} as number`.", text(left)) : std::string("Compare it with `is`.");
    error("E0301", left, a.is(TypeTag::rows) || a.is(TypeTag::record) ? fmt::format("`{}` is {}, which is compared with nothing as a whole.", text(left), with_article(a)) : fmt::format("`{}` is {}, which has no order.", text(left), with_article(a)), std::move(help));
  } else if (op == "compared with" && a.is_numeric() && of_right == Kind::Text) {
    std::string plain = text(right);
    plain = plain.size() > 2 ? plain.substr(1, plain.size() - 2) : std::string();
    const bool number = !plain.empty() && plain.find_first_not_of("0123456789.") == std::string::npos;
    error("E0301", right, fmt::format("`{}` is a number, and `{}` is a text.", text(left), text(right)), number ? fmt::format("Write `{}`, without quotes.", plain) : std::string("Only values of one type are compared."));
  } else {
    std::string first = with_article(a);
    if (!first.empty() && first[0] >= 'a' && first[0] <= 'z') first[0] = static_cast<char>(first[0] - 'a' + 'A');
    error("E0301", right, fmt::format("{} {} {} {}.", first, a.is(TypeTag::rows) ? "are" : "is", op, with_article(b)), likely_meant(op, left, a, right, b));
  }
}

// Reports the side that is a secret: nothing is made of one, and nothing learnt about it.
bool Checker::of_secret(std::string_view how, NodeId left, const Type& a, NodeId right, const Type& b) {
  for (auto [node, type] : {std::pair{left, &a}, std::pair{right, &b}})
    if (holds_secret(*type)) {
      error("E0502", node, fmt::format("`{}` is a secret and cannot be {}.", text(node), how), fmt::format("Whether there is one can be asked: `{} is missing`.", text(node)));
      return true;
    }
  return false;
}

// Reports the first side that may be missing. `.x?` says so itself, and a rung or a symptom that reads what is missing does not hold.
void Checker::of_missing(NodeId left, const Type& a, NodeId right, const Type& b) {
  if (in_rung_ || at_.symptom) return;
  for (auto [node, type] : {std::pair{left, &a}, std::pair{right, &b}}) {
    if (!type->is_optional() || tree().kind(node) == Kind::Maybe) continue;
    error("E0304", node, fmt::format("`{}` may be missing here.", text(node)), fmt::format("Handle it first: `when {0} is missing`, or write `({0} else …)`.", text(node)));
    return;
  }
}

namespace {

bool textual(const Type& type) { return type.is(TypeTag::text) || type.is(TypeTag::url) || type.is(TypeTag::one_of); }
bool has_order(const Type& type) { return type.is_numeric() || type.is_quantity() || type.is(TypeTag::instant); }
// A text, or an answer that holds one.
bool searched(const Type& type) { return textual(type) || (type.is(TypeTag::record) && (type->name == "output" || type->name == "response")); }
// What has a part or a colour is not compared as a whole.
bool equatable(const Type& type) {
  if (type.is(TypeTag::list)) return equatable(type->element[0]);
  return !type.is(TypeTag::rows) && !type.is(TypeTag::record) && !type.is(TypeTag::secret);
}
bool same_kind(const Type& a, const Type& b) { return fits(a, b) || fits(b, a) || (a.is_numeric() && b.is_numeric()) || (textual(a) && textual(b)); }

// As which a json value is compared with a value of this type: a whole number may stand there as 3.0.
Type compared_as(const Type& type) { return type.is(TypeTag::integer) ? Type(TypeTag::number) : type; }

}  // namespace

// Whether what json holds can be read as this type, as it stands.
bool from_json(const Type& type) {
  switch (type.tag()) {
    case TypeTag::list: return from_json(type->element[0]);
    case TypeTag::text: case TypeTag::url: case TypeTag::one_of: case TypeTag::integer: case TypeTag::number: case TypeTag::boolean: case TypeTag::instant: case TypeTag::json: return true;
    default: return false;
  }
}

Type Checker::compare(NodeId node) {
  const NodeId left = tree().nth(node, 0);
  NodeId right = tree().next(left);
  if (right && tree().kind(right) == Kind::Flag) right = tree().next(right);
  if (!left || !right) return {};
  const Type yes(TypeTag::boolean);
  const Word op = tree().word(node);
  const Type a = expression(left);
  const Type one = a.present(), list = Type::list_of(one);
  const bool is = op == Word::Is || op == Word::DoubleEquals;
  // What is left of `is` was reported; a bare name to its right may have been an option of it.
  if (is && a.is(TypeTag::error) && tree().kind(right) == Kind::Var) {
    if (const SymbolId id = find(at_.scope, text(right)); id != kNoSymbol) read(id, right);
    return yes;
  }
  const Type b = expression(right, a.is(TypeTag::error) ? nullptr : is ? &one : op == Word::In && !a.is(TypeTag::json) && !holds_secret(a) ? &list : nullptr);
  if (a.is(TypeTag::error) || b.is(TypeTag::error)) return yes;
  if (of_secret("compared", left, a, right, b)) return yes;
  const bool goes = is                      ? compare_is(left, one, right, b.present())
                    : op == Word::Matches   ? matches(left, one, right)
                    : op == Word::Contains  ? looked_for(right, b.present(), left, one, op)
                    : op == Word::In        ? looked_for(left, one, right, b.present(), op)
                                            : compare_order(left, one, right, b.present());
  if (goes) of_missing(left, a, right, b);
  return yes;
}

bool Checker::matches(NodeId left, const Type& a, NodeId right) {
  if (tree().kind(right) != Kind::Regex) {
    error("E0301", right, "`matches` takes a pattern.", "Write it between slashes: `/…/`.");
    return false;
  }
  if (a.is(TypeTag::json)) facts.casts[ref(left)] = TypeTag::text;
  if (a.is(TypeTag::json) || searched(a)) return true;
  std::string help = likely_part(left, a);
  error("E0301", left, fmt::format("`matches` reads a text, and this is {}.", with_article(a)), help.empty() ? "What is no text is compared with `is`, `<` and `>`." : help);
  return false;
}

// `item in all`, `all contains item`.
bool Checker::looked_for(NodeId item, const Type& what, NodeId all, const Type& where, Word op) {
  if (where.is(TypeTag::list)) {
    const Type& element = where->element[0];
    if (what.is(TypeTag::json) && from_json(element)) {
      facts.casts[ref(item)] = compared_as(element);
      return true;
    }
    if (equatable(element) && same_kind(what, element)) return true;
  } else if (where.is(TypeTag::json)) {
    if (what.is(TypeTag::json) || textual(what) || what.is_numeric() || what.is(TypeTag::boolean)) return true;
  } else if (searched(where)) {
    if (what.is(TypeTag::json)) facts.casts[ref(item)] = TypeTag::text;
    if (what.is(TypeTag::json) || textual(what)) return true;
  }
  if (op == Word::Contains) {
    const std::string help = where.is(TypeTag::list) || where.is(TypeTag::json) || searched(where) ? likely_part(item, what) : likely_part(all, where);
    error("E0301", item, fmt::format("`contains` looks for a text in a text or an output, or for an item in a list; here it is {} in {}.", with_article(what), with_article(where)),
          !help.empty() ? help : where.is(TypeTag::list) ? fmt::format("Every item of `{}` is {}.", text(all), with_article(where->element[0])) : std::string("As in `log contains \"out of memory\"`, or `[\"a\", \"b\"] contains name`."));
    return false;
  }
  const bool list = where.is(TypeTag::list);
  error("E0301", all, list ? fmt::format("`{}` is {}, and `{}` is {}.", text(all), spell(where), text(item), with_article(what)) : fmt::format("`in` looks into a list, and `{}` is {}.", text(all), with_article(where)),
        what.is(TypeTag::list) || what.is(TypeTag::rows) ? fmt::format("The list comes second: `{} in {}`.", text(all), text(item))
        : where.is(TypeTag::json) && what.is_quantity()  ? std::string("Its numbers have no unit: compare plain numbers.")
        : list                                           ? "Only items of that type can be in it."
                                                         : fmt::format("Write a list, as in `{} in [\"a\", \"b\"]`.", text(item)));
  return false;
}

bool Checker::compare_order(NodeId left, const Type& a, NodeId right, const Type& b) {
  if (a.is(TypeTag::verdict) || b.is(TypeTag::verdict)) {
    const NodeId check = a.is(TypeTag::verdict) ? left : right;
    error("E0302", check, fmt::format("`{}` is a check, not a number.", text(check)), "Say `is red`, `passes` or `fails`.");
    return false;
  }
  bool read = false;
  for (auto [node, type, other] : {std::tuple{left, &a, &b}, std::tuple{right, &b, &a}}) {
    if (!type->is(TypeTag::json) || !(other->is_numeric() || other->is(TypeTag::json) || other->is(TypeTag::instant))) continue;
    facts.casts[ref(node)] = other->is(TypeTag::instant) ? TypeTag::instant : TypeTag::number;
    read = true;
  }
  if (read) return true;
  if (has_order(a) && has_order(b) && ((a.is_numeric() && b.is_numeric()) || a.tag() == b.tag())) return true;
  mismatch("compared with", left, a, right, b);
  return false;
}

// A check's colour on one side of `is`, and something else on the other.
void Checker::verdict_compared(NodeId left, const Type& a, NodeId right, const Type& b) {
  if (!a.is(TypeTag::verdict)) {
    const bool words = (a.is(TypeTag::json) || textual(a)) && tree().kind(right) == Kind::Var;
    error("E0301", right, fmt::format("`{}` is a check here, and `{}` is {}.", text(right), text(left), with_article(a)),
          words ? fmt::format("For the text, write `\"{}\"`.", text(right)) : std::string("A check is compared with green, amber, red or blind."));
    return;
  }
  std::string said = text(right);
  if (said.size() > 2 && said.front() == '"') said = said.substr(1, said.size() - 2);
  const bool colour = said == "green" || said == "amber" || said == "red" || said == "blind";
  error("E0301", right, fmt::format("A verdict is compared with {}.", with_article(b)),
        colour                     ? fmt::format("Write `{}`, without quotes.", said)
        : b.is(TypeTag::boolean) ? fmt::format("Say `{0} passes` or `{0} fails`.", text(left))
                                   : std::string("A verdict is green, amber, red or blind."));
}

bool Checker::compare_is(NodeId left, const Type& a, NodeId right, const Type& b) {
  if (a.is(TypeTag::verdict) || b.is(TypeTag::verdict)) {
    if (a.is(TypeTag::verdict) && b.is(TypeTag::verdict)) return true;
    verdict_compared(left, a, right, b);
    return false;
  }
  if (a.is(TypeTag::json) && b.is(TypeTag::json)) return true;
  if (a.is(TypeTag::json) && from_json(b)) {
    facts.casts[ref(left)] = compared_as(b);
    return true;
  }
  if (b.is(TypeTag::json) && from_json(a)) {
    facts.casts[ref(right)] = compared_as(a);
    return true;
  }
  if (equatable(a) && equatable(b) && same_kind(a, b)) {
    return (!a.is(TypeTag::one_of) || written_option(right, a)) && (!b.is(TypeTag::one_of) || written_option(left, b));
  }
  mismatch("compared with", left, a, right, b);
  return false;
}

// A text in quotes beside a `one of` is one of its words.
bool Checker::written_option(NodeId node, const Type& type) {
  if (tree().kind(node) != Kind::Text || !tree().find(Kind::Hole, node).empty()) return true;
  std::string said;
  for (const TextPiece& piece : pieces(tree(), node)) said += piece.text;
  if (std::find(type->options.begin(), type->options.end(), said) != type->options.end()) return true;
  none_of_the_options(node, said, type);
  return false;
}

// Both sides of `+ - * /`, json as a number; an error, which was told, if they cannot be reckoned with.
Type Checker::reckoned(NodeId node, std::string_view op, Type (*result)(const Type& a, const Type& b, Word op)) {
  const NodeId left = tree().nth(node, 0), right = tree().nth(node, 1);
  const Type a = expression(left), b = expression(right);
  if (a.is(TypeTag::error) || b.is(TypeTag::error) || of_secret("reckoned with", left, a, right, b)) return {};
  const Type made = result(a.is(TypeTag::json) ? Type(TypeTag::number) : a.present(), b.is(TypeTag::json) ? Type(TypeTag::number) : b.present(), tree().word(node));
  if (made.is(TypeTag::error)) {
    mismatch(op, left, a.present(), right, b.present());
    return {};
  }
  for (auto [type, at] : {std::pair{&a, left}, std::pair{&b, right}})
    if (type->is(TypeTag::json)) facts.casts[ref(at)] = TypeTag::number;
  of_missing(left, a, right, b);
  return made;
}

Type Checker::sum(NodeId node) {
  const bool minus = tree().word(node) == Word::Minus;
  return reckoned(node, minus ? "reduced by" : "added to", [](const Type& a, const Type& b, Word op) -> Type {
    if (a.is_numeric() && b.is_numeric()) return a.is(TypeTag::integer) && b.is(TypeTag::integer) ? TypeTag::integer : TypeTag::number;
    if (a.is_quantity() && a.tag() == b.tag()) return a;
    if (a.is(TypeTag::instant) && b.is(TypeTag::instant) && op == Word::Minus) return TypeTag::duration;
    if (a.is(TypeTag::instant) && b.is(TypeTag::duration)) return TypeTag::instant;
    return {};
  });
}

Type Checker::product(NodeId node) {
  const bool divide = tree().word(node) == Word::Slash;
  return reckoned(node, divide ? "divided by" : "multiplied by", [](const Type& a, const Type& b, Word op) -> Type {
    const bool over = op == Word::Slash;
    if (a.is_numeric() && b.is_numeric()) return !over && a.is(TypeTag::integer) && b.is(TypeTag::integer) ? TypeTag::integer : TypeTag::number;
    if (a.is_quantity() && b.is_numeric()) return a;
    if (!over && a.is_numeric() && b.is_quantity()) return b;
    if (over && a.is_quantity() && a.tag() == b.tag()) return TypeTag::number;
    return {};
  });
}

Type Checker::portion(NodeId node) {
  const NodeId left = tree().nth(node, 0), right = tree().nth(node, 1);
  const Type a = expression(left), b = expression(right);
  if (a.is(TypeTag::error) || b.is(TypeTag::error) || of_secret("reckoned with", left, a, right, b)) return {};
  if (!a.is(TypeTag::percent)) {
    error("E0301", left, fmt::format("`of` takes a percentage, and this is {}.", with_article(a)), is_bare(a) ? unit_help(left, TypeTag::percent) : "As in `80% of .slots`.");
    return {};
  }
  if (b.is(TypeTag::json)) facts.casts[ref(right)] = TypeTag::number;
  else if (!b.is_numeric() && !b.is_quantity()) {
    const std::string help = likely_part(right, b);
    error("E0301", right, fmt::format("A percentage of {} means nothing.", with_article(b)), help.empty() ? "It is taken of a number, or of an amount." : help);
    return {};
  }
  of_missing(left, a, right, b);
  return b.is_quantity() ? b.present() : Type(TypeTag::number);
}

Type Checker::negative(NodeId node) {
  const NodeId value = tree().first(node);
  const Type type = expression(value);
  if (type.is(TypeTag::error)) return type;
  if (of_secret("reckoned with", value, type, value, type)) return {};
  if (type.is(TypeTag::json)) facts.casts[ref(value)] = TypeTag::number;
  else if (!type.is_numeric() && !type.is(TypeTag::duration) && !type.is(TypeTag::percent)) {
    const std::string help = likely_part(value, type);
    error("E0301", value, fmt::format("`-` needs a number, a duration or a percentage, and this is {}.", with_article(type)), help.empty() ? "What is less than none of it does not exist." : help);
    return {};
  }
  of_missing(value, type, value, type);
  return type.is(TypeTag::json) ? Type(TypeTag::number) : type.present();
}

Type Checker::where_kept(NodeId node) {
  const NodeId rows = tree().nth(node, 0), keeps = tree().nth(node, 1);
  const Type list = expression(rows);
  Type item;
  bool told = list.is(TypeTag::error);
  if (list.is(TypeTag::rows)) item = Type::record(list->fields);
  else if (list.is(TypeTag::list) && !holds_secret(list)) item = list->element[0];
  else if (list.is(TypeTag::json)) item = TypeTag::json;
  else if (!told) {
    told = true;
    if (!of_secret("looked into", rows, list, rows, list)) error("E0301", rows, fmt::format("`where` keeps rows of a list, and this is {}.", with_article(list)), list.is(TypeTag::record) && list->name == "output" ? fmt::format("Its lines are a list: `{0}.lines`, or `{0}.grep(/…/)`.", text(rows)) : "To the left of it stand rows, a list, or a JSON array.");
  }
  const auto item_before = item_;
  const Type type_before = item_type_;
  const bool open_before = item_open_;
  item_ = frame_.locals ? (*frame_.locals)++ : 0;
  item_type_ = item;
  item_open_ = list.is(TypeTag::rows) && list->open;
  facts.item_slots[ref(node)] = *item_;
  const std::size_t said = diagnostics.size();
  condition(keeps);
  if (told) diagnostics.erase(diagnostics.begin() + static_cast<std::ptrdiff_t>(said), diagnostics.end());
  item_ = item_before;
  item_type_ = type_before;
  item_open_ = open_before;
  if (!told) of_missing(rows, list, rows, list);
  if (told) return {};
  return list.is(TypeTag::json) ? Type::list_of(TypeTag::json) : list.present();
}

}  // namespace rbc::front
