// What stands on a runbook's page.
#include "compiler/outline/page.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "compiler/outline/flow.hpp"
#include "compiler/outline/words.hpp"

namespace rbc::outline {

std::string link(std::string_view words, std::string_view to) { return fmt::format("{}{}{}{}{}", kLink, words, kLinkTo, to, kLinkEnd); }

std::string page_name(const std::string& id) {
  std::string out;
  for (char c : id)
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.') out += c;
  return out.empty() ? "runbook" : out;
}

namespace {

Block words(std::string text) { return {Block::Kind::words, 2, std::move(text), {}, {}, false, false, {}, {}, {}}; }
Block note(std::string text) { return {Block::Kind::note, 2, std::move(text), {}, {}, false, false, {}, {}, {}}; }
Block heading(unsigned level, std::string text, std::string anchor) { return {Block::Kind::heading, level, std::move(text), std::move(anchor), {}, false, false, {}, {}, {}}; }
Block table(std::vector<std::vector<std::string>> rows) { return {Block::Kind::table, 2, {}, {}, {}, false, false, std::move(rows), {}, {}}; }
Block code_block(const Spoken& said) { return {Block::Kind::code, 2, said.text, {}, said.language, false, false, {}, {}, {}}; }
Block list_of(bool ordered) { return {Block::Kind::list, 2, {}, {}, {}, ordered, false, {}, {}, {}}; }
Block plain_list(const std::vector<std::string>& all) {
  Block out = list_of(false);
  for (const std::string& each : all) out.items.push_back({words(each)});
  return out;
}
std::string upper(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}
std::string sentence(std::string text) {
  text = upper(std::move(text));
  return text.empty() || text.back() == '.' || text.back() == '?' || text.back() == '!' || text.back() == ':' ? text : text + ".";
}

class Writer {
 public:
  explicit Writer(const Outline& outline) : outline_(outline) {}

  Page all() {
    page_.title = outline_.id + ": " + outline_.title;
    facts();
    goal();
    add(heading(2, "The flow", "flow"));
    page_.blocks.push_back({Block::Kind::flow, 2, {}, {}, {}, false, false, {}, {}, {}});
    inputs();
    add(heading(2, "Steps", "steps"));
    for (std::size_t i = 0; i < outline_.steps.size(); ++i) step(i);
    for (const Procedure& each : outline_.procedures) {
      add(heading(2, "Called from above: " + each.title, "procedure-" + each.name));
      if (!each.parameters.empty()) add(words("It is given " + codes(each.parameters) + "."));
      add(instructions(each.lines));
    }
    other_checks();
    escalation();
    time();
    questions();
    for (const Message& each : outline_.messages) {
      add(heading(2, "Message: " + (each.title.empty() ? each.name : each.title), "message-" + each.name));
      add(code_block({"", '>', "text", each.text, 0, false}));
    }
    if (!outline_.afterwards.empty()) {
      add(heading(2, "Afterwards", "afterwards"));
      add(instructions(outline_.afterwards));
    }
    const Flow flow = flow_of(outline_);
    page_.svg = svg(flow), page_.mermaid = mermaid(flow);
    return std::move(page_);
  }

 private:
  void add(Block block) { page_.blocks.push_back(std::move(block)); }
  static std::string codes(const std::vector<std::string>& names) {
    std::vector<std::string> all;
    for (const std::string& each : names) all.push_back(code(each));
    return listed(all);
  }

  void facts() {
    for (const std::string& each : outline_.notes) add(words(each));
    std::vector<std::vector<std::string>> rows{{"", ""}};
    if (!outline_.severity.empty()) rows.push_back({"Severity", outline_.severity});
    if (!outline_.alerts.empty()) rows.push_back({outline_.alerts.size() == 1 ? "Alert" : "Alerts", listed(outline_.alerts)});
    if (outline_.acknowledge_target) rows.push_back({"Acknowledge within", time_words(outline_.acknowledge_target)});
    if (outline_.resolve_target) rows.push_back({"Resolve within", time_words(outline_.resolve_target)});
    for (const auto& [what, text] : outline_.about) {
      const bool address = what == "see" && (text.rfind("https://", 0) == 0 || text.rfind("http://", 0) == 0);
      rows.push_back({upper(what), address ? link(text, text) : text});
    }
    rows.push_back({"Run it", code(fmt::format("rbc run {}", outline_.id))});
    add(table(std::move(rows)));
  }

  void goal() {
    add(heading(2, "It is over when", "goal"));
    Block all = list_of(false);
    for (const std::string& each : outline_.goal) {
      std::vector<Block> item{words(each + " passes")};
      for (const Check& check : outline_.checks)
        if (check.in_goal && each == fmt::format("“{}”", check.title)) {
          std::vector<std::string> rules;
          for (const std::string& rule : check.line.details) rules.push_back(rule);
          item[0].words = fmt::format("{}: {}", check.title, rules.empty() ? "passes" : listed(rules, "and"));
        }
      all.items.push_back(std::move(item));
    }
    add(std::move(all));
  }

