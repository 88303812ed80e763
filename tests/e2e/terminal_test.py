#!/usr/bin/env python3
"""rbc at a real pseudo-terminal: a person's keys at every kind of question, Ctrl-C, a resize, a paste, and a terminal that goes away."""
import argparse
import fcntl
import os
import pathlib
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
import unittest

ARGS = None

ESTATE = """\
host    box
contact lead: Team lead

env local
  box  = localhost
  lead = log
"""

HEAD = """
runbook T-1: At the keyboard
  severity low
  goal     fine
  escalation until acknowledged
    after 30m  page lead
  check fine: Fine
    box$ test -d /
"""


class Screen:
    """The program on a pseudo-terminal; waits for words, never for time."""

    def __init__(self, folder, *words):
        self.master, slave = pty.openpty()
        self.size(24, 100)
        self.seen = ""
        self.process = subprocess.Popen([ARGS.rbc, *words], cwd=folder, stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
                                        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0), env={**os.environ, "TERM": "xterm"})
        os.close(slave)

    def size(self, rows, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, timeout):
        ready, _, _ = select.select([self.master], [], [], timeout)
        if not ready:
            return False
        try:
            data = os.read(self.master, 65536)
        except OSError:
            return False
        self.seen += re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", data.decode(errors="replace"))
        return bool(data)

    def until(self, words, timeout=20):
        """Everything seen up to and including `words`; they are taken away, so that the next call waits for new ones."""
        end = time.monotonic() + timeout
        while words not in self.seen:
            if time.monotonic() > end or (not self.read(0.2) and self.process.poll() is not None and words not in self.seen):
                raise AssertionError(f"never saw {words!r} in:\n{self.seen}")
        before, self.seen = self.seen.split(words, 1)
        return before + words

    def keys(self, text):
        os.write(self.master, text.encode())

    def end(self, timeout=20):
        limit = time.monotonic() + timeout
        while self.process.poll() is None and time.monotonic() < limit:
            self.read(0.1)
        while self.read(0.05):
            pass
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"it did not end; on the screen:\n{self.seen}")
        return self.process.returncode

    def hang_up(self):
        os.close(self.master)
        self.master = None

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        if self.master is not None:
            os.close(self.master)


