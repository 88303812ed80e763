#include "grammar/embedded/http.hpp"

#include "grammar/embedded/foreign.hpp"
#include "grammar/embedded/reader.hpp"

namespace rbc::embedded {

namespace http_detail {

bool alnum(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }
bool hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

std::string lower(std::string_view s) {
  std::string out(s);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

constexpr std::string_view kMethods[] = {"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"};
constexpr std::string_view kTargetBytes = "._~!$&'()*+,;=:@-";

class HttpReader : Reader {
 public:
  HttpReader(std::string_view text, const std::vector<HoleRef>& holes, Parsed<Http>& out) : Reader(text, holes, out.problems), out_(out.value) {}

  void run() {
    if (!fits()) return;
    method();
    if (!failed()) path();
    if (!failed() && peek() == '?') query();
    if (!failed() && !at_end() && peek() != '\n') bad_target();
    while (!failed() && peek() == '\n' && peek(1) != '\n' && at_ + 1 < size()) header();
    if (!failed() && peek() == '\n' && peek(1) == '\n') body();
  }

 private:
  void method() {
    uint32_t end = 0;
    while (end < size() && (alnum(text_[end]))) ++end;
    const std::string_view word = text_.substr(0, end);
    const std::vector<std::string_view> known(std::begin(kMethods), std::end(kMethods));
    if (std::find(known.begin(), known.end(), word) == known.end()) {
      std::string upper(word);
      for (char& c : upper)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
      const bool only_case = std::find(known.begin(), known.end(), upper) != known.end();
      if (word == "curl" || word == "wget") return fail("E0708", fmt::format("`{}` is no method.", word), 0, end, fmt::format("Write the request itself: `{}`. The address is the resource's own; headers stand beneath, and a body after a blank line.", request_of_client()));
      const bool client = upper == "FETCH" || upper == "QUERY";
      const std::string better = only_case ? upper : client ? std::string("GET") : nearest(upper, known);
      return fail("E0708", word.empty() ? "A request begins with its method, as in `GET /health`." : fmt::format("`{}` is no method.", word), 0, std::max(end, 1u),
                  better.empty() ? "GET, HEAD and OPTIONS look; POST, PUT, PATCH and DELETE change." : fmt::format("Did you mean `{}`?", better));
    }
    out_.method = word;
    out_.method_end = end;
    at_ = end;
    while (peek() == ' ') ++at_;
    if (const auto scheme = text_.substr(at_, text_.find_first_of(" \n", at_) - at_); scheme.starts_with("http://") || scheme.starts_with("https://")) {
      const size_t slash = scheme.find('/', scheme.find("//") + 2);
      return fail("E0708", "The address is the resource's own; here stands the path alone.", at_, at_ + static_cast<uint32_t>(std::min(slash, scheme.size())),
                  fmt::format("Write `{} {}`.", out_.method, slash == std::string_view::npos ? std::string_view("/") : scheme.substr(slash)));
    }
    if (at_end()) return fail("E0708", "A request names its path.", at_, at_, fmt::format("Write `{} /`.", out_.method));
    if (alnum(peek()) && !hole()) {
      const auto said = text_.substr(at_, std::min(text_.find_first_of(" \n", at_), text_.size()) - at_);
      const auto first = said.substr(0, said.find('/'));
      const bool address = first == "localhost" || first.find(':') != std::string_view::npos || (first.find('.') != std::string_view::npos && first.size() < said.size());
      return fail("E0708", address ? "The address is the resource's own; here stands the path alone." : "A path begins with `/`.", at_, at_ + static_cast<uint32_t>(address ? first.size() : said.size()),
                  fmt::format("Write `{} {}{}`.", out_.method, address && first.size() < said.size() ? "" : "/", !address ? said : said.substr(first.size())));
    }
    if (peek() != '/' || hole()) return fail("E0708", "After the method comes a path that begins with `/`.", at_, at_ + 1, "The address is the resource's own; a hole may be a segment of the path.");
    if (peek(1) == '/') return fail("E0702", "A path that begins with `//` would be another address.", at_, at_ + 2);
  }

  // What `curl -X POST http://host/path -d …` would ask.
  std::string request_of_client() const {
    std::string_view method = "GET";
    for (const std::string_view data : {" -d", " --data", " --json", " -F"})
      if (text_.find(data) != std::string_view::npos) method = "POST";
    for (const std::string_view one : kMethods)
      for (const std::string_view flag : {"-X ", "-X", "--request ", "--request="})
        if (text_.find(fmt::format("{}{}", flag, one)) != std::string_view::npos) method = one;
    const size_t scheme = text_.find("://"), end = text_.find_first_of(" \n\"'", scheme == std::string_view::npos ? size() : scheme);
    const size_t slash = scheme == std::string_view::npos ? scheme : text_.find('/', scheme + 3);
    return fmt::format("{} {}", method, slash == std::string_view::npos || slash > end ? std::string_view("/") : text_.substr(slash, end == std::string_view::npos ? end : end - slash));
  }

  void write(Pieces& p, std::string_view s, int32_t group) {
    if (p.empty() || p.back().hole >= 0 || p.back().group != group) p.push_back({{}, -1, Escape::none, group, 0});
    p.back().text += s;
  }

  HoleUse& take(Pieces& p, const HoleRef& h, Place place, Escape e, int32_t group, bool may_vanish) {
    HoleUse u;
    u.index = h.index;
    u.place = place;
    u.escape = e;
    u.begin = h.begin;
    u.end = h.end;
    u.may_vanish = may_vanish;
    out_.uses.push_back(u);
    p.push_back({{}, static_cast<int32_t>(h.index), e, group, 0});
    at_ = h.end;
    return out_.uses.back();
  }

  // One character of a target, or the three of `%XX`; 0 when it cannot stand there.
  uint32_t target_unit(std::string_view more) const {
    const char c = peek();
    if (c == '%') return hex(peek(1)) && hex(peek(2)) ? 3 : 0;
    return !at_end() && (alnum(c) || kTargetBytes.find(c) != std::string_view::npos || more.find(c) != std::string_view::npos) ? 1 : 0;
  }

  void path() {
    out_.path_begin = at_;
    while (!failed() && peek() == '/' && !at_end()) {
      write(out_.target, "/", -1);
      out_.path += '/';
      ++at_;
      HttpSegment s;
      s.begin = at_;
      const size_t first = out_.uses.size();
      while (!failed()) {
        if (const HoleRef* h = hole()) {
          s.known = false;
          s.text += text_.substr(h->begin, h->end - h->begin);
          s.pieces.push_back({{}, static_cast<int32_t>(h->index), Escape::segment, -1, 0});
          take(out_.target, *h, Place::path, Escape::segment, -1, false);
          continue;
        }
        const uint32_t n = target_unit("");
        if (n == 0) break;
        const auto unit = text_.substr(at_, n);
        s.text += unit;
        write(s.pieces, unit, -1);
        write(out_.target, unit, -1);
        at_ += n;
      }
      s.end = at_;
      for (size_t i = first; i < out_.uses.size(); ++i) out_.uses[i].whole = s.pieces.size() == 1;
      const std::string folded = lower(s.text);
      std::string plain;
      for (size_t i = 0; i < folded.size(); ++i) {
        if (folded.compare(i, 3, "%2e") == 0) plain += '.', i += 2;
        else plain += folded[i];
      }
      if (plain == "." || plain == "..") return fail("E0702", fmt::format("`{}` is folded away on the way to the server.", s.text), s.begin, s.end, "Write the path that is meant.");
      out_.path += s.text;
      out_.segments.push_back(std::move(s));
    }
    out_.path_end = at_;
  }

  void query() {
    int32_t group = 0;
    do {
      const char separator = peek();
      const uint32_t begin = at_++;
      write(out_.target, std::string_view(&separator, 1), group);
      const size_t first = out_.uses.size();
      bool value = false;
      uint32_t part = at_;
      while (!failed()) {
        if (const HoleRef* h = hole()) {
          HoleUse& u = take(out_.target, *h, Place::query, Escape::query, group, true);
          u.starts = u.begin == part;
          continue;
        }
        if (peek() == '&' || at_end()) break;
        const uint32_t n = target_unit("/?");
        if (n == 0) break;
        if (peek() == '=' && !value) {
          value = true;
          part = at_ + 1;
        }
        write(out_.target, text_.substr(at_, n), group);
        at_ += n;
      }
      for (size_t i = first; i < out_.uses.size(); ++i) out_.uses[i].whole = value && out_.uses[i].begin == part && out_.uses[i].end == at_;
      (void)begin;
      ++group;
    } while (!failed() && peek() == '&');
  }

  void bad_target() {
    const char c = peek();
    if (c == ' ') return fail("E0708", "A blank ends the target.", at_, at_ + 1, "A blank that is meant is `%20`; headers stand on the lines beneath, a body after a blank line.");
    if (c == '#') return fail("E0708", "A fragment is never sent.", at_, at_ + 1, "Leave it out; a `#` that is meant is `%23`.");
    if (c == '%') return fail("E0708", "After `%` come two hexadecimal digits.", at_, at_ + 1, "For a percent sign, write `%25`.");
    uint32_t end = at_ + 1;
    while (end < size() && (static_cast<unsigned char>(text_[end]) & 0xC0) == 0x80) ++end;
    fail("E0708", fmt::format("`{}` cannot stand in a target.", text_.substr(at_, end - at_)), at_, end, end == at_ + 1 ? fmt::format("Write it percent-encoded: `%{:02X}`.", static_cast<unsigned char>(c)) : std::string("Write it percent-encoded."));
  }

  void header() {
    const uint32_t begin = ++at_;
    while (alnum(peek()) || peek() == '-') {
      if (hole()) break;
      ++at_;
    }
    HttpHeader h;
    h.begin = begin;
    h.name = std::string(text_.substr(begin, at_ - begin));
    if (h.name.empty() || peek() != ':') {
      while (!at_end() && peek() != '\n') ++at_;
      const auto line = text_.substr(begin, at_ - begin);
      const size_t blank = line.find(' ');
      const bool body = line[0] == '{' || line[0] == '[' || (out_.method != "GET" && blank == std::string_view::npos);
      return fail("E0708", "A header is `Name: value`; a body comes after a blank line.", begin, at_,
                  body ? "Put a blank line before the body." : blank != std::string_view::npos && blank > 0 ? fmt::format("Write `{}: {}`.", line.substr(0, blank), line.substr(blank + 1)) : std::string());
    }
    const std::string name = lower(h.name);
    for (const std::string_view no : {"host", "content-length", "transfer-encoding", "connection", "expect"})
      if (name == no) return fail("E0708", fmt::format("`{}` is set by us, and by nobody else.", h.name), begin, at_);
    ++at_;
    while (peek() == ' ') ++at_;
    const auto group = static_cast<int32_t>(1000 + out_.headers.size());
    const uint32_t value = at_;
    const size_t first = out_.uses.size();
    while (!failed() && !at_end() && peek() != '\n') {
      if (const HoleRef* hole_here = hole()) {
        take(h.value, *hole_here, Place::header, Escape::header, group, true);
        continue;
      }
      const auto c = static_cast<unsigned char>(peek());
      if ((c < ' ' && c != '\t') || c == 0x7F) return fail("E0708", "A control character cannot stand in a header.", at_, at_ + 1);
      write(h.value, text_.substr(at_, 1), group);
      ++at_;
    }
    for (size_t i = first; i < out_.uses.size(); ++i) out_.uses[i].whole = out_.uses[i].begin == value && out_.uses[i].end == at_;
    h.end = at_;
    out_.headers.push_back(std::move(h));
  }

  HttpBody content_type() const {
    for (const auto& h : out_.headers) {
      if (lower(h.name) != "content-type" || h.value.size() != 1 || h.value[0].hole >= 0) continue;
      const std::string type = lower(h.value[0].text.substr(0, h.value[0].text.find(';')));
      const std::string bare = type.substr(0, type.find_last_not_of(' ') + 1);
      if (bare == "application/json" || bare.ends_with("+json")) return HttpBody::json;
      if (bare == "application/x-www-form-urlencoded") return HttpBody::form;
      return HttpBody::other;
    }
    return HttpBody::none;
  }

  void body() {
    at_ += 2;
    if (at_end()) return;
    if (out_.method == "GET" || out_.method == "HEAD" || out_.method == "OPTIONS") return fail("E0708", fmt::format("{} has no body.", out_.method), at_, size(), "Write `POST`, or ask in the target: `/path?name=value`.");
    out_.body_kind = content_type();
    if (out_.body_kind == HttpBody::none) {
      const bool json = peek() == '{' || peek() == '[', form = text_.find('=', at_) != std::string_view::npos && text_.find_first_of(" \n", at_) == std::string_view::npos;
      return fail("E0702", "A body needs a `Content-Type` header that says what it is.", at_, size(), fmt::format("Write `Content-Type: {}` below the first line.", json ? "application/json" : form ? "application/x-www-form-urlencoded" : "text/plain"));
    }
    if (out_.body_kind == HttpBody::json) return json_body();
    while (!failed() && !at_end()) {
      if (const HoleRef* h = hole()) {
        if (out_.body_kind == HttpBody::other) return fail("E0702", "A hole may stand in a JSON body or in a form, not in this type.", h->begin, h->end);
        take(out_.body, *h, Place::form, Escape::form, -1, false);
        continue;
      }
      write(out_.body, text_.substr(at_, 1), -1);
      ++at_;
    }
  }

  // ── JSON: checked as it is read, so that a hole can only be a value or a part of a text ──
  void json_body() {
    json_blanks();
    json_value(0);
    json_blanks();
    if (!failed() && !at_end()) fail("E0708", "The JSON ends before this.", at_, size());
  }

  void copy(uint32_t n) {
    write(out_.body, text_.substr(at_, n), -1);
    at_ += n;
  }

  void json_blanks() {
    while (!at_end() && (peek() == ' ' || peek() == '\n' || peek() == '\t')) copy(1);
  }

  void json_wrong(std::string_view what) {
    if (peek() == '\'') return fail("E0708", "In JSON, texts and keys stand in double quotes.", at_, at_ + 1);
    if ((peek() == ']' || peek() == '}') && at_ > 0 && text_.find_last_not_of(" \n", at_ - 1) != std::string_view::npos && text_[text_.find_last_not_of(" \n", at_ - 1)] == ',')
      return fail("E0708", "JSON takes no comma behind the last one.", static_cast<uint32_t>(text_.find_last_not_of(" \n", at_ - 1)), at_);
    fail("E0708", fmt::format("This is not JSON: {} is missing here.", what), std::min(at_, size() - 1), std::min(at_ + 1, size()));
  }

  void json_value(uint32_t depth) {
    if (failed()) return;
    if (depth > kMaxNesting) return fail("E0117", "This is nested too deep: at most 200 levels.", at_, at_ + 1);
    if (const HoleRef* h = hole()) {
      take(out_.body, *h, Place::json_value, Escape::json_value, -1, false).whole = true;
      return;
    }
    const char c = peek();
    if (c == '"') return json_text(true);
    if (c == '{' || c == '[') {
      const char close = c == '{' ? '}' : ']';
      copy(1);
      json_blanks();
      if (peek() == close) return copy(1);
      while (!failed()) {
        if (c == '{') {
          if (const HoleRef* h = hole()) return fail("E0702", "A hole is a value, never a key.", h->begin, h->end);
          if (peek() != '"') return json_wrong("a key in double quotes");
          json_text(false);
          json_blanks();
          if (failed()) return;
          if (peek() != ':') return json_wrong("`:`");
          copy(1);
          json_blanks();
        }
        json_value(depth + 1);
        json_blanks();
        if (failed()) return;
        if (peek() == close) return copy(1);
        if (peek() != ',') return json_wrong(c == '{' ? "`,` or `}`" : "`,` or `]`");
        copy(1);
        json_blanks();
      }
      return;
    }
    for (const std::string_view word : {"true", "false", "null"})
      if (text_.substr(at_, word.size()) == word) return copy(static_cast<uint32_t>(word.size()));
    uint32_t i = at_;
    if (i < size() && text_[i] == '-') ++i;
    const uint32_t digits = i;
    while (i < size() && text_[i] >= '0' && text_[i] <= '9') ++i;
    if (i == digits) return json_wrong("a value");
    if (i < size() && text_[i] == '.') {
      const uint32_t dot = i++;
      while (i < size() && text_[i] >= '0' && text_[i] <= '9') ++i;
      if (i == dot + 1) return json_wrong("a digit");
    }
    if (i < size() && (text_[i] == 'e' || text_[i] == 'E')) {
      ++i;
      if (i < size() && (text_[i] == '+' || text_[i] == '-')) ++i;
      while (i < size() && text_[i] >= '0' && text_[i] <= '9') ++i;
    }
    copy(i - at_);
  }

  void json_text(bool value) {
    const uint32_t open = at_;
    copy(1);
    while (!failed()) {
      if (at_end() || peek() == '\n') return fail("E0708", "This text is not closed.", open, open + 1);
      if (const HoleRef* h = hole()) {
        if (!value) return fail("E0702", "A hole is a value, never a key.", h->begin, h->end);
        take(out_.body, *h, Place::json_text, Escape::json_text, -1, false);
      } else if (peek() == '"') {
        return copy(1);
      } else if (peek() == '\\') {
        if (std::string_view("\"\\/bfnrtu").find(peek(1)) == std::string_view::npos || peek(1) == '\0') return json_wrong("a known escape");
        copy(2);
      } else {
        copy(1);
      }
    }
  }

  Http& out_;
};

}  // namespace http_detail

Parsed<Http> parse_http(std::string_view text, const std::vector<HoleRef>& holes) {
  Parsed<Http> out;
  http_detail::HttpReader(text, holes, out).run();
  foreign_http(text, out.problems);
  return out;
}

}  // namespace rbc::embedded
