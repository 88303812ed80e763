// Lines that talk to people: questions, choices, pages, and whose answer counts.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "compiler/checker.hpp"

namespace rbc::front {

void Checker::people(NodeId parent) {
  for (Kind kind : {Kind::By, Kind::Voters}) {
    const NodeId list = tree().child(parent, kind);
    if (!list) continue;
    const auto names = tree().all(list, Kind::Name);
    std::set<std::string> distinct;
    for (NodeId name : names) {
      resource_named(name, true);
      if (!distinct.insert(text(name)).second) error("E0610", name, fmt::format("`{}` is named twice, and answers once.", text(name)), "Name each contact once.");
    }
    const NodeId count = tree().child(list, Kind::Int);
    const auto needed = count ? int_of(tree().text(count)) : std::nullopt;
    if (needed && (*needed < 1 || *needed > static_cast<std::int64_t>(names.size())))
      error("E0610", count, fmt::format("{} approvals are asked of {} contact{}.", *needed, names.size(), names.size() == 1 ? "" : "s"),
            *needed < 1 ? "Ask for one at least." : fmt::format("Name {} contacts at least, or ask for {}.", *needed, names.size()));
  }
  for (NodeId mark : tree().find(Kind::ItemMark, parent)) resource_named(mark, true);
}

void Checker::ask(NodeId node) {
  const NodeId name = tree().child(node, Kind::Name), type = tree().child(node, Kind::Type), preset = tree().child(node, Kind::Default);
  Type is = type ? type_node(type) : Type(TypeTag::text);
  if (preset) {
    const NodeId value = tree().expression(preset);
    const Type given = expression(value, type ? &is : nullptr);
    if (!type) is = given;
    else if (!given.is(TypeTag::error) && !is.is(TypeTag::error) && !fits(given, is))
      error("E0301", value, fmt::format("`{}` is {}, and its default is {}.", text(name), with_article(is), with_article(given)),
            is.is_quantity() && given.is_numeric() ? "Give the default a unit." : "");
  }
  if (holds_secret(is)) {
    error("E0502", type ? type : tree().expression(preset), fmt::format("`{}` is to be a secret, and what people answer stands in the journal.", text(name)),
          fmt::format("A secret is declared, and known everywhere: `secret {} from env {}`.", text(name), upper_name(text(name))));
    is = Type();
  }
  people(node);
  lengths_under(node);
  prose_child(node, Kind::Title);
  prose_child(node, Kind::Beneath);
  const SymbolId id = bind_value(node, name, is);
  if (!preset) questions_.push_back(id);
  otherwise(node);
}

void Checker::choose(NodeId node) {
  const NodeId name = tree().child(node, Kind::Name);
  std::vector<std::string> options;
  for (NodeId option : tree().all(node, Kind::Option)) {
    if (std::find(options.begin(), options.end(), tree().name(option)) != options.end())
      error("E0207", tree().child(option, Kind::Name), fmt::format("`{}` is an option already.", tree().name(option)), "Call this one something else.");
    else options.emplace_back(tree().name(option));
    prose_child(option, Kind::Title);
  }
  const Type is = Type::one_of(options);
  const NodeId preset = tree().child(node, Kind::ChooseDefault);
  if (preset && !tree().child(node, Kind::Error)) as_option(tree().child(preset, Kind::Name), is);
  people(node);
  lengths_under(node);
  prose_child(node, Kind::Title);
  for (NodeId note : tree().all(node, Kind::Note)) prose(note);
  const SymbolId id = bind_value(node, name, is);
  if (!preset) questions_.push_back(id);
  otherwise(node);
}

void Checker::wakes(NodeId name) {
  const SymbolId id = find(at_.scope, text(name));
  if (id == kNoSymbol || facts.symbols[id].kind != SymbolKind::resource || facts.resources[facts.symbols[id].index].kind != ResourceKind::channel) return;
  error("E0201", name, fmt::format("`{}` is a channel, and a channel wakes nobody.", text(name)), fmt::format("Page a contact, or say `tell {}`.", text(name)));
}

void Checker::notify(NodeId node) {
  for (NodeId name : tree().all(node, Kind::Name)) {
    resource_named(name, true);
    if (tree().word(node) == Word::Page) wakes(name);
  }
  prose_child(node, Kind::Title);
  const NodeId with = tree().child(node, Kind::MessageUse);
  if (!with) return;
  const NodeId name = tree().child(with, Kind::Name);
  const SymbolId id = resolve(name, text(name));
  const NodeId args = tree().child(with, Kind::Args);
  if (id == kNoSymbol) return;
  const Symbol symbol = facts.symbols[id];
  if (symbol.kind != SymbolKind::message) {
    error("E0201", name, fmt::format("`{}` is not a message.", symbol.name));
    return;
  }
  Use use;
  use.as = Use::As::symbol;
  use.symbol = id;
  facts.uses[ref(with)] = facts.uses[ref(name)] = use;
  const auto parameters = facts.messages[symbol.index].parameters;
  std::size_t given = 0;
  std::size_t written = 0;
  if (args)
    for (NodeId one : tree().children(args)) written += one != 0 ? 1 : 0;
  const bool all = written == parameters.size();   // else which argument is which is a guess
  if (args)
    for (NodeId one : tree().children(args)) {
      argument(one, all ? facts.symbols[parameters[given]].type : Type(), symbol.name);
      ++given;
    }
  if (given != parameters.size()) {
    std::vector<std::string> names;
    for (SymbolId one : parameters) names.push_back(facts.symbols[one].name);
    error("E0201", with, fmt::format("`{}` takes {} argument{}, and {} {} given.", symbol.name, parameters.size(), parameters.size() == 1 ? "" : "s", given,
                                     given == 1 ? "is" : "are"),
          parameters.empty() ? std::string() : fmt::format("Write `{}({})`.", symbol.name, fmt::join(names, ", ")));
  }
}

}  // namespace rbc::front
