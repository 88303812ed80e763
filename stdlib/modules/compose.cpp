// Compose, through the docker CLI and its JSON: an array in some versions, one object a line in others.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <optional>

#include "stdlib/modules/machine.hpp"
#include "vm/model/literal.hpp"

namespace rbc {
namespace compose_module {

bool shell(const std::string& row) { return row.starts_with("compose.shell."); }
bool formatted(const std::string& row) {
  return row == "compose.ps" || row == "compose.ps.service" || row == "compose.stats" || row == "compose.stats.service" || row == "compose.images";
}

// Nothing when it is no JSON: what cannot be read says nothing of what runs.
std::optional<std::vector<Value>> objects(const std::string& text) {
  if (auto whole = parse_json(text)) {
    if (whole->json_kind() == JsonKind::array) return whole->items();
    if (whole->json_kind() == JsonKind::object) return std::vector<Value>{*whole};
    return std::nullopt;
  }
  std::vector<Value> all;
  for (std::string_view rest = text; !rest.empty();) {
    const auto end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    auto one = parse_json(line);
    if (!one || one->json_kind() != JsonKind::object) return std::nullopt;
    all.push_back(*one);
  }
  return all;
}

std::string text_of(const Value& object, const char* name) {
  const Value* found = object.field(name);
  return found ? found->text() : std::string();
}
std::int64_t int_of(const Value& object, const char* name) {
  const Value* found = object.field(name);
  if (!found) return 0;
  return found->json_kind() == JsonKind::integer ? found->as_int() : std::strtoll(found->text().c_str(), nullptr, 10);
}

Value state_of(const Value& object) {
  const std::string state = text_of(object, "State");
  for (const char* known : {"created", "running", "restarting", "exited", "paused", "dead"}) {
    if (state == known) return Value::option(state);
  }
  return Value::option(state == "removing" ? "dead" : "absent");
}
Value health_of(const Value& object) {
  const std::string health = text_of(object, "Health");
  for (const char* known : {"starting", "healthy", "unhealthy"}) {
    if (health == known) return Value::option(health);
  }
  return Value::option("none");
}
// `2024-12-01 10:30:00 +0000 UTC`, or seconds since 1970.
Value since(const Value& object) {
  const Value* created = object.field("CreatedAt");
  if (!created) created = object.field("Created");
  if (!created) return Value::missing("compose does not say since when");
  if (created->json_kind() == JsonKind::integer) return Value::instant(created->as_int() * kSecond);
  int offset = 0;
  char sign = '+';
  std::tm parts{};
  const int read = std::sscanf(created->text().c_str(), "%d-%d-%d %d:%d:%d %c%4d", &parts.tm_year, &parts.tm_mon, &parts.tm_mday, &parts.tm_hour,
                               &parts.tm_min, &parts.tm_sec, &sign, &offset);
  if (read < 6) return Value::missing("compose does not say since when");
  parts.tm_year -= 1900;
  parts.tm_mon -= 1;
  const int seconds = (sign == '-' ? -1 : 1) * (offset / 100 * 3600 + offset % 100 * 60);
  return Value::instant((static_cast<std::int64_t>(::timegm(&parts)) - seconds) * kSecond);
}

Value percent_of(const std::string& text) {
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  if (end == text.c_str() || !std::isfinite(number)) return Value::missing("docker does not say");
  return Value::percent(ratio_of_percent(number));
}
// `12.5MiB`, `1.2GB`, `0B`.
Value size_of(const std::string& text) {
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  if (end == text.c_str()) return Value::missing("docker does not say");
  std::string unit(end);
  unit.resize(std::min(unit.find_first_of(" /"), unit.size()));
  const double base = unit.find('i') != std::string::npos ? 1024 : 1000;
  const auto power = unit.empty() ? std::string::npos : std::string_view("BkMGTP").find(unit[0] == 'K' ? 'k' : unit[0]);
  return Value::size(std::llround(number * std::pow(base, power == std::string::npos ? 0.0 : static_cast<double>(power))));
}
// `project-service-1` where the service is not named.
std::string service_of(const Value& object) {
  if (std::string named = text_of(object, "Service"); !named.empty()) return named;
  std::string name = text_of(object, "Name");
  if (name.empty()) name = text_of(object, "ContainerName");
  const auto first = name.find_first_of("-_"), last = name.find_last_of("-_");
  return first != std::string::npos && last > first ? name.substr(first + 1, last - first - 1) : name;
}

Value one_service(const std::vector<Value>& containers) {
  if (containers.empty()) {
    return Fields().put("state", Value::option("absent")).put("health", Value::option("none")).put("exit", Value::integer(0)).record();
  }
  // Of several replicas the one that does not run is what somebody has to look at.
  const Value* chosen = &containers.front();
  for (const Value& container : containers) {
    const bool well = text_of(container, "State") == "running" && text_of(container, "Health") != "unhealthy";
    if (!well) chosen = &container;
  }
  return Fields().put("state", state_of(*chosen)).put("health", health_of(*chosen)).put("exit", Value::integer(int_of(*chosen, "ExitCode"))).record();
}

}  // namespace compose_module

Command compose_command(const std::string& file, const Template& what, const Utterance& said,
                        const std::vector<std::pair<std::string, std::string>>& exports, const std::string& folder) {
  Command command;
  command.folder = folder;
  command.words = {"docker", "compose", "-f", file};
  command.environment = said.environment;
  if (compose_module::shell(what.row)) {
    const Command inside = shell_command(said, exports, folder);
    command.environment = inside.environment;
    command.words.insert(command.words.end(), {"exec", "-T"});
    // By name only: the values travel in the client's environment, not on a command line that everyone can list.
    for (const auto& [name, value] : inside.environment) command.words.insert(command.words.end(), {"-e", name});
    command.words.push_back(what.path.empty() ? std::string() : what.path.front());
    command.words.insert(command.words.end(), inside.words.begin(), inside.words.end());
    return command;
  }
  const std::string verb = said.words.empty() ? std::string() : said.words.front();
  if (!verb.empty()) command.words.push_back(verb);
  if (what.row == "compose.ps" || what.row == "compose.ps.service") command.words.push_back("--all");
  if (what.row.starts_with("compose.stats")) command.words.push_back("--no-stream");
  if (compose_module::formatted(what.row)) command.words.insert(command.words.end(), {"--format", "json"});
  if (verb == "logs") command.words.insert(command.words.end(), {"--no-color", "--no-log-prefix"});
  const bool detached = std::any_of(said.words.begin(), said.words.end(), [](const std::string& w) { return w == "-d" || w == "--detach" || w == "--wait"; });
  if (verb == "up" && !detached) command.words.push_back("-d");   // in the foreground it would never end
  if (!said.words.empty()) command.words.insert(command.words.end(), said.words.begin() + 1, said.words.end());
  return command;
}

Reply decode_compose(const Finished& done, const Template& what) {
  using namespace compose_module;
  Reply reply = decode_output(done, what);
  if (shell(what.row) && done.exit == 1 && (done.err.find("is not running") != std::string::npos || done.err.find("no such service") != std::string::npos)) {
    return Reply::none(Way::blindness, done.err.substr(0, done.err.find('\n')));
  }
  if (reply.way != Way::answer || !formatted(what.row)) return reply;
  const std::optional<std::vector<Value>> read = objects(done.out);
  if (!read) return Reply::none(Way::blindness, "docker printed something that is not JSON");
  const std::vector<Value>& all = *read;
  if (what.row == "compose.ps.service") return Reply::answer(one_service(all));
  std::vector<Value> rows;
  for (const Value& object : all) {
    Fields fields;
    fields.put("service", Value::text(service_of(object)));
    if (what.row == "compose.ps") {
      fields.put("state", state_of(object)).put("health", health_of(object)).put("exit", Value::integer(int_of(object, "ExitCode"))).put("since", since(object));
    } else if (what.row == "compose.images") {
      const Value* size = object.field("Size");
      fields.put("repository", Value::text(text_of(object, "Repository"))).put("tag", Value::text(text_of(object, "Tag")));
      fields.put("id", Value::text(text_of(object, "ID")));
      fields.put("used", !size ? Value::missing("docker does not say")
                         : size->json_kind() == JsonKind::integer ? Value::size(size->as_int()) : size_of(size->text()));
    } else {
      fields.put("cpu", percent_of(text_of(object, "CPUPerc"))).put("memory", percent_of(text_of(object, "MemPerc")));
      fields.put("used", size_of(text_of(object, "MemUsage")));
    }
    rows.push_back(fields.record());
  }
  std::vector<std::string> columns = {"service", "cpu", "memory", "used"};
  if (what.row == "compose.ps") columns = {"service", "state", "health", "exit", "since"};
  if (what.row == "compose.images") columns = {"service", "repository", "tag", "id", "used"};
  return Reply::answer(Value::rows(std::move(columns), std::move(rows)));
}

}  // namespace rbc
