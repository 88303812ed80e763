#include "compiler/lint/mentions.hpp"

#include <algorithm>
#include <functional>

namespace rbc::lint {

namespace {
constexpr std::uint32_t kNoEntry = 0xffffffff;
}  // namespace

bool declares_name(Kind kind) {
  switch (kind) {
    case Kind::Resource: case Kind::Secret: case Kind::Env: case Kind::Message: case Kind::CheckDef: case Kind::Procedure:
    case Kind::Runbook: case Kind::Test: case Kind::Param: case Kind::Input: case Kind::Step: case Kind::Cause: case Kind::Named:
    case Kind::Bind: case Kind::Ask: case Kind::Choose: case Kind::Option: case Kind::ForEach: case Kind::RefsEach: case Kind::Binding:
    case Kind::Arg: case Kind::Label: case Kind::Exports: case Kind::Alert: return true;
    default: return false;
  }
}

// The places are sorted by their names, which keeps them in the order of the file.
Mentions::Mentions(const Tree& tree) : tree_(tree), slots_(256, kNoEntry) {
  walk(tree.root(), Where::lines);
  std::uint32_t first = 0;
  for (Entry& one : entries_) one.first = first, first += one.count, one.count = 0;
  places_.resize(first);
  for (const Mention& one : found_) {
    Entry& entry = entries_[one.entry];
    places_[entry.first + entry.count++] = one.place;
  }
  found_ = {};
}

const Mentions::Entry* Mentions::find(std::string_view name) const {
  const std::size_t hash = std::hash<std::string_view>{}(name);
  for (std::size_t at = hash;; ++at) {
    const std::uint32_t entry = slots_[at & (slots_.size() - 1)];
    if (entry == kNoEntry) return nullptr;
    if (entries_[entry].hash == hash && entries_[entry].name == name) return &entries_[entry];
  }
}

bool Mentions::has(std::string_view name, Where where) const {
  const Entry* entry = find(name);
  return entry && entry->where & static_cast<unsigned>(where);
}

bool Mentions::in(std::string_view name, Span span) const {
  const Entry* entry = find(name);
  if (!entry) return false;
  const auto begin = places_.begin() + entry->first, end = begin + entry->count;
  const auto first = std::lower_bound(begin, end, span.begin);
  return first != end && *first < span.end;
}

void Mentions::grow() {
  slots_.assign(slots_.size() * 2, kNoEntry);
  for (std::uint32_t i = 0; i < entries_.size(); ++i) {
    std::size_t at = entries_[i].hash;
    while (slots_[at & (slots_.size() - 1)] != kNoEntry) ++at;
    slots_[at & (slots_.size() - 1)] = i;
  }
}

void Mentions::add(std::string_view name, Where where, std::uint32_t place) {
  const std::size_t hash = std::hash<std::string_view>{}(name);
  std::size_t at = hash;
  std::uint32_t entry;
  while ((entry = slots_[at & (slots_.size() - 1)]) != kNoEntry && !(entries_[entry].hash == hash && entries_[entry].name == name)) ++at;
  if (entry == kNoEntry) {
    entry = slots_[at & (slots_.size() - 1)] = static_cast<std::uint32_t>(entries_.size());
    entries_.push_back({name, hash});
    if (entries_.size() * 2 > slots_.size()) grow();
  }
  entries_[entry].where |= static_cast<unsigned>(where);
  if (where != Where::lines) return;
  ++entries_[entry].count;
  found_.push_back({entry, place});
}

void Mentions::walk(NodeId node, Where where) {
  const Kind kind = tree_.kind(node);
  bool skip = declares_name(kind);
  for (NodeId child : tree_.children(node)) {
    const Kind is = tree_.kind(child);
    if (is == Kind::Name && skip) {
      skip = false;
      continue;
    }
    const Where here = is == Kind::Test ? Where::tests : is == Kind::Binding || is == Kind::EnvInput ? Where::bindings : where;
    if (is == Kind::Name || is == Kind::Var || is == Kind::ItemMark || is == Kind::Field) add(tree_.text(child), here, tree_[child].begin);
    if (kind == Kind::Binding && is == Kind::Raw) words(tree_.text(child));
    if (tree_.first(child)) walk(child, here);
  }
}

// `via member` and `on web` name a host in the text of a binding.
void Mentions::words(std::string_view text) {
  const auto part = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_'; };
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && part(text[end])) ++end;
    if (end > at) add(text.substr(at, end - at), Where::bindings, 0);
    at = end + 1;
  }
}

}  // namespace rbc::lint
