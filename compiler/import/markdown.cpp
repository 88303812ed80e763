#include "compiler/import/markdown.hpp"

#include <algorithm>
#include <cctype>

namespace rbc::import {

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

namespace {

struct Row {
  std::string_view text;   // without its line end
  unsigned indent = 0;     // columns; a tab goes to the next multiple of four
  std::string_view bare;   // without blanks at both ends
};

Row row_of(std::string_view text) {
  Row row{text, 0, trimmed(text)};
  for (const char c : text) {
    if (c == ' ') ++row.indent;
    else if (c == '\t') row.indent += 4 - row.indent % 4;
    else break;
  }
  return row;
}

std::vector<Row> rows_of(std::string_view document) {
  std::vector<Row> rows;
  while (!document.empty()) {
    const auto end = std::min(document.find('\n'), document.size());
    rows.push_back(row_of(document.substr(0, end)));
    document.remove_prefix(std::min(end + 1, document.size()));
  }
  return rows;
}

bool all_of_it(std::string_view text, char c) { return !text.empty() && text.find_first_not_of(c) == std::string_view::npos; }

// The length of a fence's mark, or 0.
std::size_t fence(std::string_view bare) {
  if (bare.empty() || (bare[0] != '`' && bare[0] != '~')) return 0;
  const std::size_t length = std::min(bare.find_first_not_of(bare[0]), bare.size());
  return length >= 3 && (bare[0] == '~' || bare.find('`', length) == std::string_view::npos) ? length : 0;
}

// The length of a list mark with the blanks after it (`- `, `* `, `12. `), or 0.
std::size_t list_mark(std::string_view bare) {
  std::size_t at = 0;
  if (!bare.empty() && (bare[0] == '-' || bare[0] == '*' || bare[0] == '+')) at = 1;
  else {
    while (at < bare.size() && at < 4 && std::isdigit(static_cast<unsigned char>(bare[at]))) ++at;
    if (at == 0 || at >= bare.size() || (bare[at] != '.' && bare[at] != ')')) return 0;
    ++at;
  }
  if (at >= bare.size() || (bare[at] != ' ' && bare[at] != '\t')) return 0;
  const auto text = bare.find_first_not_of(" \t", at);
  return text == std::string_view::npos ? 0 : text;
}

bool is_rule(std::string_view bare) {
  if (bare.size() < 3 || (bare[0] != '-' && bare[0] != '*' && bare[0] != '_')) return false;
  return std::all_of(bare.begin(), bare.end(), [&](char c) { return c == bare[0] || c == ' '; });
}

// A line of a plain text that stands for a heading: capitals, alone between blank lines.
bool shouted(std::string_view bare) {
  if (bare.size() < 4 || bare.size() > 60) return false;
  unsigned letters = 0;
  for (const char c : bare) {
    if (c >= 'a' && c <= 'z') return false;
    if (c >= 'A' && c <= 'Z') ++letters;
    else if (!std::isdigit(static_cast<unsigned char>(c)) && std::string_view(" :.-/&()").find(c) == std::string_view::npos) return false;
  }
  return letters >= 4;
}

class Reader {
 public:
  explicit Reader(std::string_view document) : rows_(rows_of(document)) {}

  std::vector<Block> read() {
    front_matter();
    while (at_ < rows_.size()) block();
    return std::move(out_);
  }

 private:
  Block& add(Block::Kind kind, std::string_view text) {
    Block block;
    block.kind = kind;
    block.line = static_cast<unsigned>(at_ + 1);
    block.text = text;
    return out_.emplace_back(std::move(block));
  }

  bool blank(std::size_t at) const { return at >= rows_.size() || rows_[at].bare.empty(); }

  void front_matter() {
    if (rows_.empty() || rows_[0].bare != "---") return;
    const auto end = std::find_if(rows_.begin() + 1, rows_.end(), [](const Row& row) { return row.bare == "---" || row.bare == "..."; });
    if (end == rows_.end()) return;
    for (at_ = 1; rows_.begin() + static_cast<std::ptrdiff_t>(at_) != end; ++at_)
      if (!blank(at_)) add(Block::Kind::paragraph, rows_[at_].bare);
    ++at_;
  }

