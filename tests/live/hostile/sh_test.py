#!/usr/bin/env python3
"""The corpus through every place of a real sh and of a program's words: each value arrives byte for byte, or its line is refused. Nothing it says is ever done.
And what a command finds in its environment: no secret that was not handed to it."""
import argparse
import json
import os
import sys
import unittest

from corpus import VALUES, is_text
from stage import Stage, Tally, Web, address, shows_itself

ARGS = None

DECLARATIONS = """\
host box: This machine
  reads ./witness
  reads ./has.sh
host other: A machine that is given the secret
  exports API_TOKEN = token
  reads ./has.sh
command tool: A program
  runs ./witness
  reads words
  reads words-*
  reads dashes
command teller: Another
  runs ./has.sh
  reads look
secret token from env API_TOKEN"""
BINDINGS = "  box = localhost\n  other = localhost\n  tool = local\n  teller = local"
HAS = '#!/bin/sh\nif [ -n "$API_TOKEN" ]; then echo yes >> has; else echo no >> has; fi\n'
LONGEST = (128 << 10) - 1          # bytes in a word, of Linux; a variable's name counts


def records(path):
    """What the witness wrote: a list of its words for each call."""
    data, at, all_of_it = path.read_bytes(), 0, []
    while at < len(data):
        end = data.index(b";", at)
        count, at, words = int(data[at:end]), end + 1, []
        for _ in range(count):
            end = data.index(b":", at)
            size = int(data[at:end])
            words.append(data[end + 1:end + 1 + size])
            at = end + 1 + size
        all_of_it.append(words)
    return all_of_it


# name, line, what must arrive for a value, and whether the value may be no word that begins with `-` there
POSITIONS = [
    ("word", "box$ ./witness word <n> <v.body>", lambda v: [v], True),
    ("quoted word", 'box$ ./witness quoted-word <n> "<v.body>"', lambda v: [v], True),
    ("inside a word", "box$ ./witness inside-a-word <n> a<v.body>b", lambda v: [b"a" + v + b"b"], False),
    ("inside quotes", 'box$ ./witness inside-quotes <n> "a <v.body> b"', lambda v: [b"a " + v + b" b"], False),
    ("an option's value", "box$ ./witness option <n> --x=<v.body>", lambda v: [b"--x=" + v], False),
    ("after dashes", "box$ ./witness after-dashes <n> -- <v.body>", lambda v: [b"--", v], False),
    ("assignment", "box$ HOSTILE_V=<v.body> ./witness assignment <n>", lambda v: [b"HOSTILE_V=" + v], False),
    ("end of a pipe", "box$ true | ./witness pipe <n> <v.body>", lambda v: [v], True),
    ("in a substitution", 'box$ ./witness substitution <n> "$(./witness inner <n> <v.body>)"', lambda v: [b""], True),
    ("a change", "do box$ ./witness change <n> <v.body>", lambda v: [v], True),
    ("a command's word", "tool> words <n> <v.body>", lambda v: [v], True),
    ("a command's change", "do tool> made <n> <v.body>", lambda v: [v], True),
    ("after a command's dashes", "tool> dashes <n> -- <v.body>", lambda v: [b"--", v], False),
]
TAGS = {"quoted-word": "quoted word", "inside-a-word": "inside a word", "inside-quotes": "inside quotes", "option": "an option's value", "after-dashes": "after dashes", "pipe": "end of a pipe", "substitution": "in a substitution", "inner": "inner", "change": "a change", "words": "a command's word", "made": "a command's change", "dashes": "after a command's dashes"}


