// The flow in the languages of other drawing programs.
#include <fmt/format.h>

#include "compiler/outline/flow.hpp"
#include "compiler/outline/markup.hpp"

namespace rbc::outline {

std::string escaped(std::string_view text) {
  std::string out;
  for (char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20 || c == '\n') out += c;
        else if (c == '\t') out += ' ';
    }
  }
  return out;
}

namespace {

// Walks the flow and lets a dialect write boxes, groups and arrows.
class Dialect {
 public:
  virtual ~Dialect() = default;
  virtual void box(const Box& box) = 0;
  virtual void open(const Box& step) = 0;                // a step's frame
  virtual void close() = 0;
  virtual void arrow(unsigned from, unsigned to, std::string_view label, bool trouble) = 0;
};

struct Way { unsigned from; std::string label; bool trouble; };

class Walk {
 public:
  explicit Walk(Dialect& to) : to_(to) {}
  struct Arrow { unsigned from, to; std::string label; bool trouble; };

  std::vector<Way> sequence(const std::vector<Part>& parts, std::vector<Way> ways, bool outermost) {
    for (const Part& each : parts) {
      const bool framed = outermost && each.rows.front().box.shape == Shape::step;
      if (framed) to_.open(each.rows.front().box);
      ways = part(each, std::move(ways));
      if (framed) to_.close();
    }
    return ways;
  }
  void arrows() {
    for (const Arrow& each : arrows_) to_.arrow(each.from, each.to, each.label, each.trouble);
  }

 private:
  std::vector<Way> part(const Part& part, std::vector<Way> ways) {
    std::vector<Way> back;
    for (const Row& row : part.rows) {
      to_.box(row.box);
      for (const Way& way : ways) arrows_.push_back({way.from, row.box.id, way.label, way.trouble});
      ways.clear();
      if (!row.branch.empty()) {
        const auto ends = sequence(row.branch, {{row.box.id, row.edge, row.trouble}}, false);
        if (row.returns) back.insert(back.end(), ends.begin(), ends.end());
      }
      if (row.down) ways.push_back({row.box.id, row.down_label, false});
    }
    ways = sequence(part.body, std::move(ways), false);
    ways.insert(ways.end(), back.begin(), back.end());
    return ways;
  }
  Dialect& to_;
  std::vector<Arrow> arrows_;
};

class Mermaid : public Dialect {
 public:
  std::string out = "flowchart TD\n";

  void box(const Box& box) override {
    const char *left = "[\"", *right = "\"]";
    if (box.shape == Shape::decision) left = "{{\"", right = "\"}}";
    if (box.shape == Shape::end) left = "([\"", right = "\"])";
    std::string words = said(box.head);
    for (const std::string& line : box.lines) words += "<br/>" + said(line);
    out += fmt::format("  n{}{}{}{}:::{}\n", box.id, left, words, right, box.shape == Shape::step ? "step" : spell(box.tone));
  }
  void open(const Box& step) override { out += fmt::format("  subgraph s{}[\"{}\"]\n", step.id, said(step.head)); }
  void close() override { out += "  end\n"; }
  void arrow(unsigned from, unsigned to, std::string_view label, bool trouble) override {
    const char* line = trouble ? "-.->" : "-->";
    out += label.empty() ? fmt::format("  n{} {} n{}\n", from, line, to) : fmt::format("  n{} {}|\"{}\"| n{}\n", from, line, said(label), to);
  }
  void finish() {
    out += "  classDef step fill:#2d3b50,color:#ffffff,stroke:#2d3b50\n  classDef plain fill:#ffffff,color:#1c2430,stroke:#8a97a8\n"
           "  classDef look fill:#e6f4ea,color:#1c2430,stroke:#3f9159\n  classDef change fill:#fff2d6,color:#1c2430,stroke:#c08a1a\n"
           "  classDef destroy fill:#fde4e4,color:#1c2430,stroke:#c93b44\n  classDef people fill:#e4effc,color:#1c2430,stroke:#3f7cc4\n"
           "  classDef tell fill:#f3e8fb,color:#1c2430,stroke:#8f56bd\n  classDef good fill:#cdeed7,color:#1c2430,stroke:#2c7c47\n  classDef bad fill:#fad1d3,color:#1c2430,stroke:#b3202b\n";
  }

