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

// What to write where two types do not go together, by what they are.
std::string Checker::likely_meant(NodeId left, const Type& a, NodeId right, const Type& b) const {
  if (a.is(TypeTag::rows)) return fmt::format("To count them, write `{0}.count`; one of them is `{0}.first`.", text(left));
  if (a.is(TypeTag::list) && fits(b, a->element[0])) return fmt::format("To look for it in the list, write `{} in {}`.", text(right), text(left));
  if (a.is(TypeTag::list)) return fmt::format("To count it, write `{0}.count`; one of it is `{0}.first`.", text(left));
  if (a.is(TypeTag::text) && (b.is_numeric() || b.is_quantity())) return fmt::format("If it holds a number, read it as one: `{} as {}`.", text(left), spell(b));
  if (b.is(TypeTag::text) && (a.is_numeric() || a.is_quantity()) && tree().kind(right) != Kind::Text) return fmt::format("If it holds a number, read it as one: `{} as {}`.", text(right), spell(a));
  if (a.is(TypeTag::size) && b.is(TypeTag::duration) && text(right).ends_with('m')) return fmt::format("`m` is for minutes; a size is `{}MB`.", text(right).substr(0, text(right).size() - 1));
  if (a.is(TypeTag::boolean) && tree().kind(right) == Kind::Text) return "Write `yes` or `no`, without quotes.";
  if (a.is_quantity() && b.is_quantity()) return "They measure different things.";
  return {};
}

void Checker::mismatch(NodeId node, std::string_view op, NodeId left, const Type& a, NodeId right, const Type& b) {
  (void)node;
  if (is_bare(a) && is_measured(b)) {
    offer_units(error("E0301", left, fmt::format("A number without a unit is {} {}.", op, with_article(b)), unit_help(left, b)), left, b);
  } else if (is_measured(a) && is_bare(b)) {
    const bool share = a.is(TypeTag::percent) && tree().kind(right) == Kind::Number && text(right).starts_with("0.");
    Diagnostic& said = error("E0301", right, fmt::format("A number without a unit is {} {}.", op, with_article(a)),
          share ? fmt::format("A percentage is written with `%`: `90%` is nine tenths, and `{}%` is less than one in a hundred.", text(right)) :
          tree().kind(right) == Kind::Number ? fmt::format("Give it a unit, as in `{}{}`.", text(right), a.is(TypeTag::percent) ? "%" : a.is(TypeTag::duration) ? "ms` or `" + text(right) + "s" : a.is(TypeTag::size) ? "MiB" : " per minute")
                                             : unit_help(right, a));
    if (tree().kind(right) != Kind::Number) offer_units(said, right, a);
    else if (a.is(TypeTag::percent) && !share) said.fix(rewrite(tree().span(right), text(right) + "%"));
  } else if (op == "compared with" && a.tag() == b.tag()) {
    error("E0301", left, fmt::format("`{}` is {}, which has no order.", text(left), with_article(a)),
          a.is(TypeTag::text) ? fmt::format("Compare it with `is`, or read it as a number: `{} as number`.", text(left)) : std::string("Compare it with `is`."));
  } else if (op == "compared with" && a.is_numeric() && tree().kind(right) == Kind::Text) {
    std::string bare = text(right);
    bare = bare.size() > 2 ? bare.substr(1, bare.size() - 2) : std::string();
    const bool number = !bare.empty() && bare.find_first_not_of("0123456789.") == std::string::npos;
    error("E0301", right, fmt::format("`{}` is a number, and `{}` is a text.", text(left), text(right)), number ? fmt::format("Write `{}`, without quotes.", bare) : std::string());
  } else {
    std::string first = with_article(a);
    if (!first.empty() && first[0] >= 'a' && first[0] <= 'z') first[0] = static_cast<char>(first[0] - 'a' + 'A');
    error("E0301", right, fmt::format("{} {} {} {}.", first, a.is(TypeTag::rows) ? "are" : "is", op, with_article(b)), likely_meant(left, a, right, b));
  }
}

