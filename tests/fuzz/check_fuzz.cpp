// Any bytes at all as a file of a project: the whole checker answers, points into the files, says the same twice, and what it
// finds no error in compiles to an image that verifies.
#include <string>

#include "compiler/compile.hpp"
#include "stdlib/world.hpp"
#include "tests/fuzz/require.hpp"
#include "vm/bytecode/image.hpp"

namespace {

// What `use base` and `use pivotal` bring: a resource of each kind, so that utterances of every language are reached.
constexpr const char* kPrelude = R"(postgres db
pgbouncer pool
redis cache
http api
prometheus prom
compose stack
host web
host box
  reads ./bin/report *
  repeats ./bin/sync
host member(name as one of host1, host2): A member
command gh
  runs gh
contact team-lead: Team lead
contact devops-lead: DevOps lead
contact infrastructure: Infrastructure
channel incidents
secret token from env TOKEN

env local
  db             = postgres://postgres:<token>@localhost:5432/x
  pool           = postgres://postgres:<token>@localhost:6432/pgbouncer
  cache          = redis://localhost:6379
  api            = http://localhost:3000
  prom           = http://localhost:9090
  stack          = docker-compose.yml
  web            = localhost
  box            = localhost
  member         = ssh://ops@<name>.lab
  gh             = local
  team-lead      = log
  devops-lead    = log
  infrastructure = log
  incidents      = log
)";

constexpr const char* kPath = "fuzz.runbook";

void judge(const rbc::Label& label) {
  REQUIRE(label.source != nullptr);
  REQUIRE(label.span.begin <= label.span.end && label.span.end <= label.source->size());
}

std::string shown(const std::vector<rbc::Diagnostic>& diagnostics) {
  std::string all;
  for (const rbc::Diagnostic& each : diagnostics) {
    judge(each.primary);
    for (const rbc::Label& label : each.secondary) judge(label);
    for (const rbc::Fix& fix : each.fixes)
      for (const rbc::Edit& edit : fix.edits) judge({edit.source, edit.span, {}});
    REQUIRE(rbc::find_diagnostic(each.code) != nullptr || each.origin != "rbc");
    REQUIRE(!each.message.empty());
    all += rbc::render_pretty(each);
    all += rbc::render_json(each);
  }
  return all;
}

rbc::Settings settings() {
  rbc::Settings fixed;
  fixed.now = 1'764'000'000'000'000; // microseconds: a moment in 2025
  return fixed;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  rbc::OverlaySources sources;
  sources.put("base.runbook", kPrelude);
  sources.put("pivotal.runbook", kPrelude);
  sources.put(kPath, std::string(reinterpret_cast<const char*>(data), size));
  const rbc::Settings fixed = settings();
  const rbc::Checked checked = rbc::check_project(sources, {kPath}, rbc::catalogue(), fixed);
  const std::string once = shown(checked.diagnostics);
  REQUIRE(once == shown(rbc::check_project(sources, {kPath}, rbc::catalogue(), fixed).diagnostics));
  if (!checked.ok()) return 0;
  for (const rbc::RunbookEntry& entry : checked.index.runbooks) {
    const rbc::Compiled compiled = rbc::compile_runbook(sources, entry.path, entry.id, rbc::catalogue(), fixed);
    REQUIRE(compiled.program.has_value());
    REQUIRE(rbc::verify(*compiled.program).empty());
    const std::string image = rbc::save(*compiled.program);
    const rbc::Loaded loaded = rbc::load(image);
    REQUIRE(loaded.program.has_value());
    REQUIRE(rbc::save(*loaded.program) == image);
  }
  return 0;
}
