#include "grammar/parse.hpp"

int main() {
  rbc::Source source("a.runbook", "redis cache\n");
  rbc::Sink sink;
  rbc::parse(source, sink);
  return sink.ok() ? 0 : 1;
}
