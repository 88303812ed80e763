#include "compiler/import/assemble.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

namespace rbc::import {

namespace {

// The words of a text in small letters, of three letters or digits and more.
std::vector<std::string> words_in(std::string_view text) {
  std::vector<std::string> out;
  std::string word;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const unsigned char c = i < text.size() ? static_cast<unsigned char>(text[i]) : ' ';
    if (std::isalnum(c) || c >= 0x80) {
      word += static_cast<char>(std::tolower(c));
      continue;
    }
    if (word.size() >= 3) out.push_back(word);
    word.clear();
  }
  return out;
}

class Page {
 public:
  Page(Runbooks& runbooks, const Commands& commands) : runbooks_(runbooks), commands_(commands) {}

  std::vector<Placed> place() {
    if (runbooks_.contacts.empty()) runbooks_.contacts.push_back({"on-call", "On-call engineer"});
    say(0, "# A first draft, made by `rbc import`. A person must read it: each `# decide:` names what a document cannot say.");
    resources();
    environment();
    for (Runbook& runbook : runbooks_.all) one(runbook);
    return std::move(out_);
  }

 private:
  void say(unsigned indent, const std::string& text, Node* node = nullptr) { out_.push_back({text.empty() ? text : std::string(indent * 2, ' ') + text, node}); }
  void decide(unsigned indent, const std::string& mark) { say(indent, "# decide: " + mark); }

  void resources() {
    say(0, "");
    for (const Resource& resource : commands_.resources()) {
      say(0, fmt::format("{} {}{}", resource.kind, resource.name, resource.title.empty() ? "" : ": " + verbatim(resource.title)));
      if (!resource.runs.empty()) say(1, "runs " + resource.runs);
    }
    for (const Contact& contact : runbooks_.contacts) say(0, fmt::format("contact {}: {}", contact.name, verbatim(contact.title)));
    for (const std::string& variable : commands_.secrets()) say(0, fmt::format("secret {} from env {}", kebab(variable), variable));
  }

  void environment() {
    say(0, "");
    decide(0, "where all this is, and how each contact is paged; `log` pages nobody");
    say(0, "env local");
    for (const Resource& resource : commands_.resources()) say(1, fmt::format("{} = {}", resource.name, resource.binding));
    for (const Contact& contact : runbooks_.contacts) say(1, fmt::format("{} = log", contact.name));
  }

  void one(Runbook& runbook) {
    say(0, "");
    say(0, fmt::format("runbook {}: {}", runbook.name, verbatim(runbook.title)));
    const std::size_t begin = out_.size();
    metas(runbook);
    goal(runbook);
    for (Node& node : runbook.notes) lines(node, 1);
    const std::size_t inputs_at = out_.size();
    ladder(runbook);
    if (runbook.steps.empty()) {
      decide(1, "the document says nothing to do");
      say(1, "step look: Look");
      say(2, "[ ] Find out what is wrong");
    }
    for (Step& step : runbook.steps) {
      say(0, "");
      say(1, fmt::format("step {}: {}", step.name, prose(step.title, commands_.inputs())));
      if (step.body.empty()) say(2, "> The document says no more of this.");
      for (Node& node : step.body) lines(node, 2);
    }
    if (!runbook.afterwards.empty()) {
      say(0, "");
      say(1, "afterwards");
      for (Node& node : runbook.afterwards) lines(node, 2);
    }
    inputs(begin, inputs_at);
  }

  void metas(Runbook& runbook) {
    if (!runbook.severity) decide(1, "how severe this is"), say(1, "severity medium");
    std::string every;
    bool critical = false;
    for (const Node& node : runbook.metas) {
      if (node.lines[0].starts_with("every ")) every = node.lines[0];
      if (node.lines[0] == "severity critical") critical = true;
    }
    static constexpr std::string_view kOrder[] = {"severity", "alert", "target", "service", "owner", "reviewed", "needs", "see"};
    const auto rank = [](const Node& node) {
      return std::find_if(std::begin(kOrder), std::end(kOrder), [&](std::string_view word) { return node.lines[0].starts_with(word); }) - std::begin(kOrder);
    };
    std::stable_sort(runbook.metas.begin(), runbook.metas.end(), [&](const Node& a, const Node& b) { return rank(a) < rank(b); });
    bool reviewed = false, target = false;
    for (Node& node : runbook.metas) {
      std::string& line = node.lines[0];
      if (line.starts_with("every ")) continue;
      if (line.starts_with("alert ") && line.ends_with("?")) line.replace(line.size() - 1, 1, critical ? "critical" : "warning");
      if (line.starts_with("reviewed ")) {
        if (reviewed) continue;
        reviewed = true;
        if (every.empty() && line.ends_with("?")) node.marks.push_back("how often it is reviewed");
        if (line.ends_with("every ?")) line.replace(line.size() - 7, 7, every.empty() ? "every 90d" : every);
      }
      if (line.starts_with("target ") && std::exchange(target, true)) continue;
      lines(node, 1);
    }
  }

  void goal(Runbook& runbook) {
    if (!runbook.goals.empty()) {
      decide(1, "whether these say that it is over");
      return say(1, fmt::format("goal {}", fmt::join(runbook.goals, ", ")));
    }
    if (runbook.over.empty()) runbook.over = "over";
    const std::string& check = runbook.over;
    say(1, "goal " + check);
    decide(1, "a look that says by itself that it is over");
    say(1, fmt::format("check {}: It is over", check));
    say(2, fmt::format("judge: Is this over: {}?", prose(runbook.title, {})));
  }

