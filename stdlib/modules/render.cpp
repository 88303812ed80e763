#include "stdlib/modules/render.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ctime>

namespace rbc {
namespace render_values {

struct Refused {
  std::string why;
};

std::string sql_instant(std::int64_t micros) {
  std::int64_t seconds = micros / 1'000'000, rest = micros % 1'000'000;
  if (rest < 0) {
    rest += 1'000'000;
    --seconds;
  }
  const std::time_t at = seconds;
  std::tm parts{};
  ::gmtime_r(&at, &parts);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:06}+00", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour,
                     parts.tm_min, parts.tm_sec, rest);
}

std::string sql_text(const Value& value) {
  switch (value.tag()) {
    case Tag::boolean: return value.as_bool() ? "true" : "false";
    case Tag::duration: return fmt::format("{} microseconds", value.as_int());
    case Tag::instant: return sql_instant(value.as_int());
    case Tag::json: case Tag::record: case Tag::rows: return to_json_text(value);
    case Tag::list: {
      std::string all = "{";
      for (const Value& item : value.items()) {
        if (all.size() > 1) all += ',';
        if (item.is_missing()) {
          all += "NULL";
          continue;
        }
        all += '"';
        for (char c : sql_text(item)) {
          if (c == '"' || c == '\\') all += '\\';
          all += c;
        }
        all += '"';
      }
      return all + "}";
    }
    default: return plain(value);
  }
}

std::string sql_quoted(const std::string& text, char quote) {
  std::string all;
  if (quote == '\'' && text.find('\\') != std::string::npos) all = " E";
  all += quote;
  for (char c : text) {
    if (c == quote || (c == '\\' && quote == '\'')) all += c;
    all += c;
  }
  return all + quote;
}

std::string regex_quoted(std::string_view text) {
  std::string all;
  for (char c : text) {
    if (std::string_view("\\.+*?()|[]{}^$").find(c) != std::string_view::npos) all += '\\';
    all += c;
  }
  return all;
}

// Go's rules of quoted strings, which know `\x22` in either kind of quote; `\"` only in its own.
std::string label_escaped(std::string_view text) {
  std::string all;
  for (char c : text) {
    if (c == '"' || c == '\'' || c == '`' || static_cast<unsigned char>(c) < 0x20) all += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    else if (c == '\\') all += "\\\\";
    else all += c;
  }
  return all;
}

struct Renderer {
  const Template& what;
  const std::vector<Value>& holes;
  Utterance said;

  const Value& value_of(const Piece& piece) const {
    static const Value nothing = Value::missing("there is no such value");
    return piece.hole < holes.size() ? holes[piece.hole] : nothing;
  }
  std::string name_of(const Piece& piece) const { return piece.hole < what.hole_names.size() ? what.hole_names[piece.hole] : fmt::format("hole {}", piece.hole); }
  bool changes() const { return what.effect >= Effect::changes; }

  // What holds for every hole, wherever it stands.
  void vet(const Piece& piece, const Value& value) const {
    if (value.is_missing()) throw Refused{value.text().empty() ? fmt::format("`{}` is missing", name_of(piece)) : value.text()};
    if (value.tag() == Tag::list) {
      for (const Value& item : value.items()) vet(piece, item);
      return;
    }
    const std::string text = plain(value);
    if (text.find('\0') != std::string::npos) throw Refused{fmt::format("`{}` holds a NUL character", name_of(piece))};
    const bool texts = value.tag() == Tag::text || value.tag() == Tag::secret || value.tag() == Tag::url || value.tag() == Tag::option;
    if (changes() && texts && text.empty()) throw Refused{fmt::format("`{}` is empty", name_of(piece))};
  }

  void sql() {
    for (const Piece& piece : what.pieces) {
      if (piece.as != Piece::As::hole) {
        said.text += piece.text;
        continue;
      }
      const Value& value = value_of(piece);
      vet(piece, value);
      switch (piece.escape) {
        case Escape::sql_identifier: said.text += sql_quoted(sql_text(value), '"'); break;
        case Escape::sql_literal: said.text += sql_quoted(sql_text(value), '\''); break;
        default: said.parameters.emplace_back(sql_text(value));
      }
    }
  }

