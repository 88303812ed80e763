#include "grammar/embedded/promql.hpp"

#include "grammar/embedded/reader.hpp"

namespace rbc::embedded {

namespace prom_detail {

bool name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':'; }
bool name_rest(char c) { return name_start(c) || (c >= '0' && c <= '9'); }
bool digit(char c) { return c >= '0' && c <= '9'; }

constexpr std::string_view kAggregations[] = {"sum", "min", "max", "avg", "count", "stddev", "stdvar", "topk", "bottomk", "quantile", "count_values", "group"};
struct Function {
  std::string_view name;
  PromResult result;
  std::string_view args;  // s scalar, v series, r range, t text; `+`: the last may be repeated
  size_t least;
};
constexpr Function kFunctions[] = {
#define RBC_PROM_FUNCTION(name, result, args, least) {name, PromResult::result, args, least},
#include "grammar/embedded/promql_functions.def"
#undef RBC_PROM_FUNCTION
};

// What an expression answers, and the matchers for which it may have no series although its metric exists; `or vector(0)` takes them away.
struct Value {
  PromResult result = PromResult::vector;
  std::vector<std::string> filters = {};
  uint32_t begin = 0, end = 0;  // of an argument
};

class PromReader : Reader {
 public:
  PromReader(std::string_view text, const std::vector<HoleRef>& holes, Parsed<Prom>& out) : Reader(text, holes, out.problems), out_(out.value) {}

  void run() {
    if (!fits()) return;
    blanks();
    if (at_end()) return fail("E0708", "There is no expression here.", 0, size());
    const Value v = expression(0);
    if (!failed() && !at_end()) unexpected("an operator, or the end");
    if (failed()) return;
    out_.result = v.result;
    if (v.result == PromResult::matrix) fail("E0709", "This answers a range of samples, not one now.", 0, size(), "Put `rate(…)` or `max_over_time(…)` around it.");
    if (v.result == PromResult::text) fail("E0709", "This answers a text, not a number.", 0, size());
    write_out();
    if (warned_) problems_.push_back({"W0710", "The filtered side of this division may have no series at all.", warn_begin_, warn_end_, "`(… or vector(0)) / …`"});
  }

 private:
  void blanks() {
    while (!at_end() && (peek() == ' ' || peek() == '\n')) ++at_;
  }

  void unexpected(std::string_view expected) {
    if (const HoleRef* h = hole()) return fail("E0702", "A hole stands for a label's value, a number or a duration; here it is neither.", h->begin, h->end, "Metric and label names cannot be filled in.");
    if (at_end()) return fail("E0708", fmt::format("Expected {} at the end.", expected), size() > 0 ? size() - 1 : 0, size());
    if (peek() == '#') return fail("E0708", "A comment does not stand in a query.", at_, at_ + 1);
    if (peek() == '@') return fail("E0708", "`@` is not taken: a look is about now.", at_, at_ + 1);
    if (peek() == '`') return fail("E0708", "Use double quotes.", at_, at_ + 1);
    uint32_t end = at_ + 1;
    while (end < size() && (static_cast<unsigned char>(text_[end]) & 0xC0) == 0x80) ++end;
    fail("E0708", fmt::format("Expected {}, found `{}`.", expected, text_.substr(at_, end - at_)), at_, end);
  }

  bool symbol(std::string_view s) {
    if (failed() || hole() || text_.substr(at_, s.size()) != s) return false;
    at_ += static_cast<uint32_t>(s.size());
    blanks();
    return true;
  }

  // The word at the cursor, not consumed.
  std::string_view word() const {
    if (at_end() || hole() || !name_start(peek())) return {};
    uint32_t i = at_;
    while (i < size() && name_rest(text_[i])) ++i;
    return text_.substr(at_, i - at_);
  }

  bool keyword(std::string_view w) {
    if (failed() || lower(word()) != w) return false;
    at_ += static_cast<uint32_t>(w.size());
    blanks();
    return true;
  }

  static std::string lower(std::string_view s) {
    std::string out(s);
    for (char& c : out)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    return out;
  }

  // ── operators by precedence: or, and unless, comparisons, + -, * / %, ^ ──
  int operator_level(std::string_view& op) const {
    if (hole() || at_end()) return -1;
    const std::string w = lower(word());
    if (w == "or") return op = "or", 0;
    if (w == "and") return op = "and", 1;
    if (w == "unless") return op = "unless", 1;
    for (const std::string_view s : {"==", "!=", "<=", ">=", "<", ">"})
      if (text_.substr(at_, s.size()) == s) return op = s, 2;
    switch (peek()) {
      case '+': return op = "+", 3;
      case '-': return op = "-", 3;
      case '*': return op = "*", 4;
      case '/': return op = "/", 4;
      case '%': return op = "%", 4;
      case '^': return op = "^", 5;
      default: return -1;
    }
  }

