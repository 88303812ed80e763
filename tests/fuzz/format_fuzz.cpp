// Any bytes at all: what parses is laid out, and the layout says the same, keeps every comment, and is laid out already.
#include <algorithm>
#include <string>

#include "grammar/parse.hpp"
#include "grammar/print.hpp"
#include "tests/fuzz/require.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const rbc::Source source("fuzz.runbook", std::string(reinterpret_cast<const char*>(data), size));
  rbc::Sink sink;
  const rbc::Tree tree = rbc::parse(source, sink);
  if (!sink.ok()) return 0;
  const rbc::Source layout("layout.runbook", rbc::formatted(tree));
  const rbc::Tree again = rbc::parse(layout, sink);
  REQUIRE(sink.ok());
  REQUIRE(rbc::same_meaning(tree, again));
  REQUIRE(rbc::same_meaning(again, tree));
  REQUIRE(rbc::formatted(again) == layout.text());
  REQUIRE(layout.size() == 0 || (layout.text().ends_with('\n') && !layout.text().ends_with("\n\n")));
  auto before = rbc::comments(tree), after = rbc::comments(again);
  std::sort(before.begin(), before.end());
  std::sort(after.begin(), after.end());
  REQUIRE(before == after);
  return 0;
}
