// The flow drawn: one column a depth of branching, every arrow straight or with right angles, no two boxes on one place.
#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "compiler/outline/flow.hpp"
#include "compiler/outline/markup.hpp"
#include "compiler/outline/wrap.hpp"

namespace rbc::outline {

namespace {

constexpr double kBox = 264, kPad = 12, kLine = 17, kSmall = 15, kFont = 13, kFontSmall = 11.5;   // pixels
constexpr double kDown = 30, kDownNamed = 38, kAcross = 78, kLane = 20, kPort = 19;               // kPort: where arrows leave and enter, below a box's top
constexpr double kMargin = 24, kSide = 250;

struct Pen { bool on = false; double x = 0, y = 0; std::string label; };
struct Size { double right = 0, bottom = 0; Pen pen; };

class Canvas {
 public:
  explicit Canvas(const Flow& flow) : flow_(flow) {}

  std::string all() {
    const double left = flow_.ladders.empty() ? kMargin : kMargin + kSide + 40;
    double y = title();
    const double top = y;
    const Size size = sequence(flow_.parts, left + 14, y, {}, false, true);
    const double side = ladders(top);
    const double right = std::max(size.right + 14, kMargin + kSide + 480);
    const double bottom = legend(std::max(size.bottom, side) + 26, left);
    return document(left, right, bottom);
  }

 private:
  // ── words ──
  void text(double x, double y, std::string_view words, std::string_view style) {
    front_ += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" class=\"{}\">{}</text>\n", x, y, style, escaped(words));
  }
  double title() {
    double y = kMargin + 18;
    for (const std::string& line : wrapped(fmt::format("{}: {}", flow_.id, flow_.title), 640 / 20.0, ems, 3)) text(kMargin, y, line, "h"), y += 26;
    text(kMargin, y - 4, flow_.summary, "s");
    return y + 22;
  }

  // ── boxes and arrows ──
  double height(const Box& box, std::vector<std::string>& head, std::vector<std::string>& lines) const {
    head = wrapped(box.head, (kBox - 2 * kPad) / kFont / (box.shape == Shape::step ? 1.08 : 1), ems, 5);
    for (const std::string& each : box.lines)
      for (std::string& line : wrapped(each, (kBox - 2 * kPad) / kFontSmall, ems, 3)) lines.push_back(std::move(line));
    return 2 * kPad - 3 + static_cast<double>(head.size()) * kLine + static_cast<double>(lines.size()) * kSmall;
  }
  double draw(const Box& box, double x, double y) {
    std::vector<std::string> head, lines;
    const double tall = height(box, head, lines);
    const std::string look = fmt::format("b {}{}", spell(box.tone), box.shape == Shape::step ? " step" : "");
    front_ += fmt::format("<g data-box=\"{}\">", box.id);
    if (box.shape == Shape::decision) {
      const double c = 9, r = x + kBox, b = y + tall;
      front_ += fmt::format("<path data-rect=\"{0:.1f} {2:.1f} {4:.1f} {5:.1f}\" d=\"M{6:.1f} {2:.1f}H{7:.1f}L{1:.1f} {8:.1f}V{9:.1f}L{7:.1f} {3:.1f}H{6:.1f}L{0:.1f} {9:.1f}V{8:.1f}Z\" class=\"{10}\"/>\n", x, r, y, b, kBox,
                            tall, x + c, r - c, y + c, b - c, look);
    } else {
      front_ += fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" rx=\"{}\" class=\"{}\"/>\n", x, y, kBox, tall, box.shape == Shape::end ? 17 : 5, look);
    }
    double at = y + kPad + 9;
    for (const std::string& line : head) text(x + kPad, at, line, fmt::format("t {}{}", spell(box.tone), box.shape == Shape::step ? " step" : "")), at += kLine;
    for (const std::string& line : lines) text(x + kPad, at, line, fmt::format("d {}", spell(box.tone))), at += kSmall;
    front_ += "</g>\n";
    return y + tall;
  }
  void path(std::string_view d, bool arrow, bool trouble) {
    back_ += fmt::format("<path d=\"{}\" class=\"e{}\"{}/>\n", d, trouble ? " trouble" : "", arrow ? trouble ? " marker-end=\"url(#rbc-bad)\"" : " marker-end=\"url(#rbc-end)\"" : "");
  }
  void label(double x, double y, std::string_view words, bool trouble) {
    if (!words.empty()) text(x, y, words, trouble ? "l trouble" : "l");
  }
  void arrive(const Pen& pen, double y) {
    if (!pen.on) return;
    path(fmt::format("M{:.1f} {:.1f}V{:.1f}", pen.x, pen.y, y - 1), true, false);
    label(pen.x + 7, pen.y + 16, pen.label, false);
  }
  static double gap(const Pen& pen) { return pen.on ? (pen.label.empty() ? kDown : kDownNamed) : kDown; }

