#include "compiler/import/body.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "compiler/import/sections.hpp"

namespace rbc::import {

std::string prose(std::string_view text, const std::map<std::string, std::string>& inputs) {
  const std::string words = plain_words(text);
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] != '<') {
      out += words[i];
      continue;
    }
    const auto end = words.find('>', i);
    const std::string name = end == std::string::npos || end - i > 60 ? std::string() : kebab(std::string_view(words).substr(i + 1, end - i - 1));
    if (!name.empty() && inputs.count(name)) {
      out += "<" + name + ">";
      i = end;
    } else {
      out += i > 0 && words[i - 1] == '\\' ? "<" : i + 1 < words.size() && std::isalpha(static_cast<unsigned char>(words[i + 1])) ? "\\<" : "<";
    }
  }
  return out.empty() ? "…" : out;
}

std::string verbatim(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '<' && i + 1 < text.size() && std::isalpha(static_cast<unsigned char>(text[i + 1])) && (i == 0 || text[i - 1] != '\\')) out += '\\';
    out += text[i];
  }
  return out;
}

std::vector<std::string> by_hand(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t from = 0; from <= text.size();) {
    const auto end = std::min(text.find('\n', from), text.size());
    if (!trimmed(std::string_view(text).substr(from, end - from)).empty()) lines.push_back("  > " + verbatim(std::string_view(text).substr(from, end - from)));
    from = end + 1;
  }
  if (lines.size() == 1) return {"[ ] Run by hand: " + lines[0].substr(4)};
  lines.insert(lines.begin(), "[ ] Run by hand:");
  return lines;
}

std::vector<std::string> prompt_lines(const std::string& before, const std::string& text) {
  if (text.find('\n') == std::string::npos) return {fmt::format("{} {}", before, text)};
  const bool http = text.starts_with("GET ") || text.starts_with("POST ") || text.starts_with("PUT ") || text.starts_with("PATCH ") || text.starts_with("DELETE ") || text.starts_with("HEAD ");
  std::vector<std::string> lines;
  for (std::size_t from = 0; from <= text.size();) {
    const auto end = std::min(text.find('\n', from), text.size());
    lines.push_back(text.substr(from, end - from));
    from = end + 1;
  }
  std::size_t common = std::string::npos;
  for (std::size_t i = 1; i < lines.size(); ++i)
    if (!trimmed(lines[i]).empty()) common = std::min(common, lines[i].find_first_not_of(' '));
  for (std::size_t i = 1; i < lines.size(); ++i)
    if (http && common != std::string::npos && !trimmed(lines[i]).empty()) lines[i].erase(0, common);
  if (http) lines[0] = fmt::format("{} {}", before, lines[0]);
  else lines.insert(lines.begin(), before);
  for (std::size_t i = 1; i < lines.size(); ++i) lines[i] = trimmed(lines[i]).empty() ? "" : "  " + lines[i];
  return lines;
}

Node& Body::add(unsigned indent, std::vector<std::string> lines, unsigned source, unsigned last) {
  Node node;
  node.indent = indent;
  node.lines = std::move(lines);
  node.source = source;
  node.last = last;
  item_depth_ = -1;
  return nodes_.emplace_back(std::move(node));
}

void Body::note(std::string_view text, unsigned line, std::vector<std::string> marks) {
  add(indent(), {"> " + prose(text, commands_.inputs())}, line, line).marks = std::move(marks);
}

// A list item that is a command line although no mark says so: a tool that is no English word, and a flag or a path after it.
bool is_command_line(std::string_view text) {
  static constexpr std::string_view kNoWords[] = {"kubectl", "docker", "docker-compose", "psql", "redis-cli", "curl", "systemctl", "journalctl", "rm", "helm", "aws", "gcloud", "sudo", "ssh", "df", "du", "pm2"};
  text = trimmed(text);
  const std::string_view tool = text.substr(0, std::min(text.find(' '), text.size()));
  return text.find('`') == std::string_view::npos && std::find(std::begin(kNoWords), std::end(kNoWords), tool) != std::end(kNoWords) && text.find_first_of("-/", tool.size()) != std::string_view::npos &&
         text.find(". ") == std::string_view::npos && text.find(": ") == std::string_view::npos && text.find(" - ") == std::string_view::npos && text.find(" to ") == std::string_view::npos;
}

