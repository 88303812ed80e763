#include "run/narrate.hpp"

#include <ctime>
#include <utility>

#include <fmt/format.h>

namespace rbc {

namespace narration {

Ink ink_of(Colour colour) {
  switch (colour) {
    case Colour::green: return Ink::green;
    case Colour::amber: return Ink::amber;
    case Colour::red: return Ink::red;
    case Colour::blind: return Ink::blind;
  }
  return Ink::plain;
}

std::string_view code_of(Ink ink) {
  switch (ink) {
    case Ink::plain: return "";
    case Ink::bold: return "\x1b[1m";
    case Ink::dim: return "\x1b[2m";
    case Ink::green: return "\x1b[32m";
    case Ink::amber: return "\x1b[33m";
    case Ink::red: return "\x1b[1;31m";
    case Ink::blind: return "\x1b[35m";
  }
  return "";
}

// Every line of a text that is shown whole, each on its own, indented.
void add_lines(std::vector<Narrated>& out, std::string_view text, std::string_view indent, Ink ink, std::size_t most) {
  std::size_t shown = 0, begin = 0, total = 0;
  while (begin <= text.size()) {
    std::size_t end = text.find('\n', begin);
    if (end == std::string_view::npos) end = text.size();
    if (!(end == text.size() && begin == end)) {
      if (++total <= most) out.push_back({{ink, fmt::format("{}{}", indent, text.substr(begin, end - begin))}}), ++shown;
    }
    begin = end + 1;
  }
  if (total > shown) out.push_back({{Ink::dim, fmt::format("{}… and {} more lines", indent, total - shown)}});
}

std::string names_of(const Program& program, const NoticeInfo& notice) {
  std::string out;
  for (std::uint32_t resource : notice.to) {
    if (resource >= program.resources.size()) continue;
    const Resource& r = program.resources[resource];
    out += (out.empty() ? "" : ", ") + (r.title.empty() ? r.name : r.title);
  }
  return out;
}

std::string_view word_of(Request::Question question, const HumanInfo* row) {
  static constexpr std::string_view kRows[] = {"[ ]", "ask", "choose", "confirm", "judge", "approve", "caution"};
  switch (question) {
    case Request::Question::gate: return "do ?";
    case Request::Question::undo: return "undo ?";
    case Request::Question::doubt: return "in doubt";
    case Request::Question::failure: return "failed";
    case Request::Question::line: break;
  }
  return row ? kRows[static_cast<std::size_t>(row->kind)] : "asked";
}

std::string_view word_of(Way way) {
  switch (way) {
    case Way::answer: return "looked";
    case Way::refusal: return "refused";
    case Way::silence: return "no answer";
    case Way::blindness: return "blind";
  }
  return "";
}

std::string_view answer_word(Completion::Reply reply) {
  using Reply = Completion::Reply;
  switch (reply) {
    case Reply::none:
    case Reply::value: return "";
    case Reply::yes: return "yes";
    case Reply::no: return "no";
    case Reply::skip: return "skipped";
    case Reply::skip_step: return "the step is skipped";
    case Reply::retry: return "try again";
    case Reply::escalate: return "escalate";
    case Reply::abort: return "abort";
    case Reply::happened: return "it happened";
    case Reply::did_not: return "it did not happen";
    case Reply::unknown: return "nobody knows";
    case Reply::timed_out: return "nobody answered in time";
  }
  return "";
}

std::string one_line(std::string_view text) { return visible(text.substr(0, text.find('\n')), false); }

}  // namespace narration

std::string short_time(Micros micros) {
  if (micros < 0) micros = 0;
  if (micros < 1000) return "< 1 ms";
  if (micros < 1'000'000) return fmt::format("{} ms", micros / 1000);
  if (micros < 60'000'000) return fmt::format("{:.1f} s", static_cast<double>(micros) / 1e6);
  Micros seconds = micros / kSecond;
  if (seconds < 3600) return fmt::format("{}m{:02}s", seconds / 60, seconds % 60);
  return fmt::format("{}h{:02}m", seconds / 3600, seconds / 60 % 60);
}

std::string clock_time(Micros wall) {
  std::time_t seconds = static_cast<std::time_t>(wall / kSecond);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return fmt::format("{:02}:{:02}:{:02}", parts.tm_hour, parts.tm_min, parts.tm_sec);
}

std::size_t width_of(std::string_view text) {
  std::size_t n = 0;
  for (unsigned char c : text) n += (c & 0xC0) != 0x80;
  return n;
}

std::string clip(std::string_view text, std::size_t width) {
  if (width_of(text) <= width) return std::string(text);
  if (width == 0) return {};
  std::size_t i = 0, n = 0;
  while (i < text.size()) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80 && n++ == width - 1) break;
    ++i;
  }
  return std::string(text.substr(0, i)) + "…";
}

