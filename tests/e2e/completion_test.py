#!/usr/bin/env python3
"""Completion in real shells: bash and zsh at a pseudo-terminal with a person's Tab, fish through its own `complete -C`."""
import argparse
import os
import pathlib
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

ARGS = None

PROJECT = """\
postgres db
contact  lead: Team lead

env local
  db   = postgres://a@127.7.7.7/b
  lead = log
env production protected
  db   = postgres://a@127.7.7.8/b
  lead = log

runbook RB-02: Database issues
  severity low
  alert    DatabaseSlow warning
  goal     db-up
  escalation until acknowledged
    after 5m page lead
  input port as int = 5432: The port it listens on
  input mode as one of quick, thorough = quick
  step connectivity: Can we reach it?
    check db-up: It answers
      db> select 1
  step verify: Verify it
    show port + mode
"""
OTHER = """\
contact lead: Team lead
runbook RB-07: Certificates
  severity low
  this line is broken (
  input domain: Which one
  step renew
    [ ] Renew it
"""


class Terminal:
    """A shell on a pseudo-terminal. Its prompt is `READY>`; `typed` is what it makes of a line and Tab, as the shell itself says it."""

    def __init__(self, words, folder, env, setup):
        self.master, slave = pty.openpty()
        self.seen = b""
        self.process = subprocess.Popen(words, cwd=folder, stdin=slave, stdout=slave, stderr=slave, start_new_session=True, env=env)
        os.close(slave)
        for line in setup:
            self.keys(line + "\n")
        self.keys("echo SET''UP\n")
        self.until("SETUP\r")

    def keys(self, text):
        os.write(self.master, text.encode())

    def until(self, word, timeout=30):
        end = time.monotonic() + timeout
        while word.encode() not in self.seen:
            if time.monotonic() > end:
                raise AssertionError(f"never saw {word!r} in {self.seen.decode(errors='replace')!r}")
            if select.select([self.master], [], [], 0.2)[0]:
                self.seen += os.read(self.master, 65536)
        before, self.seen = self.seen.split(word.encode(), 1)
        return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b[=>]", "", before.decode(errors="replace"))

    def close(self):
        os.close(self.master)
        self.process.kill()
        self.process.wait()


