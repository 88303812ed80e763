// What a program printed and how it ended, as an answer; and scripts for sh.
#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstring>

#include "stdlib/modules/machine.hpp"
#include "stdlib/modules/script.hpp"

namespace rbc {
namespace output_module {

std::string last_line(const std::string& text) {
  std::size_t end = text.find_last_not_of(" \t\r\n");
  if (end == std::string::npos) return {};
  const auto start = text.rfind('\n', end);
  return text.substr(start == std::string::npos ? 0 : start + 1, end - (start == std::string::npos ? 0 : start + 1) + 1);
}

Value output(const Finished& done) {
  std::string text = done.out, err = done.err;
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  if (done.out_dropped || done.err_dropped) err += fmt::format("{}({} more bytes were printed than are kept)", err.empty() || err.ends_with('\n') ? "" : "\n", done.out_dropped + done.err_dropped);
  if (err.ends_with('\n')) err.pop_back();
  std::vector<Value> lines;
  for (std::string_view rest = text; !rest.empty();) {
    const auto end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back(Value::text(std::string(line)));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  while (!lines.empty() && lines.back().text().empty()) lines.pop_back();
  Value json = Value::missing("the output is not JSON");
  if (done.out_dropped) json = Value::missing("the output is longer than 1 MiB");
  else if (auto parsed = parse_json(text)) json = *parsed;
  Fields fields;
  fields.put("text", Value::text(std::move(text))).put("err", Value::text(std::move(err))).put("lines", Value::list(std::move(lines)));
  return fields.put("json", std::move(json)).put("exit", Value::integer(done.exit)).record();
}

}  // namespace output_module

Reply decode_output(const Finished& done, const Template& what) {
  const bool changes = what.effect >= Effect::changes;
  if (!done.problem.empty()) return Reply::none(Way::blindness, done.problem);
  const std::string said = output_module::last_line(done.err.empty() ? done.out : done.err);
  const std::string tail = said.empty() ? std::string() : ": " + said;
  if (done.signal) return Reply::none(Way::blindness, fmt::format("it was killed by signal {} ({})", done.signal, ::strsignal(done.signal)), changes);
  if (done.exit == 126 || done.exit == 127) return Reply::none(Way::blindness, fmt::format("exit {}{}", done.exit, tail));
  const bool answers = done.exit == 0 || what.exit_answers == 2 || (what.exit_answers == 1 && done.exit == 1);
  if (!answers) return Reply::none(Way::refusal, fmt::format("exit {}{}", done.exit, tail));
  return Reply::answer(output_module::output(done), done.exit == 0);
}

Command shell_command(const Utterance& said, const std::vector<std::pair<std::string, std::string>>& exports, const std::string& folder) {
  Command command;
  command.words = {"/bin/sh", "-c", script_for_sh(said.text)};
  command.environment = exports;
  command.environment.insert(command.environment.end(), said.environment.begin(), said.environment.end());
  command.folder = folder;
  return command;
}

}  // namespace rbc
