// What the shells' completion scripts call: `rbc __complete WORD…`, the last word being completed. A line a candidate: the word, and after
// a tab what it is. `:runbooks`, `:files` and `:folders` leave it to the shell to complete a path. Never an error, never a word on stderr.
#include <algorithm>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <set>

#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/project.hpp"
#include "grammar/diagnostic.hpp"
#include "grammar/parse.hpp"
#include "grammar/render/report.hpp"
#include "run/store/store.hpp"

namespace rbc::cli {

namespace {

struct Candidate {
  std::string word, help;
};
using Candidates = std::vector<Candidate>;

Candidates alternatives(std::string_view written) {
  Candidates out;
  while (!written.empty()) {
    const std::size_t end = std::min(written.find('|'), written.size());
    out.push_back({std::string(written.substr(0, end)), ""});
    written.remove_prefix(std::min(end + 1, written.size()));
  }
  return out;
}

Candidates all_commands() {
  Candidates out;
  for (const Command& c : commands())
    if (!c.summary.empty()) out.push_back({std::string(c.name), std::string(c.summary)});
  return out;
}

Candidates all_codes(bool only_warnings) {
  Candidates out;
  for (const DiagnosticInfo& info : all_diagnostics())
    if (!only_warnings || info.severity == Severity::Warning) out.push_back({std::string(info.code), std::string(info.message)});
  return out;
}

// The project as files say it: read by parsing alone, so that a mistake in a runbook takes no name away.
class Surroundings {
 public:
  Surroundings() : project_(find_project()), index_(index_project(sources_, project_.files)) {}

  Candidates runbooks() const {
    Candidates out;
    for (const RunbookEntry& entry : index_.runbooks) {
      std::string id = entry.id;
      for (char& c : id) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      out.push_back({id, entry.title});
    }
    return out;
  }
  // By name, and by RB-02.name where two runbooks share it.
  Candidates checks() const {
    Candidates out;
    for (const CheckEntry& check : index_.checks) {
      const auto same = std::count_if(index_.checks.begin(), index_.checks.end(), [&](const CheckEntry& other) { return other.name == check.name; });
      out.push_back({same > 1 && !check.runbook.empty() ? check.runbook + "." + check.name : check.name, check.runbook});
    }
    return out;
  }
  Candidates environments() const {
    Candidates out;
    for (const std::string& name : index_.environments) out.push_back({name, ""});
    return out;
  }
  Candidates alerts(const std::string& runbook) const {
    Candidates out;
    for (const RunbookEntry& entry : index_.runbooks)
      if (runbook.empty() || same_id(entry.id, runbook))
        for (const AlertInfo& alert : entry.alerts) out.push_back({alert.name, entry.id});
    return out;
  }
  Candidates steps(const std::string& runbook) {
    Candidates out;
    each(runbook, Kind::Step, [&](const Tree& tree, NodeId step) { out.push_back({std::string(tree.name(step)), title(tree, step)}); });
    return out;
  }
  // Without a runbook (`rbc look`): of all of them.
  Candidates inputs(const std::string& runbook) {
    Candidates out;
    each(runbook, Kind::Input, [&](const Tree& tree, NodeId input) {
      std::string says = title(tree, input);
      if (const std::string value = otherwise(tree, input); !value.empty()) says += fmt::format("{}({})", says.empty() ? "" : " ", value);
      out.push_back({std::string(tree.name(input)), says});
    });
    return out;
  }
  Candidates values(const std::string& runbook, std::string_view name) {
    Candidates out;
    each(runbook, Kind::Input, [&](const Tree& tree, NodeId input) {
      if (tree.name(input) != name) return;
      const NodeId type = tree.child(input, Kind::Type);
      if (type && tree.word(type) == Word::One)
        for (NodeId value : tree.all(type, Kind::Name)) out.push_back({std::string(tree.text(value)), ""});
      else if (type && tree.word(type) == Word::Bool) out = {{"yes", ""}, {"no", ""}};
      else if (const std::string value = otherwise(tree, input); !value.empty()) out.push_back({value, "what it is otherwise"});
    });
    return out;
  }
  Candidates runs(bool only_open) const {
    Candidates out;
    std::error_code ignored;
    std::string problem;
    const std::string path = project_.state + "/runs.db";
    if (!std::filesystem::exists(path, ignored)) return out;
    if (const auto store = open_sqlite(path, problem))
      for (const RunRow& row : store->runs())
        if (!only_open || row.state == "open") out.push_back({row.id, fmt::format("{} {} {}", row.runbook, row.environment, row.state == "open" ? row.state : row.outcome)});
    return out;
  }

