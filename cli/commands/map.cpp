// `rbc map`: which alert leads to which runbook.
#include <unistd.h>

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/files.hpp"
#include "cli/project.hpp"
#include "compiler/compile.hpp"
#include "vm/model/value.hpp"

namespace rbc::cli {

namespace {

constexpr std::size_t kColumns = 5;
using MapRow = std::array<std::string, kColumns>;   // alert, its severity, runbook, its severity, title

std::size_t shown_width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string labels_of(const AlertInfo& alert) {
  std::string all;
  for (const auto& [name, value] : alert.labels) all += fmt::format("{}{} is \"{}\"", all.empty() ? " where " : " and ", name, value);
  return all;
}

void print_json(const RunbookEntry& entry, const AlertInfo* alert) {
  const auto text = [](const std::string& value) { return to_json_text(Value::text(value)); };
  std::string labels;
  if (alert)
    for (const auto& [name, value] : alert->labels) labels += fmt::format("{}{}:{}", labels.empty() ? "" : ",", text(name), text(value));
  fmt::print("{{\"alert\":{},\"alert_severity\":{},\"labels\":{{{}}},\"runbook\":{},\"severity\":{},\"title\":{},\"path\":{},\"line\":{}}}\n", alert ? text(alert->name) : "null",
             alert ? text(alert->severity) : "null", labels, text(entry.id), text(entry.severity), text(entry.title), text(entry.path), entry.line);
}

void print_table(std::vector<MapRow> rows) {
  rows.insert(rows.begin(), MapRow{"ALERT", "AS", "RUNBOOK", "SEVERITY", "TITLE"});
  std::array<std::size_t, kColumns> widths{};
  for (const MapRow& row : rows)
    for (std::size_t i = 0; i < kColumns; ++i) widths[i] = std::max(widths[i], shown_width(row[i]));
  for (const MapRow& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < kColumns; ++i) line += row[i] + (i + 1 < kColumns ? std::string(widths[i] - shown_width(row[i]) + 2, ' ') : "");
    fmt::print("{}\n", line);
  }
}

}  // namespace

int map(const Given& given) {
  const Project project = find_project();
  if (!project.problem.empty()) return refuse(kUsage, project.problem);
  std::string problem;
  const std::vector<std::string> files = given.words.empty() ? project.files : expand(given.words, problem);
  if (!problem.empty()) return refuse(kUsage, problem);
  if (files.empty()) return refuse(kUsage, fmt::format("there is no runbook below {}.", project.root));
  DiskSources sources;
  for (const std::string& file : files)
    if (!sources.load(file)) return refuse(kBroken, why_unreadable(file));
  const Index index = index_project(sources, files);
  const bool json = given.has("json"), person = isatty(1) != 0;
  std::vector<MapRow> rows;
  const auto add = [&](const RunbookEntry& entry, const AlertInfo* alert) {
    if (json) return print_json(entry, alert);
    rows.push_back({alert ? alert->name + labels_of(*alert) : "-", alert ? alert->severity : "-", entry.id, entry.severity.empty() ? "-" : entry.severity, entry.title});
  };
  for (const RunbookEntry& entry : index.runbooks)
    for (const AlertInfo& alert : entry.alerts) add(entry, &alert);
  for (const RunbookEntry& entry : index.runbooks)
    if (entry.alerts.empty()) add(entry, nullptr);
  if (json) return kOk;
  if (person) return print_table(std::move(rows)), kOk;
  // In a pipe: a line each, its fields apart by tabs, without a header.
  for (const MapRow& row : rows) fmt::print("{}\n", fmt::join(row, "\t"));
  return kOk;
}

}  // namespace rbc::cli
