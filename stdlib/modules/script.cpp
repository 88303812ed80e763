#include "stdlib/modules/script.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace rbc {
namespace script_text {

// Reads what its stages reported as NUMBER:CODE; a stage without a report was killed together with its shell.
constexpr std::string_view kJudge =
    "rb_pipe() ( unset IFS; n=0; bad=0; last=125; for at in $1; do n=$((n+1)); code=${at#*:}; "
    "if [ \"${at%%:*}\" = \"$2\" ]; then last=$code; elif [ \"$code\" != 0 ] && [ \"$code\" != 141 ]; then bad=$code; "
    "echo \"stage ${at%%:*} of the pipeline ended with exit code $code\" >&2; fi; done; "
    "[ \"$n\" = \"$2\" ] || bad=125; [ \"$bad\" = 1 ] && bad=125; [ \"$bad\" = 0 ] || exit \"$bad\"; exit \"$last\" )\n";

struct Rewriter {
  std::string_view text;
  std::size_t at = 0;
  bool piped = false;

  char peek(std::size_t ahead = 0) const { return at + ahead < text.size() ? text[at + ahead] : '\0'; }
  void skip(std::string_view any) {
    while (at < text.size() && any.find(text[at]) != std::string_view::npos) ++at;
  }
  void copy(std::string& to, std::size_t count) {
    to += text.substr(at, count);
    at = std::min(at + count, text.size());
  }

  void single_quoted(std::string& to) {
    const auto end = text.find('\'', at + 1);
    copy(to, end == std::string_view::npos ? text.size() - at : end + 1 - at);
  }
  void substituted(std::string& to) {
    copy(to, 2);
    to += list(true);
    copy(to, 1);
  }
  void double_quoted(std::string& to) {
    copy(to, 1);
    while (at < text.size() && peek() != '"') {
      if (peek() == '\\') copy(to, 2);
      else if (peek() == '$' && peek(1) == '(') substituted(to);
      else copy(to, 1);
    }
    copy(to, 1);
  }

  // Up to what ends a stage, which is left unread.
  std::string stage(bool nested) {
    std::string all;
    for (char last = ' '; at < text.size(); last = all.back()) {
      const char c = peek();
      if (c == '|' || c == ';' || c == '\n' || (c == ')' && nested)) break;
      if (c == '&' && last != '>' && last != '<') break;
      if (c == '\\') copy(all, 2);
      else if (c == '\'') single_quoted(all);
      else if (c == '"') double_quoted(all);
      else if (c == '$' && peek(1) == '(') substituted(all);
      else copy(all, 1);
    }
    return all;
  }

  std::string pipeline(bool nested) {
    std::vector<std::string> stages = {stage(nested)};
    while (peek() == '|' && peek(1) != '|') {
      ++at;
      skip(" \t\n");
      stages.push_back(stage(nested));
    }
    if (stages.size() == 1) return stages.front();
    piped = true;
    std::string all;
    for (std::size_t i = 0; i < stages.size(); ++i) {
      const bool last = i + 1 == stages.size();
      all += fmt::format("{}{{ ( {} ) {}3>&- 4>&-; echo \"{}:$?\" >&3; }}", i ? " | " : "", stages[i], last ? ">&4 " : "", i + 1);
    }
    return fmt::format("{{ {{ RBSTAGES=$( {{ {}; }} 3>&1 ); }} 4>&1; rb_pipe \"$RBSTAGES\" {}; }}", all, stages.size());
  }

  std::string list(bool nested) {
    std::string all;
    skip(" \t\n");
    while (at < text.size() && !(nested && peek() == ')')) {
      all += pipeline(nested);
      const std::size_t before = at;
      skip(" \t\n");
      if (at >= text.size() || (nested && peek() == ')')) break;
      at = before;
      if (peek() == '\n') {
        all += " &&\n";
        ++at;
      } else {
        copy(all, peek() == ';' ? 1 : 2);
        all += ' ';
      }
      skip(" \t\n");
    }
    return all;
  }
};

struct WordFinder {
  std::string_view text;
  std::size_t wanted;
  std::size_t at = 0;
  std::pair<std::size_t, std::size_t> found;
  bool done = false;

  bool substitution() const { return text.substr(at, 2) == "$("; }
  void list(bool nested) {
    std::size_t from = at;
    const auto close = [&] {
      if (!done && from <= wanted && wanted < at) found = {from, at}, done = true;
    };
    while (at < text.size() && !done && !(nested && text[at] == ')')) {
      if (std::string_view(" \t\n;|&()<>").find(text[at]) == std::string_view::npos) {
        unit();
        continue;
      }
      close();
      from = ++at;
    }
    close();
  }
  void unit() {
    if (text[at] == '\\') {
      at += 2;
    } else if (text[at] == '\'') {
      at = std::min(text.find('\'', at + 1), text.size() - 1) + 1;
    } else if (text[at] == '"') {
      for (++at; at < text.size() && !done && text[at] != '"';) {
        if (substitution()) inside();
        else at += text[at] == '\\' ? 2 : 1;
      }
      ++at;
    } else if (substitution()) {
      inside();
    } else {
      ++at;
    }
    at = std::min(at, text.size());
  }
  void inside() {
    at += 2;
    list(true);
    ++at;
  }
};

}  // namespace script_text

std::pair<std::size_t, std::size_t> shell_word_around(std::string_view text, std::size_t wanted) {
  script_text::WordFinder finder{text, wanted, 0, {wanted, wanted}, false};
  finder.list(false);
  return finder.found;
}

std::string script_for_sh(std::string_view text) {
  script_text::Rewriter rewriter{text};
  std::string all = rewriter.list(false);
  return rewriter.piped ? std::string(script_text::kJudge) + all : all;
}

}  // namespace rbc
