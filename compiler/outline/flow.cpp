// From an outline to boxes.
#include "compiler/outline/flow.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "compiler/outline/words.hpp"

namespace rbc::outline {

std::string_view spell(Tone tone) {
  switch (tone) {
    case Tone::plain: return "plain";
    case Tone::look: return "look";
    case Tone::change: return "change";
    case Tone::destroy: return "destroy";
    case Tone::people: return "people";
    case Tone::tell: return "tell";
    case Tone::good: return "good";
    case Tone::bad: return "bad";
  }
  return "";
}

bool leads_on(const std::vector<Part>& parts) {
  return std::all_of(parts.begin(), parts.end(), [](const Part& part) {
    const bool back = std::any_of(part.rows.begin(), part.rows.end(), [](const Row& row) { return !row.branch.empty() && row.returns; });
    const bool straight = std::all_of(part.rows.begin(), part.rows.end(), [](const Row& row) { return row.down; }) && leads_on(part.body);
    return back || straight;
  });
}

namespace {

constexpr unsigned kDeepest = 8;              // branches within branches that are drawn; what is deeper is counted
constexpr std::size_t kListed = 12;           // lines in one box

class Drawing {
 public:
  explicit Drawing(const Outline& outline) : outline_(outline) {}

  Flow all() {
    Flow flow;
    flow.id = outline_.id, flow.title = outline_.title;
    flow.summary = fmt::format("{}{}at most {} headless", outline_.severity, outline_.severity.empty() ? "" : " · ", time_words(outline_.bounds.longest));
    flow.parts.push_back(single(box(Shape::end, Tone::plain, outline_.alert_names.empty() ? "Start" : "Alert", some(outline_.alert_names))));
    for (std::size_t i = 0; i < outline_.steps.size(); ++i) flow.parts.push_back(step(i));
    if (leads_on(flow.parts)) flow.parts.push_back(single(box(Shape::end, Tone::good, "Resolved, if the goal passes", some(plain_all(outline_.goal)))));
    if (!outline_.afterwards.empty())
      for (Part& part : parts(outline_.afterwards, 0)) flow.parts.push_back(std::move(part));
    for (const Ladder& ladder : outline_.ladders) {
      Flow::Ladder made{ladder.until, {}};
      for (const Rung& rung : ladder.rungs) made.rungs.emplace_back(plain(rung.when), plain(rung.does));
      flow.ladders.push_back(std::move(made));
    }
    flow.boxes = next_;
    return flow;
  }

 private:
  Box box(Shape shape, Tone tone, std::string_view head, std::vector<std::string> lines = {}) {
    return {next_++, shape, tone, plain(head), std::move(lines)};
  }
  static Part single(Box made) {
    Part part;
    part.rows.emplace_back();
    part.rows.back().box = std::move(made);
    return part;
  }
  static std::vector<std::string> some(std::vector<std::string> all) {
    if (all.size() > kListed) {
      const auto more = all.size() - kListed + 1;
      all.resize(kListed - 1);
      all.push_back(fmt::format("and {} more", more));
    }
    return all;
  }
  static std::vector<std::string> plain_all(const std::vector<std::string>& words) {
    std::vector<std::string> out;
    for (const std::string& each : words) out.push_back(plain(each));
    return out;
  }

  Part step(std::size_t i) {
    const Step& each = outline_.steps[i];
    Part part = single(box(Shape::step, Tone::plain, fmt::format("{}. {}", i + 1, each.title)));
    if (each.handled) {
      Row& row = part.rows.back();
      row.edge = "fails", row.trouble = true;
      row.branch = parts(each.otherwise, 1);
      row.returns = leads_on(row.branch);
    }
    part.body = parts(each.lines, 0);
    return part;
  }

  static Tone tone(Effect effect) {
    switch (effect) {
      case Effect::pure: return Tone::plain;
      case Effect::looks: return Tone::look;
      case Effect::tells: return Tone::tell;
      case Effect::changes: return Tone::change;
      case Effect::destroys: return Tone::destroy;
    }
    return Tone::plain;
  }
  static bool gathers(const Line& line) {          // looks that share a box
    return (line.kind == LineKind::look || line.kind == LineKind::check || line.kind == LineKind::checks) && line.branches.empty();
  }
  static bool silent(const Line& line) { return line.kind == LineKind::note || line.kind == LineKind::show || line.kind == LineKind::value; }
  static std::string said(const Line& line) {
    if (line.spoken.empty()) return plain(line.words);
    const Spoken& first = line.spoken[0];
    const auto begin = first.text.find_first_not_of(" \n");
    const auto end = first.text.find('\n', begin);
    const std::string text = begin == std::string::npos ? "" : first.text.substr(begin, end == std::string::npos ? end : end - begin) + (end == std::string::npos ? "" : " …");
    return fmt::format("{}{} {}", first.resource, first.sign, text);
  }