std::string ink(const Narrated& line, bool colour) {
  std::string out;
  for (const Stretch& stretch : line) {
    std::string_view code = colour ? narration::code_of(stretch.ink) : "";
    out += code;
    out += stretch.text;
    if (!code.empty()) out += "\x1b[0m";
  }
  return out;
}

std::vector<Narrated> Narrator::tell(const Delivery& delivery) const {
  if (delivery.problem.empty() || delivery.resource >= program_.resources.size()) return {};
  return {{{Ink::red, "  undelivered  "}, {Ink::plain, fmt::format("{}: {}", program_.resources[delivery.resource].name, narration::one_line(delivery.problem))}}};
}

std::vector<Narrated> Narrator::tell(const Trace& t) {
  using namespace narration;   // NOLINT: this function is that namespace's only caller
  std::vector<Narrated> out;
  const Runbook& book = program_.runbook;
  switch (t.what) {
    case Trace::What::step_began: {
      last_verdicts_.clear();
      sleeping_at_ = UINT32_MAX;
      const std::string name = t.index < book.steps.size() ? book.steps[t.index].name : std::string();
      const std::string title = t.title.empty() ? name : one_line(t.title);
      out.push_back({{Ink::bold, fmt::format("Step {} of {}: {}", t.index + 1, book.steps.size(), title)}, {Ink::dim, fmt::format("  ({})", name)}});
      break;
    }
    case Trace::What::step_ended: break;
    case Trace::What::step_skipped:
      out.push_back({{Ink::dim, fmt::format("  skipped    {}, {}", t.index < book.steps.size() ? book.steps[t.index].name : one_line(t.title), one_line(t.text))}});
      break;
    case Trace::What::note: add_lines(out, visible(t.text, true), "  > ", Ink::dim, 40); break;
    case Trace::What::look_ended: {
      if (t.index >= program_.templates.size()) break;
      if (t.fiber.find('/') != std::string::npos) break;   // a look inside a check: the check's line says it
      std::string said = clip(one_line(t.text), 80);
      if (t.value.is_missing()) {
        out.push_back({{Ink::blind, fmt::format("  {:<9}  ", word_of(t.value.way()))}, {Ink::plain, fmt::format("{}: {}", said, one_line(t.value.text()))}});
      } else {
        out.push_back({{Ink::dim, "  looked     "}, {Ink::plain, said}, {Ink::dim, fmt::format("  ({})", short_time(t.took))}});
      }
      break;
    }
    case Trace::What::check_ended: {
      if (t.index >= program_.checks.size() || t.value.tag() != Tag::verdict) break;
      const CheckInfo& check = program_.checks[t.index];
      std::string title = t.title.empty() ? check.name : one_line(t.title);
      std::string why = one_line(t.value.text());
      if (why.empty() && t.measured.tag() != Tag::nothing) why = prose(t.measured);
      std::string line = fmt::format("{}{}", why.empty() ? "" : ": ", why);
      std::string key = fmt::format("{}|{}", spell(t.value.colour()), t.value.colour() == Colour::green ? "" : why);
      last_verdicts_.resize(program_.checks.size());
      if (last_verdicts_[t.index] == key) break;   // the same again: a poll is silent while nothing moves
      last_verdicts_[t.index] = key;
      out.push_back({{ink_of(t.value.colour()), fmt::format("  {:<9}  ", spell(t.value.colour()))},
                     {Ink::plain, clip(title + line, 300)},
                     {Ink::dim, fmt::format("  ({})", short_time(t.took))}});
      break;
    }
    case Trace::What::shown: {
      std::string text = t.value.is_missing() ? fmt::format("({})", one_line(t.value.text())) : whole(t.value);
      if (text.empty()) text = "(nothing)";
      out.push_back({{Ink::dim, fmt::format("  {}", t.title.empty() ? "shown" : one_line(t.title))}});
      add_lines(out, text, "    ", Ink::plain, 60);
      break;
    }
    case Trace::What::action_began:
      out.push_back({{Ink::bold, "  do         "}, {Ink::plain, clip(one_line(t.text), 100)}});
      break;
    case Trace::What::action_ended:
      if (t.value.is_missing()) out.push_back({{Ink::red, "  failed     "}, {Ink::plain, one_line(t.value.text())}, {Ink::dim, fmt::format("  ({})", short_time(t.took))}});
      else out.push_back({{Ink::green, "  done       "}, {Ink::plain, t.value.tag() == Tag::nothing ? "" : clip(prose(t.value), 100)}, {Ink::dim, fmt::format("  ({})", short_time(t.took))}});
      break;
    case Trace::What::cause_began: {
      std::string title = !t.title.empty() ? one_line(t.title) : t.index < book.causes.size() ? book.causes[t.index].name : "";
      out.push_back({{Ink::bold, "  cause      "}, {Ink::bold, title}});
      break;
    }
    case Trace::What::cause_tried: {
      if (t.result == 0) break;   // no symptom: silence, or every run would list what it is not
      next_cause_ = t.result == 1;
      std::string name = t.index < book.causes.size() ? book.causes[t.index].name : "";
      static constexpr std::string_view kEnds[] = {"", "its lines failed; the next cause", "it did not help; the next cause", "that was it"};
      if (t.result >= 1 && t.result <= 3)
        out.push_back({{t.result == 3 ? Ink::green : Ink::amber, "  cause      "}, {Ink::plain, fmt::format("{}: {}", name, kEnds[t.result])}});
      break;
    }
    case Trace::What::sleeping: {
      // Once a line: the screen counts down, and a log that falls silent says why.
      if (t.site >= program_.sites.size() || t.fiber != "0" || t.site == sleeping_at_) break;
      sleeping_at_ = t.site;
      out.push_back({{Ink::dim, "  waiting    "}, {Ink::dim, visible(program_.sites[t.site].text, false)}});
      break;
    }
    case Trace::What::question: {
      const HumanInfo* row = t.question == Request::Question::line && t.index < program_.humans.size() ? &program_.humans[t.index] : nullptr;
      asked_ = one_line(t.text.empty() ? t.title : t.text);
      if (row && row->kind == HumanKind::item) break;   // its answer says it all
      if (t.question == Request::Question::failure) break;   // the failure's own line did
      out.push_back({{Ink::bold, fmt::format("  {:<9}  ", word_of(t.question, row))}, {Ink::plain, clip(asked_, 160)}});
      break;
    }
    case Trace::What::answered: {
      const HumanInfo* row = t.question == Request::Question::line && t.index < program_.humans.size() ? &program_.humans[t.index] : nullptr;
      auto reply = static_cast<Completion::Reply>(t.result);
      std::string by = t.title.empty() ? "" : fmt::format("  (by {})", one_line(t.title));
      if (row && row->kind == HumanKind::item) {
        bool ticked = reply == Completion::Reply::yes;
        out.push_back({{ticked ? Ink::green : Ink::amber, ticked ? "  [x]        " : "  [ ]        "}, {Ink::plain, asked_},
                       {Ink::dim, ticked ? by : ": " + (t.text.empty() ? "left open" : one_line(t.text)) + by}});
        break;
      }
      std::string said(answer_word(reply));
      if (!t.text.empty()) said += (said.empty() ? "" : ": ") + one_line(t.text);
      out.push_back({{Ink::dim, "  answered   "}, {Ink::plain, said}, {Ink::dim, by}});
      break;
    }
    case Trace::What::notice: {
      if (t.index >= program_.notices.size()) break;
      const NoticeInfo& notice = program_.notices[t.index];
      bool pages = notice.what != NoticeInfo::What::tell;
      out.push_back({{pages ? Ink::red : Ink::bold, pages ? "  page       " : "  tell       "},
                     {Ink::plain, fmt::format("{}: {}", names_of(program_, notice), clip(one_line(t.text), 200))}});
      break;
    }
    case Trace::What::rung_fired:
      out.push_back({{Ink::amber, "  ladder     "}, {Ink::plain, t.text.empty() && t.site < program_.sites.size() ? visible(program_.sites[t.site].text, false) : one_line(t.text)}});
      break;
    case Trace::What::failure:
      out.push_back({{Ink::red, "  failure    "}, {Ink::plain, one_line(t.text)},
                     {Ink::dim, t.site < program_.sites.size() && program_.sites[t.site].line
                                    ? fmt::format("  ({}:{})", program_.sites[t.site].file < program_.files.size() ? program_.files[program_.sites[t.site].file] : "", program_.sites[t.site].line)
                                    : ""}});
      break;
    case Trace::What::recovered:
      // A cause whose lines failed says so itself.
      if (!std::exchange(next_cause_, false)) out.push_back({{Ink::dim, "  goes on    "}, {Ink::dim, "this failure is provided for"}});
      break;
    case Trace::What::outcome: {
      Outcome outcome = static_cast<Outcome>(t.result);
      Ink colour = outcome == Outcome::resolved ? Ink::green : outcome == Outcome::escalated ? Ink::amber : Ink::red;
      // A dry run has its own word: what it looked at is as it was.
      if (t.title == "dry run") out.push_back({{Ink::bold, "Outcome: none"}, {Ink::plain, ": " + one_line(t.text)}});
      else out.push_back({{colour, fmt::format("Outcome: {}", spell(outcome))}, {Ink::plain, t.text.empty() ? "" : ": " + one_line(t.text)}});
      break;
    }
    case Trace::What::afterwards: out.push_back({{Ink::bold, "Afterwards"}}); break;
    case Trace::What::finished: break;
  }
  return out;
}

}  // namespace rbc
