#include "run/store/entry.hpp"

#include "vm/bytecode/image.hpp"

namespace rbc {
namespace {

void put_head(std::string& out, unsigned major, std::uint64_t n) {
  const auto first = static_cast<char>(major << 5);
  const auto push = [&](unsigned bytes) {
    for (unsigned i = bytes; i-- > 0;) out.push_back(static_cast<char>(n >> (8 * i)));
  };
  if (n < 24) {
    out.push_back(static_cast<char>(static_cast<unsigned char>(first) | n));
  } else if (n <= 0xff) {
    out.push_back(static_cast<char>(first | 24)), push(1);
  } else if (n <= 0xffff) {
    out.push_back(static_cast<char>(first | 25)), push(2);
  } else if (n <= 0xffffffff) {
    out.push_back(static_cast<char>(first | 26)), push(4);
  } else {
    out.push_back(static_cast<char>(first | 27)), push(8);
  }
}

void put_int(std::string& out, std::int64_t n) {
  if (n >= 0) put_head(out, 0, static_cast<std::uint64_t>(n));
  else put_head(out, 1, static_cast<std::uint64_t>(-(n + 1)));
}

void put_bytes(std::string& out, unsigned major, const std::string& bytes) {
  put_head(out, major, bytes.size());
  out += bytes;
}

}  // namespace

std::string entry_bytes(const Entry& entry) {
  std::string out;
  put_head(out, 4, 11);
  put_head(out, 0, entry.seq);
  put_head(out, 0, entry.fence);
  put_head(out, 0, static_cast<std::uint64_t>(entry.phase));
  put_head(out, 0, static_cast<std::uint64_t>(entry.exit));
  put_bytes(out, 3, entry.key.fiber);
  put_head(out, 0, entry.key.site);
  put_head(out, 0, entry.key.occurrence);
  put_int(out, entry.when.alive);
  put_int(out, entry.when.wall);
  put_bytes(out, 2, entry.print);
  put_bytes(out, 2, entry.body);
  return out;
}

std::string entry_hash(const Entry& entry) { return sha256("rbc1" + entry.previous + entry_bytes(entry)); }

std::string chain_root(const std::string& run) { return sha256("rbc1 run " + run); }

std::string check_chain(const RunRow& row, const std::vector<Entry>& entries) {
  std::string previous = chain_root(row.id);
  std::uint64_t seq = 0;
  for (const Entry& entry : entries) {
    if (entry.seq != seq + 1) return fmt::format("the journal of {} has a gap: entry {} follows entry {}", row.id, entry.seq, seq);
    if (entry.previous != previous || entry.hash != entry_hash(entry))
      return fmt::format("the journal of {} was changed: entry {} does not fit the chain of hashes", row.id, entry.seq);
    previous = entry.hash;
    seq = entry.seq;
  }
  if (seq != row.last_seq) return fmt::format("the journal of {} was cut: it ends at entry {}, its run at {}", row.id, seq, row.last_seq);
  if (seq != 0 && previous != row.head) return fmt::format("the journal of {} was changed: its last entry is not the one its run names", row.id);
  return {};
}

}  // namespace rbc
