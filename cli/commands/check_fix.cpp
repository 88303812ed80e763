#include "cli/commands/check_fix.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "stdlib/world.hpp"

namespace rbc::cli {

namespace {

constexpr int kRounds = 20;   // one fix may uncover the next; more than this is a circle

struct PickedEdit {
  const Diagnostic* diagnostic;
  const Fix* fix;
};

std::string place_of(const Diagnostic& one) {
  const Place place = one.primary.source->place(one.primary.span.begin);
  return fmt::format("{}:{}:{}", one.primary.source->path(), place.line, place.column);
}

bool overlap(const Edit& a, const Edit& b) {
  if (a.source != b.source) return false;
  if (a.span.begin == b.span.begin) return true;   // two insertions at one place: whose comes first is nobody's to say
  return a.span.begin < b.span.end && b.span.begin < a.span.end;
}

// What can be counted before and after.
struct Tally {
  struct Form {
    std::size_t count = 0, lines = 0, places = 0;   // of the errors of form in a file; the sums of where they stand
    std::set<std::string> codes;
  };
  std::map<std::string, Form> form;             // by file
  std::map<std::string, std::size_t> codes;     // all findings
  std::size_t findings = 0, errors = 0;
};

bool of_form(const std::string& code) { return code.starts_with("E01") || code == "E0705"; }

class Mender {
 public:
  Mender(OverlaySources& sources, const std::vector<std::string>& files, const Settings& settings, bool all)
      : sources_(sources), files_(files), settings_(settings), all_(all) {}

  Fixed run() {
    std::map<std::string, const Source*> at_first;
    for (const std::string& file : files_) at_first[file] = sources_.load(file);
    for (int round = 0; round < kRounds; ++round) {
      Checked checked = check_project(sources_, files_, catalogue(), settings_);
      const std::vector<PickedEdit> chosen = choose(checked);
      if (chosen.empty()) break;
      const Tally before = tally(checked);
      if (!attempt(chosen, before) && !one_by_one(chosen, before)) break;
    }
    for (const auto& [file, source] : at_first)
      if (sources_.load(file)->text() != source->text()) fixed_.changed.push_back(file);
    return std::move(fixed_);
  }

 private:
  std::vector<PickedEdit> choose(const Checked& checked) const {
    std::vector<PickedEdit> chosen;
    for (const Diagnostic& one : checked.diagnostics)
      for (const Fix& fix : one.fixes) {
        // Of several that a person should review, only a person can choose.
        if ((!fix.safe && (!all_ || one.fixes.size() > 1)) || fix.edits.empty() || !one.primary.source || refused_.contains(key(one, fix))) continue;
        const bool ours = std::all_of(fix.edits.begin(), fix.edits.end(), [&](const Edit& edit) {
          return std::find(files_.begin(), files_.end(), edit.source->path()) != files_.end();
        });
        const bool free = std::none_of(chosen.begin(), chosen.end(), [&](const PickedEdit& other) {
          return std::any_of(fix.edits.begin(), fix.edits.end(), [&](const Edit& edit) {
            return std::any_of(other.fix->edits.begin(), other.fix->edits.end(), [&](const Edit& taken) { return overlap(edit, taken); });
          });
        });
        if (!ours || !free) continue;
        chosen.push_back({&one, &fix});
        break;
      }
    return chosen;
  }

  static std::string key(const Diagnostic& one, const Fix& fix) { return one.fingerprint() + fix.title; }

  static Tally tally(const Checked& checked) {
    Tally counted;
    counted.findings = checked.diagnostics.size();
    for (const Diagnostic& one : checked.diagnostics) {
      ++counted.codes[one.code];
      counted.errors += one.severity == Severity::Error ? 1 : 0;
      if (!one.primary.source || !of_form(one.code)) continue;
      Tally::Form& form = counted.form[one.primary.source->path()];
      ++form.count, form.lines += one.primary.source->line_at(one.primary.span.begin), form.places += one.primary.span.begin, form.codes.insert(one.code);
    }
    return counted;
  }

  // Each finding has to be gone. A line that is well-formed now may say what else is wrong with it or with the lines beneath it, and of
  // two slips in a line the second is told when the first is mended: then the place has moved on.
  static bool worse(const std::vector<PickedEdit>& chosen, const Tally& before, const Tally& after) {
    for (const auto& [path, now] : after.form) {
      const auto at = before.form.find(path);
      const Tally::Form then = at == before.form.end() ? Tally::Form{} : at->second;
      const bool other = !std::includes(then.codes.begin(), then.codes.end(), now.codes.begin(), now.codes.end());
      const bool further = now.lines > then.lines || (!other && now.places >= then.places);
      if (now.count > then.count || (now.count == then.count && now.count > 0 && !further)) return true;
    }
    std::map<std::string, std::size_t> most = before.codes;
    bool uncovers = false;
    for (const PickedEdit& one : chosen) --most[one.diagnostic->code], uncovers |= of_form(one.diagnostic->code);
    for (const PickedEdit& one : chosen) {
      const auto left = after.codes.find(one.diagnostic->code);
      if (!of_form(one.diagnostic->code) && left != after.codes.end() && left->second > most[one.diagnostic->code]) return true;
    }
    // A warning in an error's place is progress: the line says now what it does.
    const auto errors = static_cast<std::size_t>(std::count_if(chosen.begin(), chosen.end(), [](const PickedEdit& one) { return one.diagnostic->severity == Severity::Error; }));
    return !uncovers && (after.errors + errors > before.errors || (errors == 0 && after.findings + chosen.size() > before.findings));
  }

  // Applies them together; takes them back, and answers false, if a file is worse for it.
  bool attempt(const std::vector<PickedEdit>& chosen, const Tally& before) {
    std::map<const Source*, std::vector<const Edit*>> by_file;
    for (const PickedEdit& one : chosen)
      for (const Edit& edit : one.fix->edits) by_file[edit.source].push_back(&edit);
    std::vector<Fixed::Done> done;
    for (const PickedEdit& one : chosen) done.push_back({place_of(*one.diagnostic), one.diagnostic->code, one.fix->title, one.fix->safe});
    for (auto& [source, edits] : by_file) {
      std::sort(edits.begin(), edits.end(), [](const Edit* a, const Edit* b) { return a->span.begin > b->span.begin; });
      std::string text(source->text());
      for (const Edit* edit : edits) text.replace(edit->span.begin, edit->span.end - edit->span.begin, edit->text);
      sources_.put(source->path(), std::move(text));
    }
    const Tally after = tally(check_project(sources_, files_, catalogue(), settings_));
    if (worse(chosen, before, after)) {
      for (const auto& [source, edits] : by_file) sources_.put(source->path(), std::string(source->text()));
      return false;
    }
    fixed_.done.insert(fixed_.done.end(), done.begin(), done.end());
    return true;
  }

  // Some of them do harm: each by itself. After the first that holds, places have moved, and the next round looks anew.
  bool one_by_one(const std::vector<PickedEdit>& chosen, const Tally& before) {
    for (const PickedEdit& one : chosen) {
      if (attempt({one}, before)) return true;
      refused_.insert(key(*one.diagnostic, *one.fix));
    }
    return false;
  }

  OverlaySources& sources_;
  const std::vector<std::string>& files_;
  const Settings& settings_;
  const bool all_;
  std::set<std::string> refused_;
  Fixed fixed_;
};

}  // namespace

Fixed fix_all(OverlaySources& sources, const std::vector<std::string>& files, const Settings& settings, bool all) {
  return Mender(sources, files, settings, all).run();
}

}  // namespace rbc::cli
