// `rbc init`: a project around what is there, with a first runbook that looks at it.
#include <algorithm>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <set>

#include <fmt/format.h>

#include "cli/commands/ci_files.hpp"
#include "cli/commands/commands.hpp"
#include "cli/discover.hpp"
#include "cli/files.hpp"
#include "compiler/compile.hpp"
#include "grammar/ast.hpp"
#include "grammar/parse.hpp"
#include "grammar/print.hpp"
#include "stdlib/world.hpp"

namespace rbc::cli {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostServices = 12;   // looked at one by one; a longer table is nobody's first runbook

// The two files as they grow: what is declared, where it is, and what is looked at.
class Beginning {
 public:
  explicit Beginning(const Discovered& found) : found_(found) {
    containers();
    database();
    cache();
    metrics();
    for (const Service& service : found_.services) web(service);
    machine();
  }

  std::string estate() const {
    std::string out = "# What the runbooks of this project talk to, and where that is.\n\n" + resources_ + "contact on-call: Who is on call\n";
    out += secrets_.empty() ? "\n" : "\n" + secrets_ + "\n";
    return out + "env local\n" + bindings_ + "  > `log` writes a page down and wakes nobody. Others: `email a@b.example`, `pagerduty KEY`, `slack #channel`.\n  on-call = log\n";
  }
  std::string runbook() const {
    std::string goal;
    for (const std::string& check : checks_) goal += (goal.empty() ? "" : ", ") + check;
    return fmt::format("use estate\n\nrunbook RB-01: A first look\n  severity low\n  goal {}\n\n  escalation until acknowledged\n    after 30m page on-call: It is not well yet.\n\n"
                       "  step look: Is everything well?\n{}", goal, looks_);
  }
  // What a first test can say of it without knowing what was found.
  static std::string tests() {
    return "use first-look\n\ntest all-well: When everything is well, nobody is called\n  run RB-01 headless in local\n  given other checks are green\n  expect outcome is resolved\n"
           "  expect nobody paged\n\ntest not-well: When something is not, on-call hears of it\n  run RB-01 headless in local\n  given other checks are red\n  expect outcome is escalated\n"
           "  expect on-call paged once\n";
  }
  const std::vector<std::string>& lines() const { return said_; }

 private:
  std::string name(std::string_view words, std::string_view otherwise) {
    std::string made;
    for (const char c : words) {
      const bool part = std::isalnum(static_cast<unsigned char>(c)) != 0;
      if (part) made += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      else if (!made.empty() && made.back() != '-') made += '-';
    }
    while (made.ends_with('-')) made.pop_back();
    made.erase(made.begin(), std::find_if(made.begin(), made.end(), [](unsigned char c) { return std::isalpha(c); }));
    if (made.empty()) made = otherwise;
    if (is_reserved(made)) made = "the-" + made;
    std::string free = made;
    for (unsigned n = 2; !names_.insert(free).second; ++n) free = fmt::format("{}-{}", made, n);
    return free;
  }
  void declare(std::string_view kind, const std::string& what, std::string_view title, const std::string& binding) {
    resources_ += fmt::format("{} {}: {}\n", kind, what, title);
    bindings_ += fmt::format("  {} = {}\n", what, binding);
  }
  void check(std::string_view words, const std::string& title, std::initializer_list<std::string> lines) {
    checks_.push_back(name(words, "looked"));
    looks_ += fmt::format("    check {}: {}\n", checks_.back(), title);
    for (const std::string& line : lines) looks_ += fmt::format("      {}\n", line);
  }
  // A variable with an address, as a binding; "" if it is not set. Its value is read when a run begins, and stands in no file.
  std::string variable(std::initializer_list<const char*> wanted) {
    for (const char* one : wanted)
      if (std::find(found_.variables.begin(), found_.variables.end(), one) != found_.variables.end()) {
        const std::string secret = name(one, "address");
        secrets_ += fmt::format("secret {} from env {}\n", secret, one);
        return fmt::format("<{}>", secret);
      }
    return {};
  }
  // The service whose image is one of these, by its last part: `bitnami/redis:7` is redis.
  const Service* service(std::initializer_list<std::string_view> images) const {
    for (const Service& one : found_.services) {
      const std::string image = base_of(one.image);
      if (std::find(images.begin(), images.end(), image) != images.end()) return &one;
    }
    return nullptr;
  }
  static std::string base_of(const std::string& image) {
    const std::string last = image.substr(image.rfind('/') == std::string::npos ? 0 : image.rfind('/') + 1);
    return last.substr(0, last.find_first_of(":@"));
  }

