#include <re2/re2.h>

#include <cmath>

#include <fmt/format.h>

#include "vm/exec/operators.hpp"

namespace rbc::exec {

namespace {

enum class Builtin : unsigned {
#define BUILTIN(id, name, receiver, arguments, result) id,
#include "vm/model/builtins.def"
#undef BUILTIN
  kCount
};

std::vector<Value> lines_of(const std::string& text) {
  std::vector<Value> lines;
  std::size_t from = 0;
  while (from < text.size()) {
    auto end = text.find('\n', from);
    std::string line = text.substr(from, end == std::string::npos ? end : end - from);
    if (!line.empty() && line.back() == '\r') line.pop_back();
    lines.push_back(Value::text(std::move(line)));
    if (end == std::string::npos) break;
    from = end + 1;
  }
  return lines;
}

std::string trim_blanks(const std::string& text) {
  auto first = text.find_first_not_of(" \t\r\n\f\v");
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n\f\v") - first + 1);
}

std::size_t characters(const std::string& text) {
  std::size_t count = 0;
  for (char c : text) count += (static_cast<unsigned char>(c) & 0xc0) != 0x80 ? 1 : 0;
  return count;
}

std::string lower_words(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

Computed rounded_to(const Value& v, std::int64_t digits) {
  if (v.tag() == Tag::integer && digits >= 0) return got(v);
  if (digits < -15 || digits > 15) return no("`.round` takes -15 to 15 digits");
  double d = v.tag() == Tag::integer ? static_cast<double>(v.as_int()) : v.as_double();
  double scale = std::pow(10.0, static_cast<double>(digits));
  double r = std::nearbyint(d * scale) / scale;
  return std::isfinite(r) ? got(Value::number(r)) : no("the result is not a finite number");
}

Computed header_of(const Value& response, const std::string& name) {
  const Value* headers = response.field("headers");
  if (headers)
    for (std::size_t i = headers->names().size(); i-- > 0;)
      if (lower_words(headers->names()[i]) == lower_words(name)) return got(Value::text(headers->items()[i].text()));
  return got(Value::missing(fmt::format("there is no header `{}`", visible(name))));
}

const std::string& output_words(const Value& output) {
  const Value* text = output.field("text");
  return text ? text->text() : output.text();
}

Computed matching_rows(const Value& output, const std::string& pattern) {
  RE2 re(pattern, RE2::Quiet);
  if (!re.ok()) return no("the pattern /" + pattern + "/ cannot be read");
  std::vector<std::string> names;
  std::vector<int> groups;
  for (const auto& [number, name] : re.CapturingGroupNames()) {
    names.push_back(name);
    groups.push_back(number);
  }
  std::vector<Value> rows;
  std::vector<re2::StringPiece> found(static_cast<std::size_t>(re.NumberOfCapturingGroups()) + 1);
  for (const auto& line : lines_of(output_words(output))) {
    re2::StringPiece text(line.text());
    if (!re.Match(text, 0, text.size(), RE2::UNANCHORED, found.data(), static_cast<int>(found.size()))) continue;
    std::vector<Value> items;
    for (int group : groups) {
      const auto& piece = found[static_cast<std::size_t>(group)];
      items.push_back(piece.data() ? Value::text(std::string(piece.data(), piece.size())) : Value());
    }
    rows.push_back(Value::record(names, std::move(items)));
  }
  return got(Value::rows(std::move(names), std::move(rows)));
}

}  // namespace

Computed builtin(unsigned id, const Value& v, std::span<const Value> arguments) {
  if (v.is_missing()) return no(v.text());
  for (const auto& argument : arguments)
    if (argument.is_missing()) return no(argument.text());
  const std::string& text = v.text();
  auto argument = [&]() -> const Value& { return arguments[0]; };
  auto seconds = [&](double unit) { return got(Value::number(static_cast<double>(v.as_int()) / unit)); };
  const auto* items = elements(v);
  auto element = [&](std::int64_t i) {
    if (!items) return no("this is no list");
    if (i < 0 || static_cast<std::uint64_t>(i) >= items->size()) return got(Value::missing(items->empty() ? "the list is empty" : fmt::format("the list has no element {}", i)));
    return got((*items)[static_cast<std::size_t>(i)]);
  };
  switch (static_cast<Builtin>(id)) {
    case Builtin::text_length: return got(Value::integer(static_cast<std::int64_t>(characters(text))));
    case Builtin::text_lines: return got(Value::list(lines_of(text)));
    case Builtin::text_trim: return got(Value::text(trim_blanks(text)));
    case Builtin::text_lower: return got(Value::text(lower_words(text)));
    case Builtin::text_before: return got(Value::text(text.substr(0, text.find(argument().text()))));
    case Builtin::text_after: {
      auto at = text.find(argument().text());
      return got(Value::text(at == std::string::npos ? "" : text.substr(at + argument().text().size())));
    }
    case Builtin::text_replace: {
      RE2 re(argument().text(), RE2::Quiet);
      if (!re.ok()) return no("the pattern /" + argument().text() + "/ cannot be read");
      std::string out = text;
      // The words that come in are plain: a backslash in them names no group.
      std::string plain;
      for (char c : arguments[1].text()) plain += c == '\\' ? std::string("\\\\") : std::string(1, c);
      RE2::GlobalReplace(&out, re, plain);
      return got(Value::text(std::move(out)));
    }
    case Builtin::text_split: {
      std::vector<Value> parts;
      const std::string& sign = argument().text();
      if (sign.empty()) return got(Value::list({v}));
      std::size_t from = 0;
      for (auto at = text.find(sign); at != std::string::npos; from = at + sign.size(), at = text.find(sign, from)) parts.push_back(Value::text(text.substr(from, at - from)));
      parts.push_back(Value::text(text.substr(from)));
      return got(Value::list(std::move(parts)));
    }
    case Builtin::number_round: return rounded_to(v, argument().as_int());
    case Builtin::number_abs: return (v.tag() == Tag::number || v.tag() == Tag::percent || v.tag() == Tag::rate ? v.as_double() < 0 : v.as_int() < 0) ? negate(v) : got(v);
    case Builtin::duration_ms: return seconds(1e3);
    case Builtin::duration_seconds: return seconds(1e6);
    case Builtin::duration_minutes: return seconds(60e6);
    case Builtin::duration_hours: return seconds(3600e6);
    case Builtin::size_bytes: return got(Value::integer(v.as_int()));
    case Builtin::size_kib: return seconds(1024.0);
    case Builtin::size_mib: return seconds(1024.0 * 1024);
    case Builtin::size_gib: return seconds(1024.0 * 1024 * 1024);
    case Builtin::percent_ratio: return got(Value::number(v.as_double()));
    case Builtin::percent_percent: return got(Value::number(v.as_double() * 100));
    case Builtin::instant_date: return got(Value::text(iso(v.as_int()).substr(0, 10)));
    case Builtin::instant_iso: return got(Value::text(iso(v.as_int())));
    case Builtin::instant_epoch: return got(Value::integer(v.as_int() / 1'000'000 - (v.as_int() % 1'000'000 < 0 ? 1 : 0)));
    case Builtin::list_count: return items ? got(Value::integer(static_cast<std::int64_t>(items->size()))) : no("this is no list");
    case Builtin::list_first: return element(0);
    case Builtin::list_last: return items ? element(items->empty() ? 0 : static_cast<std::int64_t>(items->size()) - 1) : no("this is no list");
    case Builtin::list_at: return element(argument().as_int());
    case Builtin::list_join: {
      if (!items) return no("this is no list");
      std::string out;
      for (std::size_t i = 0; i < items->size(); ++i) out += (i ? argument().text() : "") + prose((*items)[i]);
      return got(Value::text(std::move(out)));
    }
    case Builtin::output_grep: {
      RE2 re(argument().text(), RE2::Quiet);
      if (!re.ok()) return no("the pattern /" + argument().text() + "/ cannot be read");
      std::vector<Value> found;
      for (auto& line : lines_of(output_words(v)))
        if (RE2::PartialMatch(line.text(), re)) found.push_back(line);
      return got(Value::list(std::move(found)));
    }
    case Builtin::output_rows: return matching_rows(v, argument().text());
    case Builtin::response_header: return header_of(v, argument().text());
    case Builtin::kCount: break;
  }
  return no("there is no such method");
}

}  // namespace rbc::exec