  void block() {
    const Row& row = rows_[at_];
    if (row.bare.empty()) return open_ = false, void(++at_);
    if (row.indent < in_item_) in_item_ = list_mark(row.bare) ? in_item_ : 0;
    if (fence(row.bare)) return fenced();
    if (row.bare[0] == '#') {
      const auto depth = std::min(row.bare.find_first_not_of('#'), row.bare.size());
      if (depth <= 6 && depth < row.bare.size() && row.bare[depth] == ' ' && row.indent < 4) return heading(static_cast<unsigned>(depth), row.bare.substr(depth));
    }
    if (is_rule(row.bare) && !(open_ && row.bare[0] == '-')) return open_ = false, add(Block::Kind::rule, row.bare), void(++at_);
    if (const auto mark = list_mark(row.bare)) return item(mark);
    if (row.indent >= 4 + in_item_ && !open_) return indented();
    if (row.bare[0] == '|') return cells();
    if (row.bare[0] == '>') return open_ = false, add(Block::Kind::quote, trimmed(row.bare.substr(row.bare.find_first_not_of("> ") == std::string_view::npos ? row.bare.size() : row.bare.find_first_not_of("> ")))), void(++at_);
    const bool underlined = at_ + 1 < rows_.size() && rows_[at_ + 1].bare.size() >= 3 && (all_of_it(rows_[at_ + 1].bare, '=') || all_of_it(rows_[at_ + 1].bare, '-'));
    if (underlined && !in_item_) return heading(rows_[at_ + 1].bare[0] == '=' ? 1 : 2, row.bare), void(++at_);
    if (shouted(row.bare) && !open_ && blank(at_ + 1) && (at_ == 0 || blank(at_ - 1))) return heading(out_.empty() ? 1 : 2, row.bare);
    paragraph(row);
  }

  void heading(unsigned depth, std::string_view text) {
    text = trimmed(text);
    while (text.ends_with('#')) text.remove_suffix(1);
    add(Block::Kind::heading, trimmed(text)).depth = depth;
    in_item_ = 0, open_ = false, indents_.clear(), ++at_;
  }

  // A sentence that the line above has not ended goes on, indented or not.
  static bool goes_on(std::string_view above, std::string_view below) {
    if (above.empty() || below.empty() || !std::islower(static_cast<unsigned char>(below[0]))) return false;
    const auto last = static_cast<unsigned char>(above.back());
    return std::isalnum(last) || last == ',' || last == ')';
  }

  // A line of words: part of the item above if it stands right below it.
  void paragraph(const Row& row) {
    if (open_ && in_item_ && !out_.empty() && out_.back().kind == Block::Kind::item && (row.indent >= 1 || goes_on(out_.back().text, row.bare)) && !row.bare.starts_with("$ ")) {
      out_.back().text += " ";
      out_.back().text += row.bare;
    } else {
      add(Block::Kind::paragraph, row.bare);
    }
    open_ = true, ++at_;
  }

  void item(std::size_t mark) {
    const Row& row = rows_[at_];
    while (!indents_.empty() && indents_.back() >= row.indent && indents_.size() > 1) indents_.pop_back();
    if (indents_.empty() || row.indent > indents_.back()) indents_.push_back(row.indent);
    else indents_.back() = row.indent;
    std::string_view text = row.bare.substr(mark);
    Block& made = add(Block::Kind::item, text);
    made.depth = static_cast<unsigned>(indents_.size() - 1);
    if (text.size() >= 3 && text[0] == '[' && text[2] == ']' && (text[1] == ' ' || text[1] == 'x' || text[1] == 'X')) {
      made.checkbox = true;
      made.text = trimmed(text.substr(3));
    }
    in_item_ = row.indent + 2, open_ = true, ++at_;
  }

  // Code, without what all its lines are indented by.
  void keep_code(Block& block, std::size_t from, std::size_t end) {
    unsigned common = ~0u;
    for (std::size_t i = from; i < end; ++i)
      if (!rows_[i].bare.empty()) common = std::min(common, rows_[i].indent);
    for (std::size_t i = from; i < end; ++i) {
      const Row& row = rows_[i];
      std::string line(row.bare.empty() ? 0 : row.indent - common, ' ');
      block.parts.push_back(line += row.bare);
    }
    while (!block.parts.empty() && block.parts.back().empty()) block.parts.pop_back();
    block.line = static_cast<unsigned>(from + 1);
    block.in_item = in_item_ != 0;
  }

