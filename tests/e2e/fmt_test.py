#!/usr/bin/env python3
"""`rbc fmt` as an editor, a commit hook and a person in a hurry meet it: what it writes, what it leaves alone, what it says."""
import argparse
import os
import pathlib
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import unittest

ARGS = None

UGLY = """\
http api:The service
contact   lead: Team lead.
runbook T-1:  Nothing listens here   # an author's word
  severity low
  goal answers
  escalation until acknowledged
    after 1800s page lead
  check answers: The service answers

    api> GET /health
    red if .status is 500
    amber if .took > 1500ms
  step look: Look
       check answers
       # stays with the step
"""
LAID_OUT = """\
http api: The service
contact lead: Team lead

runbook T-1: Nothing listens here   # an author's word
  severity  low
  goal      answers

  escalation until acknowledged
    after 30m  page lead

  check answers: The service answers
    api> GET /health
    amber if .took > 1500ms
    red if .status is 500

  step look: Look
    check answers
    # stays with the step
"""
BROKEN = UGLY.replace("check answers\n", "chekc answers\n")


class Fmt(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="rbc-fmt-")
        self.path = pathlib.Path(self.folder.name)

    def tearDown(self):
        self.folder.cleanup()

    def write(self, name, text):
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

    def text(self, name):
        return (self.path / name).read_bytes().decode()

    def rbc(self, *words, given=b"", rbc=None, **more):
        done = subprocess.run([rbc or ARGS.rbc, "fmt", *words], cwd=self.path, input=given, capture_output=True, timeout=60, **more)
        return done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")

    def refused(self, code, *words, says, **more):
        got, out, err = self.rbc(*words, **more)
        self.assertEqual((got, out), (code, ""), err)
        self.assertIn(says, err)
        self.assertIn("rbc: ", err)
        return err

    def test_in_place(self):
        self.write("a.runbook", UGLY)
        self.write("sub/b.runbook", UGLY)
        self.write("fine.runbook", LAID_OUT)
        before = os.stat(self.path / "fine.runbook").st_ino
        self.assertEqual(self.rbc(), (0, "a.runbook\nsub/b.runbook\n", ""))
        self.assertEqual(self.text("a.runbook"), LAID_OUT)
        self.assertEqual(self.text("sub/b.runbook"), LAID_OUT)
        self.assertEqual(os.stat(self.path / "fine.runbook").st_ino, before)
        self.assertEqual(self.rbc(), (0, "", ""))
        self.assertEqual(sorted(p.name for p in self.path.rglob("*")), ["a.runbook", "b.runbook", "fine.runbook", "sub"])

    def test_check_and_diff_change_nothing(self):
        self.write("a.runbook", UGLY)
        self.write("fine.runbook", LAID_OUT)
        self.assertEqual(self.rbc("--check"), (1, "a.runbook\n", ""))
        code, diff, err = self.rbc("--diff")
        self.assertEqual((code, err), (1, ""))
        self.assertNotIn("\x1b", diff)
        self.assertEqual(self.text("a.runbook"), UGLY)
        self.assertEqual(self.rbc("--check", "fine.runbook"), (0, "", ""))
        self.assertEqual(self.rbc("--diff", "fine.runbook"), (0, "", ""))

    def test_a_diff_is_a_patch(self):
        long = LAID_OUT + "".join(f"\n  step s{n}: Step {n}{'.' if n % 20 == 3 else ''}\n    check answers\n" for n in range(200))
        for name, text in {"a.runbook": UGLY, "many.runbook": long, "no-end.runbook": LAID_OUT.rstrip("\n"), "blank.runbook": LAID_OUT + "\n\n",
                           "crlf.runbook": UGLY.replace("\n", "\r\n")}.items():
            self.write(name, text)
            diff = self.rbc("--diff", name)[1]
            self.assertTrue(diff.startswith(f"--- {name}\n+++ {name}\n@@ "), diff[:200])
            subprocess.run(["patch", "--binary", "-s", "-p0"], input=diff.encode(), cwd=self.path, check=True, timeout=30)
            self.assertEqual(self.rbc("--check", name), (0, "", ""), name)
        self.assertEqual(self.text("a.runbook"), LAID_OUT)
        self.assertEqual(self.text("crlf.runbook"), LAID_OUT)
        self.assertEqual(self.text("no-end.runbook"), LAID_OUT)

    def test_stdin(self):
        self.assertEqual(self.rbc("--stdin", given=UGLY.encode()), (0, LAID_OUT, ""))
        self.assertEqual(self.rbc("--stdin", given=LAID_OUT.encode()), (0, LAID_OUT, ""))
        self.assertEqual(self.rbc("--stdin", given=b""), (0, "", ""))
        self.assertEqual(self.rbc("--stdin", "--check", given=UGLY.encode())[0], 1)
        self.assertEqual(self.rbc("--stdin", "--check", given=LAID_OUT.encode()), (0, "", ""))
        code, diff, _ = self.rbc("--stdin", "--stdin-filename", "here/x.runbook", "--diff", given=UGLY.encode())
        self.assertEqual((code, diff.splitlines()[0]), (1, "--- here/x.runbook"))
        self.assertIn("here/x.runbook:", self.refused(1, "--stdin", "--stdin-filename", "here/x.runbook", given=BROKEN.encode(), says="cannot be laid out"))
        self.assertEqual(list(self.path.iterdir()), [])
        self.refused(2, "--stdin", "a.runbook", says="a.runbook is one too many")
        self.refused(2, "--stdin-filename", "x", says="say both")

    def test_garbage_on_stdin(self):
        for garbage in (b"\0" * 1000, bytes(range(256)) * 50, b"\xff\xfe" + UGLY.encode("utf-16-le"), b"(" * 100_000, b"runbook " * 10_000, b"\n" * 9 + b"  x\n" * 999,
                        b"runbook A: a\n  goal b\n  step c\n    when " + b"(" * 100_000):
            code, out, err = self.rbc("--stdin", given=garbage)
            self.assertEqual((code, out), (1, ""), garbage[:20])
            self.assertIn("<stdin> cannot be laid out", err)
            self.assertLess(len(err), 40_000)
            self.assertFalse(set(err) & set("\0\x1b"), garbage[:20])

    def test_what_cannot_be_parsed_is_left_alone(self):
        broken = self.write("broken.runbook", BROKEN)
        self.write("a.runbook", UGLY)
        before = broken.stat()
        code, out, err = self.rbc()
        self.assertEqual((code, out), (1, "a.runbook\n"))
        self.assertIn("broken.runbook:14:8: error", err)
        self.assertIn("rbc: broken.runbook cannot be laid out before it can be read; it is as it was.", err)
        self.assertEqual((broken.read_text(), broken.stat().st_mtime_ns, broken.stat().st_ino), (BROKEN, before.st_mtime_ns, before.st_ino))

    def test_links_modes_and_line_ends(self):
        real = self.write("real/a.runbook", UGLY)
        (self.path / "link.runbook").symlink_to("real/a.runbook")
        real.chmod(0o640)
        self.assertEqual(self.rbc("link.runbook")[0], 0)
        self.assertTrue((self.path / "link.runbook").is_symlink())
        self.assertEqual((real.read_text(), stat.S_IMODE(real.stat().st_mode)), (LAID_OUT, 0o640))
        self.write("bom.runbook", b"\xef\xbb\xbf" + UGLY.replace("\n", "\r\n").encode())
        self.assertEqual(self.rbc("bom.runbook")[0], 0)
        self.assertEqual(self.text("bom.runbook"), LAID_OUT)
        self.write("end.runbook", LAID_OUT.rstrip("\n"))
        self.assertEqual(self.rbc("end.runbook")[1], "end.runbook\n")
        self.assertEqual(self.text("end.runbook"), LAID_OUT)
        (self.path / "dangling.runbook").symlink_to("nowhere")
        self.refused(3, "dangling.runbook", says="dangling.runbook")

    def test_what_may_not_be_written(self):
        file = self.write("a.runbook", UGLY)
        file.chmod(0o444)
        if os.geteuid() != 0:
            self.refused(3, says="cannot write a.runbook: Permission denied. It is as it was.")
            self.assertEqual(file.read_text(), UGLY)
            return
        # Root may write anything, so somebody else tries.
        self.path.chmod(0o777)
        rbc = self.path / "rbc"
        shutil.copy(ARGS.rbc, rbc)
        somebody = {"user": 65534, "group": 65534, "extra_groups": [], "rbc": str(rbc)}
        self.refused(3, says="cannot write a.runbook: Permission denied. It is as it was.", **somebody)
        self.assertEqual(file.read_text(), UGLY)
        file.chmod(0)
        self.refused(3, "a.runbook", says="cannot read a.runbook", **somebody)
        self.path.chmod(0o555)
        file.chmod(0o666)
        self.refused(3, "a.runbook", says="cannot write a.runbook", **somebody)
        self.assertEqual(file.read_text(), UGLY)

    def test_no_files(self):
        self.refused(2, says="there is no runbook below")
        (self.path / "empty").mkdir()
        self.refused(2, "empty", says="there is no runbook in empty")
        self.refused(3, "absent.runbook", says="cannot read absent.runbook: No such file or directory")
        os.mkfifo(self.path / "pipe.runbook")
        self.refused(3, "pipe.runbook", says="cannot read pipe.runbook: it is no regular file.")

    def test_more_than_a_thousand_files(self):
        names = [f"f{n:04}.runbook" for n in range(1100)]
        for name in names:
            self.write(name, UGLY)
        self.assertEqual(self.rbc("--check", *names), (1, "".join(f"{name}\n" for name in names), ""))
        self.assertEqual(self.rbc(*names[:50]), (0, "".join(f"{name}\n" for name in names[:50]), ""))
        self.assertEqual([name for name in names if self.text(name) == LAID_OUT], names[:50])

    def test_interrupted_files_are_whole(self):
        names = [f"f{n:04}.runbook" for n in range(300)]
        for name in names:
            self.write(name, UGLY)
        process = subprocess.Popen([ARGS.rbc, "fmt"], cwd=self.path, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        while self.text(names[10]) == UGLY and process.poll() is None:
            pass
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)
        self.assertEqual(sorted(p.name for p in self.path.iterdir()), names)
        self.assertEqual({self.text(name) for name in names} - {UGLY, LAID_OUT}, set())


def main():
    global ARGS
    parser = argparse.ArgumentParser()
    parser.add_argument("--rbc", required=True)
    ARGS, rest = parser.parse_known_args()
    unittest.main(argv=[sys.argv[0], *rest], verbosity=2)


main()
