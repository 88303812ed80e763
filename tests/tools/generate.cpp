#include "tests/tools/generate.hpp"

#include <functional>

namespace rbc::testing {

uint32_t Random::below(uint32_t limit) {
  // splitmix64, as its author gives it
  uint64_t z = (state_ += 0x9E3779B97F4A7C15u);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return static_cast<uint32_t>((z ^ (z >> 31)) % limit);
}

namespace {

using Texts = std::vector<std::string>;

class Writer {
 public:
  explicit Writer(uint64_t seed) : random_(seed) {}

  std::string program() {
    for (uint32_t left = 1 + random_.below(6); left; --left) declaration();
    return std::move(out_);
  }

 private:
  // ── words ──
  std::string any(const Texts& of) { return random_.pick(of); }
  bool maybe(uint32_t percent = 50) { return random_.chance(percent); }
  std::string name() { return any({"a", "db-up", "Name_2", "x1", "healthy", "idle-for", "B-7", "run-2", "next", "rows"}); }
  std::string duration() { return any({"0s", "90s", "30m", "1h30m", "1800s", "48h", "1500ms", "2d", "61m", "1s", "3w", "1000ms"}); }
  std::string length() { return maybe(80) ? duration() : name(); }
  std::string whole() { return std::to_string(random_.below(2000)); }
  std::string colour() { return any({"green", "amber", "red", "blind"}); }
  std::string hole() { return any({"<a>", "<db-up>", "<x1.y>", "<x1.y?>"}); }
  std::string names(const char* between = ", ") {
    std::string all = name();
    while (maybe(30)) all += between + name();
    return all;
  }
  std::string prose() {
    return any({"Look at it", "Is it down?", "Done.", "It is <a>", "At 3 a.m.", "See https://x.example/a.b", "A # sign: here", "Wait…", "\\<no hole>",
                "Everything, etc.", "«Über»", "100 %", "(all of it)", "Say \"stop\".", "v1.2."});
  }
  std::string title() { return ": " + prose(); }
  std::string maybe_title() { return maybe() ? title() : ""; }
  std::string text() { return any({"\"\"", "\"a b\"", "\"<a> and \\\"b\\\"\"", "\"# no comment\"", "\"\\\\<x\""}); }

  // ── expressions ──
  std::string literal() {
    return any({text(), "/re\\/x/i", "https://e.x/y", "2024-12-01", "2024-12-01T10:30:00Z", duration(), "512MiB", "1024MiB", "1000KB", "0.5GiB", "5%",
                "99.9%", "10 per minute", "3per hour", "1_000", "3.5", "42", "yes", "no", colour()});
  }
  std::string primary(uint32_t depth) {
    switch (depth ? random_.below(6) : random_.below(3)) {
    case 0: return literal();
    case 1: return name();
    case 2: return "." + any({"x", "value", "\"a b\""});
    case 3: return "(" + expression(depth - 1) + ")";
    case 4: return "[" + (maybe(30) ? "" : expression(depth - 1) + (maybe() ? ", " + expression(depth - 1) : "")) + " ]";
    default: return name() + "(" + (maybe(30) ? "" : expression(depth - 1)) + ")";
    }
  }
  std::string access(uint32_t depth) {
    std::string all = primary(depth);
    if (all.ends_with("https://e.x/y")) return all;
    while (maybe(20)) all += any({".first", ".at(0)", "?", ".\"k\""});
    return all;
  }
  std::string unary(uint32_t depth) {
    std::string all = access(depth);
    if (maybe(10)) all += " as " + any({"ratio", "per-second", "text?", "list of int", "one of a, b", "text matching /x/ ?"});
    return maybe(10) ? any({"- ", "- - "}) + all : all;
  }
  std::string sum(uint32_t depth) {
    std::string all = maybe(10) ? "80% of " + unary(depth) : unary(depth);
    while (maybe(15)) all += any({" + ", " - ", " * ", " / "}) + "(" + unary(depth) + ")";
    return all;
  }
  std::string test(uint32_t depth) {
    std::string all = sum(depth);
    if (maybe(10)) all += " where .x is " + sum(0);
    if (maybe(10)) all += " else " + sum(0);
    switch (random_.below(6)) {
    case 0: return all + any({" passes", " fails", " is missing", " is not present"});
    case 1: return all + any({" is ", " is not ", " <= ", " >= ", " < ", " > ", " contains ", " matches ", " in "}) + sum(0);
    default: return all;
    }
  }
  std::string expression(uint32_t depth) {
    std::string all = maybe(10) ? "not " + test(depth) : test(depth);
    if (maybe(15)) {
      const std::string join = any({" and ", " or "});
      do all += join + test(0);
      while (maybe(20));
    }
    return all;
  }
  std::string expression() { return expression(random_.below(3)); }
  std::string type() {
    std::string all = any({"text", "int", "number", "percent", "duration", "size", "rate", "instant", "bool", "url", "json", "secret", "list of text",
                           "text matching /^a+$/", "one of a, b"});
    return maybe(20) ? all + "?" : all;
  }
  std::string ref() { return maybe(25) ? name() + "(" + expression(0) + ")" : name(); }
  std::string refs() {
    std::string all = ref();
    while (maybe(30)) all += ", " + ref();
    return maybe(10) ? all + " for each " + name() + " in " + name() : all;
  }
  std::string params() { return maybe(30) ? "(" + name() + " as " + type() + (maybe() ? ", n as int" : "") + ")" : ""; }
  std::string cadence() { return " every " + length() + " for " + length(); }
  std::string limit() { return "within " + length() + " "; }
  std::string by() { return maybe(30) ? " by " + names() : ""; }
  std::string voters() { return (maybe() ? "2 of " : "") + names(); }

