#include "cli/discover.hpp"

#include <yaml.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <memory>
#include <set>

#include <fmt/format.h>

#include "cli/alerts.hpp"
#include "cli/files.hpp"
#include "grammar/utf8.hpp"

namespace rbc::cli {

namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kMostConfigBytes = 1 << 20;
constexpr const char* kAddressVariables[] = {"DATABASE_URL", "POSTGRES_URL", "REDIS_URL", "PROMETHEUS_URL"};

// One YAML document whose nodes are asked for by key.
class Yaml {
 public:
  Yaml(const std::string& text, std::string& problem) {
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser)) {
      problem = "there is no memory to read it";
      return;
    }
    yaml_parser_set_input_string(&parser, reinterpret_cast<const unsigned char*>(text.data()), text.size());
    loaded_ = yaml_parser_load(&parser, &document_) != 0;
    if (!loaded_) problem = fmt::format("it is no YAML: {} at line {}", parser.problem ? parser.problem : "it cannot be read", parser.problem_mark.line + 1);
    yaml_parser_delete(&parser);
  }
  ~Yaml() {
    if (loaded_) yaml_document_delete(&document_);
  }
  Yaml(const Yaml&) = delete;
  Yaml& operator=(const Yaml&) = delete;

  yaml_node_t* root() { return loaded_ ? yaml_document_get_root_node(&document_) : nullptr; }
  yaml_node_t* get(yaml_node_t* table, std::string_view key) {
    for (const auto& [name, value] : pairs(table))
      if (name == key) return value;
    return nullptr;
  }
  static std::string text(const yaml_node_t* node) {
    return node && node->type == YAML_SCALAR_NODE ? std::string(reinterpret_cast<const char*>(node->data.scalar.value), node->data.scalar.length) : std::string();
  }
  std::vector<std::pair<std::string, yaml_node_t*>> pairs(yaml_node_t* table) {
    std::vector<std::pair<std::string, yaml_node_t*>> out;
    if (!table || table->type != YAML_MAPPING_NODE) return out;
    for (auto* pair = table->data.mapping.pairs.start; pair < table->data.mapping.pairs.top; ++pair)
      out.emplace_back(text(yaml_document_get_node(&document_, pair->key)), yaml_document_get_node(&document_, pair->value));
    return out;
  }
  std::vector<yaml_node_t*> items(yaml_node_t* list) {
    std::vector<yaml_node_t*> out;
    if (!list || list->type != YAML_SEQUENCE_NODE) return out;
    for (auto* item = list->data.sequence.items.start; item < list->data.sequence.items.top; ++item) out.push_back(yaml_document_get_node(&document_, *item));
    return out;
  }

 private:
  yaml_document_t document_;
  bool loaded_ = false;
};

std::optional<std::string> read_config_text(const fs::path& file) {
  std::error_code trouble;
  if (!fs::is_regular_file(file, trouble) || fs::file_size(file, trouble) > kMostConfigBytes) return std::nullopt;
  return read_whole(file.string());
}

int number_of(std::string_view text) {
  if (text.empty() || text.size() > 5 || text.find_first_not_of("0123456789") != std::string_view::npos) return 0;
  const int value = std::atoi(std::string(text).c_str());
  return value <= 65535 ? value : 0;
}

// `8080:80`, `127.0.0.1:8080:80/tcp`, or a table with `published` and `target`.
void read_port(Yaml& yaml, yaml_node_t* node, Service& service) {
  std::string published = Yaml::text(yaml.get(node, "published")), target = Yaml::text(yaml.get(node, "target"));
  if (const std::string text = Yaml::text(node); !text.empty()) {
    const std::string plain = text.substr(0, text.find('/'));
    const auto last = plain.rfind(':');
    if (last == std::string::npos) return;
    target = plain.substr(last + 1);
    const auto before = plain.rfind(':', last - 1);
    published = plain.substr(before == std::string::npos || last == 0 ? 0 : before + 1, last - (before == std::string::npos || last == 0 ? 0 : before + 1));
  }
  if (const int port = number_of(published); port && !service.port) service.port = port, service.inside = number_of(target);
}

// The path of the first address in a health check that asks this service itself.
std::string health_path(std::string_view command) {
  const auto at = command.find("http://");
  if (at == std::string_view::npos) return {};
  const auto path = command.find('/', at + 7);
  if (path == std::string_view::npos) return "/";
  const auto end = command.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._~/-", path);
  return std::string(command.substr(path, end - path));
}

bool plain_name(std::string_view text) {
  return !text.empty() && text.size() <= 63 && std::isalpha(static_cast<unsigned char>(text[0])) &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isalnum(c) || c == '_'; });
}

