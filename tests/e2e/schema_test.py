#!/usr/bin/env python3
"""`rbc schema pull` and `rbc check --live` on a real PostgreSQL: what is written down, what is then known offline, what the server says."""
import argparse
import json
import os
import pathlib
import pwd
import re
import subprocess
import sys
import tempfile
import time
import unittest

ARGS = None
POSTGRES = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))[-1]

MADE = """\
create table orders (id bigint primary key, note text, tags text[], made timestamptz default now());
insert into orders values (1, 'a secret of a customer');
create type mood as enum ('low', 'it''s high');
create domain positive as int check (value > 0);
create table people (id positive, how mood, "odd name" text);
create function own() returns int language sql volatile as 'select 1';
create view calm as select id, note from orders;
create view loud as select own() as x, id from calm;
create view over_loud as select x from loud;
create table guarded (id int);
create policy sly on guarded using (own() > id);
alter table guarded enable row level security;
create schema shop;
create table shop.items (id int, price numeric(10, 2));
create extension hstore;
"""

HEAD = """\
postgres db
contact  lead: Team lead

env dev
  db   = postgres://postgres@%s:5432/postgres
  lead = log
env elsewhere
  db   = postgres://postgres@%s:5433/postgres
  lead = log

runbook RB-01: Orders
  severity low
  goal     ok
  escalation until acknowledged
    after 5m page lead
  input least as int = 5
  step look: Look
    check ok: They are there
      db> select count(*) as n from orders
      red if .n > 5
"""