  void words() {
    struct Word {
      std::string name, text;
      bool assign = false, gone = false, only_list = false, started = false;
      std::vector<std::string> many;
    };
    std::vector<Word> all;
    bool dashes_end = false;   // a literal `--` went before
    for (const Piece& piece : what.pieces) {
      if (piece.as == Piece::As::word || piece.as == Piece::As::assign || all.empty()) {
        if (!all.empty() && !all.back().assign && all.back().text == "--" && all.back().started) dashes_end = true;
        Word& word = all.emplace_back();
        word.assign = piece.as == Piece::As::assign;
        if (word.assign) word.name = piece.text;
        else if (piece.as != Piece::As::hole && !piece.text.empty()) {
          word.text = piece.text;
          word.started = true;
        }
        if (piece.as == Piece::As::word || piece.as == Piece::As::assign) continue;
        if (piece.as == Piece::As::literal) continue;
      }
      Word& word = all.back();
      if (piece.as != Piece::As::hole) {
        word.text += piece.text;
        word.started = word.started || !piece.text.empty();
        continue;
      }
      const Value& value = value_of(piece);
      if (value.is_missing() && piece.optional) {
        word.gone = true;
        continue;
      }
      vet(piece, value);
      if (value.tag() == Tag::list) {
        if (word.started) throw Refused{fmt::format("`{}` is a list, and only stands alone as a word", name_of(piece))};
        word.only_list = word.started = true;
        for (const Value& item : value.items()) {
          std::string one = plain(item);
          // A list written in the runbook may hold options; the compiler marks it by asking for no escape.
          if (piece.escape != Escape::none && !dashes_end && one.starts_with('-')) throw Refused{fmt::format("`{}` holds `{}`, which would be an option", name_of(piece), visible(one))};
          word.many.push_back(std::move(one));
        }
        continue;
      }
      const std::string text = plain(value);
      if (!word.started && !word.assign && !dashes_end && text.starts_with('-')) {
        throw Refused{fmt::format("`{}` is `{}`, which would be an option", name_of(piece), value.tag() == Tag::secret ? "•••" : visible(text))};
      }
      word.text += text;
      word.started = true;
    }
    for (Word& word : all) {
      if (word.gone) continue;
      if (word.assign) said.environment.emplace_back(word.name, word.text);
      else if (word.only_list) std::move(word.many.begin(), word.many.end(), std::back_inserter(said.words));
      else said.words.push_back(std::move(word.text));
    }
  }

  static std::string variable(std::uint32_t hole) { return fmt::format("${{RB{}}}", hole); }
  static bool blank(char c) { return c == ' ' || c == '\n' || c == '\t'; }

  // The word around [at, end) of the script, to be left out or made many.
  static std::pair<std::size_t, std::size_t> word_around(const std::string& text, std::size_t at, std::size_t end) {
    auto edge = [](char c) { return blank(c) || c == ';' || c == '|' || c == '&' || c == '(' || c == ')'; };
    while (at > 0 && !edge(text[at - 1])) --at;
    while (end < text.size() && !edge(text[end])) ++end;
    return {at, end};
  }
  // Whether the variable at `at` begins an argument that could be taken for an option.
  static bool begins_option(const std::string& text, std::size_t at) {
    if (at > 0 && text[at - 1] == '"') --at;
    if (at > 0 && !blank(text[at - 1])) return false;
    std::size_t from = at;
    while (from > 0 && text[from - 1] != ';' && text[from - 1] != '|' && text[from - 1] != '&' && text[from - 1] != '\n' && text[from - 1] != '(') --from;
    const std::string before = " " + text.substr(from, at - from);
    if (before.find(" -- ") != std::string::npos) return false;
    // These take whatever follows as it is.
    for (const char* plain_command : {" test ", " [ ", " echo ", " printf "}) {
      if (before.starts_with(plain_command) || before.find(std::string(" ") + plain_command) == 0) return false;
    }
    return true;
  }

