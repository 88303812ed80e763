#include <algorithm>

#include "grammar/parse.hpp"
#include "tests/tools/generate.hpp"

namespace rbc::testing {

namespace {

// What a line of a program is to whoever edits it.
struct Row {
  uint32_t begin, end;      // without its line end
  bool words = false;       // of the language: not blank, no comment, not embedded text
  bool embedded = false;    // embedded text
  bool takes_comment = true;
  bool loose = true;        // blanks between its words may be more
};

class Disturbance {
 public:
  Disturbance(std::string_view program, uint64_t seed) : source_("program.runbook", std::string(program)), tree_(parse(source_, sink_)), random_(seed) {}

  std::string text() {
    rows();
    marks();
    const uint32_t width = 1 + random_.below(3);
    for (const Row& row : rows_) {
      if (row.words) between(row);
      write(row, width);
    }
    if (random_.chance(30)) out_ += "# at the end\n\n";
    return random_.chance(20) ? with_crlf(out_) : out_;
  }

 private:
  void rows() {
    for (uint32_t line = 1; line <= source_.line_count(); ++line) {
      const uint32_t begin = source_.line_begin(line);
      const std::string_view text = source_.line(line);
      const size_t first = text.find_first_not_of(' ');
      Row row{begin, begin + static_cast<uint32_t>(text.size())};
      row.words = first != std::string_view::npos && text[first] != '#';
      rows_.push_back(row);
    }
  }

  Row& row_of(uint32_t at) { return rows_[source_.line_at(at) - 1]; }

  void marks() {
    for (NodeId id = 0; id < tree_.size(); ++id) {
      const Node& node = tree_[id];
      switch (node.kind) {
      case Kind::Segment: {
        Row& row = row_of(node.begin);
        row.takes_comment = false;
        const std::string_view before = source_.text().substr(row.begin, node.begin - row.begin);
        if (before.find_first_not_of(' ') == std::string_view::npos) row.embedded = true, row.words = false;
        break;
      }
      case Kind::Raw:
      case Kind::Title:
      case Kind::Prose: row_of(node.begin).takes_comment = false; break;
      case Kind::Note:
      case Kind::Item: row_of(node.begin).loose = row_of(node.begin).takes_comment = false; break;
      default: break;
      }
    }
    // Pieces whose blanks are their own.
    for (NodeId id = 0; id < tree_.size(); ++id) {
      const Kind kind = tree_.kind(id);
      if (kind == Kind::Text || kind == Kind::Regex || kind == Kind::Field || kind == Kind::Segment || kind == Kind::Title || kind == Kind::Prose)
        fixed_.push_back(tree_.span(id));
    }
    std::sort(fixed_.begin(), fixed_.end(), [](Span a, Span b) { return a.begin < b.begin; });
    // A hole's field lies within its text.
    std::vector<Span> outer;
    for (Span each : fixed_)
      if (outer.empty() || each.begin >= outer.back().end) outer.push_back(each);
    fixed_ = std::move(outer);
  }

  uint32_t indentation(const Row& row) const {
    const std::string_view text = source_.text().substr(row.begin, row.end - row.begin);
    return static_cast<uint32_t>(std::min(text.find_first_not_of(' '), text.size()));
  }

  // Blank lines and comments above a line; never so deep that the text above it would take them.
  void between(const Row&) {
    while (random_.chance(10)) out_ += random_.chance(50) ? "\n" : "  \n";
    while (random_.chance(10)) {
      out_.append(random_.below(column_ + 1), ' ');
      out_ += "# above " + std::to_string(count_++) + (random_.chance(30) ? " \n" : "\n");
      while (random_.chance(20)) out_ += "\n";
    }
  }

  void write(const Row& row, uint32_t width) {
    const uint32_t own = indentation(row);
    std::string_view text = source_.text().substr(row.begin + own, row.end - row.begin - own);
    if (row.embedded) {
      out_.append(own - from_ + column_, ' ');
      out_ += text;
    } else if (row.words) {
      from_ = own, column_ = own * width;
      out_.append(column_, ' ');
      for (uint32_t i = 0; i < text.size(); ++i) {
        out_ += text[i];
        if (text[i] == ' ' && row.loose && !is_fixed(row.begin + own + i)) out_.append(random_.below(3), ' ');
      }
      if (row.takes_comment && text.find('#') == std::string_view::npos && random_.chance(10)) out_ += " # behind " + std::to_string(count_++);
    } else if (!text.empty()) {
      out_.append(own > from_ ? column_ : own * width, ' '); // a comment, as deep as it was
      out_ += text;
    }
    out_ += '\n';
  }

  bool is_fixed(uint32_t at) const {
    auto after = std::upper_bound(fixed_.begin(), fixed_.end(), at, [](uint32_t place, Span span) { return place < span.begin; });
    return after != fixed_.begin() && std::prev(after)->end > at;
  }

  static std::string with_crlf(const std::string& text) {
    std::string out;
    for (char c : text) out += c == '\n' ? std::string("\r\n") : std::string(1, c);
    return out;
  }

  Source source_;
  Sink sink_;
  Tree tree_;
  Random random_;
  std::vector<Row> rows_;
  std::vector<Span> fixed_;
  std::string out_;
  uint32_t from_ = 0, column_ = 0; // of the last line of the language, before and after
  uint32_t count_ = 0;
};

} // namespace

std::string disturb(std::string_view program, uint64_t seed) { return Disturbance(program, seed).text(); }

} // namespace rbc::testing
