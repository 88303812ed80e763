// What people write who come from another tool, or paste from a wiki, and how it is written here.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rbc::parsing {

enum class HabitPlace { Top, Part, Rung, Line, Rule, Proof, Reply, Bond };

// What to write instead of a line that begins with `word`, or nothing.
std::string_view habit(HabitPlace place, std::string_view word);

// What to write instead of what is broken, and the edit that does it where that is certain.
struct Advice {
  std::string help;            // empty: there is nothing to say
  size_t begin = 0, end = 0;   // of the line; an edit if they differ, or something is put in
  std::string mended;
  bool safe = false;
  bool edits() const { return begin != end || !mended.empty(); }
};

// What to write instead of a step's line, judged by more than its first word.
Advice habit_of_line(std::string_view line);

// A broken place within a line: `at` counts from the line's first character that is no blank.
struct BrokenLine {
  std::string_view line;
  size_t at;
  std::vector<std::string> wanted; // the labels of everything that may stand there
  bool wants(std::string_view what) const;
};
Advice habit_within(const BrokenLine& broken);

// The same by the table of slips.def and by the form of the line; asked by the two above.
Advice slip_within(const BrokenLine& broken);
Advice slip_of_line(std::string_view line);
Advice slip_of_name(std::string_view line); // one that begins with a name

// A character that looks like one of the language's and is another, as word processors and wikis write them.
struct Lookalike {
  uint32_t begin, end; // bytes
  std::string message, help;
  std::optional<std::string> mended; // what to write instead, if that is sure
};
// The first one in [from, to) of `text`.
std::optional<Lookalike> lookalike(std::string_view text, uint32_t from, uint32_t to);

// What a file is that is no runbook at all, such as "a YAML file", and what to do; nothing where a line of it begins like one of ours.
struct Foreign {
  uint32_t begin, end; // its first line with words
  std::string_view what, help;
};
std::optional<Foreign> foreign(std::string_view text, const std::vector<std::string_view>& declarations);

} // namespace rbc::parsing