  void inputs() {
    if (outline_.inputs.empty()) return;
    add(heading(2, "Inputs", "inputs"));
    std::vector<std::vector<std::string>> rows{{"Input", "What it is", "Type", "If you say nothing"}};
    for (const Input& each : outline_.inputs)
      rows.push_back({code(each.name), each.title, each.type, !each.preset.empty() ? code(each.preset) + (each.cap ? fmt::format(", at most {}", time_words(each.cap)) : "") : each.required ? "must be given" : "left out"});
    add(table(std::move(rows)));
  }

  void step(std::size_t i) {
    const Step& each = outline_.steps[i];
    add(heading(3, fmt::format("{}. {}", i + 1, each.title), "step-" + each.name));
    add(instructions(each.lines));
    if (!each.handled) return;
    add(words("If anything in this step fails, and no line above answers it:"));
    add(instructions(each.otherwise));
  }

  // Notes go with the line below them; items become a list with boxes.
  Block instructions(const std::vector<Line>& lines) {
    Block out = list_of(true);
    out.boxes = !lines.empty() && std::all_of(lines.begin(), lines.end(), [](const Line& l) { return l.kind == LineKind::item; });
    out.ordered = !out.boxes;
    std::vector<Block> waiting;
    for (const Line& each : lines) {
      if (each.kind == LineKind::note) {
        waiting.push_back(note(each.words));
        continue;
      }
      std::vector<Block> item = line(each, out.boxes);
      item.insert(item.begin() + 1, waiting.begin(), waiting.end());
      waiting.clear();
      out.items.push_back(std::move(item));
    }
    if (!waiting.empty()) out.items.push_back(std::move(waiting));
    if (out.items.empty()) out.items.push_back({words("Nothing.")});
    return out;
  }

  static std::string opening(const Line& each) {
    switch (each.kind) {
      case LineKind::check: return "Check: " + each.words;
      case LineKind::act: return upper(each.words) + (each.effect == Effect::destroys ? " (this may lose data):" : ":");
      case LineKind::look: return each.words + ":";
      case LineKind::caution: return "Stop, and read this before you go on:";
      case LineKind::approve: return "Get an approval: " + each.words;
      case LineKind::ask: case LineKind::choose: case LineKind::confirm: return "Answer: " + each.words;
      default: return each.branches.empty() ? sentence(each.words) : each.words + ":";
    }
  }
  std::vector<Block> line(const Line& each, bool box) {
    std::vector<Block> out{words(each.kind == LineKind::item && !box ? "☐ " + each.words : each.kind == LineKind::item ? each.words : opening(each))};
    for (const std::string& text : each.notes) out.push_back(note(text));
    for (const Spoken& said : each.spoken) {
      if (each.kind == LineKind::check) out.push_back(words("On " + code(said.resource) + ":"));
      out.push_back(code_block(said));
    }
    if (each.kind == LineKind::caution) {
      Block warning{Block::Kind::caution, 2, sentence(each.words), {}, {}, false, false, {}, {}, {}};
      out.push_back(std::move(warning));
    }
    if (!each.details.empty()) out.push_back(plain_list(each.details));
    if (!each.inner.empty()) out.push_back(instructions(each.inner));
    if (each.kind == LineKind::diagnose) {
      causes(each, out);
      return out;
    }
    for (const Branch& branch : each.branches) this->branch(each, branch, out);
    return out;
  }
  void branch(const Line& of, const Branch& branch, std::vector<Block>& out) {
    switch (branch.kind) {
      case BranchKind::yes:
        if (&branch != &of.branches.front()) out.push_back(words("Else, if " + branch.words + ":"));
        break;
      case BranchKind::no: out.push_back(words("Else:")); break;
      case BranchKind::arm: out.push_back(words("When it is " + branch.words + ":")); break;
      case BranchKind::fails: out.push_back(words(of.kind == LineKind::diagnose ? "If no cause helped:" : of.kind == LineKind::caution || of.kind == LineKind::approve || of.kind == LineKind::confirm ? "If the answer is no, or a line fails:" : "If that fails:")); break;
      case BranchKind::leaving: out.push_back(words("Before the step is left, put back:")); break;
      case BranchKind::undo: out.push_back(words("If the run ends badly, undo it:")); break;
      case BranchKind::body: case BranchKind::cause: break;
    }
    out.push_back(instructions(branch.lines));
  }
  void causes(const Line& each, std::vector<Block>& out) {
    std::vector<std::vector<std::string>> rows{{"Cause", "You see", "Then"}};
    for (const Branch& cause : each.branches) {
      if (cause.kind != BranchKind::cause) continue;
      std::vector<std::string> fixes;
      for (const Line& fix : cause.lines)
        if (fix.kind != LineKind::note && fix.kind != LineKind::show && fix.effect != Effect::looks) fixes.push_back(fix.kind == LineKind::act && !fix.spoken.empty() && fix.spoken[0].text.find('\n') == std::string::npos ? code(fix.spoken[0].resource + fix.spoken[0].sign + " " + fix.spoken[0].text) : fix.words);
      rows.push_back({cause.words, listed(cause.reasons, "or"), fixes.empty() ? "look, see below" : listed(fixes, "then")});
    }
    out.push_back(table(std::move(rows)));
    for (const Branch& cause : each.branches) {
      if (cause.kind != BranchKind::cause) {
        branch(each, cause, out);
        continue;
      }
      out.push_back(heading(4, cause.words, "cause-" + cause.name));
      if (!cause.evidence.empty()) out.push_back(instructions(cause.evidence));
      out.push_back(words("If " + listed(cause.reasons, "or") + ":"));
      out.push_back(instructions(cause.lines));
    }
  }

