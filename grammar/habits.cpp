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
  if (is_one_of(said, {"k", "kb", "kbyte", "kbytes", "kilobyte", "kilobytes"})) return "KB";
  if (is_one_of(said, {"m", "mb", "mbyte", "mbytes", "megabyte", "megabytes", "meg", "megs"})) return "MB";
  if (is_one_of(said, {"g", "gb", "gbyte", "gbytes", "gigabyte", "gigabytes", "gig", "gigs"})) return "GB";
  if (is_one_of(said, {"t", "tb", "tbyte", "tbytes", "terabyte", "terabytes"})) return "TB";
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

// `00:05:00` as `5m`, `1e6` as `1000000`.
std::string spelled_out(std::string_view said) {
  const auto all_digits = [](std::string_view part) { return !part.empty() && part.size() <= 2 && part.find_first_not_of(kDigits) == std::string_view::npos; };
  const size_t colon = said.find(':');
  if (colon != std::string_view::npos) {
    const size_t second = said.find(':', colon + 1);
    if (second == std::string_view::npos || !all_digits(said.substr(0, colon)) || !all_digits(said.substr(colon + 1, second - colon - 1)) || !all_digits(said.substr(second + 1))) return {};
    std::string text;
    const std::string_view parts[] = {said.substr(0, colon), said.substr(colon + 1, second - colon - 1), said.substr(second + 1)}, units[] = {"h", "m", "s"};
    for (size_t i = 0; i < 3; ++i)
      if (const int n = std::stoi(std::string(parts[i])); n > 0) text += fmt::format("{}{}", n, units[i]);
    return text;
  }
  const size_t power = said.find_first_of("eE");
  if (power == std::string_view::npos || !all_digits(said.substr(0, power)) || !all_digits(said.substr(power + 1))) return {};
  const int zeros = std::stoi(std::string(said.substr(power + 1)));
  return zeros > 15 ? std::string() : std::string(said.substr(0, power)) + std::string(static_cast<size_t>(zeros), '0');
}

