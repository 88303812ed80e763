#!/usr/bin/env python3
"""`rbc check` as a CI system and a person with a thousand findings meet it: forms, levels, allow, baseline, fixes."""
import argparse
import collections
import json
import os
import pathlib
import re
import stat
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

try:
    import jsonschema
except ImportError:  # another Python than Debian's, which has it
    if sys.executable == "/usr/bin/python3":
        raise
    os.execv("/usr/bin/python3", ["/usr/bin/python3", "-B", *sys.argv])

ARGS = None
SCHEMAS = pathlib.Path(__file__).resolve().parent.parent / "tools" / "schemas"

HEAD = """\
contact lead: Team lead
compose stack
postgres db

"""
RUNBOOK = """\
runbook %s: A title
  severity low
  goal     ok
  escalation until acknowledged
    after 5m page lead
  check ok: It answers
    db> select 1
  step look
"""
FINE = HEAD + RUNBOOK % "RB-01" + "    check ok\n"


def broken(*lines, name="RB-01"):
    return HEAD + RUNBOOK % name + "".join(f"    {line}\n" for line in lines)


class Check(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="rbc-check-")
        self.path = pathlib.Path(self.folder.name)

    def tearDown(self):
        self.folder.cleanup()

    def write(self, name, text):
        (self.path / name).parent.mkdir(parents=True, exist_ok=True)
        (self.path / name).write_bytes(text if isinstance(text, bytes) else text.encode())

    def read(self, name):
        return (self.path / name).read_bytes().decode()

    def rbc(self, *words, env=None, cwd=None):
        # The snippets declare more than each of them uses, which is another matter.
        if words[0] == "check":
            words += ("--level", "W0214=off", "--level", "W0215=off", "--level", "W0216=off")
        done = subprocess.run([ARGS.rbc, *words], cwd=cwd or self.path, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, env={**os.environ, **(env or {})})
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def refused(self, code, *words, says):
        got, out, err = self.rbc("check", *words)
        self.assertEqual(got, code, f"{words}: {out}{err}")
        self.assertIn(says, err)
        self.assertTrue(err.startswith("rbc: "), err)
        self.assertEqual(len(err.strip().splitlines()), 1, err)

    def codes(self, *words):
        return [one["code"] for one in json.loads(self.rbc("check", "--format", "json", *words)[1])["diagnostics"]]

    # ── forms ──

    def hostile(self):
        """Findings of every shape: wide and invisible characters, two files, fixes, places elsewhere, suppressed ones."""
        self.write("a 100%,:b.runbook", broken("log = stack> logs backend", "log = stack> logs backend", "show 漢字 == 🔥 + \ufffe", "stack> stop <servce>", "show a \u202e b", "chekc ok"))
        self.write("sub/b.runbook", broken("when ok is red", "  wait 1s", "# rbc: allow(E0401, reason = \"a <drill> & \\\"more\\\"\")", "# rbc: allow(E0401, reason = \"a <drill> & more\")", "stack> restart backend", name="RB-02"))
        self.write("fine.runbook", FINE.replace("RB-01", "RB-03"))

    def test_sarif_is_sarif(self):
        self.hostile()
        code, out, err = self.rbc("check", "--format", "sarif")
        self.assertEqual((code, err), (1, ""))
        log = json.loads(out)
        jsonschema.validate(log, json.loads((SCHEMAS / "sarif.json").read_text()))
        run = log["runs"][0]
        self.assertEqual([one["location"]["uri"] for one in run["artifacts"]], ["a%20100%25%2C%3Ab.runbook", "fine.runbook", "sub/b.runbook"])
        rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
        self.assertEqual(rules, sorted(rules))
        for result in run["results"]:
            self.assertEqual(rules[result["ruleIndex"]], result["ruleId"])
        suppressed = [one for one in run["results"] if "suppressions" in one]
        self.assertEqual([(one["ruleId"], one["suppressions"][0]) for one in suppressed], [("E0401", {"kind": "inSource", "justification": "a <drill> & more"})])
        self.assertTrue(any(one.get("fixes") for one in run["results"]))
        self.assertNotIn("\u202e", out)

    def test_sarif_counts_columns_in_utf16(self):
        self.write("a.runbook", broken("show \"🔥\" + servce"))
        region = json.loads(self.rbc("check", "--format", "sarif")[1])["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]
        line = broken("show \"🔥\" + servce").splitlines()[region["startLine"] - 1]
        units = line.encode("utf-16-le")
        self.assertEqual(units[2 * (region["startColumn"] - 1):2 * (region["endColumn"] - 1)].decode("utf-16-le"), "servce")

    def test_junit_is_junit(self):
        self.hostile()
        self.assertEqual(self.rbc("check", "--format", "junit", "-o", "out.xml")[0], 1)
        done = subprocess.run(["xmllint", "--noout", "--schema", str(SCHEMAS / "junit.xsd"), "out.xml"], cwd=self.path, capture_output=True, text=True, timeout=30)
        self.assertEqual(done.returncode, 0, done.stderr)
        root = xml.etree.ElementTree.parse(self.path / "out.xml").getroot()
        suites = {suite.get("name"): suite for suite in root}
        self.assertEqual(sorted(suites), ["a 100%,:b.runbook", "fine.runbook", "sub/b.runbook"])
        self.assertEqual([case.get("name") for case in suites["sub/b.runbook"]], ["file", "RB-02"])
        self.assertEqual((root.get("tests"), root.get("failures")), ("6", str(len(root.findall(".//failure")))))
        self.assertEqual(len(suites["fine.runbook"].findall(".//failure")), 0)
        warnings = self.rbc("check", "--format", "junit", "--fail-on", "warning", "sub/b.runbook")[1]
        self.assertIn('failure type="W0604"', warnings)
        self.assertNotIn("failure", self.rbc("check", "--format", "junit", "sub/b.runbook")[1].replace('failures="0"', ""))

    def test_github_commands(self):
        self.hostile()
        lines = self.rbc("check", "--format", "github")[1].splitlines()
        kinds = [line.split(" ", 1)[0] for line in lines]
        self.assertEqual(kinds, sorted(kinds))  # ::error before ::warning
        for line in lines:
            self.assertRegex(line, r"^::(error|warning) file=[^,:]+,line=\d+,endLine=\d+,(col=\d+,endColumn=\d+,)?title=[EW]\d{4}::.+$")
        self.assertTrue(any("file=a 100%25%2C%3Ab.runbook," in line for line in lines), lines)

    def test_gitlab_is_code_quality(self):
        self.write("a.runbook", broken("chekc ok", "chekc ok"))
        self.write("sub/a.runbook", broken("chekc ok", name="RB-02"))
        found = json.loads(self.rbc("check", "--format", "gitlab")[1])
        jsonschema.validate(found, json.loads((SCHEMAS / "gitlab.json").read_text()))
        self.assertEqual(len({one["fingerprint"] for one in found}), 3)

    def test_nothing_found_is_well_formed_too(self):
        self.write("a.runbook", FINE)
        jsonschema.validate(json.loads(self.rbc("check", "--format", "sarif")[1]), json.loads((SCHEMAS / "sarif.json").read_text()))
        self.assertEqual(json.loads(self.rbc("check", "--format", "gitlab")[1]), [])
        self.assertEqual(self.rbc("check", "--format", "github"), (0, "", ""))
        self.assertEqual(json.loads(self.rbc("check", "--format", "json")[1])["errors"], 0)
        self.assertIn("nothing to find fault with", self.rbc("check", "--format", "pretty")[1])

    def test_output_is_whole_or_not_at_all(self):
        self.write("a.runbook", broken("chekc ok"))
        code, out, err = self.rbc("check", "--format", "sarif", "-o", "out.sarif")
        self.assertEqual((code, out), (1, ""))
        self.assertIn("written to out.sarif", err)
        self.assertEqual(len(json.loads(self.read("out.sarif"))["runs"][0]["results"]), 1)
        self.refused(3, "-o", "absent/out.sarif", says="absent/out.sarif")
        self.refused(3, "-o", ".", says="folder")
        self.assertEqual(sorted(each.name for each in self.path.iterdir()), ["a.runbook", "out.sarif"])

    def test_colours(self):
        self.write("a.runbook", broken("chekc ok"))
        self.assertNotIn("\x1b", self.rbc("check", "--format", "pretty")[1])
        self.assertIn("\x1b[1;31mE0105", self.rbc("check", "--format", "pretty", "--color", "always", env={"NO_COLOR": "1"})[1])
        self.refused(2, "--color", "sometimes", says="auto, always, never")

    # ── many ──

    def test_a_thousand_errors_stay_readable(self):
        self.write("a.runbook", broken(*[f"show nothing-{n}" for n in range(800)]))
        self.write("b.runbook", broken(*["chekc ok"] * 200, name="RB-02"))
        code, out, _ = self.rbc("check", "--format", "pretty", "--max-errors", "20")
        self.assertEqual(code, 1)
        self.assertEqual(len(re.findall(r"^E0\d+  ", out, re.M)), 20)
        self.assertIn("… and 980 more.", out)
        self.assertIn("E0201 ×800 · E0105 ×200", out)
        self.assertIn("── a.runbook: 800 errors, 0 warnings ──", out)
        self.assertLess(len(out), 10_000)
        self.assertEqual(len(self.codes()), 1000)
        self.assertEqual(self.rbc("check", "--format", "json")[1], self.rbc("check", "--format", "json", "b.runbook", "a.runbook")[1])

    def test_one_mistake_is_one_message(self):
        for line, code in {
            "show nothing-here + 1": "E0201",
            "show (nothing-here + 1) * 2 > 5%": "E0201",
            "n = nothing-here": "E0201",
            "stack> logs <nothing-here.lines.first>": "E0201",
            "when nothing-here.count > 3 and ok is red": "E0201",
            "x = 5% + 3s": "E0301",
            "when ok": "E0302",
            "wait -5s": "E0116",
            "wait 30m1h": "E0308",
            "poll until ok for 1m": "E0100",
            "db> select count(*) form t": "E0701",
            "db> begin; select 1": "E0709",
            "db> \\d users": "E0703",
            "stack> restart backend": "E0401",
            "stack.backend$ echo `date`": "E0708",
            "tell nobody: x": "E0201",
            "check okk": "E0201",
            "xs = []": "E0307",
            "do db> truncate users": "E0403",
            "call lead": "E0105",
            "\twait 5s": "E0122",
            "show 1 == 1": "E0113",
        }.items():
            with self.subTest(line):
                body = [line] + (["  wait 1s"] if line.startswith("when") else [])
                self.write("a.runbook", broken("check ok", *body))
                found = [one for one in self.codes() if one.startswith("E")]
                self.assertEqual(found, [code], self.rbc("check", "--format", "pretty")[1])

    # ── levels ──

    def test_levels(self):
        self.write("a.runbook", broken("when ok is red", "  wait 1s"))
        self.write("legacy/b.runbook", broken("when ok is red", "  wait 1s", name="RB-02"))
        self.assertEqual(self.rbc("check")[0], 0)
        self.assertEqual(self.rbc("check", "--fail-on", "warning")[0], 1)
        self.write("rbc.toml", '[levels]\nW0604 = "error"\n\n[[override]]\npaths = ["legacy/**"]\nlevels = { W0604 = "off" }\n')
        code, out, _ = self.rbc("check")
        self.assertEqual((code, re.findall(r"^(\S+?):.*W0604", out, re.M)), (1, ["a.runbook"]))
        self.assertEqual(self.rbc("check", "--level", "W0604=warning")[0], 0)
        self.assertNotIn("W0604", self.rbc("check", "--level", "W0604=off")[1])
        # The same judgement starts a run, wherever it is started from.
        code, _, err = self.rbc("run", "rb-01", "--headless")
        self.assertEqual(code, 2)
        self.assertIn("W0604", err)
        self.assertNotIn("W0604", self.rbc("run", "rb-02", "--headless", cwd=self.path / "legacy")[2])
        # What the file says goes before all of it.
        self.write("a.runbook", broken("# rbc: allow(W0604, reason = \"blind is meant\")", "when ok is red", "  wait 1s"))
        code, out, _ = self.rbc("check", "a.runbook", "--level", "W0604=error")
        self.assertEqual((code, "W0604" in out), (0, False), out)

    def test_levels_that_are_mistakes(self):
        self.write("a.runbook", FINE)
        self.refused(2, "--level", "W0604", says="has no `=`")
        self.refused(2, "--level", "W0640=off", says="Did you mean `W0604`?")
        self.refused(2, "--level", "E0401=off", says="cannot be turned down")
        self.refused(2, "--level", "W0604=of", says="Did you mean `off`?")
        for text, says in {
            '[levels]\nW0640 = "off"\n': "rbc.toml:2: there is no diagnostic `W0640`. Did you mean",
            '[levels]\nE0301 = "warning"\n': "rbc.toml:2: E0301 is an error",
            '[levels]\nW0604 = 3\n': "in quotes",
            "levels = 3\n": "is a table",
            '[[override]]\nlevels = { W0604 = "off" }\n': "names its `paths`",
            '[[override]]\npaths = ["x"]\n': "says `levels`",
            '[[override]]\npath = ["x"]\n': "Did you mean `paths`?",
            '[override]\npaths = ["x"]\n': "[[override]]",
            '[[overide]]\n': "Did you mean `override`?",
        }.items():
            with self.subTest(text):
                self.write("rbc.toml", text)
                self.refused(2, says=says)

    # ── allow ──

    def test_an_allowed_change_is_still_a_change(self):
        self.write("a.runbook", broken("check ok", "# rbc: allow(E0401, reason = \"a drill\")", "stack> restart backend"))
        self.assertEqual(self.rbc("check", "--fail-on", "warning"), (0, "", ""))
        allowed = self.rbc("disasm", "rb-01")[1]
        self.write("a.runbook", broken("check ok", "do stack> restart backend"))
        said = self.rbc("disasm", "rb-01")[1]
        count = lambda text, op: len(re.findall(rf"\b{op}\b", text))
        for op in ("GATE", "DO", "ASK"):
            self.assertEqual(count(allowed, op), count(said, op), op)
        self.assertGreater(count(allowed, "DO"), 0)
        # And it is as dangerous: under a caution if it destroys, behind `repeatable` in a retry.
        self.write("a.runbook", broken("# rbc: allow(E0401, reason = \"a drill\")", "db> truncate users"))
        self.assertEqual(self.codes(), ["E0403"])
        self.write("a.runbook", broken("retry 3 times every 5s", "  # rbc: allow(E0401, reason = \"a drill\")", "  db> insert into events values (1)"))
        self.assertIn("E0404", self.codes())

    # ── baseline ──

    def test_baseline(self):
        self.write("a.runbook", broken("show 1 + 5%", "show 1 + 5%", "show 2 + 5%"))
        self.refused(2, "--write-baseline", says="--baseline FILE")
        self.refused(2, "--baseline", "old.txt", says="old.txt")
        self.assertEqual(self.rbc("check", "--baseline", "old.txt", "--write-baseline")[0], 0)
        self.assertEqual(self.rbc("check", "--baseline", "old.txt"), (0, "", ""))
        # Lines may move; what is new counts, also a third of the same.
        self.write("a.runbook", "# above\n\n" + broken("show 1 + 5%", "show 1 + 5%", "show 1 + 5%", "show 3 + 5%"))
        code, out, err = self.rbc("check", "--baseline", "old.txt")
        self.assertEqual((code, len(out.splitlines())), (1, 2))
        self.assertIn("E0301 in a.runbook", err)  # the other is mended
        suppressed = json.loads(self.rbc("check", "--baseline", "old.txt", "--format", "sarif")[1])["runs"][0]["results"]
        self.assertEqual(collections.Counter(one.get("suppressions", [{}])[0].get("kind") for one in suppressed), {None: 2, "external": 2})
        self.assertEqual(self.rbc("check", "--baseline", "old.txt", "--write-baseline")[0], 0)
        self.assertEqual(self.rbc("check", "--baseline", "old.txt"), (0, "", ""))
        whole = self.read("old.txt")
        for damage in ("", "x", whole[:-20] + "\n", whole + whole.splitlines()[-1] + "\n", whole.replace(" 1 ", " -1 "), "\x00" * 50):
            self.write("old.txt", damage)
            self.refused(2, "--baseline", "old.txt", says="old.txt")

    # ── fixes ──

    def test_fix(self):
        self.write("a.runbook", broken("check ok", "when 1 == 2", "  wait 1s", "show okk", "stack> restart backend"))
        before = self.read("a.runbook")
        (self.path / "a.runbook").chmod(0o640)
        code, out, _ = self.rbc("check", "--fix", "--diff")
        self.assertEqual(code, 1)
        self.assertIn("-    when 1 == 2\n+    when 1 is 2\n", out)
        self.assertEqual(self.read("a.runbook"), before)
        applied = subprocess.run(["patch", "-p0", "--dry-run"], cwd=self.path, input=out.encode(), capture_output=True, timeout=20) if os.path.exists("/usr/bin/patch") else None
        self.assertTrue(applied is None or applied.returncode == 0, applied)
        code, out, _ = self.rbc("check", "--fix")
        self.assertEqual((code, out.splitlines()[0]), (1, "mended a.runbook:14:12 E0113: Write `is`."))
        self.assertEqual(self.read("a.runbook"), before.replace("==", "is"))
        self.assertEqual(stat.S_IMODE((self.path / "a.runbook").stat().st_mode), 0o640)
        code, out, _ = self.rbc("check", "--fix=all")
        self.assertIn("(please review)", out)
        self.assertIn("do stack> restart backend", self.read("a.runbook"))
        self.assertEqual([one for one in self.codes() if one.startswith("E")], [])
        self.assertEqual(sorted(each.name for each in self.path.iterdir()), ["a.runbook"])
        self.refused(2, "--diff", says="--fix")
        self.refused(2, "--fix=some", says="=all")

    def test_a_fix_that_would_do_harm_is_not_made(self):
        # The line would be well-indented for the eye and belong to nothing.
        for line in ("    \twait 5s", "\twait 5s"):
            self.write("a.runbook", broken("check ok") + line + "\n")
            before = self.read("a.runbook")
            code, out, _ = self.rbc("check", "--fix=all")
            self.assertEqual((code, self.read("a.runbook") == before, "mended" in out), (1, True, False), out)
        # Of two fixes, the harmless one is made all the same.
        self.write("a.runbook", broken("check ok", "when 1==2 and 2==2", "  wait 1s", "    \twait 5s"))
        self.rbc("check", "--fix=all")
        self.assertIn("when 1 is 2 and 2 is 2\n", self.read("a.runbook"))
        # Two at one place are one after the other; what a person has to choose is not chosen.
        self.write("a.runbook", broken("check ok", "when ok", "  wait 1s", "n = 3", "show n > 5%"))
        self.rbc("check", "--fix=all")
        self.assertIn("    when ok passes\n", self.read("a.runbook"))
        self.assertIn("    show n > 5%\n", self.read("a.runbook"))

    def test_a_fix_that_cannot_be_written_leaves_the_file(self):
        self.write("a.runbook", broken("when 1 == 2", "  wait 1s"))
        (self.path / "link.runbook").symlink_to("a.runbook")
        self.rbc("check", "--fix", "link.runbook")
        self.assertTrue((self.path / "link.runbook").is_symlink())
        self.assertIn("1 is 2", self.read("a.runbook"))

    def test_times(self):
        poll = "poll until ok every 10s for limit"
        text = broken("check ok", poll).replace("  step look", "  input limit = 10m\n  step look")
        self.write("a.runbook", text)
        code, out, _ = self.rbc("check", "--format", "short")
        self.assertEqual(code, 1)
        self.assertIn("error[E0608]: How long can `limit` be?", out)
        # The budget of its severity is the cap of a length that states none.
        self.write("rbc.toml", '[budgets]\nlow = "30m"\n')
        code, out, _ = self.rbc("check", "--times", "--format", "json")
        self.assertEqual(code, 0, out)
        one, = json.loads(out)["times"]
        self.assertEqual((one["runbook"], one["path"]), ("RB-01", "a.runbook"))
        self.assertEqual(one["longest_at_caps_us"] - one["longest_us"], 20 * 60 * 1_000_000)
        self.assertEqual(one["first_page_us"], 5 * 60 * 1_000_000)
        self.assertEqual(sum(line["us"] for line in one["longest_path"] if line["depth"] == 0), one["longest_us"])
        number = text.splitlines().index("    " + poll) + 1
        self.assertTrue([line for line in one["longest_path"] if (line["file"], line["line"]) == ("a.runbook", number) and line["us"] >= 600_000_000], one)
        self.assertRegex(self.rbc("check", "--times", "--format", "short")[1], f"(?m)^RB-01: at most .* headless .*\\n(.*\\n)* +10m\\S* +{number}: ")
        self.write("rbc.toml", '[budgets]\nlow = "5m"\n')
        code, out, _ = self.rbc("check", "--format", "short")
        self.assertEqual(code, 1)
        self.assertRegex(out, "E0605.*RB-01 may take 1[0-9]m.* headless; the budget for `low` is 5m")
        self.refused(2, "--times", "--format", "sarif", says="sarif has no place for it")


def main():
    global ARGS
    parser = argparse.ArgumentParser()
    parser.add_argument("--rbc", required=True)
    ARGS, rest = parser.parse_known_args()
    unittest.main(argv=[sys.argv[0], *rest], verbosity=2)


main()