  void shell() {
    for (const Piece& piece : what.pieces) {
      if (piece.as != Piece::As::hole) said.text += piece.text;
    }
    for (const Piece& piece : what.pieces) {
      if (piece.as != Piece::As::hole) continue;
      const Value& value = value_of(piece);
      const std::string mine = variable(piece.hole);
      if (value.is_missing() && piece.optional) {
        for (auto at = said.text.find(mine); at != std::string::npos; at = said.text.find(mine)) {
          const auto [from, to] = word_around(said.text, at, at + mine.size());
          said.text.erase(from, to - from);
        }
        continue;
      }
      vet(piece, value);
      if (value.tag() == Tag::list) {
        std::string many;
        for (std::size_t i = 0; i < value.items().size(); ++i) {
          const std::string name = fmt::format("RB{}_{}", piece.hole, i);
          const std::string one = plain(value.items()[i]);
          if (piece.escape != Escape::none && one.starts_with('-')) throw Refused{fmt::format("`{}` holds `{}`, which would be an option", name_of(piece), visible(one))};
          many += fmt::format("{}\"${{{}}}\"", i ? " " : "", name);
          said.environment.emplace_back(name, one);
        }
        for (auto at = said.text.find(mine); at != std::string::npos; at = said.text.find(mine, at + many.size())) {
          const auto [from, to] = word_around(said.text, at, at + mine.size());
          said.text.replace(from, to - from, many);
          at = from;
        }
        continue;
      }
      const std::string text = plain(value);
      if (text.starts_with('-') && value.tag() != Tag::integer && value.tag() != Tag::number) {
        for (auto at = said.text.find(mine); at != std::string::npos; at = said.text.find(mine, at + 1)) {
          if (begins_option(said.text, at)) throw Refused{fmt::format("`{}` is `{}`, which would be an option", name_of(piece), value.tag() == Tag::secret ? "•••" : visible(text))};
        }
      }
      said.environment.emplace_back(fmt::format("RB{}", piece.hole), text);
    }
  }

  std::string http_escaped(const Piece& piece, const Value& value) const {
    const std::string text = plain(value);
    switch (piece.escape) {
      case Escape::path_segment:
        if (text.empty() || text == "." || text == "..") throw Refused{fmt::format("`{}` is `{}`, which is no segment of a path", name_of(piece), text)};
        return percent_encoded(text);
      case Escape::query_value: case Escape::form_value: return percent_encoded(text);
      case Escape::json_value: return value.tag() == Tag::secret ? "\"" + json_escaped(text) + "\"" : to_json_text(value);
      case Escape::json_text: return json_escaped(text);
      case Escape::header_value:
        if (text.find_first_of("\r\n") != std::string::npos) throw Refused{fmt::format("`{}` holds a line break", name_of(piece))};
        return text;
      default:
        if (text.find_first_of("\r\n") != std::string::npos) throw Refused{fmt::format("`{}` holds a line break", name_of(piece))};
        return text;
    }
  }

