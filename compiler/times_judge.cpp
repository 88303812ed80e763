// What a project says about how long its runbooks may take is held against how long they can take.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/times.hpp"
#include "vm/model/literal.hpp"

namespace rbc::times {

namespace {

constexpr std::size_t kLinesToldOf = 3;

std::string spelled(Micros micros) { return literal(Value::duration(micros)); }

// The lines that take longest, of those that nothing stands beneath.
std::vector<const ExplainedLine*> heaviest(const std::vector<ExplainedLine>& path) {
  std::vector<const ExplainedLine*> leaves;
  for (std::size_t i = 0; i < path.size(); ++i)
    if (path[i].at && (i + 1 == path.size() || path[i + 1].depth <= path[i].depth)) leaves.push_back(&path[i]);
  std::stable_sort(leaves.begin(), leaves.end(), [](const ExplainedLine* a, const ExplainedLine* b) { return a->micros > b->micros; });
  if (leaves.size() > kLinesToldOf) leaves.resize(kLinesToldOf);
  return leaves;
}

}  // namespace

void judge(const Facts& facts, const Settings& settings, std::vector<Diagnostic>& found) {
  if (settings.budgets.empty()) return;
  if (std::any_of(found.begin(), found.end(), [](const Diagnostic& one) { return one.severity == Severity::Error; })) return;
  for (std::uint32_t i = 0; i < facts.runbooks.size(); ++i) {
    const RunbookFacts& book = facts.runbooks[i];
    if (book.budget <= 0) continue;
    if (ends(facts, i, false).longest <= book.budget) continue;
    const Explained takes = explain(facts, i);
    const Tree& tree = facts.tree(book.def);
    Diagnostic& said = found.emplace_back("E0605", tree.source(), tree.span(tree.child(book.def.node, Kind::Severity)),
                                          fmt::format("{} may take {} headless; the budget for `{}` is {}.", book.id, spelled(takes.longest), book.severity, spelled(book.budget)),
                                          "`rbc check --times` shows the whole path. Shorten it with `within` or a shorter `for`, or raise the budget in rbc.toml.");
    for (const ExplainedLine* line : heaviest(takes.path)) {
      const Source& source = facts.tree(line->at).source();
      said.note(fmt::format("{} of it, line {}: {}{}", spelled(line->micros), source.line_at(facts.tree(line->at)[line->at.node].begin), line->text, line->why.empty() ? "" : " (" + line->why + ")"));
    }
  }
}

}  // namespace rbc::times