  // ── lines ──
  void line(const std::string& text) {
    out_.append(columns_.back(), ' ');
    out_ += text;
    out_ += '\n';
  }
  void block(const std::function<void()>& one, uint32_t most = 3) {
    columns_.push_back(columns_.back() + 1 + random_.below(4));
    for (uint32_t left = 1 + random_.below(most); left; --left) one();
    columns_.pop_back();
  }
  // Deeper lines of text, each deep enough to belong to the line above.
  void text_lines(const Texts& of) {
    const uint32_t column = columns_.back();
    for (uint32_t left = 1 + random_.below(3); left; --left) {
      if (maybe(15)) out_ += "\n";
      columns_.push_back(column + 1 + random_.below(5));
      line(any(of));
      columns_.pop_back();
    }
  }
  std::string speaker() { return any({"db>", "box$", "stack.web>", "member(a, \"b\")>", "cache>", "api>", "member(https://x.y)$"}); }
  void said(const std::string& before) {
    static const Texts kSaid = {"select 1 as one", "ls -l | wc", "GET /health", "a << 2 = d", "echo <a> # kept", "select <x1.y?>", "up -d", "tail\\ "};
    const bool below = maybe(15);
    line(before + speaker() + (below ? "" : " " + any(kSaid)));
    if (below || maybe(15)) text_lines({"from t", "where a \\< b", "# text, no comment", "order by <a>", "{\"a\": 1}"});
  }
  void otherwise(uint32_t depth, uint32_t percent = 25) {
    if (!maybe(percent)) return;
    if (maybe(20)) line("> It may fail.");
    line("otherwise");
    statements(depth);
  }
  void notes() {
    block([&] { line(maybe() ? "> A note  " : "[ ] " + prose()); });
  }

