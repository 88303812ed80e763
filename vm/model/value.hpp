// What an expression is worth while a run lives: one tagged form, shared by the machine, the journal, the store and tests.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rbc {

enum class Colour : std::uint8_t { green, amber, blind, red };   // a group reports its largest
std::string_view spell(Colour colour);

// How an utterance came back (language.md 3.4).
enum class Way : std::uint8_t { answer, refusal, silence, blindness };
std::string_view spell(Way way);

enum class Tag : std::uint8_t {
  nothing, missing, boolean, integer, number, percent, duration, size, rate, instant,
  text, url, option, secret, verdict, json, list, record, rows,
};
enum class JsonKind : std::uint8_t { null, boolean, integer, number, text, array, object };

struct Heap;

// Cheap to copy: a few words and a handle. Quantities: duration and instant in microseconds (instant: since 1970, UTC), size in bytes,
// percent as a ratio (5 % is 0.05), rate per second.
class Value {
 public:
  Value() = default;                                                // nothing
  static Value missing(std::string reason, Way way = Way::answer);  // `way` tells how a look failed to answer
  static Value boolean(bool b);
  static Value integer(std::int64_t i);
  static Value number(double d);
  static Value percent(double ratio);
  static Value duration(std::int64_t micros);
  static Value size(std::int64_t bytes);
  static Value rate(double per_second);
  static Value instant(std::int64_t micros);
  static Value text(std::string t);
  static Value url(std::string t);
  static Value option(std::string name);
  static Value secret(std::string t);
  static Value verdict(Colour colour, std::string reason = {});
  static Value list(std::vector<Value> items);
  static Value record(std::vector<std::string> names, std::vector<Value> items);   // equal lengths
  static Value rows(std::vector<std::string> columns, std::vector<Value> records);
  // This record or these rows with `.ok`, `.took` and `.at` besides, as every answer has; a field or column of that name wins.
  Value answered(bool ok, std::int64_t took_micros, std::int64_t at_micros) const;
  static Value json_null();
  static Value json_bool(bool b);
  static Value json_int(std::int64_t i);
  static Value json_number(double d);
  static Value json_text(std::string t);
  static Value json_array(std::vector<Value> items);                               // each a json value
  static Value json_object(std::vector<std::string> keys, std::vector<Value> items);

  Tag tag() const { return tag_; }
  bool is_missing() const { return tag_ == Tag::missing; }
  bool as_bool() const { return i_ != 0; }
  std::int64_t as_int() const { return i_; }                     // integer, duration, size, instant; a boolean as 0 or 1
  double as_double() const { return d_; }                        // number, percent, rate
  Colour colour() const { return static_cast<Colour>(i_); }
  Way way() const { return static_cast<Way>(i_); }               // of a missing value
  JsonKind json_kind() const { return kind_; }
  const std::string& text() const;                               // empty where there is none
  const std::vector<Value>& items() const;
  const std::vector<std::string>& names() const;
  const Value* field(std::string_view name) const;               // of a record or json object; null if there is none; the last of equal keys
  const Value* beside() const;                                   // of rows that are an answer: the record {ok, took, at}; else null

  // Structural equality, tags included; not the language's `is`.
  friend bool operator==(const Value& a, const Value& b);

 private:
  Tag tag_ = Tag::nothing;
  JsonKind kind_ = JsonKind::null;
  std::int64_t i_ = 0;
  double d_ = 0;
  std::shared_ptr<const Heap> heap_;
};

// The shared, immutable part of a value that does not fit in a word.
struct Heap {
  std::string text;                 // text, url, option, secret; the reason of a missing value; the reason of a verdict
  std::vector<std::string> names;   // record: field names · rows: column names · json object: keys, in order
  std::vector<Value> items;         // list, record (beside names), rows (each a record), json array and object
  std::vector<Value> beside;        // rows that are an answer: one record {ok, took, at}
};

// Canonical CBOR (RFC 8949 4.2.1) behind one version byte. Equal values have equal bytes. `decode` answers nothing for bytes that are
// not exactly one value of a known version; nesting beyond 200 is refused.
std::string encode(const Value& value);
std::optional<Value> decode(std::string_view bytes);

// Words for people: first line, at most 200 characters, `30 minutes`, `7.3 %`, `red: …`; a secret as `•••` (a checked program never
// gets there). `whole` is for `show`: all lines, rows as a table. Both make control characters visible (grammar-free: `\x1b`, `\u202e`).
std::string prose(const Value& value);
std::string whole(const Value& value);
// As a literal of the language: `30m`, `7.3%`, `"a"`.
std::string literal(const Value& value);
// JSON text of a value: quantities as numbers (seconds, bytes, ratio), instants as ISO text, missing as null.
std::string to_json_text(const Value& value);
// Parses JSON text into a json value; nothing if it is not JSON, or nested deeper than 200.
std::optional<Value> parse_json(std::string_view text);
// C0, C1, DEL, bidirectional controls, zero-width characters, line separators and invalid UTF-8 as `\x1b`, `\u202e`; with `lines`,
// tabs and newlines stay. Every text that did not come from this program goes through here before a person reads it.
std::string visible(std::string_view text, bool lines = false);
// `2024-12-01T10:30:00Z`, with a fraction only where there is one.
std::string iso(std::int64_t micros);

}  // namespace rbc
