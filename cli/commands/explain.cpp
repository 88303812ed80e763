// `rbc explain`: the table of diagnostics as pages and as a list.
#include <algorithm>
#include <cctype>
#include <cstdio>

#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "compiler/outline/wrap.hpp"
#include "grammar/examples.hpp"
#include "grammar/render/parts.hpp"

namespace rbc::cli {

namespace {

constexpr double kWidth = 88;   // columns of a page's words

std::string_view severity(const DiagnosticInfo& info) { return info.severity == Severity::Error ? "error" : "warning"; }

bool of_shellcheck(std::string_view code) {
  return code.size() == 6 && code.starts_with("SC") && code.find_first_not_of("0123456789", 2) == std::string_view::npos;
}

// Where a snippet stands, after a heading.
std::string_view stands(Frame frame) {
  switch (frame) {
    case Frame::File: return "";
    case Frame::Runbook: return ", in a runbook";
    case Frame::Step: return ", in a step";
    case Frame::Check: return ", in a check";
    case Frame::Test: return ", in a test";
  }
  return "";
}

std::string indented(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    if (end > at) out += "    " + visible_source(text.substr(at, end - at));
    out += '\n';
    at = end + 1;
  }
  return out;
}

void show_example(std::string_view heading, Frame frame, std::string_view example) {
  if (example.empty()) return;
  const std::vector<ExampleFile> files = example_files(example);
  fmt::print("\n{}{}:\n", heading, stands(frame));
  for (const ExampleFile& file : files) {
    if (file.text.empty()) continue;
    if (&file != &files[0]) fmt::print("\n  and in {}:\n", file.name);
    fmt::print("\n{}", indented(file.text));
  }
}

void page(const DiagnosticInfo& info) {
  fmt::print("{} ({}, {})  {}\n\n", info.code, severity(info), group_of(info.code).name, info.message);
  for (const std::string& line : outline::wrapped(info.explanation, kWidth, outline::columns)) fmt::print("{}\n", line);
  show_example("This gets it", info.frame, info.failing);
  show_example("Mended", info.frame, info.mended);
}

void shellcheck_page(std::string_view code) {
  fmt::print("{0} (warning)  ShellCheck found this in a shell line.\n\nIts number is ShellCheck's own; what it means and how to mend it is written at https://www.shellcheck.net/wiki/{0}.\n"
             "Levels and `# rbc: allow({0}, reason = …)` work on it as on any warning; `rbc check --no-shellcheck` does without.\n", code);
}

// The message's first sentence.
std::string_view headline(std::string_view message) {
  bool quoted = false;
  for (std::size_t i = 0; i < message.size(); ++i) {
    if (message[i] == '`') quoted = !quoted;
    const bool ends = (message[i] == '.' || message[i] == '?' || message[i] == '!') && (i + 1 == message.size() || message[i + 1] == ' ');
    if (ends && !quoted) return message.substr(0, i + 1);
  }
  return message;
}

void list(const std::vector<const DiagnosticInfo*>& codes) {
  const CodeGroup* group = nullptr;
  for (const DiagnosticInfo* info : codes) {
    if (const CodeGroup& own = group_of(info->code); &own != group) {
      fmt::print("{}{}: {}\n", group ? "\n" : "", own.name, own.title);
      group = &own;
    }
    fmt::print("  {}  {}\n", info->code, headline(info->message));
  }
  fmt::print("\nE is an error, W a warning. `rbc explain {}` says more of one.\n", codes.front()->code);
}

std::string example_json(Frame frame, std::string_view example) {
  if (example.empty()) return "[]";
  return rendering::json_list(whole_files(frame, example), [](const ExampleFile& file) {
    return fmt::format("{{\"file\":{},\"text\":{}}}", rendering::json_text(file.name), rendering::json_text(file.text));
  });
}

std::string as_json(const DiagnosticInfo* info) {
  using rendering::json_text;
  return fmt::format("{{\"code\":{},\"severity\":{},\"group\":{},\"message\":{},\"explanation\":{},\"failing\":{},\"mended\":{}}}", json_text(info->code), json_text(severity(*info)),
                     json_text(group_of(info->code).name), json_text(info->message), json_text(info->explanation), example_json(info->frame, info->failing),
                     example_json(info->frame, info->mended));
}

// What a word asks for: a code, the beginning of codes, or a group.
std::vector<const DiagnosticInfo*> asked(const std::string& word) {
  std::string upper = word, lower = word;
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  std::vector<const DiagnosticInfo*> found;
  for (const DiagnosticInfo& info : all_diagnostics())
    if (info.code.starts_with(upper) || info.code.substr(1).starts_with(upper) || group_of(info.code).name == lower) found.push_back(&info);
  return found;
}

int unknown(const std::string& word) {
  std::vector<std::string> known;
  for (const DiagnosticInfo& each : all_diagnostics()) known.emplace_back(each.code);
  for (const CodeGroup& group : code_groups()) known.emplace_back(group.name);
  std::string near = suggestion(word, known);
  return refuse(kUsage, fmt::format("there is no diagnostic `{}`.{}", word, near.empty() ? " `rbc explain` lists them all." : near));
}

}  // namespace

int explain(const Given& given) {
  std::vector<const DiagnosticInfo*> codes;
  std::vector<std::string> shell;
  bool pages = !given.words.empty();
  if (!pages)
    for (const DiagnosticInfo& each : all_diagnostics()) codes.push_back(&each);
  for (const std::string& word : given.words) {
    std::string upper = word;
    for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    if (of_shellcheck(upper)) {
      shell.push_back(upper);
      continue;
    }
    const std::vector<const DiagnosticInfo*> found = word.empty() ? std::vector<const DiagnosticInfo*>{} : asked(word);
    if (found.empty()) return unknown(word);
    if (found.size() > 1) pages = false;
    for (const DiagnosticInfo* one : found)
      if (std::find(codes.begin(), codes.end(), one) == codes.end()) codes.push_back(one);
  }
  if (given.has("json")) {
    fmt::print("{}\n", rendering::json_list(codes, as_json));
    return kOk;
  }
  if (pages) {
    for (const DiagnosticInfo* one : codes) {
      if (one != codes.front()) fmt::print("\n{}\n\n", std::string(72, '-'));
      page(*one);
    }
  } else {
    list(codes);
  }
  for (const std::string& code : shell) {
    if (!codes.empty() || code != shell.front()) fmt::print("\n");
    shellcheck_page(code);
  }
  return kOk;
}

}  // namespace rbc::cli
