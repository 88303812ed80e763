#!/usr/bin/env python3
"""The corpus through every place of SQL where a hole may stand, on a real PostgreSQL: the server has each value byte for byte, or the line was refused."""
import argparse
import hashlib
import json
import sys
import unittest

from corpus import MIB, VALUES, is_text
from servers import Postgres
from stage import Stage, Tally, Web, address, shows_itself

ARGS = None

MADE = "create table got (n int, place text, v text); create table t (v text);"

# name, line; a look answers with what the server made of it, a change leaves it in a table
LOOKS = [
    ("a parameter", "a-parameter = db> select <v.body> as v, octet_length(<v.body>) as octets, md5(<v.body>) as digest"),
    ("in a list", "db> select (<two>)[2] as v, octet_length((<two>)[2]) as octets, md5((<two>)[2]) as digest"),
    ("any of a list", "db> select <v.body> as v, octet_length(<v.body>) as octets, md5(<v.body>) as digest where <v.body> = any(<two>)"),
    ("in like", "db> select <v.body> as v, octet_length(<v.body>) as octets, md5(<v.body>) as digest where <v.body> like replace(replace(replace(<v.body>, '\\', '\\\\'), '%', '\\%'), '_', '\\_')"),
    ("json", "db> select <whole.json>->>'v' as v, octet_length(<whole.json>->>'v') as octets, md5(<whole.json>->>'v') as digest"),
]
CHANGES = [
    ("inserted", "do db> insert into got values (<n>, 'inserted', <v.body>)"),
    ("updated", "do db> insert into got select <n>, 'updated', coalesce(<v.body>, '') || '' where <v.body> is not null"),
]
UTILITIES = [
    ("a literal", "do db> comment on column t.v is <w>"),
    ("an identifier", "do db> create role <w>"),
]

SERVERS_OWN = {b"postgres", b"pg_monitor", b"pg_read_all_settings", b"pg_read_all_stats", b"pg_stat_scan_tables", b"pg_read_all_data", b"pg_write_all_data", b"pg_database_owner", b"pg_read_server_files",
               b"pg_write_server_files", b"pg_execute_server_program", b"pg_signal_backend", b"pg_checkpoint"}
BEFORE = {"in a list": ['two = ["x", v.body]'], "json": ["whole = source> GET /json/<n>"], "a literal": ["w = v.body as text matching /(?s).*/", "do db> comment on column t.v is null"],
          "an identifier": ["do db> insert into got select <n>, 'a literal', col_description('t'::regclass, 1)"]}


def in_json(value):
    return b'{"v":' + (json.dumps(value.decode()).encode() if is_text(value) else b'"' + value + b'"') + b"}"


class Sql(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Postgres(address(67))
        cls.server.psql(MADE)
        cls.web = Web(address(67))
        # A value in JSON, as another program writes it; what is no text has no JSON.
        cls.web.answer = lambda head: (b"application/json", in_json(VALUES[int(head.split(b" ")[1][6:])][1]) if head.startswith(b"GET /json/") else b"{}")

    @classmethod
    def tearDownClass(cls):
        cls.web.__exit__()
        cls.server.__exit__()

    def stage(self):
        return Stage(ARGS.rbc, self.web, "postgres db", f"  db = {self.server.url}")

    def test_every_value_through_every_place(self):
        with self.stage() as stage:
            said = stage.feed(LOOKS + CHANGES + UTILITIES, BEFORE)
            answers = stage.answers
        stored = {(place, int(n)): bytes.fromhex(v) for n, place, v in self.server.rows("select n, place, encode(convert_to(v, 'UTF8'), 'hex') from got where v is not null")}
        roles = {bytes.fromhex(name) for (name,) in self.server.rows("select encode(convert_to(rolname, 'UTF8'), 'hex') from pg_roles")}
        tally = Tally("PostgreSQL")
        for n, value in enumerate(VALUES):
            sent = value[1]
            may_refuse = b"\0" in sent or not is_text(sent)
            for name, _ in LOOKS:
                came = answers.get((name, n))
                came = came[0] if isinstance(came, list) and came else came
                # The server counted and digested what it got; what it sent back is what it got.
                got = came["v"].encode() if came and (came["octets"], came["digest"]) == (len(sent), hashlib.md5(sent).hexdigest()) else came
                tally.row(name, value, said[name, n], sent, got, may_refuse or (name == "json" and len(in_json(sent)) > MIB))
            for name, _ in CHANGES:
                tally.row(name, value, said[name, n], sent, stored.get((name, n)), may_refuse or not sent)
            tally.row("a literal", value, said["a literal", n], sent, stored.get(("a literal", n)), may_refuse or not sent)
            tally.row("an identifier", value, said["an identifier", n], sent, sent if sent in roles else None, may_refuse or not sent or len(sent) > 63)
        self.assertEqual(len(roles - {sent for _, sent in VALUES if is_text(sent)} - SERVERS_OWN), 0, "a role of another name was made")
        self.assertEqual(self.server.rows("select count(*) from t"), [["0"]])
        tally.end(self, len(VALUES) * (len(LOOKS) + len(CHANGES) + len(UTILITIES)))

    def test_a_value_of_every_type_is_that_value_there(self):
        values = {"9223372036854775807": "9223372036854775807", "-9223372036854775807": "-9223372036854775807", "0.1": "0.1", "5%": "0.05", "1h30m": "PT1H30M", "500ms": "PT0.5S", "512MiB": "536870912", "yes": "true",
                  "2024-12-01T10:30:00Z": "2024-12-01 10:30:00+00", "10 per minute": "0.16666666666666666", "https://example.com/a?b=c": "https://example.com/a?b=c", "[1, 2]": "{1,2}", '["a,b", "{}", "NULL", "", "\\""]': '{"a,b","{}","NULL","","\\""}',
                  "[1h, 2d]": "{PT1H,PT48H}", "[yes, no]": "{t,f}"}
        lines = []
        for i, written in enumerate(values):
            lines += [f"    x{i} = {written}", f"    db> select <x{i}>::text as v"]
        with self.stage() as stage:
            done, events = stage.run(lines)
        came = [event["value"]["v"] if "value" in event else event["missing"] for event in events if event["event"] == "look" and event["text"].startswith("select")]
        self.assertEqual(dict(zip(values, came)), values, done.stderr)

    def test_what_comes_back_is_made_visible(self):
        self.server.psql("create table shown (n int, v text);" + "".join(f"insert into shown values ({n}, convert_from(decode('{value.hex()}', 'hex'), 'UTF8'));" for n, (_, value) in enumerate(VALUES)
                                                                         if is_text(value) and b"\0" not in value and len(value) < 1000))
        with self.stage() as stage:
            shows_itself(self, stage, ["x = db> select n, v from shown where n = <n>", "show x", "> It says <x>.", "db> select <v.body>::int as v"])


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rbc", required=True)
    parser.add_argument("--witness")
    ARGS, rest = parser.parse_known_args()
    unittest.main(argv=[sys.argv[0], *rest])
