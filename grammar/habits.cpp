#include "grammar/habits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "grammar/diagnostic.hpp"
#include "grammar/utf8.hpp"

namespace rbc::parsing {

namespace {

constexpr std::string_view kDigits = "0123456789";

std::string_view first_word(std::string_view line) {
  size_t end = line.find_first_of(" :=(\n");
  return line.substr(0, end == 0 ? 1 : end);
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// A piece of the reader's own line, short enough to be quoted.
std::string quoted(std::string_view text) {
  constexpr size_t kLongest = 60;
  text = trim(text);
  if (text.size() <= kLongest) return visible_source(text);
  text = text.substr(0, kLongest);
  return visible_source(text.substr(0, text.find_last_of(' '))) + " …";
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// ── lengths and sizes ──

struct Written {
  std::string_view number, unit;
};
// `1.5h`, `5 min`, `10MB/s`: digits, then letters.
Written written(std::string_view text) {
  Written found;
  size_t digits = text.find_first_not_of("0123456789.,");
  if (digits == std::string_view::npos) digits = text.size();
  found.number = text.substr(0, digits);
  while (!found.number.empty() && found.number.find_last_of(kDigits) + 1 != found.number.size()) found.number.remove_suffix(1);
  std::string_view rest = trim(text.substr(digits));
  size_t letters = 0;
  while (letters < rest.size() && std::isalpha(static_cast<unsigned char>(rest[letters]))) ++letters;
  found.unit = rest.substr(0, letters);
  return found;
}

std::string lower(std::string_view text) {
  std::string all(text);
  for (char& c : all) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return all;
}

// The language's unit of time for a word, or "".
std::string_view unit_of_time(std::string_view word) {
  const std::string said = lower(word);
  if (is_one_of(said, {"ms", "msec", "msecs", "millis", "millisecond", "milliseconds"})) return "ms";
  if (is_one_of(said, {"s", "sec", "secs", "second", "seconds"})) return "s";
  if (is_one_of(said, {"m", "min", "mins", "minute", "minutes"})) return "m";
  if (is_one_of(said, {"h", "hr", "hrs", "hour", "hours"})) return "h";
  if (is_one_of(said, {"d", "day", "days"})) return "d";
  if (is_one_of(said, {"w", "week", "weeks"})) return "w";
  return {};
}

std::string_view unit_of_size(std::string_view word) {
  const std::string said = lower(word);
  if (is_one_of(said, {"b", "byte", "bytes"})) return "B";
  if (is_one_of(said, {"k", "kb"})) return "KB";
  if (is_one_of(said, {"m", "mb"})) return "MB";
  if (is_one_of(said, {"g", "gb"})) return "GB";
  if (is_one_of(said, {"t", "tb"})) return "TB";
  if (is_one_of(said, {"ki", "kib"})) return "KiB";
  if (is_one_of(said, {"mi", "mib"})) return "MiB";
  if (is_one_of(said, {"gi", "gib"})) return "GiB";
  if (is_one_of(said, {"ti", "tib"})) return "TiB";
  return {};
}

// `1.5` and `h` as `1h30m`; "" where it does not come out even or the number is no number.
std::string length_of(std::string_view number, std::string_view unit) {
  static constexpr std::pair<std::string_view, uint64_t> kUnits[] = {{"w", 604800000}, {"d", 86400000}, {"h", 3600000},
                                                                     {"m", 60000},     {"s", 1000},     {"ms", 1}};
  const size_t point = number.find_first_of(".,");
  if (point == std::string_view::npos) return fmt::format("{}{}", number, unit);
  const std::string_view whole = number.substr(0, point), part = number.substr(point + 1);
  if (whole.empty() || whole.size() > 6 || part.empty() || part.size() > 3 || part.find_first_not_of(kDigits) != std::string_view::npos) return {};
  uint64_t thousandths = std::stoull(std::string(whole)) * 1000, scale = 100;
  for (char c : part) thousandths += static_cast<uint64_t>(c - '0') * scale, scale /= 10;
  uint64_t milliseconds = 0;
  for (auto& [name, worth] : kUnits)
    if (name == unit) milliseconds = thousandths * worth / 1000;
  std::string all;
  for (auto& [name, worth] : kUnits)
    if (name != "w" && milliseconds >= worth) {
      all += fmt::format("{}{}", milliseconds / worth, name);
      milliseconds %= worth;
    }
  return all;
}

std::string quantity(const BrokenLine& broken) {
  const std::string_view rest = broken.line.substr(broken.at);
  const bool number = !rest.empty() && kDigits.find(rest[0]) != std::string_view::npos;
  if (number && (broken.wants("a duration such as 30m") || broken.wants("a value"))) {
    const Written said = written(rest);
    const bool length = broken.wants("a duration such as 30m");
    const size_t after = static_cast<size_t>(said.unit.data() - rest.data()) + said.unit.size();
    if (!said.unit.empty() && after < rest.size() && rest[after] == '/' && !length) return "There is no unit of so much a second; give the number a name in the query, and compare it bare.";
    if (const std::string_view unit = unit_of_time(said.unit); !unit.empty() && (length || unit_of_size(said.unit).empty())) {
      const std::string mended = length_of(said.number, unit);
      if (!mended.empty()) return fmt::format("Write `{}`.", mended);
    }
    if (const std::string_view unit = unit_of_size(said.unit); !unit.empty() && !length) return fmt::format("Write `{}{}`.", said.number, unit);
    if (length && (said.unit.empty() || (unit_of_time(said.unit).empty() && rest[said.number.size()] == ' '))) return fmt::format("Give it a unit: `{0}s`, `{0}m`.", said.number);
  }
  if (!broken.wants("the end of the line")) return {};
  // A unit on its own: the number stands before it.
  size_t end = broken.at;
  while (end > 0 && broken.line[end - 1] == ' ') --end;
  size_t begin = end;
  while (begin > 0 && (kDigits.find(broken.line[begin - 1]) != std::string_view::npos || broken.line[begin - 1] == '.')) --begin;
  if (begin == end) return {};
  const std::string_view amount = broken.line.substr(begin, end - begin), word = first_word(rest);
  if (word == "%" || word == "percent" || word == "pct") return fmt::format("No blank before a unit: `{}%`.", amount);
  if (word.empty() || word.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") != std::string_view::npos) return {};
  if (word.size() > 1)
    if (const std::string_view unit = unit_of_size(word); !unit.empty()) return fmt::format("No blank before a unit: `{}{}`.", amount, unit);
  if (const std::string_view unit = unit_of_time(word); !unit.empty()) return fmt::format("No blank before a unit: `{}{}`.", amount, unit);
  if (word == "B") return fmt::format("No blank before a unit: `{}B`.", amount);
  return {};
}

// ── values ──

std::string value(const BrokenLine& broken) {
  const std::string_view rest = broken.line.substr(broken.at);
  const bool ends = broken.wants("the end of the line");
  if (rest.empty()) return broken.at > 0 && trim(broken.line).ends_with('=') ? "The value stands on the same line; a list is written `[\"a\", \"b\"]`." : std::string();
  const std::string_view word = rest.substr(0, rest.find(' '));
  if (ends) {
    if (rest == "{") return "No braces: what belongs to this line stands beneath it, two blanks deeper.";
    static constexpr std::pair<std::string_view, std::string_view> kTests[] = {{"-gt", ">"}, {"-lt", "<"}, {"-ge", ">="}, {"-le", "<="}, {"-eq", "is"}, {"-ne", "is not"}};
    for (auto& [theirs, ours] : kTests)
      if (word == theirs) return fmt::format("Write `{}`.", ours);
    if (rest.starts_with("not in ")) {
      const std::string_view before = trim(broken.line.substr(0, broken.at));
      return fmt::format("`not` comes first: `not {} {}`.", visible_source(before.substr(before.find_last_of(' ') + 1)), quoted(rest.substr(4)));
    }
    if (rest.starts_with("<>") || rest.starts_with("!=")) return "Write `is not`.";
    if (rest[0] == '[' && broken.at > 0 && broken.line[broken.at - 1] != ' ') return "An item of a list is `.first`, `.last` or `.at(0)`.";
    if (word == "%" && broken.line.substr(0, broken.at).find('"') != std::string_view::npos) return "A text holds names as they are: `\"… <name> …\"`.";
    if (rest[0] == '"' && broken.at > 1 && is_one_of(broken.line.substr(broken.at - 2, 2), {" f", " r", " b"}))
      return "Leave out the letter before the quote; a text holds names as they are: `\"… <name> …\"`.";
    if (rest[0] == '"' && broken.at > 1 && broken.line.substr(broken.at - 2, 2) == "\"\"") return "A text begins and ends with one `\"`.";
    if (word == "otherwise") return "`otherwise` stands on a line of its own, beneath this one, and what is to be done beneath it.";
    if (word == "|") return "A value goes through no pipe; ask for what you need in the line that looks.";
    if (word == "?") return "To pick one of two values, write `x = a when CONDITION otherwise b`.";
    if (first_word(broken.line) == "case") return fmt::format("An arm begins with what it is for: `{}`.", quoted(rest));
  }
  if (!broken.wants("a value")) return {};
  if (rest.starts_with("{{") || rest.starts_with("${")) {
    const size_t begin = rest.find_first_not_of("${ "), end = rest.find_first_of("} ", begin);
    if (begin != std::string_view::npos && end != std::string_view::npos && end > begin) return fmt::format("A name stands here as it is: `{}`.", visible_source(rest.substr(begin, end - begin)));
  }
  if (rest[0] == '$' && word.size() > 1) return fmt::format("A name stands here without `$`: `{}`.", visible_source(word.substr(1)));
  if (rest[0] == '{') return "A value with parts is not written here; it comes from a look.";
  if (rest[0] == '\'') return "A text stands in double quotes: `\"…\"`.";
  if (rest[0] == '`') return "A text stands in double quotes: `\"…\"`.";
  return {};
}

// ── lines ──

// `kind name Title …`, `kind: name`, `kind "name"`.
std::string headers(const BrokenLine& broken, std::string_view first) {
  const std::string_view rest = broken.line.substr(broken.at), before = trim(broken.line.substr(0, broken.at));
  const bool titled = is_one_of(first, {"runbook", "step", "check", "cause", "test", "procedure", "message", "ask", "choose", "page", "tell", "input"});
  if (rest.starts_with(':')) {
    const std::string_view after = trim(rest.substr(1));
    if (broken.wants("a name") && titled && first != "input") return fmt::format("The name comes before the colon: `{} NAME: {}`.", before, quoted(after));
    if (broken.wants("`within`") && first == "approve") return "Say before the colon how long the answer may take, as in `within 15m`.";
    if (!broken.wants("`:`") && !after.empty()) return fmt::format("No colon here: `{} {}`.", before, quoted(after));
  }
  if (broken.wants("`:`") && !rest.empty() && rest[0] == '"') return fmt::format("Words for people follow a colon, without quotes: `{}: {}`.", before, quoted(rest.substr(1, rest.find('"', 1) - 1)));
  if (broken.wants("`:`") && broken.wants("the end of the line") && !rest.empty() && rest[0] == '@') return "Who is meant has a name here, `contact NAME`; the address stands in the environment.";
  if (broken.wants("`:`") && broken.wants("the end of the line") && !rest.empty() && std::isalpha(static_cast<unsigned char>(rest[0])) && trim(rest).find(' ') != std::string_view::npos && titled && first != "input") {
    if (const size_t colon = rest.find(':'); colon != std::string_view::npos && is_one_of(first, {"runbook", "step", "check", "cause", "test", "procedure", "message"})) {
      std::string name(trim(rest.substr(0, colon)));
      std::replace(name.begin(), name.end(), ' ', '-');
      return fmt::format("A name is one word: `{}-{}:{}`.", before, visible_source(name), rest.substr(colon + 1).empty() ? "" : " " + quoted(rest.substr(colon + 1)));
    }
    return fmt::format("A name is one word, and a title follows `:`, as in `{}: {}`.", before, quoted(rest));
  }
  if (broken.wants("a module's name in lower case") && rest.starts_with('"')) return "A file is named without quotes, and without `.runbook`.";
  if (broken.wants("a name") && rest.starts_with('@')) return fmt::format("Without `@`: `{} {}`.", before, quoted(rest.substr(1)));
  if (broken.wants("a name") && rest.starts_with('#') && first == "tell") return "A channel has a name here, `channel NAME`; that it is `slack #…` stands in the environment.";
  return {};
}

std::string times(const BrokenLine& broken, std::string_view first) {
  const std::string_view rest = broken.line.substr(broken.at);
  if (first == "poll" && broken.wants("`until`")) return fmt::format("Write `poll until {}`.", quoted(rest));
  if (first == "escalation" && broken.wants("`until`")) return "Say until when: `escalation until acknowledged`.";
  if (first == "retry" || first == "repeat") {
    if (broken.wants("a whole number")) return first == "retry" ? "Say how many times: `retry 3 times every 5s`." : "Say how many times at most: `repeat 5 times until …`.";
    if (broken.wants("`every`")) return "Say how long to wait between two tries, as in `every 5s`.";
  }
  if (broken.wants("`every`") && rest.starts_with("for ")) {
    if (const size_t every = rest.find(" every "); every != std::string_view::npos)
      return fmt::format("First how often, then how long: `{} {}`.", quoted(rest.substr(every)), quoted(rest.substr(0, every)));
    return "Say how often to look, as in `every 5s`, before the `for`.";
  }
  if (broken.wants("`for`") && (first == "poll" || first == "watch" || first == "diagnose")) return "Say how long at most, as in `for 10m`.";
  if (first == "wait" && rest.starts_with("for ")) return fmt::format("Write `wait {}`.", quoted(rest.substr(4)));
  if (first == "approve" && broken.wants("`by`")) return "Say whose answer counts: `approve by NAME within 15m: …`.";
  if (first == "approve" && broken.wants("`within`")) return "Say how long the answer may take, as in `within 15m`.";
  return {};
}

std::string outcomes(const BrokenLine& broken, std::string_view first) {
  const std::string_view rest = broken.line.substr(broken.at);
  std::string word = lower(first_word(rest));
  if (broken.wants("`resolved`") && broken.wants("`aborted`")) {
    if (is_one_of(word, {"done", "success", "successful", "ok", "fixed", "solved", "0"})) return "Did you mean `resolved`?";
    if (is_one_of(word, {"failure", "error", "fail", "1"})) return "Did you mean `failed`?";
  }
  if (broken.wants("`critical`") && broken.wants("`low`")) {
    if (rest.starts_with('"')) return fmt::format("Write `{}`, without quotes.", quoted(rest.substr(1, rest.find('"', 1) - 1)));
    static constexpr std::array<std::string_view, 4> kLevels{"critical", "high", "medium", "low"};
    if (!word.empty() && word.back() >= '1' && word.back() <= '4' && is_one_of(word.substr(0, word.size() - 1), {"", "p", "s", "sev", "sev-", "prio", "priority"}))
      return fmt::format("Severities have names; the {} of the four is `{}`.", std::array<std::string_view, 4>{"first", "second", "third", "last"}[static_cast<size_t>(word.back() - '1')],
                         kLevels[static_cast<size_t>(word.back() - '1')]);
  }
  if (broken.wants("`ran`") && is_one_of(word, {"done", "passed", "completed", "succeeded", "executed", "ok"})) return "Did you mean `ran`?";
  if (broken.wants("`headless`") && first == "run") return "Say who answers its questions: a person, `interactive`, or nobody, `headless`.";
  if (first == "expect" && broken.line.starts_with("expect paged ")) return fmt::format("The name comes first: `expect {} paged`.", quoted(broken.line.substr(13)));
  if (first == "expect" && broken.line.starts_with("expect told ")) return fmt::format("The name comes first: `expect {} told`.", quoted(broken.line.substr(12)));
  if (first == "given" && broken.wants("`is`") && is_one_of(word, {"green", "amber", "red", "blind"})) return fmt::format("Write `{} is {}`.", quoted(broken.line.substr(0, broken.at)), word);
  return {};
}

std::string others(const BrokenLine& broken, std::string_view first) {
  const std::string_view rest = broken.line.substr(broken.at);
  if (first == "escalate" && broken.wants("`to`")) return fmt::format("Write `escalate to {}`.", quoted(rest));
  if (first == "secret" && broken.wants("`from`"))
    return "A secret is never written down here: `from env NAME`, `from file PATH` or `from command …` says where it comes from.";
  if (first == "do" && rest.starts_with('=')) return fmt::format("The name comes first: `{} = do {}`.", quoted(broken.line.substr(2, broken.at - 2)), quoted(rest.substr(1)));
  if (rest.starts_with('=') && broken.wants("a name") && trim(broken.line.substr(0, broken.at)) == first)
    return fmt::format("`{0}` begins a line of its own; call the value something else, such as `the-{0}`.", first);
  if (first == "goal" && rest.empty() && broken.wants("a name")) return "The checks follow on the same line: `goal ONE, TWO`.";
  return {};
}

// ── lookalikes ──

struct Twin {
  char32_t code;
  std::string_view ours;
};
// Letters of other alphabets that are drawn like one of ours.
constexpr Twin kTwins[] = {{0x0430, "a"}, {0x0435, "e"}, {0x043E, "o"}, {0x0440, "p"}, {0x0441, "c"}, {0x0443, "y"}, {0x0445, "x"}, {0x0456, "i"},
                           {0x0458, "j"}, {0x0455, "s"}, {0x0410, "A"}, {0x0412, "B"}, {0x0415, "E"}, {0x041A, "K"}, {0x041C, "M"}, {0x041D, "H"},
                           {0x041E, "O"}, {0x0420, "P"}, {0x0421, "C"}, {0x0422, "T"}, {0x0425, "X"}, {0x03BF, "o"}, {0x03B1, "a"}, {0x0391, "A"}};

// What is said of one character; an empty message for any other.
Lookalike judge(char32_t code, std::string_view shown) {
  Lookalike found{0, 0, {}, {}, {}};
  auto say = [&](std::string what, std::string_view mended) {
    found.message = std::move(what);
    found.help = fmt::format("Write `{}`.", mended);
    found.mended = std::string(mended);
  };
  if (code == 0x201C || code == 0x201D || code == 0x201E || code == 0x00AB || code == 0x00BB) {
    say(fmt::format("`{}` is a typographic quote, as word processors write it.", shown), "\"");
  } else if (code == 0x2018 || code == 0x2019 || code == 0x201A) {
    say(fmt::format("`{}` is a typographic quote, as word processors write it.", shown), "'");
  } else if (code == 0x2010 || code == 0x2011 || code == 0x2012 || code == 0x2013 || code == 0x2014 || code == 0x2212) {
    say(fmt::format("`{}` is a long dash, not a minus.", shown), "-");
  } else if (code == 0x00A0 || code == 0x202F || code == 0x3000 || (code >= 0x2000 && code <= 0x200A)) {
    found.message = fmt::format("The blank here is a special one (U+{:04X}), as wikis write it.", static_cast<uint32_t>(code));
    found.help = "Put an ordinary blank in its place.";
    found.mended = " ";
  } else if (code == 0x200B || code == 0x200C || code == 0x200D || code == 0x2060 || code == 0xFEFF || code == 0x00AD) {
    found.message = fmt::format("A character that nobody can see stands here (U+{:04X}).", static_cast<uint32_t>(code));
    found.help = "Delete it.";
    found.mended = "";
  } else if (code == 0xFF1A || code == 0xFE55 || code == 0x2236) {
    say(fmt::format("`{}` is a wide colon, not `:`.", shown), ": ");
    found.help = "Write `:` and a blank.";
  } else if (code > 0xFF00 && code <= 0xFF5E) {
    say(fmt::format("`{}` is a wide character.", shown), std::string(1, static_cast<char>(code - 0xFF00 + 0x20)));
  } else if (code == 0x2026) {
    found.message = "`…` stands for something that was left out.";
    found.help = "Write it out, or delete the three dots.";
  } else if (code == 0x2264) {
    say(fmt::format("`{}` is no operator here.", shown), "<=");
  } else if (code == 0x2265) {
    say(fmt::format("`{}` is no operator here.", shown), ">=");
  } else if (code == 0x2260) {
    say(fmt::format("`{}` is no operator here.", shown), "is not");
  } else if (code == 0x00D7) {
    say(fmt::format("`{}` is no operator here.", shown), "*");
  } else if (code == 0x00F7) {
    say(fmt::format("`{}` is no operator here.", shown), "/");
  } else if (code == 0x2192 || code == 0x21D2 || code == 0x279C) {
    found.message = fmt::format("`{}` means nothing here.", shown);
    found.help = "What comes next stands on the next line.";
  } else if (code >= 0x1F000 || (code >= 0x2600 && code <= 0x27BF)) {
    found.message = fmt::format("`{}` stands where a word of the language does.", shown);
    found.help = "Pictures may stand in titles, notes and messages.";
  } else {
    for (const Twin& twin : kTwins)
      if (twin.code == code) {
        found.message = fmt::format("`{}` is a letter of another alphabet (U+{:04X}); it only looks like `{}`.", shown, static_cast<uint32_t>(code), twin.ours);
        found.help = fmt::format("Type `{}` in its place.", twin.ours);
        found.mended = std::string(twin.ours);
      }
  }
  return found;
}

} // namespace

std::string_view habit(HabitPlace place, std::string_view word) {
  struct Row {
    HabitPlace place;
    std::string_view word, sentence;
  };
#define RBC_HABIT(where, word, sentence) {HabitPlace::where, word, sentence},
  static constexpr Row kRows[] = {
#include "grammar/habits.def"
  };
#undef RBC_HABIT
  for (const Row& row : kRows)
    if (row.place == place && row.word == word) return row.sentence;
  return {};
}

std::string habit_of_line(std::string_view line) {
  line = trim(line);
  const std::string_view word = first_word(line), rest = trim(line.substr(std::min(line.size(), word.size())));
  if (word == "else" && rest.starts_with("if ")) return fmt::format("Write `otherwise when {}`.", quoted(rest.substr(3)));
  if (const std::string_view known = habit(HabitPlace::Line, word); !known.empty()) return std::string(known);
  if (line.starts_with("//") || line.starts_with("--") || line.starts_with("/*")) return "A comment begins with `#`, and a note for people with `>`.";
  if (line.starts_with("```")) return "Leave it out: what is said to a resource begins with its prompt, and needs no fence.";
  if (line.starts_with("[]")) return "An item begins with `[ ]` and a blank.";
  if (line.starts_with("- [") || line.starts_with("* [")) return "Leave out the dash: an item begins with `[ ]`.";
  if (line.starts_with("- ") && line.find(": ") != std::string_view::npos && line.find(' ', 2) == line.find(": ") + 1)
    return "Leave out the dash: lines of a step are no list, and each begins with the word that says what it does.";
  const bool numbered = !line.empty() && kDigits.find(line[0]) != std::string_view::npos && (word.ends_with('.') || word.ends_with(')'));
  if (word == "-" || word == "*" || word == "•" || word == "–" || word == "—" || numbered || line.starts_with("**")) return "What a person does begins with `[ ]`, and a note with `>`.";
  if (is_one_of(word, {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}))
    return fmt::format("A request is said to an `http` resource: `{}api> {}`.", word == "GET" || word == "HEAD" ? "" : "do ", quoted(line));
  if (is_one_of(word, {"curl", "wget", "http"})) return "Declare what you ask, `http api`, and say the path to it: `api> GET /health`.";
  if (word == "psql") return "Declare the database, `postgres db`, and say the SQL to it: `db> select …`.";
  if (word == "redis-cli") return fmt::format("Declare it, `redis cache`, and say the rest to it: `cache> {}`.", quoted(rest));
  if (word == "docker-compose" || line.starts_with("docker compose ")) return "Declare it, `compose stack`, and say the rest to it: `stack> ps`, `do stack> restart …`.";
  if (is_one_of(word, {"sudo", "systemctl", "service", "docker", "kubectl", "helm", "ssh", "scp", "rsync", "ls", "cat", "grep", "tail", "head", "df", "du", "ps", "top", "kill", "pkill",
                       "rm", "cp", "mv", "mkdir", "chmod", "chown", "cd", "journalctl", "apt", "apt-get", "yum", "npm", "pm2", "python", "python3", "bash", "sh", "git", "aws", "gcloud",
                       "ping", "nc", "dig", "tar", "sed", "awk", "find", "touch", "source", "cron", "crontab", "reboot", "mount", "umount", "iptables", "nginx"}))
    return fmt::format("Say on which machine: `box$ {0}` to look, `do box$ {0}` to change something, with `host box` declared.", quoted(line));
  if ((word == "$" || word == "%" || word == "#") && !rest.empty()) return fmt::format("A prompt names its resource: `box$ {}`.", quoted(rest));
  if (line.size() > word.size() && line[word.size()] == '(')
    return rest.ends_with('{') ? "Lines that are done more than once are a `procedure name: Title` at the top of the file." : fmt::format("Nothing is called with parentheses: `do {}`.", visible_source(word));
  if (rest.starts_with("+=") || rest.starts_with("-=")) return fmt::format("A name keeps its value; give the new one a name of its own: `more = {} {} …`.", word, rest.substr(0, 1));
  const size_t words = static_cast<size_t>(std::count(line.begin(), line.end(), ' '));
  if (!word.empty() && std::isupper(static_cast<unsigned char>(word[0])) && words >= 2) return "Words for people begin with `>` (a note) or `[ ]` (something to do).";
  return {};
}

bool BrokenLine::wants(std::string_view what) const { return std::find(wanted.begin(), wanted.end(), what) != wanted.end(); }

std::string habit_within(const BrokenLine& broken) {
  const std::string_view first = first_word(broken.line);
  std::string found = quantity(broken);
  if (found.empty()) found = times(broken, first);
  if (found.empty()) found = outcomes(broken, first);
  if (found.empty()) found = others(broken, first);
  if (found.empty()) found = headers(broken, first);
  if (found.empty()) found = value(broken);
  return found;
}

std::optional<Lookalike> lookalike(std::string_view text, uint32_t from, uint32_t to) {
  for (uint32_t at = from; at < to && at < text.size();) {
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      ++at;
      continue;
    }
    const Utf8 one = decode_utf8(text, at);
    Lookalike found = judge(one.code, text.substr(at, one.length));
    if (!found.message.empty()) {
      found.begin = at;
      found.end = at + one.length;
      return found;
    }
    at += one.length;
  }
  return {};
}

std::optional<Foreign> foreign(std::string_view text, const std::vector<std::string_view>& declarations) {
  size_t keys = 0, lists = 0, headings = 0, fences = 0, code = 0;
  Foreign found{0, 0, {}, {}};
  bool script = text.starts_with("#!") && text.substr(0, text.find('\n')).find("sh") != std::string_view::npos;
  bool python = text.starts_with("#!") && text.substr(0, text.find('\n')).find("python") != std::string_view::npos;
  for (size_t line = 0; line < text.size();) {
    const size_t newline = std::min(text.find('\n', line), text.size());
    const std::string_view said = trim(text.substr(line, newline - line));
    const bool margin = line < text.size() && text[line] != ' ';
    const std::string_view word = first_word(said);
    if (margin && std::find(declarations.begin(), declarations.end(), word) != declarations.end()) return {};
    if (!said.empty() && said[0] != '#' && found.end == 0) found.begin = static_cast<uint32_t>(said.data() - text.data()), found.end = static_cast<uint32_t>(newline);
    if (margin && !said.empty()) {
      if (said.starts_with("# ") || said.starts_with("## ") || said.starts_with("### ")) ++headings;
      else if (said.starts_with("```") || (said.size() > 2 && said.find_first_not_of('=') == std::string_view::npos)) ++fences;
      else if (said.starts_with("- ") || said.starts_with("* ") || (kDigits.find(said[0]) != std::string_view::npos && (word.ends_with('.') || word.ends_with(')')))) ++lists;
      else if (word == "def" || word == "import" || said.starts_with("from ") || word == "class") ++code;
      else if (said.size() > word.size() && said[word.size()] == ':' && (said.size() == word.size() + 1 || said[word.size() + 1] == ' ')) ++keys;
    }
    line = newline + 1;
  }
  if (found.end == 0) return {};
  const std::string_view start = text.substr(found.begin);
  constexpr std::string_view kBegin = "A runbook begins with `runbook NAME: Title`, and its steps with `step name: Title`.";
  constexpr std::string_view kWords = "A runbook begins with `runbook NAME: Title`; a heading becomes a `step name: Title`, a command a prompt such as `db> …`, an item `[ ] …`.";
  if (start.starts_with("{") || start.starts_with("[{") || start.starts_with("[\"")) found.what = "a JSON file", found.help = kBegin;
  else if (start.starts_with("<html") || start.starts_with("<!") || start.starts_with("<?xml")) found.what = "an HTML or XML file", found.help = kBegin;
  else if (python || code >= 2) found.what = "a Python program", found.help = kBegin;
  else if (script) found.what = "a shell script", found.help = "A runbook begins with `runbook NAME: Title`; a script is run from a step: `do box$ ./script`.";
  else if (text.starts_with("---\n") || (keys >= 1 && keys + lists >= 2 && fences == 0)) found.what = "a YAML file", found.help = kBegin;
  else if ((headings >= 1 && headings + lists + fences >= 2) || fences + lists >= 2) found.what = "a Markdown document", found.help = kWords;
  else return {};
  return found;
}

} // namespace rbc::parsing
