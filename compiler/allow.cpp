// What a person, or the project, says about single diagnostics: `# rbc: allow(CODE, reason = "…")` above a line, and levels by path.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/checker.hpp"
#include "grammar/suggest.hpp"

namespace rbc::front {

namespace {

constexpr std::string_view kForm = "It is written `# rbc: allow(W0606, reason = \"why it is right here\")`, on a line of its own above the line.";

// Reads the inside of one comment.
class AllowReader {
 public:
  AllowReader(std::string_view text, std::uint32_t begin) : text_(text), begin_(begin) {}

  // The words before the codes: false if this comment is none of ours.
  bool directive() {
    skip("#");
    if (!skip("rbc")) return false;
    return skip(":");
  }
  // "" or what is wrong with it.
  std::string allow(Allowance& into) {
    if (!skip("allow")) return "I know one word after `# rbc:`, which is `allow`.";
    if (!skip("(")) return "After `allow` stands what is allowed, in parentheses.";
    bool reason = false;
    do {
      blanks();
      const std::size_t from = at_;
      while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) || text_[at_] == '-')) ++at_;
      const std::string_view word = text_.substr(from, at_ - from);
      if (word == "reason") {
        if (!quoted(into.reason)) return "The reason stands in quotes, behind `reason =`.";
        reason = true;
      } else if (word.empty() || reason) {
        return "In the parentheses stand codes, then the reason.";
      } else {
        into.codes.push_back({std::string(word), {begin_ + static_cast<std::uint32_t>(from), begin_ + static_cast<std::uint32_t>(at_)}, false});
      }
    } while (skip(","));
    if (!skip(")")) return "The parenthesis is not closed.";
    blanks();
    if (at_ < text_.size()) return "After the parenthesis nothing follows.";
    if (into.codes.empty()) return "It does not say which code.";
    if (!reason || into.reason.find_first_not_of(" \t") == std::string::npos) return "An `allow` needs a reason, for whoever reads it next.";
    return {};
  }

 private:
  void blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\r')) ++at_;
  }
  bool skip(std::string_view word) {
    blanks();
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }
  bool quoted(std::string& into) {
    if (!skip("=") || !skip("\"")) return false;
    const std::size_t end = text_.find('"', at_);
    if (end == std::string_view::npos) return false;
    into = text_.substr(at_, end - at_);
    at_ = end + 1;
    return true;
  }
  std::string_view text_;
  std::uint32_t begin_;
  std::size_t at_ = 0;
};