 private:
  template <class Does>
  void each(const std::string& runbook, Kind kind, const Does& does) {
    std::set<std::string> paths;
    for (const RunbookEntry& entry : index_.runbooks)
      if (runbook.empty() || same_id(entry.id, runbook)) paths.insert(entry.path);
    for (const std::string& path : paths) {
      Sink sink(1);
      const Tree tree = parse(*sources_.load(path), sink);
      for (NodeId node : tree.all(tree.root(), Kind::Runbook))
        if (runbook.empty() || same_id(tree.name(node), runbook))
          for (NodeId found : tree.all(node, kind)) does(tree, found);
    }
  }
  static std::string title(const Tree& tree, NodeId of) {
    const NodeId node = tree.child(of, Kind::Title);
    return node ? std::string(tree.text(node)) : "";
  }
  static std::string otherwise(const Tree& tree, NodeId input) {
    const NodeId node = tree.child(input, Kind::Default);
    const NodeId value = node ? tree.expression(node) : 0;
    std::string_view text = value ? tree.text(value) : std::string_view();
    if (text.size() >= 2 && text.front() == '"' && text.find('<') == std::string_view::npos) text = text.substr(1, text.size() - 2);
    return std::string(text);
  }

  DiskSources sources_;
  Project project_;
  Index index_;
};

// What has been written so far, by the command's row.
struct LineSoFar {
  const Command* command = nullptr;
  std::vector<std::string> positionals;
  std::set<std::string> given;               // flags
  const Flag* waiting = nullptr;             // the flag whose value is being written
  std::string waiting_input;                 // or the input
  bool no_more_flags = false;                // after `--`

