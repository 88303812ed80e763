#!/usr/bin/env python3
"""Every command with words, files and streams that make no sense: one sentence, an exit code, and it never waits."""
import argparse
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ARGS = None

FINE = """\
http api: The service
contact lead: Team lead

env local
  api  = http://127.7.7.7:9
  lead = log

runbook T-1: Nothing listens here
  severity  low
  goal      answers

  escalation until acknowledged
    after 30m  page lead

  check answers: The service answers
    api> GET /health

  step look: Look
    check answers
"""
# What prints, and how it ends when it cannot.
PRINTS = {3: (["help"], ["help", "run"], ["fmt", "--help"], ["version"], ["check", "bad"], ["check", "bad", "--format", "json"], ["check", "--format", "sarif"], ["map"],
              ["plan", "t-1"], ["graph", "t-1"], ["doc", "a.runbook"], ["disasm", "t-1"], ["explain", "E0401"], ["completion", "bash"], ["fmt", "--diff", "ugly.runbook"]),
          2: ([],)}


class Garbage(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="rbc-garbage-")
        self.path = pathlib.Path(self.folder.name)
        self.write("a.runbook", FINE)
        self.write("bad/b.runbook", FINE.replace("T-1", "T-2").replace("check answers\n", "chekc answers\n"))
        self.write("ugly.runbook", "contact   nobody\n")
        self.write("binary", random.Random(7).randbytes(20_000))
        (self.path / "empty").mkdir()
        os.mkfifo(self.path / "pipe")

    def tearDown(self):
        self.folder.cleanup()

    def write(self, name, text):
        (self.path / name).parent.mkdir(parents=True, exist_ok=True)
        (self.path / name).write_bytes(text if isinstance(text, bytes) else text.encode())

    def rbc(self, *words, rbc=None, **more):
        more = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more}
        done = subprocess.run([rbc or ARGS.rbc, *words], cwd=self.path, timeout=20, **more)
        return done.returncode, done.stdout or b"", done.stderr or b""

    def refused(self, code, *words, says, **more):
        got, out, err = self.rbc(*words, **more)
        self.assertEqual((got, out), (code, b""), f"{words}: {out[:200]}{err[:500]}")
        self.assertIn(says, err.decode())
        self.assertEqual((err[:5], err.count(b"\n")), (b"rbc: ", 1), err[:500])

    def commands(self):
        names = set(re.findall(r"^  ([a-z]+)  +\w", self.rbc("help")[1].decode(), re.M))
        self.assertLessEqual({"check", "fmt", "run", "resume", "answer", "graph", "completion", "help"}, names)
        return sorted(names)

    def test_every_command_with_every_word(self):
        shutil.rmtree(self.path / "bad")
        before = {"PATH": os.environ["PATH"], "HOME": str(self.path)}
        for command in self.commands():
            for word in ("", "empty", "pipe", b"\xff\xfe\x80", "\x1b[31m\a\r\n", " ", "binary", "/proc/self/mem", "/dev/zero", "--", "-", "--=", "--x=y", "-\xff", "é", "x" * 100_000,
                         "no/" * 1000 + "x", "T-1\n", "%s%n{}"):
                if command == "init" and str(word).startswith("no/"):
                    continue    # it would make them all
                twice = word in ("", "empty", "pipe", b"\xff\xfe\x80", "\x1b[31m\a\r\n")
                for words in ([word], [word, word], ["--format", word], ["--output", word]) if twice else ([word],):
                    code, out, err = self.rbc(command, *words, env=before)
                    told = f"{command} {words!r:.60}: {code} {out[:300]} {err[:300]}"
                    self.assertIn(code, (0, 1, 2, 3), told)
                    self.assertNotIn(b"mistake in rbc", err, told)
                    self.assertFalse(set(out + err) & set(b"\x00\x07\x1b\x7f"), told)
                    if code >= 2:
                        self.assertTrue(err.startswith(b"rbc: ") and err.count(b"\n") <= 3 and len(err) < 4000, told)

    def test_an_output_that_takes_nothing(self):
        for code, all_words in PRINTS.items():
            for words in all_words:
                with open("/dev/full", "wb") as full:
                    got, _, err = self.rbc(*words, stdout=full)
                self.assertEqual(got, code, f"{words}: {err}")
                self.assertTrue(err.startswith(b"rbc: ") and b"be written" in err or b"cannot write the output: No space left on device." in err, f"{words}: {err}")
        self.assertEqual(self.rbc("check", "bad", "-o", "/dev/full")[::2], (3, b"rbc: cannot write /dev/full: No space left on device.\n"))

    def test_streams_that_are_closed(self):
        def shell(line):
            done = subprocess.run(["bash", "-c", line, ARGS.rbc], cwd=self.path, capture_output=True, timeout=20)
            return done.returncode, done.stdout, done.stderr
        self.assertEqual(shell('"$0" version >&-')[::2], (3, b"rbc: cannot write the output: Bad file descriptor.\n"))
        self.assertEqual(shell('"$0" fmt --stdin <&-'), (3, b"", b"rbc: cannot read standard input: Bad file descriptor.\n"))
        self.assertEqual(shell('"$0" check bad <&- >&- 2>&-'), (3, b"", b""))
        # The file that is written must not become the stream that is printed to.
        self.assertEqual(shell('"$0" fmt ugly.runbook >&- 2>&-')[0], 3)
        self.assertEqual((self.path / "ugly.runbook").read_text(), "contact nobody\n")
        self.assertEqual(shell('"$0" check bad --format json -o out.json <&- >&- 2>&-')[0], 1)
        self.assertTrue((self.path / "out.json").read_text().startswith("{"))

    def test_a_reader_that_has_seen_enough(self):
        self.write("many/many.runbook", FINE.replace("runbook T-1", "runbook T-3") + "".join(f"\n  step s{n}: A step\n    chekc it {'x' * 100}\n" for n in range(5000)))
        done = subprocess.run(["bash", "-c", 'set -o pipefail; "$0" check many --max-errors 99999 | head -1; echo "${PIPESTATUS[0]}"', ARGS.rbc], cwd=self.path, capture_output=True, timeout=20)
        self.assertEqual((done.stdout.splitlines()[-1], done.stderr), (b"1", b""))

    def test_files_that_are_none(self):
        for command in ("check", "fmt", "map", "doc"):
            self.refused(3, command, "absent.runbook", says="cannot read absent.runbook: No such file or directory.")
            self.refused(3, command, "pipe", says="cannot read pipe: it is no regular file.")
            self.refused(3, command, "/proc/self/mem", says="cannot read /proc/self/mem: ")   # no plain file; to others than root, no permission
            self.refused(3, command, "", says="cannot read ``: No such file or directory.")
        self.refused(2, "doc", "absent", says="no runbook `absent` here.")
        self.refused(3, "check", "--alerts", "pipe", says="cannot read pipe: it is no regular file.")
        self.refused(2, "check", "--baseline", "pipe", says="pipe")
        self.refused(3, "check", "--output", "pipe", says="cannot write pipe")
        self.refused(3, "check", "--output", "empty", says="it is a folder")

    def test_a_file_that_is_too_large(self):
        with open(self.path / "large.runbook", "wb") as file:
            file.truncate(65 << 20)
        for command in ("check", "fmt", "map"):
            self.refused(3, command, "large.runbook", says="large.runbook has 65 MiB, and a file of rbc has at most 64.")
        with open(self.path / "large.runbook", "rb") as file:
            self.refused(3, "fmt", "--stdin", stdin=file, says="standard input has more than 64 MiB.")

    def test_a_line_that_never_ends(self):
        self.write("long.runbook", b"x" * 8_000_000)
        for command in ("check", "fmt"):
            code, out, err = self.rbc(command, "long.runbook")
            self.assertEqual((code, len(out + err) < 1000), (1, True), command)

    def test_a_file_of_somebody_else(self):
        (self.path / "a.runbook").chmod(0)
        somebody = {}
        if os.geteuid() == 0:
            self.path.chmod(0o755)
            shutil.copy(ARGS.rbc, self.path / "rbc")
            somebody = {"user": 65534, "group": 65534, "extra_groups": [], "rbc": str(self.path / "rbc")}
        for command in ("check", "fmt", "map"):
            self.refused(3, command, "a.runbook", says="cannot read a.runbook: Permission denied.", **somebody)

    def test_a_folder_that_is_gone(self):
        gone = self.path / "gone"
        gone.mkdir()
        for words in (["check"], ["fmt"], ["runs"], ["look"], ["run", "t-1"]):
            done = subprocess.run(["bash", "-c", 'mkdir -p ../gone; cd ../gone; rmdir ../gone; exec "$0" "$@"', ARGS.rbc, *words], cwd=self.path / "empty", stdin=subprocess.DEVNULL,
                                  capture_output=True, timeout=20)
            self.assertEqual((done.returncode, done.stdout, done.stderr), (2, b"", b"rbc: the working directory cannot be read.\n"), words)


def main():
    global ARGS
    parser = argparse.ArgumentParser()
    parser.add_argument("--rbc", required=True)
    ARGS, rest = parser.parse_known_args()
    unittest.main(argv=[sys.argv[0], *rest], verbosity=2)


main()
