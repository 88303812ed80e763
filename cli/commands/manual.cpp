// `rbc __manual FOLDER`: the manual pages, from the same tables as `rbc help`. The build writes them and the package installs them.
#include <cctype>
#include <filesystem>

#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/config.hpp"
#include "cli/files.hpp"

namespace rbc::cli {

namespace {

// What a page is made of: text in roff's spelling.
class Roff {
 public:
  Roff(std::string_view name, int section, std::string_view summary) {
    out_ = fmt::format(".TH {} {} \"\" \"rbc {}\" \"Runbooks as code\"\n.nh\n.ad l\n.SH NAME\n{} \\- {}\n", upper(name), section, RBC_VERSION, plain(name), plain(summary));
  }
  void section(std::string_view title) { out_ += fmt::format(".SH {}\n", upper(title)); }
  void paragraph(std::string_view text) { out_ += fmt::format(".PP\n{}\n", marked(text)); }
  // A line each, below one another.
  void lines(std::string_view text) {
    out_ += ".PP\n";
    for (bool first = true; !text.empty(); first = false) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      if (!first) out_ += ".br\n";
      out_ += marked(text.substr(0, end)) + "\n";
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }
  void item(std::string_view term, std::string_view text) { out_ += fmt::format(".TP\n{}\n{}\n", term, marked(text)); }
  void example(std::string_view text) {
    out_ += ".PP\n.RS 4\n.nf\n";
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      out_ += plain(text.substr(0, end)) + "\n";
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    out_ += ".fi\n.RE\n";
  }
  void raw(std::string_view text) { out_ += text; }
  const std::string& text() const { return out_; }

  static std::string bold(std::string_view text) { return fmt::format("\\fB{}\\fR", escaped(text)); }
  static std::string italic(std::string_view text) { return fmt::format("\\fI{}\\fR", escaped(text)); }

