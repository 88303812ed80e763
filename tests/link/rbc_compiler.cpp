#include "compiler/compile.hpp"

int main() {
  rbc::OverlaySources sources;
  sources.put("a.runbook", "redis cache\n");
  rbc::Catalogue empty({});
  return rbc::check_project(sources, {"a.runbook"}, empty).ok() ? 0 : 1;
}
