#include "cli/command.hpp"
#include "cli/commands/commands.hpp"

namespace rbc::cli {

const std::vector<Command>& commands() {
  static const std::vector<Command> table = {
      {"check", "[PATH…]", Of::source, 0, kAnyNumber,
       "parse, type-check and classify runbooks; touches nothing but files",
       "Without a PATH: every runbook of the project. Exit 0 without findings, 1 with errors (see --fail-on).\n"
       "What is right in one place although it is warned of: `# rbc: allow(W0606, reason = \"…\")` on the line above.",
       {{"format", "FORMAT", Of::format, false, "pretty (at a terminal), short (in a pipe), json, sarif, junit, github or gitlab"},
        {"output", "FILE", Of::file, false, "write there instead, whole or not at all", 'o'},
        {"summary", "FILE", Of::file, false, "also add a table in Markdown to this file: runbooks, findings, bounds; for the page of a CI job"},
        {"fail-on", "error|warning", Of::text, false, "what makes the exit code 1 (error)"},
        {"max-errors", "N", Of::text, false, "show at most N findings (100); pretty, short"},
        {"level", "CODE=LEVEL", Of::text, true, "a warning's level here: off, warning or error; may be repeated"},
        {"no-shellcheck", "", Of::nothing, false, "do not ask ShellCheck about shell lines; it is asked when it is installed"},
        {"baseline", "FILE", Of::file, false, "findings that stand in it do not count"},
        {"write-baseline", "", Of::nothing, false, "write the findings of now into the baseline"},
        {"fix", "[=all]", Of::text, false, "mend what can be mended without changing what is meant; =all: also what a person should review"},
        {"fix-unsafe", "", Of::nothing, false, "the same as --fix=all"},
        {"diff", "", Of::nothing, false, "with --fix: show what would change, and write nothing"},
        {"color", "auto|always|never", Of::text, false, "colours (auto: at a terminal, without NO_COLOR)"},
        {"alerts", "FILE", Of::file, true, "hold the runbooks against these alert rules of Prometheus; may be repeated"},
        {"today", "DATE", Of::text, false, "hold review dates against this day instead of the clock's, so that CI says the same tomorrow"},
        {"live", "", Of::nothing, false, "have every SQL statement prepared by its server, and hold snapshots against it; nothing is executed"},
        {"env", "E", Of::environment, false, "with --live: whose servers (needed unless there is only one)"},
        {"times", "", Of::nothing, false, "also how long each runbook can take, and its longest path; pretty, short, json"}},
       false, check, Chapter::write,
       {{"rbc check", "every runbook of the project"}, {"rbc check rb-02.runbook --times", "one file, and how long it can take"}, {"rbc check --fix --diff", "what would be mended"}, {"rbc check --live --env production", "the SQL of every runbook, prepared by the servers it is for"}, {"rbc check --format sarif -o rbc.sarif", "for code scanning"}, {"rbc check --format github --summary \"$GITHUB_STEP_SUMMARY\"", "in a GitHub workflow"}, {"rbc check --baseline known.json --write-baseline", "adopt rbc in an old project: from now on only what is new counts"}}},
      {"fmt", "[PATH…]", Of::source, 0, kAnyNumber,
       "lay runbooks out: one layout, no options; prints the names of the files it changed",
       "Without a PATH: every runbook of the project. A file that cannot be parsed is left as it is, and named.\n"
       "Exit 0 if all is laid out, 1 if a file cannot be parsed or, with --check or --diff, would change, 3 if one cannot be read or written.",
       {{"check", "", Of::nothing, false, "change nothing; list the files that would change"},
        {"diff", "", Of::nothing, false, "change nothing; show what would change"},
        {"stdin", "", Of::nothing, false, "read one runbook from standard input, write it to standard output"},
        {"stdin-filename", "NAME", Of::file, false, "what messages call what --stdin reads"}},
       false, format_files, Chapter::write,
       {{"rbc fmt", "the whole project"}, {"rbc fmt --check", "in CI: exit 1 if a file would change"}, {"rbc fmt --stdin < draft.runbook", "for an editor"}}},
      {"test", "[PATH…]", Of::source, 0, kAnyNumber,
       "run the tests of runbooks on a virtual clock; touches nothing but files",
       "Without a PATH: every test of the project; with a runbook, also those in NAME.test.runbook beside it.\n"
       "A test needs no network, no secret and no server; 24 hours of a ladder take a millisecond. Each failure is told with the line, the expected and\n"
       "what was seen. Exit 0 if all pass, 1 if one fails, a file has errors, or coverage is below the threshold, 2 if there is no such test.",
       {{"run", "RE", Of::text, false, "only tests of whose `RUNBOOK NAME` this regular expression matches a part"},
        {"coverage", "", Of::nothing, false, "list the steps, arms, causes, rungs, rules and undos that no test reached"},
        {"threshold", "N", Of::text, false, "with --coverage: exit 1 if less than N % of a runbook is reached"},
        {"junit", "FILE", Of::file, false, "also write JUnit's XML there"},
        {"seed", "N", Of::text, false, "run them in an order of its own, the same for the same N: no test may lean on another"},
        {"verbose", "", Of::nothing, false, "of a test that fails, also all that happened, with its time", 'v'},
        {"color", "auto|always|never", Of::text, false, "colours (auto: at a terminal, without NO_COLOR)"},
        {"format", "pretty|json|github", Of::text, false, "pretty; json: one object a line, a test each; github: a failure as a note on its line"},
        {"summary", "FILE", Of::file, false, "also add a table in Markdown to this file; for the page of a CI job"}},
       false, test, Chapter::write,
       {{"rbc test", "the whole project"}, {"rbc test rb-02.runbook -v", "one runbook's, and what happened where one fails"}, {"rbc test --run 'RB-02 .*crash'", "by name"}, {"rbc test --coverage --threshold 80 --junit tests.xml", "in CI"}}},
      {"run", "ID", Of::runbook, 1, 1,
       "run a runbook: `rbc run rb-02` finds RB-02 in any file of the project",
       "At a terminal it asks before each change; headless it does what the runbook says it may.\n"
       "An input is given as `--input port=5433` or, by its name, `--port 5433`.\n"
       "Exit 0 resolved, 10 escalated, 20 failed, 30 aborted, 4 left open, 2 refused before the start, 3 broken.",
       {{"env", "E", Of::environment, false, "the environment (needed unless there is only one)"},
        {"input", "NAME=VALUE", Of::text, true, "an input's value; may be repeated"},
        {"headless", "", Of::nothing, false, "never wait for a keyboard"},
        {"dry", "", Of::nothing, false, "look for real, change nothing, page nobody"},
        {"from", "STEP", Of::step, false, "skip the steps before this one"},
        {"until", "STEP", Of::step, false, "end after this step, with a last look at the goal"},
        {"alert", "NAME", Of::alert, false, "the alert that this run answers"},
        {"label", "NAME=VALUE", Of::text, true, "a label of that alert: it fills the text or `one of` input of its name, if it fits; may be repeated"},
        {"since", "TIME", Of::text, false, "when the alert began (2026-01-31T10:30:00Z, or 5m ago as `5m`): ladders count from there"},
        {"yes", "", Of::nothing, false, "presses Enter at every change, and nowhere else"},
        {"may", "change", Of::itself, false, "headless in a protected environment: changes are allowed"},
        {"allow", "STEP", Of::step, true, "headless: the cautions of this step may go; may be repeated"},
        {"json", "", Of::nothing, false, "one event a line on stdout, as JSON"}},
       true, run, Chapter::run,
       {{"rbc run rb-02 --env local", "at the keyboard"}, {"rbc run rb-02 --env local --dry", "look for real, change nothing"}, {"rbc run rb-02 --env prod --headless --may change --allow fix", "at night"}, {"rbc run rb-02 --env local --port 5433", "an input by its name"}, {"rbc run rb-02 --env prod --alert SlowQueries --label service=api", "for an alert; what does not fit refuses the run"}}},
      {"map", "[PATH…]", Of::source, 0, kAnyNumber, "which alert leads to which runbook, and how severe both are",
       "Without a PATH: every runbook of the project; with folders, of several projects. In a pipe: a line each, apart by tabs.",
       {{"json", "", Of::nothing, false, "one object a line"}}, false, map, Chapter::read,
       {{"rbc map", "this project"}, {"rbc map ../billing ../shop --json", "several, for a program"}}},
      {"look", "[CHECK…]", Of::check, 0, kAnyNumber,
       "one, several or all checks as a table; for cron, and for a quick glance",
       "A check is named as it is in its runbook, or RB-02.db-up where two runbooks share the name.\nExit 0 if all pass (green or amber), 1 if one is red or blind.",
       {{"env", "E", Of::environment, false, "the environment (needed unless there is only one)"},
        {"input", "NAME=VALUE", Of::text, true, "an input's value; may be repeated"},
        {"json", "", Of::nothing, false, "one object a line"}},
       true, look, Chapter::run,
       {{"rbc look --env local", "all checks"}, {"rbc look db-up connections --env prod", "two of them"}}},
      {"resume", "RUN", Of::open_run, 1, 1, "go on with a run after a crash, or after it was left",
       "`last` is the newest open run. The run keeps the program and the bindings it started with.",
       {{"headless", "", Of::nothing, false, "go on without a keyboard"},
        {"yes", "", Of::nothing, false, "presses Enter at every change, and nowhere else"},
        {"json", "", Of::nothing, false, "one event a line on stdout, as JSON"}},
       false, resume, Chapter::run,
       {{"rbc resume last", "the newest open run"}}},
      {"runs", "", Of::nothing, 0, 0, "the runs of this project, newest first",
       "A run stands in the project's store, `.rbc/runs.db` beside rbc.toml, from its first line on.", {{"json", "", Of::nothing, false, "one object a line"}, {"open", "", Of::nothing, false, "only the open ones"}}, false, runs, Chapter::run,
       {{"rbc runs", "all"}, {"rbc runs --open", "those that wait or were left"}}},
      {"show", "RUN", Of::run, 1, 1, "one run as a timeline: what was seen, asked, answered, changed, paged, and why",
       "`last` is the newest run; the beginning of an id is enough.",
       {{"json", "", Of::nothing, false, "the timeline as JSON, one event a line"}}, false, show, Chapter::run,
       {{"rbc show last", "the newest run"}, {"rbc show rb-02-v8 --json", "for a program; the beginning of an id is enough"}}},
      {"ack", "RUN", Of::open_run, 1, 1, "acknowledge: ladders that wait for it stop",
       "`last` is the newest run; the beginning of an id is enough. `--as` is a claim; the journal keeps the system's user beside it.", {{"as", "CONTACT", Of::text, false, "in whose name"}}, false, ack, Chapter::run,
       {{"rbc ack last --as team-lead", "ladders until acknowledged stop"}}},
      {"answer", "RUN ANSWER", Of::open_run, 2, 2, "answer what a run asks now: an approval, a question, an item",
       "ANSWER is `yes` or `no`, or the value that the question takes; to a failed line `retry`, `skip`, `escalate` or `abort`.\n"
       "Whoever started a run never counts as its approver. `--as` is a claim; the journal keeps the system's user beside it.",
       {{"as", "CONTACT", Of::text, false, "in whose name"}}, false, answer, Chapter::run,
       {{"rbc answer last yes --as team-lead", "an approval"}, {"rbc answer last retry", "to a line that failed"}}},
      {"cancel", "RUN", Of::open_run, 1, 1, "stop a run: it ends aborted",
       "`last` is the newest run; the beginning of an id is enough.\nWhat was done stays done; its `afterwards` still runs.", {}, false, cancel, Chapter::run,
       {{"rbc cancel rb-02-v8uhdq", "one run"}}},
      {"plan", "ID", Of::runbook, 1, 1, "what a run would do: every effect, question and bound, and what it may reach; touches nothing",
       "Without --env, resources are shown by name; with it, where they are. Secrets are named, never shown.\n"
       "--json: runbook, title, severity, alerts, goal, inputs, steps (lines with kind, effect, words, headless, says, branches), checks, procedures,\n"
       "messages, escalations, afterwards, time (seconds), headless_refusals, reach.",
       {{"env", "E", Of::environment, false, "show where things are in this environment"},
        {"input", "NAME=VALUE", Of::text, true, "an input's value; may be repeated"},
        {"json", "", Of::nothing, false, "one JSON object"}},
       true, plan, Chapter::read,
       {{"rbc plan rb-02", "what it would do"}, {"rbc plan rb-02 --env prod", "and where"}}},
      {"schema", "pull [RESOURCE…]", Of::text, 1, kAnyNumber, "write down what databases hold, so that `check` knows their tables, types and functions",
       "Without a RESOURCE: every `postgres` that is bound in the environment. One file each, schema/RESOURCE.schema (rbc.toml: `schema = \"FOLDER\"`):\n"
       "names and types, no data, no addresses. Commit it. Exit 0 written, 2 nothing to ask, 3 a server cannot be read.",
       {{"env", "E", Of::environment, false, "the environment to ask (needed unless there is only one)"}}, false, schema,
       Chapter::write, {{"rbc schema pull --env local", "every database of the environment"}, {"rbc schema pull db --env prod", "one of them"}}},
      {"graph", "ID", Of::runbook, 1, 1, "the flow of a runbook as a drawing",
       "Down the page is the way on; to the right is what happens when a condition holds, or a line fails.",
       {{"format", "svg|mermaid|dot", Of::format, false, "svg (light and dark), mermaid (for Markdown) or dot (for Graphviz)"},
        {"output", "FILE", Of::file, false, "write there instead of stdout", 'o'}},
       false, graph, Chapter::read,
       {{"rbc graph rb-02 -o rb-02.svg", "a drawing"}, {"rbc graph rb-02 --format mermaid", "for a Markdown page"}}},
      {"doc", "[PATH|ID…]", Of::source_or_id, 0, kAnyNumber, "a page for each runbook, to be read by people, and an index",
       "Without a PATH or ID: every runbook of the project. Without --output, one page goes to stdout; several need it.",
       {{"format", "md|html", Of::format, false, "Markdown (md), or HTML pages that need nothing else (html)"},
        {"output", "DIR", Of::folder, false, "write ID.md or ID.html, and the index, into this folder", 'o'}},
       false, doc, Chapter::read,
       {{"rbc doc -o pages", "a Markdown page a runbook, and an index"}, {"rbc doc rb-02 --format html", "one page"}}},
      {"import", "FILE", Of::file, 1, 1, "a first draft of a runbook from a Markdown or plain-text document",
       "Headings become steps, lists become items, command lines become prompts on declared resources, placeholders become inputs. Nothing of the\n"
       "document is left out. What a person must still decide stands in the draft as `# decide: …`, and in the report.\n"
       "Exit 0 if the draft was written, 2 if the document is none or the draft is there already, 3 if one cannot be read or written.",
       {{"output", "FILE", Of::file, false, "write there (the document's name with .runbook, in this folder)", 'o'},
        {"stdout", "", Of::nothing, false, "write the draft to standard output, and the report to standard error"}},
       false, import_file, Chapter::write,
       {{"rbc import docs/disk-full.md", "writes disk-full.runbook, and says what to decide"}, {"rbc import docs/disk-full.md --stdout", "only shows it"}}},
      {"init", "[DIR]", Of::folder, 0, 1, "start a project: what is around becomes resources, and a first runbook looks at it",
       "Reads compose files, prometheus.yml, and which of DATABASE_URL, POSTGRES_URL, REDIS_URL and PROMETHEUS_URL are set, here or in .env; no value is\n"
       "copied. Writes rbc.toml, estate.runbook, first-look.runbook, which checks clean, and a test of it. Overwrites nothing.\n"
       "With --ci it writes nothing but the one file that checks runbooks there, into a project that may be there already.\n"
       "Exit 0 if the project was written, 2 if there is one already, 3 if a file cannot be written.",
       {{"ci", "github|gitlab|pre-commit", Of::text, false, "write the workflow, the job or the hooks that check runbooks"}}, false, init, Chapter::write,
       {{"rbc init", "a project in this folder"}, {"rbc init runbooks", "in a folder of its own"}, {"rbc init --ci github", "a workflow for the project that is here"}}},
      {"disasm", "ID", Of::runbook, 1, 1, "a runbook's program as text",
       "For those who work on rbc, or want to see what a line became. It reads files and nothing else.", {}, false, disasm, Chapter::program,
       {{"rbc disasm rb-02", "RB-02 as the machine runs it"}}},
      {"explain", "[CODE…]", Of::code, 0, kAnyNumber, "what a diagnostic means: why the rule is there, an example that gets it, and the same mended",
       "Without a CODE: every code with one line each. Instead of a CODE: its beginning (`rbc explain E02`), or a group (`rbc explain secrets`).",
       {{"json", "", Of::nothing, false, "code, severity, group, message, explanation, and the examples as whole files"}}, false, explain, Chapter::write,
       {{"rbc explain E0401", "one diagnostic"}, {"rbc explain E02", "those that begin so"}, {"rbc explain secrets", "a group"}}},
      {"completion", "SHELL", Of::shell, 1, 1, "completion for bash, zsh or fish",
       "bash: source <(rbc completion bash)\nzsh:  rbc completion zsh > ~/.zfunc/_rbc\nfish: rbc completion fish > ~/.config/fish/completions/rbc.fish", {}, false, completion, Chapter::program,
       {{"source <(rbc completion bash)", "in this shell"}}},
      {"dump", "WHAT", Of::text, 1, 1, "what is built in: the language's specification, a reference, or what cannot be compiled yet",
       "language: the specification, as Markdown. reference: every word, what is said to resources, parts of values, and every diagnostic, from the tables that the compiler reads. "
       "unsupported: what the grammar takes and this version cannot compile yet, a line a construct; nothing when there is none.",
       {{"json", "", Of::nothing, false, "the reference as JSON"}}, false, dump, Chapter::program,
       {{"rbc dump language", "the specification of this version"}, {"rbc dump reference --json", "for a program"}}},
      {"version", "", Of::nothing, 0, 0, "the version of the program, the language and the image",
       "The image is the form of a compiled runbook; a run keeps the one it started with.", {{"json", "", Of::nothing, false, "as JSON"}}, false, version, Chapter::program,
       {{"rbc version --json", "for a program"}}},
      {"help", "[COMMAND]", Of::command, 0, 1, "this, or all about one command",
       "`rbc COMMAND --help` says the same as `rbc help COMMAND`; the manual pages too: `man rbc-check`.", {}, false, help, Chapter::program,
       {{"rbc help check", "all about one command"}, {"rbc help exit-codes", "what a script can rely on"}}},
      {"__manual", "FOLDER", Of::text, 1, 1, "", "", {}, false, manual},       // the build calls it
      {"__complete", "", Of::text, 0, kAnyNumber, "", "", {}, false, complete},   // the completion scripts call it
  };
  return table;
}

const std::vector<ExitCode>& exit_codes() {
  static const std::vector<ExitCode> table = {
      {kOk, "ok, resolved"},
      {kFindings, "findings, red or blind checks, files that are not laid out"},
      {kUsage, "refused before the start: usage, unknown id, missing input, unbound environment"},
      {kBroken, "cannot read, cannot open the store, or a mistake in rbc"},
      {kLeftOpen, "the run was left open, and can be resumed"},
      {kEscalated, "the run ended escalated"},
      {kFailed, "the run ended failed"},
      {kAborted, "the run ended aborted"},
  };
  return table;
}

std::string_view title_of(Chapter chapter) {
  switch (chapter) {
    case Chapter::write: return "Write and check";
    case Chapter::read: return "Read before it runs";
    case Chapter::run: return "Look and run";
    case Chapter::program: return "About the program";
  }
  return {};
}

const Command* find_command(std::string_view name) {
  for (const Command& c : commands())
    if (c.name == name) return &c;
  return nullptr;
}

}  // namespace rbc::cli
