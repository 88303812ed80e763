// What a rule can begin with, as far as its parts say so: an alternative that cannot match is passed by before anything is opened for it.
#pragma once
#include <array>

#include "grammar/layout.hpp"

namespace rbc::parsing {

using Letters = std::array<bool, 256>;
constexpr Letters letters_of(std::string_view each) {
  Letters out{};
  for (char c : each) out[static_cast<unsigned char>(c)] = true;
  return out;
}
constexpr Letters letters_between(char low, char high) {
  Letters out{};
  for (char c = low; c <= high; ++c) out[static_cast<unsigned char>(c)] = true;
  return out;
}
constexpr Letters either(Letters a, const Letters& b) {
  for (size_t i = 0; i < a.size(); ++i) a[i] = a[i] || b[i];
  return a;
}

// Of a PEGTL rule: whether it is known, its first letters, and what it wants at a place where it does not match.
template <typename Rule> struct opening {
  static constexpr bool known = false;
};
template <typename Rule> inline constexpr bool is_labelled = requires { Rule::label; };
template <typename Rule> inline constexpr bool is_whole = requires { Rule::whole; };

// A rule that counts its depth may refuse before it looks at a letter.
template <typename Rule> inline constexpr bool is_deep = requires { Rule::deep; };
template <typename Rule> struct opening_of : opening<std::conditional_t<is_deep<Rule>, void, typename Rule::rule_t>> {};

template <typename Rule> void want_opening(State& st, uint32_t at) {
  if constexpr (is_labelled<Rule>) st.want(at, Rule::label);
  else if constexpr (!is_whole<Rule>) opening_of<Rule>::want(st, at);
}

struct wants_nothing {
  static constexpr bool known = true;
  static void want(State&, uint32_t) {}
};
template <typename Peek, char... Cs> struct opening<pegtl::internal::one<pegtl::internal::result_on_found::success, Peek, Cs...>> : wants_nothing {
  static constexpr char kEach[] = {Cs...};
  static constexpr Letters letters = letters_of({kEach, sizeof...(Cs)});
};
template <typename Peek, char Low, char High> struct opening<pegtl::internal::range<pegtl::internal::result_on_found::success, Peek, Low, High>> : wants_nothing {
  static constexpr Letters letters = letters_between(Low, High);
};
template <char C, char... Cs> struct opening<pegtl::internal::string<C, Cs...>> : wants_nothing {
  static constexpr Letters letters = letters_between(C, C);
};
struct opening_name : wants_nothing {
  static constexpr Letters letters = either(letters_between('a', 'z'), letters_between('A', 'Z'));
};
template <> struct opening<name_chars> : opening_name {};
template <> struct opening<free_name_chars> : opening_name {};

template <Word W> struct opening_word {
  static constexpr bool known = true;
  static constexpr Letters letters = letters_of(kSpellings[static_cast<size_t>(W)].text.substr(0, 1));
  static void want(State& st, uint32_t at) { st.want(at, kSpellings[static_cast<size_t>(W)].quoted); }
};
template <Word W> struct opening<kw<W>> : opening_word<W> {};
template <Word W> struct opening<kw_word<W>> : opening_word<W> {};
template <Word W> struct opening<sign<W>> : opening_word<W> {};
template <Word W> struct opening<sign_word<W>> : opening_word<W> {};

template <bool Known, typename Rule> struct opening_as {
  static constexpr bool known = false;
};
template <typename Rule> struct opening_as<true, Rule> {
  static constexpr bool known = true;
  static constexpr Letters letters = opening_of<Rule>::letters;
  static void want(State& st, uint32_t at) { want_opening<Rule>(st, at); }
};
template <typename Rule, typename... Rules> struct opening<pegtl::internal::seq<Rule, Rules...>> : opening_as<opening_of<Rule>::known, Rule> {};
template <typename Rule, typename... Rules> struct opening<pegtl::internal::plus<Rule, Rules...>> : opening_as<opening_of<Rule>::known, Rule> {};

template <bool Known, typename... Rules> struct opening_any {
  static constexpr bool known = false;
};
template <typename... Rules> struct opening_any<true, Rules...> {
  static constexpr bool known = true;
  static constexpr Letters letters = [] {
    Letters all{};
    ((all = either(all, opening_of<Rules>::letters)), ...);
    return all;
  }();
  static void want(State& st, uint32_t at) { (want_opening<Rules>(st, at), ...); }
};
template <typename... Rules> struct opening<pegtl::internal::sor<Rules...>> : opening_any<(opening_of<Rules>::known && ...), Rules...> {};

} // namespace rbc::parsing
