#include "compiler/import/import.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "compiler/compile.hpp"
#include "compiler/import/assemble.hpp"
#include "grammar/parse.hpp"
#include "grammar/print.hpp"
#include "grammar/utf8.hpp"

namespace rbc::import {

namespace {

constexpr unsigned kRounds = 8;   // of mending what does not compile
constexpr const char* kFile = "draft.runbook";

std::string refusal(std::string_view document) {
  if (document.size() > kMostBytes) return fmt::format("it is {} KiB; a runbook is shorter than {} KiB. Split it.", document.size() / 1024, kMostBytes / 1024);
  unsigned line = 1;
  for (std::size_t i = 0; i < document.size();) {
    const Utf8 one = decode_utf8(document, i);
    if (one.code == 0 && one.valid) return fmt::format("it is no text: line {} holds a NUL byte.", line);
    if (!one.valid) return fmt::format("line {} is not UTF-8. `iconv -f latin1 -t utf8` converts what an older editor wrote.", line);
    line += one.code == '\n';
    i += one.length;
  }
  if (document.find_first_not_of(" \t\r\n") == std::string_view::npos) return "it is empty.";
  return {};
}

// Line feeds at every line's end, no byte-order mark, and characters that nobody can see made visible.
std::string cleaned(std::string_view document) {
  if (document.starts_with("\xEF\xBB\xBF")) document.remove_prefix(3);
  std::string out;
  for (std::size_t i = 0; i < document.size(); ++i) {
    if (document[i] == '\r' && (i + 1 == document.size() || document[i + 1] == '\n')) continue;
    if (document[i] == '\r') out += '\n';
    else if (document.substr(i, 2) == "\xC2\xA0") out += ' ', ++i;
    else if (document[i] == '\t') out += "    ";
    else out += document[i];
  }
  return visible_source(out);
}

std::string joined(const std::vector<Placed>& placed) {
  std::string text;
  for (const Placed& line : placed) text += line.text + "\n";
  return text;
}

// What does not compile is said to the shell, then left to a person, then kept as a comment.
void worsen(Node& node, const std::string& message, Commands& commands) {
  ++node.worsened;
  if (node.worsened == 1 && !node.instead.empty()) {
    const Saying shell = commands.say_shell(node.instead);
    if (shell.kind == Saying::Kind::look || shell.kind == Saying::Kind::change) {
      node.lines = prompt_lines(shell.kind == Saying::Kind::look ? shell.prompt : "do " + shell.prompt, shell.text);
      node.check.clear();
      return;
    }
  }
  if (node.worsened <= 2 && !node.said.empty()) {
    node.worsened = 2;
    node.lines = by_hand(node.said);
    node.marks = {message};
    node.check.clear();
    return;
  }
  std::vector<std::string> lines;
  for (const std::string& line : node.lines) lines.push_back("# " + line);
  lines.push_back("> …");
  node.lines = lines;
}

std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

class Settling {
 public:
  Settling(Runbooks& runbooks, Commands& commands, std::string_view document, const Catalogue& catalogue) : runbooks_(runbooks), commands_(commands), document_(document), catalogue_(catalogue) {}

  // Assembles until it compiles, or nothing can be mended any more.
  std::string settle() {
    for (unsigned round = 0;; ++round) {
      std::vector<Placed> placed = assemble(runbooks_, commands_, document_);
      std::string text = joined(placed);
      OverlaySources sources;
      sources.put(kFile, text);
      bool mended = false;
      std::set<Node*> seen;
      for (const Diagnostic& d : check_project(sources, {kFile}, catalogue_).diagnostics) {
        if (d.severity != Severity::Error || !d.primary.source) continue;
        const std::size_t line = d.primary.source->line_at(d.primary.span.begin);
        Node* node = line <= placed.size() ? placed[line - 1].node : nullptr;
        if (!node || !seen.insert(node).second || node->worsened > 2) continue;
        worsen(*node, fmt::format("{}: {}", d.code, one_line(d.message)), commands_);
        mended = true;
      }
      if (!mended || round == kRounds) return text;
      goals();
    }
  }

 private:
  // A goal names only the checks that still stand.
  void goals() {
    for (Runbook& runbook : runbooks_.all) {
      std::set<std::string> stand;
      for (const Step& step : runbook.steps)
        for (const Node& node : step.body)
          if (!node.check.empty() && node.lines[0].find(':') != std::string::npos) stand.insert(node.check);
      std::erase_if(runbook.goals, [&](const std::string& goal) { return !stand.count(goal); });
    }
  }

  Runbooks& runbooks_;
  Commands& commands_;
  std::string_view document_;
  const Catalogue& catalogue_;
};

// Whatever does not parse as a comment, so that the rest does.
std::string parsing(std::string text) {
  for (unsigned round = 0; round < kRounds * 4; ++round) {
    const Source source(kFile, text);
    Sink sink(1000);
    const Tree tree = parse(source, sink);
    if (sink.ok()) return formatted(tree);
    std::set<std::uint32_t> lines;
    for (const Diagnostic& d : sink.all())
      if (d.severity == Severity::Error) lines.insert(source.line_at(d.primary.span.begin));
    std::string again;
    for (std::uint32_t line = 1; line <= source.line_count(); ++line) {
      if (line == source.line_count() && source.line(line).empty()) break;
      again += fmt::format("{}{}\n", lines.count(line) ? "# " : "", source.line(line));
    }
    text = std::move(again);
  }
  std::string all;
  for (std::size_t from = 0; from < text.size();) {
    const auto end = std::min(text.find('\n', from), text.size());
    all += fmt::format("# {}\n", std::string_view(text).substr(from, end - from));
    from = end + 1;
  }
  return all;
}

}  // namespace

Draft import_document(std::string_view document, std::string_view name, const Catalogue& catalogue) {
  Draft draft;
  draft.problem = refusal(document);
  if (!draft.problem.empty()) return draft;
  const std::string clean = cleaned(document);
  Section root = read_sections(clean);
  Names names;
  Commands commands(names);
  Count count;
  Runbooks runbooks(commands, names, count);
  runbooks.build(root, name);
  draft.text = parsing(Settling(runbooks, commands, clean, catalogue).settle());
  draft.headings = count.headings, draft.items = count.items, draft.commands = count.commands;
  for (const Runbook& runbook : runbooks.all) draft.runbooks.push_back(runbook.name);
  OverlaySources sources;
  const Source* source = sources.put(kFile, draft.text);
  for (unsigned line = 1; line <= source->line_count(); ++line) {
    const std::string_view text = trimmed(source->line(line));
    if (text.starts_with("# decide: ")) draft.decisions.push_back({line, std::string(text.substr(10))});
  }
  for (const Diagnostic& d : check_project(sources, {kFile}, catalogue).diagnostics)
    if (d.severity == Severity::Error && d.primary.source) draft.errors.push_back({d.primary.source->line_at(d.primary.span.begin), fmt::format("{}: {}", d.code, one_line(d.message))});
  return draft;
}

}  // namespace rbc::import
