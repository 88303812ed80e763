// The importer: documents in our own words against goldens, nothing lost, and whatever comes in, the draft parses.
#include <catch2/catch.hpp>

#include <fmt/format.h>

#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <set>

#include "compiler/compile.hpp"
#include "compiler/import/commands.hpp"
#include "compiler/import/import.hpp"
#include "compiler/import/markdown.hpp"
#include "compiler/import/sections.hpp"
#include "grammar/parse.hpp"
#include "grammar/print.hpp"
#include "stdlib/world.hpp"

using namespace rbc;

namespace {

namespace fs = std::filesystem;

const fs::path kGolden = fs::path(RBC_SOURCE_DIR) / "tests/golden/import";

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<fs::path> documents() {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(kGolden))
    if (entry.path().extension() == ".md" || entry.path().extension() == ".txt") found.push_back(entry.path());
  std::sort(found.begin(), found.end());
  return found;
}

import::Draft drafted(const std::string& document) { return import::import_document(document, "document", catalogue()); }

bool parses(const std::string& text) {
  const Source source("draft.runbook", text);
  Sink sink;
  const Tree tree = parse(source, sink);
  return sink.ok() && formatted(tree) == text;
}

// Words of three letters or digits and more, in small letters.
std::set<std::string> words(std::string_view text) {
  std::set<std::string> out;
  std::string word;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const unsigned char c = i < text.size() ? static_cast<unsigned char>(text[i]) : ' ';
    if (std::isalnum(c)) {
      word += static_cast<char>(std::tolower(c));
      continue;
    }
    if (word.size() >= 3) out.insert(word);
    word.clear();
  }
  return out;
}

std::string report(const import::Draft& draft) {
  const auto part = [](const import::Tally& tally) { return fmt::format("{}/{}", tally.typed, tally.all); };
  std::string out = fmt::format("# headings {}, items {}, commands {}\n", part(draft.headings), part(draft.items), part(draft.commands));
  for (const import::Line& line : draft.errors) out += fmt::format("# error at line {}: {}\n", line.line, line.text);
  return out;
}

}  // namespace

TEST_CASE("documents become the drafts that stand beside them") {
  REQUIRE(documents().size() >= 5);
  for (const fs::path& path : documents()) {
    INFO(path);
    const import::Draft draft = import::import_document(read(path), path.stem().string(), catalogue());
    REQUIRE(draft.problem.empty());
    const fs::path golden = fs::path(path).replace_extension(".golden");
    const std::string text = report(draft) + draft.text;
    if (std::getenv("RBC_GOLDEN_WRITE")) std::ofstream(golden, std::ios::binary) << text;
    CHECK(text == read(golden));
    CHECK(draft.errors.empty());
    CHECK(parses(draft.text));
  }
}

TEST_CASE("four in five headings, items and commands become typed lines") {
  for (const fs::path& path : documents()) {
    INFO(path);
    const import::Draft draft = import::import_document(read(path), path.stem().string(), catalogue());
    for (const import::Tally& tally : {draft.headings, draft.items, draft.commands}) {
      CHECK(tally.typed <= tally.all);
      CHECK(tally.typed * 10 >= tally.all * 8);
    }
  }
}

TEST_CASE("no word of a document is lost") {
  // What a keyword, a prompt or a literal says instead.
  const std::set<std::string> said{"severity", "sev1", "alerts", "owner", "crew", "curl", "fss", "docker", "compose", "exec", "psql", "redis", "cli", "prerequisites", "post", "incident", "related",
                                   "documents", "last", "updated", "review", "schedule", "monthly", "table", "contents", "escalation", "contacts", "bash", "shell", "console", "sql", "promql", "yaml", "python", "sleep"};
  for (const fs::path& path : documents()) {
    const std::string document = read(path);
    const auto kept = words(import::import_document(document, path.stem().string(), catalogue()).text);
    std::istringstream lines(document);
    std::string line;
    for (unsigned number = 1; std::getline(lines, line); ++number)
      for (const std::string& word : words(line)) {
        INFO(path << ":" << number << ": " << word);
        CHECK((kept.count(word) || said.count(word)));
      }
  }
}

TEST_CASE("every decision stands in the draft where the report says") {
  for (const fs::path& path : documents()) {
    const import::Draft draft = drafted(read(path));
    const Source source("draft.runbook", draft.text);
    CHECK(!draft.decisions.empty());
    for (const import::Line& decision : draft.decisions) CHECK(source.line(decision.line).find("# decide: " + decision.text) != std::string_view::npos);
  }
}

