#!/usr/bin/env python3
"""The files that check runbooks in CI: they are YAML, each line of rbc in them does what the file needs."""
import argparse
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

try:
    import yaml
except ImportError:  # another Python than Debian's, which has it
    if sys.executable == "/usr/bin/python3":
        raise
    os.execv("/usr/bin/python3", ["/usr/bin/python3", "-B", *sys.argv])

ARGS = None
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
GITHUB = ROOT / ".github/workflows/runbooks.yml"
GITLAB = ROOT / ".gitlab/runbooks.gitlab-ci.yml"
HOOKS = ROOT / ".pre-commit-hooks.yaml"

FINE = """\
contact  lead: Team lead
postgres db

env local
  db   = postgres://a@127.7.7.7/b
  lead = log

runbook RB-01: A | *title* & more
  severity low
  goal     ok
  escalation until acknowledged
    after 5m page lead
  check ok: It answers
    db> select 1
  step look
    check ok

test well: It answers
  run RB-01 headless in local
  given ok is green
  expect outcome is resolved
"""
FAILING = FINE.replace("given ok is green", "given ok is red")
BROKEN = FINE.replace("step look\n", "step look\n    chekc ok\n")


class Ci(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="rbc ci ")
        self.path = pathlib.Path(self.folder.name)
        self.summary = self.path / "summary.md"
        bin_folder = self.path / ".bin"
        bin_folder.mkdir()
        (bin_folder / "rbc").symlink_to(ARGS.rbc)
        self.env = {**os.environ, "PATH": f"{bin_folder}:{os.environ['PATH']}", "GITHUB_STEP_SUMMARY": str(self.summary), "HOME": str(self.path)}
        self.write(FINE)
        self.call("rbc fmt")

    def tearDown(self):
        self.folder.cleanup()

    def write(self, text):
        (self.path / "a.runbook").write_text(text)

    def call(self, line):
        return subprocess.run(["bash", "-euo", "pipefail", "-c", line], cwd=self.path, env=self.env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)

    @staticmethod
    def lines_of(text):
        return [line.strip() for line in text.splitlines() if re.match(r"\s*rbc\b", line)]

    def github_lines(self):
        steps = yaml.safe_load(GITHUB.read_text())["jobs"]["check"]["steps"]
        return [line for step in steps for line in self.lines_of(step.get("run", ""))]

    def gitlab_lines(self):
        job = yaml.safe_load(GITLAB.read_text())["runbooks"]
        return [line for part in ("before_script", "script", "after_script") for each in job[part] for line in self.lines_of(each)]

    # ── the files ──

    def test_the_shell_in_them_is_shell(self):
        steps = [step["run"] for step in yaml.safe_load(GITHUB.read_text())["jobs"]["check"]["steps"] if "run" in step]
        job = yaml.safe_load(GITLAB.read_text())["runbooks"]
        for text in steps + job["before_script"] + job["script"] + job["after_script"]:
            self.assertIsInstance(text, str)
            done = subprocess.run(["bash", "-n"], input=text, capture_output=True, text=True, timeout=60)
            self.assertEqual((done.returncode, done.stderr), (0, ""), text)

    def test_github(self):
        whole = yaml.safe_load(GITHUB.read_text())
        self.assertIn("workflow_call", whole[True])   # `on`, which YAML takes for a truth
        self.assertEqual(whole["permissions"], {"contents": "read", "security-events": "write"})
        lines = self.github_lines()
        self.assertEqual(len(lines), 4)
        for line in lines:
            done = self.call(line)
            self.assertEqual(done.returncode, 0, f"{line}: {done.stdout}{done.stderr}")
        self.assertEqual(json.loads((self.path / "rbc.sarif").read_text())["version"], "2.1.0")
        self.assertRegex(self.summary.read_text(), r"\| RB-01 \| A \\\| \\\*title\\\* &amp; more \| none \| \d+ \w+")
        self.assertIn("sarif_file: rbc.sarif", GITHUB.read_text())
        self.assertIn("### Tests of runbooks: 1 passed, 0 failed", self.summary.read_text())
        self.assertRegex(self.summary.read_text(), r"\| RB-01 \| 1 \| 0 \| 1 of 2, 50 % \|")

    def test_github_when_something_is_wrong(self):
        self.write(BROKEN)
        self.summary.write_text("An earlier step wrote this.\n")
        layout, findings, tests, sarif = self.github_lines()
        self.assertEqual(self.call(layout).returncode, 1)
        done = self.call(findings)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, r"(?m)^::error file=a\.runbook,line=16")
        told = self.summary.read_text()
        self.assertTrue(told.startswith("An earlier step wrote this.\n### Runbooks: 1 error"), told)
        self.assertIn("does not compile", told)
        self.assertRegex(told, r"\| E\d{4} \| a\.runbook:16 \| ")
        self.assertEqual(self.call(tests).returncode, 1)
        self.assertEqual(self.call(sarif).returncode, 1)
        self.assertTrue(json.loads((self.path / "rbc.sarif").read_text())["runs"][0]["results"])

    def test_github_when_a_test_fails(self):
        self.write(FAILING)
        findings, tests = self.github_lines()[1:3]
        self.assertEqual(self.call(findings).returncode, 0)
        done = self.call(tests)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertRegex(done.stdout, r"(?m)^::error file=a\.runbook,line=21,title=RB-01 well::expect outcome is resolved%0Aseen at the start: it is escalated: ")
        self.assertIn("### Tests of runbooks: 0 passed, 1 failed", self.summary.read_text())
        self.assertIn("| RB-01 well | a.runbook:21 | expect outcome is resolved |", self.summary.read_text())

    def test_gitlab(self):
        job = yaml.safe_load(GITLAB.read_text())["runbooks"]
        lines = self.gitlab_lines()
        self.assertEqual(len(lines), 6)
        for text, code in ((None, 0), (BROKEN, 1)):
            if text:
                self.write(text)
            for line in lines:
                self.assertEqual(self.call(line).returncode, code, line)
            reports = job["artifacts"]["reports"]
            found = json.loads((self.path / reports["codequality"]).read_text())
            self.assertEqual(len(found), code)
            suites = xml.etree.ElementTree.parse(self.path / reports["junit"][0]).getroot()
            self.assertEqual(len(list(suites.iter("failure"))), code)
        self.write(FAILING)
        self.call("rbc fmt")
        self.assertEqual([self.call(line).returncode for line in lines], [0, 0, 1, 0, 0, 1])
        suites = xml.etree.ElementTree.parse(self.path / reports["junit"][1]).getroot()
        self.assertEqual([case.get("name") for case in suites.iter("testcase") if case.find("failure") is not None], ["well"])
        self.write(FINE)
        self.assertIn("RB-01: at most", self.call(lines[1]).stdout)

    # ── hooks ──

    def commit(self, hooks):
        """What pre-commit does: each hook with the staged files that its pattern takes. Answers the hooks that failed."""
        staged = subprocess.run(["git", "diff", "--cached", "--name-only"], cwd=self.path, capture_output=True, text=True, check=True).stdout.split("\n")[:-1]
        failed = []
        for hook in hooks:
            self.assertEqual(hook["language"], "system")
            files = [name for name in staged if re.search(hook["files"], name)]
            words = shlex.split(hook["entry"]) + (files if hook.get("pass_filenames", True) else [])
            if files and subprocess.run(words, cwd=self.path, env=self.env, capture_output=True, timeout=60).returncode != 0:
                failed.append(hook["id"])
        return failed

    def test_hooks(self):
        hooks = yaml.safe_load(HOOKS.read_text())
        self.assertEqual([hook["id"] for hook in hooks], ["rbc-fmt", "rbc-check", "rbc-test"])
        subprocess.run(["git", "init", "-q"], cwd=self.path, check=True)
        laid_out = (self.path / "a.runbook").read_text()
        for text, failing in ((laid_out, []), (laid_out.replace("RB-01:", "RB-01:    "), ["rbc-fmt"]), (laid_out.replace("ok is green", "ok is red"), ["rbc-test"]), (BROKEN, ["rbc-fmt", "rbc-check", "rbc-test"])):
            self.write(text)
            subprocess.run(["git", "add", "a.runbook"], cwd=self.path, check=True)
            self.assertEqual(self.commit(hooks), failing)
        subprocess.run(["git", "rm", "-qf", "--cached", "a.runbook"], cwd=self.path, check=True)
        (self.path / "notes.txt").write_text("nothing of ours\n")
        subprocess.run(["git", "add", "notes.txt"], cwd=self.path, check=True)
        self.assertEqual(self.commit(hooks), [])

    # ── rbc init --ci ──

    def test_init_writes_them_as_they_are(self):
        for system, path, origin in (("github", ".github/workflows/runbooks.yml", GITHUB), ("gitlab", ".gitlab/runbooks.gitlab-ci.yml", GITLAB)):
            self.assertEqual(self.call(f"rbc init --ci {system}").returncode, 0)
            self.assertEqual((self.path / path).read_text(), origin.read_text())
        self.assertEqual(self.call("rbc init --ci pre-commit").returncode, 0)
        config = yaml.safe_load((self.path / ".pre-commit-config.yaml").read_text())
        self.assertEqual(config, {"repos": [{"repo": "local", "hooks": yaml.safe_load(HOOKS.read_text())}]})
        again = self.call("rbc init --ci github")
        self.assertEqual((again.returncode, again.stderr), (2, "rbc: .github/workflows/runbooks.yml is there already, and `rbc init` overwrites nothing.\n"))
        self.assertIn("Did you mean `gitlab`?", self.call("rbc init --ci gitlabb").stderr)
        self.assertFalse((self.path / "rbc.toml").exists())

    # ── --summary ──

    def test_a_summary_that_cannot_be_written(self):
        done = self.call("rbc check --summary no/such/folder.md")
        self.assertEqual(done.returncode, 3)
        self.assertEqual(done.stderr, "rbc: cannot write no/such/folder.md: No such file or directory.\n")

    def test_a_budget_stands_in_the_summary(self):
        (self.path / "rbc.toml").write_text("[budgets]\nlow = \"45m\"\n")
        self.call("rbc check --summary out.md")
        self.assertRegex((self.path / "out.md").read_text(), r"\| RB-01 \|.*\| 45 minutes \| \d+ \w+ \|")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rbc", required=True)
    ARGS, rest = parser.parse_known_args()
    ARGS.rbc = os.path.realpath(ARGS.rbc)
    unittest.main(argv=[sys.argv[0], *rest], verbosity=1)
