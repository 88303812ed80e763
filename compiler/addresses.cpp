// The right side of a binding: whether it is an address of its resource's kind, and where it stops being one.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/checker.hpp"
#include "grammar/suggest.hpp"

namespace rbc::front {

namespace {

constexpr char kHole = '\x01';           // stands for whatever a hole will hold

std::vector<std::string_view> schemes_of(ResourceKind kind) {
  switch (kind) {
    case ResourceKind::http:
    case ResourceKind::prometheus: return {"http", "https"};
    case ResourceKind::postgres:
    case ResourceKind::pgbouncer: return {"postgres", "postgresql"};
    case ResourceKind::redis: return {"redis", "rediss"};
    case ResourceKind::host: return {"ssh"};
    case ResourceKind::compose:
    case ResourceKind::command:
    case ResourceKind::contact:
    case ResourceKind::channel:
    case ResourceKind::clock: break;
  }
  return {};
}

std::string form_of(ResourceKind kind) {
  switch (kind) {
    case ResourceKind::http: return "Write it as `https://host:port`.";
    case ResourceKind::prometheus: return "Write it as `http://host:9090`.";
    case ResourceKind::postgres: return "Write it as `postgres://user:<password>@host:5432/database`.";
    case ResourceKind::pgbouncer: return "Write it as `postgres://user:<password>@host:6432/pgbouncer`.";
    case ResourceKind::redis: return "Write it as `redis://host:6379`.";
    case ResourceKind::host: return "Write `localhost`, or `ssh://user@name`.";
    case ResourceKind::compose: return "Write the compose file's path, and `on HOST` if it is on another machine.";
    case ResourceKind::command: return "Write `local`, or the name of a host.";
    case ResourceKind::contact:
    case ResourceKind::channel: return "One of: `pagerduty KEY`, `pagerduty schedule KEY`, `slack #channel`, `email a@b`, `phone +…`, `webhook URL`, `log`.";
    case ResourceKind::clock: break;
  }
  return {};
}

struct Fault {
  std::size_t begin = 0, end = 0;
  std::string message;
};

std::optional<Fault> fault_of_host(std::string_view text, std::size_t at, std::size_t end, bool elsewhere) {
  std::size_t host = at;
  for (std::size_t i = at; i < end; ++i)
    if (text[i] == '@') host = i + 1;
  std::size_t colon = std::string_view::npos;
  if (host < end && text[host] == '[') {
    const auto close = text.find(']', host);
    if (close == std::string_view::npos || close >= end) return Fault{host, host + 1, "This `[` has no `]`."};
    if (close + 1 < end && text[close + 1] != ':') return Fault{close + 1, close + 2, "After the `]` comes a `:` and the port."};
    if (close + 1 < end) colon = close + 1;
  } else {
    for (std::size_t i = host; i < end; ++i)
      if (text[i] == ':') colon = i;
  }
  const std::size_t host_end = colon == std::string_view::npos ? end : colon;
  if (host_end == host && !elsewhere) return Fault{host, host, "The host is missing here."};
  for (std::size_t i = host; i < host_end && text[host] != '['; ++i) {
    const char c = text[i];
    const bool good = c == kHole || c == '.' || c == '-' || c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
    if (!good) return Fault{i, i + 1, fmt::format("`{}` cannot stand in the name of a host.", c)};
  }
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view port = text.substr(colon + 1, end - colon - 1);
  if (port.empty()) return Fault{colon + 1, colon + 1, "The port is missing after the `:`."};
  if (port.find(kHole) != std::string_view::npos) return std::nullopt;
  const bool digits = std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!digits || port.size() > 5 || std::stol(std::string(port)) < 1 || std::stol(std::string(port)) > 65535)
    return Fault{colon + 1, end, fmt::format("`{}` is no port: one is a number from 1 to 65535.", port)};
  return std::nullopt;
}

std::optional<Fault> fault_of_url(std::string_view text, const std::vector<std::string_view>& schemes) {
  if (text.starts_with(kHole)) return std::nullopt;
  const auto after = text.find("://");
  const auto word_end = std::min(text.find_first_of(":/. <"), text.size());
  const std::string_view scheme = text.substr(0, after == std::string_view::npos ? word_end : after);
  if (std::find(schemes.begin(), schemes.end(), scheme) == schemes.end()) {
    if (after == std::string_view::npos) return Fault{0, text.size(), fmt::format("This address begins with no `{}://`.", schemes[0])};
    const std::string near = did_you_mean(scheme, schemes);
    return Fault{0, scheme.size(), fmt::format("An address here begins with {}, not with `{}://`.{}", schemes.size() > 1 ? fmt::format("`{}://` or `{}://`", schemes[0], schemes[1]) : fmt::format("`{}://`", schemes[0]), scheme,
                                               near.empty() ? std::string() : fmt::format(" Did you mean `{}`?", near))};
  }
  if (after == std::string_view::npos) return Fault{scheme.size(), std::min(text.size(), scheme.size() + 3), fmt::format("After `{}` comes `://`.", scheme)};
  if (const auto blank = text.find(' '); blank != std::string_view::npos) return Fault{blank, blank + 1, "A blank cannot stand in an address."};
  const std::size_t at = after + 3, end = std::min(text.find_first_of("/?#", at), text.size());
  // A socket's folder may stand in the query instead.
  return fault_of_host(text, at, end, scheme.starts_with("postgres") && text.find("host=", end) != std::string_view::npos);
}

std::optional<Fault> fault_of_way(std::string_view text) {
  const auto blank = std::min(text.find(' '), text.size());
  const std::string_view way = text.substr(0, blank);
  const std::string_view rest = blank < text.size() ? text.substr(text.find_first_not_of(' ', blank)) : std::string_view();
  const std::size_t at = text.size() - rest.size();
  const std::vector<std::string_view> ways = {"pagerduty", "slack", "email", "phone", "webhook", "log"};
  if (std::find(ways.begin(), ways.end(), way) == ways.end()) {
    const std::string near = did_you_mean(way, ways);
    return Fault{0, blank, fmt::format("`{}` is no way to reach anybody.{}", way, near.empty() ? std::string() : fmt::format(" Did you mean `{}`?", near))};
  }
  if (way == "log") return rest.empty() ? std::nullopt : std::optional(Fault{at, text.size(), "`log` takes nothing after it."});
  if (rest.empty() || rest == "schedule") return Fault{text.size(), text.size(), fmt::format("`{}` of whom? The rest is missing here.", text)};
  if (rest.find(kHole) != std::string_view::npos) return std::nullopt;
  if (way == "slack" && rest[0] != '#' && rest[0] != '@') return Fault{at, at + 1, "A channel of Slack begins with `#`."};
  if (way == "email" && rest.find('@') == std::string_view::npos) return Fault{at, text.size(), fmt::format("`{}` has no `@`.", rest)};
  if (way == "phone" && rest[0] != '+') return Fault{at, at + 1, "A number begins with `+` and the country."};
  if (way == "webhook")
    if (auto fault = fault_of_url(rest, {"https", "http"})) return Fault{at + fault->begin, at + fault->end, std::move(fault->message)};
  return std::nullopt;
}

}  // namespace