class Terminal(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="rbc-tty-")
        self.path = pathlib.Path(self.folder.name)
        self.screens = []

    def tearDown(self):
        for screen in self.screens:
            screen.close()
        self.folder.cleanup()

    def book(self, steps):
        body = "".join("    " + line + "\n" if line else "\n" for line in steps.strip("\n").split("\n"))
        (self.path / "t.runbook").write_text(ESTATE + HEAD + "  step one: The only one\n" + body)

    def start(self, *words):
        screen = Screen(self.path, "run", "t-1", "--env", "local", *words)
        self.screens.append(screen)
        return screen

    def test_gate_enter(self):
        self.book("do box$ touch went")
        s = self.start()
        s.until("Enter goes")
        self.assertFalse((self.path / "went").exists(), "changed before Enter")
        s.keys("\r")
        self.assertEqual(s.end(), 0, s.seen)
        self.assertTrue((self.path / "went").exists())

    def test_gate_skip_wants_a_reason(self):
        self.book("do box$ touch went")
        s = self.start()
        s.until("Enter goes")
        s.keys("s")
        s.until("why?")
        s.keys("\r")
        s.until("a reason, please")
        s.keys("not today\r")
        self.assertEqual(s.end(), 0, s.seen)
        self.assertFalse((self.path / "went").exists())

    def test_yes_presses_enter_at_do_only(self):
        self.book("do box$ touch went\nconfirm: Go on?\notherwise\n  end aborted")
        s = self.start("--yes")
        s.until("Go on?")
        s.until("y · n")
        self.assertTrue((self.path / "went").exists())
        s.keys("n")
        self.assertEqual(s.end(), 30, s.seen)

    def test_item_and_confirm(self):
        self.book("[ ] Look at the graph\nconfirm: Go on?\notherwise\n  end aborted")
        s = self.start()
        s.until("Look at the graph")
        s.until("Enter ticks")
        s.keys("\r")
        s.until("Go on?")
        s.until("y · n")
        s.keys("y")
        self.assertEqual(s.end(), 0, s.seen)

    def test_ask_reads_its_type(self):
        self.book("ask n as int = 2: How many?\nwhen n is 7\n  end failed: seven")
        s = self.start()
        s.until("How many?")
        s.until("> ")
        s.keys("many\r")
        s.until("that is no int")
        s.until("> ")
        s.keys("8\x7f7\r")
        self.assertEqual(s.end(), 20, s.seen)

    def test_choose(self):
        self.book("choose way = left: Which way?\n  left\n  right\nwhen way is right\n  end failed: right")
        s = self.start()
        s.until("Which way?")
        s.until("1-2")
        s.keys("2")
        self.assertEqual(s.end(), 20, s.seen)

    def test_caution(self):
        self.book("caution: It goes away.\n  do box$ rm -r gone\notherwise\n  end aborted: kept")
        (self.path / "gone").mkdir()
        s = self.start()
        s.until("It goes away.")
        s.until("y goes")
        s.keys("n")
        self.assertEqual(s.end(), 30, s.seen)
        self.assertTrue((self.path / "gone").exists())

    def test_failure_retry_skip_abort(self):
        self.book("do box$ cat absent")
        s = self.start("--yes")
        s.until("r tries again")
        s.keys("r")
        s.until("r tries again")
        s.keys("s")
        s.until("why?")
        s.keys("it is elsewhere\r")
        self.assertEqual(s.end(), 0, s.seen)
        s = self.start("--yes")
        s.until("r tries again")
        s.keys("x")
        self.assertEqual(s.end(), 30, s.seen)

    def test_interrupt_goes_on_leaves_and_resumes(self):
        self.book("confirm: Go on?\notherwise\n  end aborted")
        s = self.start()
        s.until("y · n")
        s.keys("\x03")
        s.until("l leaves it open")
        s.keys("\r")
        s.until("y · n")
        s.keys("\x03")
        s.until("l leaves it open")
        s.keys("l")
        self.assertEqual(s.end(), 4, s.seen)
        s = Screen(self.path, "resume", "last")
        self.screens.append(s)
        s.until("Go on?")
        s.until("y · n")
        s.keys("y")
        self.assertEqual(s.end(), 0, s.seen)

    def test_second_interrupt_leaves(self):
        self.book("confirm: Go on?\notherwise\n  end aborted")
        s = self.start()
        s.until("y · n")
        s.keys("\x03")
        s.until("l leaves it open")
        s.keys("\x03")
        self.assertEqual(s.end(), 4, s.seen)

    def test_acknowledge(self):
        self.book("confirm: Go on?\notherwise\n  end aborted")
        s = self.start()
        s.until("y · n")
        s.keys("a")
        s.keys("y")
        self.assertEqual(s.end(), 0, s.seen)

    def test_paste_answers_nothing(self):
        self.book("confirm: Go on?\notherwise\n  end aborted: no\nconfirm: Really?\notherwise\n  end aborted: no")
        s = self.start()
        s.until("y · n")
        s.keys("\x1b[200~n\nn\ny\n\x1b[201~")
        s.keys("y")
        s.until("Really?")
        s.until("y · n")
        s.keys("y")
        self.assertEqual(s.end(), 0, s.seen)

    def test_resize(self):
        self.book("confirm: Go on?\notherwise\n  end aborted")
        s = self.start()
        s.until("y · n")
        s.size(10, 40)
        s.process.send_signal(signal.SIGWINCH)
        s.until("y · n")
        s.keys("y")
        self.assertEqual(s.end(), 0, s.seen)

    def test_end_of_input_leaves_the_run_open(self):
        self.book("confirm: Go on?\notherwise\n  end aborted")
        s = self.start()
        s.until("y · n")
        s.hang_up()
        self.assertEqual(s.process.wait(timeout=20), 4)
        listed = subprocess.run([ARGS.rbc, "runs", "--open"], cwd=self.path, capture_output=True, text=True, timeout=20).stdout
        self.assertIn("T-1", listed)

    def test_the_terminal_is_put_back(self):
        self.book("confirm: Go on?\notherwise\n  end aborted")
        s = self.start()
        before = termios.tcgetattr(s.master)
        s.until("y · n")
        self.assertFalse(termios.tcgetattr(s.master)[3] & termios.ECHO)
        s.keys("y")
        self.assertEqual(s.end(), 0, s.seen)
        after = termios.tcgetattr(s.master)
        self.assertTrue(after[3] & termios.ECHO and after[3] & termios.ICANON)
        del before


def main():
    global ARGS
    parser = argparse.ArgumentParser()
    parser.add_argument("--rbc", required=True)
    ARGS, rest = parser.parse_known_args()
    unittest.main(argv=[sys.argv[0], *rest], verbosity=2)


main()
