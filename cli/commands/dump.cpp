// `rbc dump`: what is built in, as text: the specification, and a reference made of the tables that the compiler itself reads.
#include <cstdio>

#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "compiler/compile.hpp"
#include "grammar/examples.hpp"
#include "grammar/render/parts.hpp"
#include "stdlib/world.hpp"
#include "vm/model/catalogue.hpp"

namespace rbc::cli {

namespace {

constexpr const char* kSpecification =
#include "cli/dumped/language.inc"
    ;

struct BuiltinLine {
  std::string_view name, receiver, arguments, result;
};
constexpr BuiltinLine kBuiltinLines[] = {
#define BUILTIN(id, name, receiver, arguments, result) {name, #receiver, arguments, result},
#include "vm/model/builtins.def"
#undef BUILTIN
};

struct WordLine {
  std::string_view word;
  bool reserved;
};
constexpr WordLine kWordLines[] = {
#define RBC_WORD(id, spelling, reserved) {spelling, reserved},
#include "grammar/keywords.def"
#undef RBC_WORD
};

std::string limit_in_seconds(Micros limit, Effect effect) {
  if (limit == 0) limit = effect == Effect::looks ? 10'000'000 : 120'000'000;
  return fmt::format("{}s", limit / 1'000'000);
}

void reference_as_markdown() {
  fmt::print("# Reference of rbc {}\n\n## Words\n\nA word in bold is no name.\n\n", RBC_VERSION);
  for (const WordLine& one : kWordLines) fmt::print("* {}\n", one.reserved ? fmt::format("**{}**", one.word) : std::string(one.word));
  fmt::print("\n## What is said to a resource\n\n| to | what is said | level | limit | what it does |\n|---|---|---|---|---|\n");
  for (const CatalogueRow& row : catalogue().rows())
    fmt::print("| {} | `{}{}` | {} | {} | {} |\n", spell(row.kind), row.form, row.words.empty() ? " …" : " " + row.words, spell(row.effect), limit_in_seconds(row.limit, row.effect), row.sentence);
  fmt::print("\n## Parts of values\n\n| of | part | answers |\n|---|---|---|\n");
  for (const BuiltinLine& one : kBuiltinLines)
    fmt::print("| {} | `.{}{}` | {} |\n", one.receiver, one.name, one.arguments.empty() ? std::string() : fmt::format("({})", one.arguments), one.result);
  fmt::print("\n## Diagnostics\n\n| code | message |\n|---|---|\n");
  for (const DiagnosticInfo& info : all_diagnostics()) fmt::print("| {} | {} |\n", info.code, info.message);
}

void reference_as_json() {
  using rendering::json_text;
  const auto each = [](const auto& rows, const auto& shown) {
    std::string all;
    for (const auto& row : rows) all += (all.empty() ? "" : ",\n  ") + shown(row);
    return all;
  };
  fmt::print("{{\"rbc\":{},\n \"words\":[\n  {}],\n", json_text(RBC_VERSION), each(kWordLines, [](const WordLine& one) { return fmt::format("{{\"word\":{},\"reserved\":{}}}", json_text(one.word), one.reserved); }));
  fmt::print(" \"said\":[\n  {}],\n", each(catalogue().rows(), [](const CatalogueRow& row) {
               return fmt::format("{{\"kind\":{},\"sign\":{},\"words\":{},\"level\":{},\"limit\":{},\"sentence\":{}}}", json_text(spell(row.kind)), json_text(std::string(1, row.form)), json_text(row.words),
                                  json_text(spell(row.effect)), json_text(limit_in_seconds(row.limit, row.effect)), json_text(row.sentence));
             }));
  fmt::print(" \"parts\":[\n  {}],\n", each(kBuiltinLines, [](const BuiltinLine& one) {
               return fmt::format("{{\"of\":{},\"part\":{},\"arguments\":{},\"answers\":{}}}", json_text(one.receiver), json_text(one.name), json_text(one.arguments), json_text(one.result));
             }));
  fmt::print(" \"diagnostics\":[\n  {}]}}\n", each(all_diagnostics(), [](const DiagnosticInfo& info) {
               return fmt::format("{{\"code\":{},\"message\":{},\"explanation\":{}}}", json_text(info.code), json_text(info.message), json_text(info.explanation));
             }));
}

}  // namespace

int dump(const Given& given) {
  const std::string& what = given.words[0];
  if (what == "language") std::fputs(kSpecification, stdout);
  else if (what == "reference") given.has("json") ? reference_as_json() : reference_as_markdown();
  else if (what == "unsupported")
    for (const std::string& line : unsupported()) fmt::print("{}\n", line);
  else
    return refuse(kUsage, fmt::format("`{}` cannot be dumped: language, reference or unsupported.{}", what, suggestion(what, {"language", "reference", "unsupported"})));
  return kOk;
}

}  // namespace rbc::cli
