// What an expression is worth: names, literals, lists, casts, missing values.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/checker.hpp"
#include "grammar/suggest.hpp"

namespace rbc::front {

std::string upper_name(std::string_view name) {
  std::string upper(name);
  for (char& c : upper) c = c == '-' || c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return upper;
}

bool holds_secret(const Type& type) {
  return type.is(TypeTag::secret) || (type.is(TypeTag::list) && !type->element.empty() && holds_secret(type->element[0]));
}

bool fits(const Type& is, const Type& wanted) {
  if (is.is(TypeTag::error) || wanted.is(TypeTag::error)) return true;
  if (is.is_optional() && !wanted.is_optional()) return false;
  if (is.tag() == wanted.tag()) {
    switch (is.tag()) {
      case TypeTag::one_of:
        return std::all_of(is->options.begin(), is->options.end(), [&](const std::string& option) {
          return std::find(wanted->options.begin(), wanted->options.end(), option) != wanted->options.end();
        });
      case TypeTag::list: return fits(is->element[0], wanted->element[0]);
      case TypeTag::record:
      case TypeTag::rows:
        return is->name == wanted->name && std::all_of(wanted->fields.begin(), wanted->fields.end(), [&](const auto& field) {
                 const Type* there = is.field(field.first);
                 return there && fits(*there, field.second);
               });
      default: return true;
    }
  }
  return is.is(TypeTag::integer) && wanted.is(TypeTag::number);
}

std::optional<Type> common(const Type& a, const Type& b) {
  if (a.is(TypeTag::error) || b.is(TypeTag::error)) return a.is(TypeTag::error) ? b : a;
  if (a.is_optional() != b.is_optional()) {
    const auto there = common(a.present(), b.present());
    return there ? std::optional(there->optional()) : std::nullopt;
  }
  if (fits(a, b)) return b;
  if (fits(b, a)) return a;
  if (a.tag() != b.tag()) return std::nullopt;
  // Of two answers, what both have.
  std::vector<std::pair<std::string, Type>> fields;
  for (const auto& [name, type] : a->fields)
    if (const Type* other = b.field(name))
      if (const auto both = common(type, *other)) fields.emplace_back(name, *both);
  const auto made = [&](Type type) { return a.is_optional() ? type.optional() : type; };
  if (a.is(TypeTag::record)) return made(Type::record(std::move(fields)));
  if (a.is(TypeTag::rows)) return made(Type::rows(std::move(fields), a->open || b->open));
  return std::nullopt;
}

Type answer_type(Type plain) {
  if (!plain.is(TypeTag::record)) return plain;
  auto fields = plain->fields;
  for (auto [name, tag] : {std::pair{"ok", TypeTag::boolean}, std::pair{"took", TypeTag::duration}, std::pair{"at", TypeTag::instant}})
    if (!plain.field(name)) fields.emplace_back(name, Type(tag));
  return Type::record(std::move(fields), plain->name);
}

Type Checker::type_node(NodeId node) {
  if (auto known = facts.types.find(ref(node)); known != facts.types.end()) return known->second;
  Type type;
  switch (tree().word(node)) {
    case Word::List: {
      const NodeId element = tree().child(node, Kind::Type);
      type = Type::list_of(element ? type_node(element) : Type());
      break;
    }
    case Word::One: {
      std::vector<std::string> options;
      for (NodeId name : tree().all(node, Kind::Name)) {
        if (std::find(options.begin(), options.end(), tree().text(name)) != options.end())
          error("E0207", name, fmt::format("`{}` is an option already.", text(name)), "Each stands there once.");
        options.push_back(text(name));
      }
      type = Type::one_of(std::move(options));
      break;
    }
    case Word::Text: {
      const NodeId pattern = tree().child(node, Kind::Regex);
      type = pattern ? Type::text_matching(regex_of(tree().text(pattern)).pattern) : Type(TypeTag::text);
      break;
    }
    case Word::Int: type = TypeTag::integer; break;
    case Word::Number: type = TypeTag::number; break;
    case Word::Percent: type = TypeTag::percent; break;
    case Word::Duration: type = TypeTag::duration; break;
    case Word::Size: type = TypeTag::size; break;
    case Word::Rate: type = TypeTag::rate; break;
    case Word::Instant: type = TypeTag::instant; break;
    case Word::Bool: type = TypeTag::boolean; break;
    case Word::Url: type = TypeTag::url; break;
    case Word::Json: type = TypeTag::json; break;
    case Word::Secret: type = TypeTag::secret; break;
    default: break;
  }
  if (tree().flag(node, Word::Question)) type = type.optional();
  facts.types[ref(node)] = type;
  return type;
}

Type Checker::expression(NodeId node, const Type* expected) {
  if (!node) return {};
  const Type type = expression_(node, expected);
  facts.types[ref(node)] = type;
  return type;
}

void Checker::argument(NodeId node, const Type& wanted, std::string_view of) {
  const bool before = arguments_;
  arguments_ = true;
  const Type is = expression(node, wanted.is(TypeTag::error) ? nullptr : &wanted);
  arguments_ = before;
  // A text that must be one of some words, or match a pattern, is held against them when the line runs.
  const bool held = is.is(TypeTag::text) && !is.is_optional() && ((wanted.is(TypeTag::text) && !wanted->pattern.empty() && is->pattern != wanted->pattern) || wanted.is(TypeTag::one_of));
  if (held && tree().kind(node) != Kind::Text) {
    facts.casts[ref(node)] = wanted.present();
    return;
  }
  if (held && wanted.is(TypeTag::text)) facts.casts[ref(node)] = wanted.present();
  if (is.is(TypeTag::error) || fits(is, wanted)) return;
  if (wanted.is(TypeTag::one_of) && tree().kind(node) == Kind::Text && tree().find(Kind::Hole, node).empty()) {
    std::string said;
    for (const TextPiece& piece : pieces(tree(), node)) said += piece.text;
    if (std::find(wanted->options.begin(), wanted->options.end(), said) == wanted->options.end()) none_of_the_options(node, said, wanted);
    facts.casts[ref(node)] = wanted;
    return;
  }
  if (holds_secret(is)) {
    error("E0502", node, fmt::format("`{}` is a secret, and `{}` takes {} here.", text(node), of, spell(wanted)), "Only a parameter of a procedure or check that is declared `as secret` takes one.");
    return;
  }
  if (is.is(TypeTag::json)) {
    facts.casts[ref(node)] = wanted;
    return;
  }
  if (is.is_optional() && fits(is.present(), wanted))
    error("E0304", node, fmt::format("`{}` may be missing here.", text(node)), fmt::format("Handle it first: `when {} is missing`.", text(node)));
  else
    error("E0301", node, fmt::format("`{}` takes {} here, and this is {}.", of, spell(wanted), spell(is)));
}

Type Checker::expression_(NodeId node, const Type* expected) {
  switch (tree().kind(node)) {
    case Kind::And:
    case Kind::Or: {
      // `xs where .a and .b`: a `where` keeps one comparison, and `and` ends it.
      for (NodeId part : tree().children(node)) {
        if (tree().kind(part) != Kind::Where) continue;
        const bool both = tree().kind(node) == Kind::And;
        expression(part);
        const NodeId next = tree().next(part);
        error("E0301", part, fmt::format("`{}` ends the `where`, which keeps what one comparison says.", both ? "and" : "or"),
              !next ? std::string() : both ? fmt::format("Write a second one: `{} where {}`.", text(part), text(next)) : fmt::format("Put both in parentheses: `{} where ({} or {})`.", text(tree().nth(part, 0)), text(tree().nth(part, 1)), text(next)));
        return {};
      }
      const std::size_t outside = narrowed_.size();
      bool told = false;   // that a part is no condition; of the others it is the same mistake
      for (NodeId part : tree().children(node)) {
        told |= !condition(part, !told);
        narrow(part, tree().kind(node) == Kind::And);
      }
      narrowed_.resize(outside);
      return TypeTag::boolean;
    }
    case Kind::Not: condition(tree().first(node)); return TypeTag::boolean;
    case Kind::Verdict: {
      const NodeId subject = tree().first(node);
      const Type type = expression(subject);
      if (!type.is(TypeTag::error) && !type.is(TypeTag::verdict))
        error("E0302", subject, fmt::format("`{}` is {}; only a check passes or fails.", text(subject), with_article(type)));
      return TypeTag::boolean;
    }
    case Kind::Presence: {
      const NodeId subject = tree().first(node);
      if (tree().kind(subject) == Kind::Var) {
        const SymbolId id = find(at_.scope, text(subject));
        if (const Resource* resource = resource_of(id)) {
          Use use;
          use.as = Use::As::symbol;
          use.symbol = id;
          facts.uses[ref(subject)] = use;
          if (!resource->optional)
            error("E0304", subject, fmt::format("`{}` is always present: it is not an `optional` resource.", text(subject)));
          return TypeTag::boolean;
        }
      }
      const bool before = asking_presence_;
      asking_presence_ = true;
      expression(subject);
      asking_presence_ = before;
      return TypeTag::boolean;
    }
    case Kind::Compare: return compare(node);
    case Kind::Else: return else_of(node);
    case Kind::Where: return where_kept(node);
    case Kind::Sum: return sum(node);
    case Kind::Product: return product(node);
    case Kind::Portion: return portion(node);
    case Kind::Negative: return negative(node);
    case Kind::Cast: return cast(node);
    case Kind::Member: return member(node);
    case Kind::Above: return above(node);
    case Kind::Maybe: {
      const NodeId inner = tree().first(node);
      const bool before = maybe_;
      maybe_ = true;
      const Type type = expression(inner);
      maybe_ = before;
      return type.is(TypeTag::error) ? type : type.optional();
    }
    case Kind::Group: {
      // `(name)` is a value, where a bare name would be an option.
      const NodeId inner = tree().first(node);
      return expression(inner, tree().kind(inner) == Kind::Var ? nullptr : expected);
    }
    case Kind::List: return list_literal(node, expected);
    case Kind::Var: return var(node, expected);
    case Kind::Apply: return apply(node);
    case Kind::Error: return {};
    default: return literal(node);
  }
}

// What to ask of a value that is neither yes nor no.
std::string Checker::likely_condition(NodeId node, const Type& type) const {
  const std::string said = text(node);
  if (type.is_optional() && !type.is(TypeTag::boolean)) return fmt::format("Whether it is there is asked with `{} is present`.", said);
  switch (type.tag()) {
    case TypeTag::integer:
    case TypeTag::number: return fmt::format("Compare it, as in `{} > 0`.", said);
    case TypeTag::percent: return fmt::format("Compare it, as in `{} > 80%`.", said);
    case TypeTag::duration: return fmt::format("Compare it, as in `{} > 5m`.", said);
    case TypeTag::size: return fmt::format("Compare it, as in `{} > 1GiB`.", said);
    case TypeTag::rate: return fmt::format("Compare it, as in `{} > 10 per minute`.", said);
    case TypeTag::instant: return fmt::format("Compare it, as in `{} < run.started`.", said);
    case TypeTag::text:
    case TypeTag::url: return fmt::format("Compare it, as in `{} is \"…\"`, or search it: `{} contains \"…\"`.", said, said);
    case TypeTag::one_of: return type->options.empty() ? std::string() : fmt::format("Compare it, as in `{} is {}`.", said, type->options[0]);
    case TypeTag::list:
    case TypeTag::rows: return fmt::format("Ask for their number, as in `{}.count > 0`.", said);
    case TypeTag::record: return type.field("ok") ? fmt::format("Whether all is well is `{}.ok`.", said) : std::string("Ask for a part of it.");
    default: return {};
  }
}

bool Checker::condition(NodeId node, bool tell) {
  if (!node) return true;
  // A bare check is a mistake of its own; whether it was looked at is the next question.
  if (tree().kind(node) == Kind::Var) warned_.insert(ref(node));
  const Type type = expression(node);
  if (type.is(TypeTag::error)) return true;
  if (type.is(TypeTag::json) && !type.is_optional()) {
    facts.casts[ref(node)] = TypeTag::boolean;
    return true;
  }
  if (type.is(TypeTag::boolean) && (!type.is_optional() || in_rung_ || at_.symptom)) return true;
  if (!tell) return false;
  if (type.is(TypeTag::verdict) && tree().kind(node) == Kind::Colour)
    error("E0302", node, fmt::format("`{}` alone is no condition.", text(node)), fmt::format("Say of what: `up is red or up is {}`.", text(node)));
  else if (type.is(TypeTag::verdict))
    error("E0302", node, fmt::format("`{}` is a check, not yes or no.", text(node)),
          fmt::format("Say `{0} passes` (green or amber), `{0} fails` (red or blind), or `{0} is red`.", text(node)))
        .fix(rewrite(tree().span(node), text(node) + " passes"));
  else if (type.is(TypeTag::boolean) || type.is(TypeTag::json))
    error("E0304", node, fmt::format("`{}` may be missing here.", text(node)), fmt::format("Handle it first: `when {} is missing`, or write `{} else no`.", text(node), text(node)));
  else if (holds_secret(type))
    error("E0502", node, fmt::format("`{}` is a secret, and no condition.", text(node)), fmt::format("Whether there is one can be asked: `{} is present`.", text(node)));
  else
    error("E0301", node, fmt::format("A condition is yes or no, and `{}` is {}.", text(node), with_article(type)), likely_condition(node, type));
  return false;
}

Type Checker::use_symbol(SymbolId id, NodeId at, Use& use) {
  const Symbol& symbol = facts.symbols[id];
  use.as = Use::As::symbol;
  use.symbol = id;
  use.storage = symbol.storage;
  use.slot = symbol.slot;
  switch (symbol.kind) {
    case SymbolKind::input:
    case SymbolKind::value:
    case SymbolKind::parameter: {
      Type type = symbol.type;
      if (type.is_optional() && std::find(narrowed_.begin(), narrowed_.end(), id) != narrowed_.end()) type = type.present();
      return type;
    }
    case SymbolKind::secret: return TypeTag::secret;
    case SymbolKind::check:
      if (!facts.checks[symbol.index].parameters.empty() && tree().kind(at) == Kind::Var)
        error("E0201", at, fmt::format("`{}` takes {} argument{}.", symbol.name, facts.checks[symbol.index].parameters.size(),
                                       facts.checks[symbol.index].parameters.size() == 1 ? "" : "s"));
      [[fallthrough]];
    case SymbolKind::goal:
      if (at_.body == Context::Body::step && !at_.symptom && !in_rung_ && frame_.slots && !was_looked_at(id) && !warned_.contains(ref(at))) {
        warned_.insert(ref(at));
        error("W0604", at, fmt::format("No line before this one looks at `{}`, so it is blind here.", symbol.name),
              fmt::format("Add `check {}` above.", symbol.name))
            .fix(add_above(at, fmt::format("check {}", symbol.name)));
      }
      return TypeTag::verdict;
    case SymbolKind::resource: error("E0201", at, fmt::format("`{}` is a resource, not a value.", symbol.name), fmt::format("To ask it something, give the answer a name: `x = {}> …`.", symbol.name)); break;
    case SymbolKind::message: error("E0201", at, fmt::format("`{}` is a message, not a value.", symbol.name)); break;
    case SymbolKind::procedure: error("E0201", at, fmt::format("`{}` is a procedure, not a value.", symbol.name), fmt::format("Say `do {}`.", symbol.name)); break;
    case SymbolKind::runbook: error("E0201", at, fmt::format("`{}` is a runbook, not a value.", symbol.name)); break;
    case SymbolKind::environment: error("E0201", at, fmt::format("`{}` is an environment, not a value.", symbol.name)); break;
  }
  return {};
}

Type Checker::var(NodeId node, const Type* expected) {
  const std::string name = text(node);
  Use use;
  if (name == "run" || name == "failure") {
    use.as = name == "run" ? Use::As::run : Use::As::failure;
    facts.uses[ref(node)] = use;
    if (use.as == Use::As::failure && !at_.handler)
      error("E0201", node, "There is no `failure` here.", "It stands in the `otherwise` of a line that failed.");
    else
      error("E0201", node, fmt::format("`{}` has parts, and is no value of its own.", name), name == "run" ? "Say `run.id`, `run.title`, `run.started` …" : "Say `failure.reason`.");
    return {};
  }
  if (expected && expected->is(TypeTag::one_of)) {
    const std::vector<std::string>& options = (*expected)->options;
    const bool option = std::find(options.begin(), options.end(), name) != options.end();
    if (option || !arguments_ || find(at_.scope, name) == kNoSymbol) {
      as_option(node, *expected);
      return expected->present();
    }
  }
  const SymbolId id = find(at_.scope, name);
  if (id == kNoSymbol) {
    unknown(tree().span(node), name, true);
    return {};
  }
  read(id, node);
  const Type type = use_symbol(id, node, use);
  facts.uses[ref(node)] = use;
  return type;
}

bool Checker::as_option(NodeId node, const Type& type) {
  const std::string name = text(node);
  Use use;
  use.as = Use::As::option;
  facts.uses[ref(node)] = use;
  facts.types[ref(node)] = type;
  if (std::find(type->options.begin(), type->options.end(), name) != type->options.end()) return true;
  none_of_the_options(node, name, type);
  return true;
}

void Checker::none_of_the_options(NodeId node, std::string_view said, const Type& type) {
  const std::vector<std::string_view> options(type->options.begin(), type->options.end());
  const std::string near = did_you_mean(said, options);
  error("E0201", node, fmt::format("`{}` is none of the options here: {}.", said, fmt::join(type->options, ", ")),
        said == "default" || said == "other" || said == "others" ? std::string("For all the rest, write `anything else`.")
        : !near.empty()                                          ? fmt::format("Did you mean `{}`?", near)
        : tree().kind(node) == Kind::Var                         ? fmt::format("If a value is meant, write `({})`.", said)
                                                                 : std::string());
}

Type Checker::apply(NodeId node) {
  const NodeId name = tree().child(node, Kind::Var), args = tree().child(node, Kind::Args);
  const SymbolId id = find(at_.scope, text(name));
  if (id == kNoSymbol) {
    unknown(tree().span(name), text(name), true);
    for (NodeId argument : tree().children(args)) expression(argument);
    return {};
  }
  mention(name, args, node);
  if (!facts.uses.contains(ref(node))) return {};
  Use ignored;
  return use_symbol(id, node, ignored);
}

Type Checker::else_of(NodeId node) {
  const NodeId first = tree().first(node), second = tree().next(first);
  const bool before = maybe_, presence = asking_presence_;
  asking_presence_ = true;   // what may be missing is handled right here
  const Type value = expression(first);
  maybe_ = before;
  asking_presence_ = presence;
  const Type wanted = value.present();
  const Type other = expression(second, value.is(TypeTag::error) || value.is(TypeTag::json) ? nullptr : &wanted);
  if (value.is(TypeTag::error)) return other;
  if (other.is(TypeTag::error)) return wanted;
  if (of_secret("stood in for", first, value, second, other)) return {};
  if (wanted.is(TypeTag::json) && from_json(other)) {
    if (!other.is(TypeTag::json)) facts.casts[ref(first)] = other.present().optional();
    return other;
  }
  if (!wanted.is(TypeTag::one_of) || written_option(second, wanted))
    if (auto both = common(wanted, other)) return *both;
  if (wanted.is(TypeTag::one_of) && tree().kind(second) == Kind::Text) return wanted;
  const std::string units = wanted.is(TypeTag::json) ? unit_help(first, other) : std::string();
  error("E0301", second, fmt::format("`{}` is {}, and what stands in for it is {}.", text(first), spell(wanted), spell(other)),
        !units.empty() ? units : fmt::format("Write {} after `else`.", with_article(wanted)));
  return wanted;
}

Type Checker::list_literal(NodeId node, const Type* expected) {
  Type element;
  if (expected && expected->is(TypeTag::list)) element = (*expected)->element[0];
  bool any = false;
  for (NodeId item : tree().children(node)) {
    const Type is = expression(item, element.is(TypeTag::error) ? nullptr : &element);
    any = true;
    if (is.is(TypeTag::error)) continue;
    if (element.is(TypeTag::one_of) && is.is(TypeTag::text) && tree().kind(item) == Kind::Text && tree().find(Kind::Hole, item).empty()) {
      if (written_option(item, element)) facts.casts[ref(item)] = element;
      continue;
    }
    if (auto both = common(is, element)) element = *both;
    else error("E0301", item, fmt::format("The list holds {}, and this is {}.", with_article(element), with_article(is)), "All items of a list are of one type.");
  }
  if (!any && element.is(TypeTag::error)) {
    error("E0307", node, "What is in this list?", "Say `list of text`, as in `x as list of text = []`.");
    return {};
  }
  return Type::list_of(element);
}

Type Checker::cast(NodeId node) {
  const NodeId value = tree().first(node), wanted = tree().next(value);
  const Type is = expression(value);
  if (tree().kind(wanted) == Kind::Reading) {
    Type reads;
    switch (tree().word(wanted)) {
      case Word::Ratio: reads = TypeTag::percent; break;
      case Word::Milliseconds:
      case Word::Seconds: reads = TypeTag::duration; break;
      case Word::Bytes: reads = TypeTag::size; break;
      default: reads = TypeTag::rate; break;
    }
    if (is.is(TypeTag::json)) facts.casts[ref(value)] = TypeTag::number;
    else if (!is.is_numeric() && !is.is(TypeTag::error))
      error("E0301", value, fmt::format("`as {}` reads a bare number, and this is {}.", text(wanted), with_article(is)));
    return is.is_optional() ? reads.optional() : reads;
  }
  const Type type = type_node(wanted);
  if (is.is(TypeTag::error)) return type;
  if (is.is(TypeTag::secret) || type.is(TypeTag::secret)) {
    if (!(is.is(TypeTag::secret) && type.is(TypeTag::secret)))
      error("E0502", value, type.is(TypeTag::secret) ? "Only what a look or an action answers can become a secret: `x as secret = …`." : fmt::format("`{}` is a secret and cannot become anything else.", text(value)),
            type.is(TypeTag::secret) ? std::string() : std::string("A command that needs it reads it from its environment: `NAME=<secret> ./tool`."));
    return type;
  }
  const bool number_as_unit = is.is_numeric() && type.is(TypeTag::percent);
  if (number_as_unit && is.is(TypeTag::number)) return type;
  if (!is.is(TypeTag::json) && !is.is(TypeTag::text) && !is.is(TypeTag::record) && !is.is(TypeTag::url) && !is.is(TypeTag::one_of) && !number_as_unit && !fits(is.present(), type.present()))
    error("E0301", value, fmt::format("`{}` is {}, which cannot be read as {}.", text(value), with_article(is), spell(type)), "`as` reads json and text; a bare number is read `as ratio`, `as seconds` …");
  return is.is_optional() ? type.optional() : type;
}

Type Checker::literal(NodeId node) {
  const auto misfit = [&](std::string help) {
    error("E0308", node, fmt::format("`{}` does not fit, or has its units out of order.", text(node)), std::move(help));
    return Type();
  };
  const std::string_view said = tree().text(node);
  switch (tree().kind(node)) {
    case Kind::Text: prose(node); return TypeTag::text;
    case Kind::Regex: return TypeTag::text;
    case Kind::Url: return TypeTag::url;
    case Kind::Instant: return instant_of(said) ? Type(TypeTag::instant) : misfit("A date is `2024-12-01`, or `2024-12-01T10:30:00Z`.");
    case Kind::Duration: return duration_of(said) ? Type(TypeTag::duration) : misfit("Write units from large to small, each once: `1h30m`.");
    case Kind::Size: return size_of(said) ? Type(TypeTag::size) : misfit("A size is `512MiB` or `4GB`.");
    case Kind::Percent: return percent_of(said) ? Type(TypeTag::percent) : misfit("A percentage is `5%`.");
    case Kind::Rate: return rate_of(said) ? Type(TypeTag::rate) : misfit("A rate is `10 per minute`.");
    case Kind::Number:
    case Kind::Int: {
      const auto number = number_of(said);
      return number ? Type(number->whole ? TypeTag::integer : TypeTag::number) : misfit("A whole number is at most 9223372036854775807.");
    }
    case Kind::Bool: return TypeTag::boolean;
    case Kind::Colour: return TypeTag::verdict;
    default: return {};
  }
}

void Checker::narrow(NodeId node, bool holds) {
  switch (tree().kind(node)) {
    case Kind::Group: narrow(tree().first(node), holds); break;
    case Kind::Not: narrow(tree().first(node), !holds); break;
    case Kind::And:
      if (holds)
        for (NodeId part : tree().children(node)) narrow(part, true);
      break;
    case Kind::Or:
      if (!holds)
        for (NodeId part : tree().children(node)) narrow(part, false);
      break;
    case Kind::Presence: {
      const bool present = (tree().word(node) == Word::Present) != tree().flag(node, Word::Not);
      if (present != holds) break;
      const auto use = facts.uses.find(ref(tree().first(node)));
      if (use != facts.uses.end() && use->second.as == Use::As::symbol) narrowed_.push_back(use->second.symbol);
      else if (const std::string path = path_of(tree().first(node)); !path.empty()) narrowed_.push_back(path_ids_.try_emplace(path, kNoSymbol - 1 - static_cast<SymbolId>(path_ids_.size())).first->second);
      break;
    }
    default: break;
  }
}

}  // namespace rbc::front