void read_service(Yaml& yaml, yaml_node_t* node, Service& service) {
  service.image = Yaml::text(yaml.get(node, "image"));
  for (yaml_node_t* port : yaml.items(yaml.get(node, "ports"))) read_port(yaml, port, service);
  yaml_node_t* test = yaml.get(yaml.get(node, "healthcheck"), "test");
  std::string command = Yaml::text(test);
  for (yaml_node_t* word : yaml.items(test)) command += " " + Yaml::text(word);
  service.health = health_path(command);
  const auto variable = [&](const std::string& name, const std::string& value) {
    service.variables.push_back(name);
    if (name == "POSTGRES_USER" && plain_name(value)) service.user = value;
    if (name == "POSTGRES_DB" && plain_name(value)) service.database = value;
  };
  yaml_node_t* environment = yaml.get(node, "environment");
  for (const auto& [name, value] : yaml.pairs(environment)) variable(name, Yaml::text(value));
  for (yaml_node_t* line : yaml.items(environment)) {
    const std::string text = Yaml::text(line);
    const auto sign = text.find('=');
    variable(text.substr(0, sign), sign == std::string::npos ? std::string() : text.substr(sign + 1));
  }
}

void find_compose(const fs::path& folder, Discovered& found) {
  for (const char* name : {"compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml", "docker-compose.production.yml", "docker-compose.prod.yml", "docker-compose.demo.yml"}) {
    const auto text = read_config_text(folder / name);
    if (!text) continue;
    std::string problem;
    Yaml yaml(*text, problem);
    yaml_node_t* services = yaml.get(yaml.root(), "services");
    if (problem.empty() && !services) problem = "it has no `services`";
    if (!problem.empty()) {
      found.unreadable.push_back(fmt::format("{}: {}.", name, problem));
      continue;
    }
    found.compose = name;
    for (const auto& [service, node] : yaml.pairs(services)) {
      const bool sayable = !service.empty() && std::all_of(service.begin(), service.end(), [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '-' || c == '.'; });
      if (!sayable) continue;
      found.services.push_back({service, {}, 0, 0, {}, {}, {}, {}});
      read_service(yaml, node, found.services.back());
    }
    return;
  }
}

void find_variables(const fs::path& folder, Discovered& found) {
  std::set<std::string> in_file;
  if (const auto text = read_config_text(folder / ".env"))
    for (std::size_t from = 0; from < text->size();) {
      const auto end = std::min(text->find('\n', from), text->size());
      std::string_view line = std::string_view(*text).substr(from, end - from);
      from = end + 1;
      while (line.starts_with(' ')) line.remove_prefix(1);
      if (line.starts_with("export ")) line.remove_prefix(7);
      if (const auto sign = line.find('='); sign != std::string_view::npos && sign + 1 < line.size()) in_file.insert(std::string(line.substr(0, sign)));
    }
  for (const char* name : kAddressVariables) {
    const char* value = std::getenv(name);
    const bool set = value && *value;
    if (!set && !in_file.count(name)) continue;
    found.variables.emplace_back(name);
    if (!set) found.only_in_file.emplace_back(name);
  }
}

void read_prometheus(const fs::path& folder, const fs::path& file, Discovered& found) {
  const auto text = read_config_text(file);
  if (!text) return;
  std::string problem;
  Yaml yaml(*text, problem);
  if (!problem.empty()) return found.unreadable.push_back(fmt::format("{}: {}.", file.lexically_relative(folder).string(), problem));
  found.prometheus = file.lexically_relative(folder).string();
  for (yaml_node_t* rule : yaml.items(yaml.get(yaml.root(), "rule_files"))) {
    const fs::path named = file.parent_path() / fs::path(Yaml::text(rule)).filename();
    const auto rules = read_config_text(named);
    if (!rules) continue;
    const Source source(named.string(), *rules);
    std::vector<AlertRule> read;
    std::vector<Diagnostic> problems;
    read_alert_rules(source, read, problems);
    for (const AlertRule& one : read) found.alerts.push_back(one.name.text);
  }
  std::sort(found.alerts.begin(), found.alerts.end());
  found.alerts.erase(std::unique(found.alerts.begin(), found.alerts.end()), found.alerts.end());
}

void find_prometheus(const fs::path& folder, Discovered& found) {
  std::error_code trouble;
  std::vector<fs::path> configurations;
  fs::recursive_directory_iterator at(folder, fs::directory_options::skip_permission_denied, trouble);
  for (unsigned seen = 0; !trouble && at != fs::recursive_directory_iterator() && seen < 10'000; at.increment(trouble), ++seen) {
    const std::string name = at->path().filename().string();
    if (at->is_directory(trouble) && (at.depth() >= 2 || name.starts_with(".") || name == "node_modules")) at.disable_recursion_pending();
    if (name == "prometheus.yml" || name == "prometheus.yaml") configurations.push_back(at->path());
  }
  std::sort(configurations.begin(), configurations.end());
  if (!configurations.empty()) read_prometheus(folder, configurations.front(), found);
}

}  // namespace

Discovered discover(const fs::path& folder) {
  Discovered found;
  find_compose(folder, found);
  find_variables(folder, found);
  find_prometheus(folder, found);
  return found;
}

}  // namespace rbc::cli
