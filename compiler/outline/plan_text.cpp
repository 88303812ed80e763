// A plan for a terminal: what it does in one column, said in the author's words in the next.
#include <algorithm>

#include <fmt/format.h>

#include "compiler/outline/plan.hpp"
#include "compiler/outline/words.hpp"
#include "compiler/outline/wrap.hpp"
#include "vm/model/value.hpp"

namespace rbc::outline {

namespace {

constexpr std::string_view kBold = "\x1b[1m", kDim = "\x1b[2m", kRed = "\x1b[31m", kGreen = "\x1b[32m", kYellow = "\x1b[33m", kBlue = "\x1b[34m", kMagenta = "\x1b[35m", kCyan = "\x1b[36m";
constexpr unsigned kTag = 10;                    // columns of the word that says what a line does

struct Tag { std::string_view word, colour; };

Tag tag(const Line& line) {
  if (line.effect == Effect::destroys) return {"DESTROYS", kRed};
  switch (line.kind) {
    case LineKind::note: return {">", kDim};
    case LineKind::item: return {"[ ]", kBlue};
    case LineKind::look: case LineKind::check: case LineKind::checks: return {"looks", kGreen};
    case LineKind::show: case LineKind::value: return {"shows", kGreen};
    case LineKind::act: case LineKind::call: return {"CHANGES", kYellow};
    case LineKind::notify: return {"tells", kMagenta};
    case LineKind::caution: return {"CAUTION", kRed};
    case LineKind::require: case LineKind::poll: case LineKind::watch: return {"looks", kGreen};
    case LineKind::wait: return {"waits", kCyan};
    case LineKind::when: case LineKind::depending: case LineKind::diagnose: return {"decides", kCyan};
    case LineKind::each: case LineKind::retry: case LineKind::repeat: case LineKind::within: return {"repeats", kCyan};
    case LineKind::ask: case LineKind::choose: case LineKind::confirm: case LineKind::approve: case LineKind::judge: return {"asks", kBlue};
    case LineKind::escalate: case LineKind::end: case LineKind::fail: return {"ends", kMagenta};
  }
  return {"", ""};
}

class Plan {
 public:
  Plan(const Outline& outline, const Program& program, const Wanted& wanted, bool colour, unsigned width)
      : outline_(outline), program_(program), wanted_(wanted), colour_(colour), width_(std::max(width, 60u)) {}

  std::string all() {
    header();
    inputs();
    heading("Steps");
    for (std::size_t i = 0; i < outline_.steps.size(); ++i) step(i);
    procedures();
    if (!outline_.afterwards.empty()) heading("Afterwards"), lines(outline_.afterwards, 2);
    ladders();
    times();
    headless();
    reach();
    return std::move(out_);
  }

 private:
  std::string paint(std::string_view text, std::string_view colour) const { return colour_ && !colour.empty() ? fmt::format("{}{}\x1b[0m", colour, text) : std::string(text); }
  void heading(std::string_view text) { out_ += "\n" + paint(text, kBold) + "\n"; }
  // A tag, then words that keep to their own column.
  void entry(unsigned indent, Tag mark, std::string_view words, unsigned tag_width = kTag, std::string_view colour = {}) {
    const unsigned left = std::min(indent + tag_width, width_ / 2);
    bool first = true;
    for (const std::string& line : wrapped(plain(words, "`"), width_ - left, columns)) {
      out_ += std::string(std::min(indent, width_ / 2 > tag_width ? width_ / 2 - tag_width : 0), ' ');
      const std::string word(first ? mark.word : "");
      out_ += first ? paint(word, mark.colour) : word;
      const auto used = static_cast<unsigned>(measured(word, columns));
      out_ += std::string(used < tag_width ? tag_width - used : tag_width ? 1 : 0, ' ') + paint(line, colour) + "\n";
      first = false;
    }
  }
  // Text of several lines stands beneath its prompt, its own indentation kept.
  void spoken(const Spoken& said, unsigned indent) {
    const bool beneath = said.text.find('\n') != std::string::npos;
    std::string prompt = fmt::format("{}{} ", said.resource, said.sign);
    if (beneath) {
      prompt.pop_back();
      out_ += std::string(std::min(indent, width_ / 2), ' ') + paint(prompt, kDim) + '\n';
      prompt = "  ";
    }
    for (std::size_t at = 0; at <= said.text.size();) {
      const auto end = std::min(said.text.find('\n', at), said.text.size());
      if (end > at) out_ += std::string(std::min(indent, width_ / 2), ' ') + paint(prompt + said.text.substr(at, end - at), kDim);
      out_ += '\n';
      at = end + 1;
    }
  }

