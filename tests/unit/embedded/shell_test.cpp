#include <catch2/catch.hpp>
#include "grammar/embedded/shell.hpp"
#include "tests/unit/embedded/holes.hpp"

using namespace rbc::embedded;
using rbc::embedded::testing::holes_in;
using rbc::embedded::testing::show;

namespace {

Parsed<Script> script(std::string_view s) { return parse_shell(s, holes_in(s)); }
std::string shell_code(std::string_view s) {
  const auto p = script(s);
  return p.problems.empty() ? std::string("ok") : p.problems[0].code;
}
// Every command as its words, joined with `/`; commands joined with `; `.
std::string commands(std::string_view s) {
  const auto p = script(s);
  if (!p.ok()) return p.problems[0].message;
  std::string out;
  for (const auto& c : p.value.commands) {
    if (!out.empty()) out += "; ";
    for (size_t i = 0; i < c.words.size(); ++i) out += (i ? "/" : "") + c.words[i].text;
  }
  return out;
}

}  // namespace

TEST_CASE("what hides a command from its reader is refused, or the command is listed") {
  for (const char* s : {"echo `touch pwned`", "echo \"`touch pwned`\"", "echo \"$( (touch pwned) )\"", "A=1;>pwned df -h", "A=x|tee${IFS}pwned df", "df # '\ntouch pwned\n# '",
                        "echo $'a\\' '; touch pwned; echo \\'", "echo $\"x\"", "echo $((1+1))", "echo \"$((1))\"", "df >| x", "df <> x", "df &> x", "df << E\nx\nE", "df <<< x", "(df)", "df &", "df & touch x",
                        "if true; then df; fi", "for x in a; do df; done", "while true; do df; done", "! df", "{ df; }", "[[ a = b ]]", "case x in x) df;; esac", "eval df", "select x in a", "function f", "f() { df; }",
                        "echo ${x:-`y`}", "echo ${x:=y}", "echo ${#x}", "echo \"${x%y}\"", "echo $1", "echo $@", "echo $$", "echo $!", "echo \\`", "echo \"\\`x\\`\"", "df |& cat", "df;; df", "df;", "df &&", "| df",
                        "df | ", "A=1", "A=1 B=2", "A=1; df", ">x df", "df 2>&-", "df >&file", "df >(cat)", "cat <(df)", "echo {a,b}", "{touch,pwned}", "echo {1..3}", "df\ttouch", "df\rx", "echo 'open", "echo \"open", "echo $(df",
                        "echo )", "", "  ", "df\\", "echo \x01", "a[0]=x df", "df[ x"}) {
    INFO(s);
    CHECK(shell_code(s) == "E0708");
  }
  CHECK(commands("A=\"$(touch pwned)\" df") == "df; touch/pwned");
  CHECK(commands("A=$(touch${IFS}pwned) df") == "df; touch${IFS}pwned");
  CHECK(commands("echo \"$(touch pwned)\"") == "echo/$(touch pwned); touch/pwned");
  CHECK(commands("echo $(echo $(touch pwned))") == "echo/$(echo $(touch pwned)); echo/$(touch pwned); touch/pwned");
}

TEST_CASE("the shell lines of the programs") {
  CHECK(commands("test -n \"$DATABASE_URL\" && test -n \"$REDIS_URL\" && test -n \"$NODE_ENV\"") == "test/-n/$DATABASE_URL; test/-n/$REDIS_URL; test/-n/$NODE_ENV");
  CHECK(commands("pm2 logs platform-api --lines 500 --nostream") == "pm2/logs/platform-api/--lines/500/--nostream");
  CHECK(commands("cat <input >output") == "cat");
  CHECK(commands("wc -l < /tmp/x") == "wc/-l");
  CHECK(commands("cd /app && pnpm db:push") == "cd//app; pnpm/db:push");
  CHECK(commands("NEWPW=<new-secret> ./bin/clone.sh") == "./bin/clone.sh");
  CHECK(commands("df -h 2>/dev/null | tail -n +2 | sort -k5") == "df/-h; tail/-n/+2; sort/-k5");
  CHECK(commands("curl -s localhost:9200/_cluster/health \\\n  | jq .status") == "curl/-s/localhost:9200/_cluster/health; jq/.status");
  CHECK(commands("[ -f /etc/x ] && grep -q 'a b' /etc/x") == "[/-f//etc/x/]; grep/-q/a b//etc/x");
  CHECK(commands("docker inspect -f {{.State}} x") == "docker/inspect/-f/{{.State}}/x");
}