TEST_CASE("what is no document is refused in one sentence") {
  CHECK(drafted("").problem == "it is empty.");
  CHECK(drafted(" \n\t\n").problem == "it is empty.");
  CHECK(drafted(std::string("# A\n\0b", 6)).problem == "it is no text: line 2 holds a NUL byte.");
  CHECK(drafted("# A\nb\xff").problem.find("line 2 is not UTF-8") == 0);
  CHECK(drafted(std::string(import::kMostBytes + 1, 'a')).problem.find("shorter than 1024 KiB") != std::string::npos);
}

TEST_CASE("what nobody can see is made visible, and Windows' lines are lines") {
  CHECK(drafted("# A\r\n\r\n## B\r\n- [ ] c\r\n").text == drafted("# A\n\n## B\n- [ ] c\n").text);
  const import::Draft draft = drafted("# A\n## B\n- pay \xE2\x80\xAE" "dne\n- \x1b[31mred\n");
  CHECK(draft.text.find("<U+202E>") != std::string::npos);
  CHECK(draft.text.find('\x1b') == std::string::npos);
  CHECK(parses(draft.text));
}

TEST_CASE("nests, fences and long lines end") {
  std::string nest = "# A\n## B\n";
  for (unsigned i = 0; i < 500; ++i) nest += std::string(i * 2, ' ') + "- item\n";
  for (const std::string& document : {nest, std::string("```bash\nls -l"), "# A\n" + std::string(200000, '['), "# A\n- `" + std::string(100000, '`'), std::string("# A\n## B\n```sh\n") + std::string(90000, 'x') + "\n```\n",
                                      std::string("# A\n## B\n```sh\necho '") + std::string(70000, '(') + "\n```\n", std::string("|a|b\n|-|-\n|`x|y`|\\||\n")}) {
    const import::Draft draft = drafted(document);
    CHECK(draft.problem.empty());
    CHECK(parses(draft.text));
  }
}

TEST_CASE("placeholders of every kind become holes") {
  import::Names names;
  import::Commands commands(names);
  CHECK(commands.with_holes("kubectl logs <pod-name>") == "kubectl logs <pod-name>");
  CHECK(commands.with_holes("kubectl logs <Pod Name>") == "kubectl logs <pod-name>");
  CHECK(commands.with_holes("kubectl logs {{ pod }}") == "kubectl logs <pod>");
  CHECK(commands.with_holes("kubectl logs $POD ${NODE_NAME}") == "kubectl logs <pod> <node-name>");
  CHECK(commands.with_holes("du -sh YOUR_FOLDER your-site") == "du -sh <folder> <site>");
  CHECK(commands.with_holes("du -sh [FOLDER_NAME]") == "du -sh <folder-name>");
  CHECK(commands.with_holes("restore db-YYYYMMDD.gz") == "restore db-<date>.gz");
  // and what only looks like one stays
  for (const char* kept : {"docker ps --format '{{.Names}}'", "psql $DATABASE_URL", "echo '$POD'", "cat <<EOF", "grep '[A-Z]' f", "ls $HOME", "awk '{print $1}'"}) CHECK(commands.with_holes(kept) == kept);
  CHECK(commands.with_holes("echo $POD", {"POD"}) == "echo $POD");
}

TEST_CASE("commands go to the resource that understands them, with what the tables say they do") {
  import::Names names;
  import::Commands commands(names);
  const auto said = [&](const std::string& text) {
    import::Stretch stretch;
    stretch.text = text;
    std::string out;
    for (const import::Saying& saying : commands.say(stretch)) {
      const char* front = saying.kind == import::Saying::Kind::change ? "do " : saying.kind == import::Saying::Kind::destroy ? "caution do " : saying.kind == import::Saying::Kind::by_hand ? "by hand " : "";
      out += (out.empty() ? "" : "\n") + std::string(front) + saying.prompt + (saying.prompt.empty() ? "" : " ") + saying.text;
    }
    return out;
  };
  CHECK(said("docker-compose ps") == "stack> ps");
  CHECK(said("docker compose restart web") == "do stack> restart web");
  CHECK(said("docker compose exec web df -h") == "stack.web$ df -h");
  CHECK(said("docker compose logs web | grep -i error") == "box$ docker compose logs web | grep -i error");
  CHECK(said("psql -U app -d shop -c 'select 1; select 2'") == "db> select 1\ndb> select 2");
  CHECK(said("redis-cli -p 6380 flushdb") == "caution do cache> flushdb");
  CHECK(said("curl -H 'Content-Type: application/json' -d '{\"a\": 1}' http://localhost:1/x") == "do api> POST /x\nContent-Type: application/json\n\n{\"a\": 1}");
  CHECK(said("curl -s https://api.example.com/a/b?c=d | jq .") == "example> GET /a/b?c=d");
  CHECK(said("kubectl delete pod <pod>") == "do kubectl> delete pod <pod>");
  CHECK(said("sudo tail -f /var/log/syslog") == "box$ sudo tail -n 100 /var/log/syslog");
  CHECK(said("sleep 2m") == "2m");
  CHECK(said("rm -rf /srv/cache") == "caution do box$ rm -rf /srv/cache");
  CHECK(said("for i in 1 2; do echo $i; done").find("by hand") == 0);
}