// A length, a size or a share in another form.
Advice quantity(const BrokenLine& broken) {
  const std::string_view rest = broken.line.substr(broken.at);
  const bool number = !rest.empty() && kDigits.find(rest[0]) != std::string_view::npos;
  const bool length = broken.wants("a duration such as 30m");
  const auto written_so = [&](size_t begin, size_t end, std::string mended, std::string help = {}) {
    if (help.empty()) help = fmt::format("Write `{}`.", mended);
    return Advice{std::move(help), begin, end, std::move(mended), true};
  };
  const std::string_view whole_word = rest.substr(0, std::min(rest.find_first_of(" ,)"), rest.size()));
  if (length && rest.size() > 2 && (rest[0] == '"' || rest[0] == '\'')) {
    const std::string_view inside = rest.substr(1, std::min(rest.find(rest[0], 1), rest.size()) - 1);
    if (!inside.empty() && inside.find_first_not_of("0123456789msdhw") == std::string_view::npos) return written_so(broken.at, broken.at + inside.size() + 2, std::string(inside), fmt::format("Without quotes: `{}`.", inside));
  }
  if (length && rest.starts_with("(") && rest.find(')') != std::string_view::npos) return {"No parentheses; a length has a unit, as in `30s`.", 0, 0, {}, false};
  if (number && (length || broken.wants("a value"))) {
    const Written said = written(rest);
    const size_t after = static_cast<size_t>(said.unit.data() - rest.data()) + said.unit.size();
    if (const std::string plain = spelled_out(whole_word); !plain.empty()) return written_so(broken.at, broken.at + whole_word.size(), plain);
    if (whole_word.ends_with("xx") && whole_word.size() == 3) return {fmt::format("A class of status has two limits: `.status >= {0}00 and .status < {1}00`. What answers with 2xx is `.ok`.", whole_word[0], static_cast<char>(whole_word[0] + 1)), 0, 0, {}, false};
    if (!said.unit.empty() && after < rest.size() && rest[after] == '/' && !length) return {"There is no unit of so much a second; give the number a name in the query, and compare it bare.", 0, 0, {}, false};
    if (const std::string_view unit = unit_of_time(said.unit); !unit.empty() && (length || unit_of_size(said.unit).empty())) {
      const std::string mended = length_of(said.number, unit);
      if (!mended.empty()) return written_so(broken.at, broken.at + after, mended);
    }
    if (length && is_one_of(lower(said.unit), {"us", "µs", "ns", "usec", "microseconds"})) return {"The smallest unit is `ms`.", 0, 0, {}, false};
    if (length && is_one_of(lower(said.unit), {"mo", "month", "months", "y", "yr", "year", "years"})) return {"A month and a year have no fixed length: count in days, as in `30d`.", 0, 0, {}, false};
    if (!length && lower(said.unit) == "k" && rest.substr(0, after).find(' ') == std::string_view::npos && said.number.find_first_of(".,") == std::string_view::npos)
      return {fmt::format("Write `{0}000`; a size is `{0}KB`.", said.number), 0, 0, {}, false};
    if (const std::string_view unit = unit_of_size(said.unit); !unit.empty() && !length) return written_so(broken.at, broken.at + after, fmt::format("{}{}", said.number, unit));
    const bool reviewed = broken.line.starts_with("reviewed ");
    if (length && (said.unit.empty() || (unit_of_time(said.unit).empty() && rest[said.number.size()] == ' ')))
      return {reviewed ? fmt::format("Give it a unit: `{}d`.", said.number) : fmt::format("Give it a unit: `{0}s`, `{0}m`.", said.number), 0, 0, {}, false};
  }
  if (!broken.wants("the end of the line")) return {};
  // A unit on its own: the number stands before it.
  size_t end = broken.at;
  while (end > 0 && broken.line[end - 1] == ' ') --end;
  size_t begin = end;
  while (begin > 0 && (kDigits.find(broken.line[begin - 1]) != std::string_view::npos || broken.line[begin - 1] == '.')) --begin;
  const std::string_view amount = broken.line.substr(begin, end - begin), word = first_word(rest);
  if (number && end > 1 && std::string_view("smhd").find(broken.line[end - 1]) != std::string_view::npos && kDigits.find(broken.line[end - 2]) != std::string_view::npos && end < broken.at)
    return written_so(end, broken.at, "", "A length is written in one, as in `1h30m`.");
  if (word == "and" && end > 1 && end < broken.at && std::string_view("smhd").find(broken.line[end - 1]) != std::string_view::npos && rest.size() > 4 && kDigits.find(rest[4]) != std::string_view::npos && broken.wants("a duration such as 30m") == false && first_word(broken.line) == "wait")
    return written_so(end, broken.at + 4, "", "A length is written in one, as in `1h30m`.");
  if (amount.empty()) return {};
  if (rest[0] == ',' && rest.size() > 3 && rest.find_first_not_of("0123456789,") >= 4) {
    const size_t digits = std::min(rest.find_first_not_of("0123456789,"), rest.size());
    std::string plain(broken.line.substr(begin, broken.at - begin + digits));
    std::erase(plain, ',');
    return written_so(begin, broken.at + digits, plain);
  }
  if (rest[0] == 'T' && amount.size() >= 2 && rest.size() > 2 && kDigits.find(rest[1]) != std::string_view::npos) return {"A moment is UTC and ends in `Z`: `2026-08-31T10:30:00Z`.", 0, 0, {}, false};
  if (rest[0] == ':' && rest.size() > 1 && kDigits.find(rest[1]) != std::string_view::npos) return {"There is no time of day: a run is not a calendar, and counts from its start.", 0, 0, {}, false};
  if (rest[0] == '%' && rest.size() > 2 && kDigits.find(rest[rest.find_first_not_of(" %")]) != std::string_view::npos) return {"There is no remainder of a division; `%` is a unit, as in `90%`.", 0, 0, {}, false};
  const auto joined = [&](std::string_view unit) { return written_so(begin, broken.at + word.size(), fmt::format("{}{}", amount, unit), fmt::format("No blank before a unit: `{}{}`.", amount, unit)); };
  if (word == "%" || word == "percent" || word == "pct") return joined("%");
  if (is_one_of(word, {"a", "each", "every"}) && rest.size() > word.size() + 1 && is_one_of(first_word(trim(rest.substr(word.size()))), {"second", "minute", "hour", "day"}))
    return written_so(broken.at, broken.at + word.size(), "per", "A rate is written `10 per minute`.");
  if (word.empty() || word.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") != std::string_view::npos) return {};
  if (word.size() > 1)
    if (const std::string_view unit = unit_of_size(word); !unit.empty()) return joined(unit);
  if (const std::string_view unit = unit_of_time(word); !unit.empty()) return joined(unit);
  if (word == "B") return joined("B");
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
    if (rest.starts_with("[\"") && broken.at > 0 && broken.line[broken.at - 1] != ' ') return fmt::format("A part of JSON is `.{}`.", quoted(rest.substr(2, std::min(rest.find('"', 2), rest.size()) - 2)));
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
  if (ends && broken.line.substr(0, broken.at).find("matches /") != std::string_view::npos) return "A `/` within a pattern is written `\\/`.";
  if (ends && broken.at > 1 && broken.line[broken.at - 1] == '"' && std::isalpha(static_cast<unsigned char>(rest[0]))) return "A quote within a text is written `\\\"`.";
  if (!broken.wants("a value")) return {};
  if (rest[0] == '/') return "A pattern begins and ends with `/`; within it, a `/` is written `\\/`.";
  if (rest.starts_with("$?")) return "Whether a command succeeded is asked of its answer: `x = box$ …`, then `x.ok`, or `x.exit`.";
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
    if (is_one_of(first, {"when", "within", "for", "retry", "repeat", "escalation"}) && !after.empty() && first != "escalation") return "What is to be done stands beneath, two blanks deeper, and no colon before it.";
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

namespace {

std::string habit_of_words(std::string_view line) {
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

}  // namespace

Advice habit_of_line(std::string_view line) {
  Advice found = slip_of_line(line);
  if (found.help.empty()) found.help = habit_of_words(line);
  if (found.help.empty()) found = slip_of_name(line);
  return found;
}

bool BrokenLine::wants(std::string_view what) const { return std::find(wanted.begin(), wanted.end(), what) != wanted.end(); }

Advice habit_within(const BrokenLine& broken) {
  const std::string_view first = first_word(broken.line);
  Advice found = quantity(broken);
  if (found.help.empty()) found = slip_within(broken);
  if (found.help.empty()) found.help = times(broken, first);
  if (found.help.empty()) found.help = outcomes(broken, first);
  if (found.help.empty()) found.help = others(broken, first);
  if (found.help.empty()) found.help = headers(broken, first);
  if (found.help.empty()) found.help = value(broken);
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

} // namespace rbc::parsing
