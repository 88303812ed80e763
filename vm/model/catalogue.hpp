// What can be said to a resource, as signatures: the compiler reads them, stdlib carries them out.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vm/model/type.hpp"

namespace rbc {

using Micros = std::int64_t;
inline constexpr Micros kSecond = 1'000'000;
inline constexpr Micros kMinute = 60 * kSecond;
inline constexpr Micros kHour = 60 * kMinute;
inline constexpr Micros kDay = 24 * kHour;

enum class ResourceKind : std::uint8_t { postgres, pgbouncer, redis, http, prometheus, compose, host, command, contact, channel, clock };
std::string_view spell(ResourceKind kind);
// Subjects are the thing itself, observers are instruments (language.md 3.4).
bool is_subject(ResourceKind kind);

enum class Effect : std::uint8_t { pure, looks, tells, changes, destroys };
std::string_view spell(Effect effect);

// One row of language.md 5. `words` is matched word by word against an utterance of words: lower case stands for itself, UPPER for one
// argument, `[…]` may be left out (`[--tail N]`, anywhere among its neighbours), `…` takes the rest. Languages that are not words
// (SQL, HTTP, PromQL, shell) have one row a kind and effect, with `words` empty and `form` `$` for a shell prompt.
struct CatalogueRow {
  std::string id;               // "compose.ps.service"; permanent: images name rows by it
  ResourceKind kind;
  char form = '>';              // the prompt sign
  std::string words;
  Effect effect = Effect::looks;
  bool repeatable = false;      // doing it twice is doing it once
  Micros limit = 0;             // 0: ten seconds for a look, two minutes for an action
  Type answer;                  // without .ok .took .at, which every answer has
  std::string sentence;         // "`docker compose stop` stops a container"
};

class Catalogue {
 public:
  explicit Catalogue(std::vector<CatalogueRow> rows) : rows_(std::move(rows)) {}
  std::span<const CatalogueRow> rows() const { return rows_; }
  const CatalogueRow* find(std::string_view id) const;
  // The first row whose words fit; null if none does. A hole is the word "<>".
  const CatalogueRow* match(ResourceKind kind, char form, std::span<const std::string> words) const;
  // Every first word known for a kind, for "did you mean".
  std::vector<std::string> verbs(ResourceKind kind) const;

 private:
  std::vector<CatalogueRow> rows_;
};

// The answer of every command: {text, err text, lines list of text, json, exit int}, named "output".
Type output_type();
// The answer of HTTP: {status int, body text, text, json}, named "response".
Type response_type();

}  // namespace rbc