  // ── layout: what was placed ends at `right`, `bottom`; the pen is where the way goes on ──
  Size sequence(const std::vector<Part>& parts, double x, double y, Pen pen, bool entered, bool outermost) {
    Size all{x + kBox, y, pen};
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (i > 0 || pen.on) y = all.bottom + gap(all.pen);
      const bool framed = outermost && parts[i].rows.front().box.shape == Shape::step;
      const Size one = part(parts[i], x, y, all.pen, entered && i == 0);
      if (framed) frames_.push_back({x - 14, y - 12, one.bottom + 12});
      all = {std::max(all.right, one.right), one.bottom + (framed ? 14 : 0), one.pen};
    }
    return all;
  }

  Size part(const Part& part, double x, double y, Pen pen, bool entered) {
    const double middle = x + kBox / 2;
    struct Exit { double x, y; };
    std::vector<Exit> exits;
    double right = x + kBox, bottom = y;
    for (std::size_t i = 0; i < part.rows.size(); ++i) {
      const Row& row = part.rows[i];
      if (i > 0) y = bottom + gap(pen);
      if (i > 0 || !entered) arrive(pen, y);
      bottom = draw(row.box, x, y);
      pen = {row.down, middle, bottom, row.down_label};
      if (row.branch.empty()) continue;
      const double inner = x + kBox + kAcross;
      path(fmt::format("M{:.1f} {:.1f}H{:.1f}", x + kBox, y + kPort, inner - 1), true, row.trouble);
      label(x + kBox + 8, y + kPort - 6, row.edge, row.trouble);
      const Size branch = sequence(row.branch, inner, y, {}, true, false);
      right = std::max(right, branch.right);
      bottom = std::max(bottom, branch.bottom);
      if (row.returns && branch.pen.on) {
        bottom += 12;
        exits.push_back({branch.pen.x, bottom});
        path(fmt::format("M{:.1f} {:.1f}V{:.1f}", branch.pen.x, branch.pen.y, bottom), false, false);
      }
    }
    if (!part.body.empty()) {
      Pen at = pen;
      at.on = pen.on;
      const Size body = sequence_after(part.body, x, bottom, at);
      right = std::max(right, body.right), bottom = body.bottom, pen = body.pen;
    }
    if (!exits.empty()) {
      const double lane = right + kLane, join = bottom + 18;
      for (const Exit& exit : exits) path(fmt::format("M{:.1f} {:.1f}H{:.1f}V{:.1f}", exit.x, exit.y, lane, join), false, false);
      path(fmt::format("M{:.1f} {:.1f}H{:.1f}", lane, join, middle + (pen.on ? 1 : 0)), pen.on, false);
      if (pen.on) path(fmt::format("M{:.1f} {:.1f}V{:.1f}", middle, pen.y, join), false, false);
      if (pen.on) label(middle + 7, pen.y + 14, join - pen.y > 16 ? pen.label : "", false);
      right = lane, bottom = join, pen = {true, middle, join, {}};
    }
    return {right, bottom, pen};
  }
  Size sequence_after(const std::vector<Part>& parts, double x, double bottom, const Pen& pen) {
    Size all{x + kBox, bottom, pen};
    for (const Part& each : parts) {
      const Size one = part(each, x, all.bottom + gap(all.pen), all.pen, false);
      all = {std::max(all.right, one.right), one.bottom, one.pen};
    }
    return all;
  }

  // ── beside the flow ──
  double ladders(double y) {
    for (const Flow::Ladder& ladder : flow_.ladders) {
      y += 8;
      for (const std::string& line : wrapped("Escalation until " + ladder.until, kSide / kFont / 1.08, ems, 3)) text(kMargin, y + 10, line, "t step"), y += kLine;
      y += 10;
      const double first = y;
      double last = y;
      for (const auto& [when, does] : ladder.rungs) {
        last = y + 6;
        front_ += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"5\" class=\"dot\"/>\n", kMargin + 6, y + 6);
        for (const std::string& line : wrapped(when, (kSide - 24) / kFont, ems, 4)) text(kMargin + 22, y + 10, line, "t"), y += kLine;
        for (const std::string& line : wrapped(does, (kSide - 24) / kFontSmall, ems, 4)) text(kMargin + 22, y + 9, line, "d"), y += kSmall;
        y += 10;
      }
      back_ += fmt::format("<path d=\"M{:.1f} {:.1f}V{:.1f}\" class=\"rail\"/>\n", kMargin + 6, first + 6, last);
      y += 16;
    }
    return y;
  }
  double legend(double y, double x) {
    static constexpr std::pair<Tone, std::string_view> kTones[] = {{Tone::look, "looks"}, {Tone::change, "changes"}, {Tone::destroy, "may lose something"}, {Tone::people, "asks a person"}, {Tone::tell, "pages, tells"}};
    for (const auto& [tone, words] : kTones) {
      front_ += fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"13\" height=\"13\" rx=\"3\" class=\"b {}\"/>\n", x, y, spell(tone));
      text(x + 19, y + 11, words, "l");
      x += 19 + measured(words, ems) * kFontSmall + 18;
    }
    return y + 13;
  }

  std::string document(double left, double right, double bottom) const {
    const double width = right + kMargin, height = bottom + kMargin;
    std::string out = fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"rbc-flow\" role=\"img\" aria-labelledby=\"rbc-t rbc-d\" width=\"{0:.0f}\" height=\"{1:.0f}\" viewBox=\"0 0 {0:.0f} {1:.0f}\">\n", width, height);
    out += fmt::format("<title id=\"rbc-t\">{}: {}</title>\n<desc id=\"rbc-d\">{}</desc>\n", escaped(flow_.id), escaped(flow_.title), escaped(described()));
    out += std::string(kStyle);
    out += "<defs><marker id=\"rbc-end\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0L8 4L0 8Z\" class=\"tip\"/></marker>"
           "<marker id=\"rbc-bad\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0L8 4L0 8Z\" class=\"tip trouble\"/></marker></defs>\n";
    out += fmt::format("<rect width=\"{:.0f}\" height=\"{:.0f}\" class=\"page\"/>\n", width, height);
    for (const Frame& frame : frames_)
      out += fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" rx=\"9\" class=\"frame\"/>\n", frame.x, frame.top, right - left, frame.bottom - frame.top);
    return out + back_ + front_ + "</svg>\n";
  }
  std::string described() const {
    std::string steps;
    for (const Part& part : flow_.parts)
      if (part.rows.front().box.shape == Shape::step) steps += (steps.empty() ? "Steps in order: " : "; ") + part.rows.front().box.head;
    return fmt::format("{}. {}.", flow_.summary, steps);
  }

  static constexpr std::string_view kStyle = R"css(<style>
