#include "vm/model/type.hpp"

#include <array>

namespace rbc {

namespace {

std::string_view tag_words(TypeTag tag) {
  switch (tag) {
    case TypeTag::error: return "unknown";
    case TypeTag::nothing: return "nothing";
    case TypeTag::text: return "text";
    case TypeTag::integer: return "int";
    case TypeTag::number: return "number";
    case TypeTag::percent: return "percent";
    case TypeTag::duration: return "duration";
    case TypeTag::size: return "size";
    case TypeTag::rate: return "rate";
    case TypeTag::instant: return "instant";
    case TypeTag::boolean: return "bool";
    case TypeTag::url: return "url";
    case TypeTag::json: return "json";
    case TypeTag::secret: return "secret";
    case TypeTag::verdict: return "verdict";
    case TypeTag::one_of: return "one of";
    case TypeTag::list: return "list of";
    case TypeTag::record: return "record";
    case TypeTag::rows: return "rows of";
  }
  return "unknown";
}

bool same_node(const TypeNode& a, const TypeNode& b) {
  return &a == &b || (a.tag == b.tag && a.optional == b.optional && a.open == b.open && a.pattern == b.pattern && a.name == b.name &&
                      a.options == b.options && a.element == b.element && a.fields == b.fields);
}

}  // namespace

Type::Type() : Type(TypeTag::error) {}

// Types without parts are one node each for the whole program.
Type::Type(TypeTag tag) {
  static const auto plain = [] {
    std::array<std::shared_ptr<const TypeNode>, static_cast<std::size_t>(TypeTag::rows) + 1> nodes;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      TypeNode node;
      node.tag = static_cast<TypeTag>(i);
      nodes[i] = std::make_shared<const TypeNode>(std::move(node));
    }
    return nodes;
  }();
  node_ = plain[static_cast<std::size_t>(tag)];
}

Type Type::list_of(Type element) {
  TypeNode node;
  node.tag = TypeTag::list;
  node.element.push_back(std::move(element));
  return Type(std::make_shared<const TypeNode>(std::move(node)));
}

Type Type::one_of(std::vector<std::string> options) {
  TypeNode node;
  node.tag = TypeTag::one_of;
  node.options = std::move(options);
  return Type(std::make_shared<const TypeNode>(std::move(node)));
}

Type Type::text_matching(std::string pattern) {
  TypeNode node;
  node.tag = TypeTag::text;
  node.pattern = std::move(pattern);
  return Type(std::make_shared<const TypeNode>(std::move(node)));
}

Type Type::record(std::vector<std::pair<std::string, Type>> fields, std::string name) {
  TypeNode node;
  node.tag = TypeTag::record;
  node.fields = std::move(fields);
  node.name = std::move(name);
  return Type(std::make_shared<const TypeNode>(std::move(node)));
}

Type Type::rows(std::vector<std::pair<std::string, Type>> columns, bool open) {
  TypeNode node;
  node.tag = TypeTag::rows;
  node.fields = std::move(columns);
  node.open = open;
  return Type(std::make_shared<const TypeNode>(std::move(node)));
}

Type Type::optional() const {
  if (node_->optional) return *this;
  TypeNode node = *node_;
  node.optional = true;
  return Type(std::make_shared<const TypeNode>(std::move(node)));
}

Type Type::present() const {
  if (!node_->optional) return *this;
  TypeNode node = *node_;
  node.optional = false;
  return Type(std::make_shared<const TypeNode>(std::move(node)));
}

TypeTag Type::tag() const { return node_->tag; }
bool Type::is_optional() const { return node_->optional; }
bool Type::is_quantity() const {
  return is(TypeTag::duration) || is(TypeTag::size) || is(TypeTag::percent) || is(TypeTag::rate);
}
bool Type::is_numeric() const { return is(TypeTag::integer) || is(TypeTag::number); }

const Type* Type::field(std::string_view name) const {
  if (!is(TypeTag::record) && !is(TypeTag::rows)) return nullptr;
  for (const auto& [known, type] : node_->fields)
    if (known == name) return &type;
  return nullptr;
}

bool operator==(const Type& a, const Type& b) { return same_node(*a, *b); }

std::string spell(const Type& type) {
  std::string words(tag_words(type.tag()));
  auto fields = [&type] {
    std::string list = "{";
    for (const auto& [name, field] : type->fields) {
      if (list.size() > 1) list += ", ";
      list += name + " " + spell(field);
    }
    if (type->open) list += list.size() > 1 ? ", …" : "…";
    return list + "}";
  };
  switch (type.tag()) {
    case TypeTag::text:
      if (!type->pattern.empty()) words += " matching /" + type->pattern + "/";
      break;
    case TypeTag::one_of: {
      std::string sign = " ";
      for (const auto& option : type->options) {
        words += sign + option;
        sign = ", ";
      }
      break;
    }
    case TypeTag::list: words += " " + spell(type->element.at(0)); break;
    case TypeTag::record: words = type->name.empty() ? fields() : type->name; break;
    case TypeTag::rows: words += " " + fields(); break;
    case TypeTag::error: case TypeTag::nothing: case TypeTag::integer: case TypeTag::number: case TypeTag::percent:
    case TypeTag::duration: case TypeTag::size: case TypeTag::rate: case TypeTag::instant: case TypeTag::boolean: case TypeTag::url:
    case TypeTag::json: case TypeTag::secret: case TypeTag::verdict: break;
  }
  return type.is_optional() ? words + "?" : words;
}

}  // namespace rbc
