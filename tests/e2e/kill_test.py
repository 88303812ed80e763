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
import time
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

ORPHAN_BOOK = """\
host    box
@REPEATS@contact lead: Team lead

env local
  box  = localhost
  lead = log

runbook K-2: A change that outlives who began it
  severity low
  goal     done

  escalation until acknowledged
    after 30m  page lead

  check done: It is done
    box$ grep -qx done done.txt

  step only: The only one
    do box$ ./slow within 60s
"""
# The first time it leaves a child that hears no TERM and writes for ever; the second time it looks whether that one still lives.
SLOW = """\
#!/bin/sh
if [ -e grandchild ]; then
  before=$(wc -c < alive.txt)
  sleep 0.3
  [ "$before" = "$(wc -c < alive.txt)" ] || echo beside >> done.txt
  echo done >> done.txt
  exit 0
fi
( trap '' TERM; while :; do echo x >> alive.txt; sleep 0.05; done ) &
echo $! > pid.tmp && mv pid.tmp grandchild
wait
"""


def lives(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def until(condition, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


class Orphans(unittest.TestCase):
    def run_and_kill(self, repeatable):
        with tempfile.TemporaryDirectory(prefix="rbc-orphan-") as name:
            folder = pathlib.Path(name)
            (folder / "k.runbook").write_text(ORPHAN_BOOK.replace("@REPEATS@", "  repeats ./slow\n" if repeatable else ""))
            (folder / "slow").write_text(SLOW)
            (folder / "slow").chmod(0o755)
            (folder / "done.txt").touch()
            alive = folder / "alive.txt"
            process = subprocess.Popen([ARGS.rbc, "run", "k-2", "--headless"], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
            grandchild = None
            try:
                self.assertTrue(until(lambda: (folder / "grandchild").exists() and alive.exists() and alive.stat().st_size > 20), "it never began")
                grandchild = int((folder / "grandchild").read_text())
                process.send_signal(signal.SIGKILL)
                self.assertEqual(process.wait(timeout=30), -signal.SIGKILL)
                before = alive.stat().st_size
                self.assertTrue(until(lambda: alive.stat().st_size > before), "the orphan should outlive the one who began it, or this tests nothing")
                done = subprocess.run([ARGS.rbc, "resume", "last", "--headless"], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                      timeout=60)
                self.assertFalse(lives(grandchild), done.stdout + done.stderr)
                return done, (folder / "done.txt").read_text().split()
            finally:
                if process.poll() is None:
                    process.kill()
                    process.wait()
                if grandchild and lives(grandchild):
                    os.kill(grandchild, signal.SIGKILL)

    def test_repeated_alone(self):
        done, lines = self.run_and_kill(True)
        self.assertEqual(lines, ["done"], done.stdout + done.stderr)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("was still running", done.stdout + done.stderr)

    def test_in_doubt(self):
        done, lines = self.run_and_kill(False)
        self.assertEqual(lines, [], done.stdout + done.stderr)
        self.assertEqual(done.returncode, 10, done.stdout + done.stderr)
        self.assertIn("doubt", done.stdout)


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