  // ── statements ──
  void statements(uint32_t depth) {
    block([&] { statement(depth ? depth - 1 : 0, depth == 0); });
  }
  void statement(uint32_t depth, bool flat) {
    if (flat || maybe(55)) return simple(flat);
    nested(depth);
  }
  void simple(bool flat) {
    switch (random_.below(15)) {
    case 0: return line(maybe() ? "> a note, " + hole() : ">");
    case 1: return line((maybe() ? "[ ] " : "[dba]   ") + prose());
    case 2: return line("check " + refs());
    case 3: return line("show " + expression());
    case 4: return line("wait " + length());
    case 5: return line(any({"page ", "tell "}) + names() + (maybe(20) ? " with update(1, \"x\")" : "") + maybe_title());
    case 6: return line("escalate to " + names() + maybe_title());
    case 7: return line("end " + any({"resolved", "escalated", "failed", "aborted"}) + maybe_title());
    case 8: return line("fail" + title());
    case 9: return said(maybe(30) ? limit() : "");
    case 10: return line(name() + (maybe(20) ? " as " + type() : "") + " = " + expression() + (maybe(15) ? " when .x is 1 otherwise " + sum(0) : ""));
    case 11: return said(name() + " = ");
    case 12: said(name() + " = do "); break;
    case 13: line("do " + name() + (maybe() ? " with a = " + expression(0) + ", b = 2" : "")); break;
    default: said(std::string("do ") + (maybe(20) ? "repeatable " : "") + (maybe(20) ? limit() : ""));
    }
    otherwise(0, flat ? 0 : 20);
    if (flat) return;
    if (maybe(15)) line("before leaving"), statements(0);
    if (maybe(15)) line("undo"), statements(0);
  }
  void nested(uint32_t depth) {
    switch (random_.below(17)) {
    case 0: line("require " + refs()); break;
    case 1: line("poll until " + refs() + (maybe(20) ? " is " + colour() : "") + any({"", " 3 times in a row", " held 5m"}) + cadence()); break;
    case 2: line("watch " + refs() + cadence() + (maybe(30) ? " tolerating 2 in a row" : "")); break;
    case 3: {
      line("when " + expression());
      statements(depth);
      if (maybe(25)) line("otherwise when " + expression()), statements(depth);
      break;
    }
    case 4: {
      line("depending on " + expression());
      block([&] { line(maybe(20) ? "anything else" : maybe() ? "0, 3, quick" : colour()), statements(0); });
      return;
    }
    case 5: line("for each " + name() + " in " + expression() + any({"", " at most 5"}) + any({"", " tolerating all", " tolerating 1"})), statements(depth); break;
    case 6: line("retry 3 times every " + length() + any({"", " doubling"})), statements(depth); break;
    case 7: line("repeat 5 times until " + expression()), statements(depth); break;
    case 8: line("within " + length()), statements(depth); break;
    case 9: line("caution" + (maybe(30) ? " approved by " + voters() + " within 1h" : "") + title()), statements(depth); break;
    case 10: line("ask " + name() + any({"", " as int"}) + any({"", " = 5"}) + by() + any({"", " within 5m"}) + title()), maybe(30) ? notes() : void(); break;
    case 11: {
      line("choose " + name() + any({"", " = clear"}) + by() + title());
      block([&] { line(maybe(20) ? "> Think." : name() + maybe_title()); });
      break;
    }
    case 12: line("confirm" + any({"", " = yes", " = go"}) + by() + title()), maybe(30) ? notes() : void(); break;
    case 13: line("approve by " + voters() + " within " + length() + title()), maybe(30) ? block([&] { rung(); }) : void(); break;
    case 14: return check();
    case 15: return line("[ ] " + prose()), notes();
    default: {
      line("diagnose until " + refs() + cadence());
      block([&] {
        line("cause " + name() + maybe_title());
        columns_.push_back(columns_.back() + 2);
        if (maybe(30)) line("> Why."), line("check " + refs());
        if (maybe(20)) check();
        line("symptom " + expression());
        if (maybe(30)) line("symptom " + expression());
        if (maybe(70)) simple(true);
        columns_.pop_back();
      });
    }
    }
    otherwise(depth);
  }
  void check() {
    line("check " + name() + params() + maybe_title());
    block(
        [&] {
          switch (random_.below(7)) {
          case 0: return said(maybe(20) ? limit() : "");
          case 1: return line("no answer is " + any({"red", "blind"}));
          case 2: return line("judge" + any({"", " = green"}) + by() + title());
          case 3: return line(name() + " = " + expression());
          case 4: return line("> a note");
          default: return line(any({"red", "amber", "blind"}) + any({" if ", " unless "}) + expression());
          }
        },
        6);
  }

