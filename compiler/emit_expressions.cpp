#include <algorithm>
#include <cassert>

#include "compiler/emit_code.hpp"
#include "vm/model/literal.hpp"

namespace rbc::emission {

// The value is there afterwards, or missing with the reason why it could not be had.
void Emitter::soft(const std::function<void()>& body) {
  const Label after = code_.label();
  jump(Op::ATTEMPT, after);
  body();
  op(Op::END_TRY);
  code_.place(after);
}

void Emitter::expression(NodeRef at) {
  expression_uncast(at);
  shared_cast(at);
}

void Emitter::shared_cast(NodeRef at) {
  if (auto cast = facts_.casts.find(at); cast != facts_.casts.end()) op(Op::CAST, {code_.type(cast->second)});
}

std::uint32_t Emitter::pattern(NodeRef regex) {
  const RegexValue value = regex_of(tree(regex).text(regex.node));
  return code_.constant(Value::text(value.flags.empty() ? value.pattern : "(?" + value.flags + ")" + value.pattern));
}

void Emitter::expression_uncast(NodeRef at) {
  const std::string_view text = tree(at).text(at.node);
  const auto both = [&](Op op_code) {
    expression(nth(at, 0));
    expression(nth(at, 1));
    op(op_code);
  };
  switch (kind(at)) {
    case Kind::And:
    case Kind::Or: {
      const bool conjunction = kind(at) == Kind::And;
      const Label settled = code_.label(), after = code_.label();
      const auto parts = expressions_of(at);
      for (NodeRef part : parts) {
        condition(part);
        jump(conjunction ? Op::JUMP_FALSE : Op::JUMP_TRUE, settled);
      }
      constant(Value::boolean(conjunction));
      jump(Op::JUMP, after);
      code_.place(settled);
      constant(Value::boolean(!conjunction));
      code_.place(after);
      return;
    }
    case Kind::Not:
      expression(nth(at, 0));
      op(Op::NOT);
      return;
    case Kind::Verdict:
      expression(nth(at, 0));
      op(Op::PASSES);
      if (word(at) == Word::Fails) op(Op::NOT);
      return;
    case Kind::Presence: {
      NodeRef what = nth(at, 0);
      const bool wants_missing = (word(at) == Word::Missing) != flag(at, Word::Not);
      if (kind(what) == Kind::Var) {
        if (const Use& named = use(what); named.as == Use::As::symbol && facts_.symbol(named.symbol).kind == SymbolKind::resource) {
          op(Op::PRESENT, {facts_.symbol(named.symbol).index});
          if (wants_missing) op(Op::NOT);
          return;
        }
        expression(what);
      } else {
        soft(what);
      }
      op(Op::IS_MISSING);
      if (!wants_missing) op(Op::NOT);
      return;
    }
    case Kind::Compare: compare(at); return;
    case Kind::Else: either(at, false); return;
    case Kind::Where: where(at); return;
    case Kind::Sum: both(word(at) == Word::Minus ? Op::SUBTRACT : Op::ADD); return;
    case Kind::Product: both(word(at) == Word::Slash ? Op::DIVIDE : Op::MULTIPLY); return;
    case Kind::Portion: both(Op::PORTION); return;
    case Kind::Negative:
      expression(nth(at, 0));
      op(Op::NEGATE);
      return;
    case Kind::Cast: {
      NodeRef what = nth(at, 0), to = nth(at, 1);
      // `as T?` takes what is not there for a missing T.
      if (kind(to) != Kind::Reading && type_of(to).is_optional() && reaches(what)) soft(what);
      else expression(what);
      if (kind(to) == Kind::Reading) {
        std::uint32_t reading = 0;
        switch (word(to)) {
          case Word::Ratio: reading = 0; break;
          case Word::Seconds: reading = 2; break;
          case Word::Milliseconds: reading = 3; break;
          case Word::Bytes: reading = 4; break;
          default: reading = 5; break;
        }
        op(Op::READING, {reading});
        return;
      }
      const Type& wanted = type_of(to);
      // `as percent` of a bare number says how to read it; of a text it is a literal.
      if (wanted.is(TypeTag::percent) && !type_of(what).is(TypeTag::text)) op(Op::READING, {1});
      else op(Op::CAST, {code_.type(wanted)});
      return;
    }
    case Kind::Maybe: {
      NodeRef what = nth(at, 0);
      member(what, true);
      shared_cast(what);
      return;
    }
    case Kind::Member:
    case Kind::Above: member(at, false); return;
    case Kind::Group: expression(nth(at, 0)); return;
    case Kind::List: {
      const auto items = expressions_of(at);
      for (NodeRef item : items) expression(item);
      op(Op::LIST, {static_cast<std::uint32_t>(items.size())});
      return;
    }
    case Kind::Var: variable(at, {}); return;
    case Kind::Apply: variable(nth(at, 0), at); return;
    case Kind::Text: words(at); return;
    case Kind::Regex: op(Op::CONST, {pattern(at)}); return;
    case Kind::Url: constant(Value::url(std::string(text))); return;
    case Kind::Instant:
      constant(Value::instant(std::chrono::duration_cast<std::chrono::microseconds>(instant_of(text).value().time_since_epoch()).count()));
      return;
    case Kind::Duration: constant(Value::duration(std::chrono::microseconds(duration_of(text).value()).count())); return;
    case Kind::Size: constant(Value::size(static_cast<std::int64_t>(size_of(text).value()))); return;
    case Kind::Percent: constant(Value::percent(ratio_of_percent(percent_of(text).value()))); return;
    case Kind::Rate: constant(Value::rate(rate_of(text).value())); return;
    case Kind::Number: {
      const NumberValue number = number_of(text).value();
      constant(number.whole ? Value::integer(number.integer) : Value::number(number.number));
      return;
    }
    case Kind::Int: constant(Value::integer(int_of(text).value())); return;
    case Kind::Bool: constant(Value::boolean(word(at) == Word::Yes)); return;
    case Kind::Colour: {
      const Word colour = word(at);
      constant(Value::verdict(colour == Word::Green ? Colour::green : colour == Word::Amber ? Colour::amber
                              : colour == Word::Red ? Colour::red : Colour::blind));
      return;
    }
    case Kind::Name: value_of(use(at), text_of(at)); return;
    default: assert(false && "not an expression"); return;
  }
}

namespace {
std::uint32_t colour_code(Word word) {
  switch (word) {
    case Word::Green: return static_cast<std::uint32_t>(Colour::green);
    case Word::Amber: return static_cast<std::uint32_t>(Colour::amber);
    case Word::Red: return static_cast<std::uint32_t>(Colour::red);
    default: return static_cast<std::uint32_t>(Colour::blind);
  }
}
}  // namespace

// `x else y`; under another `else` (`more`) y may be missing in its turn. What is not there on the way to a part is missing as well.
void Emitter::either(NodeRef at, bool more) {
  const auto side = [&](NodeRef one, bool last) {
    if (kind(one) == Kind::Else) either(one, !last);
    else if (!last && reaches(one)) soft([&] { expression_uncast(one); });
    else expression_uncast(one);
    shared_cast(one);
  };
  const Label after = code_.label();
  side(nth(at, 0), false);
  jump(Op::JUMP_PRESENT, after);
  side(nth(at, 1), !more);
  code_.place(after);
}

// A part of something, with nothing reckoned on the way.
bool Emitter::reaches(NodeRef at) const {
  const Kind is = kind(at);
  if (is == Kind::Group) return reaches(nth(at, 0));
  return is == Kind::Member || is == Kind::Above || is == Kind::Maybe;
}

bool Emitter::written_out(NodeRef at) const {
  switch (kind(at)) {
    case Kind::Text: return tree(at).find(Kind::Hole, at.node).empty();
    case Kind::Group:
    case Kind::Negative: return written_out(nth(at, 0));
    case Kind::List: {
      const auto items = expressions_of(at);
      return std::all_of(items.begin(), items.end(), [&](NodeRef item) { return written_out(item); });
    }
    case Kind::Var:
    case Kind::Name: return use(at).as == Use::As::option;
    case Kind::Regex: case Kind::Url: case Kind::Instant: case Kind::Duration: case Kind::Size: case Kind::Percent: case Kind::Rate:
    case Kind::Number: case Kind::Int: case Kind::Bool: case Kind::Colour: return true;
    default: return false;
  }
}

void Emitter::compare(NodeRef at) {
  const auto sides = expressions_of(at);
  compare_values(at, sides[0], sides[1], false);
}

bool Emitter::equals(NodeRef left, NodeRef right, bool measured) {
  // The left value is on the stack.
  if (kind(right) == Kind::Colour && type_of(left).is(TypeTag::verdict)) {
    op(Op::IS_COLOUR, {colour_code(word(right))});
    return false;
  }
  if (kind(right) == Kind::Regex) {
    op(Op::MATCHES, {pattern(right)});
    return false;
  }
  const bool against = against_value(right, measured);
  op(Op::EQUAL);
  return against;
}

bool Emitter::against_value(NodeRef right, bool measured) {
  expression(right);
  const bool against = measured && !written_out(right);
  if (against) op(Op::AGAINST);
  return against;
}

bool Emitter::compare_values(NodeRef at, NodeRef left, NodeRef right, bool measured) {
  expression(left);
  if (measured) op(Op::MEASURE);
  bool against = false;
  switch (word(at)) {
    case Word::Is:
    case Word::DoubleEquals:
      against = equals(left, right, measured);
      if (flag(at, Word::Not)) op(Op::NOT);
      return against;
    case Word::Matches:
      op(Op::MATCHES, {pattern(right)});
      return false;
    case Word::Less:
      against = against_value(right, measured);
      op(Op::LESS);
      return against;
    case Word::LessEqual:
      against = against_value(right, measured);
      op(Op::LESS_EQUAL);
      return against;
    case Word::Greater:
      against = against_value(right, measured);
      op(Op::LESS_EQUAL);
      op(Op::NOT);
      return against;
    case Word::GreaterEqual:
      against = against_value(right, measured);
      op(Op::LESS);
      op(Op::NOT);
      return against;
    case Word::Contains:
      against = against_value(right, measured);
      op(Op::CONTAINS);
      return against;
    default:
      against = against_value(right, measured);
      op(Op::IN);
      return against;
  }
}

void Emitter::value_of(const Use& use, const std::string& text) {
  switch (use.as) {
    case Use::As::option: constant(Value::option(text)); return;
    case Use::As::answer:
    case Use::As::item: load(use.as == Use::As::item ? Storage::local : use.storage, use.slot); return;
    case Use::As::symbol: {
      const Symbol& symbol = facts_.symbol(use.symbol);
      if (symbol.kind == SymbolKind::check || symbol.kind == SymbolKind::goal) {
        verdict(Mention{use.symbol, {}});
      } else if (symbol.kind == SymbolKind::secret) {
        // Its bytes never enter a program or a run: whoever fills the utterance puts them where this stands.
        constant(Value::record({"secret"}, {Value::integer(symbol.index)}));
      } else {
        load(symbol);
      }
      return;
    }
    case Use::As::run:
    case Use::As::failure:
    case Use::As::none: constant(Value()); return;   // the step that follows says what is read
  }
}

void Emitter::variable(NodeRef at, NodeRef args) {
  const Use& named = use(at);
  if (named.as == Use::As::symbol) {
    const Symbol& symbol = facts_.symbol(named.symbol);
    if (symbol.kind == SymbolKind::check || symbol.kind == SymbolKind::goal) {
      verdict(Mention{named.symbol, args});
      return;
    }
  }
  value_of(named, text_of(at));
}

void Emitter::access(const Access& step, NodeRef args, bool optional) {
  switch (step.as) {
    case Access::As::field:
      // What is said to be missing at times (`get K`) is read as that: who reads it has had to say what then.
      op(optional || step.type.is_optional() ? Op::FIELD_OPT : Op::FIELD, {code_.name(step.name)});
      return;
    case Access::As::builtin: {
      std::uint32_t given = 0;
      if (args)
        for (NodeRef argument : expressions_of(args)) {
          expression(argument);
          ++given;
        }
      op(Op::CALL_BUILTIN, {step.code, given});
      return;
    }
    case Access::As::run:
    case Access::As::failure:
      op(Op::POP);
      if (step.code == Access::kNoValue) constant(Value());
      else op(step.as == Access::As::run ? Op::RUN : Op::FAILURE, {step.code});
      return;
  }
}

void Emitter::member(NodeRef at, bool optional) {
  auto found = facts_.accesses.find(at);
  assert(found != facts_.accesses.end());
  const Access& step = found->second;
  const NodeRef args = child(at, Kind::Args);
  if (step.as == Access::As::run || step.as == Access::As::failure) {
    if (step.code == Access::kNoValue) constant(Value());
    else op(step.as == Access::As::run ? Op::RUN : Op::FAILURE, {step.code});
    return;
  }
  if (kind(at) == Kind::Above) value_of(use(at), {});
  else expression(nth(at, 0));
  access(step, args, optional);
}

void Emitter::hole(NodeRef at, Read read) {
  auto found = facts_.holes.find(at);
  assert(found != facts_.holes.end());
  const HoleFacts& hole = found->second;
  const bool may_lack = read == Read::soft || hole.optional;
  const auto body = [&] {
    const auto steps = hole.path;
    std::size_t first = 0;
    for (std::size_t i = 0; i < steps.size(); ++i)
      if (steps[i].as == Access::As::run || steps[i].as == Access::As::failure) first = i;
    const bool special = !steps.empty() && (steps[first].as == Access::As::run || steps[first].as == Access::As::failure);
    if (special) {
      op(steps[first].as == Access::As::run ? Op::RUN : Op::FAILURE, {steps[first].code});
      ++first;
    } else {
      value_of(hole.use, hole_path(tree(at), at.node).front());
    }
    for (std::size_t i = first; i < steps.size(); ++i) access(steps[i], {}, false);
  };
  if (may_lack && !hole.path.empty()) soft(body);
  else body();
  if (!may_lack) op(Op::NEED);
}

void Emitter::where(NodeRef at) {
  expression(nth(at, 0));
  const std::uint32_t slot = facts_.item_slots.at(at);
  const std::uint32_t function = new_function("where", FunctionKind::expression);
  const std::uint32_t parent = frame_.function;
  const NodeRef keep = nth(at, 1);
  op(Op::WHERE, {function, local(slot)});
  const Frame frame = frame_;
  // Its frame is a copy of this one, so it is written when this one's size is known.
  later([this, function, parent, keep, frame] {
    write(function, program_.functions[parent].locals, [&] {
      frame_.moved = frame.moved;
      frame_.step = frame.step;
      expression(keep);
      op(Op::RETURN);
    });
    program_.functions[parent].locals = std::max(program_.functions[parent].locals, program_.functions[function].locals);
  });
}

void Emitter::cast_to(const Type& from, const Type& to) {
  if (from.present() == to.present() || to.is(TypeTag::error)) return;
  const Label after = code_.label();
  jump(Op::JUMP_MISSING, after);
  if (from.is(TypeTag::record) && from->name == "output") op(Op::FIELD, {code_.name(to.is(TypeTag::json) ? "json" : "text")});
  else if (from.is(TypeTag::record) && from->name == "response") op(Op::FIELD, {code_.name(to.is(TypeTag::json) ? "json" : "body")});
  op(Op::CAST, {code_.type(to)});
  code_.place(after);
}

std::vector<std::pair<std::string, NodeRef>> Emitter::pieces_of(NodeRef at) const {
  std::vector<std::pair<std::string, NodeRef>> found;
  for (TextPiece& piece : pieces(tree(at), at.node)) found.emplace_back(std::move(piece.text), in(at, piece.hole));
  return found;
}

namespace {
// `\<` is `<`, and `\\<` is `\<` (language.md 2.1): no embedded grammar reads these texts.
std::string unescaped(std::string text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.compare(i, 2, "\\<") == 0) continue;
    if (text.compare(i, 3, "\\\\<") == 0) {
      plain += "\\<";
      i += 2;
      continue;
    }
    plain += text[i];
  }
  return plain;
}
}  // namespace