// `kubectl exec`, `kubectl delete pvc`: a sentence names a command, and gives none.
bool only_mentioned(std::string_view code) {
  const std::string_view tool = code.substr(0, std::min(code.find(' '), code.size()));
  if (tool != "kubectl" && tool != "oc" && tool != "docker" && tool != "helm" && tool != "git" && tool != "terraform" && tool != "gcloud" && tool != "aws") return false;
  if (std::count(code.begin(), code.end(), ' ') > 2 || !std::all_of(code.begin(), code.end(), [](char c) { return c == ' ' || c == '/' || (c >= 'a' && c <= 'z'); })) return false;
  const std::string_view last = code.substr(code.rfind(' ') + 1);
  static constexpr std::string_view kOneWord[] = {"version", "ps", "nodes", "status", "plan", "list", "images", "pods", "log", "events", "ls", "contexts"};
  return std::find(std::begin(kOneWord), std::end(kOneWord), last) == std::end(kOneWord);
}

void Body::item(std::string_view text, unsigned depth, unsigned line) {
  ++count_.items.all, ++count_.items.typed;
  if (!conditions_.empty()) depth -= std::min(depth, conditions_.back().depth);
  const int above = item_depth_;
  const int here = std::min({static_cast<int>(depth), above + 1, 3});
  const auto code = inline_code(text);
  const bool only_code = code.size() == 1 && trimmed(text).size() == code[0].size() + 2 && looks_like_command(code[0]);
  if (code.empty() && is_command_line(text)) return inline_commands("`" + std::string(trimmed(text)) + "`", line);
  if (!only_code) {
    Node& node = add(indent() + static_cast<unsigned>(here), {"[ ] " + prose(text, commands_.inputs())}, line, line);
    if (std::string mark = threshold_mark(text); !mark.empty()) node.marks.push_back(std::move(mark));
    item_depth_ = here;
  }
  inline_commands(text, line);
}

void Body::inline_commands(std::string_view text, unsigned line) {
  if (text.size() > 4096) return;
  for (const std::string& code : inline_code(text)) {
    Stretch stretch;
    stretch.line = stretch.last = line;
    std::vector<Stretch> none;
    if (looks_like_command(code) && code.find(' ') != std::string::npos && !only_mentioned(code)) {
      for (Stretch& one : read_code({code}, line, true))
        if (one.kind == Stretch::Kind::command) command(one, none);
    } else if (code.find('{') != std::string::npos || code.find('(') != std::string::npos) {
      Saying query = commands_.say_promql(code);
      if (query.kind != Saying::Kind::look || (code.find('{') == std::string::npos && code.find('[') == std::string::npos) || !std::isalpha(static_cast<unsigned char>(code[0]))) continue;
      ++count_.commands.all, ++count_.commands.typed;
      solve();
      add(indent(), prompt_lines(query.prompt, query.text), line, line).said = code;
    }
  }
}

void Body::open(std::string_view label, unsigned line, std::string question, unsigned depth, bool of_comment) {
  std::string words = plain_words(label);
  const std::string low = lowered(words);
  for (const std::string_view front : {"issue:", "problem:", "cause:", "scenario:", "case:", "if "})
    if (low.starts_with(front)) {
      words = std::string(trimmed(std::string_view(words).substr(front.size())));
      break;
    }
  Condition made;
  made.name = words;
  made.question = question.empty() ? fmt::format("Is it so: {}?", prose(words, commands_.inputs())) : std::move(question);
  made.depth = depth;
  made.of_comment = of_comment;
  made.node = nodes_.size();
  add(indent(), {"[ ] " + prose(label, commands_.inputs())}, line, line);
  conditions_.push_back(std::move(made));
}

void Body::close() {
  const Condition ended = conditions_.back();
  conditions_.pop_back();
  if (ended.when && nodes_.back().indent == indent()) add(indent() + 1, {"> The document says no more of this."}, 0, 0);
  item_depth_ = -1;
}

void Body::condition(std::string_view label, unsigned line, std::string question, unsigned depth) {
  end_condition();
  open(label, line, std::move(question), depth, false);
}

// What is open becomes a question, and from here on its lines stand under the answer yes.
void Body::solve() {
  for (std::size_t i = 0; i < conditions_.size(); ++i) {
    Condition& one = conditions_[i];
    if (one.when) continue;
    one.when = true;
    one.name = names_.take_here(one.name, "case");
    nodes_[one.node].lines[0] = fmt::format("ask {} = no: {}", one.name, one.question);
    add(static_cast<unsigned>(i), {fmt::format("when {} is yes", one.name)}, 0, 0);
  }
}

void Body::end_comments() {
  while (!conditions_.empty() && conditions_.back().of_comment) close();
}

