// What follows from a mistake that was told is not told again, or with it.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "compiler/checker.hpp"

namespace rbc::front {

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
    const bool name = !unknown_name(one).empty() || one.code == "E0202";
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
  unused_files();
}

// Names that another file of the project declares are told of once, with the `use` that is missing.
void Checker::unused_files() {
  std::map<std::pair<std::size_t, std::size_t>, std::size_t> told;   // from, to → the message
  std::vector<Diagnostic> kept;
  for (Diagnostic& one : diagnostics) {
    const auto found = unknown_name(one).empty() ? std::nullopt : declared_beside(one);
    if (!found) {
      kept.push_back(std::move(one));
      continue;
    }
    const auto& [from, to] = *found;
    const std::string_view path = files[to].path;
    const std::string_view file = path.substr(path.rfind('/') + 1), module = file.substr(0, file.rfind('.'));
    const auto [known, fresh] = told.try_emplace({from, to}, kept.size());
    if (!fresh) {
      kept[known->second].note(fmt::format("So is `{}`.", unknown_name(one)));
      continue;
    }
    one.help = fmt::format("It is declared in {}. Write `use {}` at the top of this file.", file, module);
    const Source* source = one.primary.source;
    one.fixes.clear();
    one.fix({fmt::format("Write `use {}`", module), {{source, {0, 0}, fmt::format("use {}\n", module)}}, false});
    kept.push_back(std::move(one));
  }
  diagnostics = std::move(kept);
}

// `db` of `No resource `db` here.`
std::string_view Checker::unknown_name(const Diagnostic& one) {
  const std::string_view said = one.message;
  if (one.code != "E0201" || !said.starts_with("No ") || !said.ends_with("` here.")) return {};
  const auto begin = said.find('`');
  return said.substr(begin + 1, said.size() - 7 - begin - 1);
}

// The file whose message this is, and the one beside it that declares the name.
std::optional<std::pair<std::size_t, std::size_t>> Checker::declared_beside(const Diagnostic& one) const {
  const auto folder = [](std::string_view path) { return path.substr(0, path.rfind('/') == std::string_view::npos ? 0 : path.rfind('/')); };
  for (std::size_t from = 0; from < files.size(); ++from) {
    if (&facts.trees[from]->source() != one.primary.source) continue;
    for (std::size_t to = 0; to < files.size(); ++to)
      if (to != from && folder(files[to].path) == folder(files[from].path) && files[to].own.names.contains(unknown_name(one))) return std::pair{from, to};
  }
  return std::nullopt;
}

}  // namespace rbc::front
