// A page as one HTML file.
#include <fmt/format.h>

#include "compiler/outline/markup.hpp"
#include "compiler/outline/page.hpp"

namespace rbc::outline {

namespace {

constexpr std::string_view kSheet = R"css(
:root { color-scheme: light dark; --ink: #1c2430; --soft: #4d5968; --page: #fff; --panel: #f4f6f9; --line: #d5dbe4; --link: #1f5fae; --warn: #fde4e4; --warn-line: #c93b44; --note: #e4effc; --note-line: #3f7cc4; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6ebf2; --soft: #a9b5c5; --page: #12171f; --panel: #1a212c; --line: #323d4d; --link: #7db4f5; --warn: #431519; --warn-line: #e8636b; --note: #132a45; --note-line: #5f9de6; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 1.5rem; color: var(--ink); background: var(--page); font: 16px/1.55 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.8rem; line-height: 1.2; } h2 { margin-top: 2.4rem; border-bottom: 1px solid var(--line); padding-bottom: .2rem; } h3 { margin-top: 2rem; } h4 { margin: 1.4rem 0 .4rem; font-size: 1.02rem; }
a { color: var(--link); } nav { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: .6rem 1.2rem; } nav ul { margin: .3rem 0; padding-left: 1.1rem; columns: 2; }
code { font: .9em ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; background: var(--panel); border-radius: 3px; padding: .05em .3em; }
pre { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: .7rem .9rem; overflow-x: auto; } pre code { background: none; padding: 0; white-space: pre; overflow-wrap: normal; }
table { border-collapse: collapse; margin: 1rem 0; } th, td { border: 1px solid var(--line); padding: .35rem .7rem; text-align: left; vertical-align: top; } th { background: var(--panel); }
li { margin: .35rem 0; } li > p { margin: .2rem 0; } ul.boxes { list-style: none; padding-left: .4rem; } ul.boxes > li > p:first-child::before { content: "☐ "; }
blockquote { margin: .5rem 0; padding: .4rem .9rem; border-left: 4px solid var(--note-line); background: var(--note); } .caution { margin: .6rem 0; padding: .6rem .9rem; border-left: 5px solid var(--warn-line); background: var(--warn); font-weight: 600; }
figure { margin: 1rem 0; width: fit-content; max-width: calc(100vw - 3rem); position: relative; left: 50%; transform: translateX(-50%); overflow-x: auto; border: 1px solid var(--line); border-radius: 8px; } figure svg { display: block; }
@media print { :root { --ink: #000; --soft: #333; --page: #fff; --panel: #f4f4f4; --line: #999; --link: #000; --warn: #fff; --note: #fff; } body { max-width: none; padding: 0; font-size: 11pt; } nav { display: none; } pre { white-space: pre-wrap; } h2, h3, h4 { break-after: avoid; } li, tr, pre, .caution { break-inside: avoid; } figure svg { max-width: 100%; height: auto; } }
)css";

bool safe_address(std::string_view to) {
  const auto colon = to.find(':');
  return to.rfind("https://", 0) == 0 || to.rfind("http://", 0) == 0 || colon == std::string_view::npos;
}

std::string inline_html(std::string_view words) {
  std::string out, text;
  const auto flush = [&] { out += escaped(text), text.clear(); };
  for (std::size_t i = 0; i < words.size(); ++i) {
    switch (words[i]) {
      case kCode: flush(), out += "<code>"; break;
      case kCodeEnd: flush(), out += "</code>"; break;
      case kLink: {
        flush();
        const auto to = words.find(kLinkTo, i), end = words.find(kLinkEnd, i);
        if (to == std::string_view::npos || end == std::string_view::npos) break;
        const auto address = words.substr(to + 1, end - to - 1), shown = words.substr(i + 1, to - i - 1);
        out += safe_address(address) ? fmt::format("<a href=\"{}\" rel=\"noreferrer\">{}</a>", escaped(address), escaped(shown)) : escaped(shown);
        i = end;
        break;
      }
      default: text += words[i];
    }
  }
  flush();
  return out;
}

void write(const std::vector<Block>& blocks, const Page& page, std::string& out);

void write_list(const Block& each, const Page& page, std::string& out) {
  out += each.boxes ? "<ul class=\"boxes\">\n" : each.ordered ? "<ol>\n" : "<ul>\n";
  for (const auto& item : each.items) {
    out += "<li>";
    write(item, page, out);
    out += "</li>\n";
  }
  out += each.ordered ? "</ol>\n" : "</ul>\n";
}

void write_table(const Block& each, std::string& out) {
  out += "<table>\n";
  bool first = true;
  for (const auto& row : each.rows) {
    const bool named = first;
    first = false;
    bool empty = true;
    for (const std::string& cell : row) empty = empty && cell.empty();
    if (named && empty) continue;
    out += "<tr>";
    for (const std::string& cell : row) out += fmt::format("<{0}>{1}</{0}>", named ? "th" : "td", inline_html(cell));
    out += "</tr>\n";
  }
  out += "</table>\n";
}

void write(const std::vector<Block>& blocks, const Page& page, std::string& out) {
  for (const Block& each : blocks) {
    switch (each.kind) {
      case Block::Kind::heading: out += fmt::format("<h{0} id=\"{1}\">{2}</h{0}>\n", each.level, page_name(each.anchor), inline_html(each.words)); break;
      case Block::Kind::words: out += fmt::format("<p>{}</p>\n", inline_html(each.words)); break;
      case Block::Kind::note: out += fmt::format("<blockquote>{}</blockquote>\n", inline_html(each.words)); break;
      case Block::Kind::caution: out += fmt::format("<div class=\"caution\" role=\"note\">⚠ {}</div>\n", inline_html(each.words)); break;
      case Block::Kind::code: out += fmt::format("<pre><code>{}</code></pre>\n", escaped(each.words)); break;
      case Block::Kind::table: write_table(each, out); break;
      case Block::Kind::list: write_list(each, page, out); break;
      case Block::Kind::flow: out += fmt::format("<figure>\n{}</figure>\n", page.svg); break;
    }
  }
}

std::string contents(const Page& page) {
  std::string out = "<nav aria-label=\"Contents\"><ul>\n";
  for (const Block& each : page.blocks)
    if (each.kind == Block::Kind::heading && each.level <= 3) out += fmt::format("<li><a href=\"#{}\">{}</a></li>\n", page_name(each.anchor), inline_html(each.words));
  return out + "</ul></nav>\n";
}

}  // namespace

std::string html(const Page& page) {
  std::string out = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
  out += "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n";
  out += fmt::format("<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n<main>\n<h1>{}</h1>\n", escaped(page.title), kSheet, escaped(page.title));
  out += contents(page);
  write(page.blocks, page, out);
  return out + "</main>\n</body>\n</html>\n";
}

}  // namespace rbc::outline
