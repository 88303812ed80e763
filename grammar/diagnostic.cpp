#include "grammar/diagnostic.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace rbc {

namespace {

constexpr Severity severity_of(std::string_view code) { return code.starts_with('W') ? Severity::Warning : Severity::Error; }

uint64_t fnv1a(uint64_t hash, std::string_view bytes) {
  for (char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return (hash ^ 0xFF) * 0x100000001b3ULL;
}

} // namespace

const std::vector<DiagnosticInfo>& all_diagnostics() {
  static const std::vector<DiagnosticInfo> kAll{
#define RBC_DIAGNOSTIC(code, message, explanation, frame, failing, mended)                                                     \
  {code, severity_of(code), message, explanation, Frame::frame, failing, mended},
#include "grammar/diagnostics.def"
#undef RBC_DIAGNOSTIC
  };
  return kAll;
}

const DiagnosticInfo* find_diagnostic(std::string_view code) {
  for (const DiagnosticInfo& info : all_diagnostics())
    if (info.code == code) return &info;
  return nullptr;
}

std::string whole_example(Frame frame, std::string_view example) {
  if (frame == Frame::File) return std::string(example);
  std::string text = "contact ops\ncontact dba\npostgres db\nredis cache\nhttp api\ncompose stack\nhost box\n\n"
                     "check up(node as text): <node> is up\n  box$ test -f /var/run/up\n\n";
  auto add = [&](size_t columns) {
    for (size_t at = 0; at < example.size();) {
      size_t end = std::min(example.find('\n', at), example.size());
      text += std::string(columns, ' ') + std::string(example.substr(at, end - at)) + '\n';
      at = end + 1;
    }
  };
  auto runbook = [&](std::string_view goal) {
    text += fmt::format(
        "runbook EX-1: An example\n  severity low\n  goal     {}\n  escalation until acknowledged\n    after 5m page ops\n",
        goal);
    text += "  check ok: It answers\n    db> select 1\n";
  };
  switch (frame) {
  case Frame::File: break;
  case Frame::Runbook: {
    // What every runbook has, where the example has none of it.
    auto has = [&](std::string_view word) { return example.starts_with(word) || example.find('\n' + std::string(word)) != std::string_view::npos; };
    text += "runbook EX-1: An example\n  goal     ok\n  check ok: It answers\n    db> select 1\n";
    if (!has("severity ")) text += "  severity low\n";
    if (!has("escalation ")) text += "  escalation until acknowledged\n    after 5m page ops\n";
    add(2);
    if (!has("step ")) text += "  step look\n    check ok\n";
    break;
  }
  case Frame::Step: runbook("ok"), text += "  step first\n    api> GET /health\n  step look\n", add(4), text += "  step last\n    check ok\n"; break;
  case Frame::Check: runbook("it"), text += "  check it: It is well\n", add(4), text += "  step look\n    check it\n"; break;
  case Frame::Test: runbook("ok"), text += "  step look\n    check ok\n\ntest it\n", add(2); break;
  }
  return text;
}

namespace {

// A message quotes the user's words; a word of a megabyte by its beginning.
std::string with_short_quotes(std::string text) {
  constexpr size_t kLong = 600, kShown = 100;
  if (text.size() <= kLong) return text;
  std::string out;
  size_t at = 0;
  while (true) {
    const size_t open = text.find('`', at), close = open == std::string::npos ? open : text.find('`', open + 1);
    if (close == std::string::npos) return out.append(text, at);
    size_t end = close;
    if (close - open > 2 * kShown) {
      end = open + kShown;
      while ((static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    }
    out.append(text, at, end - at).append(end < close ? "…`" : "`");
    at = close + 1;
  }
}

} // namespace

Diagnostic::Diagnostic(std::string code, const Source& source, Span span, std::string message, std::string help)
    : code(std::move(code)), message(with_short_quotes(std::move(message))), primary{&source, span, {}}, help(with_short_quotes(std::move(help))) {
  severity = severity_of(this->code);
}

std::string Diagnostic::fingerprint() const {
  uint64_t hash = fnv1a(0xcbf29ce484222325ULL, code);
  hash = fnv1a(hash, origin);
  if (primary.source) {
    std::string_view path = primary.source->path();
    hash = fnv1a(hash, path.substr(path.find_last_of('/') + 1));
    std::string_view line = primary.source->line(primary.source->line_at(primary.span.begin));
    size_t first = line.find_first_not_of(' ');
    hash = fnv1a(hash, first == std::string_view::npos ? std::string_view() : line.substr(first));
    hash = fnv1a(hash, primary.source->slice(primary.span).substr(0, 200));
  }
  return fmt::format("{:016x}", hash);
}

void Sink::add(Diagnostic diagnostic) {
  if (diagnostic.severity == Severity::Warning)
    ++warnings_;
  else if (++errors_ > max_errors_) {
    ++dropped_;
    return;
  }
  all_.push_back(std::move(diagnostic));
}

bool Sink::has(std::string_view code) const {
  return std::any_of(all_.begin(), all_.end(), [&](const Diagnostic& d) { return d.code == code; });
}

void Sink::sort() {
  std::stable_sort(all_.begin(), all_.end(), [](const Diagnostic& a, const Diagnostic& b) {
    std::string_view path_a = a.primary.source ? std::string_view(a.primary.source->path()) : "",
                     path_b = b.primary.source ? std::string_view(b.primary.source->path()) : "";
    return std::tie(path_a, a.primary.span.begin, a.code) < std::tie(path_b, b.primary.span.begin, b.code);
  });
}

} // namespace rbc
