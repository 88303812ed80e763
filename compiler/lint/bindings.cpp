// Bindings and prose that a template left behind.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "compiler/lint/lint.hpp"

namespace rbc::lint {

namespace {

std::string lowered_words(std::string_view text) {
  std::string out;
  for (char c : text) out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

bool word_sign(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

// As whole words, without regard to case. Addresses of RFC 2606 and the telephone numbers of films reach nobody.
constexpr std::array<std::string_view, 15> kLeftOver{"change-me", "changeme", "change_me", "replace-me", "replace_me", "tbd", "todo", "fixme", "fill-in",
                                                     "example.com", "example.org", "example.net", "contact information", "channel-name", "lorem ipsum"};

}  // namespace

std::optional<std::string> left_over(std::string_view text) {
  const std::string lower = lowered_words(text);
  const auto whole = [&](std::size_t at, std::size_t size) {
    return (at == 0 || !word_sign(lower[at - 1])) && (at + size == lower.size() || !word_sign(lower[at + size]));
  };
  for (std::string_view one : kLeftOver)
    for (std::size_t at = lower.find(one); at != std::string::npos; at = lower.find(one, at + 1))
      if (whole(at, one.size())) return std::string(text.substr(at, one.size()));
  // YOUR_TEAM, your-channel-here, <team>, xxx, 555-0100
  for (std::size_t at = lower.find("your"); at != std::string::npos; at = lower.find("your", at + 1)) {
    std::size_t end = at + 4;
    if ((at > 0 && word_sign(lower[at - 1])) || end >= lower.size() || (lower[end] != '_' && lower[end] != '-')) continue;
    while (end < lower.size() && (word_sign(lower[end]) || lower[end] == '_' || lower[end] == '-')) ++end;
    return std::string(text.substr(at, end - at));
  }
  for (std::size_t at = lower.find("xxx"); at != std::string::npos; at = lower.find("xxx", at + 1)) {
    std::size_t end = at;
    while (end < lower.size() && lower[end] == 'x') ++end;
    if (whole(at, end - at)) return std::string(text.substr(at, end - at));
    at = end - 1;
  }
  for (std::size_t at = lower.find("555-01"); at != std::string::npos; at = lower.find("555-01", at + 1))
    if (at == 0 || !std::isdigit(static_cast<unsigned char>(lower[at - 1]))) return std::string(text.substr(at, std::min<std::size_t>(8, text.size() - at)));
  if (const std::size_t at = text.find('['); at != std::string_view::npos && text.back() == ']' && text.find(':') == std::string_view::npos) return std::string(text.substr(at));
  return std::nullopt;
}

void left_over_bindings(Desk& desk) {
  for (std::uint32_t file = 0; file < desk.files(); ++file) {
    if (!desk.sound(file)) continue;
    const Tree& tree = desk.tree(file);
    for (NodeId env : tree.all(0, Kind::Env))
      for (NodeId binding : tree.all(env, Kind::Binding)) {
        const NodeId raw = tree.child(binding, Kind::Raw);
        if (!raw) continue;
        if (const auto part = left_over(tree.text(raw)))
          desk.warn("W0911", {file, raw}, fmt::format("`{}` is not bound yet in `{}`: `{}` was left over from a template.", tree.name(binding), tree.name(env), *part), "Write where it really is, or delete the line: what is not bound is refused before a run starts.");
      }
    for (NodeId runbook : tree.all(0, Kind::Runbook))
      for (NodeId owner : tree.all(runbook, Kind::Owner))
        if (const auto part = left_over(tree.text(tree.first(owner))))
          desk.warn("W0911", {file, tree.first(owner)}, fmt::format("The owner of {} is not set yet: `{}` was left over from a template.", tree.name(runbook), *part), "Write who answers for it.");
  }
}

}  // namespace rbc::lint
