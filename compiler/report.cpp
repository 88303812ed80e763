// How the passes say what is wrong, and the order in which it is told.
#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "compiler/checker.hpp"

namespace rbc::front {

Diagnostic& Checker::error(std::string code, Span span, std::string message, std::string help) {
  return diagnostics.emplace_back(std::move(code), tree().source(), span, std::move(message), std::move(help));
}

Diagnostic& Checker::error(std::string code, NodeId node, std::string message, std::string help) {
  return error(std::move(code), tree().span(node), std::move(message), std::move(help));
}

Fix Checker::rewrite(Span span, std::string text, bool safe) const {
  std::string title = fmt::format("Write `{}`", text);
  return {std::move(title), {{&tree().source(), span, std::move(text)}}, safe};
}

Fix Checker::add_above(NodeId node, const std::string& line) const {
  const Source& source = tree().source();
  const std::uint32_t number = source.line_at(tree()[node].begin), begin = source.line_begin(number);
  const std::string_view said = source.line(number);
  const std::size_t column = std::min(said.find_first_not_of(' '), said.size());
  return {fmt::format("Add `{}`", line), {{&source, {begin, begin}, std::string(column, ' ') + line + '\n'}}, false};
}

unsigned Checker::line(NodeRef at) const {
  const Tree& of = *facts.trees[at.file];
  return of.source().line_at(of[at.node].begin);
}

std::string Checker::where(NodeRef at) const {
  if (at.file == file_) return fmt::format("line {}", line(at));
  const std::string& path = facts.trees[at.file]->source().path();
  return fmt::format("{}:{}", path.substr(path.rfind('/') + 1), line(at));
}

void Checker::finish() {
  diagnostics.insert(diagnostics.end(), settings_.outside.begin(), settings_.outside.end());
  in_order();
  fold();
  take_allowed();
  judge_allowances();
  apply_levels();
  in_order();
}

void Checker::in_order() {
  auto key = [](const Diagnostic& d) {
    return std::tuple(d.primary.source ? std::string_view(d.primary.source->path()) : std::string_view(), d.primary.span.begin,
                      d.primary.span.end, std::string_view(d.code));
  };
  std::stable_sort(diagnostics.begin(), diagnostics.end(), [&](const Diagnostic& a, const Diagnostic& b) { return key(a) < key(b); });
  diagnostics.erase(std::unique(diagnostics.begin(), diagnostics.end(),
                                [&](const Diagnostic& a, const Diagnostic& b) { return key(a) == key(b); }),
                    diagnostics.end());
}

std::string with_article(const Type& type) {
  switch (type.tag()) {
    case TypeTag::text: return "a text";
    case TypeTag::integer:
    case TypeTag::number: return "a number without a unit";
    case TypeTag::percent: return "a percentage";
    case TypeTag::duration: return "a duration";
    case TypeTag::size: return "a size";
    case TypeTag::rate: return "a rate";
    case TypeTag::instant: return "an instant";
    case TypeTag::boolean: return "yes or no";
    case TypeTag::url: return "an address";
    case TypeTag::json: return "json";
    case TypeTag::secret: return "a secret";
    case TypeTag::verdict: return "a verdict";
    case TypeTag::one_of: return spell(type);
    case TypeTag::list: return "a list";
    case TypeTag::rows: return "many rows";
    case TypeTag::record: return type->name.empty() ? "an answer" : (type->name == "output" ? "an " : "a ") + type->name;
    case TypeTag::error:
    case TypeTag::nothing: break;
  }
  return "nothing";
}

}  // namespace rbc::front
