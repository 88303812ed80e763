// Which function or operator a call means, by PostgreSQL's rules of overloading (its manual, chapter 10), and what it answers.
#pragma once
#include "grammar/embedded/sql_catalogue.hpp"

namespace rbc::embedded::sql_detail {

// `unclear`: an argument's type is not known, or more than one fits and they answer different types.
enum class Fit : uint8_t { found, unclear, nothing };

struct Resolved {
  Fit fit = Fit::unclear;
  PgType result = PgType::none;
  PgType left = PgType::none;      // of operators: the type the left operand is taken as
  PgType right = PgType::none;     // and the right one; none when it is not certain
  std::vector<PgType> params;      // of functions: as which types holes and literals are taken; empty when unclear
};

// A candidate that is not PostgreSQL's own: a snapshot's function.
struct Candidate {
  std::vector<PgType> args;
  PgType result = PgType::none;
};

Resolved resolve_function(std::string_view name, const std::vector<PgType>& args, bool named, bool variadic, int version, const std::vector<Candidate>& others = {});
// `left` is none for a prefix operator when `prefix` says so.
Resolved resolve_operator(std::string_view name, bool prefix, PgType left, PgType right, int version);

bool coercible(PgType from, PgType to);            // without being told to
// The type of CASE, COALESCE, VALUES, UNION, ARRAY…; `clash` when PostgreSQL would refuse.
PgType common_type(const std::vector<PgType>& types, bool& clash);

}  // namespace rbc::embedded::sql_detail
