#include <catch2/catch.hpp>

#include "grammar/source.hpp"
#include "grammar/suggest.hpp"

using namespace rbc;

TEST_CASE("a source knows its lines") {
  Source source("a.runbook", "one\ntwo\r\n\nfour");
  CHECK(source.line_count() == 4);
  CHECK(source.line(1) == "one");
  CHECK(source.line(2) == "two");
  CHECK(source.line(3).empty());
  CHECK(source.line(4) == "four");
  CHECK(source.line(5).empty());
  CHECK(source.place(0) == Place{1, 1});
  CHECK(source.place(3) == Place{1, 4});
  CHECK(source.place(4) == Place{2, 1});
  CHECK(source.place(999) == Place{4, 5});
  CHECK(source.offset(Place{2, 2}) == 5);
  CHECK(source.offset(Place{2, 99}) == 7);
  CHECK(source.offset(Place{99, 1}) == source.size());
}

TEST_CASE("an empty source has one empty line") {
  Source source("a.runbook", "");
  CHECK(source.line_count() == 1);
  CHECK(source.place(0) == Place{1, 1});
}

TEST_CASE("editors count UTF-16 units") {
  Source source("a.runbook", "x\nä€😀z"); // 2, 3 and 4 bytes; 1, 1 and 2 units
  CHECK(source.utf16(2) == Utf16Place{1, 0});
  CHECK(source.utf16(4) == Utf16Place{1, 1});
  CHECK(source.utf16(7) == Utf16Place{1, 2});
  CHECK(source.utf16(11) == Utf16Place{1, 4});
  CHECK(source.offset(Utf16Place{1, 2}) == 7);
  CHECK(source.offset(Utf16Place{1, 3}) == 7); // inside the pair: never inside a character
  CHECK(source.offset(Utf16Place{1, 4}) == 11);
  CHECK(source.offset(Utf16Place{1, 99}) == 12);
  CHECK(source.offset(Utf16Place{9, 0}) == source.size());
}

TEST_CASE("an overlay stands before what is below it") {
  OverlaySources below, above(&below);
  below.put("a/x.runbook", "below");
  CHECK(above.load("a/x.runbook")->text() == "below");
  const Source* first = above.put("a/x.runbook", "above");
  CHECK(above.load("a/x.runbook")->text() == "above");
  above.put("a/x.runbook", "again");
  CHECK(first->text() == "above"); // still there for who holds it
  above.drop("a/x.runbook");
  CHECK(above.load("a/x.runbook")->text() == "below");
  CHECK(above.load("nowhere") == nullptr);
}

TEST_CASE("a module is looked for beside the file, then on the path") {
  OverlaySources sources;
  sources.put("books/pivotal.runbook", "");
  sources.put("lib/shared/contacts.runbook", "");
  CHECK(sources.resolve("pivotal", "books/rb-01.runbook") == "books/pivotal.runbook");
  CHECK(sources.resolve("shared/contacts", "books/rb-01.runbook", {"other", "lib"}) == "lib/shared/contacts.runbook");
  CHECK(sources.resolve("../lib/shared/contacts", "books/rb-01.runbook") == "lib/shared/contacts.runbook");
  CHECK(sources.resolve("nothing", "books/rb-01.runbook", {"lib"}).empty());
}

TEST_CASE("did you mean") {
  CHECK(edit_distance("chekc", "check") == 1);
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("kitten", "sitting") == 3);
  CHECK(edit_distance("aaaaaaaaaaaa", "b", 2) == 3);
  CHECK(did_you_mean("servce", {"server", "service"}) == "service");
  CHECK(did_you_mean("steps", {"step", "stop"}) == "step");
  CHECK(did_you_mean("banana", {"step", "check"}).empty());
  CHECK(did_you_mean("step", {"step", "steps"}).empty());
  CHECK(did_you_mean("x", {"y"}).empty());
}