  // ── runbooks, tests, the rest ──
  void rung() {
    if (maybe(15)) return line("> A note of the ladder");
    const std::string when = maybe(60) ? any({"after ", "every "}) + length() + (maybe(15) ? " while " + name() + " is yes" : "") : "when " + expression();
    const std::string whom = any({"page ", "tell "}) + names() + maybe_title();
    if (maybe(80)) return line(when + " " + whom);
    line(when);
    block([&] { line(any({"page ", "tell "}) + names() + maybe_title()); });
  }
  void part() {
    switch (random_.below(14)) {
    case 0: return line("severity " + any({"critical", "low"}));
    case 1: return line("alert " + name() + " warning" + (maybe(30) ? " where job is \"x\" and env is \"y\"" : ""));
    case 2: return line("target acknowledge 5m, resolve " + duration());
    case 3: return line("reviewed 2024-12-01 every 90d");
    case 4: return line("goal " + refs());
    case 5: return line("see ../a.md#b");
    case 6: return line(any({"service ", "owner ", "needs "}) + prose());
    case 7: return line("input " + name() + (maybe() ? " as " + type() : "") + (maybe() ? " = " + sum(0) : "") + (maybe(20) ? " at most 48h" : "") + maybe_title());
    case 8: return line("escalation until resolved" + any({"", " or acknowledged"})), block([&] { rung(); });
    case 9: return check();
    case 10: return message();
    case 11: return line("> A note of the runbook");
    case 12: return line("afterwards"), statements(1);
    default: line("step " + any({"look", "undo", "end"}) + maybe_title()), statements(2 + random_.below(2)), otherwise(1);
    }
  }
  void message() {
    line("message " + name() + params() + maybe_title());
    if (maybe(20)) line("# a comment, since no text is above it");
    columns_.push_back(columns_.back() + 3);
    line("Status: <a>");
    columns_.pop_back();
    if (maybe()) text_lines({"- one", "# a heading", "  more   "});
  }
  void reply() {
    switch (random_.below(10)) {
    case 0: return line("status 503");
    case 1: return line("exits 1");
    case 2: return line("value " + expression());
    case 3: return line("takes " + duration());
    case 4: return line("then");
    case 5: return line("row a = 1, \"b c\" = " + sum(0));
    case 6: return line(any({"no answer", "no rows"}));
    case 7: return line(any({"refuses", "unasked"}) + title());
    case 8: return line("prints"), text_lines({"one", "  two  ", "# three"});
    default: return line(any({"prints ", "body "}) + prose());
    }
  }
  std::string test_line() {
    return any({"crash", "acknowledge as a", "operator ticks everything", "operator answers x = 1", "operator judges a(1) is green", "operator skips undo",
                "operator aborts", "operator refuses as b", "expect nobody paged", "expect outcome is failed", "expect step undo ran", "expect cause c skipped",
                "expect never did db> select 1", "expect did 2 times x", "expect a not paged", "expect a told once", "expect " + expression(),
                "given other checks are green", "given a is red 2 times then green until db> x", "run X interactive in lab allowing undo, b with a = 1"});
  }
  void in_test() {
    switch (random_.below(6)) {
    case 0: return line("given " + ref()), block([&] { reply(); });
    case 1: return line("given " + speaker() + " select 1"), block([&] { reply(); });
    case 2: return line("at " + duration()), block([&] { line(test_line()); });
    case 3: return line("at " + duration() + " " + test_line());
    case 4: return line("> what this is about");
    default: return line(test_line());
    }
  }
  void declaration() {
    switch (random_.below(10)) {
    case 0: return line("use shared/x-1" + (maybe() ? " for " + names() : ""));
    case 1: return line("secret " + name() + any({" from env TOKEN", " from file /etc/x", " from command vault read  x # y"}));
    case 2: {
      line((maybe(20) ? "optional " : "") + any({"postgres ", "redis ", "http ", "host ", "contact ", "channel ", "prometheus "}) + name() + params() + maybe_title());
      if (maybe(30)) block([&] { line(any({"> A note", "reads ./bin/x *", "destroys DELETE /<index>", "exports LANG = \"C\"", "exports T = a", "runs aws"})); });
      return;
    }
    case 3:
      line("env " + name() + any({"", " protected"}) + maybe_title());
      return block([&] { line(maybe(30) ? "input X-1.limit = " + sum(0) : maybe(20) ? "> A note" : name() + " = https://x/<a>  # part of it"); }, 5);
    case 4: return message();
    case 5: return check();
    case 6: return line("procedure " + name() + params() + maybe_title()), statements(2);
    case 7: return line("test " + name() + maybe_title()), block([&] { in_test(); }, 6);
    default: return line("runbook " + name() + maybe_title()), block([&] { part(); }, 8);
    }
  }

  Random random_;
  std::string out_;
  std::vector<uint32_t> columns_{0};
};

} // namespace

std::string generate_program(uint64_t seed) { return Writer(seed).program(); }

} // namespace rbc::testing
