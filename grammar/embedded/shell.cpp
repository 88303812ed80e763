#include "grammar/embedded/shell.hpp"

#include "grammar/embedded/reader.hpp"

namespace rbc::embedded {

namespace shell_detail {

bool name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool name_rest(char c) { return name_start(c) || (c >= '0' && c <= '9'); }
bool digit(char c) { return c >= '0' && c <= '9'; }

bool reserved(std::string_view w) {
  static constexpr std::string_view kWords[] = {"if",   "then", "else", "elif",     "fi",     "for",  "while", "until", "do", "done",
                                                "case", "esac", "in",   "function", "select", "eval", "{",     "}",     "[[", "!"};
  return std::find(std::begin(kWords), std::end(kWords), w) != std::end(kWords);
}

class ShellReader : Reader {
 public:
  ShellReader(std::string_view text, const std::vector<HoleRef>& holes, Parsed<Script>& out) : Reader(text, holes, out.problems), out_(out.value) {}

  void run() {
    if (!fits()) return;
    list(false);
    if (!failed() && !at_end()) unexpected();
    if (failed()) return;
    for (auto& c : out_.commands) c.last = !c.substituted && c.pipeline == last_pipeline_;
    for (auto& u : out_.uses)
      for (const auto& c : out_.commands)
        if (u.begin >= c.begin && u.end <= c.end && c.words[0].known) u.command = c.words[0].text;
  }

 private:
  // ── what is sent ──
  void write(std::string_view s) {
    auto& p = out_.pieces;
    if (p.empty() || p.back().hole >= 0 || p.back().group != group_) p.push_back({{}, -1, Escape::none, group_, 0});
    p.back().text += s;
  }
  void write_hole(const HoleRef& h, Escape e) { out_.pieces.push_back({{}, static_cast<int32_t>(h.index), e, group_, 0}); }

  // ── blanks: a continuation is a blank, here and in what is sent ──
  bool blanks() {
    bool any = false;
    while (!at_end()) {
      if (peek() == ' ') ++at_;
      else if (peek() == '\\' && peek(1) == '\n') at_ += 2;
      else break;
      any = true;
    }
    if (any) write(" ");
    return any;
  }
  void blanks_and_lines() {
    bool any = false;
    while (!at_end()) {
      if (peek() == ' ' || peek() == '\n') ++at_;
      else if (peek() == '\\' && peek(1) == '\n') at_ += 2;
      else break;
      any = true;
    }
    if (any) write(" ");
  }

  void refuse(std::string message, uint32_t begin, uint32_t length, std::string help = {}) { fail("E0708", std::move(message), begin, std::min(begin + length, size()), std::move(help)); }

  // Says why the character at the cursor cannot stand here.
  void unexpected() {
    if (failed()) return;
    if (at_end()) return refuse("A command is missing here.", at_ > 0 ? at_ - 1 : 0, 1);
    const char c = peek(), n = peek(1);
    const std::string script = "A loop, a function or a subshell belongs in a script with a name.";
    switch (c) {
      case '`': return refuse("A backtick runs another command.", at_, 1, "Use `$(…)`; a loop belongs in a script.");
      case '(': return refuse("A subshell or function does not stand here.", at_, 1, script);
      case ')': return refuse("This `)` closes nothing.", at_, 1);
      case '&':
        if (n == '>') return refuse("`&>` is not in every shell.", at_, 2, "Write `>/dev/null 2>&1`.");
        if (n == '&') return refuse("A command is missing before `&&`.", at_, 2);
        return refuse("Nothing runs in the background here.", at_, 1, "Whatever must go on running belongs to a service manager.");
      case '|': return refuse(n == '|' ? "A command is missing before `||`." : n == '&' ? "`|&` is not in every shell." : "A command is missing before `|`.", at_, n == '|' || n == '&' ? 2 : 1);
      case ';': return refuse("A command is missing before `;`.", at_, 1);
      case '#': return refuse("A comment would hide what follows from its reader.", at_, 1, "Put it on a line of its own, with `#` in the margin or `>` for the operator.");
      case '<':
        if (n == '<') return refuse("A here-document belongs in a script.", at_, 2, "Use `printf '%s\\n' … | command`.");
        if (n == '(') return refuse("`<(…)` is not in every shell.", at_, 2);
        if (n == '>') return refuse("`\\<>` opens a file for writing as well.", at_, 2);
        return refuse("A redirection comes after its command.", at_, 1);
      case '>':
        if (n == '|') return refuse("`>|` is not taken.", at_, 2, "Write `>`.");
        if (n == '(') return refuse("`>(…)` is not in every shell.", at_, 2);
        return refuse("A redirection comes after its command.", at_, 1);
      case '$': return dollar_refused();
      case '\t': return refuse("A tab stands here. Use blanks.", at_, 1);
      default: break;
    }
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7F) return refuse("A control character stands here; nobody can see it.", at_, 1);
    refuse("This is not taken here.", at_, 1);
  }

