// What each of our own rules consumes, for pegtl::analyze.
#pragma once
#include <tao/pegtl/contrib/analyze.hpp>

#include "grammar/grammar.hpp"

namespace tao::pegtl {
template <typename Name> struct analyze_traits<Name, rbc::parsing::blanks> : analyze_opt_traits<> {};
template <typename Name, rbc::Word W> struct analyze_traits<Name, rbc::parsing::kw<W>> : analyze_any_traits<> {};
template <typename Name, rbc::Word W> struct analyze_traits<Name, rbc::parsing::kw_word<W>> : analyze_any_traits<> {};
template <typename Name, rbc::Word W> struct analyze_traits<Name, rbc::parsing::sign<W>> : analyze_any_traits<> {};
template <typename Name, rbc::Word W> struct analyze_traits<Name, rbc::parsing::sign_word<W>> : analyze_any_traits<> {};
template <typename Name> struct analyze_traits<Name, rbc::parsing::name_chars> : analyze_any_traits<> {};
template <typename Name> struct analyze_traits<Name, rbc::parsing::free_name_chars> : analyze_any_traits<> {};
template <typename Name> struct analyze_traits<Name, rbc::parsing::reserved_name> : analyze_opt_traits<> {};
template <typename Name> struct analyze_traits<Name, rbc::parsing::plain_text> : analyze_any_traits<> {};
template <typename Name> struct analyze_traits<Name, rbc::parsing::newline> : analyze_opt_traits<> {};
template <typename Name> struct analyze_traits<Name, rbc::parsing::blank_line> : analyze_any_traits<> {};
template <typename Name> struct analyze_traits<Name, rbc::parsing::text_blank_line> : analyze_any_traits<> {};
template <typename Name> struct analyze_traits<Name, rbc::parsing::skip> : analyze_opt_traits<> {};
template <typename Name> struct analyze_traits<Name, rbc::parsing::eol> : analyze_opt_traits<> {};
template <typename Name> struct analyze_traits<Name, rbc::parsing::end_of_file> : analyze_opt_traits<> {};
template <typename Name> struct analyze_traits<Name, rbc::parsing::align> : analyze_opt_traits<> {};
// A line that is deeper has at least one blank before its text.
template <typename Name> struct analyze_traits<Name, rbc::parsing::deeper> : analyze_any_traits<> {};
template <typename Name, typename... Rules>
struct analyze_traits<Name, rbc::parsing::indented<Rules...>> : analyze_any_traits<Rules...> {};
template <typename Name, typename Rule, bool Must>
struct analyze_traits<Name, rbc::parsing::line<Rule, Must>> : analyze_traits<Name, typename seq<Rule>::rule_t> {};
template <typename Name, typename Rule> struct analyze_traits<Name, rbc::parsing::rest<Rule>> : analyze_opt_traits<Rule> {};
template <typename Name, typename... Rules>
struct analyze_traits<Name, rbc::parsing::cut<Rules...>> : analyze_traits<Name, typename seq<Rules...>::rule_t> {};
template <typename Name, unsigned Number> struct analyze_traits<Name, rbc::parsing::raise<Number>> : analyze_any_traits<> {};
template <typename Name, bool Wanted, typename... Rules>
struct analyze_traits<Name, rbc::parsing::looking<Wanted, Rules...>> : analyze_opt_traits<Rules...> {};
template <typename Name> struct analyze_traits<Name, rbc::parsing::rules::idc> : analyze_opt_traits<> {};
template <typename Name> struct analyze_traits<Name, rbc::parsing::rules::trimmed> : analyze_opt_traits<> {};
template <typename Name> struct analyze_traits<Name, rbc::parsing::rules::short_enough> : analyze_opt_traits<> {};
} // namespace tao::pegtl
