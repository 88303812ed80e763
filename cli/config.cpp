#include "cli/config.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "cli/command.hpp"
#include "grammar/diagnostic.hpp"
#include "vm/model/literal.hpp"

namespace rbc::cli {

namespace fs = std::filesystem;

std::string shown_path(const fs::path& path) {
  std::error_code ignored;
  fs::path near = fs::proximate(path, ignored);
  std::string shown = near.empty() ? path.string() : near.string();
  return shown.rfind("../../..", 0) == 0 ? path.string() : shown;
}

bool matches_pattern(std::string_view pattern, std::string_view path) {
  while (!pattern.empty()) {
    if (pattern.starts_with("**")) {
      std::string_view rest = pattern.substr(2);
      if (rest.starts_with("/") && matches_pattern(rest.substr(1), path)) return true;
      for (std::size_t skipped = 0; skipped <= path.size(); ++skipped)
        if (matches_pattern(rest, path.substr(skipped))) return true;
      return false;
    }
    if (pattern[0] == '*') {
      for (std::size_t skipped = 0; skipped <= path.size(); ++skipped) {
        if (matches_pattern(pattern.substr(1), path.substr(skipped))) return true;
        if (skipped < path.size() && path[skipped] == '/') return false;
      }
      return false;
    }
    if (path.empty() || (pattern[0] == '?' ? path[0] == '/' : pattern[0] != path[0])) return false;
    pattern.remove_prefix(1), path.remove_prefix(1);
  }
  return path.empty();
}

namespace {

// One sentence about a level, without the place; "" if it is one.
std::string add_level(const std::string& code, const std::string& text, Levels& levels) {
  const bool shellcheck = code.size() == 6 && code.starts_with("SC") && code.find_first_not_of("0123456789", 2) == std::string::npos;
  if (!find_diagnostic(code) && !shellcheck) {
    std::vector<std::string> codes;
    for (const DiagnosticInfo& each : all_diagnostics()) codes.emplace_back(each.code);
    return fmt::format("there is no diagnostic `{}`.{}", code, suggestion(code, codes));
  }
  static const std::vector<std::string> kLevels{"off", "warning", "error"};
  const auto at = std::find(kLevels.begin(), kLevels.end(), text);
  if (at == kLevels.end()) return fmt::format("the level of {} is off, warning or error, not `{}`.{}", code, text, suggestion(text, kLevels));
  const auto level = static_cast<Level>(at - kLevels.begin());
  if (code.starts_with('E') && level != Level::error) return fmt::format("{} is an error, which cannot be turned down; only warnings (W…) can.", code);
  levels[code] = level;
  return {};
}

// Reads one file; the first mistake is the answer.
class Reader {
 public:
  Reader(const fs::path& file, Config& config) : file_(file), config_(config) {}

  std::string read() {
    toml::table table;
    try {
      table = toml::parse_file(file_.string());
    } catch (const toml::parse_error& e) {
      return at(e.source(), e.description());
    }
    std::vector<std::string> known;
    for (const ProjectKey& key : project_keys()) known.emplace_back(key.name);
    if (!only_keys(table, known, "a project file")) return problem_;
    language(table), version(table), paths(table), schema(table), budgets(table);
    if (const auto* all = table.get("levels")) levels(*all, config_.levels);
    overrides(table);
    return problem_;
  }

