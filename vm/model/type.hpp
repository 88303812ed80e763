// The types of the language: immutable, structural, shared by handle.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rbc {

enum class TypeTag : unsigned char {
  error,    // stands for a type that could not be found; silent, so that one mistake is one message
  nothing,  // no value
  text, integer, number, percent, duration, size, rate, instant, boolean, url, json, secret, verdict,
  one_of,   // `options`
  list,     // `element`
  record,   // `fields`
  rows,     // a list of records: `fields` are its columns
};

struct TypeNode;
// Never null. Copying copies a handle; equal structure is equal type.
class Type {
 public:
  Type();                                 // error
  Type(TypeTag tag);                      // NOLINT: a tag is the type that needs nothing else
  static Type list_of(Type element);
  static Type one_of(std::vector<std::string> options);
  static Type text_matching(std::string pattern);
  // A record that answers an utterance carries a name for messages ("output", "response"); others have none.
  static Type record(std::vector<std::pair<std::string, Type>> fields, std::string name = {});
  // `open` rows hold more columns than are listed, of unknown type.
  static Type rows(std::vector<std::pair<std::string, Type>> columns, bool open = false);
  Type optional() const;                  // T? (of T? it is T?)
  Type present() const;                   // T  (of T it is T)

  const TypeNode& operator*() const { return *node_; }
  const TypeNode* operator->() const { return node_.get(); }
  TypeTag tag() const;
  bool is(TypeTag wanted) const { return tag() == wanted; }
  bool is_optional() const;
  bool is_quantity() const;               // duration, size, percent, rate
  bool is_numeric() const;                // integer, number
  const Type* field(std::string_view name) const;   // of a record or rows; null if there is none
  friend bool operator==(const Type& a, const Type& b);

 private:
  explicit Type(std::shared_ptr<const TypeNode> node) : node_(std::move(node)) {}
  std::shared_ptr<const TypeNode> node_;
};

struct TypeNode {
  TypeTag tag = TypeTag::error;
  bool optional = false;
  bool open = false;
  std::string pattern;                                // text matching
  std::string name;                                   // of a record
  std::vector<std::string> options;                   // one_of
  std::vector<Type> element;                          // list: exactly one
  std::vector<std::pair<std::string, Type>> fields;   // record, rows
};

// As an author writes it: `list of one of a, b`, `duration?`, `rows of {pid int, ended bool}`.
std::string spell(const Type& type);

}  // namespace rbc
