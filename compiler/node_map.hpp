// What a pass knows of nodes, by file and index: a hash table whose entries stay where they are and come in the order they were put in.
#pragma once
#include <cassert>
#include <cstdint>
#include <deque>
#include <functional>
#include <unordered_set>
#include <utility>
#include <vector>

#include "grammar/ast.hpp"

namespace rbc {

struct NodeRef {
  std::uint32_t file = 0;       // index into Facts::trees
  NodeId node = 0;
  bool operator==(const NodeRef&) const = default;
  explicit operator bool() const { return node != 0; }
};
struct NodeRefHash {
  std::size_t operator()(NodeRef r) const { return std::hash<std::uint64_t>{}((std::uint64_t{r.file} << 32) | r.node); }
};
using NodeSet = std::unordered_set<NodeRef, NodeRefHash>;

// Linear probing over positions in a deque, which is a few allocations for what std::unordered_map makes one for each entry: half the time
// of a check went there. References stay valid; nothing is ever taken out.
template <class T>
class NodeMap {
 public:
  using Entry = std::pair<const NodeRef, T>;
  using iterator = typename std::deque<Entry>::iterator;
  using const_iterator = typename std::deque<Entry>::const_iterator;

  iterator begin() { return entries_.begin(); }
  iterator end() { return entries_.end(); }
  const_iterator begin() const { return entries_.begin(); }
  const_iterator end() const { return entries_.end(); }
  std::size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }

  iterator find(NodeRef key) {
    const std::uint32_t at = position(key);
    return at == kNone ? end() : begin() + at;
  }
  const_iterator find(NodeRef key) const {
    const std::uint32_t at = position(key);
    return at == kNone ? end() : begin() + at;
  }
  bool contains(NodeRef key) const { return position(key) != kNone; }
  const T& at(NodeRef key) const {
    const std::uint32_t at = position(key);
    assert(at != kNone);
    return entries_[at].second;
  }
  T& at(NodeRef key) { return const_cast<T&>(std::as_const(*this).at(key)); }
  T& operator[](NodeRef key) { return emplace(key).first->second; }

  // As a standard map's: makes the value from `arguments` unless the key is there.
  template <class... Arguments>
  std::pair<iterator, bool> emplace(NodeRef key, Arguments&&... arguments) {
    if (const std::uint32_t there = position(key); there != kNone) return {begin() + there, false};
    if ((entries_.size() + 1) * 3 > slots_.size() * 2) grow();
    entries_.emplace_back(std::piecewise_construct, std::forward_as_tuple(key), std::forward_as_tuple(std::forward<Arguments>(arguments)...));
    put(static_cast<std::uint32_t>(entries_.size() - 1));
    return {end() - 1, true};
  }

 private:
  static constexpr std::uint32_t kNone = 0xffffffff;

  std::size_t home(NodeRef key) const {
    const std::uint64_t both = (std::uint64_t{key.file} << 32) | key.node;
    return (both * 0x9e3779b97f4a7c15ull) >> shift_;   // Fibonacci hashing: Knuth, TAOCP 3, 6.4
  }
  std::uint32_t position(NodeRef key) const {
    if (slots_.empty()) return kNone;
    for (std::size_t at = home(key);; at = (at + 1) & (slots_.size() - 1)) {
      const std::uint32_t entry = slots_[at];
      if (entry == kNone || entries_[entry].first == key) return entry;
    }
  }
  void put(std::uint32_t entry) {
    std::size_t at = home(entries_[entry].first);
    while (slots_[at] != kNone) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = entry;
  }
  void grow() {
    const std::size_t size = slots_.empty() ? 64 : slots_.size() * 2;
    shift_ = slots_.empty() ? 58 : shift_ - 1;
    slots_.assign(size, kNone);
    for (std::uint32_t i = 0; i < entries_.size(); ++i) put(i);
  }

  std::deque<Entry> entries_;
  std::vector<std::uint32_t> slots_;    // positions in entries_; a power of two of them
  unsigned shift_ = 64;
};

}  // namespace rbc
