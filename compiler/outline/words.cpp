#include "compiler/outline/words.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "vm/model/value.hpp"

namespace rbc::outline {

std::string code(std::string_view text) { return kCode + std::string(text) + kCodeEnd; }

std::string plain(std::string_view words, std::string_view quote) {
  std::string out;
  for (char c : words) {
    if (c == kCode || c == kCodeEnd) out += quote;
    else out += c;
  }
  return out;
}

std::string time_words(Micros micros) { return prose(Value::duration(micros)); }

std::string listed(const std::vector<std::string>& words, std::string_view last) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) out += (i == 0 ? "" : i + 1 == words.size() ? fmt::format(" {} ", last) : ", ") + words[i];
  return out;
}

std::string Words::text(NodeRef node) const {
  if (!node) return {};
  const Tree& t = tree(node);
  if (t.kind(node.node) == Kind::Note) return capture(t, node.node).text;
  std::string out;
  for (const TextPiece& piece : pieces(t, node.node)) out += piece.hole ? std::string(t.text(piece.hole)) : piece.text;
  return out;
}

std::string Words::raw(NodeRef node) const {
  std::string out;
  for (char c : tree(node).text(node.node)) {
    const bool blank = c == '\n' || c == '\r' || c == ' ';
    if (!blank) out += c;
    else if (!out.empty() && out.back() != ' ') out += ' ';
  }
  return out;
}

const Symbol* Words::symbol(NodeRef name) const {
  const auto found = facts_.uses.find(name);
  if (found == facts_.uses.end() || found->second.symbol == kNoSymbol) return nullptr;
  return &facts_.symbol(found->second.symbol);
}

std::string Words::check(NodeRef mention) const {
  const Tree& t = tree(mention);
  NodeRef name = mention;
  if (t.kind(mention.node) == Kind::Ref) name.node = t.child(mention.node, Kind::Name);
  if (t.kind(mention.node) == Kind::Apply) name.node = t.child(mention.node, Kind::Var);
  const Symbol* meant = symbol(name);
  if (!meant) return code(raw(mention));
  if (meant->kind == SymbolKind::goal) return "the goal";
  if (meant->kind != SymbolKind::check) return code(raw(mention));
  const CheckFacts& facts = facts_.checks[meant->index];
  const Tree& home = tree(facts.def);
  const NodeId title = home.child(facts.def.node, Kind::Title);
  if (!title) return code(raw(mention));
  std::vector<std::string> given;
  if (const NodeId args = t.child(mention.node, Kind::Args))
    for (NodeId arg : t.children(args))
      given.push_back(t.kind(arg) == Kind::Text ? text({mention.file, arg}) : t.kind(arg) == Kind::Var ? "<" + std::string(t.text(arg)) + ">" : raw({mention.file, arg}));
  std::string out;
  bool all_shown = true;
  std::vector<bool> shown(given.size(), false);
  for (const TextPiece& piece : pieces(home, title)) {
    if (!piece.hole) {
      out += piece.text;
      continue;
    }
    const auto path = hole_path(home, piece.hole);
    std::string filled(home.text(piece.hole));
    for (std::size_t i = 0; i < facts.parameters.size() && i < given.size(); ++i)
      if (path.size() == 1 && facts_.symbol(facts.parameters[i]).name == path[0]) filled = given[i], shown[i] = true;
    out += filled;
  }
  for (bool each : shown) all_shown = all_shown && each;
  return all_shown ? fmt::format("“{}”", out) : fmt::format("“{}” ({})", out, listed(given, "and"));
}

std::string Words::refs(NodeRef refs) const {
  const Tree& t = tree(refs);
  std::vector<std::string> names;
  std::string each;
  for (NodeId child : t.children(refs.node)) {
    if (t.kind(child) == Kind::Ref) names.push_back(check({refs.file, child}));
    if (t.kind(child) == Kind::RefsEach) each = fmt::format(", for each {} of {}", code(t.name(child)), value({refs.file, t.expression(child)}));
  }
  return listed(names) + each;
}

std::string Words::contact(NodeRef name) const {
  const Symbol* meant = symbol(name);
  const std::string as_written(tree(name).text(name.node));
  if (!meant || meant->kind != SymbolKind::resource) return as_written;
  const Resource& resource = facts_.resources[meant->index];
  return resource.title.empty() || resource.kind == ResourceKind::channel ? as_written : resource.title;
}

std::string Words::contacts(NodeRef parent) const {
  const Tree& t = tree(parent);
  std::vector<std::string> names;
  for (NodeId name : t.all(parent.node, Kind::Name)) names.push_back(contact({parent.file, name}));
  return listed(names);
}

std::string Words::length(NodeRef node) const {
  if (!node) return {};
  const Tree& t = tree(node);
  const auto found = facts_.lengths.find(node);
  if (t.kind(node.node) == Kind::Duration)
    if (const auto length = duration_of(t.text(node.node))) return time_words(length->count() * 1000);
  if (found == facts_.lengths.end()) return code(raw(node));
  const LengthFacts& facts = found->second;
  if (facts.cap > facts.usual) return fmt::format("{} ({}, at most {})", code(t.text(node.node)), time_words(facts.usual), time_words(facts.cap));
  return fmt::format("{} ({})", code(t.text(node.node)), time_words(facts.usual));
}

