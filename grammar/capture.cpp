// Embedded text as its own parser reads it, and the way back to the file.
#include <algorithm>

#include "grammar/ast.hpp"

namespace rbc {

uint32_t Captured::file_offset(uint32_t text_offset) const {
  if (map.empty()) return begin;
  auto after = std::upper_bound(map.begin(), map.end(), text_offset,
                                [](uint32_t offset, const Mapping& m) { return offset < m.text_offset; });
  const Mapping& at = after == map.begin() ? map.front() : *std::prev(after);
  return std::min(at.file_offset + (text_offset - at.text_offset), end);
}

Span Captured::file_span(uint32_t text_begin, uint32_t text_end) const {
  // The end is mapped from the last byte inside, so that a span never reaches over the indentation of a next line.
  if (text_end <= text_begin) return {file_offset(text_begin), file_offset(text_begin)};
  return {file_offset(text_begin), std::min(file_offset(text_end - 1) + 1, std::max(end, begin))};
}

Captured capture(const Tree& tree, NodeId node) {
  Captured captured;
  NodeId raw = tree.kind(node) == Kind::Raw ? node : tree.child(node, Kind::Raw);
  if (!raw) {
    if (NodeId said = tree.child(node, Kind::Utterance)) return capture(tree, said);
    captured.begin = captured.end = tree[node].begin;
    return captured;
  }
  captured.begin = tree[raw].begin;
  captured.end = tree[raw].end;
  std::string_view file = tree.source().text();
  auto indentation = [&](uint32_t at) {
    uint32_t column = 0;
    while (at > 0 && file[at - 1] == ' ') --at, ++column;
    return at == 0 || file[at - 1] == '\n' ? column : UINT32_MAX;
  };
  // A first segment on the prompt's own line has no indentation to share.
  uint32_t common = UINT32_MAX;
  for (NodeId segment : tree.children(raw)) common = std::min(common, indentation(tree[segment].begin));

  bool first = true;
  uint32_t last_end = captured.begin;
  for (NodeId segment : tree.children(raw)) {
    uint32_t begin = tree[segment].begin, end = tree[segment].end, own = indentation(begin);
    while (end > begin && file[end - 1] == '\r') --end;
    if (!first) {
      auto breaks = std::count(file.begin() + last_end, file.begin() + begin, '\n');
      captured.map.push_back({static_cast<uint32_t>(captured.text.size()), last_end});
      captured.text.append(static_cast<size_t>(breaks), '\n');
    }
    first = false;
    if (own != UINT32_MAX && own > common) {
      captured.map.push_back({static_cast<uint32_t>(captured.text.size()), begin - (own - common)});
      captured.text.append(own - common, ' ');
    }
    captured.map.push_back({static_cast<uint32_t>(captured.text.size()), begin});
    NodeId hole = tree.first(segment);
    for (uint32_t at = begin; at < end;) {
      if (hole && at == tree[hole].begin) {
        uint32_t length = tree[hole].end - tree[hole].begin, text_at = static_cast<uint32_t>(captured.text.size());
        captured.holes.push_back({text_at, text_at + length, hole_path(tree, hole), tree.word(hole) == Word::Question, hole});
        captured.text.append(file.substr(at, length));
        at += length;
        hole = tree.next(hole);
      } else if (file[at] == '\\' && at + 1 < end && file[at + 1] == '<') {
        captured.text += '<';
        at += 2;
        captured.map.push_back({static_cast<uint32_t>(captured.text.size()), at});
      } else {
        captured.text += file[at++];
      }
    }
    last_end = end;
  }
  return captured;
}

} // namespace rbc