  bool deeper() {
    if (++depth_ <= kMaxNesting) return true;
    fail("E0117", "This is nested too deep: at most 200 levels.", at_, at_ + 1);
    return false;
  }

  Value expression(int least) {
    if (!deeper()) return {};
    const uint32_t begin = at_;
    Value left = unary();
    while (!failed()) {
      std::string_view op;
      const int level = operator_level(op);
      if (level < least) break;
      const uint32_t operator_at = at_;
      at_ += static_cast<uint32_t>(op.size());
      blanks();
      if (level == 2) keyword("bool");
      const bool matched = matching();
      const Value right = expression(level == 5 ? 5 : level + 1);
      if (failed()) return left;
      left = combine(op, level, left, right, begin, operator_at, matched);
    }
    --depth_;
    return left;
  }

  Value combine(std::string_view op, int level, const Value& l, const Value& r, uint32_t begin, uint32_t operator_at, bool matched) {
    for (const auto& v : {l, r})
      if (v.result == PromResult::matrix || v.result == PromResult::text) {
        fail("E0709", v.result == PromResult::matrix ? "A range of samples cannot be computed with." : "A text cannot be computed with.", operator_at, operator_at + static_cast<uint32_t>(op.size()),
             v.result == PromResult::matrix ? "Put `rate(…)` around it." : "");
        return l;
      }
    Value out;
    const bool scalar = l.result == PromResult::scalar && r.result == PromResult::scalar;
    if (level <= 1) {
      if (l.result == PromResult::scalar || r.result == PromResult::scalar) fail("E0708", fmt::format("`{}` joins series, not plain numbers.", op), operator_at, operator_at + static_cast<uint32_t>(op.size()), "Write `vector(0)`.");
      if (op != "or" || !r.filters.empty()) out.filters = l.filters;
      return out;
    }
    out.result = scalar ? PromResult::scalar : PromResult::vector;
    out.filters = l.filters;
    out.filters.insert(out.filters.end(), r.filters.begin(), r.filters.end());
    // A series that both sides choose by the same matchers is on both or on neither.
    const bool narrower = std::any_of(l.filters.begin(), l.filters.end(), [&](const auto& f) { return std::find(r.filters.begin(), r.filters.end(), f) == r.filters.end(); });
    if (op == "/" && narrower && !matched && !warned_) {
      warned_ = true;
      warn_begin_ = begin;
      warn_end_ = operator_at;
      while (warn_end_ > begin && (text_[warn_end_ - 1] == ' ' || text_[warn_end_ - 1] == '\n')) --warn_end_;
    }
    return out;
  }

  // on (…) or ignoring (…), then group_left or group_right.
  bool matching() {
    if (!keyword("on") && !keyword("ignoring")) return false;
    labels();
    if (keyword("group_left") || keyword("group_right"))
      if (peek() == '(' && !failed()) labels();
    return true;
  }

  void labels() {
    if (!symbol("(")) return unexpected("`(`");
    if (symbol(")")) return;
    while (!failed()) {
      const auto w = word();
      if (w.empty()) return unexpected("a label");
      at_ += static_cast<uint32_t>(w.size());
      blanks();
      if (symbol(")")) return;
      if (!symbol(",")) return unexpected("`,` or `)`");
      if (symbol(")")) return;
    }
  }

  Value unary() {
    if (peek() == '-' || peek() == '+') {
      if (!deeper()) return {};
      ++at_;
      blanks();
      const Value v = expression(5);
      --depth_;
      return v;
    }
    return postfix();
  }

  Value postfix() {
    Value v = atom();
    while (!failed()) {
      if (peek() == '[' && !at_end() && !hole()) {
        const uint32_t open = at_++;
        blanks();
        duration();
        bool subquery = false;
        if (symbol(":")) {
          subquery = true;
          if (peek() != ']') duration();
        }
        if (failed()) return v;
        if (!symbol("]")) {
          unexpected("`]`");
          return v;
        }
        if (v.result != PromResult::vector || (!subquery && !selector_)) {
          fail("E0708", subquery ? "A range is taken of series." : "A range is taken of a selector; of anything else write `[5m:]`.", open, at_);
          return v;
        }
        v.result = PromResult::matrix;
        selector_ = false;
      } else if (keyword("offset")) {
        symbol("-");
        duration();
      } else {
        break;
      }
    }
    return v;
  }

