#!/usr/bin/env python3
"""The tests of the language: each construct of a test with one that holds and one that does not, and what is told of it.

In tests/golden/tests a test whose name begins with `not-` must fail, and every other must pass; NAME.txt is all that is printed.
RBC_GOLDEN_WRITE=1 rewrites the texts; review them."""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

ARGS = None
HERE = pathlib.Path(__file__).resolve().parent
CASES = HERE / "tests"
ROOT = HERE.parent.parent
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "NO_COLOR": "1", "HOME": "/nonexistent"}


def steady(text):
    return re.sub(r"  \(\d+ ms\)", "", text)


class Tests(unittest.TestCase):
    def rbc(self, *words, folder=CASES):
        done = subprocess.run([ARGS.rbc, "test", *words], cwd=folder, env=ENVIRONMENT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout, done.stderr

    def runbooks(self):
        return [path for path in sorted(CASES.glob("*.runbook")) if path.stem != "estate"]

    def test_each_construct(self):
        self.assertGreaterEqual(len(self.runbooks()), 8)
        for path in self.runbooks():
            with self.subTest(path.stem):
                options = ["--coverage"] if path.stem == "reached" else []
                code, out, err = self.rbc(path.name, *options)
                self.assertEqual(err, "")
                verdicts = re.findall(r"^(  ok|FAIL)  \S+ ([^ :\n]+)", out, re.M)
                declared = re.findall(r"^test ([a-z0-9-]+)", path.read_text(), re.M)
                self.assertEqual([name for _, name in verdicts], declared)
                for verdict, name in verdicts:
                    self.assertEqual(verdict, "FAIL" if name.startswith("not-") else "  ok", name)
                self.assertEqual(code, 1 if any(name.startswith("not-") for name in declared) else 0)
                text = path.with_suffix(".txt")
                if os.environ.get("RBC_GOLDEN_WRITE"):
                    text.write_text(steady(out))
                self.assertEqual(steady(out), text.read_text())

    def test_some_by_name_and_in_any_order(self):
        code, out, _ = self.rbc("givens.runbook", "--run", "GIV-1 (all-green|sequence)$")
        self.assertEqual((code, re.findall(r"^  ok  GIV-1 (\S+):", out, re.M)), (0, ["all-green", "sequence"]))
        everything = re.findall(r"^(?:  ok|FAIL)  .*$", self.rbc("givens.runbook")[1], re.M)
        shuffled = [re.findall(r"^(?:  ok|FAIL)  .*$", self.rbc("givens.runbook", "--seed", seed)[1], re.M) for seed in ("1", "1", "2")]
        self.assertEqual(shuffled[0], shuffled[1])
        self.assertNotEqual(shuffled[0], shuffled[2])
        self.assertNotEqual(shuffled[0], everything)
        for one in shuffled:
            self.assertEqual(sorted(one), sorted(everything))

    def test_what_happened(self):
        code, out, _ = self.rbc("time.runbook", "--run", "not-acknowledged", "--verbose")
        self.assertEqual(code, 1)
        self.assertRegex(out, r"(?m)^ +30m    page       The engineer on call: Half an hour\.$")
        self.assertNotIn("what happened", self.rbc("time.runbook", "--run", "a-day", "--verbose")[1])

    def test_as_json(self):
        code, out, err = self.rbc("expect.runbook", "--format", "json")
        self.assertEqual((code, err), (1, ""))
        tests = [json.loads(line) for line in out.splitlines()]
        self.assertEqual([(t["test"], t["passed"]) for t in tests], [("good", True), ("not-good", False), ("not-at-work", False)])
        first = tests[1]["findings"][0]
        self.assertEqual((first["file"], first["expected"], first["at"]), ("expect.runbook", "expect outcome is resolved", 240))
        self.assertEqual(first["line"], 1 + CASES.joinpath("expect.runbook").read_text().splitlines().index("  expect outcome is resolved", 60))
        code, out, _ = self.rbc("ungiven.runbook", "--format", "json", "--run", "not-expected")
        finding = json.loads(out)["findings"][0]
        self.assertEqual((finding["code"], finding["about"]["file"]), ("E0803", "ungiven.runbook"))

    def test_junit(self):
        with tempfile.TemporaryDirectory(prefix="rbc-test-") as folder:
            report = pathlib.Path(folder, "tests.xml")
            self.assertEqual(self.rbc("expect.runbook", "ungiven.runbook", "--junit", str(report))[0], 1)
            done = subprocess.run(["xmllint", "--noout", "--schema", str(ROOT / "tests/tools/schemas/junit.xsd"), str(report)], capture_output=True, text=True, timeout=30)
            self.assertEqual(done.returncode, 0, done.stderr)
            suites = xml.etree.ElementTree.parse(report).getroot()
            self.assertEqual((suites.get("tests"), suites.get("failures")), ("6", "4"))
            failed = [case.get("name") for case in suites.iter("testcase") if case.find("failure") is not None]
            self.assertEqual(failed, ["not-good", "not-at-work", "not-given", "not-expected"])
            self.assertIn("E0801", suites.find(".//testcase[@name='not-given']/failure").text)
            code, _, err = self.rbc("expect.runbook", "--junit", str(pathlib.Path(folder, "missing", "tests.xml")))
            self.assertEqual(code, 3)
            self.assertRegex(err, r"^rbc: cannot write .*missing/tests\.xml")

    def test_threshold(self):
        percent = float(re.search(r"REA-1: .* reached, ([0-9.]+) %", self.rbc("reached.runbook", "--coverage")[1])[1])
        self.assertTrue(50 < percent < 100)
        # REA-2 has no test at all.
        self.assertEqual(self.rbc("reached.runbook", "--coverage", "--threshold", "0")[0], 0)
        self.assertEqual(self.rbc("reached.runbook", "--coverage", "--threshold", "1")[0], 1)
        self.assertEqual(self.rbc("others.runbook", "--coverage", "--threshold", "60")[0], 0)
        self.assertEqual(self.rbc("others.runbook", "--coverage", "--threshold", "100")[0], 1)

    def test_mistakes(self):
        for words, says in ((["--run", "(", "givens.runbook"], "is no regular expression"), (["--threshold", "5", "givens.runbook"], "say both"),
                            (["--coverage", "--threshold", "101", "givens.runbook"], "from 0 to 100"), (["--seed", "x", "givens.runbook"], "whole number"),
                            (["--run", "nothing-like-it", "givens.runbook"], "none of the 15 tests"), (["estate.runbook"], "no test"),
                            (["--format", "jsn", "givens.runbook"], "Did you mean `json`?")):
            code, out, err = self.rbc(*words)
            self.assertEqual((code, out), (2, ""), words)
            self.assertIn(says, err)
            self.assertEqual(err.count("\n"), 1, err)
        self.assertEqual(self.rbc("nowhere.runbook")[0], 3)
        with tempfile.TemporaryDirectory(prefix="rbc-test-") as folder:
            pathlib.Path(folder, "a.runbook").write_text("test a\n  run RB-9 headless\n")
            code, out, err = self.rbc(folder=folder)
            self.assertEqual((code, out), (1, ""))
            self.assertIn("No runbook `RB-9` here.", err)
            # A project without a test is no failure.
            pathlib.Path(folder, "a.runbook").write_text("contact ops\n")
            code, out, err = self.rbc(folder=folder)
            self.assertEqual((code, out), (0, ""))
            self.assertIn("no file of this project holds a test", err)

    def test_the_specifications_own_beside_the_runbook(self):
        for name in ("rb-01", "rb-02"):
            code, out, _ = self.rbc(f"{name}.runbook", folder=ROOT / "tests/lang")
            self.assertEqual((code, out.splitlines()[0], out.count(f"  ok  {name.upper()} ")), (0, f"{name}.test.runbook", 7))

    def test_two_projects_at_once(self):
        """Both have a `prom`, a `lead`, an `incidents`: each test means its own."""
        code, out, err = self.rbc("runbooks/examples", "runbooks/pivotal-flow", folder=ROOT)
        self.assertEqual((code, err), (0, ""), out)

    def test_nothing_outside_is_touched(self):
        """No secret is read (nobody sets the estate's), and no file is written."""
        with tempfile.TemporaryDirectory(prefix="rbc-test-") as folder:
            for path in CASES.glob("*.runbook"):
                pathlib.Path(folder, path.name).write_text(path.read_text())
            before = sorted(pathlib.Path(folder).rglob("*"))
            out = self.rbc(folder=folder)[1]
            self.assertEqual(sorted(pathlib.Path(folder).rglob("*")), before)
            self.assertEqual(len(re.findall(r"^(?:  ok|FAIL)  ", out, re.M)), sum(len(re.findall(r"^test ", path.read_text(), re.M)) for path in before))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rbc", required=True)
    ARGS, rest = parser.parse_known_args()
    unittest.main(argv=[sys.argv[0], *rest])
