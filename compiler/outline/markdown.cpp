// A page as GitHub flavoured Markdown.
#include <algorithm>

#include <fmt/format.h>

#include "compiler/outline/page.hpp"

namespace rbc::outline {

namespace {

std::size_t longest_run(std::string_view text, char of) {
  std::size_t longest = 0, now = 0;
  for (char c : text) now = c == of ? now + 1 : 0, longest = std::max(longest, now);
  return longest;
}

bool plain_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80; }

std::string quoted_code(std::string_view text, bool cell) {
  std::string inside;
  for (char c : text) {
    if (c == '|' && cell) inside += "\\|";            // what GitHub asks for within a table, code or not
    else inside += c == '\n' ? ' ' : c;
  }
  if (inside.empty()) return {};
  const std::string fence(longest_run(inside, '`') + 1, '`');
  const bool padded = inside.front() == '`' || inside.back() == '`';
  return fence + (padded ? " " : "") + inside + (padded ? " " : "") + fence;
}

// Nothing of the author's text is markup.
std::string inert(std::string_view words, bool cell) {
  std::string out, quoted;
  bool code = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const char c = words[i];
    if (c == kCode) code = true, quoted.clear();
    else if (c == kCodeEnd) code = false, out += quoted_code(quoted, cell);
    else if (code) quoted += c;
    else if (c == kLink) out += '[';
    else if (c == kLinkTo) {
      std::string to;
      while (++i < words.size() && words[i] != kLinkEnd) to += words[i] == '>' || words[i] == '<' || words[i] == ' ' ? '_' : words[i];
      out += "](<" + to + ">)";
    }
    else if (c == '\n') out += ' ';
    else if (c == '&') out += "&amp;";
    else if (c == '_' && i > 0 && i + 1 < words.size() && plain_letter(words[i - 1]) && plain_letter(words[i + 1])) out += c;
    else if (std::string_view("\\`*_[]<>|~$").find(c) != std::string_view::npos) out += '\\', out += c;
    else out += c;
  }
  // A line that would begin a heading, a list or a rule.
  if (!out.empty() && std::string_view("#+-=").find(out[0]) != std::string_view::npos) out.insert(0, "\\");
  std::size_t digits = 0;
  while (digits < out.size() && out[digits] >= '0' && out[digits] <= '9') ++digits;
  if (digits > 0 && digits < out.size() && (out[digits] == '.' || out[digits] == ')')) out.insert(digits, "\\");
  return out;
}

class Markdown {
 public:
  std::string out;

  void blocks(const std::vector<Block>& all, const std::string& indent, const Page& page) {
    for (const Block& each : all) block(each, indent, page);
  }

 private:
  void paragraph(const std::string& indent, const std::string& text) { out += indent + text + "\n\n"; }
  void fenced(const std::string& indent, std::string_view text, std::string_view language) {
    const std::string fence(std::max<std::size_t>(3, longest_run(text, '`') + 1), '`');
    out += fmt::format("{}{}{}\n", indent, fence, language);
    for (std::size_t at = 0; at <= text.size();) {
      const auto end = std::min(text.find('\n', at), text.size());
      if (const auto line = text.substr(at, end - at); !line.empty() || end < text.size()) out += line.empty() ? "\n" : fmt::format("{}{}\n", indent, line);
      at = end + 1;
    }
    out += indent + fence + "\n\n";
  }
  void block(const Block& each, const std::string& indent, const Page& page) {
    switch (each.kind) {
      case Block::Kind::heading:
        if (each.level >= 4) paragraph(indent, "**" + inert(each.words, false) + "**");
        else paragraph(indent, fmt::format("{}<a id=\"{}\"></a>{}", std::string(each.level, '#') + " ", page_name(each.anchor), inert(each.words, false)));
        break;
      case Block::Kind::words: paragraph(indent, inert(each.words, false)); break;
      case Block::Kind::note: paragraph(indent, "> " + inert(each.words, false)); break;
      case Block::Kind::caution: out += indent + "> [!CAUTION]\n" + indent + "> " + inert(each.words, false) + "\n\n"; break;
      case Block::Kind::code: fenced(indent, each.words, each.language); break;
      case Block::Kind::flow: fenced(indent, page.mermaid, "mermaid"); break;
      case Block::Kind::table: table(each, indent); break;
      case Block::Kind::list: list(each, indent, page); break;
    }
  }
  void table(const Block& each, const std::string& indent) {
    for (std::size_t i = 0; i < each.rows.size(); ++i) {
      out += indent + "|";
      for (const std::string& cell : each.rows[i]) out += " " + inert(cell, true) + " |";
      out += "\n";
      if (i > 0) continue;
      out += indent + "|";
      for (std::size_t c = 0; c < each.rows[i].size(); ++c) out += " --- |";
      out += "\n";
    }
    out += "\n";
  }
  void list(const Block& each, const std::string& indent, const Page& page) {
    unsigned number = 1;
    const bool tight = std::all_of(each.items.begin(), each.items.end(), [](const auto& item) { return item.size() == 1 && item[0].kind == Block::Kind::words; });
    for (const auto& item : each.items) {
      const std::string mark = each.boxes ? "- [ ] " : each.ordered ? fmt::format("{}. ", number++) : "- ";
      const std::string inner = indent + std::string(each.boxes ? 2 : mark.size(), ' ');
      Markdown inside;
      inside.blocks(item, inner, page);
      if (inside.out.size() >= inner.size()) inside.out.replace(0, inner.size(), indent + mark);
      if (tight) inside.out.pop_back();
      out += inside.out;
    }
    if (tight) out += "\n";
  }
};

}  // namespace

std::string markdown(const Page& page) {
  Markdown to;
  to.out = "# " + inert(page.title, false) + "\n\n";
  to.blocks(page.blocks, "", page);
  while (to.out.size() > 1 && to.out[to.out.size() - 2] == '\n') to.out.pop_back();
  return std::move(to.out);
}

}  // namespace rbc::outline
