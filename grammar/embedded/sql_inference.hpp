// Types, shapes and names over PostgreSQL's parse tree: what each expression is, and which column each name means.
#pragma once
#include <memory>
#include <optional>
#include "grammar/embedded/sql_detail.hpp"
#include "grammar/embedded/sql_resolve.hpp"

namespace rbc::embedded::sql_detail {

SqlType sql_type_of(PgType type);
SqlColumn column_of(std::string name, PgType type);

inline bool in_version(int since, int until, int version) { return version == 0 || (since <= version && version <= until); }

class Inference {
 public:
  explicit Inference(const Typing& typing) : typing_(typing), version_(typing.schema ? typing.schema->server : 0) {}
  Result statement(const Node& s);

 private:
  struct Column {
    std::string name;
    PgType type = PgType::none;
    uint32_t at = 0;
    int since = 0, until = 99;
    bool key = false;                  // of its table's primary key
    const SchemaType* own = nullptr;   // the enum that it holds
    std::shared_ptr<const std::vector<Column>> parts = nullptr;   // of a row that it holds, where they are known
  };
  struct Relation {
    std::string alias;
    std::string real;            // its own name, when an alias hides it
    std::vector<Column> columns;
    bool open = false;           // there may be more columns than these
    bool plain = true;           // its columns can be named alone
    bool qualified = true;       // its columns can be named with its alias
    bool table = false;          // it has the columns that every table has: ctid, xmin …
    PgType whole = PgType::t_record;   // what its alias alone is: the value of a function that answers one
    std::string shown;           // as messages call it
  };
  struct Scope {
    std::vector<Relation> relations;
    std::vector<Relation> with;  // common table expressions
    const Scope* outer = nullptr;
  };
  struct Rows {
    SqlShape shape = SqlShape::nothing;
    std::vector<Column> columns;
    bool open = false;
  };

  // sql_types.cpp: statements and relations
  Rows rows(const Node& s, const Scope* outer);
  Rows select(const Json& body, const Scope* outer, bool literals_are_text = true);
  Rows values(const Json& lists, const Scope& scope);
  Rows set_operation(const Json& body, const Scope& scope);
  Rows changing(std::string_view kind, const Json& body, const Scope* outer);
  Rows merging(const Json& body, const Scope* outer);
  void insertion(const Json& body, const Relation& target, const Scope& scope);
  void assignments(const Json* list, const Relation& target, const Scope& scope);
  void put(const Node& value, PgType type, const Column& into);
  bool casts_of_their_own(PgType from, PgType to) const;
  void with(const Json& body, Scope& scope);
  void walked(const Json& cte, Relation& r);
  static void rename(Relation& r, const Json* names);
  void alias(Relation& r, const Json& body);
  Relation relation(const Json& body, const Scope& scope);
  bool from_snapshot(const std::string& schema, const std::string& name, Relation& r, uint32_t at);
  void unknown_relation(const std::string& schema, const std::string& name, uint32_t at);
  static const Relation* find_with(const std::string& name, const Scope* s);
  void from_item(const Node& item, Scope& scope);
  void join(const Json& body, Scope& scope);
  bool several(const Json& functions, Scope& scope, Relation& r);
  Relation function_relation(const Json& body, Scope& scope);
  const Scope* with_only(const Scope& scope);
  bool one_row(const Json& body, const Json* list);
  void scan_targets(const Json& value, bool& aggregate, bool& set);
  void targets(const Json& list, const Scope& scope, Rows& r);
  bool star(const Json& ref, const Scope& scope, Rows& r);
  void clauses(const Json& body, const Scope& scope, const Rows& r);
  void condition(const Node& n, const Scope& scope, std::string_view clause);
  static std::string natural_name(const Node& n);
  static std::string natural_name(const Node& n, bool& strong);

  // sql_rules.cpp: what stands where
  void grouping(const Json& body, const Json* list, const Scope& scope, const Rows& r);
  void grouped(const Json& value, const std::vector<const Json*>& groups, const Scope& scope);
  void orders(const Json& body, const Json* list, const Rows& r);
  void forbid(const Json& value, const Scope& scope, std::string_view clause);
  bool stands(const Json& call, const std::vector<std::string>& names, const Scope& scope);
  enum class Role : uint8_t { plain, set, aggregate, window, unknown };
  Role role(const std::vector<std::string>& names) const;
  bool aggregates_here(const Json& value, const Scope& scope) const;
  bool of_this_level(const Json& call, const Scope& scope) const;
  static std::pair<const Relation*, const Column*> local(const Json& ref, const Scope& scope);

  // sql_literals.cpp
  void literal(const Node& n, PgType as);
  void label(const Node& n, const SchemaType* of);
  const SchemaType* enum_of(const Node& n, const Scope& scope) const;
  PgType type_name(const Json& name) const;
  PgType written_type(std::string_view type) const;   // a snapshot's
  std::vector<Column> known(std::string_view row) const;

  // sql_expressions.cpp
  PgType infer(const Node& n, const Scope& scope);
  PgType column(const Json& ref, const Scope& scope);
  PgType constant(const Json& b) const;
  PgType operation(const Json& b, const Scope& scope);
  PgType call(const Json& b, const Scope& scope);
  PgType sublink(const Json& b, const Scope& scope);
  PgType indirection(const Json& b, const Scope& scope);
  std::optional<std::vector<Column>> fields(const Node& n, const Scope& scope);
  void array_as(const Json& b, const Scope& scope, PgType type);
  void cast(const Json& b, PgType from, PgType to);
  void unknown_type(const Json& name);
  void unknown_function(const Json& b, const std::vector<std::string>& names);
  PgType values_function(const Json& b) const;
  void judge_functions(const Json& b, const std::vector<std::string>& names, const std::vector<PgType>& args, const Resolved& resolved);
  std::vector<PgType> all(const Json* list, const Scope& scope);
  PgType common(const std::vector<PgType>& types, uint32_t at, std::string_view what);
  void unknown_column(const std::vector<std::string>& names, const Scope& scope, uint32_t at);
  void versions(const Column& c, const Relation& r, uint32_t at);

  static uint32_t place(const Json& body) { return static_cast<uint32_t>(std::max(0, int_member(body, "location", 0))); }
  void issue(std::string code, std::string message, uint32_t at, size_t length, std::string help = {});

  const Typing& typing_;
  const int version_;
  std::vector<Problem> issues_;
  std::vector<std::unique_ptr<Scope>> kept_;
};

// What is wrong with a text that is to be a value of this type, or empty: nothing, or nothing that is certain.
std::string wrong_literal(PgType type, std::string_view text);
std::string spell(PgType type);   // as a person writes it
std::string spell(const std::vector<PgType>& types);

}  // namespace rbc::embedded::sql_detail