// ShellCheck's findings keep their own names.
bool is_shellcheck(std::string_view code) {
  return code.size() == 6 && code.starts_with("SC") && std::all_of(code.begin() + 2, code.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Warnings, and the errors after which the program is still sound: a person may know better about lengths of time and who is woken, and
// E0401 is compiled as the change that it is. What says that an `allow` is wrong cannot be allowed away.
bool may_be_allowed(std::string_view code) {
  if (code == "W0903" || code == "W0904" || code == "W0905") return false;
  if (code.starts_with("W") || is_shellcheck(code)) return true;
  return code == "E0401" || code == "E0602" || code == "E0605" || code == "E0607";
}

std::string_view trimmed_line(std::string_view line) {
  const std::size_t from = line.find_first_not_of(" \t\r");
  return from == std::string_view::npos ? std::string_view() : line.substr(from);
}

}  // namespace

// Comments are found by lines: after a broken line the tree has lost the next ones.
void Checker::read_allowances(std::uint32_t file) {
  const Tree& there = *facts.trees[file];
  const Source& source = there.source();
  if (source.text().find("rbc:") == std::string_view::npos) return;
  std::set<std::uint32_t> comments;
  for (const Trivia& one : there.trivia)
    if (one.kind == Trivia::Kind::Comment) comments.insert(one.begin);
  std::vector<std::pair<std::uint32_t, std::uint32_t>> said;   // first and last line of what is said to a resource
  for (NodeId one : there.find(Kind::Utterance)) said.emplace_back(source.line_at(there[one].begin), source.line_at(there[one].end));
  for (std::uint32_t line = 1; line <= source.line_count(); ++line) {
    if (!trimmed_line(source.line(line)).starts_with('#')) continue;
    // A `#` in what is said to a resource is part of it.
    if (std::any_of(said.begin(), said.end(), [&](const auto& one) { return one.first < line && line <= one.second; })) continue;
    comments.insert(source.line_begin(line) + static_cast<std::uint32_t>(source.line(line).find('#')));
  }
  for (std::uint32_t begin : comments) read_allowance(source, begin, said);
}

void Checker::read_allowance(const Source& source, std::uint32_t begin, const std::vector<std::pair<std::uint32_t, std::uint32_t>>& said) {
  const std::uint32_t number = source.line_at(begin), end = source.line_begin(number) + static_cast<std::uint32_t>(source.line(number).size());
  Allowance allowance;
  allowance.source = &source;
  allowance.span = {begin, end};
  AllowReader reader(source.text().substr(begin, end - begin), begin);
  if (!reader.directive()) return;
  std::string problem = reader.allow(allowance);
  if (problem.empty() && !trimmed_line(source.line(number)).starts_with('#')) problem = "It stands behind a line, and would be about the next one.";
  if (!problem.empty()) {
    diagnostics.emplace_back("W0904", source, allowance.span, problem, std::string(kForm));
    return;
  }
  // The next line that says something; then, of what is said to a resource, all its lines.
  std::uint32_t next = number + 1;
  while (next < source.line_count() && (trimmed_line(source.line(next)).empty() || trimmed_line(source.line(next)).starts_with('#'))) ++next;
  allowance.first = allowance.last = next;
  for (const auto& [first, last] : said)
    if (first == next) allowance.last = std::max(allowance.last, last);
  allowances_.push_back(std::move(allowance));
}

Allowance* Checker::allowance(std::string_view code, const Source* source, std::uint32_t offset) {
  if (!source || allowances_.empty()) return nullptr;
  const std::uint32_t line = source->line_at(offset);
  for (Allowance& one : allowances_)
    if (one.source == source && one.first <= line && line <= one.last &&
        std::any_of(one.codes.begin(), one.codes.end(), [&](const Allowance::Code& each) { return each.code == code; }))
      return &one;
  return nullptr;
}

void Checker::take_allowed() {
  std::vector<Diagnostic> kept;
  for (Diagnostic& one : diagnostics) {
    Allowance* found = may_be_allowed(one.code) ? allowance(one.code, one.primary.source, one.primary.span.begin) : nullptr;
    // A change that a name is bound to, or that stands where nothing may change, has to be written as one.
    if (found && one.code == "E0401" && !compiled_as_changes_.contains({one.primary.source, one.primary.span.begin})) found = nullptr;
    if (!found) {
      kept.push_back(std::move(one));
      continue;
    }
    for (Allowance::Code& each : found->codes) each.used |= each.code == one.code;
    suppressed.push_back({std::move(one), true, found->reason});
  }
  diagnostics = std::move(kept);
}

void Checker::judge_allowances() {
  std::vector<std::string_view> known;
  for (const DiagnosticInfo& info : all_diagnostics()) known.push_back(info.code);
  for (const Allowance& one : allowances_)
    for (const Allowance::Code& each : one.codes) {
      const auto say = [&](std::string code, std::string message, std::string help) {
        Diagnostic& said = diagnostics.emplace_back(std::move(code), *one.source, each.span, std::move(message), std::move(help));
        if (one.codes.size() > 1) return;
        // The whole line goes, with its end.
        const std::uint32_t line = one.source->line_at(one.span.begin);
        said.fix({"Remove the `allow`", {{one.source, {one.source->line_begin(line), one.source->line_begin(line + 1)}, ""}}, true});
      };
      if (!find_diagnostic(each.code) && !is_shellcheck(each.code)) {
        const std::string near = did_you_mean(each.code, known);
        diagnostics.emplace_back("W0903", *one.source, each.span, fmt::format("There is no code `{}`, so this allows nothing.", each.code),
                                 near.empty() ? std::string("`rbc explain` lists them.") : fmt::format("Did you mean `{}`?", near));
      } else if (!may_be_allowed(each.code)) {
        say("W0905", fmt::format("{} cannot be allowed: after it, nothing that is promised of a runbook would hold.", each.code),
            fmt::format("Mend the line; `rbc explain {}` shows how.", each.code));
      } else if (!each.used && (settings_.shellcheck || !is_shellcheck(each.code))) {
        say("W0903", fmt::format("Line {} does not get {}, so this allows nothing.", one.first, each.code), "Remove it.");
      }
    }
}

void Checker::apply_levels() {
  if (!settings_.level) return;
  std::erase_if(diagnostics, [&](Diagnostic& one) {
    const auto level = settings_.level(one.primary.source ? one.primary.source->path() : std::string(), one.code);
    if (!level || (one.severity == Severity::Error && one.code.starts_with('E'))) return false;
    if (*level == Level::off) return true;
    one.severity = *level == Level::error ? Severity::Error : Severity::Warning;
    return false;
  });
}

}  // namespace rbc::front