  void http() {
    constexpr char kGone = '\0';   // no value holds a NUL
    struct Part { Piece::As as; std::string name, text; };
    std::vector<Part> parts;
    for (const Piece& piece : what.pieces) {
      if (piece.as == Piece::As::literal) {
        if (parts.empty()) throw Refused{"the request begins with neither method nor path"};
        parts.back().text += piece.text;
      } else if (piece.as == Piece::As::hole) {
        if (parts.empty()) throw Refused{"the request begins with neither method nor path"};
        const Value& value = value_of(piece);
        if (value.is_missing() && piece.optional) {
          parts.back().text += kGone;
          continue;
        }
        vet(piece, value);
        parts.back().text += http_escaped(piece, value);
      } else if (piece.as == Piece::As::header) {
        parts.push_back({piece.as, piece.text, {}});
      } else {
        parts.push_back({piece.as, {}, piece.text});
      }
    }
    std::string query;
    for (Part& part : parts) {
      switch (part.as) {
        case Piece::As::method: said.method = part.text; break;
        case Piece::As::path:
          std::erase(part.text, kGone);
          said.target = part.text;
          break;
        case Piece::As::query:
          for (std::string_view rest = part.text; !rest.empty();) {
            const auto end = std::min(rest.find('&'), rest.size());
            const std::string_view pair = rest.substr(0, end);
            if (!pair.empty() && pair.find(kGone) == std::string_view::npos) query += (query.empty() ? "" : "&") + std::string(pair);
            rest.remove_prefix(std::min(end + 1, rest.size()));
          }
          break;
        case Piece::As::header: {
          if (part.text.find(kGone) != std::string::npos) break;
          static constexpr std::string_view kRefused[] = {"host", "content-length", "transfer-encoding", "connection", "expect"};
          std::string low = part.name;
          std::transform(low.begin(), low.end(), low.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
          if (std::find(std::begin(kRefused), std::end(kRefused), low) != std::end(kRefused)) throw Refused{fmt::format("the header `{}` is not for a runbook to set", part.name)};
          const auto start = part.text.find_first_not_of(' ');
          said.headers.emplace_back(part.name, start == std::string::npos ? std::string() : part.text.substr(start));
          break;
        }
        case Piece::As::body:
          said.body = part.text;
          said.has_body = true;
          break;
        default: break;
      }
    }
    for (std::string_view rest = said.target; !rest.empty();) {
      const auto end = std::min(rest.find('/'), rest.size());
      const std::string_view segment = rest.substr(0, end);
      if (segment == "." || segment == "..") throw Refused{fmt::format("the path `{}` has a segment `{}`", said.target, segment)};
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    if (!query.empty()) said.target += (said.target.find('?') == std::string::npos ? "?" : "&") + query;
    if (said.method.empty()) said.method = "GET";
  }

  void promql() {
    for (const Piece& piece : what.pieces) {
      if (piece.as != Piece::As::hole) {
        said.text += piece.text;
        continue;
      }
      const Value& value = value_of(piece);
      vet(piece, value);
      switch (piece.escape) {
        case Escape::prom_label: said.text += label_escaped(plain(value)); break;
        case Escape::prom_regex: {
          std::string all;
          if (value.tag() == Tag::list) {
            for (const Value& item : value.items()) all += (all.empty() ? "" : "|") + regex_quoted(plain(item));
          } else {
            all = regex_quoted(plain(value));
          }
          said.text += label_escaped(all);
          break;
        }
        case Escape::prom_duration:
          if (value.tag() != Tag::duration) throw Refused{fmt::format("`{}` is no duration", name_of(piece))};
          said.text += fmt::format("{}ms", std::max<std::int64_t>(value.as_int() / 1000, 0));
          break;
        default:
          switch (value.tag()) {
            case Tag::integer: case Tag::size: said.text += fmt::format("{}", value.as_int()); break;
            case Tag::duration: said.text += fmt::format("{}", static_cast<double>(value.as_int()) / 1e6); break;
            case Tag::instant: said.text += fmt::format("{:.3f}", static_cast<double>(value.as_int()) / 1e6); break;
            case Tag::number: case Tag::percent: case Tag::rate:
              if (!std::isfinite(value.as_double())) throw Refused{fmt::format("`{}` is no finite number", name_of(piece))};
              said.text += fmt::format("{}", value.as_double());
              break;
            default: throw Refused{fmt::format("`{}` is no number", name_of(piece))};
          }
      }
    }
  }
};

}  // namespace render_values

std::string plain(const Value& value) {
  switch (value.tag()) {
    case Tag::boolean: return value.as_bool() ? "yes" : "no";
    case Tag::integer: case Tag::size: return fmt::format("{}", value.as_int());
    case Tag::number: case Tag::percent: case Tag::rate: return fmt::format("{}", value.as_double());
    case Tag::text: case Tag::url: case Tag::option: case Tag::secret: return value.text();
    case Tag::json:
      if (value.json_kind() == JsonKind::text) return value.text();
      return to_json_text(value);
    case Tag::list: {
      std::string all;
      for (const Value& item : value.items()) all += (all.empty() ? "" : ", ") + plain(item);
      return all;
    }
    default: return literal(value);
  }
}

std::string percent_encoded(std::string_view text) {
  std::string all;
  for (unsigned char c : text) {
    if (std::isalnum(c) || c == '-' || c == '.' || c == '_' || c == '~') all += static_cast<char>(c);
    else all += fmt::format("%{:02X}", c);
  }
  return all;
}

std::string percent_decoded(std::string_view text) {
  std::string all;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto digit = [&](std::size_t at) { return at < text.size() && std::isxdigit(static_cast<unsigned char>(text[at])); };
    if (text[i] == '%' && digit(i + 1) && digit(i + 2)) {
      all += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      all += text[i];
    }
  }
  return all;
}

std::string json_escaped(std::string_view text) {
  const std::string quoted = to_json_text(Value::text(std::string(text)));
  return quoted.size() >= 2 ? quoted.substr(1, quoted.size() - 2) : std::string();
}

Utterance render(const Template& what, const std::vector<Value>& holes) {
  render_values::Renderer renderer{what, holes, {}};
  try {
    switch (what.language) {
      case Language::sql: renderer.sql(); break;
      case Language::words: renderer.words(); break;
      case Language::shell: renderer.shell(); break;
      case Language::http: renderer.http(); break;
      case Language::promql: renderer.promql(); break;
    }
  } catch (const render_values::Refused& refused) {
    renderer.said = Utterance();
    renderer.said.problem = refused.why;
  }
  return std::move(renderer.said);
}

}  // namespace rbc