  void dollar_refused() {
    const char n = peek(1);
    if (n == '\'' || n == '"') return refuse("`$'…'` and `$\"…\"` are not in every shell.", at_, 2);
    if (n == '(' && peek(2) == '(') return refuse("Arithmetic belongs in a script.", at_, 3);
    if (n == '{') return refuse("Only `${NAME}` is taken.", at_, 2, "What is put in or cut off belongs in a script.");
    if (n != '\0') return refuse("After `$` comes a variable's name, `?`, or `(…)`.", at_, 2, "For a plain `$`, use single quotes or `\\$`.");
    refuse("After `$` comes a variable's name, `?`, or `(…)`.", at_, 1, "For a plain `$`, use single quotes or `\\$`.");
  }

  // ── the grammar ──
  void list(bool inside) {
    if (++depth_ > kMaxNesting) return fail("E0117", "This is nested too deep: at most 200 levels.", at_, at_ + 1);
    blanks_and_lines();
    if (!failed() && at_end()) return refuse("There is no command here.", at_ > 0 ? at_ - 1 : 0, 1);
    pipe(inside);
    while (!failed() && !at_end()) {
      if (inside && peek() == ')') break;
      if ((peek() == '&' && peek(1) == '&') || (peek() == '|' && peek(1) == '|')) {
        write(text_.substr(at_, 2));
        at_ += 2;
        blanks_and_lines();
      } else if (peek() == ';') {
        if (peek(1) == ';') return refuse("`;;` belongs to `case`, and that in a script.", at_, 2);
        write(";");
        const uint32_t semicolon = at_++;
        blanks_and_lines();
        if (at_end() || (inside && peek() == ')')) return refuse("A command is missing after `;`.", semicolon, 1);
      } else if (peek() == '\n') {
        while (!at_end() && (peek() == ' ' || peek() == '\n' || (peek() == '\\' && peek(1) == '\n'))) at_ += peek() == '\\' ? 2 : 1;
        if (at_end() || (inside && peek() == ')')) break;
        write(" && ");
      } else {
        return unexpected();
      }
      if (failed()) return;
      pipe(inside);
    }
    --depth_;
  }

  void pipe(bool inside) {
    const uint32_t number = pipelines_++;
    uint32_t stage = 0;
    command(inside, number, stage++);
    while (!failed() && peek() == '|' && peek(1) != '|') {
      write("|");
      ++at_;
      blanks_and_lines();
      out_.has_pipe = true;
      command(inside, number, stage++);
    }
    if (!inside) last_pipeline_ = number;
  }

  void command(bool inside, uint32_t pipeline, uint32_t stage) {
    if (failed()) return;
    if (at_end()) return unexpected();
    // Its place in the order is that of its beginning, before the commands substituted into it.
    const size_t index = out_.commands.size();
    out_.commands.emplace_back();
    ShellCommand c;
    c.begin = at_;
    c.pipeline = pipeline;
    c.stage = stage;
    c.substituted = inside;
    const bool outer_dashes = dashes_;
    dashes_ = false;
    while (!failed()) {
      uint32_t i = at_;
      while (i < size() && (i == at_ ? name_start(text_[i]) : name_rest(text_[i]))) ++i;
      if (i == at_ || i >= size() || text_[i] != '=') break;
      ShellAssign a;
      a.begin = at_;
      a.name = std::string(text_.substr(at_, i - at_));
      write(text_.substr(at_, i + 1 - at_));
      at_ = i + 1;
      if (!word_ends()) a.value = word(Place::assignment);
      else a.value.begin = a.value.end = at_;
      if (failed()) return;
      a.end = at_;
      c.assigns.push_back(std::move(a));
      if (!blanks()) {
        if (at_end() || peek() == '\n' || peek() == ';' || peek() == '&' || peek() == '|' || peek() == ')')
          return refuse("An assignment without a command does nothing here.", c.begin, at_ - c.begin, "A name for later is a line of the runbook: `name = …`.");
        return unexpected();
      }
    }
    if (failed()) return;
    if (at_end() || (!c.assigns.empty() && word_ends() && peek() != '#')) {
      if (!c.assigns.empty() && !at_end() && peek() != '\n' && peek() != ';' && peek() != '|' && peek() != '&') return unexpected();
      return refuse("An assignment without a command does nothing here.", c.begin, at_ - c.begin, "A name for later is a line of the runbook: `name = …`.");
    }
    if (word_ends()) return unexpected();
    command_word(c);
    while (!failed() && !at_end()) {
      const bool blank = blanks();
      if (redirect(c)) continue;
      if (failed()) return;
      if (at_end() || peek() == '\n' || peek() == ';' || peek() == '|' || peek() == '&' || peek() == ')') break;
      if (!blank) return unexpected();
      group_ = groups_++;
      ShellWord w = word(Place::argument);
      group_ = -1;
      if (!w.quoted && w.text == "--") dashes_ = true;
      c.words.push_back(std::move(w));
    }
    c.end = at_;
    dashes_ = outer_dashes;
    if (!failed()) out_.commands[index] = std::move(c);
  }