.rbc-flow text { font-family: system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; fill: #1c2430; }
.rbc-flow .h { font-size: 20px; font-weight: 650; } .rbc-flow .s { font-size: 13px; fill: #4d5968; }
.rbc-flow .t { font-size: 13px; } .rbc-flow .t.step { font-weight: 650; } .rbc-flow .d { font-size: 11.5px; fill: #3a4555; }
.rbc-flow .l { font-size: 11.5px; fill: #4d5968; } .rbc-flow .l.trouble { fill: #a3232c; }
.rbc-flow .page { fill: #fff; } .rbc-flow .frame { fill: #f4f6f9; stroke: #d5dbe4; }
.rbc-flow .b { fill: #fff; stroke: #8a97a8; stroke-width: 1.3; } .rbc-flow .b.step { fill: #2d3b50; stroke: #2d3b50; } .rbc-flow g .t.step { fill: #fff; }
.rbc-flow .b.look { fill: #e6f4ea; stroke: #3f9159; } .rbc-flow .b.change { fill: #fff2d6; stroke: #c08a1a; } .rbc-flow .b.destroy { fill: #fde4e4; stroke: #c93b44; }
.rbc-flow .b.people { fill: #e4effc; stroke: #3f7cc4; } .rbc-flow .b.tell { fill: #f3e8fb; stroke: #8f56bd; }
.rbc-flow .b.good { fill: #cdeed7; stroke: #2c7c47; stroke-width: 2; } .rbc-flow .b.bad { fill: #fad1d3; stroke: #b3202b; stroke-width: 2; }
.rbc-flow .e { fill: none; stroke: #67758a; stroke-width: 1.4; } .rbc-flow .e.trouble { stroke: #b3202b; stroke-dasharray: 5 3; }
.rbc-flow .tip { fill: #67758a; } .rbc-flow .tip.trouble { fill: #b3202b; } .rbc-flow .dot { fill: #8f56bd; } .rbc-flow .rail { stroke: #c9a9e2; stroke-width: 2; fill: none; }
DARK</style>
)css";

  struct Frame { double x, top, bottom; };
  const Flow& flow_;
  std::string back_, front_;
  std::vector<Frame> frames_;
};

// The rules of the dark look, with what each begins with: under the reader's preference, and under the class.
constexpr std::string_view kDark[] = {
    " text { fill: #e6ebf2; }", " .s { fill: #a9b5c5; }", " .d { fill: #c3ccd9; }", " .l { fill: #a9b5c5; }", " .l.trouble { fill: #ff8d92; }",
    " .page { fill: #12171f; }", " .frame { fill: #1a212c; stroke: #323d4d; }", " .b { fill: #222b38; stroke: #7d8a9c; }",
    " .b.step { fill: #c9d3e2; stroke: #c9d3e2; }", " g .t.step { fill: #121a26; }",
    " .b.look { fill: #14301e; stroke: #4fae6e; }", " .b.change { fill: #3b2c08; stroke: #d9a637; }", " .b.destroy { fill: #431519; stroke: #e8636b; }",
    " .b.people { fill: #132a45; stroke: #5f9de6; }", " .b.tell { fill: #2e1a3f; stroke: #b583df; }",
    " .b.good { fill: #17472a; stroke: #63cf88; }", " .b.bad { fill: #571a20; stroke: #ff7c84; }",
    " .e { stroke: #93a1b5; }", " .e.trouble { stroke: #ff7c84; }", " .tip { fill: #93a1b5; }", " .tip.trouble { fill: #ff7c84; }",
    " .dot { fill: #b583df; }", " .rail { stroke: #67468a; }"};

std::string dark_rules() {
  std::string out = "@media (prefers-color-scheme: dark) {\n";
  for (std::string_view rule : kDark) out += fmt::format(".rbc-flow:not(.light){}\n", rule);
  out += "}\n";
  for (std::string_view rule : kDark) out += fmt::format(".rbc-flow.dark{}\n", rule);
  return out;
}

}  // namespace

std::string svg(const Flow& flow) {
  std::string out = Canvas(flow).all();
  const auto at = out.find("DARK</style>");
  return out.replace(at, 4, dark_rules());
}

}  // namespace rbc::outline
