// Where a secret may flow, as tables to be read: every kind of secret against every place that a value can reach (§3.9), and every line that
// could make one. What is refused is refused once, at the secret, with what to write instead.
#include <catch2/catch.hpp>

#include <fstream>
#include <sstream>

#include "compiler/compile.hpp"
#include "stdlib/world.hpp"

namespace {

constexpr std::string_view kDeclared = R"(use world

secret other from env OTHER

message telling(x as text): M
  It is <x>

procedure plainly(x as text)
  do box$ touch <x>

procedure secretly(x as secret)
  do box$ PW=<x> ./tool

check plain(x as text)
  box$ test -e <x>

check quiet(x as secret)
  box$ PW=<x> ./bin/report

runbook C-1: Called
  severity low
  goal     up
  escalation until resolved
    after 5m page ann
  input i as text
  step only
    box$ test -e <i>

)";

constexpr std::string_view kRunbook = R"(
runbook S-1: Secrets
  severity low
  goal     up
  escalation until resolved
    after 5m page ann

  step flow
    check up
)";

// A kind of secret: the lines that bring it about in a step, how far what comes beneath is indented, and its name.
struct FlowSource {
  const char* kind;
  const char* before;
  int indent;
  const char* name;
};
constexpr FlowSource kSources[] = {
    {"declared", "", 0, "token"},
    {"a named value", "    v = token\n", 0, "v"},
    {"named as a secret", "    v as secret = token\n", 0, "v"},
    {"bound by a look", "    v as secret = box$ ./bin/report\n", 0, "v"},
    {"bound by an action", "    v as secret = do box$ ./mint\n", 0, "v"},
    {"bound by a select", "    v as secret = db> select 'x' as t\n", 0, "v"},
    {"bound by a request", "    v as secret = api> GET /token\n", 0, "v"},
    {"bound by Redis", "    v as secret = cache> get k\n", 0, "v"},
    {"one of two", "    v = token when up passes otherwise other\n", 0, "v"},
    {"an item of a list", "    for each v in [token, other]\n", 2, "v"},
    {"what a procedure binds", "    made = do minting\n    v = made.fresh\n", 0, "v"},
};