  std::vector<Part> parts(const std::vector<Line>& lines, unsigned depth) {
    std::vector<Part> out;
    if (depth > kDeepest) {
      out.push_back(single(box(Shape::box, Tone::plain, fmt::format("{} more, too deep to draw", lines.size() == 1 ? "a line" : fmt::format("{} lines", lines.size())))));
      return out;
    }
    for (std::size_t i = 0; i < lines.size();) {
      if (silent(lines[i])) {
        ++i;
      } else if (gathers(lines[i]) || lines[i].kind == LineKind::item) {
        const bool looks = gathers(lines[i]);
        std::vector<std::string> titles;
        for (; i < lines.size() && (silent(lines[i]) || (looks ? gathers(lines[i]) : lines[i].kind == LineKind::item)); ++i)
          if (!silent(lines[i])) titles.push_back(lines[i].kind == LineKind::look ? said(lines[i]) : plain(lines[i].words));
        Box made = box(Shape::box, looks ? Tone::look : Tone::people, looks ? "Look" : "By hand");
        for (std::string& title : some(titles)) made.lines.push_back((looks ? "• " : "☐ ") + title);
        out.push_back(single(std::move(made)));
      } else {
        line(lines[i++], depth, out);
      }
    }
    if (out.empty()) out.push_back(single(box(Shape::box, Tone::look, lines.empty() ? "Nothing" : "Read what was seen")));
    return out;
  }

  void handlers(const Line& line, unsigned depth, Part& part) {
    for (const Branch& branch : line.branches) {
      const bool asked = line.kind == LineKind::confirm || line.kind == LineKind::approve;
      if (branch.kind == BranchKind::fails) attach(part.rows.front(), asked ? "no" : "fails", true, branch.lines, depth);
      if (branch.kind != BranchKind::leaving && branch.kind != BranchKind::undo) continue;
      Row row;
      row.box = box(Shape::decision, Tone::plain, branch.kind == BranchKind::undo ? "Kept for later: if the run ends badly" : "Kept for later: before the step is left");
      attach(row, "undo", true, branch.lines, depth);
      row.returns = false;
      part.rows.push_back(std::move(row));
    }
  }
  void attach(Row& row, std::string_view edge, bool trouble, const std::vector<Line>& lines, unsigned depth) {
    row.edge = edge, row.trouble = trouble;
    row.branch = parts(lines, depth + 1);
    row.returns = leads_on(row.branch);
  }
  Part act(const Line& line) {
    return single(box(Shape::box, tone(line.effect), line.kind == LineKind::call ? plain(line.words) : said(line), line.effect == Effect::destroys ? std::vector<std::string>{"may lose data"} : std::vector<std::string>{}));
  }

  void line(const Line& line, unsigned depth, std::vector<Part>& out) {
    Part part;
    switch (line.kind) {
      case LineKind::note: case LineKind::show: case LineKind::value: case LineKind::item: return;
      case LineKind::look: case LineKind::check: case LineKind::checks: part = single(box(Shape::box, Tone::look, said(line))); break;
      case LineKind::act: case LineKind::call: part = act(line); break;
      case LineKind::notify: part = single(box(Shape::box, Tone::tell, line.words)); break;
      case LineKind::require: part = single(box(Shape::decision, Tone::look, line.words)); break;
      case LineKind::poll: case LineKind::watch: part = single(box(Shape::box, Tone::look, line.words)); break;
      case LineKind::wait: part = single(box(Shape::box, Tone::plain, line.words)); break;
      case LineKind::ask: case LineKind::choose: case LineKind::confirm: case LineKind::approve: case LineKind::judge:
        part = single(box(Shape::box, Tone::people, line.words, line.headless.empty() ? some(plain_all(line.details)) : std::vector<std::string>{"headless: " + plain(line.headless)}));
        break;
      case LineKind::escalate: case LineKind::fail: case LineKind::end: return end(line, out);
      case LineKind::caution: case LineKind::within: case LineKind::each: case LineKind::retry: case LineKind::repeat: return enclosed(line, depth, out);
      case LineKind::when: out.push_back(when(line, depth)); return;
      case LineKind::depending: out.push_back(depending(line, depth)); return;
      case LineKind::diagnose: out.push_back(diagnose(line, depth)); return;
    }
    handlers(line, depth, part);
    out.push_back(std::move(part));
  }