 private:
  // Mermaid reads entities without their `&`; a backtick would start its own Markdown.
  static std::string said(std::string_view text) {
    std::string safe;
    for (char c : text) {
      if (c == '#' || c == '"' || c == '`' || c == '\\' || c == '<' || c == '>' || c == '&') safe += fmt::format("#{};", static_cast<int>(c));
      else if (static_cast<unsigned char>(c) >= 0x20) safe += c;
    }
    return safe;
  }
};

class Dot : public Dialect {
 public:
  std::string out;

  explicit Dot(const Flow& flow) {
    out = fmt::format("digraph runbook {{\n  label=\"{}\"; labelloc=t; fontname=\"Helvetica\"; splines=ortho; nodesep=0.4;\n"
                      "  node [fontname=\"Helvetica\", fontsize=11, shape=box, style=\"rounded,filled\", margin=\"0.15,0.08\"];\n  edge [fontname=\"Helvetica\", fontsize=10, color=\"#67758a\"];\n",
                      said(flow.id + ": " + flow.title));
  }
  void box(const Box& box) override {
    std::string words = said(box.head) + (box.lines.empty() ? "" : "\\l");
    for (const std::string& line : box.lines) words += said(line) + "\\l";
    const auto [fill, line] = colours(box);
    out += fmt::format("  n{} [label=\"{}\", fillcolor=\"{}\", color=\"{}\"{}{}];\n", box.id, words, fill, line, box.shape == Shape::decision ? ", shape=octagon, style=filled" : "",
                       box.shape == Shape::step ? ", fontcolor=\"#ffffff\"" : "");
  }
  void open(const Box& step) override { out += fmt::format("  subgraph cluster_{} {{ color=\"#d5dbe4\"; label=\"\";\n", step.id); }
  void close() override { out += "  }\n"; }
  void arrow(unsigned from, unsigned to, std::string_view label, bool trouble) override {
    out += fmt::format("  n{} -> n{} [xlabel=\"{}\"{}];\n", from, to, said(label), trouble ? ", style=dashed, color=\"#b3202b\"" : "");
  }

 private:
  static std::string said(std::string_view text) {
    std::string safe;
    for (char c : text) {
      if (c == '"' || c == '\\') safe += '\\';
      if (c == '&') safe += "&amp;";                       // Graphviz reads entities in labels
      else if (static_cast<unsigned char>(c) >= 0x20) safe += c;
    }
    return safe;
  }
  static std::pair<std::string_view, std::string_view> colours(const Box& box) {
    if (box.shape == Shape::step) return {"#2d3b50", "#2d3b50"};
    switch (box.tone) {
      case Tone::plain: return {"#ffffff", "#8a97a8"};
      case Tone::look: return {"#e6f4ea", "#3f9159"};
      case Tone::change: return {"#fff2d6", "#c08a1a"};
      case Tone::destroy: return {"#fde4e4", "#c93b44"};
      case Tone::people: return {"#e4effc", "#3f7cc4"};
      case Tone::tell: return {"#f3e8fb", "#8f56bd"};
      case Tone::good: return {"#cdeed7", "#2c7c47"};
      case Tone::bad: return {"#fad1d3", "#b3202b"};
    }
    return {"#ffffff", "#8a97a8"};
  }
};

}  // namespace

std::string mermaid(const Flow& flow) {
  Mermaid to;
  Walk walk(to);
  walk.sequence(flow.parts, {}, true);
  walk.arrows();
  to.finish();
  return std::move(to.out);
}

std::string dot(const Flow& flow) {
  Dot to(flow);
  Walk walk(to);
  walk.sequence(flow.parts, {}, true);
  walk.arrows();
  return std::move(to.out) + "}\n";
}

}  // namespace rbc::outline