  void ladder(Runbook& runbook) {
    if (runbook.rungs.empty()) {
      unsigned after = 30;
      for (const Contact& contact : runbooks_.contacts) {
        runbook.rungs.push_back({after < 60 ? fmt::format("{}m", after) : fmt::format("{}h", after / 60), contact.name, "", true, 0});
        after *= 2;
        if (runbook.rungs.size() == 4) break;
      }
    }
    if (runbook.rungs[0].made_up) decide(1, "who is paged, and after how long; the document does not say");
    say(1, "escalation until acknowledged");
    for (Node& node : runbook.ladder) lines(node, 2);
    std::set<std::string> said;
    const auto minutes = [](const Rung& rung) {
      const long n = std::stol(rung.after);
      return rung.after.back() == 's' ? n : rung.after.back() == 'm' ? n * 60 : rung.after.back() == 'h' ? n * 3600 : n * 86400;
    };
    std::stable_sort(runbook.rungs.begin(), runbook.rungs.end(), [&](const Rung& a, const Rung& b) { return minutes(a) < minutes(b); });
    for (const Rung& rung : runbook.rungs) {
      if (!said.insert(rung.after + rung.contact).second) continue;
      rungs_.push_back({});
      Node& node = rungs_.back();
      node.source = node.last = rung.line;
      node.lines = {fmt::format("after {} page {}{}{}", rung.after, rung.contact, rung.words.empty() ? "" : ": ", rung.words.empty() ? "" : prose(rung.words, {}))};
      lines(node, 2);
    }
  }

  // Inputs whose name a hole of this runbook has.
  void inputs(std::size_t begin, std::size_t at) {
    std::vector<Placed> made;
    for (const auto& [name, words] : commands_.inputs()) {
      const std::string hole = "<" + name + ">";
      const bool used = std::any_of(out_.begin() + static_cast<std::ptrdiff_t>(begin), out_.end(), [&](const Placed& line) {
        const auto found = line.text.find(hole);
        return found != std::string::npos && (found == 0 || line.text[found - 1] != '\\') && !trimmed(line.text).starts_with("#");
      });
      if (used) made.push_back({fmt::format("  input {} as text: What the document calls {}", name, words), nullptr});
    }
    out_.insert(out_.begin() + static_cast<std::ptrdiff_t>(at), made.begin(), made.end());
  }

  void lines(Node& node, unsigned indent) {
    for (const std::string& mark : node.marks) decide(indent + node.indent, mark);
    for (const std::string& line : node.lines) say(indent + node.indent, line, &node);
  }

  Runbooks& runbooks_;
  const Commands& commands_;
  std::vector<Placed> out_;
  std::deque<Node> rungs_;

 public:
  std::deque<Node> take_rungs() { return std::move(rungs_); }
};

// Words that become a prompt or a keyword, and are gone with reason.
bool spoken(const std::string& word) {
  static const std::set<std::string> kWords{"curl", "psql", "redis", "cli", "docker", "compose", "exec", "sudo", "sleep", "http", "https", "severity", "alert", "alerts", "fss", "fssl", "service", "owner", "maintainer", "bash", "shell",
                                            "last", "updated", "review", "schedule", "weekly", "monthly", "quarterly", "yearly", "annually", "runbook", "team", "yml"};
  return kWords.count(word) != 0;
}

}  // namespace

std::vector<Placed> assemble(Runbooks& runbooks, const Commands& commands, std::string_view document) {
  Page page(runbooks, commands);
  std::vector<Placed> placed = page.place();
  runbooks.rungs_made = page.take_rungs();   // nodes stay where they are
  // By line of the document, the words of what was made of it; "" for line 0: what belongs to none.
  std::map<unsigned, std::set<std::string>> made;
  std::set<std::string> everywhere;
  std::map<unsigned, std::size_t> first;
  for (std::size_t i = 0; i < placed.size(); ++i) {
    const auto words = words_in(placed[i].text);
    if (!placed[i].node || placed[i].text.find(" step ") != std::string::npos) everywhere.insert(words.begin(), words.end());
    if (!placed[i].node) continue;
    for (unsigned line = placed[i].node->source; line && line <= placed[i].node->last; ++line) {
      made[line].insert(words.begin(), words.end());
      first.emplace(line, i);
    }
  }
  // What is missing stands above the first line that was made of it, else of what comes after it in the document.
  std::map<std::size_t, std::vector<std::string>> comments;
  unsigned number = 0;
  for (std::string_view left = document; !left.empty();) {
    const auto end = std::min(left.find('\n'), left.size());
    const std::string_view line = trimmed(left.substr(0, end));
    left.remove_prefix(std::min(end + 1, left.size()));
    ++number;
    const auto words = words_in(line);
    const auto here = made.find(number);
    const bool kept = said_by_keyword(line) || std::all_of(words.begin(), words.end(), [&](const std::string& word) { return everywhere.count(word) || spoken(word) || (here != made.end() && here->second.count(word)); });
    if (kept) continue;
    const auto next = first.lower_bound(number);
    std::size_t above = next == first.end() ? placed.size() : next->second;
    while (above > 0 && above < placed.size() && placed[above - 1].node == placed[above].node) --above;
    while (above > 0 && above < placed.size() && placed[above - 1].text.find("# decide:") != std::string::npos) --above;
    comments[above].push_back(fmt::format("# line {}: {}", number, line));
  }
  std::vector<Placed> out;
  for (std::size_t i = 0; i < placed.size(); ++i) {
    if (const auto here = comments.find(i); here != comments.end())
      for (const std::string& comment : here->second) out.push_back({std::string(std::min(placed[i].text.find_first_not_of(' '), placed[i].text.size()), ' ') + comment, nullptr});
    out.push_back(std::move(placed[i]));
  }
  if (const auto rest = comments.find(placed.size()); rest != comments.end())
    for (const std::string& comment : rest->second) out.push_back({comment, nullptr});
  return out;
}

}  // namespace rbc::import
