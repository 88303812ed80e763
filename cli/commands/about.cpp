// Commands that read no runbook but the program itself, and `disasm`.
#include <cctype>
#include <cstdio>

#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/project.hpp"
#include "compiler/compile.hpp"
#include "grammar/diagnostic.hpp"
#include "vm/bytecode/image.hpp"

namespace rbc::cli {

int version(const Given& given) {
  if (given.has("json")) fmt::print("{{\"rbc\":\"{}\",\"language\":\"1\",\"image\":{}}}\n", RBC_VERSION, kImageVersion);
  else fmt::print("rbc {} (language 1, image {})\n", RBC_VERSION, kImageVersion);
  return kOk;
}

int explain(const Given& given) {
  std::string code = given.words[0];
  for (char& c : code) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  const DiagnosticInfo* info = find_diagnostic(code);
  if (!info && code.size() == 6 && code.starts_with("SC") && code.find_first_not_of("0123456789", 2) == std::string::npos) {
    fmt::print("{0} (warning)  ShellCheck found this in a shell line.\n\nIts number is ShellCheck's own; what it means and how to mend it is written at https://www.shellcheck.net/wiki/{0}.\n"
               "Levels and `# rbc: allow({0}, reason = …)` work on it as on any warning; `rbc check --no-shellcheck` does without.\n", code);
    return kOk;
  }
  if (!info) {
    std::vector<std::string> codes;
    for (const DiagnosticInfo& each : all_diagnostics()) codes.emplace_back(each.code);
    return refuse(kUsage, fmt::format("there is no diagnostic `{}`.{}", given.words[0], suggestion(code, codes)));
  }
  auto indented = [](std::string_view text) {
    std::string out = "    ";
    for (char c : text) {
      out += c;
      if (c == '\n') out += "    ";
    }
    return out;
  };
  fmt::print("{} ({})  {}\n\n{}\n", info->code, info->severity == Severity::Error ? "error" : "warning", info->message, info->explanation);
  if (!info->failing.empty()) fmt::print("\nThis gets it:\n\n{}\n", indented(info->failing));
  if (!info->mended.empty()) fmt::print("\nMended:\n\n{}\n", indented(info->mended));
  return kOk;
}

int dump(const Given& given) {
  if (given.words[0] != "unsupported")
    return refuse(kUsage, fmt::format("`{}` cannot be dumped: `rbc dump unsupported`.", given.words[0]));
  for (const std::string& line : unsupported()) fmt::print("{}\n", line);
  return kOk;
}

int disasm(const Given& given) {
  DiskSources sources;
  Chosen chosen = choose_runbook(sources, find_project(), given.words[0]);
  if (!chosen.program) return chosen.code;
  std::fputs(disassemble(*chosen.program).c_str(), stdout);
  return kOk;
}

int completion(const Given& given) {
  std::string script = completion_script(given.words[0]);
  if (script.empty()) return refuse(kUsage, fmt::format("no completion for `{}`: bash, zsh or fish.{}", given.words[0], suggestion(given.words[0], {"bash", "zsh", "fish"})));
  std::fputs(script.c_str(), stdout);
  return kOk;
}

}  // namespace rbc::cli
