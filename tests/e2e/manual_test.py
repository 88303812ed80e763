#!/usr/bin/env python3
"""What the program says of itself: `rbc help` and the manual pages, both from one table; man finds nothing wrong with the pages."""
import argparse
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile
import unittest

ARGS = None


def call(*words, cwd=None):
    return subprocess.run([ARGS.rbc, *words], cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)


def names():
    return re.findall(r"^  ([a-z]\S*) +\S", call("help").stdout.split("`rbc help COMMAND`")[0], re.M)


class Manual(unittest.TestCase):
    def man(self, page):
        """The page as people read it, and what man has to complain of."""
        done = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", str(page)], capture_output=True, text=True, timeout=60,
                              env={**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": "100", "MANROFFOPT": "", "MANPAGER": "cat"})
        return re.sub(r".\x08", "", done.stdout), done.stderr

    def test_every_page_is_a_page(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(call("__manual", folder).returncode, 0)
            pages = {page.name: page for page in pathlib.Path(folder).glob("*/*")}
            self.assertEqual(sorted(pages), sorted(["rbc.1", "rbc.toml.5", *(f"rbc-{name}.1" for name in names())]))
            for name, page in pages.items():
                shown, complaints = self.man(page)
                self.assertEqual(complaints, "", name)
                self.assertIn("SEE ALSO", shown, name)
                self.assertRegex(shown, r"NAME\n +rbc[\w.-]* - \S")
            for name in names():
                shown = self.man(pages[f"rbc-{name}.1"])[0]
                usage = call("help", name).stdout
                for flag in re.findall(r"(--[\w-]+)", usage.split("Flags\n")[1].split("\nExamples")[0]):
                    self.assertIn(flag, shown, name)
                self.assertIn(f"rbc-{name}(1)", self.man(pages["rbc.1"])[0])

    def test_man_would_complain(self):
        with tempfile.TemporaryDirectory() as folder:
            page = pathlib.Path(folder, "bad.1")
            page.write_text(".TH X 1\n.SH NAME\nx \\- y\n.nonsense request\n")
            self.assertNotEqual(self.man(page)[1], "")

    def test_the_project_page_tells_every_key(self):
        with tempfile.TemporaryDirectory() as folder:
            call("__manual", folder)
            shown = self.man(pathlib.Path(folder, "man5", "rbc.toml.5"))[0]
            self.assertIn("[[override]]", shown)
            # Each example of the page is a project that rbc reads.
            examples = re.findall(r"\n       (\w+)(?: .*|)\n(?: .*\n)*?\n((?:           \S.*\n)+)", shown)
            self.assertGreaterEqual(len(examples), 6, shown)
            for key, example in examples:
                pathlib.Path(folder, "rbc.toml").write_text(re.sub(r"(?m)^ +", "", example))
                pathlib.Path(folder, "a.runbook").write_text("# nothing\n")
                os.makedirs(pathlib.Path(folder, "runbooks"), exist_ok=True)
                pathlib.Path(folder, "runbooks", "a.runbook").write_text("# nothing\n")
                done = call("check", cwd=folder)
                self.assertEqual((done.returncode, done.stderr), (0, ""), f"{key}: {example}")

    def test_help_is_whole(self):
        overview = call("help").stdout
        self.assertEqual(call("--help").stdout, overview)
        for line in overview.splitlines():
            self.assertLessEqual(len(line), 120, line)
        for name in names():
            page = call("help", name).stdout
            self.assertEqual(call(name, "--help").stdout, page)
            head, rest = page.split("\n", 1)
            self.assertRegex(head, rf"^rbc {name}\b.*: \S")
            self.assertFalse(rest.lstrip("\n").startswith("Flags"), f"{name} has no details")
            # Each example is of this command, and what it is given is understood: its flags stand on its page.
            examples = page.split("\nExamples\n")[1].splitlines()
            self.assertTrue(examples, name)
            for example in examples:
                line = re.split(r" {2,}", example.strip())[0]
                self.assertIn(f"rbc {name}", line)
                if not line.startswith("source"):
                    for word in shlex.split(line)[2:]:
                        if word.startswith("--") and word != "--port":
                            self.assertIn(word.split("=")[0], page.split("\nExamples\n")[0], line)

    def test_exit_codes(self):
        shown = call("help", "exit-codes").stdout
        self.assertEqual([int(line.split()[0]) for line in shown.splitlines()], [0, 1, 2, 3, 4, 10, 20, 30])

    def test_what_is_unknown_gets_a_neighbour(self):
        for words, sentence in ((["chek"], "there is no command `chek`. Did you mean `check`?"), (["help", "exit-code"], "Did you mean `exit-codes`?"),
                                (["help", "pln"], "Did you mean `plan`?"), (["check", "--formt", "json"], "Did you mean `format`?"),
                                (["completion", "fishh"], "Did you mean `fish`?")):
            done = call(*words)
            self.assertEqual((done.returncode, done.stdout), (2, ""), words)
            self.assertIn(sentence, done.stderr)
            self.assertEqual(len(done.stderr.splitlines()), 1)
        for word in ("--version", "-V", "version"):
            self.assertRegex(call(word).stdout, r"^rbc \d+\.\d+\.\d+ \(language 1, image \d+\)\n$")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rbc", required=True)
    ARGS, rest = parser.parse_known_args()
    ARGS.rbc = os.path.realpath(ARGS.rbc)
    unittest.main(argv=[sys.argv[0], *rest], verbosity=1)
