// What people get wrong who come from elsewhere, one mistake a file, and what they are told; and what one slip of the finger costs.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <sstream>

#include "compiler/compile.hpp"
#include "stdlib/world.hpp"

namespace {

namespace fs = std::filesystem;

const fs::path kMistakesFolder = fs::path(RBC_SOURCE_DIR) / "tests/golden/mistakes";

std::string contents_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream all;
  all << in.rdbuf();
  return all.str();
}

// What is said of a file that says `use world`, each message as people see it.
std::vector<std::string> said_of(const std::string& name, const std::string& text) {
  static const std::string kWorld = contents_of(fs::path(RBC_SOURCE_DIR) / "tests/golden/check/world.runbook");
  rbc::OverlaySources sources;
  sources.put("world.runbook", kWorld);
  sources.put(name, text);
  const rbc::Checked checked = rbc::check_project(sources, {name}, rbc::catalogue());
  std::vector<std::string> all;
  for (const rbc::Diagnostic& one : checked.diagnostics)
    if (one.code != "W0901") all.push_back(rbc::render_pretty(one));
  return all;
}

// Some mistakes are several: a step that was pasted with its fence, a conditional of a shell with its `fi`.
std::size_t most_of(const std::string& name) {
  static const std::map<std::string, std::size_t> kSeveral = {{"python-try", 2}, {"paste-markdown-fence", 2}, {"name-option", 2}, {"indent-tab", 2}, {"http-json-unquoted", 2}};
  const auto found = kSeveral.find(name);
  return found == kSeveral.end() ? 1 : found->second;
}

// The same text after the first edit that is said to be certain, and where it was; nothing if there is none.
struct Mended {
  std::string text, code, message;
  std::uint32_t begin = 0;
};
std::optional<Mended> mended_of(const std::string& name, const std::string& text, const std::optional<Mended>& before, bool& still) {
  static const std::string kWorld = contents_of(fs::path(RBC_SOURCE_DIR) / "tests/golden/check/world.runbook");
  rbc::OverlaySources sources;
  sources.put("world.runbook", kWorld);
  sources.put(name, text);
  const rbc::Checked checked = rbc::check_project(sources, {name}, rbc::catalogue());
  std::optional<Mended> found;
  for (const rbc::Diagnostic& one : checked.diagnostics) {
    const std::uint32_t begin = one.primary.span.begin;
    if (before && one.code == before->code && begin == before->begin && one.message == before->message) still = true;
    if (found || one.fixes.empty() || !one.fixes.front().safe) continue;
    std::vector<rbc::Edit> edits = one.fixes.front().edits;
    std::sort(edits.begin(), edits.end(), [](const rbc::Edit& a, const rbc::Edit& b) { return a.span.begin > b.span.begin; });
    found = Mended{text, one.code, one.message, begin};
    for (const rbc::Edit& edit : edits) found->text.replace(edit.span.begin, edit.span.end - edit.span.begin, edit.text);
  }
  return found;
}

struct Token {
  std::size_t begin, end;
};
std::vector<Token> tokens_of(const std::string& text) {
  std::vector<Token> all;
  for (std::size_t at = 0; at < text.size();) {
    const auto word = [&](std::size_t i) { return i < text.size() && (std::isalnum(static_cast<unsigned char>(text[i])) || text[i] == '-' || text[i] == '_'); };
    std::size_t end = at + 1;
    if (word(at))
      while (word(end)) ++end;
    if (text[at] != ' ' && text[at] != '\n') all.push_back({at, end});
    at = end;
  }
  return all;
}

// The same program after one slip: a token left out, written twice, swapped with the next, or misspelt.
std::string slipped(const std::string& text, const std::vector<Token>& tokens, std::size_t which, int how) {
  const Token one = tokens[which];
  const std::string said = text.substr(one.begin, one.end - one.begin);
  std::string changed = text;
  switch (how) {
    case 0: return changed.erase(one.begin, said.size());
    case 1: return changed.insert(one.end, " " + said);
    case 2: {
      if (which + 1 == tokens.size()) return changed;
      const Token next = tokens[which + 1];
      return text.substr(0, one.begin) + text.substr(next.begin, next.end - next.begin) + text.substr(one.end, next.begin - one.end) + said + text.substr(next.end);
    }
    default:
      if (said.size() < 2) return changed;
      changed[one.begin + said.size() / 2] = said[said.size() / 2] == 'x' ? 'y' : 'x';
      return changed;
  }
}

}  // namespace

