// Slips within a line and of a whole line that are told by more than a first word, with what stands there instead.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "grammar/diagnostic.hpp"
#include "grammar/habits.hpp"

namespace rbc::parsing {

namespace {

bool a_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }
bool a_digit(char c) { return c >= '0' && c <= '9'; }
bool goes_into_a_name(char c) { return a_letter(c) || a_digit(c) || c == '_' || c == '-'; }

std::string_view stripped(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// A piece of the reader's line in a sentence, with its last words left out where it is long.
std::string in_short(std::string_view text) {
  constexpr size_t kLongest = 60;
  text = stripped(text);
  if (text.size() <= kLongest) return visible_source(text);
  return visible_source(text.substr(0, text.substr(0, kLongest).find_last_of(' '))) + " …";
}

// A word, or a run of signs such as `&&`.
std::string_view word_or_sign(std::string_view rest) {
  size_t end = 0;
  if (!rest.empty() && (a_letter(rest[0]) || a_digit(rest[0])))
    while (end < rest.size() && (goes_into_a_name(rest[end]) || rest[end] == '\'')) ++end;
  else
    while (end < rest.size() && rest[end] != ' ' && rest[end] != '"' && !a_letter(rest[end]) && !a_digit(rest[end])) ++end;
  return rest.substr(0, end);
}

std::string_view line_word(std::string_view line) { return line.substr(0, std::min(line.find_first_of(" :=(>$,."), line.size())); }

bool stands_in(std::string_view list, std::string_view word) {
  for (size_t begin = 0; begin <= list.size();) {
    const size_t end = std::min(list.find('|', begin), list.size());
    if (list.substr(begin, end - begin) == word) return true;
    begin = end + 1;
  }
  return false;
}

// How much of `rest` a list of what is said matches; nothing where it does not.
std::optional<size_t> how_much_matches(std::string_view list, std::string_view rest) {
  constexpr std::string_view kPrefix = "…";
  const std::string_view word = word_or_sign(rest);
  if (list.empty()) return rest.empty() ? std::optional<size_t>(0) : std::nullopt;
  for (size_t begin = 0; begin <= list.size();) {
    const size_t end = std::min(list.find('|', begin), list.size());
    std::string_view one = list.substr(begin, end - begin);
    begin = end + 1;
    if (one == "*" && !word.empty()) return word.size();
    if (!one.ends_with(kPrefix)) {
      if (!one.empty() && one == word) return word.size();
      continue;
    }
    one.remove_suffix(kPrefix.size());
    if (!rest.starts_with(one)) continue;
    if (one == ":") return 1;
    return std::max(stripped(one).size(), word.size());
  }
  return {};
}

std::string filled_in(std::string_view sentence, const BrokenLine& broken, size_t length) {
  const std::string_view rest = broken.line.substr(broken.at);
  std::string text;
  for (size_t i = 0; i < sentence.size(); ++i) {
    if (sentence[i] != '%' || i + 1 == sentence.size()) {
      text += sentence[i];
      continue;
    }
    switch (sentence[++i]) {
      case 'b': text += in_short(broken.line.substr(0, broken.at)); break;
      case 'w': text += in_short(rest.substr(0, length)); break;
      case 'a': text += in_short(rest.substr(length)); break;
      case 'r': text += in_short(rest); break;
      case '2': text += in_short(word_or_sign(stripped(broken.line.substr(std::min(broken.line.find(' '), broken.line.size()))))); break;
      default: text += sentence[i];
    }
  }
  return text;
}

Advice mend(std::string_view mended, const BrokenLine& broken, size_t length, std::string help) {
  Advice advice{std::move(help), 0, 0, {}, false};
  if (mended.empty()) return advice;
  advice.safe = !mended.ends_with('?');
  if (!advice.safe) mended.remove_suffix(1);
  advice.begin = broken.at, advice.end = broken.at + length;
  const auto blanks_before = [&] {
    while (advice.begin > 0 && broken.line[advice.begin - 1] == ' ') --advice.begin;
  };
  if (mended == "~") {
    if (advice.end < broken.line.size() && broken.line[advice.end] == ' ') ++advice.end;
    else blanks_before();
    if (advice.begin > 0 && advice.end < broken.line.size() && broken.line[advice.begin - 1] != ' ') advice.mended = " ";
  } else if (mended == "^:") {
    blanks_before();
    advice.end = advice.begin;
    advice.mended = ":";
  } else if (mended.starts_with("^ ")) {
    advice.end = advice.begin;
    blanks_before();
    const bool tight = advice.end < broken.line.size() && std::string_view(",):").find(broken.line[advice.end]) != std::string_view::npos;
    advice.mended = fmt::format(" {}{}", mended.substr(2), tight || advice.end == broken.line.size() ? "" : " ");
  } else if (mended == "," || mended == ":") {
    blanks_before();
    advice.mended = std::string(mended);
  } else {
    const bool left = broken.at > 0 && broken.line[broken.at - 1] != ' ' && mended[0] != ' ', right = advice.end < broken.line.size() && broken.line[advice.end] != ' ';
    advice.mended = fmt::format("{}{}{}", left ? " " : "", mended, right ? " " : "");
  }
  return advice;
}

// `x <> 5`, `x is > 5`, `x > 5 and < 9`, `x is greater than 5`.
Advice comparison_slip(const BrokenLine& broken) {
  const std::string_view rest = broken.line.substr(broken.at), before = broken.line.substr(0, broken.at);
  if (broken.wants("the end of the line") && rest.starts_with("than ")) {
    constexpr std::pair<std::string_view, std::string_view> kWords[] = {{"greater", ">"}, {"bigger", ">"}, {"larger", ">"}, {"more", ">"}, {"higher", ">"}, {"longer", ">"}, {"less", "<"}, {"smaller", "<"}, {"lower", "<"}, {"fewer", "<"}, {"shorter", "<"}};
    for (auto& [word, sign] : kWords)
      if (const std::string said = fmt::format("is {} ", word); before.ends_with(said)) return {fmt::format("Write `{}`.", sign), broken.at - said.size(), broken.at + 4, std::string(sign), true};
  }
  if (broken.wants("a value") && rest.size() > 2 && rest[0] == '<' && a_letter(rest[1]) && rest.find('>') == 1 + word_or_sign(rest.substr(1)).size())
    return {fmt::format("A name stands here as it is: `{}`.", word_or_sign(rest.substr(1))), broken.at, broken.at + rest.find('>') + 1, std::string(word_or_sign(rest.substr(1))), true};
  if (!broken.wants("a value") || rest.empty() || (rest[0] != '>' && rest[0] != '<' && rest[0] != '=')) return {};
  if (rest[0] == '>' && before.ends_with("<")) return {"Write `is not`.", broken.at - 1, broken.at + 1, rest.size() > 1 && rest[1] == ' ' ? "is not" : "is not ", true};
  if (before.ends_with(" is ") && rest[0] != '=') return {"To compare with a sign, leave out the `is`.", broken.at - 3, broken.at, {}, true};
  if (before.ends_with(" and ") || before.ends_with(" or ")) return {"Say on both sides what is compared: `x > 5 and x < 9`.", 0, 0, {}, false};
  return {};
}

// ── whole lines ──

Advice whole_line(std::string_view line, std::string help, std::string mended, bool safe) { return {std::move(help), 0, line.size(), std::move(mended), safe}; }
Advice written_as(std::string_view line, std::string mended, bool safe) {
  std::string help = fmt::format("Write `{}`.", in_short(mended));
  return whole_line(line, std::move(help), std::move(mended), safe);
}

bool speaks(std::string_view word) {
  static constexpr std::string_view kVerbs = "select|insert|update|delete|with|show|explain|vacuum|analyze|truncate|alter|create|drop|values|get|head|post|put|patch|"
                                             "ping|info|ps|logs|restart|ls|df|cat|systemctl|disk|memory";
  std::string said(word);
  for (char& c : said) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return !said.empty() && stands_in(kVerbs, said);
}

// `db > select 1`, `db: select 1`, `db -> select 1`, `root@web1:~# ls`.
Advice prompt_slip(std::string_view line, std::string_view name, std::string_view rest) {
  if (name.empty() || !a_letter(name[0])) return {};
  const std::string_view after = stripped(rest);
  const bool tight = !rest.empty() && rest[0] != ' ';
  for (const std::string_view sign : {"->", "=>", ">>", ">>>", "#", "%", "=#", ":", ">", "$"}) {
    if (!after.starts_with(sign) || after.size() <= sign.size() || (after[sign.size()] != ' ' && !(sign == ":" && tight))) continue;
    const std::string_view said = stripped(after.substr(sign.size()));
    const bool shell = sign == "$" || sign == "#" || sign == "%";
    if (sign == ":" && (!speaks(word_or_sign(said)) || (said.size() > 1 && std::isupper(static_cast<unsigned char>(said[0])) && !std::isupper(static_cast<unsigned char>(said[1]))))) return {};
    if (sign == ">" && tight) return {};
    const std::string mended = fmt::format("{}{} {}", name, shell ? "$" : ">", said);
    const bool blank = sign == ">" || sign == "$";
    return whole_line(line, fmt::format("{}: `{}`.", blank ? "No blank before the sign of a prompt" : "A prompt is a name and `>`, or `$` for a shell", in_short(mended)), mended, blank);
  }
  if (rest.starts_with("@") || rest.starts_with("[") || (name == "root" && tight))
    if (const size_t sign = rest.find_first_of("#$%"); sign != std::string_view::npos && sign + 1 < rest.size())
      return {fmt::format("A prompt names its resource: declare `host box`, and say `box$ {}`.", in_short(rest.substr(sign + 1))), 0, 0, {}, false};
  if (!tight && !stands_in("run|exec|execute|call", name) && speaks(word_or_sign(after))) return {fmt::format("After the name stands the sign of a prompt: `{}> {}`, or `{}$ …` for a shell.", name, in_short(after), name), 0, 0, {}, false};
  return {};
}

// `if (up fails); then`, `for x in xs:`, `else if …`.
Advice control_slip(std::string_view line, std::string_view word, std::string_view rest) {
  rest = stripped(rest);
  const auto without_end = [](std::string_view text) {
    for (const std::string_view ending : {"; then", " then", ";then", " do", "; do", " {", ":", "{", ";"})
      if (text.ends_with(ending)) text.remove_suffix(ending.size());
    text = stripped(text);
    if (text.starts_with("(") && text.ends_with(")") && text.find(')') + 1 == text.size()) text = stripped(text.substr(1, text.size() - 2));
    return text;
  };
  if (word == "if" || word == "elif" || word == "unless" || (word == "else" && rest.starts_with("if ")) || (word == "else" && rest.starts_with("when "))) {
    std::string_view condition = without_end(word == "else" ? rest.substr(rest.find(' ')) : rest);
    if (condition == "failed" || condition == "error" || condition == "it fails") return {"Write `otherwise` beneath the line that may fail, in its column.", 0, 0, {}, false};
    if (condition.empty() || condition[0] == '[' || condition[0] == '$' || condition.find('"') != std::string_view::npos || condition.find(": ") != std::string_view::npos) return {};
    const std::string_view head = word == "if" || word == "unless" ? "when" : "otherwise when";
    if (word == "unless") {
      if (condition.ends_with(" passes")) return written_as(line, fmt::format("when {} fails", condition.substr(0, condition.size() - 7)), false);
      return {fmt::format("Write `when not ({})`, or the opposite.", in_short(condition)), 0, 0, {}, false};
    }
    std::string ours(condition);
    for (const auto& [theirs, sign] : {std::pair<std::string_view, std::string_view>{" == ", " is "}, {" != ", " is not "}, {" && ", " and "}, {" || ", " or "}})
      for (size_t at = ours.find(theirs); at != std::string::npos; at = ours.find(theirs)) ours.replace(at, theirs.size(), sign);
    return written_as(line, fmt::format("{} {}", head, ours), false);
  }
  if (word == "for" && !rest.starts_with("each ")) {
    std::string_view said = without_end(rest);
    if (said.starts_with("every ")) said = stripped(said.substr(6));
    if (said.find(" in ") == std::string_view::npos) return {"A loop goes over a list: `for each x in [\"a\", \"b\"]`.", 0, 0, {}, false};
    const std::string_view list = stripped(said.substr(said.find(" in ") + 4));
    if (!list.empty() && (a_digit(list[0]) || list.starts_with("{") || list.starts_with("$"))) return {fmt::format("A loop goes over a list: `for each {} in [1, 2, 3]`.", in_short(word_or_sign(said))), 0, 0, {}, false};
    return written_as(line, fmt::format("for each {}", said), false);
  }
  if (word == "within" && !rest.empty()) {
    if (rest.ends_with(":")) return written_as(line, fmt::format("within {}", stripped(rest.substr(0, rest.size() - 1))), true);
    const BrokenLine length{line, line.size() - rest.size(), {"a duration such as 30m"}};
    return habit_within(length);
  }
  return {};
}

// `x := 5`, `int x = 5`, `pool size = 5`, `2nd = 5`.
Advice naming_slip(std::string_view line, std::string_view name, std::string_view rest) {
  const size_t equals = line.find('=');
  rest = stripped(rest);
  if (rest.starts_with(":= ")) return written_as(line, fmt::format("{} = {}", name, stripped(rest.substr(2))), true);
  if (rest.starts_with("<- ")) return written_as(line, fmt::format("{} = {}", name, stripped(rest.substr(2))), false);
  if (rest.starts_with("++") || rest.starts_with("--")) return {fmt::format("A name keeps its value; give the new one a name of its own: `more = {} {} 1`.", name, rest.substr(0, 1)), 0, 0, {}, false};
  if (equals == std::string_view::npos || line.substr(equals).starts_with("==") || equals == 0) return {};
  const std::string_view left = stripped(line.substr(0, equals)), right = stripped(line.substr(equals + 1));
  constexpr std::string_view kTypes = "text|int|number|percent|duration|size|rate|instant|bool|url|json|string|str|integer|float|boolean";
  if (left.empty() || right.empty()) return {};
  const size_t blank = left.find(' ');
  if (left[0] == '$') return written_as(line, fmt::format("{} = {}", left.substr(1), right), false);
  if (rest.starts_with(":") && stands_in(kTypes, stripped(left.substr(left.find(':') + 1)))) return written_as(line, fmt::format("{} as {} = {}", name, stripped(left.substr(left.find(':') + 1)), right), false);
  if (blank != std::string_view::npos && stands_in(kTypes, left.substr(0, blank))) return written_as(line, fmt::format("{} as {} = {}", stripped(left.substr(blank)), left.substr(0, blank), right), false);
  if (a_digit(left[0])) return {"A name begins with a letter.", 0, 0, {}, false};
  const bool plain = std::all_of(left.begin(), left.end(), [](char c) { return goes_into_a_name(c) || c == ' ' || c == '.'; });
  if (plain && left.back() == '-') return {"A name ends with a letter or a digit.", 0, 0, {}, false};
  if (plain && left.find_first_of(" .") != std::string_view::npos && left.find(" as ") == std::string_view::npos) {
    std::string joined(left);
    std::replace_if(joined.begin(), joined.end(), [](char c) { return c == ' ' || c == '.'; }, '-');
    Advice advice = written_as(line, fmt::format("{} = {}", joined, right), false);
    advice.help = fmt::format("A name is one word: `{} = …`.", joined);
    return advice;
  }
  return {};
}

// Items, links and rules of Markdown; pieces of HTML.
Advice document_slip(std::string_view line) {
  if (line.starts_with("[ ]:")) return written_as(line, fmt::format("[ ] {}", stripped(line.substr(4))), true);
  if (line == "[ ]") return {"Say what is to be done: `[ ] …`.", 0, 0, {}, false};
  if (line.starts_with("[@")) return {"Whose item it is stands there as a name: `[ann] …`, with `contact ann`.", 0, 0, {}, false};
  if (line.starts_with("( )") || line.starts_with("(x)")) return written_as(line, fmt::format("[ ] {}", stripped(line.substr(3))), true);
  const bool link = (line.starts_with("[") || line.starts_with("![")) && line.find("](") != std::string_view::npos;
  if (link || line.starts_with("http://") || line.starts_with("https://")) return {"An address for people is a note, `> …`, or stands in the runbook as `see …`.", 0, 0, {}, false};
  if (line.starts_with("|")) return {"A table stands in notes, each line behind `>`.", 0, 0, {}, false};
  if (line.starts_with("<!--")) return {"A comment begins with `#`, and a note for people with `>`.", 0, 0, {}, false};
  if (line.size() > 2 && (line.find_first_not_of('-') == std::string_view::npos || line.find_first_not_of('=') == std::string_view::npos || line.find_first_not_of('*') == std::string_view::npos))
    return {"Delete the line: steps divide a runbook.", 0, 0, {}, false};
  if (line.starts_with("\"")) return {"Words for people begin with `>` (a note) or `[ ]` (something to do), without quotes.", 0, 0, {}, false};
  if (line.starts_with("?")) return {"What is not known yet is an item: `[ ] …`.", 0, 0, {}, false};
  return {};
}

}  // namespace

Advice slip_within(const BrokenLine& broken) {
  struct Row {
    std::string_view lines, wanted, said, sentence, mended;
  };
#define RBC_SLIP(lines, wanted, said, sentence, mended) {lines, wanted, said, sentence, mended},
  static constexpr Row kRows[] = {
#include "grammar/slips.def"
  };
#undef RBC_SLIP
  const std::string_view first = line_word(broken.line), rest = broken.line.substr(broken.at);
  if (Advice found = comparison_slip(broken); !found.help.empty()) return found;
  if (rest.empty() && broken.wants("text to the end of the line")) {
    const size_t colon = broken.line.find_last_of(':', broken.at);
    return {"Nothing follows the colon: write the words, or delete it.", colon == std::string_view::npos ? 0 : colon, colon == std::string_view::npos ? 0 : colon + 1, {}, false};
  }
  for (const Row& row : kRows) {
    if (!row.lines.empty() && (broken.at == 0 || !stands_in(row.lines, first))) continue;
    if (!row.wanted.empty() && !broken.wants(row.wanted)) continue;
    const std::optional<size_t> length = how_much_matches(row.said, rest);
    if (length) return mend(row.mended, broken, *length, filled_in(row.sentence, broken, *length));
  }
  return {};
}

Advice slip_of_line(std::string_view line) {
  line = stripped(line);
  size_t end = 0;
  while (end < line.size() && goes_into_a_name(line[end])) ++end;
  const std::string_view word = line.substr(0, end), rest = line.substr(end);
  Advice found = control_slip(line, word, rest);
  if (found.help.empty()) found = document_slip(line);
  return found;
}

Advice slip_of_name(std::string_view line) {
  line = stripped(line);
  size_t end = 0;
  while (end < line.size() && goes_into_a_name(line[end])) ++end;
  const std::string_view word = line.substr(0, end), rest = line.substr(end);
  Advice found = prompt_slip(line, word, rest);
  if (found.help.empty()) found = naming_slip(line, word, rest);
  return found;
}

}  // namespace rbc::parsing
