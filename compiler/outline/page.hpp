// A runbook as a page for people: what stands on it, and how it is written as Markdown and as HTML.
#pragma once
#include <string>
#include <vector>

#include "compiler/outline/outline.hpp"

namespace rbc::outline {

struct Block {
  enum class Kind : std::uint8_t { heading, words, note, caution, code, table, list, flow };
  Kind kind = Kind::words;
  unsigned level = 2;                          // of a heading
  std::string words;                           // code marked as in an outline; of code: the text itself
  std::string anchor, language;
  bool ordered = false, boxes = false;         // of a list: numbered; with a box to tick
  std::vector<std::vector<std::string>> rows;  // of a table: the first one names the columns
  std::vector<std::vector<Block>> items;       // of a list
  std::vector<Block> inside;                   // of a caution
};

struct Page {
  std::string title, svg, mermaid;
  std::vector<Block> blocks;
};

Page page_of(const Outline& outline);
// Alert → runbook → severity, and every runbook with where its page is (`ID.extension`).
Page index_of(const std::vector<Outline>& outlines, const std::string& extension);
// The file name of a runbook's page without its extension: what is no letter, digit, `-`, `_` or `.` is left out.
std::string page_name(const std::string& id);

std::string markdown(const Page& page);
std::string html(const Page& page);            // asks for nothing but itself; author's text is inert

// A link in a table's cell or in words: only pages made here, or http(s).
inline constexpr char kLink = '\x03', kLinkTo = '\x04', kLinkEnd = '\x05';
std::string link(std::string_view words, std::string_view to);

}  // namespace rbc::outline
