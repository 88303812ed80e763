#!/usr/bin/env python3
"""`rbc explain`, and its examples as a reader would try them: written to files, the failing one gets its code, the mended one nothing."""
import argparse
import json
import os
import pathlib
import re
import subprocess
import tempfile
import time
import unittest

ARGS = None
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent

# Said by something else than `rbc check`: the page quotes its words, and its example checks clean.
AT_RUN_TIME = {"W0505", "E0801", "E0803", "W0902"}
# Said by a server only: their examples check clean without one, and are held against a real server by this test.
BY_A_SERVER = {"E0732", "W0733", "W0734"}
HELD_BY = ("schema_test.py", "test_the_examples_that_take_a_server")
# Codes without an example, and why; where else each is seen is held by "every diagnostic is shown by a golden, or by the test that is named" (front_test).
NO_EXAMPLE = {
    "E0099": "a mistake of rbc itself: what gets it is mended, and its page says what to send",
}
# Codes that judge a runbook as a whole, where an example shows one line of it.
WHOLE_PROGRAMS = {"W0214", "W0215"}
# Stands before libc, so that a program's clock says another time.
SHIFTED_CLOCK = """\
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
int clock_gettime(clockid_t which, struct timespec* now) {
  const int code = (int)syscall(SYS_clock_gettime, which, now);
  if (code == 0 && which == CLOCK_REALTIME) now->tv_sec += atol(getenv("CLOCK_SHIFT"));
  return code;
}
"""


def rbc(*words, cwd=None, **environment):
    done = subprocess.run([ARGS.rbc, *words], cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, env={**os.environ, **environment})
    return done.returncode, done.stdout, done.stderr


def page_of(code):
    return json.loads(rbc("explain", "--json", code)[1])[0]


