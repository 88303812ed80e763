#include "grammar/embedded/schema.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

#include <fmt/format.h>
#include "grammar/embedded/embedded.hpp"

namespace rbc {

namespace schema_detail {

constexpr std::string_view kHeader = "rbc-schema 1";
constexpr std::pair<std::string_view, SchemaKind> kKinds[] = {
    {"table", SchemaKind::table}, {"view", SchemaKind::view}, {"matview", SchemaKind::matview}, {"foreign", SchemaKind::foreign}, {"partitioned", SchemaKind::partitioned},
    {"sequence", SchemaKind::sequence}};
constexpr std::pair<std::string_view, SchemaVolatility> kVolatilities[] = {
    {"immutable", SchemaVolatility::immutable}, {"stable", SchemaVolatility::stable}, {"volatile", SchemaVolatility::volatile_}};

template <class T, size_t N>
std::string_view spell(const std::pair<std::string_view, T> (&table)[N], T value) {
  for (const auto& [word, each] : table)
    if (each == value) return word;
  return {};
}

// A word of the written form: as it is, or quoted when it is empty or holds a blank, a quote, a backslash, `#` or a control character.
std::string word(std::string_view text) {
  const auto odd = [](unsigned char c) { return c <= ' ' || c == '"' || c == '\\' || c == '#' || c == 127; };
  if (!text.empty() && std::none_of(text.begin(), text.end(), odd)) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n') out += "\\n";
    else if (c == '\r') out += "\\r";
    else out += c;
  }
  return out + '"';
}

std::string words(const std::vector<std::string>& list) {
  std::string out;
  for (const auto& each : list) out += ' ' + word(each);
  return out;
}

// Nothing when a quote is left open, or a backslash stands before what needs none.
std::optional<std::vector<std::string>> split(std::string_view line) {
  std::vector<std::string> out;
  for (size_t at = 0; at < line.size();) {
    if (line[at] == ' ') {
      ++at;
      continue;
    }
    std::string one;
    if (line[at] != '"') {
      const size_t end = std::min(line.find(' ', at), line.size());
      out.emplace_back(line.substr(at, end - at));
      at = end;
      continue;
    }
    for (++at; at < line.size() && line[at] != '"'; ++at) {
      if (line[at] != '\\') {
        one += line[at];
        continue;
      }
      if (++at == line.size()) return std::nullopt;
      const char c = line[at];
      if (c != 'n' && c != 'r' && c != '"' && c != '\\') return std::nullopt;
      one += c == 'n' ? '\n' : c == 'r' ? '\r' : c;
    }
    if (at++ == line.size()) return std::nullopt;
    out.push_back(std::move(one));
  }
  return out;
}

class Reader {
 public:
  explicit Reader(Schema& schema) : schema_(schema) {}

  // What is wrong with a line, or empty.
  std::string line(std::string_view text) {
    const auto split_up = split(text);
    if (!split_up) return "a quote is not closed";
    if (split_up->empty() || split_up->front().starts_with('#')) return {};
    const auto& w = *split_up;
    if (text.front() == ' ') {
      if (!column_ || w.size() < 2 || w.size() > 3 || (w.size() == 3 && w[2] != "key")) return "a column is a name and a type, and `key` if it is of the primary key, below its relation";
      column_->columns.push_back({w[0], w[1], w.size() == 3});
      return {};
    }
    if (!begun_) {
      begun_ = true;
      return w.size() == 2 && w[0] + " " + w[1] == kHeader ? "" : fmt::format("it does not begin with `{}`", kHeader);
    }
    column_ = nullptr;
    return fact(w);
  }
  bool begun() const { return begun_; }

 private:
  static std::vector<std::string> rest(const std::vector<std::string>& w, size_t from) {
    return from < w.size() ? std::vector<std::string>(w.begin() + static_cast<std::ptrdiff_t>(from), w.end()) : std::vector<std::string>();
  }