  void header() {
    out_ += paint(outline_.id, kBold) + "  " + paint(outline_.title, kBold) + "\n";
    if (!outline_.severity.empty()) entry(0, {"Severity", kDim}, outline_.severity, 12);
    for (std::size_t i = 0; i < outline_.alerts.size(); ++i) entry(0, {i ? "" : "Alerts", kDim}, outline_.alerts[i], 12);
    entry(0, {"Over when", kDim}, listed(outline_.goal) + (outline_.goal.size() == 1 ? " passes" : " pass"), 12);
    if (outline_.acknowledge_target) entry(0, {"Target", kDim}, fmt::format("acknowledged within {}{}", time_words(outline_.acknowledge_target), first_page()), 12);
    if (outline_.resolve_target)
      entry(0, {outline_.acknowledge_target ? "" : "Target", kDim}, fmt::format("resolved within {}; this can take {}{}", time_words(outline_.resolve_target), time_words(outline_.bounds.longest),
                        outline_.bounds.longest > outline_.resolve_target ? ", which is longer" : ""), 12);
    for (const auto& [what, words] : outline_.about) {
      std::string word = what;
      word[0] = static_cast<char>(word[0] - 'a' + 'A');
      entry(0, {word, kDim}, words, 12);
    }
    entry(0, {"File", kDim}, outline_.path, 12);
    for (const std::string& note : outline_.notes) entry(0, {">", kDim}, note, 12);
  }
  std::string first_page() const {
    return outline_.bounds.first_page < 0 ? "; nobody is paged" : fmt::format("; the first page leaves after {} at the latest{}", time_words(outline_.bounds.first_page),
                                                                                  outline_.bounds.first_page > outline_.acknowledge_target ? ", which is later" : "");
  }

  void inputs() {
    if (outline_.inputs.empty()) return;
    heading("Inputs");
    unsigned names = 4;
    for (const Input& input : outline_.inputs) names = std::max(names, std::min(28u, static_cast<unsigned>(measured(input.name, columns)) + 2));
    for (const Input& input : outline_.inputs) {
      const Filled value = filled(outline_, input, wanted_);
      std::string words = value.value.empty() ? value.from : fmt::format("{} ({})", value.value, value.from);
      words += ", " + input.type;
      if (input.cap) words += fmt::format(", at most {}", time_words(input.cap));
      if (!input.title.empty()) words += ". " + input.title;
      entry(2, {input.name, value.from == "must be given" ? kRed : kCyan}, words, names);
    }
  }

  void step(std::size_t i) {
    const Step& each = outline_.steps[i];
    out_ += fmt::format("{}  {} {}\n", i ? "\n" : "", paint(fmt::format("{}. {}", i + 1, each.title), kBold), paint(fmt::format("({})", each.name), kDim));
    lines(each.lines, 5);
    if (each.handled) {
      entry(5, {"if it fails", kRed}, "anything in this step that nothing else answers:", 13);
      lines(each.otherwise, 7);
    }
  }

  void lines(const std::vector<Line>& all, unsigned indent) {
    for (const Line& each : all) line(each, indent);
  }
  void line(const Line& each, unsigned indent) {
    const Tag mark = tag(each);
    const bool only_quotes = (each.kind == LineKind::look || each.kind == LineKind::act) && !each.spoken.empty();
    if (only_quotes && each.spoken[0].text.find('\n') == std::string::npos && each.words.find(" within ") == std::string::npos) {
      entry(indent, mark, fmt::format("{}{} {}", each.spoken[0].resource, each.spoken[0].sign, each.spoken[0].text));
    } else {
      entry(indent, mark, each.kind == LineKind::check && each.name != plain(each.words) ? fmt::format("{} ({})", each.words, each.name) : each.words, kTag,
            each.kind == LineKind::note ? kDim : "");
      for (const Spoken& said : each.spoken) spoken(said, indent + kTag);
    }
    for (const std::string& detail : each.details) entry(indent + kTag, {"", ""}, detail, 0);
    for (const std::string& note : each.notes) entry(indent + kTag, {">", kDim}, note, 2, kDim);
    const bool person = each.kind != LineKind::act && each.kind != LineKind::call && each.kind != LineKind::item;
    if (person && !each.headless.empty()) entry(indent + kTag, {"headless", kDim}, each.headless);
    lines(each.inner, indent + kTag);
    for (const Branch& branch : each.branches) this->branch(each, branch, indent + 2);
  }
  void branch(const Line& of, const Branch& branch, unsigned indent) {
    switch (branch.kind) {
      case BranchKind::yes:
        if (&branch != &of.branches.front()) entry(indent, {"else if", kCyan}, branch.words);
        break;
      case BranchKind::no: entry(indent, {"else", kCyan}, ""); break;
      case BranchKind::arm: entry(indent, {"when it is", kCyan}, branch.words, 12); break;
      case BranchKind::cause:
        entry(indent, {"cause", kCyan}, branch.words);
        lines(branch.evidence, indent + 4);
        for (const std::string& reason : branch.reasons) entry(indent + 4, {"if", kCyan}, reason, 4);
        break;
      case BranchKind::fails: entry(indent, {of.kind == LineKind::diagnose ? "if none helps" : "if it fails", kRed}, "", 14); break;
      case BranchKind::body: break;
      case BranchKind::leaving: entry(indent, {"put back before the step is left", kYellow}, "", 33); break;
      case BranchKind::undo: entry(indent, {"undone if the run ends badly", kYellow}, "", 29); break;
    }
    lines(branch.lines, indent + (branch.kind == BranchKind::body || branch.kind == BranchKind::yes ? 1 : 4));
  }

