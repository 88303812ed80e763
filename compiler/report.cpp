// How the passes say what is wrong, and the order in which it is told.
#include <fmt/format.h>

#include <algorithm>
#include <map>
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

// A name that nobody knows is told once a file, at its first place; the others are named there, and mended with it.
void Checker::fold() {
  constexpr std::size_t kMostLines = 5;
  struct First {
    std::size_t at;
    std::vector<std::uint32_t> lines;
  };
  std::map<std::pair<const Source*, std::string>, First> first;
  std::vector<Diagnostic> kept;
  const auto shaken = [&](const Source* source) {
    for (std::size_t i = 0; i < files.size(); ++i)
      if (&facts.trees[i]->source() == source) return files[i].shaken;
    return false;
  };
  // What is missing, or stands twice, because lines came to stand in another block.
  const auto follows = [](const Diagnostic& one) {
    return one.code == "E0204" || one.code == "E0205" || one.code == "E0208" || one.code == "E0209" || one.code == "E0211" || one.code == "E0212" || one.code == "E0303" ||
           (one.code == "E0201" && one.message.ends_with("no line above it in this block looks at anything."));
  };
  for (Diagnostic& one : diagnostics) {
    if (follows(one) && shaken(one.primary.source)) continue;
    const bool name = (one.code == "E0201" && one.message.starts_with("No ") && one.message.ends_with("` here.")) || one.code == "E0202";
    const Source* source = one.primary.source;
    if (!name || !source) {
      kept.push_back(std::move(one));
      continue;
    }
    const auto [known, fresh] = first.try_emplace({source, one.message}, First{kept.size(), {}});
    if (fresh) {
      kept.push_back(std::move(one));
      continue;
    }
    const std::uint32_t line = source->line_at(one.primary.span.begin);
    std::vector<std::uint32_t>& lines = known->second.lines;
    if (lines.empty() || lines.back() != line) lines.push_back(line);
    Diagnostic& told = kept[known->second.at];
    for (const Fix& fix : one.fixes)
      for (Fix& same : told.fixes)
        if (same.title == fix.title) same.edits.insert(same.edits.end(), fix.edits.begin(), fix.edits.end());
  }
  for (auto& [key, told] : first) {
    const std::uint32_t own = key.first->line_at(kept[told.at].primary.span.begin);
    std::erase(told.lines, own);
    if (told.lines.empty()) continue;
    const std::size_t shown = std::min(told.lines.size(), kMostLines);
    std::string lines;
    for (std::size_t i = 0; i < shown; ++i) lines += fmt::format("{}{}", i == 0 ? "" : i + 1 == told.lines.size() ? " and " : ", ", told.lines[i]);
    if (shown < told.lines.size()) lines += fmt::format(" and {} more", told.lines.size() - shown);
    kept[told.at].note(fmt::format("It stands on line{} {} as well.", told.lines.size() == 1 ? "" : "s", lines));
  }
  diagnostics = std::move(kept);
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