Type Checker::compare(NodeId node) {
  const NodeId left = tree().nth(node, 0);
  NodeId right = tree().next(left);
  if (right && tree().kind(right) == Kind::Flag) right = tree().next(right);
  if (!left || !right) return {};
  const Type a = expression(left);
  const Word op = tree().word(node);
  const Type yes(TypeTag::boolean);
  if (a.is_optional() && !a.is(TypeTag::error) && tree().kind(left) != Kind::Maybe && !in_rung_ && !at_.symptom)
    error("E0304", left, fmt::format("`{}` may be missing here.", text(left)), fmt::format("Handle it first: `when {0} is missing`, or write `{0} else …`.", text(left)));
  if (holds_secret(a)) {
    expression(right);
    error("E0502", left, fmt::format("`{}` is a secret and cannot be compared.", text(left)), fmt::format("Whether there is one can be asked: `{} is missing`.", text(left)));
    return yes;
  }
  switch (op) {
    case Word::Is: return compare_is(node, left, right, a.present());
    case Word::Contains: {
      const Type b = expression(right);
      if (a.is(TypeTag::error) || b.is(TypeTag::error)) return yes;
      if (holds_secret(b)) error("E0502", right, fmt::format("`{}` is a secret and cannot be compared.", text(right)));
      const bool textual = a.is(TypeTag::text) || a.is(TypeTag::url) || (a.is(TypeTag::record) && (a->name == "output" || a->name == "response"));
      if (a.is(TypeTag::json)) facts.casts[ref(left)] = TypeTag::text;
      if (a.is(TypeTag::list) ? !fits(b, a->element[0]) : !(textual || a.is(TypeTag::json)) || !(b.is(TypeTag::text) || b.is(TypeTag::url) || b.is(TypeTag::one_of)))
        error("E0301", right, fmt::format("`contains` looks for a text in a text or an output, or for an item in a list; here it is {} in {}.", with_article(b), with_article(a)));
      return yes;
    }
    case Word::Matches: {
      if (tree().kind(right) != Kind::Regex) {
        expression(right);
        error("E0301", right, "`matches` takes a pattern.", "Write it between slashes: `/…/`.");
        return yes;
      }
      expression(right);
      if (a.is(TypeTag::json)) facts.casts[ref(left)] = TypeTag::text;
      const bool textual = a.is(TypeTag::text) || a.is(TypeTag::url) || a.is(TypeTag::one_of) || a.is(TypeTag::json) || (a.is(TypeTag::record) && (a->name == "output" || a->name == "response"));
      if (!textual && !a.is(TypeTag::error)) error("E0301", left, fmt::format("`matches` reads a text, and this is {}.", with_article(a)));
      return yes;
    }
    case Word::In: {
      const Type element = a.present();
      const Type list = Type::list_of(element);
      const Type b = expression(right, a.is(TypeTag::error) ? nullptr : &list);
      if (a.is(TypeTag::error) || b.is(TypeTag::error)) return yes;
      if (b.is(TypeTag::list) && a.is(TypeTag::json)) facts.casts[ref(left)] = b->element[0];
      else if (b.is(TypeTag::text) && a.is(TypeTag::text)) return yes;
      else if (!b.is(TypeTag::json) && !(b.is(TypeTag::list) && (fits(element, b->element[0]) || fits(b->element[0], element))))
        error("E0301", right, fmt::format("`in` looks into a list, and `{}` is {}.", text(right), with_article(b)),
              a.is(TypeTag::list) ? fmt::format("The list comes second: `{} in {}`.", text(right), text(left)) : fmt::format("Write a list, as in `{} in [\"a\", \"b\"]`.", text(left)));
      return yes;
    }
    default: break;
  }
  const Type b = expression(right);
  if (a.is(TypeTag::error) || b.is(TypeTag::error)) return yes;
  const bool ordered_a = a.is_numeric() || a.is_quantity() || a.is(TypeTag::instant), ordered_b = b.is_numeric() || b.is_quantity() || b.is(TypeTag::instant);
  if (a.is(TypeTag::verdict) || b.is(TypeTag::verdict)) {
    const bool is_left = a.is(TypeTag::verdict);
    error("E0302", is_left ? left : right, fmt::format("`{}` is a check, not a number.", text(is_left ? left : right)), "Say `is red`, `passes` or `fails`.");
    return yes;
  }
  if (a.is(TypeTag::json) && b.is_numeric()) facts.casts[ref(left)] = TypeTag::number;
  else if (b.is(TypeTag::json) && a.is_numeric()) facts.casts[ref(right)] = TypeTag::number;
  else if (a.is(TypeTag::json) && b.is(TypeTag::json)) facts.casts[ref(left)] = TypeTag::number, facts.casts[ref(right)] = TypeTag::number;
  else if (a.is(TypeTag::json) && b.is(TypeTag::instant)) facts.casts[ref(left)] = TypeTag::instant;
  else if (ordered_a && ordered_b && ((a.is_numeric() && b.is_numeric()) || a.tag() == b.tag())) return yes;
  else mismatch(node, "compared with", left, a, right, b);
  return yes;
}