void Body::end_condition() {
  while (!conditions_.empty()) close();
}

void Body::escalate(const std::string& contact, std::string_view words) {
  solve();
  add(indent(), {fmt::format("escalate to {}: {}.", contact, prose(words, commands_.inputs()))}, 0, 0);
}

void Body::remarks(std::vector<Stretch>& comments, bool of_a_command) {
  if (!comments.empty()) end_comments();
  if (of_a_command && comments.size() == 1 && is_condition(comments[0].text)) {
    solve();
    open(comments[0].text, comments[0].line, {}, 0, comments[0].line != block_begins_);   // at the head of a block it holds for all of it
    solve();
    return comments.clear();
  }
  for (const Stretch& comment : comments) {
    if (comment.text.empty()) continue;
    const std::string low = lowered(comment.text);
    bool told = of_a_command || comment.text.find('=') != std::string::npos || comment.text.find("   ") != std::string::npos || comment.text.find('/') == 0;
    for (const std::string_view word : {"should", "expect", "note", "warning", "caution", "this ", "result", "output", "wait for"}) told |= low.starts_with(word);
    if (told) {
      std::vector<std::string> marks;
      if (low.starts_with("expect") || low.starts_with("should")) marks.push_back("what is expected; a check with a rule would hold it");
      note(comment.text, comment.line, std::move(marks));
    } else {
      Node& node = add(indent(), {"[ ] " + prose(comment.text, commands_.inputs())}, comment.line, comment.line);
      node.last = comment.last;
    }
  }
  comments.clear();
}

void Body::command(const Stretch& stretch, std::vector<Stretch>& comments) {
  ++count_.commands.all;
  solve();
  std::vector<Saying> sayings = commands_.say(stretch);
  if (std::none_of(sayings.begin(), sayings.end(), [](const Saying& s) { return s.kind == Saying::Kind::by_hand; })) ++count_.commands.typed;
  const bool health = sayings.size() == 1 && !sayings[0].health.empty();
  std::string title = !stretch.remark.empty() ? stretch.remark : comments.size() == 1 ? comments[0].text : std::string();
  unsigned begin = stretch.line;
  if (health && comments.size() == 1 && stretch.remark.empty() && !checks_.count(sayings[0].prompt + sayings[0].text)) begin = comments[0].line, comments.clear(), end_comments();
  remarks(comments, true);
  if (!health && !stretch.remark.empty()) note(stretch.remark, stretch.line);
  for (Saying& saying : sayings) {
    std::vector<std::string> lines;
    std::string check;
    if (health) {
      const std::string looked = saying.prompt + saying.text;
      const auto [known, added] = checks_.emplace(looked, std::string());
      if (added) {
        check = known->second = names_.take_here(saying.health, "healthy");
        lines = {fmt::format("check {}: {}", check, title.empty() ? fmt::format("`{}` answers", saying.text.substr(saying.text.find(' ') + 1)) : prose(title, commands_.inputs()))};
        for (const std::string& line : prompt_lines(saying.prompt, saying.text)) lines.push_back("  " + line);
      } else {
        check = known->second;
        lines = {fmt::format("check {}", check)};
      }
    } else {
      switch (saying.kind) {
        case Saying::Kind::look: lines = prompt_lines(saying.prompt, saying.text); break;
        case Saying::Kind::change: lines = prompt_lines("do " + saying.prompt, saying.text); break;
        case Saying::Kind::destroy:
          add(indent(), {"caution: " + prose(saying.loss, {})}, stretch.line, stretch.last).marks = saying.marks;
          saying.marks.clear();
          lines = prompt_lines("do " + saying.prompt, saying.text);
          break;
        case Saying::Kind::wait: lines = {"wait " + saying.text}; break;
        case Saying::Kind::by_hand: lines = by_hand(saying.text); break;
      }
    }
    Node& node = add(indent() + (saying.kind == Saying::Kind::destroy ? 1 : 0), std::move(lines), begin, stretch.last);
    node.marks = std::move(saying.marks);
    node.instead = saying.instead;
    node.said = stretch.text;
    node.check = check;
  }
}

// A block of a shell that holds a query instead: `sum(rate(x[5m]))` is no command line.
bool Body::is_query(const std::vector<std::string>& lines) {
  std::string all;
  for (const std::string& line : lines)
    if (!trimmed(line).starts_with("#")) all += line + "\n";
  const std::string_view words = trimmed(all);
  const auto call = words.find_first_of("({");
  if (call == std::string_view::npos || words.find_first_of("[{") == std::string_view::npos || words.substr(0, call).find_first_of(" $/") != std::string_view::npos) return false;
  return commands_.say_promql(commands_.with_holes(std::string(words))).kind == Saying::Kind::look;
}