namespace {

// Parts of built-in answers whose names are nouns; what a runbook's own text named is quoted instead.
bool is_noun(std::string_view name) {
  static constexpr std::string_view kNouns[] = {"value", "status", "state", "count", "exit", "text", "body", "version"};
  return std::find(std::begin(kNouns), std::end(kNouns), name) != std::end(kNouns);
}

// Alternatives and conditions of several parts keep their parentheses where the outer one would read otherwise.
bool compound(Kind kind) { return kind == Kind::And || kind == Kind::Or; }

}  // namespace

std::string Words::operand(NodeRef node) const {
  const Kind kind = tree(node).kind(node.node);
  const std::string words = condition(node);
  return compound(kind) ? "(" + words + ")" : words;
}

std::string Words::joined(NodeRef node, std::string_view word) const {
  std::vector<std::string> parts;
  for (NodeId child : tree(node).children(node.node)) parts.push_back(operand({node.file, child}));
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : fmt::format(" {} ", word)) + part;
  return out;
}

bool Words::takes(NodeRef node) const {
  const Tree& t = tree(node);
  const NodeId field = t.child(node.node, Kind::Field);
  return t.kind(node.node) == Kind::Above && field && t.text(field) == "took";
}

std::string Words::value(NodeRef node) const {
  if (!node) return {};
  const Tree& t = tree(node);
  const NodeId first = t.first(node.node);
  switch (t.kind(node.node)) {
    case Kind::Group: return value({node.file, t.expression(node.node)});
    case Kind::Cast: return t.child(node.node, Kind::Reading) ? value({node.file, t.expression(node.node)}) : code(raw(node));
    case Kind::Percent: {
      std::string number(t.text(node.node));
      if (!number.empty() && number.back() == '%') number.pop_back();
      return number + " %";
    }
    case Kind::Portion: return fmt::format("{} of {}", value({node.file, first}), value({node.file, t.next(first)}));
    case Kind::Duration: return length(node);
    case Kind::Bool: case Kind::Colour: case Kind::Number: case Kind::Int: case Kind::Size: case Kind::Rate: case Kind::Instant: return raw(node);
    case Kind::Above: {
      const NodeId field = t.child(node.node, Kind::Field);
      const std::string name = field ? t.field_name(field) : "";
      return is_noun(name) && !t.child(node.node, Kind::Args) ? "the " + name : code(raw(node).substr(1));
    }
    case Kind::Var: {
      const Symbol* meant = symbol(node);
      if (meant && (meant->kind == SymbolKind::check || meant->kind == SymbolKind::goal)) return check(node);
      return code(raw(node));
    }
    case Kind::Apply: return check(node);
    default: return code(raw(node));
  }
}

std::string Words::compare(NodeRef node) const {
  const Tree& t = tree(node);
  std::vector<NodeRef> sides;
  for (NodeId child : t.children(node.node))
    if (t.kind(child) != Kind::Flag) sides.push_back({node.file, child});
  if (sides.size() != 2) return code(raw(node));
  const bool negated = t.flag(node.node, Word::Not);
  if (takes(sides[0]) && (t.word(node.node) == Word::Greater || t.word(node.node) == Word::GreaterEqual))
    return fmt::format("answering takes {} {}", t.word(node.node) == Word::Greater ? "more than" : "at least", value(sides[1]));
  const char* between = "is";
  switch (t.word(node.node)) {
    case Word::Greater: between = "is above"; break;
    case Word::GreaterEqual: between = "is at least"; break;
    case Word::Less: between = "is below"; break;
    case Word::LessEqual: between = "is at most"; break;
    case Word::Contains: between = negated ? "does not contain" : "contains"; break;
    case Word::Matches: between = negated ? "does not match" : "matches"; break;
    case Word::In: between = negated ? "is not one of" : "is one of"; break;
    default: between = negated ? "is not" : "is"; break;
  }
  return fmt::format("{} {} {}", value(sides[0]), between, value(sides[1]));
}

std::string Words::condition(NodeRef node) const {
  if (!node) return {};
  const Tree& t = tree(node);
  const NodeRef inner{node.file, t.expression(node.node)};
  switch (t.kind(node.node)) {
    case Kind::And: return joined(node, "and");
    case Kind::Or: return joined(node, "or");
    case Kind::Not: return fmt::format("not ({})", condition(inner));
    case Kind::Group: return condition(inner);
    case Kind::Verdict: return fmt::format("{} {}", value(inner), t.word(node.node) == Word::Fails ? "fails" : "passes");
    case Kind::Presence: {
      const bool missing = t.word(node.node) == Word::Missing, negated = t.flag(node.node, Word::Not);
      return fmt::format("{} is {}{}", value(inner), negated ? "not " : "", missing ? "missing" : "there");
    }
    case Kind::Compare: return compare(node);
    case Kind::Above: {
      const NodeId field = t.child(node.node, Kind::Field);
      if (field && t.text(field) == "ok") return "the answer is good";
      const std::string words = value(node);
      return words.rfind("the ", 0) == 0 ? fmt::format("{} is {}", code(words.substr(4)), code("yes")) : words;
    }
    default: return value(node);
  }
}

}  // namespace rbc::outline
