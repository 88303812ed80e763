// Any bytes at all as an utterance, with holes; the first byte picks the language. What comes back points into the text, and is
// the same when asked again.
#include <cctype>
#include <string_view>
#include <vector>

#include "grammar/embedded/http.hpp"
#include "grammar/embedded/promql.hpp"
#include "grammar/embedded/shell.hpp"
#include "grammar/embedded/sql.hpp"
#include "grammar/embedded/words.hpp"
#include "tests/fuzz/require.hpp"

namespace {

using namespace rbc::embedded;

// `<name>` and `<name.field?>`, as the grammar finds them.
std::vector<HoleRef> holes_in(std::string_view text) {
  std::vector<HoleRef> holes;
  for (uint32_t at = 0; at + 2 < text.size(); ++at) {
    if (text[at] != '<' || !std::isalpha(static_cast<unsigned char>(text[at + 1]))) continue;
    uint32_t end = at + 1;
    while (end < text.size() && (std::isalnum(static_cast<unsigned char>(text[end])) || text[end] == '-' || text[end] == '.')) ++end;
    const bool optional = end < text.size() && text[end] == '?';
    if (optional) ++end;
    if (end >= text.size() || text[end] != '>') continue;
    holes.push_back({at, end + 1, static_cast<uint32_t>(holes.size()), optional});
    at = end;
  }
  return holes;
}

void inside(uint32_t begin, uint32_t end, std::string_view text) { REQUIRE(begin <= end && end <= text.size()); }

void judge(const std::vector<Problem>& problems, const std::vector<HoleUse>& uses, const std::vector<HoleRef>& holes, std::string_view text) {
  for (const Problem& each : problems) {
    inside(each.begin, each.end, text);
    REQUIRE(each.code.size() == 5 && !each.message.empty());
  }
  for (const HoleUse& each : uses) {
    inside(each.begin, each.end, text);
    REQUIRE(each.index < holes.size());
  }
}

void judge(const Pieces& pieces, const std::vector<HoleRef>& holes) {
  for (const Piece& each : pieces) REQUIRE(each.hole < 0 || static_cast<size_t>(each.hole) < holes.size());
}

void sql(std::string_view text, const std::vector<HoleRef>& holes) {
  const auto parsed = parse_sql(text, holes), again = parse_sql(text, holes);
  judge(parsed.problems, parsed.value.uses, holes, text);
  judge(parsed.value.pieces, holes);
  REQUIRE(parsed.ok() == again.ok() && parsed.problems.size() == again.problems.size() && parsed.value.pieces == again.value.pieces);
  inside(parsed.value.effect.begin, parsed.value.effect.end, text);
  for (const SqlColumn& each : parsed.value.columns) inside(each.begin, each.end, text);
  for (const SqlName& each : parsed.value.names) inside(each.begin, each.end, text);
}

void shell(std::string_view text, const std::vector<HoleRef>& holes) {
  const auto parsed = parse_shell(text, holes), again = parse_shell(text, holes);
  judge(parsed.problems, parsed.value.uses, holes, text);
  judge(parsed.value.pieces, holes);
  REQUIRE(parsed.ok() == again.ok() && parsed.value.pieces == again.value.pieces);
  for (const ShellCommand& each : parsed.value.commands) {
    inside(each.begin, each.end, text);
    REQUIRE(!parsed.ok() || !each.words.empty());
    for (const ShellWord& word : each.words) inside(word.begin, word.end, text);
  }
}

void words(std::string_view text, const std::vector<HoleRef>& holes) {
  const auto parsed = parse_words(text, holes);
  judge(parsed.problems, parsed.value.uses, holes, text);
  REQUIRE(!parsed.ok() || !parsed.value.words.empty());
  for (const Word& each : parsed.value.words) {
    inside(each.begin, each.end, text);
    judge(each.pieces, holes);
  }
}

void http(std::string_view text, const std::vector<HoleRef>& holes) {
  const auto parsed = parse_http(text, holes), again = parse_http(text, holes);
  judge(parsed.problems, parsed.value.uses, holes, text);
  judge(parsed.value.target, holes);
  judge(parsed.value.body, holes);
  REQUIRE(parsed.value.target == again.value.target && parsed.value.body == again.value.body);
  for (const HttpSegment& each : parsed.value.segments) inside(each.begin, each.end, text);
  for (const HttpHeader& each : parsed.value.headers) inside(each.begin, each.end, text);
}

void promql(std::string_view text, const std::vector<HoleRef>& holes) {
  const auto parsed = parse_promql(text, holes), again = parse_promql(text, holes);
  judge(parsed.problems, parsed.value.uses, holes, text);
  judge(parsed.value.pieces, holes);
  REQUIRE(parsed.value.pieces == again.value.pieces);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::vector<HoleRef> holes = holes_in(text);
  constexpr void (*kLanguages[])(std::string_view, const std::vector<HoleRef>&) = {sql, shell, words, http, promql};
  kLanguages[data[0] % std::size(kLanguages)](text, holes);
  return 0;
}
