// The golden tables of command lines, for people to review: tests/golden/effects/*.txt. RBC_GOLDEN_WRITE=1 writes them anew.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include "compiler/effects.hpp"
#include "tests/unit/embedded/holes.hpp"

using namespace rbc::effects;
using rbc::embedded::testing::holes_in;

namespace {

// A file's first word says in which language its lines are; ` → ` parts a line from its class.
constexpr std::string_view kArrow = "  →  ";

std::string unfolded(std::string_view line) {
  std::string out;
  for (size_t i = 0; i < line.size(); ++i) {
    if (line.substr(i, 3) == "⏎") out += '\n', i += 2;
    else out += line[i];
  }
  return out;
}

std::string described(const Effect& e) {
  static constexpr std::string_view kLevels[] = {"pure", "looks", "tells", "changes", "destroys"};
  std::string out(kLevels[static_cast<size_t>(e.level)]);
  if (e.level > Level::looks) out += " (" + e.sentence + (e.repeatable ? "; again is once" : "") + (e.limit_seconds == 900 ? "; slow" : "") + ")";
  if (e.exit_one_answers) out += " [exit 1 answers]";
  for (const auto& p : e.problems) out += " " + p.code + ": " + p.message + (p.help.empty() ? "" : " " + p.help);
  for (const auto& p : e.parsed_again) out += " E0707 by " + p.by;
  return out;
}

template <class T, class F>
std::string judged(const rbc::embedded::Parsed<T>& parsed, F&& effect) {
  if (!parsed.ok()) return "refused " + parsed.problems[0].code + ": " + parsed.problems[0].message + (parsed.problems[0].help.empty() ? "" : " " + parsed.problems[0].help);
  return described(effect(parsed.value));
}

std::string judge(std::string_view language, const std::string& said) {
  using namespace rbc::embedded;
  const auto holes = holes_in(said);
  if (language == "redis") return judged(parse_words(said, holes), of_redis);
  if (language == "compose") return judged(parse_words(said, holes), of_compose);
  if (language == "host") return judged(parse_words(said, holes), of_host);
  if (language == "http") return judged(parse_http(said, holes), [](const Http& r) { return of_http(r, {}); });
  return judged(parse_shell(said, holes), [](const Script& s) { return of_shell(s, {}); });
}

}  // namespace

TEST_CASE("the tables of command lines") {
  const bool write = std::getenv("RBC_GOLDEN_WRITE") != nullptr;
  size_t lines = 0, files = 0;
  std::map<std::string, std::string> seen;
  for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(RBC_SOURCE_DIR) / "tests/golden/effects")) {
    if (entry.path().extension() != ".txt") continue;
    ++files;
    std::ifstream in(entry.path());
    std::string line, out, language;
    while (std::getline(in, line)) {
      if (line.empty() || line.starts_with("# ")) {
        if (line.starts_with("# language: ")) language = line.substr(12);
        out += line + "\n";
        continue;
      }
      const auto arrow = line.find(kArrow);
      const std::string said = line.substr(0, arrow);
      const std::string result = judge(language, unfolded(said));
      out += said + std::string(kArrow) + result + "\n";
      ++lines;
      if (write) continue;
      INFO(entry.path().filename().string());
      INFO(said);
      CHECK((arrow == std::string::npos ? std::string("(not yet judged)") : line.substr(arrow + kArrow.size())) == result);
      // The same line in two files is one row too many, unless it is a seed's.
      if (entry.path().stem() != "documents") CHECK(seen.emplace(language + " " + said, entry.path().stem()).second);
    }
    in.close();
    if (write) std::ofstream(entry.path()) << out;
  }
  if (write) return;
  CHECK(files >= 12);
  CHECK(lines >= 900);
}
