// The desk that lints share, and their list.
#include "compiler/lint/lint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

namespace rbc::lint {

namespace {
std::uint64_t as_number(NodeRef at) { return std::uint64_t{at.file} << 32 | at.node; }
}  // namespace

Desk::Desk(const Facts& of, const Settings& with, std::vector<Diagnostic>& found)
    : facts(of), settings(with), sound_(of.trees.size(), true), found_(found) {
  std::unordered_set<const Source*> broken;
  for (const Diagnostic& one : found)
    if (one.severity == Severity::Error) broken.insert(one.primary.source);
  if (!broken.empty())
    for (std::size_t i = 0; i < of.trees.size(); ++i) sound_[i] = broken.count(&of.trees[i]->source()) == 0;
  for (const auto& [node, use] : of.uses)
    if (use.as == Use::As::answer) read_.push_back(as_number(use.utterance));
  std::sort(read_.begin(), read_.end());
}

bool Desk::answer_is_read(NodeRef utterance) const { return std::binary_search(read_.begin(), read_.end(), as_number(utterance)); }

bool Desk::all_sound() const { return std::find(sound_.begin(), sound_.end(), false) == sound_.end(); }

std::string Desk::line(NodeRef at, std::uint32_t from) const {
  const Source& source = facts.tree(at).source();
  const auto number = source.line_at(facts.tree(at)[at.node].begin);
  if (at.file == from) return fmt::format("line {}", number);
  return fmt::format("{}:{}", source.path().substr(source.path().rfind('/') + 1), number);
}

std::vector<const RunbookFacts*> Desk::runbooks() const {
  std::vector<const RunbookFacts*> all;
  for (const RunbookFacts& one : facts.runbooks)
    if (sound(one.def.file)) all.push_back(&one);
  return all;
}

Diagnostic& Desk::warn(std::string code, NodeRef at, std::string message, std::string help) {
  return warn(std::move(code), facts.tree(at).source(), facts.tree(at).span(at.node), std::move(message), std::move(help));
}

Diagnostic& Desk::warn(std::string code, const Source& source, Span span, std::string message, std::string help) {
  return found_.emplace_back(std::move(code), source, span, std::move(message), std::move(help));
}

void run(const Facts& facts, const Settings& settings, std::vector<Diagnostic>& found) {
  Desk desk(facts, settings, found);
#define RBC_LINT(name, codes) name(desk);
#include "compiler/lint/lints.def"
#undef RBC_LINT
}

}  // namespace rbc::lint