  void fenced() {
    const std::string_view mark = rows_[at_].bare;
    const std::size_t length = fence(mark);
    std::string_view info = trimmed(mark.substr(length));
    Block& block = add(Block::Kind::code, "");
    block.language = lowered(info.substr(0, info.find_first_of(" {,:")));
    const std::size_t from = ++at_;
    const auto closes = [&](const Row& row) { return fence(row.bare) >= length && all_of_it(row.bare, mark[0]); };
    while (at_ < rows_.size() && !closes(rows_[at_])) ++at_;
    block.unclosed = at_ == rows_.size();
    keep_code(block, from, at_);
    open_ = false, ++at_;
  }

  void indented() {
    const std::size_t from = at_;
    const unsigned least = 4 + in_item_;
    std::size_t end = at_;
    for (; at_ < rows_.size() && (blank(at_) || rows_[at_].indent >= least); ++at_)
      if (!blank(at_)) end = at_ + 1;
    at_ = from;
    keep_code(add(Block::Kind::code, ""), from, end);
    at_ = end;
  }

  void cells() {
    std::string_view bare = rows_[at_].bare;
    bare.remove_prefix(1);
    if (bare.ends_with('|')) bare.remove_suffix(1);
    open_ = false;
    if (bare.find_first_not_of("|-: ") == std::string_view::npos) return void(++at_);   // the line below a table's head
    Block& block = add(Block::Kind::row, "");
    std::string cell;
    bool code = false;
    for (std::size_t i = 0; i < bare.size(); ++i) {
      if (bare[i] == '`') code = !code;
      if (bare[i] == '\\' && i + 1 < bare.size() && bare[i + 1] == '|') cell += bare[++i];
      else if (bare[i] == '|' && !code) block.parts.emplace_back(trimmed(cell)), cell.clear();
      else cell += bare[i];
    }
    block.parts.emplace_back(trimmed(cell));
    ++at_;
  }

  std::vector<Row> rows_;
  std::vector<Block> out_;
  std::size_t at_ = 0;
  std::vector<unsigned> indents_;   // of the items that are open, outermost first
  unsigned in_item_ = 0;            // what stands below an item is indented by so much; 0: there is none
  bool open_ = false;               // the line above is a paragraph or an item, which goes on
};

}  // namespace

std::vector<Block> read_markdown(std::string_view document) { return Reader(document).read(); }

std::string words_of(const Block& block) {
  if (block.kind != Block::Kind::row) return block.text;
  std::string words;
  for (const std::string& cell : block.parts)
    if (!cell.empty()) words += (words.empty() ? "" : " · ") + cell;
  return words;
}

std::vector<Link> links(std::string_view text) {
  std::vector<Link> out;
  for (std::size_t at = text.find('['); at != std::string_view::npos; at = text.find('[', at + 1)) {
    const auto middle = text.find("](", at);
    if (middle == std::string_view::npos) break;
    const auto end = text.find(')', middle);
    if (end == std::string_view::npos) break;
    out.push_back({std::string(text.substr(at + 1, middle - at - 1)), std::string(text.substr(middle + 2, end - middle - 2))});
    at = end;
  }
  return out;
}

std::vector<std::string> inline_code(std::string_view text) {
  std::vector<std::string> out;
  for (std::size_t at = text.find('`'); at != std::string_view::npos;) {
    const auto end = text.find('`', at + 1);
    if (end == std::string_view::npos) break;
    if (end > at + 1) out.emplace_back(trimmed(text.substr(at + 1, end - at - 1)));
    at = text.find('`', end + 1);
  }
  return out;
}

std::string plain_words(std::string_view text) {
  if (text.size() > 8192) return std::string(trimmed(text));
  std::string out;
  bool code = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '`') {
      code = !code;
    } else if (!code && text.substr(i, 2) == "**") {
      ++i;
    } else if (!code && text[i] == '[') {
      const auto middle = text.find("](", i);
      const auto end = middle == std::string_view::npos ? middle : text.find(')', middle);
      if (end == std::string_view::npos || text.substr(i, middle - i).find(']') != std::string_view::npos) {
        out += '[';
        continue;
      }
      out += text.substr(i + 1, middle - i - 1);
      out += " (";
      out += text.substr(middle + 2, end - middle - 2);
      out += ')';
      i = end;
    } else {
      out += text[i];
    }
  }
  return std::string(trimmed(out));
}

}  // namespace rbc::import
