#include <charconv>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "vm/model/characters.hpp"
#include "vm/model/value.hpp"

namespace rbc {

namespace {

constexpr unsigned kDeepestJson = 200;

void put_utf8(std::string& out, std::uint32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xc0 | c >> 6);
    out += static_cast<char>(0x80 | (c & 63));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xe0 | c >> 12);
    out += static_cast<char>(0x80 | (c >> 6 & 63));
    out += static_cast<char>(0x80 | (c & 63));
  } else {
    out += static_cast<char>(0xf0 | c >> 18);
    out += static_cast<char>(0x80 | (c >> 12 & 63));
    out += static_cast<char>(0x80 | (c >> 6 & 63));
    out += static_cast<char>(0x80 | (c & 63));
  }
}

class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : in_(text) {}
  std::optional<Value> whole() {
    auto value = any(kDeepestJson);
    blanks();
    if (!value || at_ != in_.size()) return std::nullopt;
    return value;
  }

 private:
  void blanks() {
    while (at_ < in_.size() && (in_[at_] == ' ' || in_[at_] == '\t' || in_[at_] == '\n' || in_[at_] == '\r')) ++at_;
  }
  bool sign(char c) {
    blanks();
    if (at_ >= in_.size() || in_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool word(std::string_view w) {
    if (in_.substr(at_, w.size()) != w) return false;
    at_ += w.size();
    return true;
  }
  std::optional<Value> any(unsigned depth) {
    if (depth == 0) return std::nullopt;
    blanks();
    if (at_ >= in_.size()) return std::nullopt;
    switch (in_[at_]) {
      case 'n': return word("null") ? std::optional(Value::json_null()) : std::nullopt;
      case 't': return word("true") ? std::optional(Value::json_bool(true)) : std::nullopt;
      case 'f': return word("false") ? std::optional(Value::json_bool(false)) : std::nullopt;
      case '"': {
        auto text = quoted();
        return text ? std::optional(Value::json_text(std::move(*text))) : std::nullopt;
      }
      case '[': return array(depth);
      case '{': return object(depth);
      default: return number();
    }
  }
  std::optional<Value> array(unsigned depth) {
    ++at_;
    std::vector<Value> items;
    if (sign(']')) return Value::json_array({});
    do {
      auto item = any(depth - 1);
      if (!item) return std::nullopt;
      items.push_back(std::move(*item));
    } while (sign(','));
    if (!sign(']')) return std::nullopt;
    return Value::json_array(std::move(items));
  }
  std::optional<Value> object(unsigned depth) {
    ++at_;
    std::vector<std::string> keys;
    std::vector<Value> items;
    if (sign('}')) return Value::json_object({}, {});
    do {
      blanks();
      if (at_ >= in_.size() || in_[at_] != '"') return std::nullopt;
      auto key = quoted();
      if (!key || !sign(':')) return std::nullopt;
      auto item = any(depth - 1);
      if (!item) return std::nullopt;
      keys.push_back(std::move(*key));
      items.push_back(std::move(*item));
    } while (sign(','));
    if (!sign('}')) return std::nullopt;
    return Value::json_object(std::move(keys), std::move(items));
  }
  std::optional<std::uint32_t> four() {
    if (in_.size() - at_ < 4) return std::nullopt;
    std::uint32_t c = 0;
    auto [end, error] = std::from_chars(in_.data() + at_, in_.data() + at_ + 4, c, 16);
    if (error != std::errc{} || end != in_.data() + at_ + 4) return std::nullopt;
    at_ += 4;
    return c;
  }
  std::optional<std::string> quoted() {
    ++at_;
    std::string text;
    while (at_ < in_.size()) {
      char c = in_[at_++];
      if (c == '"') return text;
      if (static_cast<unsigned char>(c) < 0x20) return std::nullopt;
      if (c != '\\') {
        text += c;
        continue;
      }
      if (at_ >= in_.size()) return std::nullopt;
      switch (in_[at_++]) {
        case '"': text += '"'; break;
        case '\\': text += '\\'; break;
        case '/': text += '/'; break;
        case 'b': text += '\b'; break;
        case 'f': text += '\f'; break;
        case 'n': text += '\n'; break;
        case 'r': text += '\r'; break;
        case 't': text += '\t'; break;
        case 'u': {
          auto code = four();
          if (!code) return std::nullopt;
          if (*code >= 0xd800 && *code < 0xdc00 && in_.substr(at_, 2) == "\\u") {
            auto back = at_;
            at_ += 2;
            auto low = four();
            if (low && *low >= 0xdc00 && *low < 0xe000) code = 0x10000 + ((*code - 0xd800) << 10) + (*low - 0xdc00);
            else at_ = back;
          }
          // Half of a pair stands for no character.
          put_utf8(text, *code >= 0xd800 && *code < 0xe000 ? 0xfffd : *code);
          break;
        }
        default: return std::nullopt;
      }
    }
    return std::nullopt;
  }
  std::optional<Value> number() {
    auto start = at_;
    auto digits = [this] {
      auto from = at_;
      while (at_ < in_.size() && in_[at_] >= '0' && in_[at_] <= '9') ++at_;
      return at_ > from;
    };
    if (at_ < in_.size() && in_[at_] == '-') ++at_;
    auto first = at_;
    if (!digits() || (in_[first] == '0' && at_ > first + 1)) return std::nullopt;
    bool whole_number = true;
    if (at_ < in_.size() && in_[at_] == '.') {
      ++at_;
      whole_number = false;
      if (!digits()) return std::nullopt;
    }
    if (at_ < in_.size() && (in_[at_] == 'e' || in_[at_] == 'E')) {
      ++at_;
      whole_number = false;
      if (at_ < in_.size() && (in_[at_] == '+' || in_[at_] == '-')) ++at_;
      if (!digits()) return std::nullopt;
    }
    const char* begin = in_.data() + start;
    const char* end = in_.data() + at_;
    std::int64_t i = 0;
    if (whole_number && std::from_chars(begin, end, i).ec == std::errc{}) return Value::json_int(i);
    double d = 0;
    auto [stop, error] = std::from_chars(begin, end, d);
    if (stop != end) return std::nullopt;
    // Too large for a double: no arithmetic takes it, but the rest of the text stays readable.
    if (error == std::errc::result_out_of_range) {
      std::string_view written(begin, static_cast<std::size_t>(end - begin));
      auto exponent = written.find_first_of("eE");
      bool tiny = exponent != std::string_view::npos && written.substr(exponent + 1, 1) == "-";
      d = tiny ? 0.0 : written.front() == '-' ? -INFINITY : INFINITY;
    }
    return Value::json_number(d);
  }

  std::string_view in_;
  std::size_t at_ = 0;
};

// What is no UTF-8 is no JSON either, and becomes the replacement character; what nobody sees is written as an escape, which says the same.
void put_json_text(std::string& out, std::string_view text) {
  out += '"';
  for (std::size_t at = 0; at < text.size();) {
    const auto [width, c] = character(text, at);
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (width == 0) out += "\\ufffd";
        else if (hidden(c) && c > 0xffff) out += fmt::format("\\u{:04x}\\u{:04x}", 0xd7c0 + (c >> 10), 0xdc00 | (c & 0x3ff));
        else if (hidden(c)) out += fmt::format("\\u{:04x}", c);
        else out.append(text.substr(at, width));
    }
    at += width ? width : 1;
  }
  out += '"';
}