  void containers() {
    if (found_.compose.empty()) return;
    const std::string stack = name("stack", "stack");
    declare("compose", stack, "The containers", found_.compose);
    said_.push_back(fmt::format("{}: {} service{}", found_.compose, found_.services.size(), found_.services.size() == 1 ? "" : "s"));
    for (std::size_t i = 0; i < found_.services.size() && i < kMostServices; ++i) {
      const std::string& one = found_.services[i].name;
      check(one + "-runs", fmt::format("The {} container runs", one), {fmt::format("{}> ps {}", stack, one), "red unless .state is running"});
    }
  }

  void database() {
    std::string binding = variable({"DATABASE_URL", "POSTGRES_URL"});
    std::string from = binding.empty() ? "" : "a variable";
    if (const Service* one = service({"postgres", "postgresql", "postgis", "timescaledb", "pgvector"}); one && binding.empty() && one->port) {
      std::string password;
      if (std::find(one->variables.begin(), one->variables.end(), "POSTGRES_PASSWORD") != one->variables.end()) {
        const std::string secret = name("postgres-password", "password");
        secrets_ += fmt::format("secret {} from env POSTGRES_PASSWORD\n", secret);
        password = fmt::format(":<{}>", secret);
        needed_.push_back("POSTGRES_PASSWORD");
      }
      const std::string user = one->user.empty() ? "postgres" : one->user;
      binding = fmt::format("postgres://{}{}@localhost:{}/{}", user, password, one->port, one->database.empty() ? user : one->database);
      from = one->name;
    }
    if (binding.empty()) return;
    const std::string db = name("db", "db");
    declare("postgres", db, "The database", binding);
    said_.push_back(fmt::format("a PostgreSQL database, by {}", from));
    check("database", "The database answers", {db + "> select 1", "red if .took > 2s"});
    check("connections", "Connection slots in use",
          {db + ">", "  select count(*) as used, current_setting('max_connections')::int as slots", "  from pg_stat_activity", "  where backend_type = 'client backend'", "amber if .used > 80% of .slots",
           "red if .used > 95% of .slots"});
    check("waiting", "Sessions that wait for a lock", {db + "> select count(*) as n from pg_stat_activity where wait_event_type = 'Lock'", "amber if .n > 0", "red if .n > 10"});
  }

  void cache() {
    std::string binding = variable({"REDIS_URL"});
    std::string from = binding.empty() ? "" : "a variable";
    if (const Service* one = service({"redis", "valkey", "redis-stack"}); one && binding.empty() && one->port) binding = fmt::format("redis://localhost:{}", one->port), from = one->name;
    if (binding.empty()) return;
    const std::string redis = name("cache", "cache");
    declare("redis", redis, "Redis", binding);
    said_.push_back(fmt::format("a Redis, by {}", from));
    check("cache-answers", "Redis answers", {redis + "> ping", "red if .took > 1s"});
  }

  void metrics() {
    std::string binding = variable({"PROMETHEUS_URL"});
    if (const Service* one = service({"prometheus"}); one && binding.empty() && one->port) binding = fmt::format("http://localhost:{}", one->port);
    if (binding.empty() && !found_.prometheus.empty()) binding = "http://localhost:9090";
    if (binding.empty()) return;
    const std::string prom = name("prom", "prom");
    declare("prometheus", prom, "Prometheus", binding);
    said_.push_back(found_.prometheus.empty() ? "a Prometheus" : fmt::format("a Prometheus, configured in {}", found_.prometheus));
    check("scraped", "What Prometheus watches is up", {prom + "> count(up == 0) or vector(0)", "red if .value > 0"});
  }

  void web(const Service& one) {
    static const std::set<std::string> kOthers{"postgres", "postgresql", "postgis", "timescaledb", "pgvector", "redis", "valkey", "redis-stack", "prometheus", "mysql", "mariadb", "mongo", "rabbitmq", "kafka"};
    if (!one.port || kOthers.count(base_of(one.image)) || (one.health.empty() && one.inside != 80 && one.inside != 3000 && one.inside != 5000 && one.inside != 8000 && one.inside != 8080)) return;
    const std::string web = name(one.name, "web");
    declare("http", web, fmt::format("{} over HTTP", one.name), fmt::format("http://localhost:{}", one.port));
    check(one.name + "-answers", fmt::format("{} answers", one.name), {fmt::format("{}> GET {}", web, one.health.empty() ? "/" : one.health), one.health.empty() ? "red if .status >= 500" : "red unless .ok"});
  }

  void machine() {
    check("disk", "Disk space of this machine", {"local> disk /", "amber if .used > 80%", "red if .used > 95%"});
    check("memory", "Memory of this machine", {"local> memory", "amber if .used > 90%", "red if .used > 98%"});
  }