  void command_word(ShellCommand& c) {
    const uint32_t begin = at_;
    if (const HoleRef* h = hole()) return fail("E0704", "A hole cannot be the command itself.", h->begin, h->end);
    uint32_t name = at_;
    while (name < size() && (name == at_ ? name_start(text_[name]) : name_rest(text_[name]))) ++name;
    if (name > at_ && name < size() && text_[name] == '[') return refuse("Some shells read this as an assignment to a list.", begin, name + 1 - begin);
    ShellWord w = word(Place::argument);
    if (failed()) return;
    if (!w.quoted && w.known && reserved(w.text))
      return refuse(w.text == "eval" ? "`eval` parses its words a second time." : fmt::format("`{}` belongs in a script with a name.", w.text), begin, at_ - begin);
    if (!w.holes.empty() && w.starts_unknown)
      for (const auto& h : holes_)
        if (h.index == w.holes[0]) return fail("E0704", "A hole cannot be the command itself.", h.begin, h.end);
    c.words.push_back(std::move(w));
  }

  // A redirection at the cursor (blanks before it are read). False: there is none, or it failed.
  bool redirect(ShellCommand& c) {
    if (hole()) return false;
    uint32_t i = at_;
    while (i < size() && digit(text_[i])) ++i;
    if (i >= size() || (text_[i] != '<' && text_[i] != '>') || i - at_ > 4) return false;
    for (const auto& h : holes_)
      if (h.begin == i) return false;
    ShellRedirect r;
    r.begin = at_;
    if (i > at_) r.fd = std::stoi(std::string(text_.substr(at_, i - at_)));
    const uint32_t start = at_;
    at_ = i;
    if (peek(1) == '&') {
      if (!digit(peek(2)) || name_rest(peek(3))) {
        refuse("After `>&` comes one digit.", at_, 2, "Write `>/dev/null 2>&1`, or `2>&1`.");
        return false;
      }
      r.op = std::string(1, peek()) + "&";
      r.target.text = std::string(1, peek(2));
      r.target.begin = at_ + 2;
      r.target.end = at_ + 3;
      at_ += 3;
      write(text_.substr(start, at_ - start));
    } else {
      const bool append = peek() == '>' && peek(1) == '>';
      r.op = append ? ">>" : std::string(1, peek());
      const char after = peek(append ? 2 : 1);
      const bool hole_after = hole_begins(at_ + (append ? 2 : 1));
      if (!hole_after && (after == '<' || after == '>' || after == '|' || after == '&' || after == '(')) {
        unexpected();
        return false;
      }
      at_ += append ? 2 : 1;
      write(text_.substr(start, at_ - start));
      blanks();
      if (at_end() || word_ends()) {
        refuse("The file of this redirection is missing.", r.begin, at_ - r.begin);
        return false;
      }
      r.target = word(Place::redirect);
      if (failed()) return false;
    }
    r.end = at_;
    c.redirects.push_back(std::move(r));
    return true;
  }

  bool hole_begins(uint32_t at) const {
    for (const auto& h : holes_)
      if (h.begin == at) return true;
    return false;
  }

  // No word can begin or go on at the cursor.
  bool word_ends() const {
    if (at_end()) return true;
    if (hole()) return false;
    return std::string_view(" \n|&;<>()`").find(peek()) != std::string_view::npos;
  }