void Body::code(const Block& block) {
  if (block.language != "promql" && is_query(block.parts)) {
    Block query = block;
    query.language = "promql";
    std::erase_if(query.parts, [](const std::string& line) { return trimmed(line).starts_with("#"); });
    for (std::size_t i = 0; i < block.parts.size(); ++i)
      if (trimmed(block.parts[i]).starts_with("#") && trimmed(block.parts[i]).size() > 1) note(trimmed(trimmed(block.parts[i]).substr(1)), block.line + static_cast<unsigned>(i));
    return code(query);
  }
  const std::string& language = block.language;
  const auto is = [&](std::initializer_list<std::string_view> all) { return std::find(all.begin(), all.end(), language) != all.end(); };
  const bool shell = is({"bash", "sh", "shell", "zsh", "console", "shell-session", "terminal"});
  if (is({"sql", "postgres", "postgresql", "pgsql", "promql"})) {
    solve();
    Stretch whole;
    whole.kind = Stretch::Kind::command;
    whole.line = block.line, whole.last = block.line + static_cast<unsigned>(block.parts.size());
    for (const std::string& part : block.parts) {
      if (language != "promql" && trimmed(part).starts_with("--")) note(trimmed(part).substr(2), block.line);
      else whole.text += (whole.text.empty() ? "" : "\n") + part;
    }
    whole.text = commands_.with_holes(whole.text);
    std::vector<Saying> said = language == "promql" ? std::vector{commands_.say_promql(whole.text)} : commands_.say_sql(whole.text);
    for (Saying& one : said) {
      ++count_.commands.all;
      count_.commands.typed += one.kind != Saying::Kind::by_hand;
      const bool destroys = one.kind == Saying::Kind::destroy;
      if (destroys) add(indent(), {"caution: " + prose(one.loss, {})}, whole.line, whole.last).marks = one.marks;
      Node& node = add(indent() + (destroys ? 1 : 0),
                       one.kind == Saying::Kind::by_hand ? by_hand(one.text) : prompt_lines(one.kind == Saying::Kind::look ? one.prompt : "do " + one.prompt, one.text), whole.line, whole.last);
      if (!destroys) node.marks = one.marks;
      node.said = one.text;
    }
    return;
  }
  if (!shell && !is({"", "text", "txt", "plain", "plaintext"})) {
    for (std::size_t i = 0; i < block.parts.size(); ++i)
      if (!trimmed(block.parts[i]).empty()) add(indent(), {"> " + verbatim(block.parts[i])}, block.line + static_cast<unsigned>(i), block.line + static_cast<unsigned>(i));
    return;
  }
  std::set<std::string> set_here;
  for (const std::string& line : block.parts) {
    const std::string_view bare = trimmed(line);
    const std::string_view assigned = bare.starts_with("export ") ? trimmed(bare.substr(7)) : bare;
    if (const auto sign = assigned.find('='); sign != std::string_view::npos && assigned.substr(0, sign).find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789") == std::string_view::npos)
      set_here.insert(std::string(assigned.substr(0, sign)));
  }
  std::vector<Stretch> comments;
  unsigned end = 0;
  block_begins_ = block.line;
  const std::size_t outside = conditions_.size();
  for (Stretch& stretch : read_code(block.parts, block.line, shell)) {
    if (stretch.line > end + 1 && end) {
      remarks(comments, false);
      if (stretch.kind == Stretch::Kind::comment) end_comments();
    }
    end = stretch.last;
    if (stretch.kind == Stretch::Kind::comment) {
      comments.push_back(std::move(stretch));
    } else if (stretch.kind == Stretch::Kind::command) {
      stretch.text = commands_.with_holes(stretch.text, set_here);
      command(stretch, comments);
    } else {
      remarks(comments, true);
      if (stretch.text.starts_with("- ")) item(stretch.text.substr(2), 0, stretch.line);
      else note(verbatim(stretch.text), stretch.line);
    }
  }
  remarks(comments, false);
  while (conditions_.size() > outside) close();
}

void Body::row(const Block& block) {
  const std::string words = words_of(block);
  if (words.empty()) return;
  note(words, block.line);
  inline_commands(words, block.line);
}

std::vector<Node> Body::take() {
  end_condition();
  return std::move(nodes_);
}

}  // namespace rbc::import