TEST_CASE("times, thresholds and labels are seen") {
  CHECK(import::time_in("after 30 minutes") == "30m");
  CHECK(import::time_in("within 2 hours") == "2h");
  CHECK(import::time_in("< 5 min") == "5m");
  CHECK(import::time_in("after 3 attempts").empty());
  CHECK(import::time_in("version 1.5 m").empty());
  CHECK(import::time_in("0 minutes, 99999 days").empty());
  CHECK(import::rule_in("error rate > 5%") == "red if .value as ratio > 5%");
  CHECK(import::rule_in("If the lag is above 30 seconds, fail over") == "red if .value as seconds > 30s");
  CHECK(import::rule_in("the 99th percentile should be less than 10ms") == "red unless .value as milliseconds < 10ms");
  CHECK(import::rule_in("Warning when the disk is over 80 % full") == "amber if .used > 80%");
  CHECK(import::rule_in("a queue of more than 5,000 jobs") == "red if .value > 5000");
  CHECK(import::rule_in("fewer than 3 replicas") == "red if .value < 3");
  CHECK(import::rule_in("more than 1.5 GB") == "red if .value as bytes > 1.5GB");
  CHECK(import::rule_in("longer than 1.5 seconds").empty());
  CHECK(import::rule_in("a -> b").empty());
  CHECK(import::rule_in("handed over 3 times a day by the team above").empty());
  CHECK(import::rule_in("errors over 5 minutes").empty());
  CHECK(import::rule_in("if it is over 90 seconds") == "red if .value as seconds > 90s");
  CHECK(import::rule_in("within 30 minutes").empty());
  CHECK(import::rule_in("the section below: 4 steps").empty());
  CHECK(import::is_condition("If the disk is full"));
  CHECK(!import::is_condition("Life is hard"));
  CHECK(import::label_of("**Solution**:") == "Solution");
  CHECK(import::label_of("a sentence").empty());
  CHECK(import::id_in("RB-01: Down") == "RB-01");
  CHECK(import::id_in("X-ray").empty());
}

TEST_CASE("whatever the document, its draft parses") {
  std::vector<std::string> seeds;
  for (const fs::path& path : documents()) seeds.push_back(read(path));
  const std::vector<std::string> dictionary{"```", "```bash\n", "\n\n", "- [ ] ", "    ", "**", "`", "|", "<", ">", "<x>", "\"", "'", "\\", "#", "# ", "$(", "${A}", "{{", "}}", "otherwise", "red if ", ": ", "\t", "[a](b)", "- ", "1. ", "---\n", "<<EOF", "&&", "db> select", "\xC3\xA9", "\xE2\x80\x8B", "=====\n", "do box$ x", "If ", "> "};
  std::mt19937 random(20260101);
  const auto below = [&](std::size_t n) { return n ? std::uniform_int_distribution<std::size_t>(0, n - 1)(random) : 0; };
  for (unsigned round = 0; round < 150; ++round) {
    std::string document = seeds[below(seeds.size())];
    for (std::size_t edits = 1 + below(12); edits > 0; --edits) {
      const std::size_t at = below(document.size());
      switch (below(4)) {
        case 0: document.insert(at, dictionary[below(dictionary.size())]); break;
        case 1: document.erase(at, 1 + below(40)); break;
        case 2: document.insert(at, document.substr(below(document.size()), below(200))); break;
        default: document.replace(at, std::min<std::size_t>(1, document.size() - at), dictionary[below(dictionary.size())]);
      }
    }
    const import::Draft draft = drafted(document);
    if (!draft.problem.empty()) continue;
    INFO(document);
    REQUIRE(parses(draft.text));
  }
}
