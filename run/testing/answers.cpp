#include "run/testing/answers.hpp"

#include <cmath>

#include "stdlib/modules/machine.hpp"
#include "stdlib/modules/network.hpp"
#include "vm/model/literal.hpp"

namespace rbc::testing {
namespace {

// A cell as the field's type has it: the checker took `5` for a number, a text for an option, a url or JSON.
Value fitted(Value value, const Type& wanted) {
  switch (wanted.tag()) {
    case TypeTag::number: return value.tag() == Tag::integer ? Value::number(static_cast<double>(value.as_int())) : value;
    case TypeTag::json:
      switch (value.tag()) {
        case Tag::text: {
          auto parsed = parse_json(value.text());
          return parsed && parsed->json_kind() != JsonKind::number && parsed->json_kind() != JsonKind::integer ? *parsed : Value::json_text(value.text());
        }
        case Tag::boolean: return Value::json_bool(value.as_bool());
        case Tag::integer: return Value::json_int(value.as_int());
        case Tag::number: return Value::json_number(value.as_double());
        default: return value;
      }
    case TypeTag::one_of:
    case TypeTag::url:
    case TypeTag::instant:
      if (value.tag() == Tag::text)
        if (auto read = parse_literal(value.text(), wanted.present())) return *read;
      return value;
    default: return value;
  }
}

// Which answers are no good although they are answers (language.md 5, `ok = …`).
struct Judged { std::string_view row, field; };
constexpr Judged kOk[] = {{"host.process", "count"}, {"host.port", "open"}, {"host.service", "state"}, {"host.file", "exists"}, {"host.dns", "addresses"}, {"host.tls", "valid"}};

bool ok_of(const std::string& row, const Value& record) {
  for (const Judged& each : kOk) {
    if (each.row != row) continue;
    const Value* field = record.field(each.field);
    if (!field) return true;
    switch (field->tag()) {
      case Tag::boolean: return field->as_bool();
      case Tag::integer: return field->as_int() > 0;
      case Tag::option: return field->text() == "active";
      case Tag::list: return !field->items().empty();
      default: return true;
    }
  }
  return true;
}

using Cells = std::vector<std::pair<std::string, std::uint32_t>>;

Value record_of(const Type& type, const Cells& cells, const std::function<Value(std::uint32_t)>& value) {
  std::vector<std::string> names;
  std::vector<Value> items;
  for (const auto& [name, function] : cells) {
    const Type* field = type.field(name);
    names.push_back(name);
    items.push_back(field ? fitted(value(function), field->present()) : value(function));
  }
  if (type.is(TypeTag::record) || type.is(TypeTag::rows)) {
    for (const auto& [name, field] : type->fields) {
      if (std::find(names.begin(), names.end(), name) != names.end()) continue;
      names.push_back(name);
      items.push_back(type.is(TypeTag::rows) ? Value::json_null() : Value::missing(fmt::format("the test gives no `{}`", name)));
    }
  }
  return Value::record(std::move(names), std::move(items));
}

}  // namespace

Answer answer_of(const Template& what, const Reply* given, const std::function<Value(std::uint32_t)>& value, Micros now) {
  Answer answer;
  const bool changes = what.effect >= Effect::changes;
  answer.took = given ? given->takes : 0;
  if (given && given->way != Way::answer) {
    answer.way = given->way;
    answer.reason = !given->reason.empty() ? given->reason : given->way == Way::silence ? "no answer" : "the test says so";
    answer.in_doubt = changes && given->way == Way::silence;
    return answer;
  }
  const Type& type = what.answer;
  const Reply::As as = given ? given->as : Reply::As::nothing;
  rbc::Reply reply;
  if (as == Reply::As::output || (as == Reply::As::nothing && type.is(TypeTag::record) && type->name == "output")) {
    Finished done;
    if (given) done.out = given->text, done.exit = static_cast<int>(given->number);
    reply = decode_output(done, what);
  } else if (as == Reply::As::response || (as == Reply::As::nothing && type.is(TypeTag::record) && type->name == "response")) {
    HttpAnswer response;
    response.status = given && given->number != 0 ? static_cast<int>(given->number) : 200;
    if (given) response.body = given->text;
    reply = decode_http(response);
  } else if (as == Reply::As::value) {
    reply.value = record_of(type, {{"value", given->value}}, value);
  } else if (type.is(TypeTag::rows) || what.one_row) {
    const std::vector<Cells> none;
    const auto& rows = given && as == Reply::As::rows ? given->rows : none;
    std::vector<Value> records;
    for (const Cells& row : rows) records.push_back(record_of(type, row, value));
    if (what.one_row && as == Reply::As::nothing) records.push_back(record_of(type, {}, value));
    if (what.one_row && records.size() == 1) {
      reply.value = records.front();
    } else if (what.one_row) {
      reply = rbc::Reply::none(Way::blindness, fmt::format("{} rows came back where one was expected", records.size()));
    } else {
      std::vector<std::string> columns;
      for (const auto& [name, field] : type->fields) columns.push_back(name);
      if (!records.empty()) columns = records.front().names();
      reply.value = Value::rows(std::move(columns), std::move(records));
    }
  } else {
    const Cells none;
    const Cells& row = as == Reply::As::rows && !given->rows.empty() ? given->rows.front() : none;
    reply.value = record_of(type, row, value);
    reply.ok = ok_of(what.row, reply.value);
  }
  answer.way = reply.way;
  answer.reason = reply.reason;
  answer.in_doubt = reply.in_doubt && changes;
  if (reply.way == Way::answer) answer.value = reply.value.answered(reply.ok, answer.took, now);
  return answer;
}

}  // namespace rbc::testing
