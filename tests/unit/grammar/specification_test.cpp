// The tables say what the specification says.
#include <catch2/catch.hpp>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "grammar/ast.hpp"
#include "grammar/diagnostic.hpp"

namespace {

std::string text_of(const std::string& path) {
  std::ifstream in(std::string(RBC_SOURCE_DIR) + "/" + path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

std::set<std::string> quoted_words(const std::string& text) {
  std::set<std::string> words;
  static const std::regex kWord("'([a-zA-Z-]+)'");
  for (std::sregex_iterator it(text.begin(), text.end(), kWord), end; it != end; ++it) words.insert((*it)[1]);
  return words;
}

} // namespace

TEST_CASE("the words of the grammar are those of keywords.def, and the reserved ones are reserved") {
  std::string grammar = text_of("grammar/grammar.peg");
  size_t reserved_at = grammar.find("RESERVED    <-");
  REQUIRE(reserved_at != std::string::npos);
  std::set<std::string> reserved = quoted_words(grammar.substr(reserved_at));
  CHECK(reserved.size() > 50);
  for (const std::string& word : quoted_words(grammar)) {
    INFO(word);
    CHECK(rbc::word_of(word).has_value());
    CHECK(rbc::is_reserved(word) == reserved.contains(word));
  }
}

TEST_CASE("grammar.peg is the grammar that the specification prints") {
  CHECK(text_of("grammar/language.md").find(text_of("grammar/grammar.peg")) != std::string::npos);
}

TEST_CASE("every diagnostic of the specification has its row, word for word") {
  std::istringstream lines(text_of("grammar/language.md"));
  static const std::regex kRow(R"(^\| ([EW]\d{4}) \| (.*) \| .* \|$)");
  std::smatch row;
  size_t rows = 0;
  for (std::string line; std::getline(lines, line);) {
    if (!std::regex_match(line, row, kRow)) continue;
    ++rows;
    const rbc::DiagnosticInfo* info = rbc::find_diagnostic(row[1].str());
    INFO(line);
    REQUIRE(info);
    CHECK(info->message == row[2].str());
  }
  CHECK(rows > 80);
}
