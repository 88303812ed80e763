// A value of every type, for the tables of what operators take: the program that binds them, and their names.
#pragma once
#include <string_view>

namespace rbc::stage {

inline constexpr const char* kOperandWorld = R"(postgres db
http api
host box
  reads ./bin/report
contact ann
secret token from env API_TOKEN

runbook T-1: Every type
  severity low
  goal up
  input text as text = "x"
  input int as int = 3
  input number as number = 2.5
  input percent as percent = 5%
  input duration as duration = 5m
  input size as size = 4MiB
  input rate as rate = 10 per minute
  input instant as instant = 2024-12-01
  input bool as bool = yes
  input url as url = https://a.b/c
  input option as one of first, second = first
  input texts as list of text = ["a"]
  input ints as list of int = [1]
  input text-q as text?
  input int-q as int?
  escalation until resolved
    after 5m  page ann
  check up: Up
    api> GET /health
  step one: One
    response = api> GET /x
    output = box$ ./bin/report
    record = box> disk /
    rows = db> select pid, state from pg_stat_activity
    when response is missing or output is missing or record is missing or rows is missing
      fail: Gone.
    json = response.json
    check up
)";

struct Operand {
  std::string_view name;       // as it stands in the golden
  std::string_view said;       // as it stands in the program
};
inline constexpr Operand kOperands[] = {
    {"text", "text"}, {"int", "int"}, {"number", "number"}, {"percent", "percent"}, {"duration", "duration"}, {"size", "size"}, {"rate", "rate"}, {"instant", "instant"},
    {"bool", "bool"}, {"url", "url"}, {"json", "json"}, {"secret", "token"}, {"verdict", "up"}, {"option", "option"}, {"texts", "texts"}, {"ints", "ints"}, {"rows", "rows"},
    {"record", "record"}, {"output", "output"}, {"response", "response"}, {"text?", "text-q"}, {"int?", "int-q"}};
inline constexpr std::string_view kBinary[] = {"+", "-", "*", "/", "of", "is", "is not", "<", "<=", ">", ">=", "contains", "matches", "in", "and", "or", "else", "where"};

}  // namespace rbc::stage