  std::string fact(const std::vector<std::string>& w) {
    const std::string& kind = w[0];
    for (const auto& [word, each] : kKinds) {
      if (kind != word) continue;
      if (w.size() < 3 || (w.size() > 3 && w[3] != "calls")) return fmt::format("`{} SCHEMA NAME [calls FUNCTION…]` is meant", word);
      schema_.relations.push_back({each, w[1], w[2], {}, rest(w, 4)});
      column_ = &schema_.relations.back();
      return {};
    }
    if (kind == "server" && w.size() == 2) {
      const auto read = std::from_chars(w[1].data(), w[1].data() + w[1].size(), schema_.server);
      return read.ec == std::errc() && read.ptr == w[1].data() + w[1].size() && schema_.server > 0 && schema_.server < 1000 ? "" : "the server's version is a number such as 15";
    }
    if (kind == "extension" && w.size() == 4) return schema_.extensions.push_back({w[1], w[2], w[3]}), "";
    if (kind == "enum" && w.size() >= 3) return schema_.types.push_back({w[1], w[2], {}, rest(w, 3), {}}), "";
    if (kind == "domain" && (w.size() == 4 || (w.size() > 5 && w[4] == "calls"))) return schema_.types.push_back({w[1], w[2], w[3], {}, rest(w, 5)}), "";
    if (kind == "operator" && w.size() == 7) return schema_.operators.push_back({w[1], w[2], w[3] == "-" ? "" : w[3], w[4], w[5], w[6]}), "";
    if (kind == "cast" && w.size() == 5 && w[3].size() == 1 && std::string_view("iae").find(w[3][0]) != std::string_view::npos)
      return schema_.casts.push_back({w[1], w[2], w[4], w[3][0]}), "";
    if (kind == "function" && w.size() >= 7) return function(w);
    const std::vector<std::string_view> known{"server", "extension", "enum", "domain", "table", "view", "matview", "foreign", "partitioned", "sequence", "function", "operator", "cast"};
    if (std::find(known.begin(), known.end(), kind) != known.end()) return fmt::format("this line of `{}` is not whole", kind);
    const std::string near = embedded::nearest(kind, known);
    return fmt::format("`{}` is nothing that a snapshot holds{}", kind, near.empty() ? "" : fmt::format("; did you mean `{}`?", near));
  }

  // function SCHEMA NAME RESULT VOLATILITY one|set|aggregate EXTENSION|- ARGS…
  std::string function(const std::vector<std::string>& w) {
    SchemaFunction f;
    f.schema = w[1];
    f.name = w[2];
    f.result = w[3];
    bool known = false;
    for (const auto& [word, each] : kVolatilities)
      if (w[4] == word) f.volatility = each, known = true;
    if (!known || (w[5] != "one" && w[5] != "set" && w[5] != "aggregate")) return "a function is immutable, stable or volatile, and answers one, set or aggregate";
    f.set = w[5] == "set";
    f.aggregate = w[5] == "aggregate";
    if (w[6] != "-") f.extension = w[6];
    f.args = rest(w, 7);
    schema_.functions.push_back(std::move(f));
    return {};
  }

  Schema& schema_;
  SchemaRelation* column_ = nullptr;
  bool begun_ = false;
};

std::string full(const std::string& schema, const std::string& name) { return schema + "." + name; }

}  // namespace schema_detail

