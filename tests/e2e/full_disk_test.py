#!/usr/bin/env python3
"""The disk under the journal fills while a run goes on: one sentence, exit 3, nothing lost, and it goes on when there is room again."""
import argparse
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time
import unittest

ARGS = None

BOOK = """\
host    box
contact lead: Team lead

env local
  box  = localhost
  lead = log

runbook D-1: Reads more than there is room for
  severity low
  goal     written

  escalation until acknowledged
    after 30m  page lead

  check written: It is written
    box$ test -e @OUT@/last

  step first: The first
    do box$ touch @OUT@/first
    wait 1s
  step much: Much
@LOOKS@
  step last: The last
    do box$ touch @OUT@/last
"""
LOOKS = "".join(f"    a{i} = box$ head -c 200000 /dev/zero | tr '\\0' {chr(97 + i)}\n" for i in range(8))


class Full(unittest.TestCase):
    def rbc(self, folder, *words):
        done = subprocess.run([ARGS.rbc, *words], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout, done.stderr

    def begin(self, folder, out, before=None):
        (folder / "d.runbook").write_text(BOOK.replace("@OUT@", str(out)).replace("@LOOKS@", LOOKS))
        return subprocess.Popen([ARGS.rbc, "run", "d-1", "--headless"], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                text=True, preexec_fn=before)

    def judged(self, process, folder, out, make_room):
        said, errors = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 3, said + errors)
        self.assertEqual(len(errors.splitlines()), 1, errors)
        print(errors, end="", file=sys.stderr)
        self.assertRegex(errors, "disk is full|a limit on file sizes refuses")
        self.assertIn("rbc resume", said)
        self.assertTrue((out / "first").exists())
        self.assertFalse((out / "last").exists(), "something was done that is not in the journal")
        make_room()
        code, listed, errors = self.rbc(folder, "runs", "--open")
        self.assertIn("D-1", listed + errors)
        code, said, errors = self.rbc(folder, "resume", "last", "--headless")
        self.assertEqual(code, 0, said + errors)
        self.assertTrue((out / "last").exists())
        self.assertEqual(self.rbc(folder, "show", "last")[0], 0)

    def test_a_file_may_not_grow(self):
        with tempfile.TemporaryDirectory(prefix="rbc-full-") as name, tempfile.TemporaryDirectory(prefix="rbc-out-") as out:
            limit = 400 * 1024
            process = self.begin(pathlib.Path(name), pathlib.Path(out), lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
            self.judged(process, pathlib.Path(name), pathlib.Path(out), lambda: None)

    def test_no_room_is_left(self):
        """On a file system of its own where this may be mounted; elsewhere the test above stands for it, with the same words."""
        with tempfile.TemporaryDirectory(prefix="rbc-full-") as name, tempfile.TemporaryDirectory(prefix="rbc-out-") as out:
            folder, out = pathlib.Path(name), pathlib.Path(out)
            mounted = os.geteuid() == 0 and subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", name], capture_output=True).returncode == 0
            if not mounted:
                print("no file system may be mounted here: a limit on files stands for the full disk", file=sys.stderr)
                return self.judged(self.begin(folder, out, lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (300 * 1024, 300 * 1024))), folder, out,
                                   lambda: None)
            try:
                process = self.begin(folder, out)
                end = time.monotonic() + 20
                while not (out / "first").exists() and time.monotonic() < end:
                    time.sleep(0.01)
                time.sleep(0.3)
                with open(folder / "ballast", "wb", buffering=0) as ballast:
                    try:
                        while ballast.write(b"x" * 4096) == 4096:
                            pass
                    except OSError:
                        pass
                self.judged(process, folder, out, (folder / "ballast").unlink)
            finally:
                if process.poll() is None:
                    process.kill()
                    process.wait()
                subprocess.run(["umount", name], check=True)


def main():
    global ARGS
    parser = argparse.ArgumentParser()
    parser.add_argument("--rbc", required=True)
    ARGS, rest = parser.parse_known_args()
    unittest.main(argv=[sys.argv[0], *rest], verbosity=2)


main()
