#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <fstream>

#include "tests/live/support/servers.hpp"

using namespace rbc;
using namespace rbc::live;

namespace {
const Value& told(const Answer& answer, const char* name) {
  INFO(answer.reason);
  REQUIRE(answer.way == Way::answer);
  REQUIRE(answer.value.field(name));
  return *answer.value.field(name);
}
}  // namespace

TEST_CASE("a host is looked at without a shell") {
  Desk desk;
  const auto box = desk.bind(ResourceKind::host, "box", "localhost");
  auto look = [&](std::vector<std::string> words) {
    const std::string row = "host." + words[0];
    return desk.ask(desk.words(box, row, std::move(words)));
  };
  CHECK(told(look({"disk", "/tmp"}), "used").as_double() >= 0);
  CHECK(told(look({"disk", "/tmp"}), "total").as_int() > 0);
  CHECK(look({"disk", "/rbc-no-such-path"}).way == Way::refusal);
  CHECK(told(look({"memory"}), "total").as_int() > 0);
  CHECK(told(look({"cpu"}), "cores").as_int() > 0);
  CHECK(told(look({"load"}), "one").as_double() >= 0);
  CHECK(told(look({"file", "/etc/hostname"}), "exists") == Value::boolean(true));
  CHECK(told(look({"file", "/rbc-no-such-file"}), "ok") == Value::boolean(false));
  Scripted listener([](const std::string&) { return std::string(); });
  const Answer port = look({"port", std::to_string(listener.port())});
  CHECK(told(port, "open") == Value::boolean(true));
  CHECK(told(port, "pid") == Value::integer(::getpid()));
  LoopbackAddress nobody;
  CHECK(told(look({"port", "1"}), "ok") == Value::boolean(false));
  CHECK(look({"tcp", fmt::format("{}:{}", listener.address(), listener.port())}).way == Way::answer);
  CHECK(look({"tcp", nobody.text() + ":1"}).way == Way::silence);
  CHECK(look({"tcp", "rbc-no-such-host.invalid:1"}).way == Way::blindness);
  CHECK(told(look({"dns", "localhost"}), "addresses").items().size() >= 1);
  CHECK(told(look({"process", "rbc-no-such-process"}), "count") == Value::integer(0));
  Folder folder;
  Server sleeper({"sleep", "1234.5"}, folder.path() + "/log");
  desk.eventually([&] { return told(look({"process", "sleep 1234.5"}), "count").as_int() == 1; });
  CHECK(desk.ask(desk.words(box, "host.kill", {"kill", "1"}, Effect::changes)).way == Way::refusal);
  CHECK(desk.ask(desk.words(box, "host.kill", {"kill", "-1"}, Effect::changes)).way == Way::refusal);
}

TEST_CASE("a script gets its values from its environment and ends at its limit") {
  Desk desk;
  const auto box = desk.bind(ResourceKind::host, "box", "localhost");
  Template what = desk.text(box, "host.shell.look", Language::shell, "printf '%s' \"${RB0}\"");
  what.form = '$';
  Piece piece;
  piece.as = Piece::As::hole;
  piece.escape = Escape::shell_variable;
  what.pieces.push_back(piece);
  const std::string hostile = "$(touch /tmp/rbc-pwned) `id` \"'; exit 9 #";
  CHECK(told(desk.ask(what, 5 * kSecond, {Value::text(hostile)}), "text") == Value::text(hostile));
  auto sh = [&](const char* script, Micros limit = 5 * kSecond, Effect effect = Effect::looks) {
    Template script_of = desk.text(box, "host.shell.look", Language::shell, script, effect);
    script_of.form = '$';
    return desk.ask(script_of, limit);
  };
  const Answer stops = sh("false\necho reached");
  CHECK(stops.way == Way::refusal);
  CHECK(sh("rbc-no-such-command").way == Way::blindness);
  CHECK(sh("kill -9 $$").way == Way::blindness);
  const Answer late = sh("sleep 30", 200'000);
  CHECK(late.way == Way::silence);
  CHECK(late.took < kSecond);
  const Answer change = sh("sleep 30", 200'000, Effect::changes);
  CHECK(change.way == Way::silence);
  CHECK(change.in_doubt);
  CHECK(told(sh("pwd"), "text") == Value::text("/tmp"));
  const auto there = desk.bind(ResourceKind::host, "there", "");
  CHECK(desk.ask(desk.text(there, "host.shell.look", Language::shell, "true")).way == Way::blindness);
}

TEST_CASE("a command is one argument vector, and docker is asked in its own words") {
  Folder folder;
  const std::string tool = folder.path() + "/docker";
  std::ofstream(tool) << "#!/bin/sh\n"
                         "[ -z \"$DOWN\" ] || { echo 'Cannot connect to the Docker daemon' >&2; exit 1; }\n"
                         "[ \"$*\" = 'compose -f docker-compose.yml ps --all --format json postgres' ] || { echo \"unexpected: $*\" >&2; exit 64; }\n"
                         "echo '{\"Service\":\"postgres\",\"State\":\"exited\",\"Health\":\"\",\"ExitCode\":1}'\n";
  ::chmod(tool.c_str(), 0755);
  const std::string path = ::getenv("PATH");
  ::setenv("PATH", (folder.path() + ":" + path).c_str(), 1);
  Desk desk;
  const auto stack = desk.bind(ResourceKind::compose, "stack", "docker-compose.yml");
  const auto echo = desk.bind(ResourceKind::command, "echo", "local");
  const auto& ps = desk.words(stack, "compose.ps.service", {"ps", "postgres"});
  const Answer down = desk.ask(ps);
  CHECK(told(down, "state") == Value::option("exited"));
  CHECK(told(down, "exit") == Value::integer(1));
  ::setenv("DOWN", "1", 1);
  CHECK(desk.ask(ps).way == Way::refusal);
  ::unsetenv("DOWN");
  CHECK(told(desk.ask(desk.words(echo, "command.look", {"echo", "a | b; $HOME"})), "text") == Value::text("a | b; $HOME"));
  ::setenv("PATH", "/rbc-no-such-folder", 1);
  CHECK(desk.ask(ps).way == Way::blindness);
  ::setenv("PATH", path.c_str(), 1);
}

TEST_CASE("what is cancelled never answers, and the clock does") {
  Desk desk;
  const auto box = desk.bind(ResourceKind::host, "box", "localhost");
  const auto clock = desk.bind(ResourceKind::clock, "clock", "");
  Template what = desk.text(box, "host.shell.look", Language::shell, "sleep 30");
  what.form = '$';
  const auto answers = desk.begin(what);
  desk.world().cancel(1);
  CHECK(told(desk.ask(desk.words(clock, "clock.now", {"now"})), "value").as_int() > 1'700'000'000'000'000);
  CHECK(answers->empty());
}
