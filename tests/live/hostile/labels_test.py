#!/usr/bin/env python3
"""The corpus as labels of an alert: what fits its input's class fills it and stays one word of a real sh; what does not refuses the run, and nothing is started."""
import argparse
import os
import re
import sys
import unittest

from corpus import VALUES
from sh_test import records
from stage import Stage, Tally, Web, address

ARGS = None

INPUTS = """\
  alert Hot warning
  alert Cold warning where team is "blue"
  input service as text = "none"
  input wide as text matching /(?s).*/ = "none"
  input narrow as text matching /[a-z]{1,8}/ = "none"
  input size as one of small, large = small
  input count = 1
  input data-center as text = "none"
  input maybe as text?"""
LINES = ["    do box$ ./witness <service> <narrow> <size> <count> <data-center>", "    do box$ ./witness wide <wide>"]
PLAIN = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._:/@-]{0,199}")


class Labels(unittest.TestCase):
    def setUp(self):
        self.web = Web(address(67))
        self.stage = Stage(ARGS.rbc, self.web, "host box", "  box = localhost", INPUTS)
        (self.stage.path / "witness").symlink_to(ARGS.witness)
        (self.stage.path / "h.runbook").write_text(self.stage.head + "\n".join(LINES) + "\n")

    def tearDown(self):
        self.stage.__exit__()
        self.web.__exit__()

    def came(self, *words):
        """Exit code, what was said, and what the program got."""
        written = self.stage.path / "witnessed"
        written.unlink(missing_ok=True)
        done = self.stage.call("run", "H-1", "--env", "local", "--headless", *words)
        self.assertFalse((self.stage.path / "pwned").exists(), words)
        return done.returncode, done.stderr.decode(errors="replace"), records(written) if written.exists() else None

    def test_every_value_as_a_label(self):
        tally = Tally("labels")
        sendable = [value for value in VALUES if b"\0" not in value[1] and len(value[1]) < 100_000]
        for value in sendable:
            sent = value[1]
            # One call, and its three labels: it is refused as soon as one does not fit.
            code, said, got = self.came("--alert", "Hot", b"--label", b"service=" + sent)
            fits = PLAIN.fullmatch(sent) is not None
            self.assertIn(code, (0, 2), said)
            tally.row("text", value, None if code == 0 else said, [[sent, b"none", b"small", b"1", b"none"], [b"wide", b"none"]], got, not fits)
            if fits:
                continue
            self.assertIn("label `service`", said)
            self.assertIn("nothing was started", said)
            self.assertNotRegex(said, "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]", "it is shown as it came")
        tally.end(self, len(sendable))

    def test_where_the_runbook_says_which_texts_those_are_the_ones(self):
        hostile = "'; $(touch pwned) `x` \n*"
        self.assertEqual(self.came("--alert", "Hot", "--label", "wide=" + hostile)[2][1], [b"wide", hostile.encode()])
        for label in ("narrow=Abc", "narrow=abc\n", "narrow=", "narrow=$(touch pwned)", "size=medium", "size="):
            with self.subTest(label=label):
                code, said, got = self.came("--alert", "Hot", "--label", label)
                self.assertEqual((code, got), (2, None), said)
        self.assertEqual(self.came("--alert", "Hot", "--label", "narrow=abc", "--label", "size=large", "--label", "data_center=fra-1")[2][0], [b"none", b"abc", b"large", b"1", b"fra-1"])
        # A flag goes before a label; a label fills no number; labels of no input are nobody's business.
        self.assertEqual(self.came("--alert", "Hot", "--label", "narrow=abc", "--narrow", "xyz", "--label", "count=9", "--label", "instance=10.0.0.1:9100; rm")[2][0], [b"none", b"xyz", b"small", b"1", b"none"])

    def test_which_alerts_are_answered(self):
        for words, says in {("--label", "narrow=abc"): "--alert NAME", ("--alert", "Hot", "--label", "narrow"): "NAME=VALUE", ("--alert", "Hot", "--label", "=x"): "NAME=VALUE",
                            ("--alert", "Hot", "--label", "a=1", "--label", "a=2"): "given twice", ("--alert", "Cold", "--label", "team=red"): 'only where team is "blue"', ("--alert", "Warm", "--label", "a=1"): "does not answer"}.items():
            with self.subTest(words=words):
                code, said, got = self.came(*words)
                self.assertEqual((code, got), (2, None))
                self.assertIn(says, said)
        self.assertEqual(self.came("--alert", "Cold", "--label", "team=blue")[0], 0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rbc", required=True)
    parser.add_argument("--witness", required=True)
    ARGS, rest = parser.parse_known_args()
    ARGS.witness = os.path.abspath(ARGS.witness)
    unittest.main(argv=[sys.argv[0], *rest])
