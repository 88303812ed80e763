// The tables say what the specification says.
#include <catch2/catch.hpp>
#include <fstream>
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
  auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-'; };
  for (size_t open = text.find('\''); open != std::string::npos; open = text.find('\'', open + 1)) {
    size_t close = open + 1;
    while (close < text.size() && letter(text[close])) ++close;
    if (close > open + 1 && close < text.size() && text[close] == '\'') {
      words.insert(text.substr(open + 1, close - open - 1));
      open = close;
    }
  }
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
  size_t rows = 0;
  for (std::string line; std::getline(lines, line);) {
    // | E0101 | message | example |
    const bool is_row = line.size() > 12 && line.rfind("| ", 0) == 0 && (line[2] == 'E' || line[2] == 'W') && line.substr(7, 3) == " | " && line.substr(line.size() - 2) == " |" &&
                        line.find_first_not_of("0123456789", 3) == 7;
    if (!is_row) continue;
    const size_t example = line.rfind(" | ", line.size() - 3);
    ++rows;
    const rbc::DiagnosticInfo* info = rbc::find_diagnostic(line.substr(2, 5));
    INFO(line);
    REQUIRE(info);
    CHECK(info->message == line.substr(10, example - 10));
  }
  CHECK(rows > 80);
}
