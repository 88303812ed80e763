#include <utility>

#include "vm/model/cbor.hpp"
#include "vm/model/codec.hpp"
#include "vm/model/value.hpp"

namespace rbc {

namespace {

constexpr char kValueVersion = '\x01';
constexpr unsigned kDeepestValue = 200;

void put_names(cbor::Writer& out, const std::vector<std::string>& names) {
  out.array(names.size());
  for (const auto& name : names) out.bytes(name);
}

bool names_fit(const Value& row, const Value& rows) { return row.tag() == Tag::record && row.names() == rows.names(); }

// How deep a value may still nest; json has a count of its own, so that what parse_json takes can stand in a record.
struct Depth {
  unsigned plain = kDeepestValue, json = kDeepestValue;
};

std::vector<std::string> get_names(cbor::Reader& in) {
  std::vector<std::string> names;
  for (std::uint64_t n = in.array(); n > 0 && in.good(); --n) names.push_back(in.text());
  return names;
}

Value get_value(cbor::Reader& in, Depth depth, const std::vector<std::string>* columns, bool inside_json);

std::vector<Value> get_items(cbor::Reader& in, Depth depth, const std::vector<std::string>* columns, bool inside_json) {
  std::vector<Value> items;
  for (std::uint64_t n = in.array(); n > 0 && in.good(); --n) items.push_back(get_value(in, depth, columns, inside_json));
  return items;
}

Value get_json(cbor::Reader& in, Depth depth, std::uint64_t size) {
  auto kind = static_cast<JsonKind>(in.uint_up_to(static_cast<unsigned>(JsonKind::object)));
  std::uint64_t wanted = kind == JsonKind::null ? 2 : kind == JsonKind::object ? 4 : 3;
  if (size != wanted || depth.json == 0) {
    in.spoil();
    return {};
  }
  --depth.json;
  switch (kind) {
    case JsonKind::null: return Value::json_null();
    case JsonKind::boolean: return Value::json_bool(in.boolean());
    case JsonKind::integer: return Value::json_int(in.integer());
    case JsonKind::number: return Value::json_number(in.number());
    case JsonKind::text: return Value::json_text(in.text());
    case JsonKind::array: return Value::json_array(get_items(in, depth, nullptr, true));
    case JsonKind::object: {
      auto names = get_names(in);
      auto items = get_items(in, depth, nullptr, true);
      if (names.size() == items.size()) return Value::json_object(std::move(names), std::move(items));
      break;
    }
  }
  in.spoil();
  return {};
}

Value get_value(cbor::Reader& in, Depth depth, const std::vector<std::string>* columns, bool inside_json) {
  std::uint64_t size = in.array();
  auto tag = static_cast<Tag>(in.uint_up_to(static_cast<unsigned>(Tag::rows)));
  if (!in.good()) return {};
  if (tag == Tag::json) return get_json(in, depth, size);
  if (inside_json || depth.plain == 0) {
    in.spoil();
    return {};
  }
  --depth.plain;
  std::uint64_t wanted = 2;
  if (tag == Tag::nothing) wanted = 1;
  else if (tag == Tag::missing || tag == Tag::verdict) wanted = 3;
  else if (tag == Tag::record) wanted = columns && size == 2 ? 2 : 3;
  else if (tag == Tag::rows) wanted = size == 6 ? 6 : 3;
  if (size != wanted) {
    in.spoil();
    return {};
  }
  switch (tag) {
    case Tag::nothing: return {};
    case Tag::missing: {
      auto way = static_cast<Way>(in.uint_up_to(static_cast<unsigned>(Way::blindness)));
      return Value::missing(in.text(), way);
    }
    case Tag::verdict: {
      auto colour = static_cast<Colour>(in.uint_up_to(static_cast<unsigned>(Colour::red)));
      return Value::verdict(colour, in.text());
    }
    case Tag::boolean: return Value::boolean(in.boolean());
    case Tag::integer: return Value::integer(in.integer());
    case Tag::duration: return Value::duration(in.integer());
    case Tag::size: return Value::size(in.integer());
    case Tag::instant: return Value::instant(in.integer());
    case Tag::number: return Value::number(in.number());
    case Tag::percent: return Value::percent(in.number());
    case Tag::rate: return Value::rate(in.number());
    case Tag::text: return Value::text(in.text());
    case Tag::url: return Value::url(in.text());
    case Tag::option: return Value::option(in.text());
    case Tag::secret: return Value::secret(in.text());
    case Tag::list: return Value::list(get_items(in, depth, nullptr, false));
    case Tag::record: {
      auto names = size == 2 ? *columns : get_names(in);
      auto items = get_items(in, depth, nullptr, false);
      if (names.size() == items.size()) return Value::record(std::move(names), std::move(items));
      break;
    }
    case Tag::rows: {
      auto names = get_names(in);
      auto items = get_items(in, depth, &names, false);
      if (size == 3) return Value::rows(std::move(names), std::move(items));
      bool ok = in.boolean();
      std::int64_t took = in.integer();
      std::int64_t at = in.integer();
      return Value::rows(std::move(names), std::move(items)).answered(ok, took, at);
    }
    case Tag::json: break;
  }
  in.spoil();
  return {};
}

}  // namespace

void put_value(cbor::Writer& out, const Value& value) {
  auto tag = static_cast<std::uint64_t>(value.tag());
  auto items = [&out](const std::vector<Value>& list) {
    out.array(list.size());
    for (const auto& item : list) put_value(out, item);
  };
  auto open = [&](std::uint64_t size) {
    out.array(size);
    out.uint(tag);
  };
  switch (value.tag()) {
    case Tag::nothing: return open(1);
    case Tag::missing:
      open(3);
      out.uint(static_cast<std::uint64_t>(value.way()));
      return out.bytes(value.text());
    case Tag::verdict:
      open(3);
      out.uint(static_cast<std::uint64_t>(value.colour()));
      return out.bytes(value.text());
    case Tag::boolean:
      open(2);
      return out.boolean(value.as_bool());
    case Tag::integer: case Tag::duration: case Tag::size: case Tag::instant:
      open(2);
      return out.integer(value.as_int());
    case Tag::number: case Tag::percent: case Tag::rate:
      open(2);
      return out.number(value.as_double());
    case Tag::text: case Tag::url: case Tag::option: case Tag::secret:
      open(2);
      return out.bytes(value.text());
    case Tag::list:
      open(2);
      return items(value.items());
    case Tag::record:
      open(3);
      put_names(out, value.names());
      return items(value.items());
    case Tag::rows: {
      open(value.beside() ? 6 : 3);
      put_names(out, value.names());
      out.array(value.items().size());
      for (const auto& row : value.items()) {
        if (!names_fit(row, value)) {
          put_value(out, row);
          continue;
        }
        out.array(2);
        out.uint(static_cast<std::uint64_t>(Tag::record));
        items(row.items());
      }
      if (const Value* beside = value.beside()) {
        out.boolean(beside->field("ok")->as_bool());
        out.integer(beside->field("took")->as_int());
        out.integer(beside->field("at")->as_int());
      }
      return;
    }
    case Tag::json:
      switch (value.json_kind()) {
        case JsonKind::null:
          open(2);
          return out.uint(0);
        case JsonKind::boolean:
          open(3);
          out.uint(1);
          return out.boolean(value.as_bool());
        case JsonKind::integer:
          open(3);
          out.uint(2);
          return out.integer(value.as_int());
        case JsonKind::number:
          open(3);
          out.uint(3);
          return out.number(value.as_double());
        case JsonKind::text:
          open(3);
          out.uint(4);
          return out.bytes(value.text());
        case JsonKind::array:
          open(3);
          out.uint(5);
          return items(value.items());
        case JsonKind::object:
          open(4);
          out.uint(6);
          put_names(out, value.names());
          return items(value.items());
      }
  }
}

Value take_value(cbor::Reader& in) { return get_value(in, {}, nullptr, false); }

std::string encode(const Value& value) {
  cbor::Writer out;
  out.out().push_back(kValueVersion);
  put_value(out, value);
  return out.take();
}

std::optional<Value> decode(std::string_view bytes) {
  if (bytes.empty() || bytes.front() != kValueVersion) return std::nullopt;
  cbor::Reader in(bytes.substr(1));
  Value value = take_value(in);
  if (!in.good() || !in.at_end()) return std::nullopt;
  // Another spelling of the same value is not canonical.
  if (encode(value) != bytes) return std::nullopt;
  return value;
}

}  // namespace rbc