  // ── words ──
  ShellWord word(Place place) {
    ShellWord w;
    w.begin = at_;
    const size_t first_use = out_.uses.size(), first_piece = out_.pieces.size();
    if (!hole() && peek() == '#') {
      unexpected();
      return w;
    }
    int parts = 0;
    bool brace = false;
    while (!failed() && !at_end()) {
      const char c = peek();
      if (const HoleRef* h = hole()) {
        take_hole(w, *h, place, Escape::shell_bare);
      } else if (c == '\\') {
        if (peek(1) == '\n') break;
        if (peek(1) == '`' || peek(1) == '\0') {
          refuse(peek(1) == '`' ? "A backtick runs another command." : "A backslash ends the text.", at_, 2);
          break;
        }
        w.quoted = true;
        if (hole_begins(at_ + 1)) {  // a backslash before a hole is one before its value
          w.text += '\\';
          write("\\\\");
          ++at_;
        } else {
          w.text += peek(1);
          write(text_.substr(at_, 2));
          at_ += 2;
        }
      } else if (word_ends()) {
        if (c == '`' || c == '(') unexpected();
        break;
      } else if (c == '"') {
        double_quoted(w, place);
      } else if (c == '\'') {
        single_quoted(w);
      } else if (c == '$') {
        dollar(w);
      } else if (static_cast<unsigned char>(c) < ' ' || c == 0x7F) {
        unexpected();
      } else {
        if (c == '*' || c == '?' || c == '[') w.glob = true;
        if (c == '*' || c == '?' || c == '[' || c == '~') w.starts_unknown = w.starts_unknown || (parts == 0 && c != '~' && !(c == '[' && lone_bracket()));
        if (c == '{') brace = true;
        if (brace && (c == ',' || (c == '.' && peek(1) == '.')) && brace_closes()) refuse("Braces are filled in by some shells and not by others.", at_, 1, "Write the words out, or put quotes around them.");
        w.text += c;
        write(text_.substr(at_, 1));
        ++at_;
      }
      ++parts;
    }
    w.end = at_;
    if (failed()) return w;
    const bool alone = out_.uses.size() == first_use + 1 && parts == 1;
    for (size_t i = first_use; i < out_.uses.size(); ++i) {
      auto& u = out_.uses[i];
      if (u.place != place) continue;  // of a command inside
      u.whole = alone && w.holes.size() == 1 && u.end - u.begin + (w.quoted ? 2 : 0) == w.end - w.begin;
      u.starts = u.begin == w.begin || (w.quoted && u.begin == w.begin + 1 && (text_[w.begin] == '"'));
      if (u.whole && !w.quoted && place == Place::argument) {
        u.escape = Escape::shell_word;
        for (size_t k = first_piece; k < out_.pieces.size(); ++k)
          if (out_.pieces[k].hole >= 0) out_.pieces[k].escape = Escape::shell_word;
      }
    }
    return w;
  }

  // `[` on its own is the command of that name, not a pattern.
  bool lone_bracket() const { return peek(1) == ' ' || peek(1) == '\n' || at_ + 1 >= size(); }

  bool brace_closes() const {
    for (uint32_t i = at_; i < size() && text_[i] != ' ' && text_[i] != '\n'; ++i)
      if (text_[i] == '}') return true;
    return false;
  }

  void take_hole(ShellWord& w, const HoleRef& h, Place place, Escape escape) {
    HoleUse u;
    u.index = h.index;
    u.place = place;
    u.escape = escape;
    u.begin = h.begin;
    u.end = h.end;
    u.after_dashes = dashes_;
    u.may_vanish = place == Place::argument;
    out_.uses.push_back(u);
    if (w.text.empty() && w.known) w.starts_unknown = true;
    w.known = false;
    w.holes.push_back(h.index);
    w.text += text_.substr(h.begin, h.end - h.begin);
    write_hole(h, escape);
    at_ = h.end;
  }

