// What happens when rules match: the combinators that build tree nodes, and the control that rolls the tree back with the
// input.
#pragma once
#include "grammar/openings.hpp"

namespace rbc::parsing {

// A node of kind K over these rules.
template <Kind K, typename... Rules> struct node : pegtl::seq<Rules...> { static constexpr Kind kind = K; };

// A node of kind K that takes the node before it as its first child: how `a + b` is built when `+` is seen.
template <Kind K, typename... Rules> struct wrap : pegtl::seq<Rules...> { static constexpr Kind adopting = K; };

// Characters that are one token: the node around them ends here, before blanks.
template <typename... Rules> struct token : pegtl::seq<Rules...> { static constexpr bool is_token = true; };

// Rules after which the open node's word is W.
template <Word W, typename... Rules> struct as_word : pegtl::seq<Rules...> { static constexpr Word sets = W; };

// A word as a node of its own.
template <Word W, Kind K = Kind::Flag> struct flag : node<K, kw_word<W>> {};

// ^ : from here on, failure is an error at this place.
template <typename... Rules> struct cut {
  using rule_t = cut;
  using subs_t = pegtl::type_list<Rules...>;
  template <pegtl::apply_mode A, pegtl::rewind_mode M, template <typename...> class Action,
            template <typename...> class Control>
  static bool match(Input& in, State& st) {
    uint32_t at = 0;
    // What follows a cut is not optional, even when the rule around it is.
    const uint32_t weak = std::exchange(st.weak, 0);
    auto must = [&](bool matched) {
      if (!matched) st.raise("E0100", std::max(st.far(), at));
      at = st.offset(in.current());
    };
    at = st.offset(in.current());
    (must(Control<Rules>::template match<A, pegtl::rewind_mode::required, Action, Control>(in, st)), ...);
    st.weak = weak;
    return true;
  }
};

// @E0105
template <unsigned Number> struct raise : terminal {
  using rule_t = raise;
  static constexpr char kCode[] = {'E',
                                   static_cast<char>('0' + Number / 1000),
                                   static_cast<char>('0' + Number / 100 % 10),
                                   static_cast<char>('0' + Number / 10 % 10),
                                   static_cast<char>('0' + Number % 10),
                                   0};
  static bool match(Input& in, State& st) {
    st.raise(kCode, st.offset(in.current()));
    return false;
  }
};

// & and ! : look ahead; nothing is wanted there, and nothing is built.
template <bool Wanted, typename... Rules> struct looking {
  using rule_t = looking;
  using subs_t = pegtl::type_list<Rules...>;
  template <pegtl::apply_mode A, pegtl::rewind_mode, template <typename...> class Action, template <typename...> class Control>
  static bool match(Input& in, State& st) {
    const char* before = in.current();
    const Mark mark = st.mark();
    ++st.quiet;
    bool matched = (Control<Rules>::template match<A, pegtl::rewind_mode::active, Action, Control>(in, st) && ...);
    --st.quiet;
    in.iterator() = before;
    st.rollback(mark);
    return matched == Wanted;
  }
};
template <typename... Rules> using look = looking<true, Rules...>;
template <typename... Rules> using never = looking<false, Rules...>;

// Wanted rules are looked at before they are tried: what they would want is not wanted.
template <typename Rule, typename... Rules> struct opening<looking<true, Rule, Rules...>> : opening_as<opening_of<Rule>::known, Rule> {
  static void want(State&, uint32_t) {}
};

template <typename Rule> inline constexpr bool is_optional = false;
template <typename... Rules> inline constexpr bool is_optional<pegtl::internal::opt<Rules...>> = true;
template <typename... Rules> inline constexpr bool is_optional<pegtl::internal::star<Rules...>> = true;

// Takes PEGTL's place around every rule: the tree grows, or is as it was before.
template <typename Rule> struct control : pegtl::normal<Rule> {
  static constexpr bool enable = false;

  template <pegtl::apply_mode A, pegtl::rewind_mode M, template <typename...> class Action,
            template <typename...> class Control>
  static bool match(Input& in, State& st) {
    if constexpr (std::is_base_of_v<terminal, Rule>) {
      return Rule::match(in, st);
    } else if constexpr (std::is_same_v<typename Rule::subs_t, pegtl::type_list<>>) {
      return inner<A, M, Action, Control>(in, st);
    } else if constexpr (requires { Rule::is_token; }) {
      if (!inner<A, M, Action, Control>(in, st)) return false;
      st.last_end = st.offset(in.current());
      return true;
    } else {
      return building<A, M, Action, Control>(in, st);
    }
  }

 private:
  template <pegtl::apply_mode A, pegtl::rewind_mode M, template <typename...> class Action,
            template <typename...> class Control>
  static bool inner(Input& in, State& st) {
    return pegtl::match<Rule, A, M, Action, Control>(in, st);
  }

  template <pegtl::apply_mode A, pegtl::rewind_mode M, template <typename...> class Action,
            template <typename...> class Control>
  static bool building(Input& in, State& st) {
    [[maybe_unused]] const uint32_t begin = st.offset(in.current());
    if constexpr (opening_of<Rule>::known) {
      if (in.empty() || !opening_of<Rule>::letters[static_cast<unsigned char>(*in.current())]) {
        want_opening<Rule>(st, begin);
        return false;
      }
    }
    const Mark mark = st.mark();
    if constexpr (requires { Rule::kind; }) st.open(Rule::kind, begin);
    if constexpr (requires { Rule::adopting; }) st.adopt(Rule::adopting);
    [[maybe_unused]] const uint32_t named_at = st.named_at;
    if constexpr (requires { Rule::label; }) st.named_at = begin;
    if constexpr (requires { Rule::whole; }) ++st.quiet;
    if constexpr (is_optional<typename Rule::rule_t>) ++st.weak;
    bool matched;
    if constexpr (requires { Rule::deep; }) {
      Deeper deeper(st, begin);
      matched = inner<A, M, Action, Control>(in, st);
    } else {
      matched = inner<A, M, Action, Control>(in, st);
    }
    if constexpr (is_optional<typename Rule::rule_t>) --st.weak;
    if constexpr (requires { Rule::whole; }) --st.quiet;
    if constexpr (requires { Rule::label; }) {
      st.named_at = named_at;
      if (!matched) st.want(begin, Rule::label);
    }
    if (matched) {
      if constexpr (requires { Rule::sets; }) st.word(Rule::sets);
      if constexpr (requires { Rule::kind; }) st.close();
      if constexpr (requires { Rule::adopting; }) st.close();
      return true;
    }
    if constexpr (requires { Rule::kind; })
      st.abandon(mark);
    else if constexpr (requires { Rule::adopting; })
      st.unadopt(), st.rollback(mark);
    else
      st.rollback(mark);
    return false;
  }
};

} // namespace rbc::parsing