  Value atom() {
    selector_ = false;
    if (failed()) return {};
    if (const HoleRef* h = hole()) {
      take(*h, Place::number, Escape::number, true);
      blanks();
      return {PromResult::scalar};
    }
    const char c = peek();
    if (c == '(') {
      const uint32_t open = at_;
      symbol("(");
      const Value v = expression(0);
      if (!failed() && !symbol(")")) {
        if (at_end()) fail("E0708", "This `(` is not closed.", open, open + 1);
        else unexpected("`)`");
      }
      selector_ = false;
      return v;
    }
    if (c == '"' || c == '\'') {
      text(Place::prom_text, Escape::prom_text);
      return {PromResult::text};
    }
    if (digit(c) || c == '.') return number();
    if (c == '{') {
      auto filters = matchers();
      selector_ = true;
      return {PromResult::vector, std::move(filters)};
    }
    const auto w = word();
    if (w.empty()) {
      unexpected("a metric, a number or `(`");
      return {};
    }
    const std::string small = lower(w);
    const uint32_t begin = at_;
    const uint32_t after = at_ + static_cast<uint32_t>(w.size());
    if (small == "inf" || small == "nan") {
      at_ = after;
      blanks();
      return {PromResult::scalar};
    }
    if (std::find(std::begin(kAggregations), std::end(kAggregations), small) != std::end(kAggregations)) {
      const uint32_t keep = at_;
      at_ = after;
      blanks();
      const auto next = lower(word());
      if (peek() == '(' || next == "by" || next == "without") return aggregation(small);
      at_ = keep;
    }
    at_ = after;
    blanks();
    if (peek() == '(' && !hole()) return function(std::string(w), begin);
    Value chosen;
    if (peek() == '{' && !hole()) chosen.filters = matchers();
    selector_ = true;
    return chosen;
  }

  Value aggregation(const std::string& name) {
    Value v;
    const bool by = keyword("by") || keyword("without");
    if (by) labels();
    const auto args = arguments();
    if (!by && !failed() && (keyword("by") || keyword("without"))) labels();
    if (!args.empty()) v.filters = args.back().filters;
    if (!args.empty() && args.back().result != PromResult::vector && !failed())
      fail("E0708", fmt::format("`{}` is taken over series.", name), at_ > 0 ? at_ - 1 : 0, at_, args.back().result == PromResult::matrix ? "Put `rate(…)` inside." : "");
    if (args.empty() && !failed()) fail("E0708", fmt::format("What is `{}` taken over?", name), at_ > 0 ? at_ - 1 : 0, at_);
    selector_ = false;
    return v;
  }

  static std::string_view called(PromResult r) {
    switch (r) {
      case PromResult::scalar: return "one number";
      case PromResult::vector: return "series";
      case PromResult::matrix: return "a range";
      case PromResult::text: return "a text";
    }
    return "";
  }

  // An argument of the wrong kind, and what to write instead.
  void wants(const std::string& name, char kind, const Value& arg) {
    const PromResult wanted = kind == 's' ? PromResult::scalar : kind == 'v' ? PromResult::vector : kind == 'r' ? PromResult::matrix : PromResult::text;
    if (arg.result == wanted) return;
    std::string help;
    if (wanted == PromResult::matrix && arg.result == PromResult::vector) help = "Write `[5m]` after the selector.";
    else if (wanted == PromResult::vector && arg.result == PromResult::matrix) help = fmt::format("Leave the `[…]` out, or put `rate(…)` or `{}_over_time(…)` around it.", name == "absent" ? "absent" : "max");
    else if (wanted == PromResult::vector && arg.result == PromResult::scalar) help = "Write `vector(…)` around the number.";
    else if (wanted == PromResult::scalar && arg.result == PromResult::vector) help = "Write `scalar(…)` around it.";
    else if (wanted == PromResult::text) help = "Put it in double quotes.";
    const auto message = wanted == PromResult::matrix ? fmt::format("`{}` is taken over a range, and this is {}.", name, called(arg.result))
                                                      : fmt::format("`{}` takes {} here, and this is {}.", name, called(wanted), called(arg.result));
    fail("E0708", message, arg.begin, std::max(arg.end, arg.begin + 1), std::move(help));
  }

