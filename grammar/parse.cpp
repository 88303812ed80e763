#include "grammar/parse.hpp"

#include "grammar/encoding.hpp"
#include "grammar/grammar.hpp"

namespace rbc {

Tree parse(const Source& source, Sink& sink) {
  using namespace parsing;
  Tree tree(source);
  Encoding encoding = check_encoding(source);
  std::string_view text = encoding.mended.empty() ? source.text() : std::string_view(encoding.mended);
  State state(source, text, tree, sink);
  state.starts_at(encoding.begin);
  for (Diagnostic& problem : encoding.problems) state.add(std::move(problem));
  state.begin_file();
  if (encoding.unreadable || state.is_foreign()) {
    state.end_file();
    return tree;
  }
  Input input(text.data() + encoding.begin, text.data() + text.size(), "");
  try {
    if (!control<rules::file>::match<pegtl::apply_mode::nothing, pegtl::rewind_mode::dontcare, pegtl::nothing, control>(input,
                                                                                                                        state))
      state.report({"E0100", state.far()});
  } catch (const SyntaxError& error) {
    state.report(error);
  }
  state.end_file();
  sink.sort();
  return tree;
}

} // namespace rbc
