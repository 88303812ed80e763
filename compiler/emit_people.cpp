#include "compiler/emit_code.hpp"

namespace rbc::emission {

HumanInfo Emitter::person(NodeRef at, HumanKind kind) {
  HumanInfo info;
  info.kind = kind;
  info.type = Type(TypeTag::boolean);
  info.step = frame_.step;
  info.site = site(at);
  if (const NodeRef by = child(at, Kind::By)) info.by = names_of(by);
  if (const NodeRef voters = child(at, Kind::Voters)) {
    info.by = names_of(voters);
    if (const NodeRef needed = child(voters, Kind::Int)) info.needed = static_cast<std::uint32_t>(int_of(tree(needed).text(needed.node)).value());
  }
  beneath(at, info);
  return info;
}

// Notes beneath a question travel with it as written; the items beneath are asked after it.
void Emitter::beneath(NodeRef at, HumanInfo& info) {
  const auto collect = [&](NodeRef parent) {
    for (NodeRef note_node : all(parent, Kind::Note)) {
      std::string text;
      for (const auto& [piece, hole_node] : captured(note_node)) text += hole_node ? text_of(hole_node) : piece;
      info.notes.push_back(text);
    }
  };
  if (const NodeRef node = child(at, Kind::Beneath)) collect(node);
  if (kind(at) == Kind::Choose) collect(at);
}

void Emitter::nested_items(NodeRef at) {
  const NodeRef node = child(at, Kind::Beneath);
  if (!node) return;
  for (NodeRef inner : all(node, Kind::Item)) statement(inner);
}

// The values are on the stack; the answer takes their place.
void Emitter::question(HumanInfo info, std::uint32_t values) {
  program_.humans.push_back(std::move(info));
  op(Op::HUMAN, {static_cast<std::uint32_t>(program_.humans.size() - 1), values});
}

void Emitter::item(NodeRef at) {
  HumanInfo info = person(at, HumanKind::item);
  if (const NodeRef mark = child(at, Kind::ItemMark)) info.by = {text_of(mark)};
  words(child(at, Kind::Prose));
  question(std::move(info), 1);
  op(Op::POP);
  nested_items(at);
}

void Emitter::human(NodeRef at) {
  switch (kind(at)) {
    case Kind::Ask: ask(at); return;
    case Kind::Choose: choose(at); return;
    case Kind::Confirm: confirm(at); return;
    default: approve(at); return;
  }
}

void Emitter::ask(NodeRef at) {
  const SymbolId name = facts_.declares.at(at);
  guarded(at, [&] {
    HumanInfo info = person(at, HumanKind::ask);
    const Symbol& symbol = facts_.symbol(name);
    info.name = symbol.name;
    info.type = symbol.type;
    words(child(at, Kind::Title));
    std::uint32_t values = 1;
    if (const NodeRef preset = child(at, Kind::Default)) {
      expression(expression_of(preset));
      info.has_default = true;
      ++values;
    }
    if (const NodeRef within_node = child(at, Kind::Limit)) {
      length(nth(within_node, 0));
      info.has_limit = true;
      ++values;
    }
    question(std::move(info), values);
    store(symbol);
    nested_items(at);
  }, name);
}

void Emitter::choose(NodeRef at) {
  const SymbolId name = facts_.declares.at(at);
  guarded(at, [&] {
    HumanInfo info = person(at, HumanKind::choose);
    const Symbol& symbol = facts_.symbol(name);
    info.name = symbol.name;
    info.type = symbol.type;
    for (NodeRef option : all(at, Kind::Option))
      info.options.emplace_back(text_of(child(option, Kind::Name)), plain(child(option, Kind::Title)));
    words(child(at, Kind::Title));
    std::uint32_t values = 1;
    if (const NodeRef preset = child(at, Kind::ChooseDefault)) {
      constant(Value::option(text_of(nth(preset, 0))));
      info.has_default = true;
      ++values;
    }
    if (const NodeRef within_node = child(at, Kind::Limit)) {
      length(nth(within_node, 0));
      info.has_limit = true;
      ++values;
    }
    question(std::move(info), values);
    store(symbol);
  }, name);
}

void Emitter::confirm(NodeRef at) {
  guarded(at, [&] {
    HumanInfo info = person(at, HumanKind::confirm);
    words(child(at, Kind::Title));
    std::uint32_t values = 1;
    if (const NodeRef preset = child(at, Kind::Default)) {
      expression(expression_of(preset));
      info.has_default = true;
      ++values;
    }
    if (const NodeRef within_node = child(at, Kind::Limit)) {
      length(nth(within_node, 0));
      info.has_limit = true;
      ++values;
    }
    question(std::move(info), values);
    op(Op::POP);
    nested_items(at);
  });
}

void Emitter::approve(NodeRef at) {
  guarded(at, [&] {
    HumanInfo info = person(at, HumanKind::approve);
    info.has_limit = true;
    words(child(at, Kind::Title));
    length(nth(child(at, Kind::Limit), 0));
    if (const auto rungs = all(at, Kind::Rung); !rungs.empty()) {
      Ladder ladder;
      ladder.of = Ladder::Of::question;
      for (NodeRef part : rungs) rung(part, ladder);
      info.ladder = static_cast<std::int32_t>(program_.runbook.ladders.size());
      program_.runbook.ladders.push_back(std::move(ladder));
    }
    question(std::move(info), 2);
    op(Op::POP);
  });
}

void Emitter::caution(NodeRef at) {
  guarded(at, [&] {
    HumanInfo info = person(at, HumanKind::caution);
    words(child(at, Kind::Title));
    std::uint32_t values = 1;
    if (const NodeRef within_node = child(at, Kind::Limit)) {
      length(nth(within_node, 0));
      info.has_limit = true;
      info.approved = true;
      ++values;
    }
    question(std::move(info), values);
    op(Op::POP);
    block(child(at, Kind::Block));
  });
}

// ── words to others ──

std::uint32_t Emitter::notice(NodeRef at, NoticeInfo::What what) {
  NoticeInfo info;
  info.what = what;
  for (NodeRef name : all(at, Kind::Name)) {
    const std::uint32_t resource = symbol_of(name).index;
    program_.resources[resource].used = true;
    info.to.push_back(resource);
  }
  info.site = site(at);
  program_.notices.push_back(std::move(info));
  return static_cast<std::uint32_t>(program_.notices.size() - 1);
}

// The title, then the message beneath it; without either, the runbook's own name.
void Emitter::notice_text(NodeRef at) {
  const NodeRef title_node = child(at, Kind::Title);
  const NodeRef with = child(at, Kind::MessageUse);
  if (!with) {
    if (title_node) words(title_node);
    else constant(Value::text(runbook_->title.empty() ? runbook_->id : runbook_->id + ": " + runbook_->title));
    return;
  }
  // A message is written where it is used, its parameters in slots of this frame.
  const MessageFacts& message = facts_.messages[symbol_of(with).index];
  std::map<std::pair<Storage, std::uint32_t>, std::uint32_t> parameters;
  std::vector<NodeRef> given;
  if (const NodeRef args = child(with, Kind::Args)) given = expressions_of(args);
  for (std::size_t i = 0; i < given.size() && i < message.parameters.size(); ++i) {
    const Symbol& parameter = facts_.symbol(message.parameters[i]);
    soft(given[i]);
    set(parameters[{parameter.storage, parameter.slot}] = temporary());
  }
  std::vector<std::pair<std::string, NodeRef>> text;
  if (title_node) {
    text = pieces_of(title_node);
    text.emplace_back("\n", NodeRef{});
  }
  const std::size_t body = text.size();
  for (auto& piece : captured(message.def)) text.push_back(std::move(piece));
  bool inside = false;
  words(text, [&](std::size_t index) {
    if (index != body) return;
    frame_.instead.swap(parameters);
    inside = true;
  });
  if (inside) frame_.instead.swap(parameters);
}

void Emitter::notify(NodeRef at) {
  notice_text(at);
  op(Op::NOTIFY, {notice(at, word(at) == Word::Page ? NoticeInfo::What::page : NoticeInfo::What::tell)});
}

void Emitter::escalate(NodeRef at) {
  notice_text(at);
  op(Op::DUP);
  op(Op::NOTIFY, {notice(at, NoticeInfo::What::escalate)});
  op(Op::END, {1});
}

void Emitter::end(NodeRef at) {
  if (const NodeRef title_node = child(at, Kind::Title)) words(title_node);
  else constant(Value::text(std::string(tree(at).text(at.node))));
  std::uint32_t outcome = 0;
  switch (word(at)) {
    case Word::Escalated: outcome = 1; break;
    case Word::Failed: outcome = 2; break;
    case Word::Aborted: outcome = 3; break;
    default: break;
  }
  op(Op::END, {outcome});
}

}  // namespace rbc::emission
