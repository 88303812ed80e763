#include "stdlib/modules/address.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "stdlib/modules/render.hpp"

namespace rbc {
namespace address_text {

// Stands in a filled address for a parameter of the resource, whose value comes with each utterance. No address holds this character.
constexpr char kParameter = '\x1f';

bool harmless(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isalnum(c) || c == '.' || c == '-' || c == '_'; }) &&
         text.front() != '-';
}

// A value as it may stand at this place of an address: in a URL encoded, in its host only if there is nothing to encode.
std::string fitted(const std::string& before, const std::string& value, bool secret, const std::string& name, std::string& problem) {
  if (value.find_first_of(std::string("\n\r\x1f\0", 4)) != std::string::npos) {
    problem = fmt::format("`{}` holds a control character, so it cannot be part of an address.", name);
    return {};
  }
  const auto scheme = before.find("://");
  if (scheme == std::string::npos) return value;
  const auto authority_end = before.find_first_of("/?#", scheme + 3);
  if (authority_end == std::string::npos && !secret && !harmless(value)) {
    problem = fmt::format("`{}` is `{}`, which cannot be part of a host or port.", name, visible(value));
    return {};
  }
  if (value.starts_with("ssh://")) return value;
  const bool path = authority_end != std::string::npos && before.find_first_of("?#", authority_end) == std::string::npos;
  if (path && (value.empty() || value == "." || value == "..")) {
    problem = secret ? fmt::format("`{}` is no segment of a path.", name) : fmt::format("`{}` is `{}`, which is no segment of a path.", name, value);
    return {};
  }
  return percent_encoded(value);
}

// A segment that leads elsewhere, put together of a value and what is written around it.
bool leads_up(std::string_view text) {
  const auto scheme = text.find("://");
  if (scheme == std::string_view::npos) return false;
  text = text.substr(0, std::min(text.find_first_of("?#", scheme + 3), text.size()));
  for (auto at = text.find('/', scheme + 3); at != std::string_view::npos; at = text.find('/', at + 1)) {
    const std::string_view segment = text.substr(at + 1, text.find('/', at + 1) - at - 1);
    if (segment == "." || segment == "..") return true;
  }
  return false;
}

}  // namespace address_text

Filled fill_binding(const Program& program, const Binding& binding, const std::vector<Value>& slots, const std::vector<std::string>& secrets) {
  Filled filled;
  filled.address.resource = binding.resource;
  filled.address.via = binding.via;
  std::string& text = filled.address.text;
  std::string& shown = filled.address.shown;
  for (const BindingPiece& piece : binding.address) {
    switch (piece.as) {
      case BindingPiece::As::literal:
        text += piece.text;
        shown += piece.text;
        break;
      case BindingPiece::As::secret:
        if (piece.index >= secrets.size() || secrets[piece.index].empty()) {
          const std::string name = piece.index < program.secrets.size() ? program.secrets[piece.index].name : piece.text;
          filled.problem = fmt::format("The secret `{}` could not be read.", name);
          return filled;
        }
        text += address_text::fitted(text, secrets[piece.index], true, piece.text, filled.problem);
        shown += "<" + piece.text + ">";
        break;
      case BindingPiece::As::input: {
        if (piece.index >= slots.size() || slots[piece.index].is_missing() || slots[piece.index].tag() == Tag::nothing) {
          filled.problem = fmt::format("`{}` has no value.", piece.text);
          return filled;
        }
        const std::string value = plain(slots[piece.index]);
        text += address_text::fitted(text, value, false, piece.text, filled.problem);
        shown += value;
        break;
      }
      case BindingPiece::As::parameter:
        text += fmt::format("{0}{1}{0}", address_text::kParameter, piece.index);
        shown += "<" + piece.text + ">";
        break;
    }
    if (!filled.problem.empty()) return filled;
  }
  const bool open = std::any_of(binding.address.begin(), binding.address.end(), [](const BindingPiece& piece) { return piece.as != BindingPiece::As::literal; });
  if (open && address_text::leads_up(text)) filled.problem = fmt::format("`{}` has a segment `.` or `..` in its path.", visible(shown));
  return filled;
}

Placed place(const Address& address, const std::vector<Value>& arguments) {
  Placed placed;
  for (std::size_t at = 0; at < address.text.size();) {
    const auto mark = address.text.find(address_text::kParameter, at);
    placed.text += address.text.substr(at, mark - at);
    if (mark == std::string::npos) break;
    const auto end = address.text.find(address_text::kParameter, mark + 1);
    if (end == std::string::npos) break;
    const auto index = static_cast<std::size_t>(std::stoul(address.text.substr(mark + 1, end - mark - 1)));
    if (index >= arguments.size() || arguments[index].is_missing()) {
      placed.problem = "an argument of the resource has no value";
      return placed;
    }
    placed.text += address_text::fitted(placed.text, plain(arguments[index]), false, "argument", placed.problem);
    if (!placed.problem.empty()) return placed;
    at = end + 1;
  }
  if (!arguments.empty() && address_text::leads_up(placed.text)) placed.problem = "its address has a segment `.` or `..` in its path";
  return placed;
}

Url parse_url(const std::string& text) {
  Url url;
  const auto scheme = text.find("://");
  if (scheme == std::string::npos) {
    url.problem = "the address is no URL";
    return url;
  }
  url.scheme = text.substr(0, scheme);
  std::string rest = text.substr(scheme + 3);
  if (const auto hash = rest.find('#'); hash != std::string::npos) rest.resize(hash);
  if (const auto mark = rest.find('?'); mark != std::string::npos) {
    url.query_text = rest.substr(mark + 1);
    rest.resize(mark);
    for (std::string_view left = url.query_text; !left.empty();) {
      const auto end = std::min(left.find('&'), left.size());
      const std::string_view pair = left.substr(0, end);
      const auto equals = std::min(left.find('='), end);   // beyond this pair: it has none
      url.query.emplace_back(percent_decoded(pair.substr(0, equals)), equals < pair.size() ? percent_decoded(pair.substr(equals + 1)) : std::string());
      left.remove_prefix(std::min(end + 1, left.size()));
    }
  }
  if (const auto slash = rest.find('/'); slash != std::string::npos) {
    url.path = rest.substr(slash);
    rest.resize(slash);
  }
  if (const auto at = rest.rfind('@'); at != std::string::npos) {
    const std::string who = rest.substr(0, at);
    rest.erase(0, at + 1);
    const auto colon = who.find(':');
    url.user = percent_decoded(who.substr(0, colon));
    if (colon != std::string::npos) url.password = percent_decoded(who.substr(colon + 1));
  }
  std::string port;
  if (rest.starts_with('[')) {
    const auto close = rest.find(']');
    if (close == std::string::npos) {
      url.problem = "the address has a `[` without its `]`";
      return url;
    }
    url.host = rest.substr(1, close - 1);
    if (close + 1 < rest.size() && rest[close + 1] == ':') port = rest.substr(close + 2);
  } else {
    const auto colon = rest.rfind(':');
    url.host = percent_decoded(rest.substr(0, colon));
    if (colon != std::string::npos) port = rest.substr(colon + 1);
  }
  if (!port.empty()) {
    const auto read = std::from_chars(port.data(), port.data() + port.size(), url.port);
    if (read.ec != std::errc() || read.ptr != port.data() + port.size() || url.port < 1 || url.port > 65535) {
      url.problem = fmt::format("`{}` is no port", visible(port));
    }
  }
  return url;
}

}  // namespace rbc