  void end(const Line& line, std::vector<Part>& out) {
    Part part = single(box(Shape::end, line.kind == LineKind::end && line.words.rfind("End: resolved", 0) == 0 ? Tone::good : Tone::bad, line.words));
    part.rows.back().down = false;
    out.push_back(std::move(part));
  }

  void enclosed(const Line& line, unsigned depth, std::vector<Part>& out) {
    const bool gate = line.kind == LineKind::caution;
    Part part = single(box(gate ? Shape::decision : Shape::box, gate ? Tone::destroy : Tone::plain, gate ? "Caution: " + plain(line.words) : plain(line.words), some(plain_all(line.details))));
    for (const Branch& branch : line.branches) {
      if (branch.kind == BranchKind::body && (gate || line.kind == LineKind::within)) part.body = parts(branch.lines, depth);
      else if (branch.kind == BranchKind::body) attach(part.rows.front(), line.kind == LineKind::retry ? "try" : "each", false, branch.lines, depth);
    }
    for (const Branch& branch : line.branches) {
      if (branch.kind != BranchKind::fails) continue;
      if (part.rows.front().branch.empty()) {
        attach(part.rows.front(), gate ? "refused" : "fails", true, branch.lines, depth);
      } else {
        out.push_back(std::move(part));
        part = single(box(Shape::decision, Tone::plain, "Did it work?"));
        attach(part.rows.front(), "no", true, branch.lines, depth);
        part.rows.front().down_label = "yes";
      }
    }
    if (gate && !part.body.empty()) part.rows.front().down_label = "yes";
    out.push_back(std::move(part));
  }

  Part when(const Line& line, unsigned depth) {
    Part part;
    for (const Branch& branch : line.branches) {
      if (branch.kind == BranchKind::yes) {
        Row row;
        row.box = box(Shape::decision, Tone::plain, "If " + plain(branch.words));
        attach(row, "yes", false, branch.lines, depth);
        row.down_label = "no";
        part.rows.push_back(std::move(row));
      } else if (branch.kind == BranchKind::no) {
        part.body = parts(branch.lines, depth);
      }
    }
    return part;
  }

  Part depending(const Line& line, unsigned depth) {
    Part part = single(box(Shape::box, Tone::plain, line.words));
    for (const Branch& branch : line.branches) {
      Row row;
      row.box = box(Shape::decision, Tone::plain, branch.words);
      attach(row, "yes", false, branch.lines, depth);
      row.down = &branch != &line.branches.back();
      if (row.down) row.down_label = "no";
      part.rows.push_back(std::move(row));
    }
    return part;
  }

  Part diagnose(const Line& line, unsigned depth) {
    Part part = single(box(Shape::box, Tone::plain, line.words, some(plain_all(line.details))));
    bool handled = false;
    for (const Branch& branch : line.branches) {
      Row row;
      if (branch.kind == BranchKind::cause) {
        std::vector<std::string> reasons;
        for (const std::string& reason : branch.reasons) reasons.push_back("if " + plain(reason));
        row.box = box(Shape::decision, Tone::plain, plain(branch.words), some(reasons));
        attach(row, "yes", false, branch.lines, depth);
        row.down_label = "no, or not cured";
      } else if (branch.kind == BranchKind::fails) {
        row.box = box(Shape::decision, Tone::plain, "No cause helped");
        attach(row, "otherwise", true, branch.lines, depth);
        row.down = false;
        handled = true;
      }
      part.rows.push_back(std::move(row));
    }
    if (!handled) {
      Row row;
      row.box = box(Shape::end, Tone::bad, "No cause helped: this fails");
      row.down = false;
      part.rows.push_back(std::move(row));
    }
    return part;
  }

  const Outline& outline_;
  unsigned next_ = 0;
};

}  // namespace

Flow flow_of(const Outline& outline) { return Drawing(outline).all(); }

}  // namespace rbc::outline