  const Discovered& found_;
  std::set<std::string> names_{"run", "failure", "goal", "local", "clock", "on-call"};
  std::string resources_, secrets_, bindings_, looks_;
  std::vector<std::string> checks_, said_, needed_;

 public:
  // Variables that must be set before a look.
  std::vector<std::string> needed() const {
    std::vector<std::string> out;
    for (const std::string& one : needed_)
      if (!std::getenv(one.c_str())) out.push_back(one);
    out.insert(out.end(), found_.only_in_file.begin(), found_.only_in_file.end());
    return out;
  }
};

std::string laid_out(const std::string& path, const std::string& text) {
  const Source source(path, text);
  Sink sink;
  const Tree tree = parse(source, sink);
  return sink.ok() ? formatted(tree) : text;
}

// What is found is written only if it compiles: a name that nobody thought of must not become a broken first file.
std::string first_problem(const std::string& estate, const std::string& runbook, const std::string& tests) {
  OverlaySources sources;
  sources.put("estate.runbook", estate);
  sources.put("first-look.runbook", runbook);
  sources.put("first-look.test.runbook", tests);
  const Checked checked = check_project(sources, {"estate.runbook", "first-look.runbook", "first-look.test.runbook"}, catalogue());
  return checked.diagnostics.empty() ? std::string() : render_short(checked.diagnostics.front());
}

}  // namespace

int init(const Given& given) {
  const fs::path folder = given.words.empty() ? fs::path(".") : fs::path(given.words[0]);
  if (given.has("ci")) return write_ci(folder, given.get("ci"));
  std::error_code trouble;
  if (fs::exists(folder, trouble) && !fs::is_directory(folder, trouble)) return refuse(kUsage, fmt::format("{} is no folder.", folder.string()));
  fs::create_directories(folder, trouble);
  if (trouble) return refuse(kBroken, fmt::format("cannot make the folder {}: {}.", folder.string(), trouble.message()));
  for (const char* name : {"rbc.toml", "estate.runbook", "first-look.runbook", "first-look.test.runbook"})
    if (fs::exists(fs::symlink_status(folder / name, trouble)))
      return refuse(kUsage, fmt::format("{} is there already, and `rbc init` overwrites nothing.", (folder / name).lexically_normal().string()));
  const Discovered found = discover(folder);
  const Beginning begun(found);
  const std::string estate = laid_out("estate.runbook", begun.estate()), runbook = laid_out("first-look.runbook", begun.runbook());
  const std::string tests = laid_out("first-look.test.runbook", Beginning::tests());
  if (const std::string problem = first_problem(estate, runbook, tests); !problem.empty())
    return refuse(kBroken, fmt::format("this is a mistake in rbc itself, please report it: {}. Nothing was written.", problem));

  fmt::print("Found:\n");
  for (const std::string& line : begun.lines()) fmt::print("  {}\n", line);
  for (const std::string& line : found.unreadable) fmt::print("  not {}\n", line);
  if (begun.lines().empty()) fmt::print("  no compose file, DATABASE_URL, REDIS_URL, PROMETHEUS_URL or prometheus.yml: this machine alone\n");
  if (!found.alerts.empty()) fmt::print("  {} alert{}; `alert {} warning` in a runbook claims one\n", found.alerts.size(), found.alerts.size() == 1 ? "" : "s", found.alerts[0]);
  fmt::print("Wrote:\n");
  const std::pair<const char*, std::string> files[] = {{"rbc.toml", "language = 1\n"}, {"estate.runbook", estate}, {"first-look.runbook", runbook}, {"first-look.test.runbook", tests}};
  for (const auto& [name, text] : files) {
    const fs::path path = (folder / name).lexically_normal();
    if (const std::string problem = write_whole(path.string(), text); !problem.empty()) return refuse(kBroken, problem);
    fmt::print("  {}\n", path.string());
  }
  if (const auto needed = begun.needed(); !needed.empty())
    fmt::print("Set before a look, since no value is copied into a file: {}{}\n", fmt::join(needed, ", "), found.only_in_file.empty() ? "" : " (`set -a; . ./.env; set +a`)");
  fmt::print("Next:\n{}  rbc look           what is well, and what is not\n  rbc plan rb-01     what a run would do\n  rbc check          after every edit of first-look.runbook\n  rbc test           that it still does what it should\n",
             folder.lexically_normal() == "." ? "" : fmt::format("  cd {}\n", folder.lexically_normal().string()));
  return kOk;
}

}  // namespace rbc::cli
