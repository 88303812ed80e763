// The forms of Redis' commands as a server tells them of itself: how many words each takes, and which subcommands there are.
#include <algorithm>

#include "compiler/effects.hpp"
#include "compiler/effects/detail.hpp"
#include "grammar/suggest.hpp"

namespace rbc::effects {

namespace redis_forms {

struct Form {
  std::string_view words;  // "config get"
  int count;               // words in all; negative: the fewest
  std::string_view written;
};
constexpr Form kForms[] = {
#define RBC_REDIS_COMMAND(words, count, written) {words, count, written},
#include "compiler/effects/redis_commands.def"
#undef RBC_REDIS_COMMAND
};

std::string in_small_letters(std::string_view s) {
  std::string out(s);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

const Form* form_of(std::string_view words) {
  const auto found = std::lower_bound(std::begin(kForms), std::end(kForms), words, [](const Form& form, std::string_view w) { return form.words < w; });
  return found != std::end(kForms) && found->words == words ? found : nullptr;
}

std::vector<std::string_view> subcommands_of(const std::string& command) {
  std::vector<std::string_view> out;
  for (const Form& form : kForms)
    if (form.words.size() > command.size() && form.words[command.size()] == ' ' && form.words.starts_with(command)) out.push_back(form.words.substr(command.size() + 1));
  return out;
}

// What is wrong with the second word of a command that is a family of them (`config`, `client`).
std::optional<embedded::Problem> judge_subcommand(const embedded::Words& words, const std::string& command, const std::vector<std::string_view>& subs) {
  const embedded::Word& first = words.words[0];
  if (words.words.size() == 1) {
    std::string all;
    for (const auto sub : subs)
      if (sub != "help") all += fmt::format("{}`{}`", all.empty() ? "" : ", ", sub);
    return embedded::Problem{"E0721", fmt::format("`{}` says nothing alone.", command), first.begin, first.end, fmt::format("It is followed by one of {}.", all)};
  }
  const embedded::Word& second = words.words[1];
  const std::string sub = in_small_letters(second.text);
  // What a younger server may know is left to it, unless it is nearly a word that this one knows.
  const std::string near = second.known ? did_you_mean(sub, subs) : std::string();
  if (near.empty()) return {};
  return embedded::Problem{"E0721", fmt::format("`{}` has no `{}`.", command, sub), second.begin, second.end, fmt::format("Did you mean `{} {}`?", command, near)};
}

std::string as_many(int n) { return n == 1 ? "1 word" : fmt::format("{} words", n); }

}  // namespace redis_forms

std::optional<embedded::Problem> judge_redis_form(const embedded::Words& words, size_t elastic) {
  if (words.words.empty() || !words.words[0].known) return {};
  const auto& w = words.words;
  const std::string command = redis_forms::in_small_letters(w[0].text);
  std::string spoken = command;
  const redis_forms::Form* form = redis_forms::form_of(command);
  if (!form) {
    const auto subs = redis_forms::subcommands_of(command);
    if (subs.empty()) return {};
    if (w.size() > 1 && w[1].known) form = redis_forms::form_of(spoken = command + " " + redis_forms::in_small_letters(w[1].text));
    if (!form) return redis_forms::judge_subcommand(words, command, subs);
  }
  // Counted after the command's own words.
  const int own = spoken == command ? 1 : 2;
  const int wanted = std::abs(form->count) - own, here = static_cast<int>(w.size()) - own;
  const bool at_least = form->count < 0;
  const std::string help = form->written == spoken ? "It stands alone." : fmt::format("Its form is `{}`.", form->written);
  if (here < wanted && elastic == 0)
    return embedded::Problem{"E0721", fmt::format("`{}` takes {}{}, and here {} {}.", spoken, at_least ? "at least " : "", redis_forms::as_many(wanted), here > 1 ? "are" : "is", here == 0 ? "none" : std::to_string(here)),
                             w.front().begin, w.back().end, help};
  if (!at_least && here - static_cast<int>(elastic) > wanted)
    return embedded::Problem{"E0721", fmt::format("`{}` takes {}, and here {} {}.", spoken, wanted == 0 ? "no more words" : redis_forms::as_many(wanted), here == 1 ? "is" : "are", here),
                             w[static_cast<size_t>(own + wanted)].begin, w.back().end, help};
  return {};
}

std::vector<std::string_view> redis_commands() {
  std::vector<std::string_view> out;
  for (const redis_forms::Form& form : redis_forms::kForms)
    if (const auto first = form.words.substr(0, form.words.find(' ')); out.empty() || out.back() != first) out.push_back(first);
  return out;
}

}  // namespace rbc::effects