  void procedures() {
    for (const Procedure& each : outline_.procedures) {
      heading(fmt::format("Called: {} ({})", each.title, each.name));
      lines(each.lines, 5);
    }
  }
  void ladders() {
    for (const Ladder& ladder : outline_.ladders) {
      heading(fmt::format("Escalation until {}", ladder.until));
      for (const std::string& note : ladder.notes) entry(2, {">", kDim}, note, 2, kDim);
      for (const Rung& rung : ladder.rungs)
        rung.at >= 0 ? entry(2, {literal(Value::duration(rung.at)), kBold}, rung.does, kTag) : entry(2, {"", ""}, fmt::format("{}: {}", rung.when, rung.does), 0);
    }
  }
  void times() {
    const Bounds& bounds = outline_.bounds;
    heading("Time");
    std::string words = fmt::format("At most {} headless", time_words(bounds.longest));
    if (bounds.longest_at_caps > bounds.longest) words += fmt::format(" ({} with its inputs at their caps)", time_words(bounds.longest_at_caps));
    entry(2, {"", ""}, words + "; at the keyboard, plus people.", 0);
    if (outline_.budget) entry(2, {"", ""}, fmt::format("The budget for {} is {}.", outline_.severity, time_words(outline_.budget)), 0);
    if (bounds.first_page >= 0) entry(2, {"", ""}, fmt::format("If nothing helps, somebody is paged by {} at the latest.", time_words(bounds.first_page)), 0);
    else entry(2, {"", ""}, "Nobody is ever paged.", 0);
    if (!bounds.path.empty()) entry(2, {"", ""}, "The path that takes longest:", 0);
    for (const BoundLine& each : bounds.path) entry(2, {fmt::format("{:>9}", literal(Value::duration(each.micros))), kDim}, std::string(std::min(each.depth, 12u) * 2, ' ') + each.text + (each.why.empty() ? "" : fmt::format(" ({})", each.why)), 11);
  }
  void headless() {
    heading("Headless");
    const auto why = refusals(outline_, program_, wanted_);
    for (const std::string& each : why) entry(2, {"refuses", kRed}, "to start: " + each);
    if (why.empty()) entry(2, {"starts", kGreen}, "every question has its answer");
    bool guarded = false;
    for (const Environment& each : outline_.environments) guarded = guarded || (each.guarded && (wanted_.environment.empty() || wanted_.environment == each.name));
    if (guarded) entry(2, {"changes", kYellow}, "nothing in a protected environment, unless it is started with " + code("--may change"));
    for (const Step& each : outline_.steps)
      if (std::string gates = cautions(each.lines) + cautions(each.otherwise); !gates.empty())
        entry(2, {"refuses", kYellow}, fmt::format("the cautions of {}, unless it is started with {}", code(each.name), code("--allow " + each.name)));
  }
  std::string cautions(const std::vector<Line>& all) const {
    std::string found;
    for (const Line& each : all) {
      if (each.kind == LineKind::caution && each.headless.find("--allow") != std::string::npos) found += "!";
      for (const Branch& branch : each.branches) found += cautions(branch.lines);
    }
    return found;
  }
  void reach() {
    heading(wanted_.environment.empty() ? "May reach" : fmt::format("May reach in {}", wanted_.environment));
    unsigned names = 4, kinds = 4;
    const auto all = reached(outline_, program_, wanted_);
    for (const Reached& each : all) {
      names = std::max(names, std::min(30u, static_cast<unsigned>(measured(each.name, columns)) + 2));
      kinds = std::max(kinds, static_cast<unsigned>(each.kind.size()) + 2);
    }
    for (const Reached& each : all) {
      std::vector<std::string> does;
      if (each.looks) does.push_back("looks");
      if (each.changes) does.push_back("changes");
      if (each.destroys) does.push_back("DESTROYS");
      std::string words = listed(does);
      const auto add = [&](const std::string& more) { words += (words.empty() ? "" : "; ") + more; };
      if (!each.address.empty()) add(each.address + (each.via.empty() ? "" : " via " + each.via));
      else if (!wanted_.environment.empty()) add(each.optional ? "left out" : "not bound");
      else if (!each.title.empty()) add(each.title);
      if (!each.secrets.empty()) add((each.secrets.size() > 1 ? "with the secrets " : "with the secret ") + listed(each.secrets));
      const std::string kind = each.kind + std::string(kinds - each.kind.size(), ' ');
      entry(2, {each.name, each.destroys ? kRed : each.changes ? kYellow : kGreen}, kind + words, names);
    }
  }

  const Outline& outline_;
  const Program& program_;
  const Wanted& wanted_;
  bool colour_;
  unsigned width_;
  std::string out_;
};

}  // namespace

std::string plan_text(const Outline& outline, const Program& program, const Wanted& wanted, bool colour, unsigned width) {
  std::string text = Plan(outline, program, wanted, colour, width).all();
  std::string out;                                // no blanks at the ends of lines
  for (char c : text) {
    if (c == '\n')
      while (!out.empty() && out.back() == ' ') out.pop_back();
    out += c;
  }
  return out;
}

}  // namespace rbc::outline
