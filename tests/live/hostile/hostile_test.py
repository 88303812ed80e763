#!/usr/bin/env python3
"""Values that would like to be commands, through every hole of a real sh and of a real program: each comes back byte for byte, or its line is refused.
And what a command finds in its environment: no secret that was not handed to it."""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ARGS = None

HEAD = """\
host box: This machine
  reads ./got.py
  reads ./has.sh
host other: A machine that is given the secret
  exports API_TOKEN = token
  reads ./has.sh
command tool: A program
  runs ./got.py
  reads --
command teller: Another
  runs ./has.sh
  reads look
contact lead: Lead

secret token from env API_TOKEN

env local
  box = localhost
  other = localhost
  tool = local
  teller = local
  lead = log

runbook H-1: Hostile
  severity low
  input v as text = "none"
  goal fine
  escalation until acknowledged
    after 30m page lead
  step look: Look
    check fine: Fine
      box> load
"""
HOLES = """\
    box$ ./got.py -- <v>
    box$ ./got.py -- "<v>"
    box$ ./got.py -- "a<v>b"
    box$ RBV=<v> ./got.py
    box$ true | ./got.py -- <v>
    tool> -- <v>
"""
VALUES = [b"plain", b"'", b'"', b"'; drop table x; --", b"$(touch pwned)", b"`touch pwned`", b"${IFS}touch${IFS}pwned", b"; touch pwned", b"&& touch pwned", b"| touch pwned", b"> pwned",
          b"-rf", b"--help", b"%00", b"%n%s", b"{{ x }}", b"<v>", b"\\", b"\\\\'", b"*", b"~", b"!!", b"a  b", b" lead", b"trail ", b"#", b"a\tb", b"a\nb", b"a\n", b"a\r\nb", b"\x1b[31m",
          "ünïcödé".encode(), "\u202eabc".encode(), "e\u0301".encode(), "\U0001f4a5".encode(), b"$RB1", b"${RB0}", b"$'\\n'", b"x" * 100_000]
REFUSED = [b"\xff\xfe", b""]       # may be refused; what arrives is what was given
GOT = """\
#!/usr/bin/python3
import os, sys
with open("got", "ab") as out:
    for word in [os.fsencode(one) for one in sys.argv[1:] if one != "--"] + [os.environb[name] for name in [b"RBV"] if name in os.environb]:
        out.write(word.hex().encode() + b"\\n")
"""
HAS = '#!/bin/sh\nif [ -n "$API_TOKEN" ]; then echo yes >> has; else echo no >> has; fi\n'


class Hostile(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="rbc-hostile-")
        self.path = pathlib.Path(self.folder.name)
        for name, text in {"got.py": GOT, "has.sh": HAS}.items():
            (self.path / name).write_text(text)
            (self.path / name).chmod(0o755)

    def tearDown(self):
        self.folder.cleanup()

    def run_rbc(self, lines, *more):
        (self.path / "h.runbook").write_text(HEAD + lines)
        return subprocess.run([ARGS.rbc, "run", "H-1", "--env", "local", "--headless", *more], cwd=self.path, stdin=subprocess.DEVNULL, capture_output=True, timeout=60,
                              env={**os.environ, "API_TOKEN": "not-for-everybody", "XDG_STATE_HOME": str(self.path / "state")})

    def came(self, value):
        (self.path / "got").unlink(missing_ok=True)
        done = self.run_rbc(HOLES, b"--v=" + value)
        self.assertFalse((self.path / "pwned").exists(), value[:80])
        got = self.path / "got"
        return done, [bytes.fromhex(line) for line in got.read_text().splitlines()] if got.exists() else []

    def test_values_come_back_byte_for_byte(self):
        for value in VALUES:
            with self.subTest(value=value[:40]):
                done, came = self.came(value)
                self.assertEqual(came, [value, value, b"a" + value + b"b", value, value, value], done.stdout[-600:] + done.stderr[-600:])

    def test_what_may_be_refused_is_never_changed(self):
        for value in REFUSED:
            with self.subTest(value=value):
                done, came = self.came(value)
                self.assertTrue(all(one in (value, b"a" + value + b"b") for one in came), came)
                self.assertNotIn(b"internal", done.stderr)

    def test_a_secret_is_in_no_environment_that_it_was_not_given_to(self):
        done = self.run_rbc("    box$ ./has.sh\n    other$ ./has.sh\n    teller> look\n    box$ API_TOKEN=<token> ./has.sh\n")
        self.assertEqual((self.path / "has").read_text().split(), ["no", "yes", "no", "yes"], done.stdout + done.stderr)
        self.assertNotIn(b"not-for-everybody", done.stdout + done.stderr)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rbc", required=True)
    ARGS, rest = parser.parse_known_args()
    unittest.main(argv=[sys.argv[0], *rest])