// A secret may be user, password, a piece of the path or a value of the query, or the address as a whole.
void Checker::secrets_of_address(const Captured& said, std::string_view text, ResourceKind kind) {
  const bool local = kind == ResourceKind::compose || kind == ResourceKind::host || kind == ResourceKind::command;
  const auto scheme = text.find("://");
  const std::size_t at = scheme == std::string_view::npos ? 0 : scheme + 3, end = std::min(text.find_first_of("/?#", at), text.size());
  std::size_t host = at;
  for (std::size_t i = at; i < end; ++i)
    if (text[i] == '@') host = i + 1;
  for (const Captured::Hole& hole : said.holes) {
    const SymbolId id = hole.path.size() == 1 ? find(at_.scope, hole.path[0]) : kNoSymbol;
    if (id == kNoSymbol || facts.symbols[id].kind != SymbolKind::secret) continue;
    if (local) error("E0501", hole.node, fmt::format("`{}` is a secret, and this address becomes an argument, visible to everyone on the host (`ps`).", hole.path[0]), form_of(kind));
    else if (scheme != std::string_view::npos && (hole.begin < scheme || (hole.begin < end && hole.begin >= host)))
      error("E0501", hole.node, fmt::format("`{}` is a secret, and the names of hosts are asked for and logged everywhere.", hole.path[0]), "It may be the user, the password, a piece of the path, a value of the query, or the address as a whole.");
  }
}

void Checker::check_address(NodeId binding, ResourceKind kind) {
  const Captured said = capture(tree(), binding);
  std::string text = said.text;
  for (const Captured::Hole& hole : said.holes) std::fill(text.begin() + hole.begin, text.begin() + hole.end, kHole);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\n' || text.back() == '\r')) text.pop_back();
  const bool person = kind == ResourceKind::contact || kind == ResourceKind::channel;
  if (const auto via = text.rfind(kind == ResourceKind::compose ? " on " : " via "); via != std::string::npos && !person && kind != ResourceKind::host && kind != ResourceKind::command) text.resize(via);
  while (!text.empty() && text.back() == ' ') text.pop_back();
  std::optional<Fault> fault;
  if (text.size() > 1 && (text[0] == '"' || text[0] == '\'')) fault = Fault{0, 1, "An address stands without quotes."};
  else if (text[0] == '$') fault = Fault{0, text.size(), "An address is written out here; a variable of the environment cannot be one."};
  else if (text.empty()) fault = Fault{0, 0, "Nothing is said here."};
  else if (person) fault = fault_of_way(text);
  else if (kind == ResourceKind::host && text == "localhost") return;
  else if (const auto schemes = schemes_of(kind); !schemes.empty()) fault = fault_of_url(text, schemes);
  if (!fault) return secrets_of_address(said, text, kind);
  Span span = said.file_span(static_cast<std::uint32_t>(fault->begin), static_cast<std::uint32_t>(std::max(fault->begin + 1, fault->end)));
  if (fault->begin >= said.text.size() || span.end <= span.begin) span = {tree()[binding].end, tree()[binding].end};
  error("E0220", span, fault->message, form_of(kind));
}

}  // namespace rbc::front
