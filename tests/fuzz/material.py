#!/usr/bin/env python3
"""Writes what the fuzz targets begin with: a dictionary and seeds for each.

usage: material.py FOLDER
Leaves FOLDER/NAME.dict and FOLDER/NAME/ for each target that has them. The words come from keywords.def, diagnostics' examples, the
tables of the embedded languages and the programs below tests/, so that a new keyword or golden case needs no edit here."""
import glob
import hashlib
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LANGUAGES = {">": {"db": 0, "admin": 0, "pool": 2, "cache": 2, "api": 3, "prom": 4}, "$": {}}   # as embedded_fuzz picks them
SHELL, WORDS = 1, 2
MOST = 16 * 1024   # bytes of a seed: what is larger is read too slowly to find anything
SIGNS = [": Title", "<x>", "<x.y?>", "db> select 1", "box$ ls", "api> GET /", "cache> ping", "prom> up", "30m", "5%", "512MiB", "\\<", "  ", "\n  ", "\n    ",
         "# c", "> note", "[ ] item", "/re/i", "\"text\"", ".x", "x = ", "\r\n", "use base\n", "runbook X\n  step a\n    ", "check c\n  db> select 1 as x\n  red if .x > 1\n"]
SQL = "select from where group by order limit union all with recursive as case when then else end cast :: exists not in between like is null insert into values " \
      "update set delete returning create drop table view index alter role grant analyze vacuum explain show lateral join left on using over partition " \
      "filter array row interval timestamp jsonb -> ->> #>> || $1 $$ /* */ -- ; , ( ) [ ]".split()
SCRIPT = "&& || | ; > >> 2>&1 < $( ) \" ' \\ $X ${X} sudo env sh -c xargs awk sed grep -q kubectl docker aws git curl -X POST test -f".split()
OTHER = "GET POST DELETE HEAD Content-Type: application/json {\"a\":<x>} ?a=<x>&b=1 %41 sum by (le) rate( [5m] {a=~\"b\"} offset 5m bool on ignoring group_left " \
        "histogram_quantile(0.9, topk(5, FLUSHALL CONFIG SET GET up -d down -v".split()


def read(path):
    with open(path, encoding="utf-8", errors="surrogateescape") as file:
        return file.read()


def quoted(word):
    return '"' + "".join(c if c not in '"\\' and 0x20 <= ord(c) < 0x7F else "".join(f"\\x{b:02X}" for b in c.encode()) for c in word) + '"'


def put(folder, data):
    if len(data) > MOST:
        return
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, hashlib.sha1(data).hexdigest()), "wb") as file:
        file.write(data)


def declarations(text):
    """A program's top-level declarations, each with `use base` above it."""
    starts = [m.start() for m in re.finditer(r"^[a-z]", text, re.M)] + [len(text)]
    return ["use base\n" + text[a:b] for a, b in zip(starts, starts[1:])]


def utterances(text):
    """What follows a prompt, with the number of its language."""
    for match in re.finditer(r"^( *)(?:.*?\s)?([a-z][\w-]*)(?:\([^)]*\))?(?:\.[\w-]+)?([>$])(?: ([^\n]*))?\n((?:\1 +[^\n]*\n|\n(?=\1 ))*)", text, re.M):
        lines = [match.group(4) or ""] + [line.strip() for line in match.group(5).splitlines()]
        language = SHELL if match.group(3) == "$" else LANGUAGES[">"].get(match.group(2), WORDS)
        yield bytes([language]) + "\n".join(lines).strip().encode("utf-8", "surrogateescape")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    out = sys.argv[1]
    words = sorted(set(re.findall(r'RBC_(?:WORD|SIGN)\(\w+, "([^"]+)"', read(os.path.join(ROOT, "grammar/keywords.def")))))
    tables = {name: sorted(set(re.findall(pattern, read(os.path.join(ROOT, "grammar/embedded", name + ".def")))))
              for name, pattern in (("sql_procs", r'RBC_PG_PROC\("([a-z]\w+)"'), ("sql_changes", r'\("([a-z_]+)'), ("sql_relations", r'RBC_PG_RELATION\("\w*", "(\w+)"'),
                                    ("promql_functions", r'V\("(\w+)"'))}
    # A few hundred words of each are enough: the longer the dictionary, the rarer each word.
    functions = [word for table in tables.values() for word in table[::len(table) // 200 + 1]]
    dictionaries = {name: words + SIGNS for name in ("parse_fuzz", "format_fuzz")}
    dictionaries["embedded_fuzz"] = SQL + functions + SCRIPT + OTHER + ["<x>", "<x.y?>"]
    dictionaries["check_fuzz"] = words + SIGNS + SQL + SCRIPT + OTHER
    os.makedirs(out, exist_ok=True)
    for name, entries in dictionaries.items():
        with open(os.path.join(out, name + ".dict"), "w", encoding="ascii") as file:
            file.writelines(quoted(entry) + "\n" for entry in entries)
    for path in sorted(glob.glob(os.path.join(ROOT, "tests/lang/*.runbook")) + glob.glob(os.path.join(ROOT, "tests/golden/**/*.runbook"), recursive=True)):
        text = read(path)
        whole = text.encode("utf-8", "surrogateescape")
        for name in ("parse_fuzz", "format_fuzz", "check_fuzz"):
            put(os.path.join(out, name), whole)
        for declaration in declarations(text):
            put(os.path.join(out, "check_fuzz"), declaration.encode("utf-8", "surrogateescape"))
        for said in utterances(text):
            put(os.path.join(out, "embedded_fuzz"), said)


main()
