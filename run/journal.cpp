#include "run/journal.hpp"

#include "vm/bytecode/image.hpp"

namespace rbc {
namespace journal {

class Record {
 public:
  Record& put(std::string name, Value value) {
    names_.push_back(std::move(name));
    values_.push_back(std::move(value));
    return *this;
  }
  Record& text(std::string name, const std::string& text) { return text.empty() ? *this : put(std::move(name), Value::text(text)); }
  Record& number(std::string name, std::int64_t n) { return n == 0 ? *this : put(std::move(name), Value::integer(n)); }
  Record& flag(std::string name, bool b) { return b ? put(std::move(name), Value::boolean(true)) : *this; }
  Record& texts(std::string name, const std::vector<std::string>& texts) {
    if (texts.empty()) return *this;
    std::vector<Value> items;
    for (const std::string& text : texts) items.push_back(Value::text(text));
    return put(std::move(name), Value::list(std::move(items)));
  }
  std::string bytes() { return encode(Value::record(std::move(names_), std::move(values_))); }

 private:
  std::vector<std::string> names_;
  std::vector<Value> values_;
};

class Reader {
 public:
  explicit Reader(const std::string& bytes) : value_(decode(bytes)) {}
  explicit operator bool() const { return value_ && value_->tag() == Tag::record; }
  const Value* get(std::string_view name) const { return value_->field(name); }
  std::string text(std::string_view name) const { return get(name) == nullptr ? std::string() : get(name)->text(); }
  std::int64_t number(std::string_view name) const { return get(name) == nullptr ? 0 : get(name)->as_int(); }
  bool flag(std::string_view name) const { return get(name) != nullptr && get(name)->as_bool(); }
  std::vector<std::string> texts(std::string_view name) const {
    std::vector<std::string> all;
    if (const Value* list = get(name))
      for (const Value& item : list->items()) all.push_back(item.text());
    return all;
  }

