// Lines that talk to people, and what happens to them when nobody is there.
#include <fmt/format.h>

#include "compiler/outline/build.hpp"

namespace rbc::outline {

void Builder::beneath(NodeRef node, Line& line) {
  for (NodeRef part : children(child(node, Kind::Beneath))) {
    if (kind(part) == Kind::Note) line.notes.push_back(words_.text(part));
    else line.inner.push_back(this->line(part));
  }
}

void Builder::item(NodeRef node, Line& line) {
  line.kind = LineKind::item;
  line.words = words_.text(child(node, Kind::Prose));
  if (const NodeRef mark = child(node, Kind::ItemMark)) {
    line.name = tree(mark).text(mark.node);
    line.details.push_back(words_.contact(mark) + " does this");
  }
  line.headless = "stays open, and is reported; a later caution of the same step is then refused";
  beneath(node, line);
}

void Builder::answered_by(NodeRef node, Line& line) {
  if (const NodeRef by = child(node, Kind::By)) line.details.push_back("answered by " + words_.contacts(by));
  if (const NodeRef voters = child(node, Kind::Voters)) {
    const NodeRef count = child(voters, Kind::Int);
    line.details.push_back(fmt::format("approved by {}{}", count ? fmt::format("{} of ", tree(count).text(count.node)) : "", words_.contacts(voters)));
  }
}

void Builder::question(NodeRef node, Line& line) {
  line.kind = kind(node) == Kind::Ask ? LineKind::ask : LineKind::choose;
  line.name = name(node);
  line.words = title(node);
  for (NodeRef part : children(node)) {
    if (kind(part) == Kind::Note) line.notes.push_back(words_.text(part));
    if (kind(part) == Kind::Option) line.details.push_back(title(part).empty() ? code(name(part)) : fmt::format("{}: {}", code(name(part)), title(part)));
  }
  const NodeRef preset = kind(node) == Kind::Ask ? child(node, Kind::Default) : child(node, Kind::ChooseDefault);
  std::string answer;
  if (preset) answer = kind(node) == Kind::Ask ? words_.value(expression(preset)) : code(name(preset));
  line.headless = answer.empty() ? "stays without an answer" : "the answer is " + answer;
  if (const std::string within = limit(node); !within.empty()) line.details.push_back("answered" + within + (answer.empty() ? ", or this fails" : ", or it is " + answer));
  answered_by(node, line);
  beneath(node, line);
  otherwise(node, line);
}

void Builder::gate(NodeRef node, Line& line) {
  line.words = title(node);
  const std::string within = limit(node);
  answered_by(node, line);
  if (kind(node) == Kind::Confirm) {
    line.kind = LineKind::confirm;
    const NodeRef preset = child(node, Kind::Default);
    const NodeRef value = preset ? expression(preset) : NodeRef{};
    if (!preset || (kind(value) == Kind::Bool && word(value) == Word::No)) line.headless = "the answer is no";
    else line.headless = kind(value) == Kind::Bool ? "the answer is yes" : "the answer is that of " + words_.value(value);
    if (!within.empty()) line.details.push_back("answered" + within);
    beneath(node, line);
  } else {
    const bool approved = static_cast<bool>(child(node, Kind::Voters));
    line.kind = kind(node) == Kind::Approve ? LineKind::approve : LineKind::caution;
    line.headless = approved ? fmt::format("waits for the approval{}, then it is refused; nothing approves itself", within.empty() ? "" : ", at most" + within.substr(7))
                             : "is refused, unless the run is started with " + code("--allow STEP");
    for (NodeId note : tree(node).all(node.node, Kind::Note)) line.notes.push_back(words_.text({node.file, note}));
    for (NodeId each : tree(node).all(node.node, Kind::Rung)) {
      const Rung made = rung({node.file, each});
      line.details.push_back(fmt::format("{}: {}", made.when, made.does));
    }
  }
  branch(node, Kind::Block, BranchKind::body, line);
  for (const Branch& body : line.branches)
    for (const Line& each : body.lines) line.effect = graver(line.effect, each.effect);
  otherwise(node, line);
}

void Builder::notify(NodeRef node, Line& line) {
  const bool escalates = kind(node) == Kind::Escalate;
  line.kind = escalates ? LineKind::escalate : LineKind::notify;
  line.effect = Effect::tells;
  line.words = fmt::format("{} {}", escalates ? "Escalate to" : word(node) == Word::Page ? "Page" : "Tell", words_.contacts(node));
  if (const NodeRef use = child(node, Kind::MessageUse)) {
    line.words += " with the message " + code(name(use));
    if (const NodeRef args = child(use, Kind::Args)) {
      std::vector<std::string> given;
      for (NodeRef arg : children(args)) given.push_back(words_.value(arg));
      line.words += fmt::format(" ({})", listed(given, "and"));
    }
  }
  if (const std::string said = title(node); !said.empty()) line.words += ": " + said;
}

}  // namespace rbc::outline