 private:
  static std::string escaped(std::string_view text) {
    std::string out;
    for (char c : text) {
      if (c == '\\') out += "\\e";
      else if (c == '-') out += "\\-";
      else if (c == '\'') out += "\\(aq";
      else if (c == '`') out += "\\(ga";
      else if (c == '^') out += "\\(ha";
      else if (c == '~') out += "\\(ti";
      else out += c;
    }
    return out;
  }
  // A line that begins with a dot would be a request.
  static std::string plain(std::string_view text) { return (text.starts_with('.') ? "\\&" : "") + escaped(text); }
  // `so` is bold.
  static std::string marked(std::string_view text) {
    std::string out = text.starts_with('.') ? "\\&" : "";
    bool inside = false;
    while (!text.empty()) {
      const std::size_t tick = std::min(text.find('`'), text.size());
      out += escaped(text.substr(0, tick));
      text.remove_prefix(tick);
      if (text.empty()) break;
      text.remove_prefix(1);
      out += inside || text.find('`') == std::string_view::npos ? "\\fR" : "\\fB";
      inside = !inside;
    }
    return out;
  }
  static std::string upper(std::string_view text) {
    std::string out;
    for (char c : text) out += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return fmt::format("\"{}\"", escaped(out));
  }
  std::string out_;
};

void exit_status(Roff& page) {
  page.section("Exit status");
  for (const ExitCode& each : exit_codes()) page.item(Roff::bold(std::to_string(each.code)), each.means);
}

Roff command_page(const Command& command) {
  Roff page(fmt::format("rbc-{}", command.name), 1, command.summary);
  page.section("Synopsis");
  page.raw(fmt::format("{}{}{}\n", Roff::bold(fmt::format("rbc {}", command.name)), command.positional.empty() ? "" : " " + Roff::italic(command.positional),
                       command.flags.empty() ? "" : " [" + Roff::italic("FLAG") + "…]"));
  page.section("Description");
  if (command.details.empty()) page.paragraph(command.summary);
  else page.lines(command.details);
  page.section("Options");
  for (const Flag& flag : command.flags) page.item(Roff::bold(written(flag)), flag.help);
  page.item(Roff::bold("-h, --help"), "all about this command, as here");
  if (command.takes_inputs) page.item(Roff::bold("--NAME VALUE"), "an input by its name");
  if (!command.examples.empty()) {
    page.section("Examples");
    for (const Example& each : command.examples) page.item(Roff::bold(each.line), each.says);
  }
  exit_status(page);
  page.section("See also");
  page.raw(".BR rbc (1),\n.BR rbc.toml (5)\n");
  return page;
}

Roff main_page() {
  Roff page("rbc", 1, "runbooks as code");
  page.section("Synopsis");
  page.raw(fmt::format("{} {} [{}…]\n", Roff::bold("rbc"), Roff::italic("COMMAND"), Roff::italic("FLAG")));
  page.section("Description");
  page.paragraph("A runbook is a typed program: it compiles, or it says where and why not. One that compiles cannot hang, cannot change what it said it would "
                 "only look at, and cannot leak a secret; it ends resolved, escalated, failed or aborted, within a time that is known beforehand.");
  page.paragraph("`rbc` checks, formats and draws runbooks without touching anything but files. It runs them with an operator at the terminal or without one, "
                 "keeps a journal of all it asked, saw and did, and goes on from there after a crash.");
  for (const Chapter chapter : kChapters) {
    page.section(title_of(chapter));
    for (const Command& each : commands())
      if (!each.summary.empty() && each.chapter == chapter)
        page.item(Roff::bold(fmt::format("rbc-{}", each.name)) + "(1)", each.summary);
  }
  exit_status(page);
  page.section("Environment");
  page.item(Roff::bold("NO_COLOR"), "if it is not empty, no colours");
  page.item(Roff::bold("TERM"), "`dumb`: no colours, and plain lines instead of keys");
  page.item(Roff::bold("PATH"), "where the commands of runbooks, and ShellCheck, are looked for");
  page.item(Roff::bold("TMPDIR"), "where ShellCheck is handed the shell lines of runbooks");
  page.item(Roff::bold("RBC_MODULE_PATH"), "folders, apart by colons, with the modules that speak PostgreSQL, Redis and HTTP; they are looked for in `../lib/rbc` beside the program otherwise");
  page.paragraph("Runbooks read the variables that their `secret NAME from env VARIABLE` lines name.");
  page.section("Files");
  page.item(Roff::bold("rbc.toml"), "makes a folder a project; see `rbc.toml`(5). Without one the working directory is the project.");
  page.item(Roff::bold("*.runbook"), "every one below the project is part of it, those in hidden folders, `build` and `node_modules` aside");
  page.item(Roff::bold(".rbc/runs.db"), "beside rbc.toml: the runs of the project and their journals");
  page.section("See also");
  page.raw(".BR rbc.toml (5),\n.BR shellcheck (1)\n");
  return page;
}

Roff project_page() {
  Roff page("rbc.toml", 5, "a project of runbooks");
  page.section("Description");
  page.paragraph("A folder with a file `rbc.toml` is a project: the ids of its runbooks, their alerts and their checks are unique within it. The file is TOML; an "
                 "empty one will do. A key that is not listed here is an error, with a suggestion. What the command line says goes over what the file says, and "
                 "`# rbc: allow(CODE, reason = \"…\")` in a runbook over both.");
  page.section("Keys");
  for (const ProjectKey& key : project_keys()) {
    page.item(Roff::bold(key.name), key.says);
    page.example(key.example);
  }
  page.section("See also");
  page.raw(".BR rbc (1),\n.BR rbc\\-check (1)\n");
  return page;
}

}  // namespace

int manual(const Given& given) {
  const std::filesystem::path folder = given.words[0];
  std::error_code trouble;
  for (const char* section : {"man1", "man5"})
    if (!trouble) std::filesystem::create_directories(folder / section, trouble);
  if (trouble) return refuse(kBroken, fmt::format("cannot make {}: {}.", folder.string(), trouble.message()));
  const auto write = [&](const std::string& name, const Roff& page) { return write_whole((folder / name).string(), page.text()); };
  std::string problem = write("man1/rbc.1", main_page());
  if (problem.empty()) problem = write("man5/rbc.toml.5", project_page());
  for (const Command& each : commands())
    if (problem.empty() && !each.summary.empty()) problem = write(fmt::format("man1/rbc-{}.1", each.name), command_page(each));
  return problem.empty() ? kOk : refuse(kBroken, problem);
}

}  // namespace rbc::cli