class Server:
    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="rbc-schema-")
        number = os.getpid()
        self.address = f"127.66.{number >> 8 & 255}.{number & 255 or 1}"
        become = ["setpriv", "--pdeathsig", "KILL"]
        if os.getuid() == 0:
            account = pwd.getpwnam("postgres")
            os.chown(self.folder.name, account.pw_uid, account.pw_gid)
            become += ["--reuid", "postgres", "--regid", "postgres", "--clear-groups"]
        data = os.path.join(self.folder.name, "data")
        subprocess.run([*become, POSTGRES / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
                       cwd="/", check=True, capture_output=True)
        self.log = open(os.path.join(self.folder.name, "log"), "wb")
        self.process = subprocess.Popen(
            [*become, POSTGRES / "postgres", "-D", data, "-h", self.address, "-p", "5432", "-k", "", "-c", "fsync=off", "-c", "shared_buffers=16MB"],
            cwd="/", stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        end = time.monotonic() + 30
        while self.psql("select 1", check=False).returncode != 0:
            if self.process.poll() is not None or time.monotonic() > end:
                raise AssertionError(pathlib.Path(self.log.name).read_text(encoding="utf-8", errors="replace"))
            time.sleep(0.05)

    def psql(self, text, check=True):
        return subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-h", self.address, "-U", "postgres", "-d", "postgres"],
                              input=text, capture_output=True, text=True, check=check)

    def stop(self):
        self.process.send_signal(2)
        self.process.wait(20)
        self.log.close()
        self.folder.cleanup()


class Schema(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def setUp(self):
        self.server.psql("drop schema if exists public, shop cascade; create schema public;\n" + MADE)
        self.folder = tempfile.TemporaryDirectory(prefix="rbc-schema-")
        self.path = pathlib.Path(self.folder.name)
        (self.path / "rbc.toml").write_text("language = 1\n", encoding="utf-8")

    def tearDown(self):
        self.folder.cleanup()

    def say(self, *lines):
        text = HEAD % (self.server.address, self.server.address) + "".join(f"    {line}\n" for line in lines)
        (self.path / "rb.runbook").write_text(text, encoding="utf-8")

    def rbc(self, *words):
        return subprocess.run([ARGS.rbc, *words], cwd=self.path, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)

    def pull(self, *words):
        done = self.rbc("schema", "pull", "--env", "dev", *words)
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        return (self.path / "schema" / "db.schema").read_text(encoding="utf-8")

    def findings(self, *words):
        """(line, column, code) of each."""
        done = self.rbc("check", "--format=short", "--no-shellcheck", *words)
        return [(int(a), int(b), c) for a, b, c in re.findall(r"rb\.runbook:(\d+):(\d+): \w+\[(\w+)\]", done.stdout)], done

    def test_what_is_written_down(self):
        self.say()
        text = self.pull()
        for line in ("enum public mood low \"it's high\"", "domain public positive int4", "table public orders\n  id int8 key\n  note text\n  tags text[]\n  made timestamptz",
                     "view public loud calls public.own\n", "view public over_loud calls public.own\n", "view public calm\n", "table public guarded calls public.own\n",
                     "table public people\n  id public.positive\n  how public.mood\n  \"odd name\" text", "table shop items\n  id int4\n  price numeric",
                     "function public own int4 volatile one -\n", "extension hstore "):
            self.assertIn(line, text)
        for absent in ("secret", self.server.address, "pg_catalog.pg_", "5432"):
            self.assertNotIn(absent, text)
        done = self.rbc("schema", "pull", "--env", "dev")
        self.assertEqual(done.stdout, "schema/db.schema: as it was.\n")
        self.assertEqual(self.pull("db"), text)

    def test_the_same_database_made_again_gives_the_same_text(self):
        self.say()
        first = self.pull()
        self.server.psql("drop schema public, shop cascade; create schema public;\n" + MADE)
        self.assertEqual(self.pull(), first)
        self.server.psql("alter table orders drop column tags; alter table orders add column weight real")
        done = self.rbc("schema", "pull", "--env", "dev")
        self.assertIn("  the column `weight` of `public.orders` is new.\n  the column `tags` of `public.orders` is gone.\n", done.stdout)

    def test_what_is_known_offline(self):
        self.say()
        self.pull()
        self.say("db> select id, note, made from orders", "db> select how, \"odd name\" from people", "db> select price from shop.items")
        self.assertEqual([f for f in self.findings()[0] if f[2] not in ("W0712", "W0215")], [])
        self.say("db> select id, nott from orders", "db> select x from loud", "db> select x from over_loud", "db> select id from guarded", "db> select own()", "db> select id from ordres")
        found, done = self.findings()
        self.assertEqual([f for f in found if f[2] not in ("W0712", "W0215")],
                         [(21, 20, "E0713"), (22, 23, "E0401"), (23, 23, "E0401"), (24, 24, "E0401"), (25, 16, "E0407"), (26, 24, "W0730")], done.stdout)
        pretty = self.rbc("check", "--format=pretty", "--no-shellcheck").stdout
        self.assertIn("Did you mean `note`?", pretty)
        self.assertIn("Did you mean `orders`?", pretty)
        self.assertIn("public.own", pretty)

    def test_another_folder_and_a_damaged_file(self):
        self.say()
        (self.path / "rbc.toml").write_text('schema = "db/known"\n', encoding="utf-8")
        self.assertEqual(self.rbc("schema", "pull", "--env", "dev").returncode, 0)
        file = self.path / "db" / "known" / "db.schema"
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace("table public orders", "tabel public orders"), encoding="utf-8")
        done = self.rbc("check")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertRegex(done.stderr, r"^rbc: db/known/db\.schema is damaged, line \d+: `tabel` is nothing that a snapshot holds; did you mean `table`\?.*\n$")
        self.assertEqual(self.rbc("schema", "pull", "--env", "dev").returncode, 0)
        self.assertEqual(file.read_text(encoding="utf-8"), text)
        (self.path / "rbc.toml").write_text('schema = "../elsewhere"\n', encoding="utf-8")
        self.assertEqual(self.rbc("check").returncode, 2)

    def test_what_cannot_be_pulled(self):
        self.say()
        for words, code, sentence in ((("push",), 2, "`rbc schema push` is nothing"), (("pull",), 2, "which environment? Say `--env` with one of: dev, elsewhere."),
                                      (("pull", "--env", "de"), 2, "Did you mean `dev`?"), (("pull", "--env", "dev", "dbb"), 2, "no `postgres` resource `dbb`. Did you mean `db`?"),
                                      (("pull", "--env", "elsewhere"), 3, "cannot be read: ")):
            done = self.rbc("schema", *words)
            self.assertEqual((done.returncode, done.stderr.count("\n")), (code, 1), done.stderr)
            self.assertIn(sentence, done.stderr)
        self.assertFalse((self.path / "schema" / "db.schema").exists())

    def test_the_server_prepares_every_statement(self):
        self.say("db> select upper(note) as x, 'ü' as u,", "      nott as y", "    from orders where id > <least>", "do db> insert into orders (id, nott) values (<least>, 'x')", "do db> vacuum orders",
                 "db> select price from shop.items")
        found, done = self.findings("--live", "--env", "dev")
        self.assertEqual([f for f in found if f[2] not in ("W0712", "W0215")], [(22, 11, "E0732"), (24, 36, "E0732")], done.stdout)
        self.assertIn('column "nott" does not exist (42703)', done.stdout)
        self.assertEqual((done.returncode, done.stderr), (1, "rbc: 5 SQL statements prepared by the server, none executed.\n"))
        self.assertEqual(self.server.psql("select count(*) from orders").stdout, "1\n")
        self.assertIn('"source":"postgres"', self.rbc("check", "--live", "--env", "dev", "--format=json").stdout)

    def test_what_differs_on_the_server(self):
        self.say("db> select id, price from shop.items")
        self.pull()
        self.server.psql("alter table shop.items alter price type float8; alter table orders drop column note cascade")
        found, done = self.findings("--live", "--env", "dev")
        self.assertIn((21, 20, "W0733"), found, done.stdout)
        self.assertIn("The column `price` is `float8` on the server of `db` in env dev, and `numeric` is what it was taken for.", done.stdout)
        self.assertIn("schema/db.schema:1:1: warning[W0734]: The snapshot is not what `db` of env dev holds: ", done.stdout)
        self.pull()
        self.assertNotIn("W073", self.findings("--live", "--env", "dev")[1].stdout)

    def live(self, files):
        """What `--live` finds in an example of `rbc explain`, whose database is made as it says; its address becomes that of the server here."""
        version = self.server.psql("show server_version_num").stdout[:2]
        with tempfile.TemporaryDirectory(prefix="rbc-schema-") as folder:
            for file in files:
                if file["file"] == "the database":
                    self.server.psql("drop schema if exists public, reader, shop cascade; create schema public; grant usage on schema public to public;\n" + file["text"])
                    continue
                path = pathlib.Path(folder, file["file"])
                path.parent.mkdir(exist_ok=True)
                path.write_text(file["text"].replace("db.internal:5432/shop", f"{self.server.address}:5432/postgres").replace("\nserver 15\n", f"\nserver {version}\n"), encoding="utf-8")
            done = subprocess.run([ARGS.rbc, "check", "--live", "--env", "dev", "--format=json", "--no-shellcheck", "example.runbook"], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True,
                                  text=True, check=False)
            self.assertIn(done.returncode, (0, 1), done.stderr)
            self.assertEqual(done.stderr, "rbc: 1 SQL statement prepared by the server, none executed.\n")
            # Without a snapshot, a table is nobody's until the server is asked.
            return [(one["code"], one["message"]) for one in json.loads(done.stdout)["diagnostics"] if one["code"] != "W0712"]

    def test_the_examples_that_take_a_server(self):
        self.server.psql("create role reader login")
        self.addCleanup(self.server.psql, "drop schema if exists reader cascade; drop role reader")
        pages = {page["code"]: page for page in json.loads(self.rbc("explain", "--json").stdout)}
        self.assertEqual([code for code, page in pages.items() if any(file["file"] == "the database" for file in page["failing"])], ["E0732", "W0733", "W0734"])
        for code in ("E0732", "W0733", "W0734"):
            with self.subTest(code):
                self.assertEqual(self.live(pages[code]["failing"]), [(code, pages[code]["message"])])
                self.assertEqual(self.live(pages[code]["mended"]), [])

    def test_the_table_of_statements(self):
        """`--live` finds nothing in looks that the server takes, and no other type of any column."""
        table = []
        for file in sorted((pathlib.Path(__file__).resolve().parent.parent / "golden" / "sql").glob("*.txt")):
            lines = [line for line in file.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
            table += [sql for sql, meant in zip(lines[::3], lines[2::3]) if meant.startswith(("  = row looks", "  = rows looks")) and file.stem not in ("shop", "monitoring", "changes")]
        self.assertGreaterEqual(len(table), 150)
        self.say(*[f"db> {sql}" for sql in table])
        found, done = self.findings("--live", "--env", "dev", "--max-errors=1000")
        self.assertEqual([f for f in found if f[2][0] == "E" or f[2] == "W0733"], [], done.stdout)

    def test_a_server_that_is_not_there(self):
        self.say()
        done = self.rbc("check", "--live", "--env", "elsewhere")
        self.assertEqual((done.returncode, done.stdout, done.stderr.count("\n")), (3, "", 1), done.stderr)
        self.assertIn("cannot be asked", done.stderr)
        self.assertEqual(self.rbc("check", "--env", "dev").returncode, 2)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rbc", required=True)
    ARGS, rest = parser.parse_known_args()
    ARGS.rbc = os.path.abspath(ARGS.rbc)
    unittest.main(argv=[sys.argv[0], *rest], verbosity=2)
