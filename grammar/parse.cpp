#include "grammar/parse.hpp"

#include "grammar/encoding.hpp"
#include "grammar/grammar.hpp"

namespace rbc {

namespace {

// Reads the whole text into the tree. False: the first pass has met a mistake.
bool read(parsing::State& state, uint32_t begin) {
  using namespace parsing;
  Input input(state.text.data() + begin, state.text.data() + state.text.size(), "");
  try {
    if (!control<rules::file>::match<pegtl::apply_mode::nothing, pegtl::rewind_mode::dontcare, pegtl::nothing, control>(input,
                                                                                                                        state))
      state.report({"E0100", state.far()});
  } catch (const NotHasty&) {
    return false;
  } catch (const SyntaxError& error) {
    if (state.hasty) return false;
    state.report(error);
  }
  return true;
}

// Most files are right, and of those nobody asks what was wanted where an alternative did not match.
bool read_hastily(const Source& source, std::string_view text, uint32_t begin, Tree& tree) {
  Sink unused;
  parsing::State state(source, text, tree, unused, true);
  state.starts_at(begin);
  state.begin_file();
  const bool right = read(state, begin);
  if (right) state.end_file();
  else tree = Tree(source);
  return right;
}

} // namespace

Tree parse(const Source& source, Sink& sink) {
  using namespace parsing;
  Tree tree(source);
  Encoding encoding = check_encoding(source);
  std::string_view text = encoding.mended.empty() ? source.text() : std::string_view(encoding.mended);
  State state(source, text, tree, sink, false);
  state.starts_at(encoding.begin);
  for (Diagnostic& problem : encoding.problems) state.add(std::move(problem));
  const bool other = encoding.unreadable || state.is_foreign();
  if (other || !read_hastily(source, text, encoding.begin, tree)) {
    state.begin_file();
    if (!other) (void)read(state, encoding.begin);
    state.end_file();
  }
  sink.sort();
  return tree;
}

} // namespace rbc