  Value function(const std::string& name, uint32_t begin) {
    const uint32_t name_end = begin + static_cast<uint32_t>(name.size());
    const Function* row = nullptr;
    for (const auto& f : kFunctions)
      if (f.name == name) row = &f;
    if (!row) {
      std::vector<std::string_view> known(std::begin(kAggregations), std::end(kAggregations));
      for (const auto& f : kFunctions) known.push_back(f.name);
      const std::string better = nearest(name, known);
      fail("E0708", fmt::format("PromQL has no function `{}`.", name), begin, name_end, better.empty() ? std::string() : fmt::format("Did you mean `{}`?", better));
      return {};
    }
    const auto args = arguments();
    Value v;
    v.result = row->result;
    for (const auto& a : args) v.filters.insert(v.filters.end(), a.filters.begin(), a.filters.end());
    if (name == "vector" || name == "absent" || name == "scalar") v.filters.clear();
    selector_ = false;
    if (failed()) return v;
    const bool more = row->args.ends_with('+');
    const auto kinds = row->args.substr(0, row->args.size() - (more ? 1 : 0));
    for (size_t i = 0; i < args.size() && i < kinds.size() && !failed(); ++i) wants(name, kinds[i], args[i]);
    for (size_t i = kinds.size(); more && i < args.size() && !failed(); ++i) wants(name, kinds.back(), args[i]);
    if (args.size() < row->least) fail("E0708", fmt::format("`{}` takes {}{} argument{}, and {} {} here.", name, more || row->least < kinds.size() ? "at least " : "", row->least, row->least == 1 ? "" : "s", args.size(), args.size() == 1 ? "is" : "are"), begin, name_end);
    if (!more && args.size() > kinds.size()) fail("E0708", fmt::format("`{}` takes {} argument{} at most, and this is one more.", name, kinds.size(), kinds.size() == 1 ? "" : "s"), args[kinds.size()].begin, std::max(args[kinds.size()].end, args[kinds.size()].begin + 1));
    return v;
  }

  std::vector<Value> arguments() {
    std::vector<Value> out;
    const uint32_t open = at_;
    if (!symbol("(")) {
      unexpected("`(`");
      return out;
    }
    if (symbol(")")) return out;
    while (!failed()) {
      const uint32_t begin = at_;
      out.push_back(expression(0));
      if (failed()) break;
      out.back().begin = begin;
      out.back().end = at_;
      while (out.back().end > begin && (text_[out.back().end - 1] == ' ' || text_[out.back().end - 1] == '\n')) --out.back().end;
      if (symbol(")")) break;
      if (symbol(",")) continue;
      if (at_end()) fail("E0708", "This `(` is not closed.", open, open + 1);
      else unexpected("`,` or `)`");
    }
    return out;
  }

  // The matchers in the braces that may choose nothing.
  std::vector<std::string> matchers() {
    const uint32_t open = at_;
    symbol("{");
    std::vector<std::string> any;
    while (!failed() && !symbol("}")) {
      const auto label = word();
      if (label.empty() || label.find(':') != std::string_view::npos) {
        if (at_end()) fail("E0708", "This `{` is not closed.", open, open + 1);
        else unexpected("a label or `}`");
        return any;
      }
      at_ += static_cast<uint32_t>(label.size());
      blanks();
      std::string_view op;
      for (const std::string_view one : {"=~", "!~", "!=", "="})
        if (symbol(one)) {
          op = one;
          if (op == "=" && peek() == '=' && !hole()) {
            fail("E0708", "In braces, equality is one `=`.", at_ - 1, at_ + 1, fmt::format("Write `{}=\"…\"`.", label));
            return any;
          }
          break;
        }
      const bool pattern = op == "=~" || op == "!~";
      if (op.empty()) {
        unexpected("`=`, `!=`, `=~` or `!~`");
        return any;
      }
      if (const HoleRef* h = hole()) {
        fail("E0702", "A label's value stands in quotes.", h->begin, h->end, fmt::format("Write `\"{}\"`.", text_.substr(h->begin, h->end - h->begin)));
        return any;
      }
      if (peek() != '"' && peek() != '\'') {
        const auto bare = word();
        if (bare.empty()) unexpected("a value in quotes");
        else fail("E0708", "A label's value stands in quotes.", at_, at_ + static_cast<uint32_t>(bare.size()), fmt::format("Write `\"{}\"`.", bare));
        return any;
      }
      const uint32_t value = at_;
      text(pattern ? Place::pattern : Place::label, pattern ? Escape::pattern : Escape::label);
      // `job="x"` chooses a target that is there, and a histogram has all its buckets; a status or an outcome may not have come up yet.
      if (label != "job" && label != "instance" && label != "le") any.push_back(fmt::format("{} {} {}", label, op, text_.substr(value, at_ - value)));
      if (!failed() && peek() != '}' && !symbol(",")) {
        if (at_end()) fail("E0708", "This `{` is not closed.", open, open + 1);
        else unexpected("`,` or `}`");
      }
    }
    return any;
  }

