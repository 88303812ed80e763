// A document as its headings nest, and what a heading or a line of it means to a runbook.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/import/markdown.hpp"

namespace rbc::import {

enum class Role : unsigned char { step, overview, needs, see, contents, escalation, afterwards, history };

struct Section {
  std::string title;                // as words, without its number
  std::string written;              // as written
  unsigned line = 0, depth = 0;     // depth 0: the document
  Role role = Role::step;
  std::vector<Block> blocks;
  std::vector<Section> children;

  bool has_code() const;            // here or below
  bool has_code_or_rows() const;    // here
};

Section read_sections(std::string_view document);

// `RB-01` of `RB-01: Backend down`, or "".
std::string id_in(std::string_view title);

// `**Owner**: Team`, `Owner: Team` → key (lower case) and value.
struct Pair {
  std::string key, value;
  bool bold = false;
};
std::optional<Pair> pair_of(std::string_view text);

// The first length of time in a sentence, as a literal: `30 minutes` → `30m`; "" if there is none.
std::string time_in(std::string_view text);
// The rule of a check that a sentence states, such as `red if .value as seconds > 30s`; "" if it states none (thresholds.cpp).
std::string rule_in(std::string_view text);
// What a person decides of such a sentence; "" if it states no rule.
std::string threshold_mark(std::string_view text);
// A label such as `If the check fails:` under which lines stand that hold only then.
bool is_condition(std::string_view label);
// A list of commands to look things up in, not to be run through.
bool is_reference(std::string_view title);
// What stands below is done one or the other, not one after the other.
bool lists_remedies(std::string_view title);
// A line of a document that a keyword of the language says: a fence, a heading such as `Prerequisites` or `Contacts`.
bool said_by_keyword(std::string_view line);
// A line of nothing but a label: `**Solution**:`; its words, or "".
std::string label_of(std::string_view text);
// Whether somebody can be paged by this name.
bool names_people(std::string_view words);

}  // namespace rbc::import