// A place: its lines, where @ is the secret; the code that refuses it there, or nothing.
struct FlowSink {
  const char* lines;
  const char* code;
};
constexpr FlowSink kSinks[] = {
    // ── where it may stand
    {"do box$ PW=<@> ./tool", nullptr},
    {"do box$ PW=\"<@>\" ./tool", nullptr},
    {"do aws> PW=<@> login", nullptr},
    {"api> GET /x\n  X-Token: <@>", nullptr},
    {"api> GET /x\n  Authorization: Bearer <@>", nullptr},
    {"do api> POST /x\n  Content-Type: application/json\n\n  {\"a\": <@>}", nullptr},
    {"do api> POST /x\n  Content-Type: application/json\n\n  {\"a\": \"b <@>\"}", nullptr},
    {"do api> POST /x\n  Content-Type: application/x-www-form-urlencoded\n\n  a=<@>", nullptr},
    {"db> select 1 as n where 'a' = <@>", nullptr},
    {"do db> alter role app password <@>", nullptr},
    {"do secretly with x = @", nullptr},
    {"check quiet(@)", nullptr},
    {"when @ is missing\n  end aborted", nullptr},
    {"same = @\ndo box$ PW=<same> ./tool", nullptr},
    {"all = [@]\nshow all.count", nullptr},
    // ── on a command line, in an address, in a log
    {"box$ echo <@>", "E0501"},
    {"box$ echo \"x <@>\"", "E0501"},
    {"do box$ PW=a<@> ./tool", "E0501"},
    {"do box$ echo x > <@>", "E0501"},
    {"box$ grep x < <@>", "E0501"},
    {"do aws> login <@>", "E0501"},
    {"do cache> set k <@>", "E0501"},
    {"do stack> restart <@>", "E0501"},
    {"box> file <@>", "E0501"},
    {"api> GET /x/<@>", "E0501"},
    {"api> GET /x?t=<@>", "E0501"},
    {"prom> up{job=\"<@>\"}", "E0501"},
    {"do db> alter role <@> nologin", "E0501"},
    {"all = [@]\nbox$ echo <all>", "E0501"},
    // ── where SQL and HTTP take no value at all
    {"db> select '<@>' as n", "E0702"},
    {"db> select n from <@>", "E0702"},
    {"do api> POST /x\n  Content-Type: text/plain\n\n  <@>", "E0702"},
    // ── said aloud
    {"show @", "E0502"},
    {"show \"it is <@>\"", "E0502"},
    {"show [@]", "E0502"},
    {"> It is <@>", "E0502"},
    {"[ ] Type <@> there", "E0502"},
    {"tell news: It is <@>", "E0502"},
    {"page ann: It is <@>", "E0502"},
    {"escalate to ann: It is <@>", "E0502"},
    {"confirm = yes: Use <@>?", "E0502"},
    {"ask x as int = 1: Is it <@>?", "E0502"},
    {"choose x = a: Is it <@>?\n  a: yes\n  b: no", "E0502"},
    {"choose x = a: Is it?\n  a: it is <@>\n  b: no", "E0502"},
    {"approve by ann within 5m: Use <@>?", "E0502"},
    {"caution: Lose <@>?\n  do box$ touch x", "E0502"},
    {"end failed: It is <@>", "E0502"},
    {"fail: It is <@>", "E0502"},
    {"do box$ touch x\notherwise\n  fail: It is <@>", "E0502"},
    {"x = \"it is <@>\"", "E0502"},
    // ── handed to what does not know that it is one
    {"do plainly with x = @", "E0502"},
    {"check plain(@)", "E0502"},
    {"tell news with telling(@)", "E0502"},
    {"do C-1 with i = @", "E0502"},
    {"node(@)$ ls", "E0502"},
    // ── compared, taken apart, made something else
    {"when @ is \"x\"\n  end aborted", "E0502"},
    {"when @ is not \"x\"\n  end aborted", "E0502"},
    {"when \"x\" is @\n  end aborted", "E0502"},
    {"when @ is other\n  end aborted", "E0502"},
    {"when @ < 5\n  end aborted", "E0502"},
    {"when @ contains \"x\"\n  end aborted", "E0502"},
    {"when \"xyz\" contains @\n  end aborted", "E0502"},
    {"when @ matches /x/\n  end aborted", "E0502"},
    {"when @ in [\"a\", \"b\"]\n  end aborted", "E0502"},
    {"x = @ else other", "E0502"},
    {"x = @ as text", "E0502"},
    {"x = @ as json", "E0502"},
    {"x = @.length", "E0502"},
    {"x = @.text", "E0502"},
    {"x = [@].join(\", \")", "E0502"},
    {"do box$ PW=<@.text> ./tool", "E0502"},
    // ── of another type than is wanted there, and no secret is
    {"x = @ + \"x\"", "E0502"},
    {"x = [\"a\", @]", "E0301"},
    {"x = \"a\" when up passes otherwise @", "E0301"},
    {"wait @", "E0301"},
    {"when @\n  end aborted", "E0502"},
    {"for each x in @\n  check up", "E0301"},
    {"depending on @\n  \"x\"\n    end aborted\n  anything else\n    end failed", "E0502"},
    {"when @ passes\n  end aborted", "E0302"},
    {"do box$ PW=<@?> ./tool", "E0304"},
};