 private:
  std::optional<Value> value_;
};

// A secret stays one, of which nothing is known any more: what was asked with it is asked again in the same words, and nothing is said with it.
Value without_secrets(const Value& value) {
  const auto items = [&] {
    std::vector<Value> kept;
    for (const Value& item : value.items()) kept.push_back(without_secrets(item));
    return kept;
  };
  switch (value.tag()) {
    case Tag::secret: return Value::secret("");
    case Tag::list: return Value::list(items());
    case Tag::record: return Value::record(value.names(), items());
    case Tag::rows: {
      const Value rows = Value::rows(value.names(), items());
      const Value* beside = value.beside();
      return beside ? rows.answered(beside->field("ok")->as_bool(), beside->field("took")->as_int(), beside->field("at")->as_int()) : rows;
    }
    default: return value;
  }
}

template <class E>
bool in_range(std::int64_t n, E last) { return n >= 0 && n <= static_cast<std::int64_t>(last); }

}  // namespace journal

std::string print_of(const Program& program, const Request& request) {
  std::vector<Value> parts{Value::integer(static_cast<int>(request.exit)), Value::integer(request.key.site), Value::integer(request.index),
                           Value::integer(request.rung), Value::integer(static_cast<int>(request.question)), Value::integer(request.limit)};
  if ((request.exit == Exit::ask || request.exit == Exit::act) && request.index < program.templates.size()) {
    const Template& said = program.templates[request.index];
    if (said.resource < program.resources.size()) parts.push_back(Value::text(program.resources[said.resource].name));
  }
  parts.push_back(Value::text(request.said));
  return sha256(encode(Value::list(std::move(parts))));
}

std::string completion_body(const Completion& c) {
  journal::Record record;
  record.number("way", static_cast<int>(c.way)).text("reason", c.reason).flag("doubt", c.in_doubt).flag("cut", c.cut);
  record.number("reply", static_cast<int>(c.reply)).text("who", c.who);
  if (c.value.tag() != Tag::nothing) record.put("value", journal::without_secrets(c.value));
  return record.bytes();
}

std::optional<Completion> completion_of(const Entry& entry) {
  const journal::Reader reader(entry.body);
  if (!reader || !journal::in_range(reader.number("way"), Way::blindness) || !journal::in_range(reader.number("reply"), Completion::Reply::timed_out))
    return std::nullopt;
  Completion c;
  c.key = entry.key, c.when = entry.when;
  c.way = static_cast<Way>(reader.number("way"));
  c.reply = static_cast<Completion::Reply>(reader.number("reply"));
  c.reason = reader.text("reason"), c.who = reader.text("who");
  c.in_doubt = reader.flag("doubt"), c.cut = reader.flag("cut");
  if (const Value* value = reader.get("value")) c.value = *value;
  return c;
}

std::string event_body(const Event& event, std::uint64_t mail) {
  return journal::Record()
      .number("what", static_cast<int>(event.what)).number("ladder", event.ladder).number("rung", event.rung)
      .text("who", event.who).number("mail", static_cast<std::int64_t>(mail)).bytes();
}

std::optional<RecordedEvent> event_of(const Entry& entry) {
  const journal::Reader reader(entry.body);
  if (!reader || !journal::in_range(reader.number("what"), Event::What::skip_step)) return std::nullopt;
  RecordedEvent recorded;
  recorded.event.what = static_cast<Event::What>(reader.number("what"));
  recorded.event.ladder = static_cast<std::uint32_t>(reader.number("ladder"));
  recorded.event.rung = static_cast<std::uint32_t>(reader.number("rung"));
  recorded.event.key = entry.key, recorded.event.when = entry.when, recorded.event.who = reader.text("who");
  recorded.mail = static_cast<std::uint64_t>(reader.number("mail"));
  return recorded;
}

std::string vote_body(const Vote& vote) {
  return journal::Record().text("who", vote.who).flag("yes", vote.yes).number("mail", static_cast<std::int64_t>(vote.mail))
      .text("refused", vote.refused).text("user", vote.user).bytes();
}

std::optional<Vote> vote_of(const Entry& entry) {
  const journal::Reader reader(entry.body);
  if (!reader) return std::nullopt;
  return Vote{reader.text("who"), reader.flag("yes"), static_cast<std::uint64_t>(reader.number("mail")), reader.text("refused"), reader.text("user")};
}

std::string child_body(const Child& child) {
  return journal::Record().number("pid", child.pid).number("started", static_cast<std::int64_t>(child.started)).bytes();
}

std::optional<Child> child_of(const Entry& entry) {
  const journal::Reader reader(entry.body);
  if (!reader) return std::nullopt;
  return Child{reader.number("pid"), static_cast<std::uint64_t>(reader.number("started"))};
}

std::string start_body(const StartRecord& record) {
  const Start& s = record.start;
  std::vector<Value> bound;
  for (const bool b : s.bound) bound.push_back(Value::boolean(b));
  journal::Record body;
  body.text("image", record.image_hash).text("env", s.environment).texts("addresses", record.addresses);
  body.put("inputs", Value::list(s.inputs)).put("bound", Value::list(std::move(bound)));
  body.number("mode", static_cast<int>(s.mode)).flag("dry", s.dry).flag("yes", record.yes).flag("may change", s.may_change);
  body.texts("allow", s.allow).text("from", s.from).text("until", s.until).text("operator", s.operator_name).text("alert", s.alert);
  body.number("zero", s.zero);
  return body.bytes();
}

std::optional<StartRecord> start_of(const Entry& entry) {
  const journal::Reader reader(entry.body);
  if (!reader || !journal::in_range(reader.number("mode"), Mode::interactive)) return std::nullopt;
  StartRecord record;
  Start& s = record.start;
  record.image_hash = reader.text("image"), record.yes = reader.flag("yes"), record.addresses = reader.texts("addresses");
  s.environment = reader.text("env"), s.mode = static_cast<Mode>(reader.number("mode")), s.dry = reader.flag("dry");
  s.may_change = reader.flag("may change"), s.allow = reader.texts("allow"), s.from = reader.text("from"), s.until = reader.text("until");
  s.operator_name = reader.text("operator"), s.alert = reader.text("alert"), s.zero = reader.number("zero"), s.when = entry.when;
  if (const Value* inputs = reader.get("inputs")) s.inputs = inputs->items();
  if (const Value* bound = reader.get("bound"))
    for (const Value& b : bound->items()) s.bound.push_back(b.as_bool());
  return record;
}

std::string remark_body(const std::string& sentence, Micros length, std::uint64_t mail) {
  return journal::Record().text("sentence", sentence).number("length", length).number("mail", static_cast<std::int64_t>(mail)).bytes();
}

std::optional<Remark> remark_of(const Entry& entry) {
  const journal::Reader reader(entry.body);
  if (!reader) return std::nullopt;
  return Remark{reader.text("sentence"), reader.number("length"), static_cast<std::uint64_t>(reader.number("mail"))};
}

std::string receipts_body(const std::vector<Receipt>& receipts) {
  std::vector<Value> contacts, problems;
  for (const Receipt& r : receipts) {
    contacts.push_back(Value::integer(r.resource));
    problems.push_back(Value::text(r.problem));
  }
  return journal::Record().put("contacts", Value::list(std::move(contacts))).put("problems", Value::list(std::move(problems))).bytes();
}

std::optional<std::vector<Receipt>> receipts_of(const Entry& entry) {
  const journal::Reader reader(entry.body);
  if (!reader) return std::nullopt;
  const Value* contacts = reader.get("contacts");
  const Value* problems = reader.get("problems");
  if (contacts == nullptr || problems == nullptr || contacts->items().size() != problems->items().size()) return std::nullopt;
  std::vector<Receipt> receipts;
  for (std::size_t i = 0; i < contacts->items().size(); ++i)
    receipts.push_back({static_cast<std::uint32_t>(contacts->items()[i].as_int()), problems->items()[i].text()});
  return receipts;
}

bool reached(const std::vector<Receipt>& receipts) {
  return std::any_of(receipts.begin(), receipts.end(), [](const Receipt& r) { return r.problem.empty(); });
}

std::string answer_letter(const Key& key, const Completion& reply) {
  return journal::Record().text("fiber", key.fiber).number("site", key.site).number("occurrence", key.occurrence)
      .put("reply", Value::text(completion_body(reply))).bytes();
}

std::optional<Completion> read_answer_letter(const std::string& body) {
  const journal::Reader reader(body);
  if (!reader) return std::nullopt;
  Entry entry;
  entry.key = {reader.text("fiber"), static_cast<std::uint32_t>(reader.number("site")), static_cast<std::uint32_t>(reader.number("occurrence"))};
  entry.body = reader.text("reply");
  return completion_of(entry);
}

std::string key_text(const std::string& run, const Key& key) { return fmt::format("{}/{}/{}/{}", run, key.fiber, key.site, key.occurrence); }

}  // namespace rbc