void put_json(std::string& out, const Value& value) {
  auto number = [&out](double d) { out += std::isfinite(d) ? fmt::format("{}", d) : "null"; };
  auto items = [&out](const std::vector<Value>& list) {
    out += '[';
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (i) out += ',';
      put_json(out, list[i]);
    }
    out += ']';
  };
  auto fields = [&out](const Value& record) {
    out += '{';
    for (std::size_t i = 0; i < record.names().size(); ++i) {
      if (i) out += ',';
      put_json_text(out, record.names()[i]);
      out += ':';
      put_json(out, record.items()[i]);
    }
    out += '}';
  };
  switch (value.tag()) {
    case Tag::nothing: case Tag::missing: out += "null"; return;
    case Tag::boolean: out += value.as_bool() ? "true" : "false"; return;
    case Tag::integer: case Tag::size: out += fmt::format("{}", value.as_int()); return;
    case Tag::number: case Tag::percent: case Tag::rate: return number(value.as_double());
    case Tag::duration: {
      std::int64_t micros = value.as_int();
      if (micros % 1'000'000 == 0) out += fmt::format("{}", micros / 1'000'000);
      else number(static_cast<double>(micros) / 1e6);
      return;
    }
    case Tag::instant: return put_json_text(out, iso(value.as_int()));
    case Tag::text: case Tag::url: case Tag::option: return put_json_text(out, value.text());
    case Tag::secret: return put_json_text(out, "•••");
    case Tag::verdict: return put_json_text(out, spell(value.colour()));
    case Tag::list: case Tag::rows: return items(value.items());
    case Tag::record: return fields(value);
    case Tag::json:
      switch (value.json_kind()) {
        case JsonKind::null: out += "null"; return;
        case JsonKind::boolean: out += value.as_bool() ? "true" : "false"; return;
        case JsonKind::integer: out += fmt::format("{}", value.as_int()); return;
        case JsonKind::number: return number(value.as_double());
        case JsonKind::text: return put_json_text(out, value.text());
        case JsonKind::array: return items(value.items());
        case JsonKind::object: return fields(value);
      }
  }
}

}  // namespace

std::optional<Value> parse_json(std::string_view text) { return JsonReader(text).whole(); }

std::string to_json_text(const Value& value) {
  std::string out;
  put_json(out, value);
  return out;
}

}  // namespace rbc