TEST_CASE("holes keep their place in the script") {
  CHECK(show(script("./run.sh <a> \"x <b> y\" z<c> --f=\"<d>\"").value.pieces) == "./run.sh {0:shell_word} \"x {1:shell_quoted} y\" z{2:shell_bare} --f=\"{3:shell_quoted}\"");
  CHECK(show(script("A=<x> B=\"<y>\" ./t").value.pieces) == "A={0:shell_bare} B=\"{1:shell_quoted}\" ./t");
  CHECK(show(script("df -h\nfree -m").value.pieces) == "df -h && free -m");
  CHECK(show(script("df \\\n  -h |\n wc -l").value.pieces) == "df -h | wc -l");
  CHECK(show(script("cat > <file>").value.pieces) == "cat > {0:shell_bare}");
  const auto p = script("rm <a> -- <b>x \"<c>\"");
  REQUIRE(p.value.uses.size() == 3);
  CHECK(p.value.uses[0].starts);
  CHECK(p.value.uses[0].whole);
  CHECK_FALSE(p.value.uses[0].after_dashes);
  CHECK(p.value.uses[1].after_dashes);
  CHECK(p.value.uses[1].starts);
  CHECK_FALSE(p.value.uses[1].whole);
  CHECK(p.value.uses[2].whole);
  CHECK(p.value.uses[2].starts);
  CHECK(p.value.uses[0].command == "rm");
  const auto a = script("PW=<s> ./t");
  CHECK(a.value.uses[0].place == Place::assignment);
  CHECK(a.value.uses[0].whole);
  const auto in = script("echo $(cat <f>)");
  REQUIRE(in.ok());
  CHECK(show(in.value.pieces) == "echo $(cat {0:shell_word})");
  CHECK(script("cat x<y").ok());
}

TEST_CASE("where a shell takes no hole") {
  for (const char* s : {"<cmd> -x", "\"<cmd>\" -x", "echo '<x>'", "df && <cmd>", "echo $(<cmd>)", "A=1 <cmd>"}) {
    INFO(s);
    CHECK(shell_code(s) == "E0704");
  }
}

TEST_CASE("redirections, assignments and quotes are seen") {
  const auto p = script("A=1 B= cmd -x 2>&1 >>\"a b\" </dev/null");
  REQUIRE(p.ok());
  const auto& c = p.value.commands[0];
  REQUIRE(c.assigns.size() == 2);
  CHECK(c.assigns[1].name == "B");
  CHECK(c.assigns[1].value.text.empty());
  REQUIRE(c.redirects.size() == 3);
  CHECK(c.redirects[0].op == ">&");
  CHECK(c.redirects[0].fd == 2);
  CHECK(c.redirects[1].op == ">>");
  CHECK(c.redirects[1].target.text == "a b");
  CHECK(c.redirects[2].op == "<");
  CHECK(commands("d'f' -\\h \"a\\\"b\"") == "df/-h/a\"b");
  CHECK(script("a | b; c | d").value.commands[2].last);
  CHECK_FALSE(script("a | b; c | d").value.commands[1].last);
  CHECK(script("a | b").value.has_pipe);
  CHECK(dangerous_variable("LD_PRELOAD"));
  CHECK(dangerous_variable("GIT_SSH"));
  CHECK_FALSE(dangerous_variable("NODE_OPTIONS"));
}

TEST_CASE("depth and length of scripts are bounded") {
  std::string s = "echo ";
  for (int i = 0; i < 5000; ++i) s += "$(echo ";
  CHECK(shell_code(s) == "E0117");
  CHECK(shell_code("echo " + std::string(70000, 'x')) == "E0117");
}