std::vector<std::pair<std::string, NodeRef>> Emitter::captured(NodeRef raw_owner) const {
  const Captured text = capture(tree(raw_owner), raw_owner.node);
  std::vector<std::pair<std::string, NodeRef>> found;
  std::uint32_t from = 0;
  for (const Captured::Hole& hole : text.holes) {
    if (hole.begin > from) found.emplace_back(unescaped(text.text.substr(from, hole.begin - from)), NodeRef{});
    found.emplace_back("", in(raw_owner, hole.node));
    from = hole.end;
  }
  if (from < text.text.size()) found.emplace_back(unescaped(text.text.substr(from)), NodeRef{});
  return found;
}

void Emitter::words(const std::vector<std::pair<std::string, NodeRef>>& pieces, const std::function<void(std::size_t)>& before) {
  std::vector<Value> literals;
  std::string literal;
  std::uint32_t holes = 0;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (before) before(i);
    const auto& [text, at] = pieces[i];
    if (!at) {
      literal += text;
      continue;
    }
    literals.push_back(Value::text(std::move(literal)));
    literal.clear();
    hole(at, Read::soft);
    ++holes;
  }
  if (holes == 0) {
    constant(Value::text(std::move(literal)));
    return;
  }
  literals.push_back(Value::text(std::move(literal)));
  op(Op::TEXT, {code_.constant(Value::list(std::move(literals))), holes});
}

