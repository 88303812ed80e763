// `rbc import`: a Markdown runbook as a first draft, and a report of what a person must still decide.
#include <cstdio>
#include <filesystem>

#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/files.hpp"
#include "compiler/import/import.hpp"
#include "stdlib/world.hpp"

namespace rbc::cli {

namespace {

constexpr std::size_t kMostShown = 40;   // decisions on the terminal; all stand in the draft

void tell(std::FILE* to, const import::Draft& draft) {
  const auto part = [](const import::Tally& tally) { return tally.all ? 100 * tally.typed / tally.all : 100; };
  const import::Tally &headings = draft.headings, &items = draft.items, &commands = draft.commands;
  const import::Tally all{headings.typed + items.typed + commands.typed, headings.all + items.all + commands.all};
  fmt::print(to, "  headings  {:>4} of {:>4}  became runbooks, steps and their head\n", headings.typed, headings.all);
  fmt::print(to, "  items     {:>4} of {:>4}  became `[ ]` items, questions, rungs and contacts\n", items.typed, items.all);
  fmt::print(to, "  commands  {:>4} of {:>4}  became prompts\n", commands.typed, commands.all);
  fmt::print(to, "  together  {:>4} of {:>4}  ({} %); the rest stands in notes, or in comments with its line\n", all.typed, all.all, part(all));
}

void tell_lines(std::FILE* to, const std::string& path, const std::vector<import::Line>& lines) {
  for (std::size_t i = 0; i < lines.size() && i < kMostShown; ++i) fmt::print(to, "  {}:{}: {}\n", path, lines[i].line, lines[i].text);
  if (lines.size() > kMostShown) fmt::print(to, "  … and {} more.\n", lines.size() - kMostShown);
}

}  // namespace

int import_file(const Given& given) {
  namespace fs = std::filesystem;
  const std::string path = given.words[0];
  const bool to_stdout = given.has("stdout");
  if (to_stdout && given.has("output")) return refuse(kUsage, "`--stdout` and `--output` both say where the draft goes; say one.");
  std::error_code trouble;
  if (fs::is_directory(path, trouble)) return refuse(kBroken, fmt::format("{} is a folder; name a Markdown file in it.", path));
  if (fs::is_regular_file(path, trouble) && fs::file_size(path, trouble) > import::kMostBytes)
    return refuse(kUsage, fmt::format("{} is larger than {} KiB; no runbook is. Split it.", path, import::kMostBytes / 1024));
  const auto document = read_whole(path);
  if (!document) return refuse(kBroken, why_unreadable(path));
  const std::string output = given.get("output", fs::path(path).replace_extension(".runbook").filename().string());
  if (!to_stdout && fs::exists(output, trouble)) return refuse(kUsage, fmt::format("{} is there already, and a draft overwrites nothing; `-o` names another file.", output));
  const import::Draft draft = import::import_document(*document, fs::path(path).stem().string(), catalogue());
  if (!draft.problem.empty()) return refuse(kUsage, fmt::format("{} cannot be imported: {}", path, draft.problem));
  if (to_stdout) fmt::print("{}", draft.text);
  else if (const std::string problem = write_whole(output, draft.text); !problem.empty()) return refuse(kBroken, problem);
  std::FILE* const to = to_stdout ? stderr : stdout;
  const std::string shown = to_stdout ? "draft" : output;
  fmt::print(to, "{} → {}: {}\n", path, to_stdout ? "stdout" : output, fmt::join(draft.runbooks, ", "));
  tell(to, draft);
  if (!draft.decisions.empty()) {
    fmt::print(to, "\n{} to decide, each `# decide:` in the draft:\n", draft.decisions.size());
    tell_lines(to, shown, draft.decisions);
  }
  if (!draft.errors.empty()) {
    fmt::print(to, "\n{} lines do not compile yet:\n", draft.errors.size());
    tell_lines(to, shown, draft.errors);
  }
  if (!to_stdout) fmt::print(to, "\nNext: rbc check {0}   rbc plan {1}   rbc doc {0}\n", output, draft.runbooks.empty() ? "ID" : draft.runbooks[0]);
  return kOk;
}

}  // namespace rbc::cli
