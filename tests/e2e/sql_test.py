#!/usr/bin/env python3
"""A real PostgreSQL judges the goldens of SQL, and thousands of statements that are spoilt versions of them: what it takes is not refused here,
what is refused here it does not take, and columns have the names and types that it says."""
import argparse
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import unittest

import schema_test

ARGS = None
GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "golden" / "sql"
NEXT = "@@ next @@"
SHORT = {"bigint": "int8", "integer": "int4", "smallint": "int2", "boolean": "bool", "real": "float4", "double precision": "float8", "timestamp with time zone": "timestamptz",
         "timestamp without time zone": "timestamp", "time with time zone": "timetz", "time without time zone": "time", '"char"': "char", "bit varying": "varbit", "character varying": "varchar",
         "character": "bpchar", '"bit"': "bit"}
OWN = {"order_status": "anyenum", "orders": "record"}   # of the estate: shown as text, and as a row
DELIBERATE = {"E0702", "E0703", "E0709"}   # refused in a runbook whatever the server says


def internal(name):
    array = name.endswith("[]")
    name = re.sub(r"\(.*?\)", "", name.removesuffix("[]")).strip()
    name = SHORT.get(name, OWN.get(name, name))
    return ("_" if array else "") + name


def goldens():
    """[(statement, columns as psql shows them, shape and effect)]"""
    out = []
    for file in sorted(GOLDEN.glob("*.txt")):
        lines = [line for line in file.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
        assert len(lines) % 3 == 0, file
        out += [(sql, columns.removeprefix("  → ").removeprefix("  →"), meant.removeprefix("  = ")) for sql, columns, meant in zip(lines[::3], lines[1::3], lines[2::3])]
    return out


def refused():
    out = []
    for file in sorted((GOLDEN / "refused").glob("*.txt")):
        lines = [line for line in file.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
        out += list(zip(lines[::2], (line.removeprefix("  ! ") for line in lines[1::2])))
    return out


class Said:
    def __init__(self, block):
        lines = block.split("\n")
        self.meant = lines[0]
        self.columns = [tuple(line[7:].split("\t")) for line in lines[1:] if line.startswith("column ")]
        self.problems = [tuple(line[8:].split(" ", 2)) for line in lines[1:] if line.startswith("problem ")]
        self.errors = [p for p in self.problems if p[0].startswith("E")]


def says(statements, schema=None):
    words = [ARGS.says, *(["--schema", schema] if schema else [])]
    done = subprocess.run(words, input=b"".join(s.encode() + b"\0" for s in statements), capture_output=True, check=True)
    blocks = done.stdout.decode("utf-8", "replace").split("\n\n")
    assert len(blocks) == len(statements) + 1
    return [Said(block) for block in blocks[:-1]]


class Server(schema_test.Server):
    def judge(self, statements):
        """[(columns or None when it refuses, the refusal, its place in the statement from 0 or None)]; nothing is executed."""
        text = "\\set VERBOSITY verbose\n" + "".join(f"{s}\n\\gdesc\n\\echo {NEXT}\n\\warn {NEXT}\n\\r\n" for s in statements)
        done = subprocess.run(["psql", "-XAtq", "-h", self.address, "-U", "postgres", "-d", "postgres"], input=text.encode(), capture_output=True, check=True)
        answers, errors = (each.decode("utf-8", "replace").split(NEXT + "\n") for each in (done.stdout, done.stderr))
        assert len(answers) == len(statements) + 1, (len(answers), len(statements))
        out = []
        for statement, answer, error in zip(statements, answers, errors):
            wrong = re.search(r"ERROR:\s+(\w{5}): (.*)", error)
            if not wrong:
                out.append(([] if "has no result" in answer else [tuple(line.rsplit("|", 1)) for line in answer.splitlines() if line], "", None))
                continue
            place = None
            shown = re.search(r"^LINE 1: (.*)\n( *)\^", error, re.M)
            if shown:
                fragment, column = shown[1], len(shown[2]) - len("LINE 1: ")
                if fragment.startswith("..."):
                    fragment, column = fragment[3:], column - 3
                at = statement.find(fragment.removesuffix("..."))
                place = at + column if at >= 0 else None
            out.append((None, f"{wrong[1]} {wrong[2]}", place))
        return out


def spoilt(statement, draw):
    """Versions of it with one thing wrong, as people write them."""
    words = [m for m in re.finditer(r"[a-z_]{3,}", statement)]
    out = []
    def swap(m, text):
        out.append(statement[:m.start()] + text + statement[m.end():])
    for m in draw.sample(words, min(4, len(words))):
        word, at = m[0], draw.randrange(1, len(m[0]))
        swap(m, draw.choice([word[:at] + word[at + 1:], word[:at - 1] + word[at] + word[at - 1] + word[at + 1:], word + "s", word[:at] + word[at] + word[at:]]))
    for pattern, text in ((r",", ""), (r"\bfrom [\w.]+", ""), (r" group by [\w., ]+", ""), (r"\b\d+\b", "'abc'"), (r"\b(?:count|sum|max|min|avg)\(", "coalesce("), (r"\bwhere\b", "where count(*) > 1 and"),
                          (r"\(", ""), (r"\)", ""), (r"\bas \w+", "as select"), (r" on [\w.]+ = [\w.]+", ""), (r"= (?=')", "= 1 + "), (r"\bselect ", "select relname, "), (r"\bselect ", "select sum(1), "),
                          (r"\w+\.(?=\w)", "zz."), (r"::\w+", "::nosuchtype"), (r"::\w+", "::interval"), (r"\border by [\w.]+", "order by 99"), (r"\(\*\)", "()"), (r"\bnow\(\)", "now(1, 2)"), (r" = ", " = true = "),
                          (r" values \(", " values (1, 1, 1, 1, 1, 1, 1, 1, 1, 1, "), (r"'\d[^']*'", "'soon'")):
        found = list(re.finditer(pattern, statement))
        if found:
            swap(draw.choice(found), text)
    return [s for s in out if s != statement and s.count("'") % 2 == 0 and s.count('"') % 2 == 0 and "\\" not in s and ";" not in s]


class Sql(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.server.psql((GOLDEN / "estate.sql").read_text(encoding="utf-8"))
        cls.folder = tempfile.TemporaryDirectory(prefix="rbc-sql-")
        path = pathlib.Path(cls.folder.name)
        (path / "rbc.toml").write_text("language = 1\n", encoding="utf-8")
        (path / "rb.runbook").write_text(schema_test.HEAD % (cls.server.address, cls.server.address), encoding="utf-8")
        subprocess.run([ARGS.rbc, "schema", "pull", "--env", "dev"], cwd=path, check=True, capture_output=True)
        cls.schema = str(path / "schema" / "db.schema")
        cls.fifteen = int(cls.server.psql("show server_version_num").stdout) // 10000 == 15

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()
        cls.folder.cleanup()

    def test_what_the_server_takes(self):
        table = goldens()
        statements = [sql for sql, _, _ in table]
        self.assertGreaterEqual(len(table), 380)
        self.assertEqual(len(set(statements)), len(statements))
        for (sql, columns, meant), (theirs, refusal, _), known, unknown in zip(table, self.server.judge(statements), says(statements, self.schema), says(statements)):
            with self.subTest(sql):
                # What some versions answer more or less of is compared on the version that the table was written with.
                if self.fifteen:
                    self.assertEqual(refusal, "")
                    self.assertEqual(", ".join(" ".join(c) for c in theirs), columns)
                    self.assertEqual([(name, internal(type)) for name, type in theirs], known.columns)
                self.assertEqual(known.meant, meant)
                self.assertEqual([p for p in known.problems if p[0] != "W0731"] + unknown.errors, [])

    def test_what_the_server_refuses(self):
        table = refused()
        statements = [sql for sql, _ in table]
        self.assertGreaterEqual(len(table), 90)
        for (sql, problem), (theirs, refusal, place), said in zip(table, self.server.judge(statements), says(statements, self.schema)):
            with self.subTest(sql):
                self.assertIsNone(theirs)
                self.assertEqual([" ".join(p[:2]) for p in said.problems[:1]], [problem])
                if place is not None:
                    self.assertEqual(len(sql.encode()[:int(said.problems[0][1])].decode()), place, refusal)

    def test_spoilt_statements(self):
        draw = random.Random(20261122)
        statements = sorted({bad for sql, _, _ in goldens() for bad in spoilt(sql, draw)})
        self.assertGreaterEqual(len(statements), 3000)
        both = theirs_alone = 0
        wrong, missed = [], []
        for sql, (theirs, refusal, _), known, unknown in zip(statements, self.server.judge(statements), says(statements, self.schema), says(statements)):
            told = [p for p in known.problems if p[0].startswith("E") or p[0] == "W0730"]
            if theirs is not None:
                wrong += [(sql, p) for p in known.problems + unknown.errors if (p[0].startswith("E") or p[0] == "W0730") and p[0] not in DELIBERATE]
            elif told:
                both += 1
            else:
                theirs_alone += 1
                missed.append(f"{sql}\n    {refusal}")
        share = both / (both + theirs_alone)
        print(f"{len(statements)} spoilt statements: the server refuses {both + theirs_alone}, {100 * share:.1f} % of them are told here; {len(wrong)} are refused here alone.", file=sys.stderr)
        if os.environ.get("RBC_SQL_MISSED"):
            pathlib.Path(os.environ["RBC_SQL_MISSED"]).write_text("\n".join(missed) + "\n", encoding="utf-8")
        if self.fifteen:
            self.assertEqual(wrong, [])
            self.assertGreater(share, 0.94)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rbc", required=True)
    parser.add_argument("--says", required=True)
    ARGS, rest = parser.parse_known_args()
    ARGS.rbc, ARGS.says = os.path.abspath(ARGS.rbc), os.path.abspath(ARGS.says)
    unittest.main(argv=[sys.argv[0], *rest], verbosity=2)
