// Parses NUL-separated snippets from standard input, or the files named on the command line, and says of each whether it is
// accepted: `accept`, or `reject CODE LINE` of the first error. With --tree, --pretty, --json or --short it shows that of each
// instead.
#include <iostream>
#include <iterator>

#include "grammar/parse.hpp"

int main(int argc, char** argv) {
  std::string mode;
  std::vector<std::string> files;
  for (int i = 1; i < argc; ++i) (std::string_view(argv[i]).starts_with("--") ? mode = argv[i] : files.emplace_back(argv[i]));
  auto one = [&](const rbc::Source& source) {
    rbc::Sink sink;
    rbc::Tree tree = rbc::parse(source, sink);
    if (mode == "--tree")
      std::cout << rbc::dump(tree);
    else if (mode == "--pretty")
      std::cout << rbc::render_pretty(sink);
    else if (mode == "--short")
      std::cout << rbc::render_short(sink);
    else if (mode == "--json")
      std::cout << rbc::render_json(sink) << '\n';
    else if (sink.ok())
      std::cout << "accept\n";
    else {
      for (const rbc::Diagnostic& diagnostic : sink.all())
        if (diagnostic.severity == rbc::Severity::Error) {
          std::cout << "reject " << diagnostic.code << ' ' << source.place(diagnostic.primary.span.begin).line << '\n';
          break;
        }
    }
    return sink.ok();
  };
  bool ok = true;
  if (!files.empty()) {
    rbc::DiskSources sources;
    for (const std::string& file : files) {
      const rbc::Source* source = sources.load(file);
      if (!source) return std::cerr << "cannot read " << file << '\n', 2;
      ok &= one(*source);
    }
    return ok ? 0 : 1;
  }
  std::string input(std::istreambuf_iterator<char>(std::cin), {});
  for (size_t at = 0; at < input.size();) {
    size_t end = input.find('\0', at);
    if (end == std::string::npos) end = input.size();
    one(rbc::Source("snippet.runbook", input.substr(at, end - at)));
    at = end + 1;
  }
}
