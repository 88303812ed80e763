#include "stdlib/modules/render.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "stdlib/modules/escapes.hpp"
#include "stdlib/modules/script.hpp"

namespace rbc {
namespace render_values {

struct Refused {
  std::string why;
};

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
    // What speaks in UTF-8 takes nothing else; a replaced character would be another value.
    const bool as_text = what.language == Language::sql || what.language == Language::promql || piece.escape == Escape::json_value || piece.escape == Escape::json_text;
    if (as_text && !whole_text(value)) throw Refused{fmt::format("`{}` holds bytes that are no UTF-8", name_of(piece))};
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
        case Escape::sql_identifier: {
          constexpr std::size_t kLongestName = 63;   // PostgreSQL cuts a longer one, and so means another
          const std::string name = sql_text(value);
          if (name.size() > kLongestName) throw Refused{fmt::format("`{}` has {} bytes, and PostgreSQL would cut a name after {}", name_of(piece), name.size(), kLongestName)};
          said.text += sql_quoted(name, '"');
          break;
        }
        case Escape::sql_literal: said.text += sql_quoted(sql_text(value), '\''); break;
        default: said.parameters.emplace_back(sql_text(value));
      }
    }
  }

  // The compiler asks for no escape where nothing could be an option: after `--`, inside a word, for a list that is written in the runbook.
  void refuse_option(const Piece& piece, const Value& value, const std::string& text, const char* verb) const {
    if (piece.escape == Escape::none || !text.starts_with('-')) return;
    throw Refused{fmt::format("`{}` {} `{}`, which would be an option", name_of(piece), verb, value.tag() == Tag::secret ? "•••" : prose(Value::text(text)))};
  }
  // A word, or a variable with its name, is one string to the system, and may have so many bytes.
  void vet_length(const Piece& piece, std::size_t bytes) const {
    constexpr std::size_t kLongest = (std::size_t{128} << 10) - 64;   // Linux takes 128 KiB; the variable's name and the words around it count
    if (bytes > kLongest) throw Refused{fmt::format("with `{}` a word of the command has {} bytes, and at most {} fit; let the command read it from a file", name_of(piece), bytes, kLongest)};
  }

  void words() {
    struct Word {
      std::string name, text;
      bool assign = false, gone = false, only_list = false, started = false;
      std::vector<std::string> many;
    };
    const bool process = !what.row.starts_with("redis.");
    std::vector<Word> all;
    for (const Piece& piece : what.pieces) {
      if (piece.as == Piece::As::word || piece.as == Piece::As::assign || all.empty()) {
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
          refuse_option(piece, item, one, "holds");
          if (process) vet_length(piece, one.size());
          word.many.push_back(std::move(one));
        }
        continue;
      }
      const std::string text = plain(value);
      if (word.text.empty() && !word.assign) refuse_option(piece, value, text, "is");
      word.text += text;
      word.started = true;
      if (process) vet_length(piece, word.text.size());
    }
    for (Word& word : all) {
      if (word.gone) continue;
      if (word.assign) said.environment.emplace_back(word.name, word.text);
      else if (word.only_list) std::move(word.many.begin(), word.many.end(), std::back_inserter(said.words));
      else said.words.push_back(std::move(word.text));
    }
  }

  static std::string variable(std::uint32_t hole) { return fmt::format("${{RB{}}}", hole); }
  void shell() {
    for (const Piece& piece : what.pieces)
      if (piece.as != Piece::As::hole) said.text += piece.text;
    for (const Piece& piece : what.pieces) {
      if (piece.as != Piece::As::hole) continue;
      const Value& value = value_of(piece);
      const std::string mine = variable(piece.hole);
      // Every word that holds it becomes what is said instead.
      const auto replace_words = [&](const std::string& instead) {
        for (auto at = said.text.find(mine); at != std::string::npos; at = said.text.find(mine, at + instead.size())) {
          const auto [from, to] = shell_word_around(said.text, at);
          said.text.replace(from, to - from, instead);
          at = from;
        }
      };
      if (value.is_missing() && piece.optional) {
        replace_words({});
        continue;
      }
      vet(piece, value);
      if (value.tag() == Tag::list) {
        std::string many;
        for (std::size_t i = 0; i < value.items().size(); ++i) {
          const std::string name = fmt::format("RB{}_{}", piece.hole, i);
          const std::string one = plain(value.items()[i]);
          refuse_option(piece, value.items()[i], one, "holds");
          vet_length(piece, one.size());
          many += fmt::format("{}\"${{{}}}\"", i ? " " : "", name);
          said.environment.emplace_back(name, one);
        }
        replace_words(many);
        continue;
      }
      const std::string text = plain(value);
      refuse_option(piece, value, text, "is");
      vet_length(piece, text.size());
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
        if (std::any_of(text.begin(), text.end(), [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; })) throw Refused{fmt::format("`{}` holds a control character, which no header takes", name_of(piece))};
        return text;
      default: throw Refused{fmt::format("`{}` has no place in a request", name_of(piece))};
    }
  }

  void http() {
    constexpr char kGone = '\0';   // no value holds a NUL
    struct Filled { const Piece* piece; std::size_t begin, end; };
    struct Part { Piece::As as; std::string name, text; std::vector<Filled> filled; };
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
        const std::size_t begin = parts.back().text.size();
        parts.back().text += http_escaped(piece, value);
        parts.back().filled.push_back({&piece, begin, parts.back().text.size()});
      } else if (piece.as == Piece::As::header) {
        parts.push_back({piece.as, piece.text, {}, {}});
      } else {
        parts.push_back({piece.as, {}, piece.text, {}});
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
          const auto start = part.text.find_first_not_of(" \t"), last = part.text.find_last_not_of(" \t");
          // Blanks at the ends of a header are nobody's: they do not arrive.
          for (const Filled& one : part.filled)
            if (one.begin < one.end && (start == std::string::npos || one.begin < start || one.end > last + 1)) throw Refused{fmt::format("`{}` begins or ends the header `{}` with a blank, which would not arrive", name_of(*one.piece), part.name)};
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
        case Escape::prom_regex: said.text += label_escaped(regex_quoted(plain(value))); break;
        case Escape::prom_duration:
          if (value.tag() != Tag::duration) throw Refused{fmt::format("`{}` is no duration", name_of(piece))};
          if (value.as_int() < 0 || value.as_int() % 1000 != 0) throw Refused{fmt::format("`{}` is {}, and Prometheus counts in whole milliseconds from 0 on", name_of(piece), literal(value))};
          said.text += fmt::format("{}ms", value.as_int() / 1000);
          break;
        default: said.text += prom_number(piece, value);
      }
    }
  }

  // In brackets below zero: `-3 ^ 2` would be -9. Behind `@` stands a number and nothing else.
  std::string prom_number(const Piece& piece, const Value& value) const {
    double number = 0;
    switch (value.tag()) {
      case Tag::integer: case Tag::size: number = static_cast<double>(value.as_int()); break;
      case Tag::duration: case Tag::instant: number = static_cast<double>(value.as_int()) / 1e6; break;
      case Tag::number: case Tag::percent: case Tag::rate: number = value.as_double(); break;
      default: throw Refused{fmt::format("`{}` is no number", name_of(piece))};
    }
    if (!std::isfinite(number)) throw Refused{fmt::format("`{}` is no finite number", name_of(piece))};
    const bool whole = value.tag() == Tag::integer || value.tag() == Tag::size;
    const std::string text = whole ? fmt::format("{}", value.as_int()) : fmt::format("{}", number);
    const auto before = said.text.find_last_not_of(" \n");
    const bool instant = before != std::string::npos && said.text[before] == '@';
    return text.starts_with('-') && !instant ? "(" + text + ")" : text;
  }
};

}  // namespace render_values

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
