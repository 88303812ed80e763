// Any bytes at all: the parser answers, its spans lie in the file and nest, its captures map back, its messages render.
#include <cstdlib>

#include "grammar/parse.hpp"

namespace {
void require(bool holds) {
  if (!holds) std::abort();
}
} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  rbc::Source source("fuzz.runbook", std::string(reinterpret_cast<const char*>(data), size));
  rbc::Sink sink(1000);
  rbc::Tree tree = rbc::parse(source, sink);
  for (rbc::NodeId id = 0; id < tree.size(); ++id) {
    const rbc::Node& node = tree[id];
    require(node.begin <= node.end && node.end <= source.size());
    uint32_t at = node.begin;
    for (rbc::NodeId child : tree.children(id)) {
      require(tree[child].begin >= at && tree[child].end <= node.end);
      at = tree[child].end;
    }
    if (node.kind == rbc::Kind::Raw) {
      rbc::Captured captured = rbc::capture(tree, id);
      for (uint32_t i = 0; i <= captured.text.size(); ++i) require(captured.file_offset(i) <= source.size());
      for (const auto& hole : captured.holes) require(captured.text[hole.begin] == '<' && captured.text[hole.end - 1] == '>');
    }
  }
  uint32_t last = 0;
  for (const rbc::Trivia& trivia : tree.trivia) {
    require(trivia.begin >= last && trivia.begin <= trivia.end && trivia.end <= source.size());
    last = trivia.end;
  }
  rbc::render_pretty(sink);
  rbc::render_json(sink);
  return 0;
}
