// The bytes of a journal entry and the chain that ties each to the one before, the same for every store.
#pragma once
#include <string>
#include <vector>

#include "run/store/store.hpp"

namespace rbc {

// Canonical CBOR of an entry: an array of all its fields but `previous` and `hash`.
std::string entry_bytes(const Entry& entry);
// 32 bytes: SHA-256("rbc1" ‖ previous ‖ entry_bytes).
std::string entry_hash(const Entry& entry);
// What the first entry of a run has as `previous`: bound to its id, so that a journal cannot be passed off as another run's.
std::string chain_root(const std::string& run);
// One sentence about the first entry that does not fit; empty if the chain is whole and ends in `head` at `last_seq`.
std::string check_chain(const RunRow& row, const std::vector<Entry>& entries);

}  // namespace rbc