class Completion(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="rbc complete ")
        self.path = pathlib.Path(self.folder.name)
        (self.path / "it.runbook").write_text(PROJECT)
        (self.path / "broken.runbook").write_text(OTHER)
        (self.path / "my books").mkdir()
        (self.path / "my books" / "a b.runbook").write_text("# nothing yet\n")
        (self.path / "notes.md").write_text("")
        bin_folder = self.path / ".bin"
        bin_folder.mkdir()
        (bin_folder / "rbc").symlink_to(ARGS.rbc)
        self.env = {**os.environ, "PATH": f"{bin_folder}:{os.environ['PATH']}", "HOME": str(self.path), "TERM": "dumb", "LC_ALL": "C.UTF-8"}
        self.open = []

    def tearDown(self):
        for one in self.open:
            one.close()
        self.folder.cleanup()

    def words(self, *line, folder=None):
        done = subprocess.run([ARGS.rbc, "__complete", *line], cwd=folder or self.path, capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, done.stderr), (0, ""), line)
        return [each.split("\t")[0] for each in done.stdout.splitlines()]

    # ── what is offered ──

    def test_every_kind_of_word(self):
        for line, wanted in (
            (["ru"], ["run", "runs"]),
            (["--v"], ["--version"]),
            (["run", ""], ["rb-07", "rb-02"]),
            (["run", "RB"], []),
            (["run", "rb-02", "--env", ""], ["local", "production"]),
            (["run", "rb-02", "--env=p"], ["--env=production"]),
            (["run", "--env", "local", "rb-0"], ["rb-07", "rb-02"]),
            (["run", "rb-02", "--from", ""], ["connectivity", "verify"]),
            (["run", "rb-07", "--from", ""], ["renew"]),
            (["run", "rb-02", "--alert", ""], ["DatabaseSlow"]),
            (["run", "rb-02", "--po"], ["--port"]),
            (["run", "rb-02", "--port", ""], ["5432"]),
            (["run", "rb-02", "--mode", ""], ["quick", "thorough"]),
            (["run", "rb-02", "--mode=t"], ["--mode=thorough"]),
            (["run", "rb-02", "--input", ""], ["port=", "mode="]),
            (["run", "rb-02", "--input", "mode=q"], ["mode=quick"]),
            (["run", "rb-02", "--may", ""], ["change"]),
            (["run", "rb-02", "more"], []),
            (["run", "rb-02", "--dry", "--d"], []),
            (["run", "rb-07", "--do"], ["--domain"]),
            (["look", "d"], ["db-up"]),
            (["check", ""], [":runbooks"]),
            (["check", "-o", ""], [":files"]),
            (["doc", "-o", ""], [":folders"]),
            (["doc", ""], ["rb-07", "rb-02", ":runbooks"]),
            (["check", "--format", "s"], ["short", "sarif"]),
            (["check", "--fix="], ["--fix=all"]),
            (["check", "--fail-on", ""], ["error", "warning"]),
            (["check", "--level", "W0401="], ["W0401=off", "W0401=warning", "W0401=error"]),
            (["graph", "rb-02", "--format", ""], ["svg", "mermaid", "dot"]),
            (["explain", "E010"], None),
            (["answer", "x", "a"], ["abort"]),
            (["completion", ""], ["bash", "zsh", "fish"]),
            (["help", "exit"], ["exit-codes"]),
            (["show", ""], []),
            (["version", ""], []),
            (["no-such-command", ""], []),
            ([], None),
            ([""], None),
        ):
            with self.subTest(line=line):
                got = self.words(*line)
                if wanted is None:
                    self.assertTrue(got)
                else:
                    self.assertEqual(sorted(got), sorted(wanted))

    def test_each_flag_of_each_command_is_offered(self):
        for command in self.words(""):
            page = subprocess.run([ARGS.rbc, "help", command], capture_output=True, text=True, timeout=60).stdout
            flags = set(re.findall(r"^  (?:-\w, )?(--[a-z-]+)", page, re.M))
            self.assertLessEqual(flags, set(self.words(command, "-")) | set(self.words(command, "x", "-")), command)

    def test_without_a_project_and_in_a_broken_one(self):
        with tempfile.TemporaryDirectory() as empty:
            self.assertEqual(self.words("run", "", folder=empty), [])
            self.assertEqual(self.words("run", "rb-02", "--port", "", folder=empty), [])
            self.assertEqual(self.words("look", "", folder=empty), [])
            pathlib.Path(empty, "rbc.toml").write_text("= = =\n")
            pathlib.Path(empty, "a.runbook").write_bytes(b"\xff\xfe\x00runbook")
            for kind in ("run", "look", "resume", "show", "check"):
                self.words(kind, "", folder=empty)

    # ── the scripts, each in its shell ──

    def bash(self, folder=None):
        shell = Terminal(["bash", "--norc", "--noprofile", "-i"], folder or self.path, self.env, [
            "bind 'set completion-query-items 0' 2>/dev/null; bind 'set page-completions off'; bind 'set enable-bracketed-paste off'; bind 'set bell-style none'", "PS1='> '", "source <(rbc completion bash)",
            # A key that prints the line as it stands, so that the test reads the shell's own buffer.
            "show_line() { printf '\\nLINE[%s]\\n' \"$READLINE_LINE\"; READLINE_LINE=; }; bind -x '\"\\C-g\": show_line'"])
        self.open.append(shell)
        return shell

    def zsh(self, folder=None):
        shell = Terminal(["zsh", "-f", "-i"], folder or self.path, self.env, [
            "PS1='> '; unsetopt zle_bracketed_paste prompt_sp 2>/dev/null; unset zle_bracketed_paste; setopt no_beep; LISTMAX=0",
            "fpath=($HOME/.zfunc $fpath); mkdir -p $HOME/.zfunc; rbc completion zsh > $HOME/.zfunc/_rbc; autoload -Uz compinit; compinit -u -D",
            "show_line() { print -r -- ''; print -r -- \"LINE[$BUFFER]\"; BUFFER=; zle redisplay }; zle -N show_line; bindkey '^G' show_line"])
        self.open.append(shell)
        return shell

    @staticmethod
    def after_tab(shell, line):
        shell.keys(line + "\t\x07")
        shell.until("LINE[")
        return shell.until("]\r")

    CASES = (
        ("rbc expl", "rbc explain "),
        ("rbc run rb-02 --en", "rbc run rb-02 --env "),
        ("rbc run rb-02 --env pr", "rbc run rb-02 --env production "),
        ("rbc run rb-02 --env=pr", "rbc run rb-02 --env=production "),
        ("rbc run rb-02 --from conn", "rbc run rb-02 --from connectivity "),
        ("rbc run rb-02 --po", "rbc run rb-02 --port "),
        ("rbc run rb-02 --mode th", "rbc run rb-02 --mode thorough "),
        ("rbc run rb-02 --input po", "rbc run rb-02 --input port="),
        ("rbc run rb-02 --input mode=th", "rbc run rb-02 --input mode=thorough "),
        ("rbc run rb-07 --dom", "rbc run rb-07 --domain "),
        ("rbc look db", "rbc look db-up "),
        ("rbc check --format sar", "rbc check --format sarif "),
        ("rbc check it", "rbc check it.runbook "),
        ("rbc check my\\ books/a", "rbc check my\\ books/a\\ b.runbook "),
        ("rbc check -o not", "rbc check -o notes.md "),
        ("rbc explain SEVERAL", "rbc explain SEVERAL"),
        ("rbc run it", "rbc run it"),
    )

    def test_bash(self):
        shell = self.bash()
        for line, wanted in self.CASES:
            with self.subTest(line=line):
                self.assertEqual(self.after_tab(shell, line), wanted)

    def test_zsh(self):
        shell = self.zsh()
        for line, wanted in self.CASES:
            with self.subTest(line=line):
                self.assertEqual(self.after_tab(shell, line).rstrip(), wanted.rstrip())

    def test_bash_and_zsh_list_what_there_is_and_nothing_else(self):
        for shell, wanted in ((self.bash(), ("rb-02", "rb-07")), (self.zsh(), ("rb-02", "rb-07", "Database issues"))):
            shell.keys("rbc run rb-0\t\t\t\x07")
            shown = shell.until("LINE[")
            shell.until("]\r")
            for word in wanted:
                self.assertIn(word, shown)
            self.assertNotIn("it.runbook", shown)

    def test_no_noise_without_a_project(self):
        with tempfile.TemporaryDirectory() as empty:
            for shell in (self.bash(empty), self.zsh(empty)):
                shell.keys("rbc run x\t\x07")
                shown = shell.until("LINE[")
                self.assertEqual(shell.until("]\r"), "rbc run x")
                self.assertNotRegex(shown, r"rbc: |error|command not found|bad pattern")

    def fish(self, line, folder=None):
        quoted = line.replace("\\", "\\\\").replace("'", "\\'")
        done = subprocess.run(["fish", "--no-config", "-c", f"rbc completion fish | source; complete -C '{quoted}'"], cwd=folder or self.path, env=self.env, capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, done.stderr), (0, ""), line)
        return done.stdout.splitlines()

    def test_fish(self):
        for line, wanted in self.CASES:
            with self.subTest(line=line):
                begun = re.split(r"(?<!\\) ", line)[-1]
                words = [each.split("\t")[0] for each in self.fish(line)]
                if wanted.rstrip() == line:
                    self.assertFalse([each for each in words if each.startswith("it")])
                else:
                    self.assertIn(re.split(r"(?<!\\) ", wanted.rstrip())[-1].replace("\\ ", " "), [each.replace("\\ ", " ") for each in words], begun)
        self.assertEqual(sorted(self.fish("rbc run r")), ["rb-02\tDatabase issues", "rb-07\tCertificates"])
        with tempfile.TemporaryDirectory() as empty:
            self.assertEqual(self.fish("rbc run x", empty), [])


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rbc", required=True)
    ARGS, rest = parser.parse_known_args()
    ARGS.rbc = os.path.realpath(ARGS.rbc)
    missing = [shell for shell in ("bash", "zsh", "fish") if not shutil.which(shell)]
    if missing:
        sys.exit(f"completion_test: missing: {', '.join(missing)} (scripts/install-dependencies --servers)")
    unittest.main(argv=[sys.argv[0], *rest], verbosity=1)
