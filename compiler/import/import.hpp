// The importer: a Markdown or plain-text runbook as a first draft in this language, and what a person must still decide about it. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "vm/model/catalogue.hpp"

namespace rbc::import {

inline constexpr std::size_t kMostBytes = 1 << 20;   // of a document: a longer one is no runbook

struct Tally {
  unsigned typed = 0, all = 0;   // how many there are, and how many became lines that a compiler understands
};

struct Line {
  unsigned line = 0;             // of the draft, from 1
  std::string text;
};

struct Draft {
  std::string problem;           // one sentence, if the document was refused; then nothing else is set
  std::string text;              // always parses; laid out as `rbc fmt` does
  std::vector<std::string> runbooks;
  Tally headings, items, commands;
  std::vector<Line> decisions;   // each stands in the draft too, as `# decide: …`
  std::vector<Line> errors;      // what still does not compile
};

// `name`: what the document is called, without its ending; the runbook's name if the document gives it none.
Draft import_document(std::string_view document, std::string_view name, const Catalogue& catalogue);

}  // namespace rbc::import