 private:
  std::string at(const toml::source_region& where, std::string_view sentence) const {
    return fmt::format("{}:{}: {}", shown_path(file_), where.begin.line, sentence);
  }
  void say(const toml::source_region& where, std::string_view sentence) {
    if (problem_.empty()) problem_ = at(where, sentence);
  }
  bool only_keys(const toml::table& table, const std::vector<std::string>& known, std::string_view whose) {
    for (const auto& [key, value] : table) {
      const std::string name(key.str());
      if (std::find(known.begin(), known.end(), name) == known.end()) say(key.source(), fmt::format("`{}` is no key of {}.{}", name, whose, suggestion(name, known)));
    }
    return problem_.empty();
  }
  void language(const toml::table& table) {
    if (const auto* language = table.get("language"))
      if (language->value_or(int64_t{0}) != 1) say(language->source(), "this rbc knows language 1 only.");
  }
  void version(const toml::table& table) {
    const auto* wanted = table.get("rbc");
    if (!wanted) return;
    const std::string least = wanted->value_or(std::string{});
    if (least.rfind(">=", 0) != 0) return say(wanted->source(), fmt::format("`rbc` is written `rbc = \">={}\"`.", RBC_VERSION));
    const auto number = [](std::string_view text) {
      std::vector<int> parts;
      int current = 0;
      for (char c : text) {
        if (c == '.') parts.push_back(current), current = 0;
        else if (c >= '0' && c <= '9') current = std::min(current * 10 + (c - '0'), 1'000'000);
      }
      parts.push_back(current);
      parts.resize(3);
      return parts;
    };
    if (number(RBC_VERSION) < number(std::string_view(least).substr(2)))
      say(wanted->source(), fmt::format("this project needs rbc {}, and this is {}.", least, RBC_VERSION));
  }
  void paths(const toml::table& table) {
    const auto* paths = table.get("paths");
    if (!paths) return;
    const toml::array* list = paths->as_array();
    if (!list) return say(paths->source(), "`paths` is a list of folders.");
    for (const auto& each : *list) {
      const auto text = each.value<std::string>();
      if (!text || text->find("..") != std::string::npos || fs::path(*text).is_absolute()) return say(each.source(), "`paths` holds folders below the project.");
      config_.folders.push_back(file_.parent_path() / *text);
    }
  }
  void schema(const toml::table& table) {
    const auto* folder = table.get("schema");
    if (!folder) return;
    const auto text = folder->value<std::string>();
    if (!text || text->empty() || text->find("..") != std::string::npos || fs::path(*text).is_absolute())
      return say(folder->source(), "`schema` is a folder below the project: schema = \"schema\".");
    config_.schema = *text;
  }
  void budgets(const toml::table& table) {
    const auto* budgets = table.get("budgets");
    if (!budgets) return;
    const toml::table* each = budgets->as_table();
    if (!each) return say(budgets->source(), "`budgets` is a table: severity = \"45m\".");
    const std::vector<std::string> severities{"critical", "high", "medium", "low"};
    for (const auto& [key, value] : *each) {
      const std::string name(key.str());
      if (std::find(severities.begin(), severities.end(), name) == severities.end()) return say(key.source(), fmt::format("`{}` is no severity.{}", name, suggestion(name, severities)));
      const auto length = parse_literal(value.value_or(std::string{}), Type(TypeTag::duration));
      if (!length) return say(value.source(), "a budget is a duration in quotes, such as \"45m\".");
      config_.budgets[name] = length->as_int();
    }
  }
  void levels(const toml::node& node, Levels& into) {
    const toml::table* all = node.as_table();
    if (!all) return say(node.source(), "`levels` is a table: W0606 = \"error\".");
    for (const auto& [key, value] : *all) {
      const auto text = value.value<std::string>();
      if (!text) return say(value.source(), fmt::format("the level of {} is \"off\", \"warning\" or \"error\", in quotes.", key.str()));
      if (const std::string wrong = add_level(std::string(key.str()), *text, into); !wrong.empty()) return say(key.source(), wrong);
    }
  }
  void overrides(const toml::table& table) {
    const auto* node = table.get("override");
    if (!node) return;
    const toml::array* list = node->as_array();
    if (!list) return say(node->source(), "an override begins with `[[override]]`, and has `paths` and `levels`.");
    for (const auto& each : *list) {
      const toml::table* one = each.as_table();
      if (!one) return say(each.source(), "an override begins with `[[override]]`, and has `paths` and `levels`.");
      if (!only_keys(*one, {"paths", "levels"}, "an override")) return;
      Config::Override found;
      const auto* paths = one->get("paths");
      const toml::array* patterns = paths ? paths->as_array() : nullptr;
      if (!patterns || patterns->empty()) return say(paths ? paths->source() : each.source(), "an override names its `paths`: paths = [\"legacy/**\"].");
      for (const auto& pattern : *patterns) {
        const auto text = pattern.value<std::string>();
        if (!text || text->empty()) return say(pattern.source(), "`paths` holds patterns such as \"legacy/**\".");
        found.paths.push_back(*text);
      }
      if (!one->get("levels")) return say(each.source(), "an override says `levels`: levels = { W0606 = \"off\" }.");
      levels(*one->get("levels"), found.levels);
      config_.overrides.push_back(std::move(found));
    }
  }
  const fs::path& file_;
  Config& config_;
  std::string problem_;
};

}  // namespace

const std::vector<ProjectKey>& project_keys() {
  static const std::vector<ProjectKey> keys = {
      {"language", "The version of the language that the runbooks are written in. There is one: 1.", "language = 1"},
      {"rbc", "The oldest program that may read this project.", "rbc = \">=0.1.0\""},
      {"paths", "Folders below the project that hold its runbooks; otherwise all of it.", "paths = [\"runbooks\", \"services/shop\"]"},
      {"schema", "The folder of what `rbc schema pull` writes down of databases; `schema` beside this file otherwise.", "schema = \"ops/schema\""},
      {"budgets", "How long a runbook of a severity may take at most, headless; a longer one is an error (E0605).", "[budgets]\ncritical = \"30m\"\nhigh = \"2h\""},
      {"levels", "What a warning counts as: `off`, `warning` or `error`. Errors stay errors.", "[levels]\nW0606 = \"error\"\nSC2086 = \"off\""},
      {"override", "Other levels for some files. The last override that fits wins; `*` stands for what is no slash, `**` for anything.",
       "[[override]]\npaths = [\"legacy/**\"]\nlevels = { W0606 = \"off\" }"},
  };
  return keys;
}

std::string read_config(const fs::path& file, Config& config) { return Reader(file, config).read(); }

std::string read_level(const std::string& text, Levels& levels) {
  const std::size_t eq = text.find('=');
  if (eq == std::string::npos) return fmt::format("`--level {}` has no `=`. It is written `--level W0606=off`.", text);
  return add_level(text.substr(0, eq), text.substr(eq + 1), levels);
}

decltype(Settings::level) level_of(const Config& config, const Levels& command_line, const fs::path& root) {
  if (config.levels.empty() && config.overrides.empty() && command_line.empty()) return {};
  const auto in = [](const Levels& levels, const std::string& code) -> std::optional<Level> {
    const auto at = levels.find(code);
    return at == levels.end() ? std::nullopt : std::optional(at->second);
  };
  return [=](const std::string& path, const std::string& code) -> std::optional<Level> {
    if (const auto said = in(command_line, code)) return said;
    std::error_code ignored;
    const std::string from_root = fs::proximate(fs::absolute(path, ignored), root, ignored).generic_string();
    for (auto one = config.overrides.rbegin(); one != config.overrides.rend(); ++one) {
      const auto said = in(one->levels, code);
      if (said && std::any_of(one->paths.begin(), one->paths.end(), [&](const std::string& pattern) { return matches_pattern(pattern, from_root); })) return said;
    }
    return in(config.levels, code);
  };
}

}  // namespace rbc::cli
