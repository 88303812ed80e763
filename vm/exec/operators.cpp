#include "vm/exec/operators.hpp"

#include <re2/re2.h>

#include <cmath>

#include <fmt/format.h>

#include "vm/model/literal.hpp"

namespace rbc::exec {

namespace {

bool whole_tag(Tag tag) { return tag == Tag::integer || tag == Tag::duration || tag == Tag::size; }
bool plain_number(const Value& v) { return v.tag() == Tag::integer || v.tag() == Tag::number; }
double real(const Value& v) { return whole_tag(v.tag()) || v.tag() == Tag::instant ? static_cast<double>(v.as_int()) : v.as_double(); }
bool wordy(Tag tag) { return tag == Tag::text || tag == Tag::url || tag == Tag::option; }

std::string_view tag_words(const Value& v) {
  switch (v.tag()) {
    case Tag::nothing: return "nothing";
    case Tag::missing: return "a missing value";
    case Tag::boolean: return "yes or no";
    case Tag::integer: return "a whole number";
    case Tag::number: return "a number";
    case Tag::percent: return "a percentage";
    case Tag::duration: return "a length of time";
    case Tag::size: return "a size";
    case Tag::rate: return "a rate";
    case Tag::instant: return "a time";
    case Tag::text: return "a text";
    case Tag::url: return "an address";
    case Tag::option: return "an option";
    case Tag::secret: return "a secret";
    case Tag::verdict: return "a verdict";
    case Tag::list: return "a list";
    case Tag::record: return "a record";
    case Tag::rows: return "rows";
    case Tag::json:
      switch (v.json_kind()) {
        case JsonKind::null: return "null";
        case JsonKind::boolean: return "a JSON boolean";
        case JsonKind::integer: case JsonKind::number: return "a JSON number";
        case JsonKind::text: return "a JSON string";
        case JsonKind::array: return "a JSON array";
        case JsonKind::object: return "a JSON object";
      }
  }
  return "a value";
}

Computed absent(const Value& v) { return no(v.text().empty() ? "a value is missing" : v.text()); }

Computed mismatch(std::string_view what, const Value& a, const Value& b) {
  if (a.is_missing()) return absent(a);
  if (b.is_missing()) return absent(b);
  return no(fmt::format("{} does not go with {} and {}", what, tag_words(a), tag_words(b)));
}

Computed whole_as(Tag tag, std::int64_t i) {
  switch (tag) {
    case Tag::duration: return got(Value::duration(i));
    case Tag::size: return got(Value::size(i));
    case Tag::instant: return got(Value::instant(i));
    default: return got(Value::integer(i));
  }
}

// A double as a value of `tag`; whole ones are rounded half to even.
Computed real_as(Tag tag, double d) {
  if (!std::isfinite(d)) return no("the result is not a finite number");
  switch (tag) {
    case Tag::number: return got(Value::number(d));
    case Tag::percent: return got(Value::percent(d));
    case Tag::rate: return got(Value::rate(d));
    default: break;
  }
  double rounded = std::nearbyint(d);
  if (rounded >= 9223372036854775808.0 || rounded < -9223372036854775808.0) return no("the result is too large");
  return whole_as(tag, static_cast<std::int64_t>(rounded));
}

Computed sum(const Value& a, const Value& b, bool minus) {
  std::string_view what = minus ? "`-`" : "`+`";
  Tag x = a.tag(), y = b.tag();
  auto whole_sum = [&](Tag tag) {
    std::int64_t r = 0;
    bool over = minus ? __builtin_sub_overflow(a.as_int(), b.as_int(), &r) : __builtin_add_overflow(a.as_int(), b.as_int(), &r);
    return over ? no("the result is too large") : whole_as(tag, r);
  };
  if (x == y && whole_tag(x)) return whole_sum(x);
  if (plain_number(a) && plain_number(b)) return real_as(Tag::number, minus ? real(a) - real(b) : real(a) + real(b));
  if (x == y && (x == Tag::percent || x == Tag::rate)) return real_as(x, minus ? a.as_double() - b.as_double() : a.as_double() + b.as_double());
  if (x == Tag::instant && y == Tag::instant && minus) return whole_sum(Tag::duration);
  if (x == Tag::instant && y == Tag::duration) return whole_sum(Tag::instant);
  if (x == Tag::duration && y == Tag::instant && !minus) return whole_sum(Tag::instant);
  return mismatch(what, a, b);
}

bool quantity(Tag tag) { return tag == Tag::duration || tag == Tag::size || tag == Tag::percent || tag == Tag::rate; }

Value unjson(const Value& v) {
  if (v.tag() != Tag::json) return v;
  switch (v.json_kind()) {
    case JsonKind::boolean: return Value::boolean(v.as_bool());
    case JsonKind::integer: return Value::integer(v.as_int());
    case JsonKind::number: return Value::number(v.as_double());
    case JsonKind::text: return Value::text(v.text());
    case JsonKind::null: case JsonKind::array: case JsonKind::object: return v;
  }
  return v;
}

Computed cast_json(const Value& a, const Type& type) {
  auto fails = [&] { return no(fmt::format("{} is not {}", tag_words(a), spell(type))); };
  switch (type.tag()) {
    case TypeTag::json: return got(a);
    case TypeTag::boolean: return a.json_kind() == JsonKind::boolean ? got(Value::boolean(a.as_bool())) : fails();
    case TypeTag::integer: return a.json_kind() == JsonKind::integer ? got(Value::integer(a.as_int())) : fails();
    case TypeTag::number:
      if (a.json_kind() == JsonKind::integer) return got(Value::number(static_cast<double>(a.as_int())));
      return a.json_kind() == JsonKind::number ? real_as(Tag::number, a.as_double()) : fails();
    case TypeTag::text: case TypeTag::url: case TypeTag::one_of: case TypeTag::instant:
      return a.json_kind() == JsonKind::text ? cast(Value::text(a.text()), type) : fails();
    case TypeTag::list: {
      if (a.json_kind() != JsonKind::array) return fails();
      std::vector<Value> items;
      for (const auto& item : a.items()) {
        auto one = cast(item, type->element.at(0));
        if (!one.good) return one;
        items.push_back(std::move(one.value));
      }
      return got(Value::list(std::move(items)));
    }
    case TypeTag::error: case TypeTag::nothing: case TypeTag::percent: case TypeTag::duration: case TypeTag::size: case TypeTag::rate:
    case TypeTag::secret: case TypeTag::verdict: case TypeTag::record: case TypeTag::rows: return fails();
  }
  return fails();
}

bool null_value(const Value& v) { return v.tag() == Tag::nothing || (v.tag() == Tag::json && v.json_kind() == JsonKind::null); }

const std::string* searched_text(const Value& a) {
  if (wordy(a.tag()) || (a.tag() == Tag::json && a.json_kind() == JsonKind::text)) return &a.text();
  if (a.tag() == Tag::record)
    for (const char* name : {"text", "body"})
      if (const Value* text = a.field(name); text && text->tag() == Tag::text) return &text->text();
  return nullptr;
}

}  // namespace

Computed add(const Value& a, const Value& b) { return sum(a, b, false); }
Computed subtract(const Value& a, const Value& b) { return sum(a, b, true); }

Computed multiply(const Value& a, const Value& b) {
  if (a.tag() == Tag::integer && b.tag() == Tag::integer) {
    std::int64_t r = 0;
    if (__builtin_mul_overflow(a.as_int(), b.as_int(), &r)) return no("the result is too large");
    return got(Value::integer(r));
  }
  if (plain_number(a) && plain_number(b)) return real_as(Tag::number, real(a) * real(b));
  const Value& q = plain_number(a) ? b : a;
  const Value& n = plain_number(a) ? a : b;
  if (!quantity(q.tag()) || !plain_number(n)) return mismatch("`*`", a, b);
  if (whole_tag(q.tag()) && n.tag() == Tag::integer) {
    std::int64_t r = 0;
    if (__builtin_mul_overflow(q.as_int(), n.as_int(), &r)) return no("the result is too large");
    return whole_as(q.tag(), r);
  }
  return real_as(q.tag(), real(q) * real(n));
}

Computed divide(const Value& a, const Value& b) {
  bool ratio = (plain_number(a) && plain_number(b)) || (a.tag() == b.tag() && quantity(a.tag()));
  if (!ratio && !(quantity(a.tag()) && plain_number(b))) return mismatch("`/`", a, b);
  if (real(b) == 0) return no("division by zero");
  return real_as(ratio ? Tag::number : a.tag(), real(a) / real(b));
}

Computed portion(const Value& a, const Value& b) {
  if (a.tag() != Tag::percent || !(quantity(b.tag()) || plain_number(b))) return mismatch("`of`", a, b);
  return real_as(plain_number(b) ? Tag::number : b.tag(), a.as_double() * real(b));
}

Computed negate(const Value& a) {
  if (whole_tag(a.tag())) return subtract(whole_as(a.tag(), 0).value, a);
  if (a.tag() == Tag::number || a.tag() == Tag::percent || a.tag() == Tag::rate) return real_as(a.tag(), -a.as_double());
  return a.is_missing() ? absent(a) : no(fmt::format("`-` does not go with {}", tag_words(a)));
}

Computed equal(const Value& a, const Value& b) {
  auto says = [](bool yes) { return got(Value::boolean(yes)); };
  if (a.is_missing() || b.is_missing()) return mismatch("`is`", a, b);
  if (plain_number(a) && plain_number(b)) {
    if (std::isnan(real(a)) || std::isnan(real(b))) return no("a number is not a number");
    return says(a.tag() == b.tag() && a.tag() == Tag::integer ? a.as_int() == b.as_int() : real(a) == real(b));
  }
  if (wordy(a.tag()) && wordy(b.tag())) return says(a.text() == b.text());
  if (a.tag() == Tag::json && b.tag() == Tag::json) return says(a == b);
  if (a.tag() == Tag::json || b.tag() == Tag::json) {
    Value x = unjson(a), y = unjson(b);
    if (x.tag() == Tag::json || y.tag() == Tag::json) return mismatch("`is`", a, b);
    if (x.tag() != y.tag() && !(plain_number(x) && plain_number(y)) && !(wordy(x.tag()) && wordy(y.tag()))) return mismatch("`is`", a, b);
    return equal(x, y);
  }
  if (a.tag() != b.tag()) return mismatch("`is`", a, b);
  switch (a.tag()) {
    case Tag::verdict: return says(a.colour() == b.colour());
    case Tag::boolean: case Tag::duration: case Tag::size: case Tag::instant: return says(a.as_int() == b.as_int());
    case Tag::percent: case Tag::rate: return says(a.as_double() == b.as_double());
    case Tag::list: {
      if (a.items().size() != b.items().size()) return says(false);
      for (std::size_t i = 0; i < a.items().size(); ++i) {
        auto one = equal(a.items()[i], b.items()[i]);
        if (!one.good || !one.value.as_bool()) return one;
      }
      return says(true);
    }
    default: return mismatch("`is`", a, b);
  }
}

Computed less(const Value& a, const Value& b, bool or_equal) {
  Value x = unjson(a), y = unjson(b);
  bool comparable = (plain_number(x) && plain_number(y)) || (x.tag() == y.tag() && (quantity(x.tag()) || x.tag() == Tag::instant));
  if (!comparable) return mismatch("a comparison", a, b);
  if (x.tag() == y.tag() && (whole_tag(x.tag()) || x.tag() == Tag::instant)) {
    return got(Value::boolean(or_equal ? x.as_int() <= y.as_int() : x.as_int() < y.as_int()));
  }
  if (std::isnan(real(x)) || std::isnan(real(y))) return no("a number is not a number");
  return got(Value::boolean(or_equal ? real(x) <= real(y) : real(x) < real(y)));
}

Computed contains(const Value& a, const Value& b) {
  if (a.is_missing() || b.is_missing()) return mismatch("`contains`", a, b);
  if (elements(a)) return holds(a, b);
  const std::string* text = searched_text(a);
  const std::string* part = searched_text(b);
  if (!text || !part) return mismatch("`contains`", a, b);
  return got(Value::boolean(text->find(*part) != std::string::npos));
}

Computed matches(const Value& a, const std::string& pattern) {
  if (a.is_missing()) return absent(a);
  const std::string* text = searched_text(a);
  if (!text) return no(fmt::format("`matches` does not go with {}", tag_words(a)));
  RE2 re(pattern, RE2::Quiet);
  if (!re.ok()) return no("the pattern /" + pattern + "/ cannot be read");
  return got(Value::boolean(RE2::PartialMatch(*text, re)));
}

Computed holds(const Value& list, const Value& a) {
  if (list.is_missing() || a.is_missing()) return mismatch("`in`", a, list);
  const auto* items = elements(list);
  if (!items) return searched_text(list) && searched_text(a) ? contains(list, a) : mismatch("`in`", a, list);
  for (const auto& item : *items) {
    // One JSON element of another type is not the one that is looked for, and no failure of the whole.
    auto one = equal(item, a);
    if (one.good ? one.value.as_bool() : false) return one;
    if (!one.good && item.tag() != Tag::json && !item.is_missing()) return one;
  }
  return got(Value::boolean(false));
}

Computed cast(const Value& a, const Type& type) {
  if (a.is_missing() || null_value(a)) {
    if (type.is_optional()) return got(a.is_missing() ? a : Value::missing("null"));
    return a.is_missing() ? absent(a) : no(fmt::format("null is not {}", spell(type)));
  }
  if (type.is(TypeTag::secret)) {
    if (a.tag() == Tag::secret) return got(a);
    // The one thing that an answer holds: `select x`, one row of it, `get KEY`.
    if (a.tag() == Tag::rows && a.items().size() == 1) return cast(a.items().front(), type);
    if (a.tag() == Tag::record) {
      const Value* only = nullptr;
      std::size_t others = 0;
      for (std::size_t i = 0; i < a.items().size(); ++i) {
        const std::string& name = a.names()[i];
        if (name == "ok" || name == "took" || name == "at") continue;
        only = &a.items()[i];
        ++others;
      }
      if (others == 1 && only->tag() != Tag::record && only->tag() != Tag::rows) return cast(*only, type);
    }
    const std::string* text = searched_text(a);
    return text ? got(Value::secret(*text)) : no(fmt::format("{} is no secret", tag_words(a)));
  }
  if (a.tag() == Tag::secret) return no("a secret stays a secret");
  if (a.tag() == Tag::json) return cast_json(a, type.present());
  if (type.is(TypeTag::number) && a.tag() == Tag::integer) return got(Value::number(real(a)));
  if (type.is(TypeTag::json) && a.tag() != Tag::text) return got(a);
  if (wordy(a.tag())) {
    auto value = parse_literal(a.text(), type.present());
    if (value && type.is(TypeTag::text) && !type->pattern.empty() && !full_match(a.text(), type->pattern)) value.reset();
    if (value) return got(std::move(*value));
    return no(fmt::format("`{}` is not {}", prose(a), spell(type)));
  }
  if (a.tag() == Tag::list && type.is(TypeTag::list)) {
    std::vector<Value> items;
    for (const auto& item : a.items()) {
      auto one = cast(item, type->element.at(0));
      if (!one.good) return one;
      items.push_back(std::move(one.value));
    }
    return got(Value::list(std::move(items)));
  }
  bool same = (a.tag() == Tag::boolean && type.is(TypeTag::boolean)) || (a.tag() == Tag::integer && type.is(TypeTag::integer)) ||
              (a.tag() == Tag::number && type.is(TypeTag::number)) || (a.tag() == Tag::percent && type.is(TypeTag::percent)) ||
              (a.tag() == Tag::duration && type.is(TypeTag::duration)) || (a.tag() == Tag::size && type.is(TypeTag::size)) ||
              (a.tag() == Tag::rate && type.is(TypeTag::rate)) || (a.tag() == Tag::instant && type.is(TypeTag::instant)) ||
              (a.tag() == Tag::verdict && type.is(TypeTag::verdict)) || (a.tag() == Tag::record && type.is(TypeTag::record)) ||
              (a.tag() == Tag::rows && type.is(TypeTag::rows));
  return same ? got(a) : no(fmt::format("{} is not {}", tag_words(a), spell(type)));
}

Computed reading(const Value& a, unsigned how) {
  if (a.is_missing()) return absent(a);
  Value n = unjson(a);
  if (!plain_number(n)) return no(fmt::format("{} is no bare number", tag_words(a)));
  double d = real(n);
  switch (how) {
    case 0: return real_as(Tag::percent, d);
    case 1: return real_as(Tag::percent, ratio_of_percent(d));
    case 2: return real_as(Tag::duration, d * 1e6);
    case 3: return real_as(Tag::duration, d * 1e3);
    case 4: return n.tag() == Tag::integer ? got(Value::size(n.as_int())) : real_as(Tag::size, d);
    default: return real_as(Tag::rate, d);
  }
}

Computed field(const Value& a, const std::string& name, bool must) {
  auto gone = [&](std::string reason) { return must ? no(std::move(reason)) : got(Value::missing(std::move(reason))); };
  if (a.is_missing()) return must ? absent(a) : got(a);
  const Value* found = nullptr;
  if (a.tag() == Tag::rows) {
    bool column = false;
    for (const auto& known : a.names()) column = column || known == name;
    if (column) {
      if (a.items().size() != 1) return gone(fmt::format("{} rows came back, not one", a.items().size()));
      found = a.items()[0].field(name);
    } else if (a.beside()) {
      found = a.beside()->field(name);
    }
  } else if (a.tag() == Tag::json && a.json_kind() == JsonKind::array) {
    // An array has no keys, so these are the list's.
    if (name == "count") return got(Value::json_int(static_cast<std::int64_t>(a.items().size())));
    if (name == "first" || name == "last") {
      if (a.items().empty()) return gone("the list is empty");
      found = name == "first" ? &a.items().front() : &a.items().back();
    }
  } else {
    found = a.field(name);
  }
  if (!found) return gone(fmt::format("there is no `{}`", visible(name)));
  if (null_value(*found)) return gone(fmt::format("`{}` is null", visible(name)));
  if (found->is_missing() && must) return absent(*found);
  return got(*found);
}

const std::vector<Value>* elements(const Value& a) {
  bool list = a.tag() == Tag::list || a.tag() == Tag::rows || (a.tag() == Tag::json && a.json_kind() == JsonKind::array);
  return list ? &a.items() : nullptr;
}

bool answer_ok(const Value& answer) {
  const Value* ok = answer.tag() == Tag::rows ? (answer.beside() ? answer.beside()->field("ok") : nullptr) : answer.field("ok");
  return !ok || ok->tag() != Tag::boolean || ok->as_bool();
}

std::string not_ok_words(const Value& answer) {
  for (const char* name : {"status", "exit"})
    if (const Value* code = answer.field(name); code && code->tag() == Tag::integer) {
      std::string words = fmt::format("{} {}", name, code->as_int());
      const Value* err = answer.field("err");
      if (err && !err->text().empty()) words += ": " + prose(*err);
      return words;
    }
  return "not ok";
}

bool full_match(const std::string& text, const std::string& pattern) {
  RE2 re(pattern, RE2::Quiet);
  return re.ok() && RE2::FullMatch(text, re);
}

}  // namespace rbc::exec
