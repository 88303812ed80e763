// Says of each NUL-separated SQL statement on standard input what the parser makes of it, in lines: `shape effect`, then `column NAME TYPE`,
// `problem CODE BEGIN MESSAGE` (BEGIN is a byte), and an empty one. `--schema FILE` gives it a snapshot.
#include <fstream>
#include <iostream>
#include <iterator>

#include "grammar/embedded/schema.hpp"
#include "grammar/embedded/sql.hpp"

namespace {

std::string one_line(std::string text) {
  for (char& c : text)
    if (c == '\n') c = ' ';
  return text;
}

void say(const std::string& statement, const rbc::Schema* schema) {
  using namespace rbc::embedded;
  SqlHints hints;
  hints.schema = schema;
  const Parsed<SqlStatement> parsed = parse_sql(statement, {}, hints);
  const SqlStatement& s = parsed.value;
  static constexpr const char* kShapes[] = {"count", "row", "rows"};
  static constexpr const char* kLevels[] = {"looks", "changes", "destroys"};
  std::cout << kShapes[static_cast<int>(s.shape)] << ' ' << kLevels[static_cast<int>(s.effect.level)] << (s.effect.known ? "" : " unknown") << (s.open_columns ? " open" : "") << '\n';
  for (const SqlColumn& c : s.columns) std::cout << "column " << one_line(c.name) << '\t' << (c.pg.empty() ? "?" : c.pg) << '\n';
  for (const Problem& p : parsed.problems)
    std::cout << "problem " << p.code << ' ' << p.begin << ' ' << one_line(p.message) << (p.help.empty() ? "" : " ") << one_line(p.help) << '\n';
  std::cout << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  rbc::Schema schema;
  bool known = false;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) != "--schema" || ++i == argc) return std::cerr << "sql-says [--schema FILE] < statements\n", 2;
    std::ifstream file(argv[i], std::ios::binary);
    const std::string text(std::istreambuf_iterator<char>(file), {});
    const std::string wrong = file.good() || !text.empty() ? rbc::parse_schema(text, schema) : "cannot be read";
    if (!wrong.empty()) return std::cerr << argv[i] << ": " << wrong << '\n', 2;
    known = true;
  }
  const std::string input(std::istreambuf_iterator<char>(std::cin), {});
  for (size_t at = 0; at < input.size();) {
    const size_t end = std::min(input.find('\0', at), input.size());
    say(input.substr(at, end - at), known ? &schema : nullptr);
    at = end + 1;
  }
}
