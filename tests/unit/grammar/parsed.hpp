// A source, its tree and its diagnostics together, for tests.
#pragma once
#include <memory>
#include <string>

#include "grammar/parse.hpp"

namespace rbc::testing {

struct Parsed {
  explicit Parsed(std::string text, std::string path = "test.runbook", size_t max_errors = 1000)
      : source(std::make_unique<Source>(std::move(path), std::move(text))), sink(max_errors), tree(parse(*source, sink)) {}
  std::unique_ptr<Source> source;
  Sink sink;
  Tree tree;
  std::string shown() const { return render_short(sink); }
  std::string first_code() const { return sink.all().empty() ? "" : sink.all()[0].code; }
};

// The lines, one step's, inside a runbook.
inline std::string in_step(const std::string& lines) {
  std::string text = "runbook RB-01\n  step s\n";
  for (size_t at = 0; at <= lines.size();) {
    size_t end = std::min(lines.find('\n', at), lines.size());
    text += "    " + lines.substr(at, end - at) + "\n";
    at = end + 1;
  }
  return text;
}

// The tree of one step's only line, without what is around it.
inline std::string line_tree(const std::string& line) {
  Parsed parsed(in_step(line));
  if (!parsed.sink.ok()) return parsed.shown();
  return dump(parsed.tree, parsed.tree.first(parsed.tree.find(Kind::Block).at(0)));
}

} // namespace rbc::testing
