// How the parser words what is broken: one sentence about this file, then what to write.
#include <fmt/format.h>

#include "grammar/habits.hpp"
#include "grammar/mends.hpp"
#include "grammar/state.hpp"
#include "grammar/suggest.hpp"

namespace rbc::parsing {

namespace {

using Words = std::vector<std::string_view>;

const Words& declaration_words() {
  static const Words kWords{"use",     "secret",   "env",      "message",   "check",  "procedure", "runbook",
                            "test",    "optional", "postgres", "pgbouncer", "redis",  "http",      "prometheus",
                            "compose", "host",     "command",  "contact",   "channel"};
  return kWords;
}
const Words& part_words() {
  static const Words kWords{"severity", "alert", "target",     "reviewed", "goal",    "see",  "service",   "owner",
                            "needs",    "input", "escalation", "check",    "message", "step", "afterwards"};
  return kWords;
}
const Words& statement_words() {
  static const Words kWords{"check",   "do",        "caution", "require", "poll",     "watch",    "wait", "show",
                            "when",    "depending", "retry",   "repeat",  "within",   "diagnose", "ask",  "choose",
                            "confirm", "approve",   "page",    "tell",    "escalate", "end",      "fail"};
  return kWords;
}
const Words& check_words() {
  static const Words kWords{"check", "red", "amber", "blind", "no", "judge", "within"};
  return kWords;
}
const Words& test_words() {
  static const Words kWords{"run", "given", "at", "operator", "acknowledge", "crash", "expect"};
  return kWords;
}
const Words& reply_words() {
  static const Words kWords{"status", "body", "row", "value", "prints", "exits", "refuses", "takes", "no", "unasked", "then"};
  return kWords;
}

// The word that this one is in other letters' sizes, or nothing.
std::string_view near_but_for_case(std::string_view word, const Words& words) {
  for (std::string_view one : words)
    if (one != word && one.size() == word.size() && std::equal(one.begin(), one.end(), word.begin(), [](char a, char b) { return a == std::tolower(static_cast<unsigned char>(b)); })) return one;
  return {};
}

// Words that other tools use for what the language calls differently.
std::string_view other_word(std::string_view word) {
  static const std::pair<std::string_view, std::string_view> kOthers[] = {
      {"if", "when"},           {"for", "for each"},   {"else", "otherwise"}, {"sleep", "wait"},
      {"print", "show"},        {"echo", "show"},      {"loop", "repeat"},    {"foreach", "for each"},
      {"switch", "depending"},  {"case", "depending"}, {"notify", "tell"},    {"alert", "page"},
      {"abort", "end aborted"}, {"exit", "end"},       {"return", "end"},     {"run", "do"},
      {"exec", "do"},           {"assert", "require"}, {"input", "ask"},      {"while", "poll until"},
      {"until", "poll until"},  {"try", "otherwise"},  {"call", "do"},        {"warn", "tell"},
      {"import", "use"},        {"include", "use"},    {"task", "step"},      {"params", "input"},
      {"finally", "afterwards"}, {"each", "for each"}, {"sev", "severity"}};
  for (auto& [theirs, ours] : kOthers)
    if (theirs == word) return ours;
  return {};
}

// What is often written where the language expects something else. `wanted` are the labels of everything that may stand here.
std::string hint_for(std::string_view word, const std::vector<std::string>& wanted) {
  auto wants = [&](std::string_view what) { return std::find(wanted.begin(), wanted.end(), what) != wanted.end(); };
  static constexpr std::string_view kTypes[] = {"text",    "int",  "number", "percent", "duration", "size", "rate",
                                                "instant", "bool", "url",    "json",    "secret",   "list", "one"};
  if (wants("a type")) {
    static const std::pair<std::string_view, std::string_view> kTheirs[] = {
        {"integer", "int"},   {"string", "text"}, {"boolean", "bool"}, {"float", "number"},
        {"double", "number"}, {"str", "text"},    {"date", "instant"}, {"enum", "one of a, b"}};
    for (auto& [theirs, ours] : kTheirs)
      if (word == theirs) return fmt::format("Write `{}`.", ours);
    std::string near = did_you_mean(word, {std::begin(kTypes), std::end(kTypes)});
    return near.empty() ? std::string("A type is text, int, number, percent, duration, size, rate, instant, bool, url, json, "
                                      "`one of a, b` or `list of text`.")
                        : fmt::format("Did you mean `{}`?", near);
  }
  if (word == ":" && !wants("`:`") && !wants("text to the end of the line"))
    return wants("a name") && !wants("the end of the line") ? "The name comes before the colon, or there is no colon here." : "No colon here.";
  if (wants("a duration such as 30m") && word == "until") return "To wait for a check, say `poll until CHECK every 5s for 5m`.";
  if (wants("green, amber, red or blind"))
    if (std::string near = did_you_mean(word, {"green", "amber", "red", "blind"}); !near.empty()) return fmt::format("Did you mean `{}`?", near);
  if (wants("`if`") && (word == "when" || word == "is")) return "Write `if`.";
  if (wants("`is`")) {
    if (word.starts_with('=')) return "Equality is spelled `is`.";
    if (word.starts_with("!=") || word.starts_with("<>")) return "Write `is not`.";
    if (word.starts_with("&&")) return "Write `and`.";
    if (word.starts_with("||")) return "Write `or`.";
  }
  if (wants("`not`") && word.starts_with('!')) return "Write `not`.";
  if (wants("a resource prompt such as `db>`") && word.starts_with('=')) return "One `=` gives a name to a value; `is` compares.";
  if (wants("the end of the line") && word == "then") return "What is to be done stands beneath, on a line of its own.";
  if (wants("`as`") && !wants("`is`"))
    for (std::string_view type : kTypes)
      if (word == type) return fmt::format("A type follows `as`: `as {}`.", type);
  if (wants("`with`") && !wants("`:`"))
    return "To say it to a resource, begin with its prompt, as in `do stack> …`; what a procedure is given follows `with`.";
  if (wants("`:`") && wants("the end of the line") && !is_reserved(word) && name_end(word, 0) > 0)
    return "A name is one word, and a title follows `:`.";
  return {};
}

std::string list(const std::vector<std::string>& items, std::string_view last = " or ") {
  std::string text;
  for (size_t i = 0; i < items.size(); ++i) text += (i == 0 ? "" : i + 1 == items.size() ? std::string(last) : ", ") + items[i];
  return text;
}

} // namespace

std::string_view State::word_at(uint32_t at) const {
  uint32_t end = name_end(text, at);
  if (end > at) return text.substr(at, end - at);
  while (end < text.size() && text[end] != ' ' && text[end] != '\n' && text[end] != '\t' && end - at < 40) ++end;
  if (end == at && end < text.size()) ++end;
  // Never half a character.
  while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
  return text.substr(at, end - at);
}

// Where the line of `at` has its first character that is no blank, and its text from there.
uint32_t State::line_begin(uint32_t at) const {
  uint32_t begin = std::min(at, static_cast<uint32_t>(text.size()));
  while (begin > 0 && text[begin - 1] != '\n') --begin;
  while (begin < at && text[begin] == ' ') ++begin;
  return begin;
}
std::string_view State::line_around(uint32_t at) const {
  const uint32_t begin = line_begin(at);
  return text.substr(begin, std::min(text.find('\n', begin), text.size()) - begin);
}

// How far a broken place reaches: to the next blank, and never past its line.
uint32_t State::lookalikes_end(uint32_t at) const {
  // A line of special blanks has no block of its own: what was wanted is at its margin.
  return static_cast<uint32_t>(std::min(text.find_first_of(" \n", at), text.size()));
}

// The first word of the line that a node begins on.
std::string_view State::line_opener(NodeId node) const {
  uint32_t at = tree_.nodes[node].begin;
  while (at > 0 && text[at - 1] != '\n') --at;
  while (at < text.size() && text[at] == ' ') ++at;
  return word_at(at);
}

std::string State::expectation(uint32_t at, Advice& advice) const {
  std::string& help = advice.help;
  std::vector<std::string> strong, all;
  auto put = [](std::vector<std::string>& to, const char* what) {
    for (auto& have : to)
      if (have == what) return;
    to.emplace_back(what);
  };
  for (const Wanted& wanted : wanted_) {
    if (!wanted.weak) put(strong, wanted.what);
    put(all, wanted.what);
  }
  const auto wants = [&](std::string_view what) { return std::find(all.begin(), all.end(), what) != all.end(); };
  if (help.empty()) advice = habit_within({line_around(at), at - line_begin(at), all});
  const auto instead = [&](std::string_view said, std::string mended, bool safe) {
    advice.begin = at - line_begin(at), advice.end = advice.begin + said.size();
    advice.mended = std::move(mended), advice.safe = safe;
  };
  if (help.empty() && at < text.size())
    for (const std::string& one : all)
      if (const std::string bare = one.size() > 2 ? one.substr(1, one.size() - 2) : std::string(); !bare.empty() && one[0] == '`') {
        const std::string_view word = word_at(at), rest = text.substr(at);
        if (word != bare && word.size() == bare.size() && std::equal(word.begin(), word.end(), bare.begin(), [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; })) {
          help = fmt::format("Words of the language are in small letters: `{}`.", bare);
          instead(word, bare, true);
        } else if (rest[0] == '"' && rest.substr(1).starts_with(bare + "\"")) {
          help = fmt::format("Write `{}`, without quotes.", bare);
          instead(rest.substr(0, bare.size() + 2), bare, true);
        }
      }
  if (at < text.size() && text[at] == '"' && help.empty() && wants("the end of the line")) {
    if (wants("`:`")) help = "Words for people follow a colon, without quotes.";
  } else if (at < text.size() && text[at] == '"' && help.empty() && all.size() == 1 && wants("a name")) {
    help = "A name is written without quotes.";
  } else if (at < text.size() && text[at] == '"' && help.empty())
    help = "A text ends with `\"` on its own line; inside it, a quote is written `\\\"`.";
  const auto& shown = strong.empty() ? all : strong;
  std::vector<std::string_view> words;
  for (const std::string& one : all)
    if (one.size() > 3 && one.front() == '`' && name_end(one, 1) > 1)
      words.push_back(std::string_view(one).substr(1, one.size() - 2));
  if (std::string near = help.empty() ? did_you_mean(word_at(at), words) : std::string(); !near.empty()) {
    help = fmt::format("Did you mean `{}`?", near);
    instead(word_at(at), near, unmistakable(word_at(at), near, words));
  }
  if (help.empty() && at < text.size() && text[at] != '\n')
    help = hint_for(word_at(at), all);
  for (const std::string& one : shown) {
    if (one == "`every`" && help.empty()) help = "Write `every` and a duration: how often should I look?";
    if (one == "an indented block" && help.empty()) help = "What belongs to this line stands beneath it, two blanks deeper.";
    if (one == "`:`" && help.empty()) help = "After the colon stands what people read.";
    if (one == "`symptom`" && help.empty()) help = "A cause begins with what gives it away, as in `symptom CHECK is red`; what is to be done follows.";
    if (one == "a name" && help.empty() && at < text.size() && is_reserved(word_at(at))) help = fmt::format("`{}` is a word of the language, and no name.", word_at(at));
  }
  if (shown.empty()) return "I do not understand this";
  if (wants("`anything`")) return "Expected a case, or `anything else`";
  if (shown.size() > 8) return "This does not fit";
  std::vector<std::string> some(shown.begin(), shown.begin() + static_cast<std::ptrdiff_t>(std::min<size_t>(shown.size(), 12)));
  return fmt::format("Expected {}", list(some));
}

Diagnostic State::explain(const SyntaxError& error) const {
  const uint32_t size = static_cast<uint32_t>(text.size());
  const std::string code = error.code;
  uint32_t at = std::min(error.at, size);
  std::string_view word = at < size ? word_at(at) : std::string_view();
  uint32_t end = at + static_cast<uint32_t>(word.size());
  std::string message, help;

  auto make = [&]() { return Diagnostic(code, source_, {at, end}, message, help); };
  auto write = [&](uint32_t from, uint32_t to, const std::string& mended, bool safe) {
    return Fix{fmt::format("Write `{}`", mended), {{&source_, {from, to}, mended}}, safe};
  };
  // An edit within the line that begins at `line`.
  auto edit_of = [&](const Advice& advice, uint32_t line) {
    std::string title = advice.help.size() < 60 && advice.help.ends_with('.') ? advice.help.substr(0, advice.help.size() - 1) : std::string("Write it so");
    return Fix{std::move(title), {{&source_, {line + static_cast<uint32_t>(advice.begin), line + static_cast<uint32_t>(advice.end)}, advice.mended}}, advice.safe};
  };
  // A habit that says `Did you mean …?` is also the edit.
  auto make_habit = [&]() {
    Diagnostic diagnostic = make();
    constexpr std::string_view kMeant = "Did you mean `";
    if (help.starts_with(kMeant) && help.ends_with("`?")) diagnostic.fix(write(at, code == "E0102" && end < size && text[end] == ':' ? end + 1 : end, help.substr(kMeant.size(), help.size() - kMeant.size() - 2), false));
    return diagnostic;
  };
  auto make_near = [&](const std::string& near, const Words& candidates) {
    Diagnostic diagnostic = make();
    if (!near.empty()) diagnostic.fix(write(at, end, near, unmistakable(word, near, candidates)));
    return diagnostic;
  };
  auto unknown = [&](std::string_view what, const Words& candidates, bool others) {
    message = fmt::format("{} begins with `{}`.", what, visible_source(word));
    std::string near = did_you_mean(word, candidates);
    if (near.empty() && others) near = other_word(word);
    if (!near.empty()) help = fmt::format("Did you mean `{}`?", near);
    Diagnostic diagnostic = make();
    if (!near.empty()) diagnostic.fix(write(at, end, near, unmistakable(word, near, candidates)));
    return diagnostic;
  };

  if (at < size && text[at] == '\t' && code != "E0123") {
    Diagnostic tab("E0122", source_, {at, at + 1}, "A tab stands here.", "Use blanks.");
    uint32_t blank = at;
    while (blank > 0 && (text[blank - 1] == ' ' || text[blank - 1] == '\t')) --blank;
    if (blank == 0 || text[blank - 1] == '\n') {
      // How wide it was meant is a guess; that blocks still match is seen when it is checked again.
      uint32_t first = at;
      while (first < size && (text[first] == '\t' || text[first] == ' ')) ++first;
      std::string blanks;
      for (uint32_t i = blank; i < first; ++i) blanks += text[i] == '\t' ? "  " : " ";
      tab.message = "A tab in the indentation.";
      tab.fix({"Write two blanks for each tab", {{&source_, {blank, first}, blanks}}, false});
    } else {
      tab.fix({"Write a blank", {{&source_, {at, at + 1}, " "}}, true});
    }
    return tab;
  }
  if (auto odd = code == "E0123" ? std::nullopt : lookalike(text, at, lookalikes_end(at))) {
    Diagnostic diagnostic(code, source_, {odd->begin, odd->end}, odd->message, odd->help);
    if (odd->mended) diagnostic.fix({odd->help.substr(0, odd->help.size() - 1), {{&source_, {odd->begin, odd->end}, *odd->mended}}, false});
    return diagnostic;
  }
  if (code == "E0100") {
    bool block = false;
    for (const Wanted& wanted : wanted_) block |= std::string_view(wanted.what) == "an indented block";
    Advice advice;
    message = expectation(at, advice) + " here.";
    help = advice.help;
    const std::string_view rest = text.substr(at, std::min(text.find('\n', at), text.size()) - at);
    const size_t digits = rest.find_first_not_of("0123456789");
    if (digits != 0 && digits != std::string_view::npos && rest.substr(digits).starts_with(" times in a row") && message == "Expected `for` here.")
      help = fmt::format("`{}` stands before `every`.", rest.substr(0, digits + 15));
    if (block) {
      // The line that lacks its block is the one above.
      at = last_end > 0 ? last_end : at;
      uint32_t line = at;
      while (line > 0 && text[line - 1] != '\n') --line;
      while (line < at && text[line] == ' ') ++line;
      message = fmt::format("Expected an indented block under `{}`.", visible_source(word_at(line)));
      end = at;
      at = line;
    } else if (at >= size) {
      end = at;
    } else if (text[at] == '\n') {
      end = at;
    }
    Diagnostic diagnostic = make();
    if (advice.edits() && !block && help == advice.help) diagnostic.fix(edit_of(advice, line_begin(std::min(error.at, size))));
    return diagnostic;
  }
  if (code == "E0101") {
    uint32_t after = end;
    while (after < size && text[after] == ' ') ++after;
    if (after < size && text[after] == '=' && after > at) {
      message = fmt::format("No declaration begins with `{}`.", visible_source(word));
      help = "A binding such as `name = address` stands beneath an `env`.";
      return make();
    }
    for (std::string_view known : declaration_words())
      if (known == word) {
        const std::string_view line = line_around(at);
        uint32_t from = std::min(static_cast<uint32_t>(line.find_first_not_of(' ', word.size())), static_cast<uint32_t>(line.size()));
        const uint32_t named = name_end(line, from);
        if (named == from) {
          message = fmt::format("`{}` needs a name.", word);
          help = fmt::format("The name comes before the colon: `{} NAME: …`.", word);
          return make();
        }
        const std::string_view head = line.substr(0, named), rest = line.substr(std::min<size_t>(line.find_first_not_of(' ', named), line.size()));
        if (rest.empty() || rest[0] == ':' || rest[0] == '#') {
          message = fmt::format("Expected an indented block under `{}`.", word);
          help = "What belongs to this line stands beneath it, two blanks deeper.";
          end = at + static_cast<uint32_t>(line.size());
          return make();
        }
        at += static_cast<uint32_t>(line.size() - rest.size()), end = at + static_cast<uint32_t>(rest.size());
        message = fmt::format("This does not belong to the first line of a `{}`.", word);
        help = rest[0] == '=' || rest.find("> ") != std::string_view::npos ? "What it looks at stands beneath it, two blanks deeper."
                                                                          : fmt::format("A title follows a colon: `{}: {}`.", head, visible_source(rest.substr(rest.find_first_not_of("- "))));
        return make();
      }
    help = habit(HabitPlace::Top, word);
    for (const Words* inner : {&part_words(), &statement_words()})
      for (std::string_view known : *inner)
        if (help.empty() && known == word)
          help = fmt::format("`{}` belongs to a {}; indent it beneath its first line.", word, inner == &part_words() ? "runbook" : "step");
    if (!help.empty()) {
      message = fmt::format("No declaration begins with `{}`.", visible_source(word));
      return make_habit();
    }
    return unknown("No declaration", declaration_words(), true);
  }
  if (code == "E0102") {
    message = fmt::format("A runbook has no line that begins with `{}`.", visible_source(word));
    help = habit(HabitPlace::Part, word);
    for (std::string_view part : part_words())
      if (help.empty() && word.starts_with(part) && word.size() > part.size() + 1 && word[part.size()] == '-')
        help = fmt::format("A blank after `{0}`: `{0} {1}`.", part, word.substr(part.size() + 1));
    if (!help.empty()) return make_habit();
    std::string near = did_you_mean(word, part_words());
    if (near.empty() && help.empty() && name_end(text, at) > at && end < size && (text[end] == '>' || text[end] == '$')) help = "What is said to a resource stands in a step: `step name: Title`, and this line beneath it.";
    for (std::string_view statement : statement_words())
      if (near.empty() && statement == word) help = "That stands in a step: `step name: Title`, and this line beneath it.";
    if (near.empty() && help.empty()) near = std::string(other_word(word));
    if (!near.empty()) help = fmt::format("Did you mean `{}`?", near);
    return make_near(near, part_words());
  }
  if (code == "E0103") {
    message = "A rung begins with `after`, `every` or `when`.";
    const Words rungs{"after", "every", "when"};
    help = habit(HabitPlace::Rung, word);
    if (!help.empty()) return make_habit();
    if (!word.empty() && word[0] >= '0' && word[0] <= '9') {
      const uint32_t length = static_cast<uint32_t>(std::min<size_t>(text.find_first_of(" :\n", at), size));
      std::string_view rest = text.substr(length, std::min(text.find('\n', at), text.size()) - length);
      while (!rest.empty() && std::string_view(" :->=").find(rest[0]) != std::string_view::npos) rest.remove_prefix(1);
      const bool says = rest.starts_with("page ") || rest.starts_with("tell ");
      const std::string mended = fmt::format("after {} {}{}", text.substr(at, length - at), says ? "" : "page ", rest);
      help = fmt::format("Write `{}`.", visible_source(mended));
      end = static_cast<uint32_t>(std::min(text.find('\n', at), text.size()));
      return make().fix(write(at, end, mended, false));
    }
    const std::string near = word == "in" ? "after" : did_you_mean(word, rungs);
    if (word == "page" || word == "tell") help = fmt::format("When comes first: `after 5m {} …`.", word);
    if (!near.empty()) help = fmt::format("Did you mean `{}`?", near);
    return make_near(near, rungs);
  }
  if (code == "E0104") {
    message = fmt::format("A check looks and judges. `{}` is not one of its lines.", visible_source(word));
    std::string near = did_you_mean(word, check_words());
    uint32_t rest = end, line_end = static_cast<uint32_t>(std::min<size_t>(text.find('\n', at), size));
    while (rest < line_end && text[rest] == ' ') ++rest;
    if (std::string_view known = habit(HabitPlace::Rule, word); !known.empty()) {
      help = known;
      return make_habit();
    }
    if (word == "expect" || word == "assert" || word == "require")
      help = fmt::format("Did you mean `red unless {}`?", visible_source(text.substr(rest, std::min<uint32_t>(line_end - rest, 60))));
    else if (word == "green")
      help = "A check is green when no rule makes it anything else; say what is red, as in `red unless …`.";
    else if (!near.empty())
      help = fmt::format("Did you mean `{}`?", near);
    else
      help = "Its lines are looks such as `db> …` or `x = db> …`, `check …`, `red if …`, `amber if …`, `blind if …`, `no "
             "answer is …` and `judge: …`.";
    if (help.starts_with("Did you mean `red unless") && rest < line_end) {
      Diagnostic diagnostic = make();
      diagnostic.fix(write(at, end, "red unless", false));
      return diagnostic;
    }
    return make_near(word == "green" ? std::string() : near, check_words());
  }
  if (code == "E0105") {
    const bool ours = !near_but_for_case(word, statement_words()).empty();
    if (Advice known = ours ? Advice() : habit_of_line(line_around(at)); !known.help.empty()) {
      message = fmt::format("No line here begins with `{}`.", visible_source(word));
      help = known.help;
      Diagnostic diagnostic = make_habit();
      if (known.edits()) diagnostic.fix(edit_of(known, line_begin(at)));
      return diagnostic;
    }
    Diagnostic diagnostic = unknown("No line here", statement_words(), true);
    if (word == "undo" || word == "before") diagnostic.help = "`undo` and `before leaving` stand directly beneath their `do`, in its column, alone on the line.";
    for (std::string_view part : part_words())
      if (diagnostic.help.empty() && part == word) diagnostic.help = fmt::format("`{}` stands in the runbook, not in a step.", word);
    if (!diagnostic.help.empty()) return diagnostic;
    const std::string_view rest = text.substr(end, std::min(text.find('\n', end), text.size()) - end);
    const std::string_view said = text.substr(at, end - at);
    const std::size_t next = rest.find_first_not_of(' ');
    if (said.starts_with("[")) diagnostic.help = "An item begins with `[ ]` and a blank.";
    else if (name_end(text, at) > at && next != std::string_view::npos && (rest[next] == ':' || rest[next] == '='))
      diagnostic.help = fmt::format("To give a value a name, write `{} = …`.", visible_source(said));
    else if (name_end(text, at) > at)
      diagnostic.help = "What is said to a resource begins with its prompt, as in `db> …`, or `do stack> …` where it changes something.";
    return diagnostic;
  }
  if (code == "E0106") {
    message = "A test line begins with `run`, `given`, `at`, `operator`, `acknowledge`, `crash` or `expect`.";
    std::string near = did_you_mean(word, test_words());
    if (std::string_view known = habit(HabitPlace::Proof, word); !known.empty()) {
      help = known;
      return make_habit();
    }
    if (!near.empty()) help = fmt::format("Did you mean `{}`?", near);
    return make_near(near, test_words());
  }
  if (code == "E0107") {
    message = fmt::format("`{}` is no answer.", visible_source(word));
    if (!word.empty() && word[0] >= '0' && word[0] <= '9') {
      help = fmt::format("An HTTP status is `status {0}`, a value `value {0}`.", visible_source(word));
      return make();
    }
    help = habit(HabitPlace::Reply, word);
    if (!help.empty()) return make_habit();
    help = "One is: status, body, row, value, prints, exits, refuses, takes, no answer, no rows, unasked, then.";
    std::string near = did_you_mean(word, reply_words());
    if (!near.empty()) help = fmt::format("Did you mean `{}`? {}", near, help);
    return make_near(near, reply_words());
  }
  if (code == "E0108") {
    bool joins = false;
    for (std::string_view joining :
         {"and",   "or",    "not",   "is",    "in",     "of",    "as",         "else",    "with",     "within",
          "every", "for",   "until", "per",   "passes", "fails", "missing",    "present", "contains", "matches",
          "green", "amber", "red",   "blind", "yes",    "no",    "tolerating", "unless"})
      joins |= joining == word;
    message = fmt::format("`{}` {}; call it something else.", word, joins ? "is a word of the language" : "begins a line");
    help = fmt::format("For example `the-{}`.", word);
    return make();
  }
  if (code == "E0109") {
    bool env = open_kind() == Kind::Env;
    if (env) {
      message = fmt::format("`{}` is no line of an environment.", visible_source(word));
      help = "An environment binds resources: `name = address`, and `input runbook.name = value`.";
      const std::string_view rest = line_around(at).substr(word.size());
      if (const std::string_view known = habit(HabitPlace::Bond, word); !known.empty()) help = known;
      else if (rest.size() > 1 && rest[0] == '.' && rest.find('=') != std::string_view::npos) {
        help = fmt::format("The value of an input begins with `input`: `input {}`.", visible_source(line_around(at).substr(0, 60)));
        return make().fix({"Write `input` before it", {{&source_, {at, at}, "input "}}, true});
      } else if (rest.size() > 1 && rest[0] == ' ' && rest.find('=') == std::string_view::npos)
        help = fmt::format("Between the name and the address stands `=`: `{} = {}`.", visible_source(word), visible_source(rest.substr(1, 60)));
      if (end < size && text[end] == ':') {
        message = "A binding is written with `=`.";
        help = fmt::format("Write `{} = …`.", visible_source(word));
        Diagnostic diagnostic = make();
        diagnostic.fix({"Write ` =`", {{&source_, {end, end + 1}, " ="}}, true});
        return diagnostic;
      }
    } else {
      std::string_view kind = spelling(open_word());
      message = fmt::format("`{}` does not belong to a `{}`.", visible_source(word), kind);
      help = kind == "command"
                 ? "A command has runs, reads, changes, destroys, repeats, exports."
                 : "A host has reads, changes, destroys, repeats, exports; an http has reads, changes, destroys, repeats.";
      Words lines{"reads", "changes", "destroys", "repeats"};
      if (kind != "http") lines.push_back("exports");
      if (kind == "command") lines.push_back("runs");
      if (std::string near = did_you_mean(word, lines); !near.empty()) {
        help = fmt::format("Did you mean `{}`?", near);
        return make_near(near, lines);
      }
    }
    return make();
  }
  if (code == "E0111") {
    message = "`and` and `or` side by side need parentheses.";
    help = "Write `(a and b) or c`, or `a and (b or c)`: they are not the same.";
    at = last_end - (last_end >= 3 && text.substr(last_end - 3, 3) == "and" ? 3 : 2);
    end = last_end;
    Diagnostic diagnostic = make();
    for (Fix& fix : parenthesised(source_, tree_.nodes[open_.back().node].begin, at)) diagnostic.fix(std::move(fix));
    return diagnostic;
  }
  if (code == "E0112") {
    message = "One comparison at a time: `a < b and b < c`.";
    uint32_t from = tree_.nodes[open_.back().node].begin;
    end = last_end;
    at = std::min(from, end);
    Diagnostic diagnostic = make();
    if (auto fix = compared_twice(source_, at, end)) diagnostic.fix(std::move(*fix));
    return diagnostic;
  }
  if (code == "E0113") {
    end = at + 2;
    while (end < size && text[end] == '=') ++end;
    message = "Equality is spelled `is`.";
    Diagnostic diagnostic = make();
    bool left = at > 0 && text[at - 1] != ' ', right = end < size && text[end] != ' ';
    diagnostic.fix({"Write `is`", {{&source_, {at, end}, fmt::format("{}is{}", left ? " " : "", right ? " " : "")}}, true});
    return diagnostic;
  }
  if (code == "E0114") {
    uint32_t blank = at, field = name_end(text, at + 1);
    while (blank > 0 && text[blank - 1] == ' ') --blank;
    uint32_t owner = blank;
    while (owner > 0 && (name_end(text, owner - 1) >= blank || text[owner - 1] == '-')) --owner;
    end = std::max(field, at + 1);
    if (at + 1 < size && text[at + 1] == '.') {
      message = "There are no ranges.";
      help = "A list is written out, `[1, 2, 3]`; a limit is a comparison, `200 <= n and n < 300`.";
      end = at + 2;
      return make();
    }
    message = fmt::format("No blank before a field: `{}{}`.", text.substr(owner, blank - owner), text.substr(at, end - at));
    Diagnostic diagnostic = make();
    diagnostic.fix({"Remove the blank", {{&source_, {blank, at}, ""}}, true});
    return diagnostic;
  }
  if (code == "E0115") {
    uint32_t line = tree_.nodes[open_.back().node].begin;
    uint32_t line_end = static_cast<uint32_t>(std::min<size_t>(text.find('\n', at), size)), rest = end;
    while (rest < line_end && text[rest] == ' ') ++rest;
    std::string limit(text.substr(line, at - line));
    while (!limit.empty() && limit.back() == ' ') limit.pop_back();
    std::string mended = fmt::format("do {} {}", limit, text.substr(rest, line_end - rest));
    message = fmt::format("`do` comes first: `{}`.", visible_source(mended));
    Diagnostic diagnostic = make();
    diagnostic.fix({"Put `do` first", {{&source_, {line, line_end}, mended}}, true});
    return diagnostic;
  }
  if (code == "E0116") {
    while (end < size && text[end] != ' ' && text[end] != '\n') ++end;
    message = "A length of time is not negative.";
    if (at < end && text[at] == '-') help = fmt::format("Write `{}`.", visible_source(text.substr(at + 1, end - at - 1)));
    Diagnostic diagnostic = make();
    if (at < size && text[at] == '-') diagnostic.fix({"Remove the minus", {{&source_, {at, at + 1}, ""}}, false});
    return diagnostic;
  }
  if (code == "E0117") {
    end = std::min(size, at + 1);
    message = "This is nested too deep, or too long: at most 200 levels, 64 KiB an utterance.";
    help = "Give a part of it a name, or put it in a script.";
    return make();
  }
  if (code == "E0120") {
    std::string_view above = last_child() ? line_opener(last_child()) : std::string_view();
    message = above.empty()
                  ? std::string("This line is indented, but no block is open here.")
                  : fmt::format("This line is indented, but the line above it, `{}`, opens no block.", visible_source(above));
    uint32_t line_end = static_cast<uint32_t>(std::min<size_t>(text.find('\n', at), size));
    end = line_end;
    help = word == "otherwise" ? "`otherwise` stands in the column of the line that it answers." : above.empty() ? "" : fmt::format("Indent it as far as `{}`.", visible_source(above));
    Diagnostic diagnostic = make();
    if (!tree_.trivia.empty() && tree_.trivia.back().kind == Trivia::Kind::Comment && last_child() &&
        tree_.trivia.back().begin >= tree_.nodes[last_child()].end)
      diagnostic.note("A comment in the margin ends the text above it.");
    else if (!above.empty() && last_child()) {
      // The lines beneath it that are as deep belong together; one edit moves them all.
      const uint32_t above_line = source_.line_at(tree_.nodes[last_child()].begin), first = source_.line_at(at);
      const size_t column = source_.line(above_line).find_first_not_of(' '), deep = at - source_.line_begin(first);
      std::vector<Edit> edits;
      for (uint32_t number = first; number <= source_.line_at(size); ++number) {
        const std::string_view line = source_.line(number);
        const size_t begin = line.find_first_not_of(' ');
        if (begin == std::string_view::npos) continue;
        if (begin < deep) break;
        edits.push_back({&source_, {source_.line_begin(number), source_.line_begin(number) + static_cast<uint32_t>(deep - std::min(column, deep))}, ""});
      }
      if (column < deep && !edits.empty()) diagnostic.fix({fmt::format("Indent it as far as `{}`", visible_source(above)), std::move(edits), false});
    }
    return diagnostic;
  }
  if (code == "E0121") {
    message = "This indentation matches no block around it.";
    std::vector<std::string> open;
    for (uint32_t column : columns) open.push_back(std::to_string(column + 1));
    help = fmt::format("The blocks around it begin at column {}.", list(open, " and "));
    Diagnostic diagnostic = make();
    const uint32_t line = source_.line_begin(source_.line_at(at));
    uint32_t nearest = 0;
    for (uint32_t column : columns)
      if (column > 0 && (nearest == 0 || std::max(column, at - line) - std::min(column, at - line) <= std::max(nearest, at - line) - std::min(nearest, at - line))) nearest = column;
    if (nearest > 0) diagnostic.fix({fmt::format("Begin it at column {}", nearest + 1), {{&source_, {line, at}, std::string(nearest, ' ')}}, false});
    return diagnostic;
  }
  if (code == "E0205") {
    const std::string_view answered = line_around(at);
    if (end < size && text[end] == ':') {
      message = "`otherwise` stands alone on its line.";
      help = "No colon: what is to be done stands beneath it.";
      Diagnostic diagnostic = make();
      if (answered.find_last_not_of(" :") + 1 > std::string_view("otherwise").size()) return diagnostic;
      diagnostic.fix({"Remove the colon", {{&source_, {end, end + 1}, ""}}, true});
      return diagnostic;
    } else if (answered.starts_with("otherwise if ")) {
      message = "A second condition is written `otherwise when`.";
      help = fmt::format("Write `otherwise when {}`.", visible_source(answered.substr(13, 60)));
      return make().fix({"Write `when`", {{&source_, {at + 10, at + 12}, "when"}}, true});
    } else if (last_child() == 0) {
      message = "`otherwise` answers a failure, but no line stands above it.";
    } else {
      std::string_view above = line_opener(last_child());
      message = fmt::format("`otherwise` answers a failure, but `{}` cannot fail.", visible_source(above));
      const uint32_t number = source_.line_at(at);
      for (uint32_t up = number; up > 1 && help.empty();) {
        const std::string_view line = source_.line(--up);
        const size_t first = line.find_first_not_of(' ');
        if (first == std::string_view::npos || first >= at - source_.line_begin(number)) continue;
        if (line.substr(first).starts_with("when ") || line.substr(first).starts_with("otherwise when ")) help = "If it is the other case of the `when` above, it stands in the column of that.";
        break;
      }
      if (above == "check") help = "To go on only if it passes, write `require` instead of `check`.";
    }
    return make();
  }
  if (code == "E0402") {
    message = "A check may only look. `do` does not belong in it.";
    help = "Move this line to a step.";
    return make();
  }
  if (code == "E0705") {
    message = "This line is part of the command above it, yet begins like a line of its own.";
    help = "Indent it less.";
    end = static_cast<uint32_t>(std::min<size_t>(text.find('\n', at), size));
    Diagnostic diagnostic = make();
    const uint32_t line = source_.line_begin(source_.line_at(at));
    diagnostic.fix({"Indent it as the line that it follows", {{&source_, {line, at}, std::string(columns_above(source_, at), ' ')}}, false});
    return diagnostic;
  }
  message = "This line is broken.";
  return make();
}

bool State::is_foreign() {
  const std::optional<Foreign> other = foreign(text, declaration_words());
  if (other) add(Diagnostic("E0101", source_, {other->begin, other->end}, fmt::format("This is {}, and no runbook.", other->what), std::string(other->help)));
  return other.has_value();
}

// Whether what is broken here only follows from what was reported above it.
bool State::follows(const SyntaxError& error) {
  const std::string_view code = error.code;
  // What closes a block that another tool opened on a broken line.
  const std::string_view whole = line_around(std::min(error.at, static_cast<uint32_t>(text.size())));
  const bool closes = whole == "}" || whole == "fi" || whole == "done" || whole == "esac" || whole == "```" || whole == "endif" || whole == "}," || whole == "});" || whole == "})";
  if (closes && foreign_blocks_ > 0) return --foreign_blocks_, true;
  if (whole.ends_with("{") || whole.starts_with("```") || whole.ends_with("; then") || whole.ends_with(" then") || whole.ends_with("; do")) ++foreign_blocks_;
  // Beneath a broken line nobody knows what an `otherwise` answers.
  if (code == "E0205" && last_child() && tree_.nodes[last_child()].kind == Kind::Error) return true;
  // A runbook whose lines all stand at the margin lacks its block once.
  const uint32_t at = std::min(error.at, static_cast<uint32_t>(text.size()));
  const std::string_view word = word_at(at);
  const auto inner = [&](const Words& words) { return std::find(words.begin(), words.end(), word) != words.end(); };
  if (code == "E0101" && flat_ && (inner(part_words()) || inner(statement_words()))) return true;
  // A line that left its block leaves all of the block without one, as far as the next declaration.
  if (code == "E0121") {
    const uint32_t line = source_.line_at(at);
    uint32_t top = line;
    while (top > 1 && !sink_.full() && name_end(text, source_.line_begin(top)) == source_.line_begin(top)) --top;
    if (!astray_.emplace(top, at - source_.line_begin(line)).second) return true;
  }
  const std::string_view line = line_around(at);
  // Of lines that stand beneath the wrong header the first tells.
  const bool elsewhere = inner(part_words()) || inner(statement_words()) || inner(check_words()) || inner(declaration_words()) || word == "cause" || word == "symptom" || word == "otherwise" ||
                         (code == "E0109" && open_kind() == Kind::Resource && line.find(" = ") != std::string_view::npos);
  const bool beneath = code == "E0102" || code == "E0103" || code == "E0104" || code == "E0105" || code == "E0109" || code == "E0402";
  if (beneath && elsewhere && !misplaced_.emplace(open_begin(), code == "E0102").second) return true;
  // Lines of something else that stand together are told of once, at the first.
  const bool lacks_block = code == "E0100" && std::any_of(wanted_.begin(), wanted_.end(), [](const Wanted& one) { return std::string_view(one.what) == "an indented block"; });
  const bool first_word = at == line_begin(at) && !lacks_block && (beneath || code == "E0100" || code == "E0101" || code == "E0106" || code == "E0107");
  if (first_word && !sink_.full()) {
    const Diagnostic said = explain(error);
    const bool together = strange_ && source_.line_at(at) == resumed_ && said.fixes.empty() && said.help == strange_help_;
    strange_ = said.fixes.empty();
    strange_help_ = said.help;
    if (together) return true;
  } else {
    strange_ = false;
  }
  flat_ = lacks_block;
  return false;
}

void State::report(const SyntaxError& error) {
  if (hasty) throw NotHasty{};
  if (follows(error)) return;
  // Past the limit errors are only counted, so nothing is worded for them.
  if (sink_.full())
    add(Diagnostic("E0100", source_, {error.at, error.at}, {}));
  else
    add(explain(error));
}

void State::add(Diagnostic diagnostic) {
  if (diagnostic.severity == Severity::Error) {
    uint32_t line = source_.line_at(diagnostic.primary.span.begin);
    if (!error_lines_.insert(line).second) return;
  }
  sink_.add(std::move(diagnostic));
}

} // namespace rbc::parsing