  void text(Place place, Escape escape) {
    const uint32_t open = at_;
    const char quote = peek();
    ++at_;
    const size_t first = out_.uses.size();
    while (!failed()) {
      if (at_end() || peek() == '\n') return fail("E0708", "This quote is not closed.", open, open + 1);
      if (const HoleRef* h = hole()) {
        take(*h, place, escape, false);
      } else if (peek() == quote) {
        ++at_;
        break;
      } else {
        if (peek() == '\\' && (peek(1) == '\0' || peek(1) == '\n')) return fail("E0708", "This quote is not closed.", open, open + 1);
        at_ += peek() == '\\' ? 2 : 1;
      }
    }
    for (size_t i = first; i < out_.uses.size(); ++i) out_.uses[i].whole = out_.uses[i].begin == open + 1 && out_.uses[i].end + 1 == at_;
    blanks();
  }

  Value number() {
    uint32_t i = at_;
    while (i < size() && digit(text_[i])) ++i;
    if (i < size() && text_[i] == '.') {
      ++i;
      while (i < size() && digit(text_[i])) ++i;
    }
    if (i < size() && (text_[i] == 'e' || text_[i] == 'E') && i + 1 < size() && (digit(text_[i + 1]) || ((text_[i + 1] == '+' || text_[i + 1] == '-') && i + 2 < size() && digit(text_[i + 2])))) {
      i += 2;
      while (i < size() && digit(text_[i])) ++i;
    }
    if (i < size() && name_rest(text_[i])) {
      fail("E0708", "A number ends before this; a duration stands in `[…]` or after `offset`.", at_, i + 1);
      return {};
    }
    at_ = i;
    blanks();
    return {PromResult::scalar};
  }

  void duration() {
    if (failed()) return;
    if (const HoleRef* h = hole()) {
      take(*h, Place::duration, Escape::duration, true);
      return blanks();
    }
    const uint32_t begin = at_;
    while (digit(peek())) {
      uint32_t i = at_;
      while (i < size() && digit(text_[i])) ++i;
      if (text_.substr(i, 2) == "ms") i += 2;
      else if (i < size() && std::string_view("smhdwy").find(text_[i]) != std::string_view::npos) ++i;
      else return fail("E0708", "A duration has a unit, as in `5m`.", begin, i);
      at_ = i;
    }
    if (at_ > begin && name_start(peek()) && peek() != ':' && !hole()) {
      uint32_t end = at_;
      while (end < size() && name_rest(text_[end])) ++end;
      return fail("E0708", fmt::format("`{}` is no duration: the units are ms, s, m, h, d, w and y.", text_.substr(begin, end - begin)), begin, end, fmt::format("Write `{}`.", text_.substr(begin, at_ - begin)));
    }
    if (at_ == begin) return unexpected("a duration");
    blanks();
  }

  void take(const HoleRef& h, Place place, Escape escape, bool whole) {
    HoleUse u;
    u.index = h.index;
    u.place = place;
    u.escape = escape;
    u.begin = h.begin;
    u.end = h.end;
    u.whole = whole;
    out_.uses.push_back(u);
    at_ = h.end;
  }

  void write_out() {
    uint32_t at = 0;
    std::vector<const HoleUse*> uses;
    for (const auto& u : out_.uses) uses.push_back(&u);
    std::sort(uses.begin(), uses.end(), [](const HoleUse* a, const HoleUse* b) { return a->begin < b->begin; });
    const auto literal = [&](uint32_t from, uint32_t to) {
      if (to > from) out_.pieces.push_back({std::string(text_.substr(from, to - from)), -1, Escape::none, -1, 0});
    };
    for (const HoleUse* u : uses) {
      literal(at, u->begin);
      out_.pieces.push_back({{}, static_cast<int32_t>(u->index), u->escape, -1, 0});
      at = u->end;
    }
    literal(at, size());
  }

  Prom& out_;
  uint32_t depth_ = 0;
  bool selector_ = false;  // what was just read is a plain selector
  bool warned_ = false;
  uint32_t warn_begin_ = 0, warn_end_ = 0;
};

}  // namespace prom_detail

Parsed<Prom> parse_promql(std::string_view text, const std::vector<HoleRef>& holes) {
  Parsed<Prom> out;
  prom_detail::PromReader(text, holes, out).run();
  return out;
}

}  // namespace rbc::embedded