// What would make a secret, or hand one out, outside of a step; the code, or nothing, and what the message says to write.
struct FlowLine {
  const char* declared;   // at the top
  const char* part;       // of the runbook, before its step
  const char* line;       // in the step
  const char* code;
  const char* says;
};
constexpr FlowLine kLines[] = {
    {"", "  input i as secret\n", "", "E0502", "secret i from env I"},
    {"", "  input i as secret?\n", "", "E0502", "secret i from env I"},
    {"", "  input i as list of secret\n", "", "E0502", "secret i from env I"},
    {"", "  input i = token\n", "", "E0502", "secret i from env I"},
    {"", "", "    ask new-password as secret: What is it?\n", "E0502", "secret new-password from env NEW_PASSWORD"},
    {"", "", "    ask x = token: What is it?\n", "E0502", "secret x from env X"},
    {"env e\n  input S-1.i = token\n", "  input i as text\n", "", "E0301", "is text"},
    {"", "", "    x as secret = \"literal\"\n", "E0502", "a look or an action"},
    {"", "", "    y = box$ ./bin/report\n    x as secret = y.text\n", "E0502", "a look or an action"},
    {"", "", "    y = api> GET /t\n    x = y.json.t as secret\n", "E0502", "a look or an action"},
    {"", "", "    x as secret = do minting\n", "E0502", "in the procedure"},
    {"", "", "    x as list of secret = box$ ./bin/report\n", "E0502", "x as secret"},
    {"", "", "    x as secret = db> select 1 as n\n", "E0502", "one text"},
    {"", "", "    x as secret = db> select 'a' as n, 'b' as m\n", "E0502", "one text"},
    {"", "", "    x as secret = box> memory\n", "E0502", "one text"},
    {"", "", "    x as secret = cache> dbsize\n", "E0502", "one text"},
    {"", "", "    x as secret = box$ ./bin/report\n    show .text\n", "E0502", "no parts"},
    {"", "", "    made = do minting\n    box$ echo <made.fresh>\n", "E0501", "MADE_FRESH=<made.fresh> ./tool"},
    {"", "", "    made = do minting\n    show made.fresh\n", "E0502", "before a command"},
    {"message m(x as secret)\n  It is <x>\n", "", "", "E0502", "Say in words"},
    {"check c(x as secret): It is <x>\n  box$ PW=<x> ./bin/report\n", "", "", "E0502", "Say in words"},
    {"host h(x as secret)\n", "", "", "E0706", "one of"},
    {"command h\n  runs aws --token <token>\n", "", "", "E0702", "exports NAME = secret"},
    {"host h\n  exports A = \"x <token>\"\n", "", "", "E0502", "exports A = token"},
    {"host h\n  exports A = \"x <up>\"\n", "", "", "E0304", "a text without holes"},
    {"host h\n  exports A = token\n", "", "    h$ test -n \"$A\"\n", nullptr, ""},
    {"host h\n  exports A = token\n", "", "    h$ curl -H \"X: $A\" http://x\n", "E0501", "before its name"},
    {"host h\n  exports A = token\n", "", "    h$ grep ${A} x\n", "E0501", "before its name"},
    {"host h\n  exports A = token\n", "", "    h$ sudo grep $A x\n", "E0501", "before its name"},
    {"command h\n  exports A = token\n", "", "    h> PW=<token> ls\n", nullptr, ""},
    {"env e\n  db = postgres://u:<token>@x/y\n", "", "", nullptr, ""},
    {"env e\n  db = postgres://<other>:<token>@x/y\n", "", "", nullptr, ""},
    {"env e\n  api = https://x/<token>/y\n", "", "", nullptr, ""},
    {"env e\n  api = https://x/y?k=<token>\n", "", "", nullptr, ""},
    {"env e\n  db = <token>\n", "", "", nullptr, ""},
    {"env e\n  ann = pagerduty <token>\n", "", "", nullptr, ""},
    {"env e\n  api = <token>://x\n", "", "", "E0501", "the address as a whole"},
    {"env e\n  api = https://<token>/x\n", "", "", "E0501", "the address as a whole"},
    {"env e\n  api = https://<token>.example/x\n", "", "", "E0501", "the address as a whole"},
    {"env e\n  api = https://u@x:<token>/x\n", "", "", "E0501", "the address as a whole"},
    {"env e\n  box = ssh://<token>@x\n", "", "", "E0501", "ssh://user@name"},
    {"env e\n  stack = /srv/<token>.yml\n", "", "", "E0501", "compose file"},
};