  void double_quoted(ShellWord& w, Place place) {
    const uint32_t open = at_;
    w.quoted = true;
    write("\"");
    ++at_;
    while (!failed()) {
      if (at_end()) return refuse("This quote is not closed.", open, 1);
      const char c = peek();
      if (const HoleRef* h = hole()) {
        take_hole(w, *h, place, Escape::shell_quoted);
      } else if (c == '"') {
        write("\"");
        ++at_;
        return;
      } else if (c == '`') {
        return unexpected();
      } else if (c == '$') {
        dollar(w);
      } else if (c == '\\') {
        const char n = peek(1);
        if (n == '`') return refuse("A backtick runs another command.", at_, 2, "Use single quotes.");
        if (n == '\0') return refuse("This quote is not closed.", open, 1);
        if (n != '\n') {
          if (n != '"' && n != '\\' && n != '$') w.text += '\\';
          w.text += n;
          // A hole behind a backslash must stay a hole.
          if (hole_begins(at_ + 1)) {
            w.text.pop_back();
            write("\\");
            write("\\");
            ++at_;
            continue;
          }
        }
        write(text_.substr(at_, 2));
        at_ += 2;
      } else {
        w.text += c;
        write(text_.substr(at_, 1));
        ++at_;
      }
    }
  }

  void single_quoted(ShellWord& w) {
    const uint32_t open = at_;
    w.quoted = true;
    ++at_;
    while (true) {
      if (at_end()) return refuse("This quote is not closed.", open, 1);
      if (const HoleRef* h = hole()) return fail("E0704", "A hole cannot stand in single quotes.", h->begin, h->end, "Use double quotes.");
      if (peek() == '\'') break;
      w.text += peek();
      ++at_;
    }
    ++at_;
    write(text_.substr(open, at_ - open));
  }

  void dollar(ShellWord& w) {
    const uint32_t begin = at_;
    uint32_t end = 0;
    std::string name;
    if (peek(1) == '?') {
      end = at_ + 2;
      name = "?";
    } else if (name_start(peek(1))) {
      end = at_ + 1;
      while (end < size() && name_rest(text_[end])) ++end;
      name = std::string(text_.substr(at_ + 1, end - at_ - 1));
    } else if (peek(1) == '{' && name_start(peek(2))) {
      end = at_ + 2;
      while (end < size() && name_rest(text_[end])) ++end;
      name = std::string(text_.substr(at_ + 2, end - at_ - 2));
      if (end >= size() || text_[end] != '}') return dollar_refused();
      ++end;
    } else if (peek(1) == '(' && peek(2) != '(') {
      return substitution(w);
    } else {
      return dollar_refused();
    }
    if (w.text.empty() && w.known) w.starts_unknown = true;
    w.known = false;
    w.vars.push_back({std::move(name), begin, end});
    w.text += text_.substr(begin, end - begin);
    write(text_.substr(begin, end - begin));
    at_ = end;
  }

  void substitution(ShellWord& w) {
    const uint32_t begin = at_;
    if (w.text.empty() && w.known) w.starts_unknown = true;
    w.known = false;
    write("$(");
    at_ += 2;
    const int32_t outer = group_;
    list(true);
    group_ = outer;
    if (failed()) return;
    if (peek() != ')') return refuse("This `$(` is not closed.", begin, 2);
    write(")");
    ++at_;
    w.text += text_.substr(begin, at_ - begin);
  }

  Script& out_;
  int32_t group_ = -1;
  int32_t groups_ = 0;
  uint32_t depth_ = 0;
  uint32_t pipelines_ = 0;
  uint32_t last_pipeline_ = 0;
  bool dashes_ = false;
};

}  // namespace shell_detail

Parsed<Script> parse_shell(std::string_view text, const std::vector<HoleRef>& holes) {
  Parsed<Script> out;
  shell_detail::ShellReader(text, holes, out).run();
  return out;
}

bool dangerous_variable(std::string_view name) {
  // Each of these names a program that is run, a file that is run, or options of whatever is run.
  for (const std::string_view one : {"SHELL", "HOME", "XDG_CONFIG_HOME", "CURL_HOME", "PSQLRC", "PROMPT_COMMAND", "PS4", "LESSOPEN", "LESSCLOSE", "BROWSER", "SSH_ASKPASS", "SUDO_ASKPASS", "RSYNC_RSH", "TAR_OPTIONS", "MAKEFLAGS", "OPENSSL_CONF", "KUBECTL_EXTERNAL_DIFF",
                                     "PERL5OPT", "PERL5LIB", "PYTHONSTARTUP", "PYTHONPATH", "PYTHONHOME", "RUBYOPT", "RUBYLIB", "NODE_PATH", "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS"})
    if (name == one) return true;
  return name == "PATH" || name == "IFS" || name == "ENV" || name == "BASH_ENV" || name.starts_with("LD_") || name.ends_with("PAGER") || name.ends_with("EDITOR") || name.starts_with("GIT_");
}

}  // namespace rbc::embedded
