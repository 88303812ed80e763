#!/usr/bin/env python3
"""Commands and names that misbehave: each look ends by its limit, and nothing that it started outlives it."""
import argparse
import datetime
import os
import pathlib
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

ARGS = None

HEAD = """\
host    box: This machine
  reads ./stubborn.sh
  reads ./flood.sh
  reads ./fail.sh
http    api: A service
contact lead: Lead

env local
  box  = localhost
  api  = http://{api}
  lead = log

runbook B-1: Breaks
  severity low
  goal     fine
  escalation until acknowledged
    after 30m  page lead
  step look: Look
    check fine: Fine
      box> load
"""
STUBBORN = """\
#!/bin/sh
trap '' TERM HUP INT
echo $$ >> pids
sh -c "trap '' TERM; echo \\$\\$ >> pids; while true; do sleep 0.2; done" &
while true; do sleep 0.2; done
"""


def allow_cores():
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:
            return stat.read().rpartition(")")[2].split()[0] not in ("Z", "X")
    except OSError:
        return False


class Breaks(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="rbc-breaks-")
        self.path = pathlib.Path(self.folder.name)
        for name, text in {"stubborn.sh": STUBBORN, "flood.sh": "#!/bin/sh\nexec yes\n", "fail.sh": "#!/bin/sh\necho some\nexit 3\n"}.items():
            (self.path / name).write_text(text)
            (self.path / name).chmod(0o755)

    def tearDown(self):
        for pid in self.pids():
            if alive(pid):
                os.kill(pid, signal.SIGKILL)
        self.folder.cleanup()

    def pids(self):
        try:
            return [int(line) for line in (self.path / "pids").read_text().split()]
        except OSError:
            return []

    def run_lines(self, *lines, api="127.0.0.1:9", prefix=(), timeout=60, env=None):
        (self.path / "b.runbook").write_text(HEAD.format(api=api) + "".join(f"    {line}\n" for line in lines))
        started = time.monotonic()
        done = subprocess.run([*prefix, ARGS.rbc, "run", "b-1", "--env", "local", "--headless", "--may", "change"], cwd=self.path, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", timeout=timeout, check=False,
                              env={**os.environ, **(env or {})})
        return done.returncode, done.stdout, time.monotonic() - started

    def test_what_ignores_being_ended_is_ended(self):
        code, out, took = self.run_lines("x = within 1s box$ ./stubborn.sh", "show x")
        self.assertIn("no answer within 1 second", out)
        self.assertEqual(code, 0, out)
        self.assertLess(took, 10, out)
        self.assertEqual(len(self.pids()), 2)
        self.assertEqual([p for p in self.pids() if alive(p)], [], "outlived the look")

    def test_a_change_that_ignores_being_ended_is_in_doubt_when_all_of_it_is_gone(self):
        code, out, took = self.run_lines("do within 1s box$ sh ./stubborn.sh | cat")
        self.assertNotEqual(code, 0, out)
        self.assertLess(took, 12, out)
        self.assertEqual(len(self.pids()), 2, out)
        self.assertEqual([p for p in self.pids() if alive(p)], [], "two hands on the tools")

    def test_a_flood_does_not_keep_the_loop(self):
        code, out, took = self.run_lines("x = within 1s box$ ./flood.sh", "y = box> memory")
        self.assertEqual(code, 0, out)
        self.assertIn("no answer within 1 second", out)
        self.assertLess(took, 6, out)

    def test_a_pipeline_fails_when_any_stage_fails(self):
        code, out, _ = self.run_lines("x = box$ ./fail.sh | cat", "show x")
        self.assertEqual(code, 0, out)
        self.assertIn("exit 3", out)

    def test_the_first_line_has_the_time_of_day(self):
        before = datetime.datetime.now()
        _, out, _ = self.run_lines("y = box> memory", env={"TZ": "UTC0"})
        stamp = datetime.datetime.strptime(out.split()[0], "%H:%M:%S").time()
        now = datetime.datetime.now(datetime.timezone.utc)
        apart = abs((now.hour * 60 + now.minute) * 60 + now.second - (stamp.hour * 60 + stamp.minute) * 60 - stamp.second)
        self.assertLess(min(apart, 86400 - apart), 60 + (datetime.datetime.now() - before).seconds, out)

    def test_no_core_and_no_look_into_memory(self):
        (self.path / "b.runbook").write_text(HEAD.format(api="127.0.0.1:9") + "    x = within 5s box$ ./flood.sh\n")
        with subprocess.Popen([ARGS.rbc, "run", "b-1", "--env", "local", "--headless"], cwd=self.path, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, preexec_fn=allow_cores) as rbc:
            rbc.stdout.readline()
            limits = pathlib.Path(f"/proc/{rbc.pid}/limits").read_text()
            core = next(line for line in limits.splitlines() if line.startswith("Max core file size"))
            self.assertEqual(core.split()[4], "0", core)
            if os.geteuid() != 0:
                with self.assertRaises(PermissionError):
                    pathlib.Path(f"/proc/{rbc.pid}/environ").read_bytes()
            else:
                self.assertEqual(os.stat(f"/proc/{rbc.pid}/environ").st_uid, 0)
            rbc.kill()
            rbc.stdout.read()

    def test_a_journal_that_is_taken_away_stops_the_run(self):
        (self.path / "b.runbook").write_text(HEAD.format(api="127.0.0.1:9") + "    do box$ sleep 1\n    do box$ touch done-after\n")
        with subprocess.Popen([ARGS.rbc, "run", "b-1", "--env", "local", "--headless", "--may", "change"], cwd=self.path, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as rbc:
            for line in rbc.stdout:
                if "sleep 1" in line:
                    break
            for file in self.path.glob(".rbc/runs.db*"):
                file.unlink()
            rest = rbc.stdout.read()
            self.assertEqual(rbc.wait(timeout=30), 3, rest)
        self.assertIn("was removed or replaced", rest)
        self.assertFalse((self.path / "done-after").exists(), "a change was begun that no journal knows of")

    def test_valgrind_finds_nothing(self):
        linked = subprocess.run(["ldd", ARGS.rbc], capture_output=True, text=True, check=False).stdout
        if "libasan" in linked or "libtsan" in linked:
            self.skipTest("valgrind cannot run a program with a sanitizer of its own")
        valgrind = shutil.which("valgrind")
        self.assertTrue(valgrind, "valgrind is missing; scripts/install-dependencies --fuzz installs it")
        wrapped = [valgrind, "-q", "--error-exitcode=77", "--leak-check=full", "--errors-for-leak-kinds=definite"]
        code, out, _ = self.run_lines("x = within 30s box$ echo seen | cat", "show x", "y = within 30s api> GET /", "z = within 30s box> memory", prefix=wrapped,
                                      timeout=150)
        self.assertEqual(code, 0, out)
        self.assertIn("looked     echo seen | cat", out)
        checked = subprocess.run([*wrapped, ARGS.rbc, "check"], cwd=self.path, capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)

    def test_a_name_nobody_resolves_does_not_keep_the_loop(self):
        """A resolver that swallows every question: other looks and the end of the run do not wait for it."""
        if os.geteuid() != 0 or not shutil.which("unshare"):
            self.skipTest("only root may have its own resolv.conf")
        swallow = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        swallow.bind(("127.53.53.53", 53))
        resolv = self.path / "resolv.conf"
        resolv.write_text("nameserver 127.53.53.53\noptions timeout:10 attempts:3\n")
        inside = ["unshare", "-m", "sh", "-c", f'mount --bind "{resolv}" /etc/resolv.conf && exec "$@"', "sh"]
        if subprocess.run([*inside, "true"], capture_output=True, check=False).returncode != 0:
            self.skipTest("no mount namespaces here")
        code, out, took = self.run_lines("x = within 1s api> GET /", "y = within 2s box$ sleep 1", "z = within 1s box> dns nobody.example", api="nobody.example",
                                         prefix=inside)
        self.assertEqual(code, 0, out)
        self.assertLess(took, 8, out)
        self.assertEqual(out.count("no answer within 1 second"), 2, out)
        swallow.close()


def main():
    global ARGS
    parser = argparse.ArgumentParser()
    parser.add_argument("--rbc", required=True)
    ARGS, rest = parser.parse_known_args()
    unittest.main(argv=[sys.argv[0], *rest], verbosity=2)


main()
