#!/usr/bin/env python3
"""`rbc import` as a person meets it: where the draft goes, what is said of it, and what is refused."""
import argparse
import pathlib
import subprocess
import tempfile
import unittest

ARGS = None
DOCUMENT = """\
# Disk full

- Severity: high

## Look
```bash
df -h <folder>
```

## Clear up
- [ ] Ask who owns what is largest
```bash
rm -rf /srv/cache
```
"""


class Import(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="rbc-import-")
        self.path = pathlib.Path(self.folder.name)
        (self.path / "disk.md").write_text(DOCUMENT)

    def tearDown(self):
        self.folder.cleanup()

    def rbc(self, *words):
        done = subprocess.run([ARGS.rbc, *words], cwd=self.path, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout, done.stderr

    def test_a_draft_that_checks_plans_and_is_laid_out(self):
        code, out, err = self.rbc("import", "disk.md")
        self.assertEqual((code, err), (0, ""), out)
        self.assertIn("headings     3 of    3", out)
        self.assertIn("commands     2 of    2", out)
        draft = (self.path / "disk.runbook").read_text()
        for line, text in enumerate(draft.splitlines(), 1):
            if "# decide: " in text:
                self.assertIn(f"disk.runbook:{line}: {text.strip()[10:]}", out)
        self.assertEqual(self.rbc("check", "disk.runbook")[0], 0)
        self.assertEqual(self.rbc("fmt", "--check", "disk.runbook")[0], 0)
        code, out, err = self.rbc("plan", "disk-full", "--input", "folder=/srv")
        self.assertEqual(code, 0, err)
        self.assertIn("rm -rf /srv/cache", out)

    def test_nothing_is_overwritten(self):
        (self.path / "disk.runbook").write_text("mine\n")
        code, _, err = self.rbc("import", "disk.md")
        self.assertEqual(code, 2)
        self.assertEqual(err, "rbc: disk.runbook is there already, and a draft overwrites nothing; `-o` names another file.\n")
        self.assertEqual((self.path / "disk.runbook").read_text(), "mine\n")
        self.assertEqual(self.rbc("import", "disk.md", "-o", "other.runbook")[0], 0)
        self.assertTrue((self.path / "other.runbook").exists())

    def test_standard_output_holds_the_draft_alone(self):
        code, out, err = self.rbc("import", "disk.md", "--stdout")
        self.assertEqual(code, 0)
        self.assertTrue(out.startswith("# A first draft"))
        self.assertIn("to decide", err)
        self.assertEqual(list(self.path.glob("*.runbook")), [])

    def test_what_is_refused(self):
        for name, content in [("empty.md", b""), ("nul.md", b"a\0b"), ("latin.md", b"caf\xe9"), ("large.md", b"a\n" * (6 << 20))]:
            (self.path / name).write_bytes(content)
        for code, words, says in [(2, ["empty.md"], "it is empty"), (2, ["nul.md"], "NUL"), (2, ["latin.md"], "line 1 is not UTF-8"), (2, ["large.md"], "larger than 1024 KiB"),
                                  (3, ["none.md"], "cannot read none.md"), (3, ["."], "is a folder"), (2, ["disk.md", "--stdout", "-o", "x"], "say one"), (2, [], "FILE"),
                                  (3, ["disk.md", "-o", "no/such/folder/x.runbook"], "no/such/folder")]:
            got, out, err = self.rbc("import", *words)
            self.assertEqual(got, code, (words, out, err))
            self.assertIn(says, err)
            self.assertTrue(err.startswith("rbc: "), err)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rbc", required=True)
    ARGS, rest = parser.parse_known_args()
    unittest.main(argv=[__file__, *rest])
