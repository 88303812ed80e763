#!/usr/bin/env python3
"""The program as a script or a person in a hurry meets it: exit codes, one clear sentence, nothing raw on the terminal."""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ARGS = None

FINE = """\
http    api: The service
contact lead: Team lead

env local
  api  = http://127.7.7.7:9
  lead = log

runbook T-1: Nothing listens here
  severity low
  goal     answers

  input tries = 3: How often
  input pause = 100ms at most 1s: How long between

  escalation until acknowledged
    after 30m  page lead

  step look: Look
    check answers: The service answers
      api> GET /health
"""

ROOT = pathlib.Path(__file__).resolve().parents[2]


ALERTED = """contact ops
prometheus prom
check rate: Requests that fail
  prom> (sum(rate(requests{status=~"5.."}[5m])) or vector(0)) / sum(rate(requests[5m]))
  red if .value as ratio > 5%
runbook T-1: A test
  severity low
  alert Errors critical
  alert SlowReqests warning
  target acknowledge 5m
  goal rate
  escalation until resolved
    after 5m page ops
  step one
    check rate
runbook T-2: Another
  severity low
  goal rate
  escalation until resolved
    after 5m page ops
  step one
    check rate
"""
RULES = """groups:
  - name: web
    rules:
      - alert: Errors
        expr: rate(requests{status=~"5.."}[5m]) / rate(requests[5m]) * 100 > 2
        for: 10m
        labels:
          severity: warning
        annotations:
          runbook_url: https://wiki/t-2
      - alert: SlowRequests
        expr: histogram_quantile(0.95, rate(seconds_bucket[5m])) > 1
"""