class Shell(unittest.TestCase):
    def setUp(self):
        self.web = Web(address(67))
        self.stage = Stage(ARGS.rbc, self.web, DECLARATIONS, BINDINGS)
        self.stage.environment = {"API_TOKEN": "not-for-everybody"}
        (self.stage.path / "witness").symlink_to(ARGS.witness)
        (self.stage.path / "has.sh").write_text(HAS)
        (self.stage.path / "has.sh").chmod(0o755)

    def tearDown(self):
        self.stage.__exit__()
        self.web.__exit__()

    def test_every_value_through_every_place(self):
        said = self.stage.feed([(name, line) for name, line, *_ in POSITIONS])
        came = {}
        for tag, n, *words in records(self.stage.path / "witnessed"):
            came[TAGS.get(tag.decode(), tag.decode()), int(n)] = words
        tally = Tally("sh and a program")
        for n, value in enumerate(VALUES):
            for name, _, expected, dashed in POSITIONS:
                sent = value[1]
                arrives = expected(sent)
                may_refuse = b"\0" in sent or (dashed and sent.startswith(b"-")) or max(map(len, [sent, *arrives])) > LONGEST - 64 or (not sent and name.endswith("change"))
                tally.row(name, value, said[name, n], arrives, came.get((name, n)), may_refuse)
        tally.end(self, len(VALUES) * len(POSITIONS))
        self.assertFalse((self.stage.path / "pwned").exists())

    def test_a_list_is_as_many_words_and_brings_no_option(self):
        words = [value.decode() for _, value in VALUES if is_text(value) and not value.startswith(b"-") and b"\0" not in value and len(value) < 1000]
        lists = {b"/words": words, b"/none": [], b"/options": ["a", "-rf", "b"]}
        self.web.answer = lambda head: (b"application/json", json.dumps(lists.get(head.split(b" ")[1], "ok")).encode())
        lines = [f"    {line}" for name in ("words", "none", "options") for line in (f"{name}-said = source> GET /{name}", f"{name} = {name}-said.json as list of text")]
        lines.append('    written = ["-rf", "--x=y"]')
        uses = {"words": words, "none": [], "options": None, "written": ["-rf", "--x=y"]}
        for name in uses:
            lines += [f"    box$ ./witness shell-{name} <{name}>", f"    box$ true | ./witness pipe-{name} <{name}>", f"    tool> words-{name} <{name}>"]
        # What follows `--` is no option of this command.
        lines += ["    box$ ./witness shell-dashes -- <options>", "    tool> dashes -- <options>"]
        done, events = self.stage.run(lines)
        came = {words[0].decode(): [word.decode() for word in words[1:]] for words in records(self.stage.path / "witnessed")}
        expected = {f"{where}-{name}": value for where in ("shell", "pipe", "words") for name, value in uses.items() if value is not None}
        expected |= {"shell-dashes": ["--", "a", "-rf", "b"], "dashes": ["--", "a", "-rf", "b"]}
        self.assertEqual(came, expected, done.stderr)
        refused = [event["missing"] for event in events if event["event"] == "look" and "missing" in event]
        self.assertEqual(refused, ["`options` holds `-rf`, which would be an option"] * 3)

    def test_a_dash_before_a_command_that_is_run_by_another_protects_nothing(self):
        self.stage.environment["PATH"] = f"{self.stage.path}:{os.environ['PATH']}"
        for name in ("kubectl", "sudo"):
            (self.stage.path / name).symlink_to(ARGS.witness)
        self.web.answer = lambda head: (b"text/plain", b"-rf")
        tried = {"box$ kubectl exec pod -- rm <v.body>": False, "box$ kubectl exec pod -- rm -- <v.body>": True, "box$ sudo -- ls <v.body>": False, "box$ sudo ls -- <v.body>": True,
                 "box$ kill -- <v.body>": False, "box$ echo <v.body>": False, "box$ echo a <v.body>": True, "box$ grep ' -- ' <v.body> has.sh": False, 'box$ test "<v.body>" = x': True, "box$ test <v.body> x": False,
                 "box$ printf <v.body>": False, "box$ printf '%s' <v.body>": True}
        done, events = self.stage.run(["    v = source> GET /v", *[f"    {'do ' if 'rm' in line or 'kill' in line else ''}{line}\n    otherwise\n      > It was refused." if 'rm' in line or 'kill' in line else f"    {line}" for line in tried]])
        ended = [event for event in events if event["event"] in ("look", "action_ended") and not event["text"].startswith("GET")]
        said = {line: "would be an option" not in event.get("missing", "") for line, event in zip(tried, ended)}
        self.assertEqual(said, tried, done.stderr)

    def test_a_service_is_called_by_its_name(self):
        self.stage.environment["PATH"] = f"{self.stage.path}:{os.environ['PATH']}"
        (self.stage.path / "systemctl").symlink_to(ARGS.witness)
        said = self.stage.feed([("restart", "do box> restart <v.body>")])
        came = iter(records(self.stage.path / "witnessed"))
        tally = Tally("systemctl")
        for n, value in enumerate(VALUES):
            refused, sent = said["restart", n], value[1]
            more = not sent or sent.startswith(b"-") or any(c in sent for c in b"\0*?[/") or sent.endswith((b".target", b".slice", b".scope")) or len(sent) > LONGEST - 64
            tally.row("restart", value, refused, [b"restart", b"--", sent], None if refused else next(came, None), more)
            self.assertTrue(refused or not more, value[0])
        tally.end(self, len(VALUES))

    def test_what_a_command_prints_is_made_visible(self):
        (self.stage.path / "values").mkdir()
        for n, (_, value) in enumerate(VALUES):
            (self.stage.path / "values" / str(n)).write_bytes(value)
        (self.stage.path / "has.sh").write_text('#!/bin/sh\ncat "values/$1" >&2; exit 3\n')
        numbers, events = shows_itself(self, self.stage, ["x = box$ cat values/<n>", "show x", "> It printed <x.text>.", "page lead: It printed <x.text>.", "box$ cat values/<n>", "box$ ./has.sh <n>", "tool> words <v.body>", "when x.text is \"b\"", "  fail: <x.text>"])
        # As JSON a text is what it was.
        came = [event["value"]["text"] for event in events if event["event"] == "look" and event["text"].startswith("cat values/")][::2]
        self.assertEqual([one for n, one in zip(numbers, came) if is_text(VALUES[n][1])], [VALUES[n][1].decode().removesuffix("\n").removesuffix("\r") for n in numbers if is_text(VALUES[n][1])])

    def test_a_secret_is_in_no_environment_that_it_was_not_given_to(self):
        done, _ = self.stage.run(["    box$ ./has.sh", "    other$ ./has.sh", "    teller> look", "    box$ API_TOKEN=<token> ./has.sh"])
        self.assertEqual((self.stage.path / "has").read_text().split(), ["no", "yes", "no", "yes"], done.stdout + done.stderr)
        self.assertNotIn(b"not-for-everybody", done.stdout + done.stderr)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rbc", required=True)
    parser.add_argument("--witness", required=True)
    ARGS, rest = parser.parse_known_args()
    ARGS.witness = os.path.abspath(ARGS.witness)
    unittest.main(argv=[sys.argv[0], *rest])
