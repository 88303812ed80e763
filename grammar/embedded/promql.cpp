#include "grammar/embedded/promql.hpp"

#include <algorithm>

#include "grammar/embedded/foreign.hpp"
#include "grammar/embedded/reader.hpp"

namespace rbc::embedded {

namespace prom_detail {

bool name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':'; }
bool name_rest(char c) { return name_start(c) || (c >= '0' && c <= '9'); }
bool digit(char c) { return c >= '0' && c <= '9'; }

bool hex_digit(char c) { return digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// With what stands before the series: s a number, t a text. The last two are there since Prometheus 2.54.
struct Aggregation {
  std::string_view name;
  char parameter = 0;
};
constexpr Aggregation kAggregations[] = {{"sum"}, {"min"}, {"max"}, {"avg"}, {"count"}, {"stddev"}, {"stdvar"}, {"group"}, {"topk", 's'}, {"bottomk", 's'},
                                         {"quantile", 's'}, {"count_values", 't'}, {"limitk", 's'}, {"limit_ratio", 's'}};
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
    if (!failed() && (peek() == ')' || peek() == ']' || peek() == '}') && !hole()) fail("E0708", fmt::format("Nothing is open that this `{}` would close.", peek()), at_, at_ + 1, "Leave it out, or open it before.");
    if (!failed() && !at_end()) unexpected("an operator, or the end");
    if (failed()) return;
    out_.result = v.result;
    if (v.result == PromResult::matrix) fail("E0709", "This answers a range of samples, not one now.", 0, size(), "Put `rate(…)` or `max_over_time(…)` around it.");
    if (v.result == PromResult::text) fail("E0709", "This answers a text, not a number.", 0, size(), "The name of a metric stands without quotes.");
    write_out();
    if (warned_) problems_.push_back({"W0710", "The filtered side of this division may have no series at all.", warn_begin_, warn_end_, "`(… or vector(0)) / …`"});
  }

 private:
  void blanks() {
    while (!at_end() && (peek() == ' ' || peek() == '\n' || peek() == '#')) {
      if (peek() != '#') {
        ++at_;
        continue;
      }
      for (; !at_end() && peek() != '\n'; ++at_)
        if (const HoleRef* h = hole()) return fail("E0702", "A hole in a comment says nothing.", h->begin, h->end, "Delete it, or write `\\<`.");
    }
  }

