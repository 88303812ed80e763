// The flow of a runbook as boxes: down the page where all goes well, to the right where it does not.
#pragma once
#include <string>
#include <vector>

#include "compiler/outline/outline.hpp"

namespace rbc::outline {

enum class Shape : std::uint8_t { step, box, decision, end };
enum class Tone : std::uint8_t { plain, look, change, destroy, people, tell, good, bad };
std::string_view spell(Tone tone);

struct Box {
  unsigned id = 0;                     // in the order of the text, from 0
  Shape shape = Shape::box;
  Tone tone = Tone::plain;
  std::string head;                    // plain words
  std::vector<std::string> lines;      // smaller, below
};

struct Part;
// A box on the way down, and what it may lead to on its right.
struct Row {
  Box box;
  std::string edge;                    // the words on the arrow to the right
  bool trouble = false;                // that arrow is a failure's, drawn broken
  std::vector<Part> branch;
  bool returns = true;                 // the end of the branch leads back to below this part
  bool down = true;                    // the way goes on below the box
  std::string down_label;              // the words on that arrow
};
// Rows one below the other, then lines on the same way, then the place where the branches come back.
struct Part {
  std::vector<Row> rows;
  std::vector<Part> body;
};

struct Flow {
  std::string id, title, summary;
  std::vector<Part> parts;
  struct Ladder { std::string until; std::vector<std::pair<std::string, std::string>> rungs; };   // when, what
  std::vector<Ladder> ladders;
  unsigned boxes = 0;
};

Flow flow_of(const Outline& outline);
bool leads_on(const std::vector<Part>& parts);

// A whole SVG document. Light or dark as the reader's system is, or by the class `light` or `dark` on its root.
std::string svg(const Flow& flow);
std::string mermaid(const Flow& flow);
std::string dot(const Flow& flow);

}  // namespace rbc::outline