class Explain(unittest.TestCase):
    def codes_of(self, page, files):
        with tempfile.TemporaryDirectory() as folder:
            rules = []
            for file in files:
                if " " in file["file"]:
                    continue  # what stands in no file, such as the environment of a run
                path = pathlib.Path(folder, file["file"])
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(file["text"].encode())
                if path.suffix == ".yml":
                    rules += ["--alerts", path.name]
            code, out, err = rbc("check", "--format", "json", "--no-shellcheck", "--today", "2026-08-29", *rules, *([] if rules else ["example.runbook"]), cwd=folder)
            self.assertIn(code, (0, 1), err)
            found = set()
            for one in json.loads(out)["diagnostics"]:
                own = one["code"] == page["code"]
                # A file's example may leave out the goal; its tables are nobody's; a frame declares more than any one example uses.
                if not own and (one["code"] in WHOLE_PROGRAMS | {"W0712"} or one["code"] == "E0204"):
                    continue
                found.add(one["code"])
            return found, out

    def test_every_example(self):
        pages = json.loads(rbc("explain", "--json")[1])
        self.assertGreater(len(pages), 110)
        for page in pages:
            with self.subTest(page["code"]):
                self.assertEqual(not page["failing"], page["code"] in NO_EXAMPLE)
                self.assertEqual(not page["failing"], not page["mended"])
                if not page["failing"]:
                    continue
                wanted = set() if page["code"] in AT_RUN_TIME | BY_A_SERVER else {page["code"]}
                found, out = self.codes_of(page, page["failing"])
                self.assertEqual(found, wanted, out)
                found, out = self.codes_of(page, page["mended"])
                self.assertEqual(found, set(), out)

    def test_what_takes_a_server_is_held_against_one(self):
        """Just these examples show a database, and the test that asks one has each of them."""
        shown = {page["code"] for page in json.loads(rbc("explain", "--json")[1]) if any(file["file"] == "the database" for file in page["failing"])}
        self.assertEqual(shown, BY_A_SERVER)
        file, name = HELD_BY
        test = re.search(rf"(?ms)^    def {name}\(.*?(?=^    def |\Z)", (ROOT / "tests" / "e2e" / file).read_text()).group()
        for code in BY_A_SERVER:
            self.assertIn(f'"{code}"', test)

    def test_what_a_test_finds(self):
        """The examples of these are found by `rbc test`, and mended for it."""
        for code in ("E0801", "E0803"):
            page = page_of(code)
            for which, codes in (("failing", {code}), ("mended", set())):
                text = page[which][0]["text"]
                with tempfile.TemporaryDirectory() as folder:
                    pathlib.Path(folder, "example.runbook").write_text(text)
                    done, out, err = rbc("test", "--format", "json", cwd=folder)
                    self.assertEqual((done, err), (1 if codes else 0, ""), text)
                    self.assertEqual({finding["code"] for finding in json.loads(out)["findings"] if "code" in finding}, codes, out)

    def test_the_page_of_our_own_mistakes_says_what_to_send(self):
        page = page_of("E0099")
        self.assertIn("mistake of `rbc` itself", page["explanation"])
        self.assertIn("rbc version", page["explanation"])

    def test_a_short_secret_is_refused_by_the_run(self):
        page = page_of("W0505")
        words = re.search(r"refuses to start: `([^`]*)`", page["explanation"]).group(1)
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "example.runbook").write_text(page["failing"][0]["text"])
            name, value = page["failing"][1]["text"].strip().split("=")
            code, _, err = rbc("run", "ex-1", "--headless", cwd=folder, **{name: value})
            self.assertEqual(code, 2, err)
            self.assertIn(words, err)
            self.assertNotIn(value, err)

    def test_a_clock_that_moved_is_told_in_the_words_of_the_page(self):
        """The run is killed at the example's first time and taken up at its second, as the machine's clock has them."""
        page = page_of("W0902")
        words = re.search(r"timeline: `([^`]*)`", page["explanation"]).group(1)
        for which, told in (("failing", True), ("mended", False)):
            with self.subTest(which), tempfile.TemporaryDirectory() as folder:
                for file in page[which]:
                    pathlib.Path(folder, file["file"]).write_text(file["text"])
                (hour, minute, begun), (then_hour, then_minute, resumed) = re.findall(r"(?m)^(\d\d):(\d\d) rbc (.*)$", page[which][1]["text"])
                shift = (int(then_hour) - int(hour)) * 3600 + (int(then_minute) - int(minute)) * 60
                library = pathlib.Path(folder, "shifted.so")
                subprocess.run(["cc", "-shared", "-fPIC", "-x", "c", "-", "-o", library], input=SHIFTED_CLOCK, text=True, check=True)
                running = subprocess.Popen([ARGS.rbc, *begun.split()], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                try:
                    end = time.monotonic() + 30
                    while not re.search(r"\bred +The backup", rbc("show", "last", cwd=folder)[1]):
                        self.assertIsNone(running.poll())
                        self.assertLess(time.monotonic(), end)
                        time.sleep(0.02)
                finally:
                    running.kill()
                    running.wait()
                pathlib.Path(folder, "backup.done").touch()
                code, out, err = rbc(*resumed.split(), cwd=folder, LD_PRELOAD=str(library), CLOCK_SHIFT=str(shift),
                                     ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0")
                self.assertEqual(code, 0, out + err)
                self.assertEqual(words in rbc("show", "last", cwd=folder)[1], told, out + err)

    def test_list(self):
        code, out, _ = rbc("explain")
        self.assertEqual(code, 0)
        for word in ("syntax: ", "names: ", "types: ", "effects: ", "secrets: ", "people: ", "languages: ", "tests: ", "project: "):
            self.assertRegex(out, f"(?m)^{word}")
        listed = re.findall(r"(?m)^  ([EW]\d{4})  \S", out)
        self.assertEqual(listed, [page["code"] for page in json.loads(rbc("explain", "--json")[1])])
        specified = re.findall(r"(?m)^\| ([EW]\d{4}) \|", (ROOT / "grammar" / "language.md").read_text())
        self.assertEqual(sorted(set(specified) - set(listed)), [])
        self.assertEqual([line for line in out.splitlines() if line != line.rstrip()], [])

    def test_several_and_beginnings(self):
        self.assertEqual(re.findall(r"(?m)^  (\w{5})  ", rbc("explain", "e06", "W0503")[1])[:3], ["E0601", "E0602", "E0605"])
        self.assertEqual(set(re.findall(r"(?m)^  (\w{5})  ", rbc("explain", "secrets")[1])), {"E0501", "E0502", "W0503", "W0505", "W0506"})
        code, out, _ = rbc("explain", "0401", "w0604", "SC2086")
        self.assertEqual(code, 0)
        for words in ("E0401 (error, effects)", "W0604 (warning, people)", "shellcheck.net/wiki/SC2086", "This gets it, in a step:"):
            self.assertIn(words, out)
        self.assertEqual(rbc("explain", "E0605")[1].count("and in rbc.toml:"), 2)
        self.assertIn("<U+202E>", rbc("explain", "E0123")[1])

    def test_unknown(self):
        for word, says in (("E4001", "Did you mean `E0401`?"), ("secret", "Did you mean `secrets`?"), ("", "lists them all"), ("E04011", "Did you mean `E0401`?"), ("🦀", "lists them all")):
            code, out, err = rbc("explain", word)
            self.assertEqual((code, out), (2, ""))
            self.assertEqual(err.count("\n"), 1)
            self.assertIn(says, err)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rbc", required=True)
    ARGS, rest = parser.parse_known_args()
    ARGS.rbc = os.path.abspath(ARGS.rbc)
    unittest.main(argv=["explain_test.py", *rest])