// A check's colour on one side of `is`, and something else on the other.
void Checker::verdict_compared(NodeId left, const Type& a, NodeId right, const Type& b) {
  if (!a.is(TypeTag::verdict)) {
    const bool textual = a.is(TypeTag::json) || a.is(TypeTag::text) || a.is(TypeTag::one_of);
    error("E0301", right, fmt::format("`{}` is a check here, and `{}` is {}.", text(right), text(left), with_article(a)),
          textual && tree().kind(right) == Kind::Var ? fmt::format("For the text, write `\"{}\"`.", text(right)) : std::string());
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

Type Checker::compare_is(NodeId node, NodeId left, NodeId right, const Type& a) {
  const Type yes(TypeTag::boolean);
  // What is left of `is` was reported; a bare name to its right may have been an option of it.
  if (a.is(TypeTag::error) && tree().kind(right) == Kind::Var && find(at_.scope, text(right)) == kNoSymbol) return yes;
  const Type b = expression(right, a.is(TypeTag::error) ? nullptr : &a);
  if (a.is(TypeTag::error) || b.is(TypeTag::error)) return yes;
  if (holds_secret(b)) {
    error("E0502", right, fmt::format("`{}` is a secret and cannot be compared.", text(right)));
    return yes;
  }
  if (a.is(TypeTag::verdict) || b.is(TypeTag::verdict)) {
    if (!(a.is(TypeTag::verdict) && b.is(TypeTag::verdict)))
      verdict_compared(left, a, right, b);
    return yes;
  }
  if (a.is(TypeTag::json) && !b.is(TypeTag::json)) {
    if (b.is_quantity()) mismatch(node, "compared with", left, a, right, b);
    else facts.casts[ref(left)] = b.is(TypeTag::integer) ? Type(TypeTag::number) : b;
    return yes;
  }
  if (b.is(TypeTag::json) && !a.is(TypeTag::json)) {
    if (a.is_quantity()) mismatch(node, "compared with", left, a, right, b);
    else facts.casts[ref(right)] = a.is(TypeTag::integer) ? Type(TypeTag::number) : a;
    return yes;
  }
  const auto textual = [](const Type& type) { return type.is(TypeTag::text) || type.is(TypeTag::url) || type.is(TypeTag::one_of); };
  if (fits(a, b.present()) || fits(b.present(), a) || (a.is_numeric() && b.is_numeric()) || (textual(a) && textual(b))) {
    if (b.is_optional() && tree().kind(right) != Kind::Maybe)
      error("E0304", right, fmt::format("`{}` may be missing here.", text(right)), fmt::format("Handle it first: `when {} is missing`.", text(right)));
    return yes;
  }
  mismatch(node, "compared with", left, a, right, b);
  return yes;
}

Type Checker::sum(NodeId node) {
  const NodeId left = tree().nth(node, 0), right = tree().nth(node, 1);
  Type a = expression(left), b = expression(right);
  if (a.is(TypeTag::error) || b.is(TypeTag::error)) return {};
  const bool minus = tree().word(node) == Word::Minus;
  for (auto [type, at] : {std::pair{&a, left}, std::pair{&b, right}})
    if (type->is(TypeTag::json)) {
      facts.casts[ref(at)] = TypeTag::number;
      *type = TypeTag::number;
    }
  if (a.is_numeric() && b.is_numeric()) return a.is(TypeTag::integer) && b.is(TypeTag::integer) ? Type(TypeTag::integer) : Type(TypeTag::number);
  if (a.is_quantity() && a.tag() == b.tag()) return a.present();
  if (a.is(TypeTag::instant) && b.is(TypeTag::instant) && minus) return TypeTag::duration;
  if (a.is(TypeTag::instant) && b.is(TypeTag::duration)) return TypeTag::instant;
  if (a.is(TypeTag::text) && b.is(TypeTag::text)) error("E0301", node, "Texts are not added.", "Write them in one: `\"<a><b>\"`.");
  else mismatch(node, minus ? "reduced by" : "added to", left, a, right, b);
  return {};
}

Type Checker::product(NodeId node) {
  const NodeId left = tree().nth(node, 0), right = tree().nth(node, 1);
  Type a = expression(left), b = expression(right);
  if (a.is(TypeTag::error) || b.is(TypeTag::error)) return {};
  const bool divide = tree().word(node) == Word::Slash;
  for (auto [type, at] : {std::pair{&a, left}, std::pair{&b, right}})
    if (type->is(TypeTag::json)) {
      facts.casts[ref(at)] = TypeTag::number;
      *type = TypeTag::number;
    }
  if (a.is_numeric() && b.is_numeric()) return !divide && a.is(TypeTag::integer) && b.is(TypeTag::integer) ? Type(TypeTag::integer) : Type(TypeTag::number);
  if (a.is_quantity() && b.is_numeric()) return a.present();
  if (!divide && a.is_numeric() && b.is_quantity()) return b.present();
  if (divide && a.is_quantity() && a.tag() == b.tag()) return TypeTag::number;
  mismatch(node, divide ? "divided by" : "multiplied by", left, a, right, b);
  return {};
}

Type Checker::portion(NodeId node) {
  const NodeId left = tree().nth(node, 0), right = tree().nth(node, 1);
  const Type a = expression(left), b = expression(right);
  if (a.is(TypeTag::error) || b.is(TypeTag::error)) return {};
  if (!a.is(TypeTag::percent)) {
    error("E0301", left, fmt::format("`of` takes a percentage, and this is {}.", with_article(a)), "As in `80% of .slots`.");
    return {};
  }
  if (b.is(TypeTag::json)) {
    facts.casts[ref(right)] = TypeTag::number;
    return TypeTag::number;
  }
  if (b.is_numeric()) return TypeTag::number;
  if (b.is_quantity()) return b.present();
  error("E0301", right, fmt::format("A percentage of {} means nothing.", with_article(b)));
  return {};
}

Type Checker::where_kept(NodeId node) {
  const NodeId rows = tree().nth(node, 0), keeps = tree().nth(node, 1);
  const Type list = expression(rows);
  Type item;
  if (list.is(TypeTag::rows)) item = Type::record(list->fields);
  else if (list.is(TypeTag::list)) item = list->element[0];
  else if (list.is(TypeTag::json)) item = TypeTag::json;
  else if (!list.is(TypeTag::error)) error("E0301", rows, fmt::format("`where` keeps rows of a list, and this is {}.", with_article(list)));
  const auto item_before = item_;
  const Type type_before = item_type_;
  const bool open_before = item_open_;
  item_ = frame_.locals ? (*frame_.locals)++ : 0;
  item_type_ = item;
  item_open_ = list.is(TypeTag::rows) && list->open;
  facts.item_slots[ref(node)] = *item_;
  condition(keeps);
  item_ = item_before;
  item_type_ = type_before;
  item_open_ = open_before;
  return list.is(TypeTag::json) ? Type::list_of(TypeTag::json) : list;
}

}  // namespace rbc::front