void Emitter::words(NodeRef at) { words(pieces_of(at)); }

std::string Emitter::plain(NodeRef title) const {
  if (!title) return {};
  std::string text;
  for (const auto& [piece, at] : pieces_of(title)) text += at ? text_of(at) : piece;
  while (!text.empty() && (text.back() == ' ' || text.back() == '\r')) text.pop_back();
  const std::size_t first = text.find_first_not_of(' ');
  return first == std::string::npos ? std::string() : text.substr(first);
}

Words Emitter::title(NodeRef owner, std::uint32_t parameters, std::uint32_t locals) {
  Words title;
  const NodeRef node = child(owner, Kind::Title);
  if (!node) return title;
  title.plain = plain(node);
  bool holes = false;
  for (const auto& piece : pieces_of(node)) holes = holes || piece.second;
  if (!holes) return title;
  const std::uint32_t function = new_function(title.plain, FunctionKind::expression, parameters);
  title.function = static_cast<std::int32_t>(function);
  write(function, locals, [this, node] {
    words(node);
    op(Op::RETURN);
  });
  return title;
}

void Emitter::length(NodeRef at) {
  const LengthFacts& length = facts_.lengths.at(at);
  if (length.input == kNoSymbol) constant(Value::duration(length.usual));
  else load(facts_.symbol(length.input));
}

}  // namespace rbc::emission