  void unexpected(std::string_view expected) {
    if (const HoleRef* h = hole()) return fail("E0702", "A hole stands for a label's value, a number or a duration; here it is neither.", h->begin, h->end, "Metric and label names cannot be filled in.");
    if (at_end()) return fail("E0708", fmt::format("Expected {} at the end.", expected), size() > 0 ? size() - 1 : 0, size());
    uint32_t end = at_ + 1;
    while (end < size() && ((static_cast<unsigned char>(text_[end]) & 0xC0) == 0x80 || (name_start(peek()) && name_rest(text_[end])))) ++end;
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
    if (w == "atan2") return op = "atan2", 4;
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
      const bool as_number = level == 2 && keyword("bool");
      const uint32_t matching_at = at_;
      const bool matched = matching(level <= 1 ? op : std::string_view());
      const uint32_t matching_end = at_;
      const Value right = expression(level == 5 ? 5 : level + 1);
      if (failed()) return left;
      const bool numbers = left.result == PromResult::scalar && right.result == PromResult::scalar;
      if (numbers && level == 2 && !as_number) {
        fail("E0708", "Two plain numbers are compared with `bool`.", operator_at, operator_at + static_cast<uint32_t>(op.size()), fmt::format("Write `{} bool`.", op));
        return left;
      }
      if (matched && (left.result != PromResult::vector || right.result != PromResult::vector)) {
        fail("E0708", "Series are matched with series, and one side is no series.", matching_at, matching_end, "Leave out `on (…)`.");
        return left;
      }
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
  bool matching(std::string_view set_operator) {
    const bool on = lower(word()) == "on";
    if (!keyword("on") && !keyword("ignoring")) return false;
    const auto matched = labels();
    const uint32_t grouping_at = at_;
    if (keyword("group_left") || keyword("group_right")) {
      if (!set_operator.empty()) fail("E0708", fmt::format("`{}` joins many with many; it takes no `group_left`.", set_operator), grouping_at, at_);
      const uint32_t included_at = at_;
      const auto included = peek() == '(' && !failed() ? labels() : std::vector<std::string_view>{};
      for (const auto label : included)
        if (on && std::find(matched.begin(), matched.end(), label) != matched.end()) fail("E0708", fmt::format("`{}` stands in `on` already.", label), included_at, at_);
    }
    return true;
  }

  std::vector<std::string_view> labels() {
    std::vector<std::string_view> all;
    labels(all);
    return all;
  }
  void labels(std::vector<std::string_view>& all) {
    if (!symbol("(")) return unexpected("`(`");
    if (symbol(")")) return;
    while (!failed()) {
      const auto w = word();
      if (w.empty() || w.find(':') != std::string_view::npos) return unexpected("a label");
      all.push_back(w);
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
      const uint32_t sign = at_++;
      blanks();
      const Value v = expression(5);
      --depth_;
      if (!failed() && (v.result == PromResult::matrix || v.result == PromResult::text)) fail("E0709", "A sign stands before a number or series.", sign, sign + 1);
      return v;
    }
    return postfix();
  }

  // A selector, then a range or a subquery, each with its `offset` and `@`.
  Value postfix() {
    Value v = atom();
    bool moved = false, fixed = false;      // by `offset`, by `@`
    bool movable = selector_;
    while (!failed()) {
      const uint32_t begin = at_;
      if (peek() == '[' && !at_end() && !hole()) {
        range(v, moved || fixed);
        movable = true, moved = fixed = false;
      } else if (keyword("offset")) {
        if (!movable || moved) return fail("E0708", moved ? "One `offset` is enough." : "`offset` belongs to a selector, a range or a subquery.", begin, begin + 6), v;
        moved = true;
        symbol("-");
        duration();
      } else if (symbol("@")) {
        if (!movable || fixed) return fail("E0708", fixed ? "One `@` is enough." : "`@` belongs to a selector, a range or a subquery.", begin, begin + 1), v;
        fixed = true;
        moment();
      } else {
        break;
      }
    }
    return v;
  }

  static std::string_view without_blanks_behind(std::string_view s) { return s.substr(0, s.find_last_not_of(" \n") + 1); }

  void range(Value& v, bool moved) {
    const uint32_t open = at_++;
    blanks();
    duration();
    bool subquery = false;
    if (symbol(":")) {
      subquery = true;
      if (peek() != ']') duration();
    }
    if (failed()) return;
    if (!symbol("]")) return fail("E0708", "This `[` is not closed.", open, at_, fmt::format("Write `{}]`.", without_blanks_behind(text_.substr(open, at_ - open))));
    if (v.result != PromResult::vector || (!subquery && !selector_))
      return fail("E0708", subquery ? "A range is taken of series." : "A range is taken of a selector; of anything else write `[5m:]`.", open, at_);
    if (!subquery && moved) return fail("E0708", "`offset` and `@` stand behind the range.", open, at_);
    v.result = PromResult::matrix;
    selector_ = false;
  }

  // Seconds since 1970, or `start()`, `end()` of the time that is looked at.
  void moment() {
    if (keyword("start") || keyword("end")) {
      if (!symbol("(") || !symbol(")")) unexpected("`()`");
      return;
    }
    if (const HoleRef* h = hole()) {
      take(*h, Place::number, Escape::number, true);
      return blanks();
    }
    if (!symbol("-")) symbol("+");
    if (!digit(peek()) && peek() != '.') return unexpected("seconds since 1970, `start()` or `end()`");
    number();
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
    if (quote(c)) {
      text(Place::prom_text, Escape::prom_text);
      return {PromResult::text};
    }
    if (digit(c) || c == '.') return number();
    if (c == '{') {
      auto filters = matchers(false);
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
    for (const std::string_view taken : {"bool", "on", "ignoring", "group_left", "group_right", "atan2"})
      if (small == taken) return fail("E0708", fmt::format("`{}` stands between two series, and no metric is called so.", w), begin, begin + static_cast<uint32_t>(w.size())), Value{};
    const uint32_t after = at_ + static_cast<uint32_t>(w.size());
    if (small == "inf" || small == "nan") {
      at_ = after;
      blanks();
      return {PromResult::scalar};
    }
    for (const Aggregation& row : kAggregations) {
      if (row.name != small) continue;
      at_ = after;
      blanks();
      const auto next = lower(word());
      if (peek() == '(' || next == "by" || next == "without") return aggregation(row, begin);
      at_ = begin;
    }
    at_ = after;
    blanks();
    if (peek() == '(' && !hole()) return function(std::string(w), begin);
    Value chosen;
    if (peek() == '{' && !hole()) chosen.filters = matchers(true);
    selector_ = true;
    return chosen;
  }

  Value aggregation(const Aggregation& row, uint32_t begin) {
    Value v;
    const bool by = keyword("by") || keyword("without");
    if (by) labels();
    const auto args = arguments();
    if (!by && !failed() && (keyword("by") || keyword("without"))) labels();
    selector_ = false;
    if (failed()) return v;
    if (args.empty()) return fail("E0708", fmt::format("What is `{}` taken over?", row.name), at_ > 0 ? at_ - 1 : 0, at_), v;
    v.filters = args.back().filters;
    const size_t wanted = row.parameter ? 2 : 1;
    if (args.size() > wanted) return fail("E0708", fmt::format("`{}` takes {} argument{}, and this is one more.", row.name, wanted, wanted == 1 ? "" : "s"), args[wanted].begin, std::max(args[wanted].end, args[wanted].begin + 1)), v;
    if (args.size() < wanted) {
      fail("E0708", fmt::format("`{}` takes {} and then series.", row.name, row.parameter == 't' ? "a text" : "a number"), begin, begin + static_cast<uint32_t>(row.name.size()),
           fmt::format("Write `{}({}, …)`.", row.name, row.parameter == 't' ? "\"version\"" : "5"));
      return v;
    }
    if (row.parameter) wants(std::string(row.name), row.parameter, args.front());
    if (!failed() && args.back().result != PromResult::vector)
      fail("E0708", fmt::format("`{}` is taken over series.", row.name), at_ > 0 ? at_ - 1 : 0, at_, args.back().result == PromResult::matrix ? "Put `rate(…)` inside." : "");
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
      std::vector<std::string_view> known;
      for (const auto& a : kAggregations) known.push_back(a.name);
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

  // The matchers in the braces that may choose nothing. Without a metric's name before them, one must ask for something.
  std::vector<std::string> matchers(bool named) {
    const uint32_t open = at_;
    symbol("{");
    std::vector<std::string> any;
    bool asks = named;
    while (!failed() && !symbol("}")) {
      const auto label = word();
      if (label.empty() || label.find(':') != std::string_view::npos) {
        if (at_end()) fail("E0708", "This `{` is not closed.", open, open + 1);
        else unexpected("a label or `}`");
        return any;
      }
      if (named && label == "__name__") return fail("E0708", "The metric's name stands before the braces already.", at_, at_ + 8), any;
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
      if (!quote(peek())) {
        const auto bare = text_.substr(at_, std::min(text_.find_first_of(" \n,}()\"'`<", at_), text_.size()) - at_);
        const bool slashes = bare.size() > 2 && bare.front() == '/' && bare.back() == '/';
        if (bare.empty()) unexpected("a value in quotes");
        else fail("E0708", "A label's value stands in quotes.", at_, at_ + static_cast<uint32_t>(bare.size()), fmt::format("Write `\"{}\"`.", slashes ? bare.substr(1, bare.size() - 2) : bare));
        return any;
      }
      const uint32_t value = at_;
      const size_t holes = out_.uses.size();
      text(pattern ? Place::pattern : Place::label, pattern ? Escape::pattern : Escape::label);
      const bool negated = !op.empty() && op.front() == '!';
      asks = asks || out_.uses.size() > holes || takes_nothing(text_.substr(value, at_ - value), pattern) == negated;
      // `job="x"` chooses a target that is there, and a histogram has all its buckets; a status or an outcome may not have come up yet.
      if (label != "job" && label != "instance" && label != "le") any.push_back(fmt::format("{} {} {}", label, op, text_.substr(value, at_ - value)));
      if (!failed() && peek() != '}' && !symbol(",")) {
        if (at_end()) fail("E0708", "This `{` is not closed.", open, open + 1);
        else unexpected("`,` or `}`");
      }
    }
    if (!failed() && !asks)
      fail("E0708", "This asks for every series there is.", open, at_ > 0 ? at_ - 1 : at_, "Name the metric, or a label that is not empty.");
    return any;
  }

  // Whether a label that is not there has this value. `quoted` may have blanks behind it.
  static bool takes_nothing(std::string_view quoted, bool pattern) {
    while (!quoted.empty() && !quote(quoted.back())) quoted.remove_suffix(1);
    const auto value = quoted.size() < 2 ? std::string_view() : quoted.substr(1, quoted.size() - 2);
    return value.empty() || (pattern && (value == ".*" || value == "(.*)" || value == "^.*$" || value == "^$"));
  }

  static bool quote(char c) { return c == '"' || c == '\'' || c == '`'; }

  void text(Place place, Escape escape) {
    const uint32_t open = at_;
    const char quote = peek();
    ++at_;
    const size_t first = out_.uses.size();
    while (!failed()) {
      if (at_end() || (peek() == '\n' && quote != '`')) return fail("E0708", "This quote is not closed.", open, open + 1);
      if (const HoleRef* h = hole()) {
        if (quote == '`') return fail("E0702", "Between backticks nothing can be escaped, so no value is filled in there.", h->begin, h->end, "Use double quotes.");
        take(*h, place, escape, false);
      } else if (peek() == quote) {
        ++at_;
        break;
      } else if (peek() == '\\' && quote != '`') {
        escaped(quote, open);
      } else {
        ++at_;
      }
    }
    for (size_t i = first; i < out_.uses.size(); ++i) out_.uses[i].whole = out_.uses[i].begin == open + 1 && out_.uses[i].end + 1 == at_;
    blanks();
  }

  // `\n`, `\\`, `\x41`, `\101`, `\u00e9`, as in Go; `\<` is a plain `<` in every language.
  void escaped(char quote, uint32_t open) {
    const char c = peek(1);
    if (c == '\0' || c == '\n') return fail("E0708", "This quote is not closed.", open, open + 1);
    const uint32_t begin = at_;
    at_ += 2;
    if (c == quote || c == '<' || std::string_view("abfnrtv\\").find(c) != std::string_view::npos) return;
    const uint32_t digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : digit(c) && c < '8' ? 2 : 0;
    for (uint32_t i = 0; i < digits; ++i, ++at_)
      if (c >= '0' && c <= '9' ? !(digit(peek()) && peek() < '8') : !hex_digit(peek())) return fail("E0708", "This escape has too few digits.", begin, at_);
    if (digits > 0) return;
    uint32_t end = at_;
    while (end < size() && (static_cast<unsigned char>(text_[end]) & 0xC0) == 0x80) ++end;
    const auto said = text_.substr(begin, end - begin);
    fail("E0708", fmt::format("`{}` is no escape of PromQL.", said), begin, end, fmt::format("In quotes a backslash is written twice, `\\{}`.", said));
  }

  Value number() {
    const uint32_t begin = at_;
    uint32_t i = at_;
    const bool hex = text_.substr(i, 2) == "0x" || text_.substr(i, 2) == "0X";
    if (hex) {
      for (i += 2; i < size() && hex_digit(text_[i]);) ++i;
      if (i == begin + 2) return fail("E0708", "Hexadecimal digits are missing.", begin, i), Value{};
    } else {
      while (i < size() && digit(text_[i])) ++i;
      if (i < size() && text_[i] == '.') {
        ++i;
        while (i < size() && digit(text_[i])) ++i;
      }
      if (i == begin + 1 && text_[begin] == '.') return unexpected("a number"), Value{};
      if (i < size() && (text_[i] == 'e' || text_[i] == 'E') && i + 1 < size() && (digit(text_[i + 1]) || ((text_[i + 1] == '+' || text_[i + 1] == '-') && i + 2 < size() && digit(text_[i + 2])))) {
        i += 2;
        while (i < size() && digit(text_[i])) ++i;
      }
    }
    if (i < size() && (name_rest(text_[i]) || (hex && text_[i] == '.'))) {
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
    constexpr std::string_view kUnits[] = {"y", "w", "d", "h", "m", "s", "ms"};   // from long to short, each once
    size_t next = 0;
    bool zero = true;
    while (digit(peek())) {
      uint32_t i = at_;
      for (; i < size() && digit(text_[i]); ++i) zero = zero && text_[i] == '0';
      uint32_t end = i;
      while (end < size() && text_[end] >= 'a' && text_[end] <= 'z') ++end;
      const auto unit = std::find(std::begin(kUnits), std::end(kUnits), text_.substr(i, end - i));
      if (unit == std::end(kUnits)) {
        if (end == i) return fail("E0708", "A duration has a unit, as in `5m`.", begin, i);
        break;
      }
      if (static_cast<size_t>(unit - std::begin(kUnits)) < next) return fail("E0708", "The units of a duration stand from long to short, each once.", begin, end, "Write `1h30m`.");
      next = static_cast<size_t>(unit - std::begin(kUnits)) + 1;
      at_ = end;
    }
    if (at_ > begin && !digit(peek()) && zero) return fail("E0708", "This duration is no time at all.", begin, at_);
    if (digit(peek())) {
      uint32_t end = at_;
      while (end < size() && name_rest(text_[end])) ++end;
      return fail("E0708", fmt::format("`{}` is no duration: the units are ms, s, m, h, d, w and y.", text_.substr(begin, end - begin)), begin, end, "Write `5m`.");
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
  foreign_promql(text, out.problems);
  return out;
}

}  // namespace rbc::embedded