constexpr std::string_view kMinting = "procedure minting\n  fresh as secret = do box$ ./mint\n";

rbc::Checked flow_checked(const std::string& text) {
  std::ifstream in(std::string(RBC_SOURCE_DIR) + "/tests/golden/check/world.runbook", std::ios::binary);
  std::stringstream world;
  world << in.rdbuf();
  rbc::OverlaySources sources;
  sources.put("world.runbook", world.str());
  sources.put("s.runbook", text);
  rbc::Checked checked = rbc::check_project(sources, {"s.runbook"}, rbc::catalogue());
  std::erase_if(checked.diagnostics, [](const rbc::Diagnostic& d) { return d.severity == rbc::Severity::Warning; });
  // The sources end here, so what a position means is said now.
  for (rbc::Diagnostic& one : checked.diagnostics) {
    const std::string_view all = one.primary.source->text();
    one.notes.emplace_back(all.substr(one.primary.span.begin, one.primary.span.end - one.primary.span.begin));
  }
  return checked;
}

std::string flow_filled(std::string_view lines, const FlowSource& source) {
  std::string out(static_cast<size_t>(4 + source.indent), ' ');
  for (const char c : lines) {
    if (c == '@') out += source.name;
    else out += c;
    if (c == '\n') out += std::string(static_cast<size_t>(4 + source.indent), ' ');
  }
  return out + "\n";
}

}  // namespace

TEST_CASE("every kind of secret at every place that a value can reach") {
  for (const FlowSource& source : kSources)
    for (const FlowSink& sink : kSinks) {
      const std::string text = std::string(kDeclared) + std::string(kMinting) + std::string(kRunbook) + source.before + flow_filled(sink.lines, source);
      const rbc::Checked checked = flow_checked(text);
      INFO(source.kind << ": " << sink.lines);
      std::string all;
      for (const auto& one : checked.diagnostics) all += one.code + " " + one.message + " " + one.help + " [" + one.notes.back() + "]\n";
      INFO(all);
      if (sink.code == nullptr) {
        CHECK(checked.diagnostics.empty());
        continue;
      }
      REQUIRE(checked.diagnostics.size() == 1);
      const rbc::Diagnostic& said = checked.diagnostics[0];
      CHECK(said.code == sink.code);
      // E0501 and E0502 stand at the secret itself and say what to do instead; the others are not about secrets.
      if (said.code != "E0501" && said.code != "E0502") continue;
      bool at_it = false;
      for (const std::string_view part : {source.name, "all", "length", "text", "join"}) at_it = at_it || said.notes.back().find(part) != std::string::npos;
      CHECK(at_it);
      CHECK_FALSE(said.help.empty());
    }
}

TEST_CASE("what makes a secret, and what hands one out") {
  for (const FlowLine& line : kLines) {
    const std::string text = "use world\n\nsecret other from env OTHER\n\n" + std::string(line.declared) + "\n" + std::string(kMinting) + "\nrunbook S-1: Secrets\n  severity low\n  goal up\n" + line.part +
                             "  escalation until resolved\n    after 5m page ann\n\n  step flow\n    check up\n" + line.line;
    const rbc::Checked checked = flow_checked(text);
    INFO(line.declared << line.part << line.line);
    std::string all;
    for (const auto& one : checked.diagnostics) all += one.code + " " + one.message + " " + one.help + "\n";
    INFO(all);
    if (line.code == nullptr) {
      CHECK(checked.diagnostics.empty());
      continue;
    }
    REQUIRE(checked.diagnostics.size() == 1);
    CHECK(checked.diagnostics[0].code == line.code);
    CHECK((checked.diagnostics[0].message + " " + checked.diagnostics[0].help).find(line.says) != std::string::npos);
  }
}
