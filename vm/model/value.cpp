#include "vm/model/value.hpp"

#include <bit>
#include <cassert>

namespace rbc {

namespace {

const std::string kNoText;
const std::vector<std::string> kNoNames;
const std::vector<Value> kNoItems;

std::shared_ptr<const Heap> text_heap(std::string text) {
  if (text.empty()) return nullptr;
  return std::make_shared<const Heap>(Heap{std::move(text), {}, {}, {}});
}

bool same_heap(const Heap* a, const Heap* b) {
  static const Heap kEmpty;
  if (a == b) return true;
  if (!a) a = &kEmpty;
  if (!b) b = &kEmpty;
  return a->text == b->text && a->names == b->names && a->items == b->items && a->beside == b->beside;
}

}  // namespace

std::string_view spell(Colour colour) {
  switch (colour) {
    case Colour::green: return "green";
    case Colour::amber: return "amber";
    case Colour::blind: return "blind";
    case Colour::red: return "red";
  }
  return "blind";
}

std::string_view spell(Way way) {
  switch (way) {
    case Way::answer: return "answer";
    case Way::refusal: return "refusal";
    case Way::silence: return "silence";
    case Way::blindness: return "blindness";
  }
  return "blindness";
}

Value Value::missing(std::string reason, Way way) {
  Value v;
  v.tag_ = Tag::missing;
  v.i_ = static_cast<std::int64_t>(way);
  v.heap_ = text_heap(std::move(reason));
  return v;
}

#define RBC_WHOLE(name, tag, kind)       \
  Value Value::name(std::int64_t i) {    \
    Value v;                             \
    v.tag_ = Tag::tag;                   \
    v.kind_ = JsonKind::kind;            \
    v.i_ = i;                            \
    return v;                            \
  }
#define RBC_REAL(name, tag, kind)        \
  Value Value::name(double d) {          \
    Value v;                             \
    v.tag_ = Tag::tag;                   \
    v.kind_ = JsonKind::kind;            \
    v.d_ = d;                            \
    return v;                            \
  }
#define RBC_WORDS(name, tag, kind)       \
  Value Value::name(std::string t) {     \
    Value v;                             \
    v.tag_ = Tag::tag;                   \
    v.kind_ = JsonKind::kind;            \
    v.heap_ = text_heap(std::move(t));   \
    return v;                            \
  }
RBC_WHOLE(integer, integer, null)
RBC_WHOLE(duration, duration, null)
RBC_WHOLE(size, size, null)
RBC_WHOLE(instant, instant, null)
RBC_WHOLE(json_int, json, integer)
RBC_REAL(number, number, null)
RBC_REAL(percent, percent, null)
RBC_REAL(rate, rate, null)
RBC_REAL(json_number, json, number)
RBC_WORDS(text, text, null)
RBC_WORDS(url, url, null)
RBC_WORDS(option, option, null)
RBC_WORDS(secret, secret, null)
RBC_WORDS(json_text, json, text)
#undef RBC_WHOLE
#undef RBC_REAL
#undef RBC_WORDS

Value Value::boolean(bool b) {
  Value v;
  v.tag_ = Tag::boolean;
  v.i_ = b;
  return v;
}

Value Value::verdict(Colour colour, std::string reason) {
  Value v;
  v.tag_ = Tag::verdict;
  v.i_ = static_cast<std::int64_t>(colour);
  v.heap_ = text_heap(std::move(reason));
  return v;
}

Value Value::list(std::vector<Value> items) {
  Value v;
  v.tag_ = Tag::list;
  if (!items.empty()) v.heap_ = std::make_shared<const Heap>(Heap{{}, {}, std::move(items), {}});
  return v;
}

Value Value::record(std::vector<std::string> names, std::vector<Value> items) {
  assert(names.size() == items.size());
  Value v;
  v.tag_ = Tag::record;
  if (!names.empty()) v.heap_ = std::make_shared<const Heap>(Heap{{}, std::move(names), std::move(items), {}});
  return v;
}

Value Value::rows(std::vector<std::string> columns, std::vector<Value> records) {
  Value v;
  v.tag_ = Tag::rows;
  if (!columns.empty() || !records.empty()) v.heap_ = std::make_shared<const Heap>(Heap{{}, std::move(columns), std::move(records), {}});
  return v;
}

Value Value::answered(bool ok, std::int64_t took_micros, std::int64_t at_micros) const {
  assert(tag_ == Tag::record || tag_ == Tag::rows);
  Heap heap = heap_ ? *heap_ : Heap{};
  std::vector<std::string> names{"ok", "took", "at"};
  std::vector<Value> items{boolean(ok), duration(took_micros), instant(at_micros)};
  if (tag_ == Tag::rows) {
    heap.beside.assign(1, record(std::move(names), std::move(items)));
  } else {
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (field(names[i])) continue;
      heap.names.push_back(std::move(names[i]));
      heap.items.push_back(std::move(items[i]));
    }
  }
  Value v;
  v.tag_ = tag_;
  v.heap_ = std::make_shared<const Heap>(std::move(heap));
  return v;
}

Value Value::json_null() {
  Value v;
  v.tag_ = Tag::json;
  return v;
}

Value Value::json_bool(bool b) {
  Value v = json_int(b);
  v.kind_ = JsonKind::boolean;
  return v;
}

Value Value::json_array(std::vector<Value> items) {
  Value v = list(std::move(items));
  v.tag_ = Tag::json;
  v.kind_ = JsonKind::array;
  return v;
}

Value Value::json_object(std::vector<std::string> keys, std::vector<Value> items) {
  Value v = record(std::move(keys), std::move(items));
  v.tag_ = Tag::json;
  v.kind_ = JsonKind::object;
  return v;
}

const std::string& Value::text() const { return heap_ ? heap_->text : kNoText; }
const std::vector<Value>& Value::items() const { return heap_ ? heap_->items : kNoItems; }
const std::vector<std::string>& Value::names() const { return heap_ ? heap_->names : kNoNames; }
const Value* Value::beside() const { return heap_ && !heap_->beside.empty() ? &heap_->beside.front() : nullptr; }

const Value* Value::field(std::string_view name) const {
  if (!heap_ || !(tag_ == Tag::record || (tag_ == Tag::json && kind_ == JsonKind::object))) return nullptr;
  for (std::size_t i = heap_->names.size(); i-- > 0;)
    if (heap_->names[i] == name) return &heap_->items[i];
  return nullptr;
}

bool operator==(const Value& a, const Value& b) {
  return a.tag_ == b.tag_ && a.kind_ == b.kind_ && a.i_ == b.i_ &&
         (a.d_ == b.d_ ? std::bit_cast<std::uint64_t>(a.d_) == std::bit_cast<std::uint64_t>(b.d_) : a.d_ != a.d_ && b.d_ != b.d_) &&
         same_heap(a.heap_.get(), b.heap_.get());
}

}  // namespace rbc