TEST_CASE("every mistake is told once, at its place, with what to write") {
  const bool write = std::getenv("RBC_GOLDEN_WRITE") != nullptr;
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(kMistakesFolder))
    if (entry.path().extension() == ".runbook") paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  REQUIRE(paths.size() >= 1000);
  for (const fs::path& path : paths) {
    const std::vector<std::string> all = said_of(path.filename().string(), contents_of(path));
    std::string said;
    for (const std::string& one : all) said += (said.empty() ? "" : "\n") + one;
    fs::path wanted = path;
    wanted.replace_extension(".txt");
    if (write) std::ofstream(wanted, std::ios::binary) << said;
    INFO(path.filename().string());
    CHECK(said == contents_of(wanted));
    CHECK(!all.empty());
    CHECK(all.size() <= most_of(path.stem().string()));
  }
}

TEST_CASE("an edit that is called certain takes its message away") {
  std::size_t tried = 0;
  for (const auto& entry : fs::directory_iterator(kMistakesFolder)) {
    if (entry.path().extension() != ".runbook") continue;
    const std::string name = entry.path().filename().string();
    bool still = false;
    const std::optional<Mended> mended = mended_of(name, contents_of(entry.path()), std::nullopt, still);
    if (!mended) continue;
    ++tried;
    mended_of(name, mended->text, mended, still);
    INFO(name << "\n" << mended->code << " " << mended->message << "\n" << mended->text);
    CHECK(!still);
  }
  CHECK(tried >= 100);
}

TEST_CASE("one slip of the finger gives about one message") {
  std::size_t mutants = 0, broken = 0, messages = 0, most = 0;
  std::string worst;
  for (const char* name : {"tests/lang/rb-01.runbook", "tests/lang/rb-02.runbook", "tests/lang/service-down.runbook", "tests/lang/pivotal.runbook", "tests/lang/phase3.runbook"}) {
    const fs::path path = fs::path(RBC_SOURCE_DIR) / name;
    const std::string text = contents_of(path);
    const std::vector<Token> tokens = tokens_of(text);
    const auto count = [&](const std::string& changed, std::vector<std::string>* said) {
      rbc::OverlaySources sources;
      for (const auto& entry : fs::directory_iterator(path.parent_path()))
        if (entry.path().extension() == ".runbook" && entry.path() != path) sources.put(entry.path().string(), contents_of(entry.path()));
      sources.put(path.string(), changed);
      const rbc::Checked checked = rbc::check_project(sources, {path.string()}, rbc::catalogue());
      std::size_t errors = 0;
      for (const rbc::Diagnostic& one : checked.diagnostics) {
        if (one.severity != rbc::Severity::Error) continue;
        ++errors;
        if (said) said->push_back(rbc::render_pretty(one));
      }
      return errors;
    };
    constexpr std::size_t kEach = 100;  // of each program; a prime step touches every part of it
    for (std::size_t i = 0; i < kEach; ++i) {
      const std::size_t which = (i * 7919 + 13) % tokens.size();
      const std::string changed = slipped(text, tokens, which, static_cast<int>(i % 4));
      if (changed == text) continue;
      std::vector<std::string> said;
      const std::size_t errors = count(changed, &said);
      ++mutants;
      broken += errors > 0;
      messages += errors;
      most = std::max(most, errors);
      if (errors > 2 && std::getenv("RBC_MUTANTS_SHOW")) {
        worst += std::string("== ") + name + " at `" + text.substr(tokens[which].begin, tokens[which].end - tokens[which].begin) + "` how " + std::to_string(i % 4) + "\n";
        for (const std::string& one : said) worst += one + "\n";
      }
    }
  }
  INFO(mutants << " mutants, " << broken << " broken, " << messages << " messages, at most " << most << " of one\n" << worst);
  CHECK(mutants >= 380);
  CHECK(broken > mutants / 3);
  CHECK(messages * 10 <= broken * 12);
  CHECK(most <= 5);
  if (std::getenv("RBC_MUTANTS_SHOW")) FAIL_CHECK("shown");
}
