// What a run writes down, as values and back: the bodies of entries, and the prints of what was asked.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "run/store/store.hpp"

namespace rbc {

// SHA-256 of what is asked: the exit, where, of whom, the words with secrets by name, the limit.
std::string print_of(const Program& program, const Request& request);

// Body of an `ended` entry. Secrets inside a value are left out: they live in memory only.
std::string completion_body(const Completion& completion);
std::optional<Completion> completion_of(const Entry& entry);

// Body of an `event` entry; `mail` is the inbox's number of what caused it, 0 if nothing from there did.
std::string event_body(const Event& event, std::uint64_t mail);
struct RecordedEvent { Event event; std::uint64_t mail = 0; };
std::optional<RecordedEvent> event_of(const Entry& entry);

// One contact's answer to an approval; an `event` entry with exit `human`.
struct Vote { std::string who; bool yes = false; std::uint64_t mail = 0; std::string refused, user; };   // refused: why it did not count · user: of the system, who says so
std::string vote_body(const Vote& vote);
std::optional<Vote> vote_of(const Entry& entry);

// What a change began on this machine: the process that leads its group; an `event` entry with exit `act`.
struct Child { std::int64_t pid = 0; std::uint64_t started = 0; };     // started: process_started
std::string child_body(const Child& child);
std::optional<Child> child_of(const Entry& entry);

// The first entry of a run, with everything that it keeps to its end.
struct StartRecord {
  Start start;                              // without run_id and when
  std::string image_hash;
  bool yes = false;
  std::vector<std::string> addresses;       // `name = address`, secrets by name
};
std::string start_body(const StartRecord& record);
std::optional<StartRecord> start_of(const Entry& entry);

// Body of a `resume` or `gap` entry: a sentence and a length of time.
std::string remark_body(const std::string& sentence, Micros length, std::uint64_t mail = 0);
struct Remark { std::string sentence; Micros length = 0; std::uint64_t mail = 0; };
std::optional<Remark> remark_of(const Entry& entry);

// Delivery of one notification, contact by contact; body of its `ended` entry.
struct Receipt { std::uint32_t resource = 0; std::string problem; };
std::string receipts_body(const std::vector<Receipt>& receipts);
std::optional<std::vector<Receipt>> receipts_of(const Entry& entry);
bool reached(const std::vector<Receipt>& receipts);      // whether anybody got it

// A letter's body that answers a question: which, and what.
std::string answer_letter(const Key& key, const Completion& reply);
std::optional<Completion> read_answer_letter(const std::string& body);

// One key of a run as one word, the same on every resume: for providers that drop what they have seen.
std::string key_text(const std::string& run, const Key& key);

}  // namespace rbc
