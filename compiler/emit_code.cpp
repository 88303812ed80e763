#include "compiler/emit_code.hpp"

#include <cassert>

namespace rbc::emission {

Value nothing_here(std::string reason) { return Value::missing(std::move(reason)); }

Emitter::Emitter(const Facts& facts, std::uint32_t runbook)
    : facts_(facts), runbook_(&facts.runbooks[runbook]), code_(program_) {}

std::vector<NodeRef> Emitter::all(NodeRef at) const {
  std::vector<NodeRef> found;
  for (NodeId id : tree(at).children(at.node)) found.push_back(in(at, id));
  return found;
}

std::vector<NodeRef> Emitter::all(NodeRef at, Kind kind) const {
  std::vector<NodeRef> found;
  for (NodeId id : tree(at).all(at.node, kind)) found.push_back(in(at, id));
  return found;
}

std::vector<NodeRef> Emitter::expressions_of(NodeRef at) const {
  std::vector<NodeRef> found;
  for (NodeRef c : all(at))
    if (is_expression(kind(c))) found.push_back(c);
  return found;
}

const Use& Emitter::use(NodeRef at) const {
  auto found = facts_.uses.find(at);
  assert(found != facts_.uses.end() && "a name that nobody resolved");
  return found->second;
}

const Type& Emitter::type_of(NodeRef at) const {
  static const Type unknown;
  auto found = facts_.types.find(at);
  return found == facts_.types.end() ? unknown : found->second;
}

std::vector<std::string> Emitter::names_of(NodeRef at) const {
  std::vector<std::string> names;
  for (NodeRef name : all(at, Kind::Name)) names.push_back(text_of(name));
  return names;
}

std::uint32_t Emitter::site(NodeRef at) {
  const Source& source = tree(at).source();
  const Place place = source.place(tree(at).node(at.node).begin);
  auto [known, fresh] = sites_.try_emplace({at.file, place.line}, static_cast<std::uint32_t>(program_.sites.size()));
  if (!fresh) return known->second;
  auto [file, new_file] = files_.try_emplace(at.file, static_cast<std::uint32_t>(program_.files.size()));
  if (new_file) program_.files.push_back(source.path());
  std::string_view line = source.line(place.line);
  while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
  while (!line.empty() && (line.back() == ' ' || line.back() == '\r' || line.back() == '\t')) line.remove_suffix(1);
  program_.sites.push_back({file->second, place.line, place.column, std::string(line)});
  return known->second;
}

void Emitter::load(Storage storage, std::uint32_t slot) {
  assert(storage != Storage::none);
  if (auto own = frame_.instead.find({storage, slot}); own != frame_.instead.end()) op(Op::LOCAL, {own->second});
  else if (storage == Storage::global) op(Op::GLOBAL, {slots_ + slot});
  else op(Op::LOCAL, {local(slot)});
}

void Emitter::store(Storage storage, std::uint32_t slot) {
  if (storage == Storage::none) op(Op::POP);
  else if (storage == Storage::global) op(Op::SET_GLOBAL, {slots_ + slot});
  else op(Op::SET_LOCAL, {local(slot)});
}

std::uint32_t Emitter::new_function(std::string name, FunctionKind kind, std::uint32_t parameters) {
  Function function;
  function.name = std::move(name);
  function.kind = kind;
  function.parameters = parameters;
  program_.functions.push_back(std::move(function));
  return static_cast<std::uint32_t>(program_.functions.size() - 1);
}

void Emitter::write(std::uint32_t function, std::uint32_t locals, std::function<void()> body) {
  if (writing_) return later([this, function, locals, body = std::move(body)] { write(function, locals, body); });
  writing_ = true;
  frame_ = {};
  frame_.function = function;
  frame_.locals = locals;
  program_.functions[function].begin = code_.here();
  body();
  program_.functions[function].end = code_.here();
  program_.functions[function].locals = frame_.locals;
  writing_ = false;
  if (!draining_) drain();
}

// For the runbook whose lines are being written now.
void Emitter::later(std::function<void()> what) {
  pending_.push_back([this, what = std::move(what), of = runbook_, slots = slots_] {
    const RunbookFacts* before = std::exchange(runbook_, of);
    const std::uint32_t slots_before = std::exchange(slots_, slots);
    what();
    runbook_ = before;
    slots_ = slots_before;
  });
}

// What was asked for meanwhile is written in the order in which it was asked for, so functions stand in the order of their numbers.
void Emitter::drain() {
  draining_ = true;
  while (!pending_.empty()) {
    auto now = std::move(pending_);
    pending_.clear();
    for (auto& next : now) next();
  }
  draining_ = false;
}

void Emitter::return_nothing() {
  constant(Value());
  op(Op::RETURN);
}

std::uint32_t Emitter::pure(std::string name, FunctionKind kind, const std::function<void()>& body) {
  const std::uint32_t function = new_function(std::move(name), kind);
  write(function, runbook_->locals, [this, body] {
    body();
    op(Op::RETURN);
  });
  return function;
}

}  // namespace rbc::emission
