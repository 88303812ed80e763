#!/usr/bin/env python3
"""kill -9 at ten places of a real run, each followed by `rbc resume`: every change happens once, or is in doubt and said to be; nothing is lost."""
import argparse
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest

ARGS = None

BOOK = """\
host    box
contact lead: Team lead
channel room

env local
  box  = localhost
  lead = log
  room = log

runbook K-1: Three changes, one after the other
  severity low
  goal     third

  escalation until acknowledged
    after 30m  page lead

  check third: The third change is there
    box$ grep -qx third done.txt

  step first: The first
    check ready: The folder is there
      box$ test -d .
    do box$ ./change first
    tell room: The first is done.
  step second: The second
    wait 100ms
    do box$ ./change second
    kept = box$ cat done.txt
    show kept.lines
  step third: The third
    do box$ ./change third
    poll until third every 100ms for 2s

  afterwards
    tell room: It is over.
"""
CHANGE = """\
#!/bin/sh
echo "$1" >> done.txt
"""


class Kill(unittest.TestCase):
    def rbc(self, folder, *words):
        done = subprocess.run([ARGS.rbc, *words], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout, done.stderr

    def killed_after(self, folder, events):
        """Starts the run, kills it when it has said so many events. Answers whether it was still alive then."""
        process = subprocess.Popen([ARGS.rbc, "run", "k-1", "--env", "local", "--json"], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL)
        seen = 0
        for line in process.stdout:
            json.loads(line)
            seen += 1
            if seen == events:
                process.send_signal(signal.SIGKILL)
                break
        process.stdout.close()
        return process.wait(timeout=30) == -signal.SIGKILL

    def test_ten_places(self):
        places = resumed = 0
        for events in range(1, 40):
            with tempfile.TemporaryDirectory(prefix="rbc-kill-") as name:
                folder = pathlib.Path(name)
                (folder / "k.runbook").write_text(BOOK)
                (folder / "change").write_text(CHANGE)
                (folder / "change").chmod(0o755)
                (folder / "done.txt").touch()
                if not self.killed_after(folder, events):
                    break
                places += 1
                code, out, err = self.rbc(folder, "runs", "--json")
                self.assertEqual(code, 0, err)
                rows = [json.loads(line) for line in out.splitlines()]
                self.assertEqual(len(rows), 1, f"killed after event {events}: {rows}")
                if rows[0]["state"] == "ended":   # the outcome was on disk when it was killed
                    self.assertEqual(rows[0]["outcome"], "resolved")
                    continue
                code, out, err = self.rbc(folder, "resume", "last", "--headless")
                resumed += 1
                done = (folder / "done.txt").read_text().split()
                for change in ("first", "second", "third"):
                    self.assertLessEqual(done.count(change), 1, f"killed after event {events}: {done}\n{out}{err}")
                if code == 30:   # it had said that it began, and its first entry was not on disk: nothing was done
                    self.assertEqual(done, [], f"killed after event {events}\n{out}{err}")
                    self.assertIn("before it began", self.rbc(folder, "runs")[1])
                    continue
                if code == 0:
                    self.assertEqual(done, ["first", "second", "third"], f"killed after event {events}\n{out}{err}")
                else:   # a change was begun and not heard of: it is not repeated, and that is said
                    self.assertIn(code, (10, 20), f"killed after event {events}\n{out}{err}")
                    self.assertIn("doubt", out)
                code, listed, _ = self.rbc(folder, "runs", "--open")
                self.assertIn("No runs", listed, "a run is open for ever")
                self.assertEqual(self.rbc(folder, "show", "last")[0], 0)
        self.assertGreaterEqual(places, 10)
        self.assertGreaterEqual(resumed, 10)


def main():
    global ARGS
    parser = argparse.ArgumentParser()
    parser.add_argument("--rbc", required=True)
    ARGS, rest = parser.parse_known_args()
    unittest.main(argv=[sys.argv[0], *rest], verbosity=2)


main()