  std::string runbook() const { return command->of == Of::runbook && !positionals.empty() ? positionals[0] : ""; }
};

const Flag* flag_named(const Command& command, std::string_view dashed) {
  for (const Flag& f : command.flags)
    if ((dashed.starts_with("--") && dashed.substr(2) == f.name) || (f.letter && dashed.size() == 2 && dashed[0] == '-' && dashed[1] == f.letter)) return &f;
  return nullptr;
}

LineSoFar read_line(const Command& command, const std::vector<std::string>& words) {
  LineSoFar line;
  line.command = &command;
  for (std::size_t i = 1; i + 1 < words.size(); ++i) {
    const std::string& word = words[i];
    if (line.waiting || !line.waiting_input.empty()) {
      line.waiting = nullptr, line.waiting_input.clear();
    } else if (line.no_more_flags || word.size() < 2 || word[0] != '-') {
      line.positionals.push_back(word);
    } else if (word == "--") {
      line.no_more_flags = true;
    } else if (const Flag* flag = flag_named(command, word.substr(0, word.find('=')))) {
      line.given.insert(std::string(flag->name));
      if (!flag->value.empty() && !flag->value.starts_with("[") && word.find('=') == std::string::npos) line.waiting = flag;
    } else if (command.takes_inputs && word != "--help" && word != "-h" && word.find('=') == std::string::npos) {
      line.waiting_input = word.substr(2);
    }
  }
  return line;
}

Candidates of_kind(Of of, const LineSoFar& line) {
  switch (of) {
    case Of::nothing:
    case Of::text:
    case Of::itself: return {};
    case Of::file: return {{":files", ""}};
    case Of::folder: return {{":folders", ""}};
    case Of::source: return {{":runbooks", ""}};
    case Of::source_or_id: {
      Candidates out = Surroundings().runbooks();
      out.push_back({":runbooks", ""});
      return out;
    }
    case Of::command: {
      Candidates out = all_commands();
      out.push_back({"exit-codes", "what a script can rely on"});
      return out;
    }
    case Of::format: {
      Candidates out;
      for (const std::string& name : format_names()) out.push_back({name, ""});
      return out;
    }
    case Of::shell: return alternatives("bash|zsh|fish");
    case Of::code: return all_codes(false);
    case Of::runbook: return Surroundings().runbooks();
    case Of::environment: return Surroundings().environments();
    case Of::check: return Surroundings().checks();
    case Of::alert: return Surroundings().alerts(line.runbook());
    case Of::step: return Surroundings().steps(line.runbook());
    case Of::run:
    case Of::open_run: {
      Candidates out = Surroundings().runs(of == Of::open_run);
      if (!out.empty()) out.insert(out.begin(), {"last", "the newest of them"});
      return out;
    }
  }
  return {};
}

Candidates with_prefix(std::string_view prefix, Candidates out) {
  for (Candidate& each : out)
    if (!each.word.starts_with(':')) each.word.insert(0, prefix);
  return out;
}

// The value of a flag: `begun` is what stands of it.
Candidates value_of(const Flag& flag, const LineSoFar& line, std::string_view begun) {
  const std::size_t eq = begun.find('=');
  if (flag.value == "NAME=VALUE") {
    if (eq != std::string_view::npos) return with_prefix(begun.substr(0, eq + 1), Surroundings().values(line.runbook(), begun.substr(0, eq)));
    Candidates out = Surroundings().inputs(line.runbook());
    for (Candidate& each : out) each.word += '=';
    return out;
  }
  if (flag.value == "CODE=LEVEL") {
    if (eq != std::string_view::npos) return with_prefix(begun.substr(0, eq + 1), alternatives("off|warning|error"));
    Candidates out = all_codes(true);
    for (Candidate& each : out) each.word += '=';
    return out;
  }
  if (flag.value.starts_with("[=")) return alternatives(flag.value.substr(2, flag.value.size() - 3));
  if (flag.of == Of::itself || flag.value.find('|') != std::string_view::npos) return alternatives(flag.value);
  return of_kind(flag.of, line);
}

Candidates flags_of(const LineSoFar& line) {
  Candidates out;
  for (const Flag& f : line.command->flags)
    if (f.repeated || !line.given.count(std::string(f.name))) out.push_back({fmt::format("--{}", f.name), std::string(f.help)});
  out.push_back({"--help", "all about this command"});
  if (line.command->takes_inputs && (line.command->of != Of::runbook || !line.positionals.empty()))
    for (const Candidate& input : Surroundings().inputs(line.runbook())) out.push_back({"--" + input.word, input.help});
  return out;
}

Candidates candidates_for(const std::vector<std::string>& words) {
  const std::string current = words.empty() ? "" : words.back();
  if (words.size() <= 1) {
    Candidates out = all_commands();
    if (current.starts_with('-')) out = {{"--help", "the commands"}, {"--version", "the version"}};
    return out;
  }
  const Command* command = find_command(words[0]);
  if (!command) return {};
  const LineSoFar line = read_line(*command, words);
  if (line.waiting) return value_of(*line.waiting, line, current);
  if (!line.waiting_input.empty()) return Surroundings().values(line.runbook(), line.waiting_input);
  if (current.starts_with('-') && !line.no_more_flags) {
    const std::size_t eq = current.find('=');
    if (eq == std::string::npos) return flags_of(line);
    const std::string_view before = std::string_view(current).substr(0, eq), begun = std::string_view(current).substr(eq + 1);
    if (const Flag* flag = flag_named(*command, before)) return with_prefix(std::string(before) + "=", value_of(*flag, line, begun));
    if (command->takes_inputs && before.starts_with("--")) return with_prefix(std::string(before) + "=", Surroundings().values(line.runbook(), before.substr(2)));
    return {};
  }
  if (line.positionals.size() >= command->most) return {};
  // A second word of another kind: `rbc answer RUN ANSWER`.
  if (command->name == "answer" && line.positionals.size() == 1) return alternatives("yes|no|retry|skip|escalate|abort");
  if (command->name == "dump") return alternatives("language|reference|unsupported");
  return of_kind(command->of, line);
}

std::string one_line(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < ' ' || c == 127) c = ' ';
  return text;
}

}  // namespace

int complete(const Given& given) {
  const std::string current = given.words.empty() ? "" : given.words.back();
  std::set<std::string> seen;
  for (const Candidate& each : candidates_for(given.words)) {
    if (!each.word.starts_with(':') && !each.word.starts_with(current)) continue;
    if (!seen.insert(each.word).second) continue;
    fmt::print("{}{}{}\n", one_line(each.word), each.help.empty() ? "" : "\t", one_line(each.help));
  }
  return kOk;
}

}  // namespace rbc::cli
