// `rbc doc`: a page a runbook, and the index of them.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/files.hpp"
#include "cli/project.hpp"
#include "compiler/outline/page.hpp"
#include "stdlib/world.hpp"

namespace rbc::cli {

namespace {

namespace files = std::filesystem;

// Every runbook of these files as an outline. What does not compile is printed, and counted in `broken`.
std::vector<outline::Outline> outlines(Sources& sources, const Project& project, const std::vector<std::string>& paths, unsigned& broken) {
  std::vector<outline::Outline> all;
  std::vector<std::string> shown;
  RunbookCompiler compiler(sources, catalogue(), project.settings);
  for (const RunbookEntry& entry : index_project(sources, paths).runbooks) {
    outline::Outline made;
    const Compiled compiled = compiler.compile(entry.path, entry.id, &made);
    for (const Diagnostic& d : compiled.diagnostics) {
      if (d.severity != Severity::Error) continue;
      const std::string text = render_pretty(d, colours(2));
      if (std::find(shown.begin(), shown.end(), text) != shown.end()) continue;
      if (shown.size() < 10) fmt::print(stderr, "{}\n", text);
      shown.push_back(text);
    }
    if (compiled.program) all.push_back(std::move(made));
    else ++broken;
  }
  return all;
}

bool looks_like_id(const std::string& word) {
  std::error_code trouble;
  return !word.empty() && word.find('/') == std::string::npos && !word.ends_with(".runbook") && !files::exists(word, trouble);
}

bool write_page(const files::path& to, const std::string& text) {
  std::ofstream out(to, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  return static_cast<bool>(out);
}

}  // namespace

int doc(const Given& given) {
  const std::vector<std::string> formats{"md", "html"};
  const std::string format = given.get("format", "md");
  if (std::find(formats.begin(), formats.end(), format) == formats.end())
    return refuse(kUsage, fmt::format("`{}` is no format: md or html.{}", format, suggestion(format, formats)));
  const Project project = find_project();
  if (!project.problem.empty()) return refuse(kUsage, project.problem);
  // What is no file may be the id of a runbook, as for the other commands.
  std::vector<std::string> named, ids;
  for (const std::string& word : given.words) (looks_like_id(word) ? ids : named).push_back(word);
  std::string problem;
  const std::vector<std::string> paths = given.words.empty() ? project.files : expand(named, problem);
  if (!problem.empty()) return refuse(kUsage, problem);
  DiskSources sources;
  for (const std::string& path : paths)
    if (!sources.load(path)) return refuse(kBroken, why_unreadable(path));
  unsigned broken = 0;
  auto all = outlines(sources, project, paths, broken);
  for (const std::string& id : ids) {
    outline::Outline made;
    if (const Chosen chosen = choose_runbook(sources, project, id, &made); !chosen.program) return chosen.code;
    all.push_back(std::move(made));
  }
  if (broken) return refuse(kUsage, fmt::format("{} runbook{} not compile. Nothing was written.", broken, broken == 1 ? " does" : "s do"));
  if (all.empty()) return refuse(kUsage, fmt::format("there is no runbook {}.", given.words.empty() ? "below " + project.root : "in what was named"));
  const auto written = [&](const outline::Page& page) { return format == "md" ? markdown(page) : html(page); };
  const std::string folder = given.get("output");
  if (folder.empty()) {
    if (all.size() > 1) return refuse(kUsage, fmt::format("{} runbooks are {} pages: say `--output DIR`.", all.size(), all.size()));
    std::fputs(written(page_of(all[0])).c_str(), stdout);
    return kOk;
  }
  std::error_code trouble;
  files::create_directories(folder, trouble);
  std::vector<std::string> names{"index"};
  for (const outline::Outline& each : all) {
    std::string name = outline::page_name(each.id);
    if (std::find(names.begin(), names.end(), name) != names.end()) return refuse(kUsage, fmt::format("two pages would be called {}.{}.", name, format));
    names.push_back(name);
    const files::path to = files::path(folder) / (name + "." + format);
    if (!write_page(to, written(page_of(each)))) return refuse(kBroken, fmt::format("{} cannot be written.", to.string()));
  }
  const files::path to = files::path(folder) / ("index." + format);
  if (!write_page(to, written(index_of(all, format)))) return refuse(kBroken, fmt::format("{} cannot be written.", to.string()));
  return kOk;
}

}  // namespace rbc::cli
