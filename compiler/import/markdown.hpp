// A Markdown or plain-text document as a list of blocks, each with the line it stands on. Takes any text; takes time linear in it.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace rbc::import {

struct Block {
  enum class Kind : unsigned char { heading, item, paragraph, code, row, quote, rule };
  Kind kind = Kind::paragraph;
  unsigned line = 0;               // from 1; of code its first line, without the fence
  unsigned depth = 0;              // of a heading 1 to 6; of an item its nesting, from 0
  bool checkbox = false;           // `- [ ]`
  bool in_item = false;            // code that stands below a list item
  bool unclosed = false;           // code whose fence never ends
  std::string text;                // without the marks of Markdown's blocks; inline marks are kept
  std::string language;            // of code, as its fence says; "" if it says nothing
  std::vector<std::string> parts;  // the lines of code, without what all are indented by; the cells of a row
};

std::vector<Block> read_markdown(std::string_view document);

// Bold, code and links as plain words: `[Setup](a.md)` becomes `Setup (a.md)`.
std::string plain_words(std::string_view text);

// The words of a block; the cells of a row with ` · ` between.
std::string words_of(const Block& block);

// What stands between single backticks, in order.
std::vector<std::string> inline_code(std::string_view text);

// The targets of `[words](target)`, with their words.
struct Link { std::string words, target; };
std::vector<Link> links(std::string_view text);

std::string_view trimmed(std::string_view text);
std::string lowered(std::string_view text);

}  // namespace rbc::import