  void other_checks() {
    bool any = false;
    for (const Check& check : outline_.checks) {
      if (check.in_step) continue;
      if (!any) add(heading(2, "Checks used above", "checks"));
      any = true;
      Block all = list_of(false);
      all.items.push_back(line(check.line, false));
      add(std::move(all));
    }
  }

  void escalation() {
    if (outline_.ladders.empty()) return;
    add(heading(2, "If it takes too long", "escalation"));
    for (const Ladder& ladder : outline_.ladders) {
      add(words(fmt::format("Until it is {}:", ladder.until)));
      for (const std::string& each : ladder.notes) add(note(each));
      std::vector<std::vector<std::string>> rows{{"When", "What"}};
      for (const Rung& rung : ladder.rungs) rows.push_back({upper(rung.when), upper(rung.does)});
      add(table(std::move(rows)));
    }
  }
  void time() {
    const Bounds& bounds = outline_.bounds;
    add(heading(2, "How long it can take", "time"));
    std::string text = fmt::format("Run by nobody, it ends within {}", time_words(bounds.longest));
    if (bounds.longest_at_caps > bounds.longest) text += fmt::format(" ({} with its inputs at their caps)", time_words(bounds.longest_at_caps));
    text += bounds.first_page < 0 ? ". Nobody is ever paged." : fmt::format(". If nothing helps, somebody is paged after {} at the latest.", time_words(bounds.first_page));
    add(words(text + " At the keyboard, the time people take comes on top."));
  }
  void questions() {
    std::vector<std::vector<std::string>> rows{{"Question", "If nobody is there"}};
    for (const Step& each : outline_.steps) gather(each.lines, rows), gather(each.otherwise, rows);
    for (const Procedure& each : outline_.procedures) gather(each.lines, rows);
    if (rows.size() == 1) return;
    add(heading(2, "Questions", "questions"));
    add(table(std::move(rows)));
  }
  void gather(const std::vector<Line>& lines, std::vector<std::vector<std::string>>& rows) {
    for (const Line& each : lines) {
      const bool asks = each.kind == LineKind::ask || each.kind == LineKind::choose || each.kind == LineKind::confirm || each.kind == LineKind::approve || each.kind == LineKind::caution;
      const bool judged = each.kind == LineKind::check && !each.headless.empty();
      if (asks || judged) rows.push_back({each.words, upper(each.headless)});
      for (const Branch& branch : each.branches) gather(branch.lines, rows);
    }
  }

  const Outline& outline_;
  Page page_;
};

}  // namespace

Page page_of(const Outline& outline) { return Writer(outline).all(); }

Page index_of(const std::vector<Outline>& outlines, const std::string& extension) {
  Page page;
  page.title = "Runbooks";
  std::vector<std::vector<std::string>> alerts{{"Alert", "Runbook", "Severity"}}, all{{"Runbook", "Severity", "Ends within"}};
  const auto to = [&](const Outline& each, const std::string& text) { return link(text, page_name(each.id) + "." + extension); };
  for (const Outline& each : outlines) {
    for (const std::string& alert : each.alerts) alerts.push_back({alert, to(each, each.id + ": " + each.title), each.severity});
    all.push_back({to(each, each.id + ": " + each.title), each.severity, time_words(each.bounds.longest)});
  }
  std::sort(alerts.begin() + 1, alerts.end());
  if (alerts.size() > 1) {
    page.blocks.push_back(heading(2, "An alert fired", "alerts"));
    page.blocks.push_back(table(std::move(alerts)));
  }
  page.blocks.push_back(heading(2, "All runbooks", "all"));
  page.blocks.push_back(table(std::move(all)));
  return page;
}

}  // namespace rbc::outline