std::string print_schema(const Schema& schema, std::string_view resource) {
  using namespace schema_detail;
  std::string out = fmt::format("# What the database of `{}` holds: names and types, no data. Commit it.\n{}\nserver {}\n", resource, kHeader, schema.server);
  for (const auto& e : schema.extensions) out += fmt::format("extension {} {} {}\n", word(e.name), word(e.version), word(e.schema));
  for (const auto& t : schema.types) {
    out += fmt::format("{} {} {}", t.base.empty() ? "enum" : "domain", word(t.schema), word(t.name));
    if (t.base.empty()) out += words(t.labels);
    else out += ' ' + word(t.base) + (t.calls.empty() ? "" : " calls" + words(t.calls));
    out += '\n';
  }
  for (const auto& r : schema.relations) {
    out += fmt::format("{} {} {}{}\n", spell(kKinds, r.kind), word(r.schema), word(r.name), r.calls.empty() ? "" : " calls" + words(r.calls));
    for (const auto& c : r.columns) out += fmt::format("  {} {}{}\n", word(c.name), word(c.type), c.key ? " key" : "");
  }
  for (const auto& f : schema.functions)
    out += fmt::format("function {} {} {} {} {} {}{}\n", word(f.schema), word(f.name), word(f.result), spell(kVolatilities, f.volatility),
                       f.aggregate ? "aggregate" : f.set ? "set" : "one", f.extension.empty() ? "-" : word(f.extension), words(f.args));
  for (const auto& o : schema.operators)
    out += fmt::format("operator {} {} {} {} {} {}\n", word(o.schema), word(o.name), o.left.empty() ? "-" : word(o.left), word(o.right), word(o.result), word(o.function));
  for (const auto& c : schema.casts) out += fmt::format("cast {} {} {} {}\n", word(c.source), word(c.target), c.context, word(c.function));
  return out;
}

std::string parse_schema(std::string_view text, Schema& schema) {
  schema_detail::Reader reader(schema);
  size_t number = 0;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    ++number;
    if (line.empty()) continue;
    if (const std::string wrong = reader.line(line); !wrong.empty()) return fmt::format("line {}: {}", number, wrong);
  }
  if (!reader.begun()) return fmt::format("line 1: it does not begin with `{}`", schema_detail::kHeader);
  return schema.server == 0 ? "it does not say the server's version" : "";
}

std::vector<std::string> schema_differences(const Schema& before, const Schema& now) {
  using schema_detail::full;
  std::vector<std::string> out;
  if (before.server != now.server) out.push_back(fmt::format("the server is PostgreSQL {}, not {}", now.server, before.server));
  std::map<std::string, const SchemaRelation*> old;
  for (const auto& r : before.relations) old[full(r.schema, r.name)] = &r;
  for (const auto& r : now.relations) {
    const std::string name = full(r.schema, r.name);
    const auto found = old.find(name);
    if (found == old.end()) {
      out.push_back(fmt::format("`{}` is new", name));
      continue;
    }
    const SchemaRelation& was = *found->second;
    old.erase(found);
    if (was.kind != r.kind) out.push_back(fmt::format("`{}` is a {} now, not a {}", name, schema_detail::spell(schema_detail::kKinds, r.kind), schema_detail::spell(schema_detail::kKinds, was.kind)));
    if (was.calls != r.calls) out.push_back(fmt::format("what reading `{}` calls is another", name));
    for (const auto& c : r.columns) {
      const auto same = std::find_if(was.columns.begin(), was.columns.end(), [&](const auto& o) { return o.name == c.name; });
      if (same == was.columns.end()) out.push_back(fmt::format("the column `{}` of `{}` is new", c.name, name));
      else if (same->key != c.key) out.push_back(fmt::format("the primary key of `{}` is another", name));
      else if (same->type != c.type) out.push_back(fmt::format("the column `{}` of `{}` is {}, not {}", c.name, name, c.type, same->type));
    }
    for (const auto& c : was.columns)
      if (std::none_of(r.columns.begin(), r.columns.end(), [&](const auto& o) { return o.name == c.name; })) out.push_back(fmt::format("the column `{}` of `{}` is gone", c.name, name));
  }
  for (const auto& [name, relation] : old) out.push_back(fmt::format("`{}` is gone", name));
  Schema others_before = before, others_now = now;
  others_before.relations.clear();
  others_now.relations.clear();
  others_before.server = others_now.server;
  if (print_schema(others_before, {}) != print_schema(others_now, {})) out.push_back("types, functions, operators, casts or extensions are others");
  return out;
}

}  // namespace rbc
