#!/usr/bin/env python3
"""`rbc answer` from another process: who counts, what is no answer, and a run that goes on because a person said so."""
import argparse
import os
import pathlib
import pwd
import subprocess
import sys
import tempfile
import time
import unittest

ARGS = None
USER = pwd.getpwuid(os.geteuid()).pw_name

BOOK = """\
host    box
contact lead: Team lead
contact dba
contact @USER@

env local
  box  = localhost
  lead = log
  dba  = log
  @USER@ = log

runbook A-1: Asks before it restores
  severity low
  goal     restored

  escalation until acknowledged
    after 30m  page lead

  check restored: It is restored
    box$ test -e restored

  step restore: Restore
    wait 1s
    approve by lead, @USER@ within 30s: Restore the latest backup?
    do box$ touch restored
"""


class Answer(unittest.TestCase):
    def setUp(self):
        self.place = tempfile.TemporaryDirectory(prefix="rbc-answer-")
        self.folder = pathlib.Path(self.place.name)
        (self.folder / "a.runbook").write_text(BOOK.replace("@USER@", USER))
        self.process = subprocess.Popen([ARGS.rbc, "run", "a-1", "--headless"], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True)

    def tearDown(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()
        self.place.cleanup()

    def rbc(self, *words):
        done = subprocess.run([ARGS.rbc, *words], cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout + done.stderr

    def refused(self, *words, says):
        code, said = self.rbc(*words)
        self.assertEqual(code, 2, said)
        self.assertIn(says, said)
        self.assertEqual(len(said.splitlines()), 1, said)

    def asked(self):
        """Waits until the question is put."""
        end = time.monotonic() + 20
        while time.monotonic() < end:
            code, said = self.rbc("answer", "last", "perhaps", "--as", "lead")
            self.assertEqual(code, 2, said)
            if "is no answer" in said:
                self.assertIn("`yes`, `no`", said)
                self.assertIn("Restore the latest backup?", said)
                return
            time.sleep(0.05)
        self.fail("the question was never put: " + said)

    def first_said(self):
        line = self.process.stdout.readline()
        self.assertIn("A-1", line)

    def test_yes_by_another(self):
        self.first_said()
        time.sleep(0.1)
        self.refused("answer", "last", "yes", "--as", "lead", says="nothing to answer")
        self.asked()
        self.refused("answer", "last", "yes", says=f"{USER} started")      # named, and yet not its own approver
        self.refused("answer", "last", "yes", "--as", "dba", says="not one of those who may answer: lead, ")
        self.assertIsNone(self.process.poll())
        code, said = self.rbc("answer", "last", "yes", "--as", "lead")
        self.assertEqual(code, 0, said)
        out, _ = self.process.communicate(timeout=30)
        self.assertEqual(self.process.returncode, 0, out)
        self.assertTrue((self.folder / "restored").exists())
        code, said = self.rbc("show", "last")
        self.assertIn("lead", said)
        self.refused("answer", "last", "yes", "--as", "lead", says="has ended")

    def test_no(self):
        self.first_said()
        self.asked()
        code, said = self.rbc("answer", "last", "no", "--as", "lead")
        self.assertEqual(code, 0, said)
        out, _ = self.process.communicate(timeout=30)
        self.assertEqual(self.process.returncode, 10, out)
        self.assertIn("declined", out)
        self.assertFalse((self.folder / "restored").exists())


def main():
    global ARGS
    parser = argparse.ArgumentParser()
    parser.add_argument("--rbc", required=True)
    ARGS, rest = parser.parse_known_args()
    unittest.main(argv=[sys.argv[0], *rest], verbosity=2)


main()