class Cli(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="rbc-cli-")
        self.path = pathlib.Path(self.folder.name)

    def tearDown(self):
        self.folder.cleanup()

    def write(self, name, text):
        (self.path / name).write_bytes(text if isinstance(text, bytes) else text.encode())

    def rbc(self, *words, env=None, timeout=60):
        done = subprocess.run([ARGS.rbc, *words], cwd=self.path, stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout,
                              env={**os.environ, **(env or {})})
        return done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")

    def refused(self, code, *words, says):
        got, out, err = self.rbc(*words)
        self.assertEqual(got, code, f"{words}: {out}{err}")
        self.assertIn(says, err)
        self.assertTrue(err.startswith("rbc: "), err)
        self.assertLessEqual(len(err.strip().splitlines()), 3, err)

    def test_usage(self):
        self.write("a.runbook", FINE)
        self.refused(2, "chekc", says="Did you mean `check`?")
        self.refused(2, "check", "--formt", "json", says="Did you mean `format`?")
        self.refused(2, "check", "--format", "yaml", says="takes pretty, short, json")
        self.refused(2, "check", "--max-errors", "-1", says="whole number")
        self.refused(2, "run", says="needs ID")
        self.refused(2, "run", "t-2", "--headless", says="T-1")
        self.refused(2, "run", "t-1", "--env", "locl", "--headless", says="Did you mean `local`?")
        self.refused(2, "run", "t-1", "--headless", "--trise", "4", says="Did you mean `tries`?")
        self.refused(2, "run", "t-1", "--headless", "--input", "tries", says="NAME=VALUE")
        self.refused(2, "run", "t-1", "--headless", "--tries", "many", says="tries")
        self.refused(2, "run", "t-1", "--headless", "--pause", "2h", says="pause")
        self.refused(2, "run", "t-1", "--headless", "--from", "lok", says="Did you mean `look`?")
        self.refused(2, "run", "t-1", "--headless", "--may", "destroy", says="change")
        self.refused(2, "run", "t-1", "--headless", "--since", "yesterday", says="--since")
        self.refused(2, "run", "t-1", says="--headless")
        self.refused(2, "show", "nothing", says="rbc runs")
        self.refused(2, "look", "answrs", says="Did you mean `answers`?")
        self.refused(2, "explain", "E9999", says="E9999")
        self.refused(2, "completion", "tcsh", says="bash, zsh or fish")
        self.assertEqual(self.rbc()[0], 2)

    def test_help_needs_no_project(self):
        for words in (["help"], ["--help"], ["help", "run"], ["run", "--help"], ["version"], ["--version"], ["help", "exit-codes"]):
            code, out, err = self.rbc(*words)
            self.assertEqual((code, err), (0, ""), words)
            self.assertTrue(out, words)
        self.assertEqual(json.loads(self.rbc("version", "--json")[1])["language"], "1")

    def test_what_is_built_in_can_be_printed(self):
        code, out, err = self.rbc("dump", "language")
        self.assertEqual((code, err), (0, ""))
        self.assertEqual(out, (ROOT / "grammar" / "language.md").read_text())
        reference = json.loads(self.rbc("dump", "reference", "--json")[1])
        self.assertEqual([one["code"] for one in reference["diagnostics"]], [one["code"] for one in json.loads(self.rbc("explain", "--json")[1])])
        self.assertIn({"word": "depending", "reserved": True}, reference["words"])
        self.assertTrue(any(one["kind"] == "compose" and one["words"].startswith("restart") and one["level"] == "changes" for one in reference["said"]))
        self.assertIn({"of": "text", "part": "before", "arguments": "text", "answers": "text"}, reference["parts"])
        markdown = self.rbc("dump", "reference")[1]
        for one in reference["diagnostics"]:
            self.assertIn(f"| {one['code']} | {one['message']} |", markdown)
        code, out, err = self.rbc("dump", "langage")
        self.assertEqual((code, out), (2, ""))
        self.assertIn("Did you mean `language`?", err)

    def test_the_program_links_no_network_library(self):
        linked = subprocess.run(["ldd", ARGS.rbc], capture_output=True, text=True, timeout=20).stdout
        self.assertIn("libc.so", linked)
        for library in ("libcurl", "libpq", "libhiredis"):
            self.assertNotIn(library, linked)

    def test_every_diagnostic_is_explained(self):
        for code in ("E0401", "e0105", "W0124"):
            got, out, _ = self.rbc("explain", code)
            self.assertEqual(got, 0)
            self.assertIn(code.upper(), out)

    def test_alert_rules_are_held_against_runbooks(self):
        self.write("a.runbook", ALERTED)
        self.write("alerts.yml", RULES)
        code, out, _ = self.rbc("check", "--alerts", "alerts.yml", "--format", "short")
        self.assertEqual(code, 0)
        self.assertEqual(out.splitlines(), [
            "a.runbook:9:9: warning[W0921]: No rule raises the alert `SlowReqests`. Did you mean `SlowRequests`?",
            "alerts.yml:5:15: warning[W0923]: `Errors` fires above 2%, and `rate` of T-1 is red above 5%.",
            "alerts.yml:6:14: warning[W0925]: `Errors` fires after 10m of trouble, and T-1 promises an acknowledgement within 5m.",
            "alerts.yml:8:21: warning[W0922]: `Errors` is warning here, and critical in T-1.",
            "alerts.yml:10:24: warning[W0924]: The address of `Errors` leads to T-2, and the alert belongs to T-1.",
            "alerts.yml:11:16: warning[W0920]: No runbook answers the alert `SlowRequests`. Did you mean `SlowReqests`?",
        ])
        # The same rules as a manifest, with an anchor; and the same limit in other units says nothing.
        agreed = RULES.replace("* 100 > 2", "> 0.05").replace("10m", "1m").replace("severity: warning", "severity: &s critical").replace("t-2", "t-1").replace("SlowRequests", "SlowReqests")
        self.write("agreed.yml", "kind: PrometheusRule\nspec:\n" + "".join("  " + line + "\n" for line in agreed.splitlines()))
        self.assertEqual(self.rbc("check", "--alerts", "agreed.yml", "--format", "short")[:2], (0, ""))

    def test_rule_files_that_are_none(self):
        self.write("a.runbook", ALERTED)
        self.refused(3, "check", "--alerts", "nowhere.yml", says="cannot read nowhere.yml")
        bomb = "a: &a [x, x]\n" + "".join(f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(20))
        for text, says in (("a: [", "no YAML"), ("x: 1\n", "no `groups`"), ("", "no `groups`"), ("groups: 7\n", "not a list"), ("[" * 100_000, "nested deeper"),
                           (bomb, "no `groups`"), ("groups: [{rules: [{expr: up}]}]", "neither"), ("groups: *g\n", "no anchor"),
                           ("groups: &g [{rules: *g}]", "neither"), ("\x00\x01\xff", "no YAML")):
            self.write("bad.yml", text)
            code, out, _ = self.rbc("check", "--alerts", "bad.yml", "--format", "short")
            self.assertEqual(code, 1, text[:40])
            self.assertEqual(len(out.splitlines()), 1, out)
            self.assertIn("error[E0926]", out)
            self.assertIn(says, out)

    def test_map(self):
        self.write("a.runbook", ALERTED)
        self.assertEqual(self.rbc("map")[1].splitlines(), ["Errors\tcritical\tT-1\tlow\tA test", "SlowReqests\twarning\tT-1\tlow\tA test", "-\t-\tT-2\tlow\tAnother"])
        first = json.loads(self.rbc("map", "--json")[1].splitlines()[0])
        self.assertEqual((first["alert"], first["alert_severity"], first["runbook"], first["severity"], first["line"]), ("Errors", "critical", "T-1", "low", 6))
        self.refused(2, "map", "--jsn", says="Did you mean `json`?")

    def test_today(self):
        self.write("a.runbook", ALERTED.replace("goal rate\n", "goal rate\n  reviewed 2024-01-01 every 30d\n", 1))
        self.assertEqual(self.rbc("check", "--today", "2024-01-20", "--fail-on", "warning")[0], 0)
        self.assertIn("It is 1 day late", self.rbc("check", "--today", "2024-02-01")[1])
        self.refused(2, "check", "--today", "tomorrow", says="2026-01-31")

    def test_check(self):
        self.write("a.runbook", FINE)
        self.assertEqual(self.rbc("check")[0], 0)
        self.write("b.runbook", FINE.replace("T-1", "T-9").replace("check answers", "chekc answers"))
        code, out, _ = self.rbc("check", "b.runbook")
        self.assertEqual(code, 1)
        self.assertIn("b.runbook:", out)
        self.assertIn("check", out)
        code, out, _ = self.rbc("check", "--format", "json", "b.runbook")
        self.assertEqual(code, 1)
        self.assertGreaterEqual(json.loads(out)["errors"], 1)
        self.refused(3, "check", "absent.runbook", says="absent.runbook")

    def test_bad_files(self):
        for name, text in {"nul": b"redis c\0\n", "utf8": b"redis \xff\xfe\n", "escape": b"# \x1b[31m\nredis cache: \x1b]0;x\x07\n",
                           "nest": b"runbook A: a\n  goal b\n  step c\n    when " + b"(" * 100000 + b"\n", "empty": b"", "cut": FINE.encode()[:300]}.items():
            self.write("x.runbook", text)
            code, out, err = self.rbc("check", "x.runbook")
            self.assertIn(code, (0, 1), f"{name}: {err}")
            self.assertNotIn("\x1b", out + err, name)
            self.assertLess(len(out), 20000, name)

    def test_project_file(self):
        self.write("a.runbook", FINE)
        self.write("rbc.toml", "language = 1\n")
        self.assertEqual(self.rbc("check")[0], 0)
        self.write("rbc.toml", "langauge = 1\n")
        self.refused(2, "check", says="Did you mean `language`?")
        self.write("rbc.toml", "language = \n")
        self.refused(2, "check", says="rbc.toml:1")
        self.write("rbc.toml", 'rbc = ">=99.0"\n')
        self.refused(2, "check", says="99.0")

    def test_a_run_that_finds_nobody(self):
        self.write("a.runbook", FINE)
        code, out, err = self.rbc("run", "t-1", "--env", "local", "--headless")
        self.assertEqual(code, 10, out + err)
        self.assertIn("red", out)
        self.assertIn("page", out)
        code, listed, _ = self.rbc("runs", "--json")
        row = json.loads(listed.splitlines()[0])
        self.assertEqual((code, row["outcome"], row["runbook"]), (0, "escalated", "T-1"))
        code, shown, _ = self.rbc("show", "last")
        self.assertEqual(code, 0)
        self.assertIn("escalated", shown)
        events = [json.loads(line) for line in self.rbc("show", "last", "--json")[1].splitlines()]
        self.assertTrue(events)
        self.refused(2, "ack", "last", says="ended")

    def test_look(self):
        self.write("a.runbook", FINE)
        code, out, err = self.rbc("look", "--env", "local")
        self.assertEqual(code, 1, out + err)
        self.assertIn("T-1.answers", out)
        self.assertIn("red", out)
        self.assertEqual(self.rbc("look", "answers", "--env", "local", "--json")[0], 1)
        # A step with a question belongs to a run; looking leaves both behind.
        self.write("a.runbook", FINE + "    [ ] Write it down\n")
        code, out, err = self.rbc("look", "--env", "local")
        self.assertEqual((code, "T-1.answers" in out), (1, True), out + err)

    def test_json_is_json(self):
        self.write("a.runbook", FINE)
        code, out, _ = self.rbc("run", "t-1", "--json")
        self.assertEqual(code, 10)
        self.assertGreater(len([json.loads(line) for line in out.splitlines()]), 3)

    def test_a_store_that_is_garbage(self):
        self.write("a.runbook", FINE)
        (self.path / ".rbc").mkdir()
        (self.path / ".rbc" / "runs.db").write_bytes(b"this is no database" * 100)
        code, _, err = self.rbc("runs")
        self.assertEqual(code, 3)
        self.assertIn("rbc: ", err)
        code, _, err = self.rbc("run", "t-1", "--headless")
        self.assertEqual(code, 3)

    def test_completion(self):
        self.write("a.runbook", FINE)
        for words, wanted in ((["ch"], "check"), (["run", ""], "t-1"), (["run", "t-1", "--env", ""], "local"), (["run", "t-1", "--from", ""], "look"),
                              (["run", "t-1", "--tr"], "--tries"), (["look", "a"], "answers"), (["explain", "E040"], "E0401")):
            code, out, err = self.rbc("__complete", *words)
            self.assertEqual((code, err), (0, ""))
            self.assertIn(wanted, out.split(), words)
        script = self.rbc("completion", "bash")[1] + '\nCOMP_WORDS=(rbc run ""); COMP_CWORD=2; _rbc; printf "%s\\n" "${COMPREPLY[@]}"\n'
        folder = str(pathlib.Path(ARGS.rbc).parent)
        done = subprocess.run(["bash", "-c", script], cwd=self.path, capture_output=True, text=True, env={**os.environ, "PATH": folder + ":" + os.environ["PATH"]}, timeout=30)
        self.assertIn("t-1", done.stdout.split(), done.stderr)


def main():
    global ARGS
    parser = argparse.ArgumentParser()
    parser.add_argument("--rbc", required=True)
    ARGS, rest = parser.parse_known_args()
    unittest.main(argv=[sys.argv[0], *rest], verbosity=2)


main()
