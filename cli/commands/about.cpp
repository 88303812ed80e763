// Commands that read no runbook but the program itself, and `disasm`.
#include <cstdio>

#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/project.hpp"
#include "compiler/compile.hpp"
#include "vm/bytecode/image.hpp"

namespace rbc::cli {

int version(const Given& given) {
  if (given.has("json")) fmt::print("{{\"rbc\":\"{}\",\"language\":\"1\",\"image\":{}}}\n", RBC_VERSION, kImageVersion);
  else fmt::print("rbc {} (language 1, image {})\n", RBC_VERSION, kImageVersion);
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
