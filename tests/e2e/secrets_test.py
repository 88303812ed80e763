#!/usr/bin/env python3
"""Real secrets through every place that takes one, to real servers that say them back in every form: they arrive, and nothing here keeps them."""
import argparse
import base64
import hashlib
import http.server
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
from schema_test import Server as Postgres  # noqa: E402

ARGS = None

# One for each place, so that what is found says where it came from. Quotes, blanks and signs are what encodings trip over.
SECRETS = {name: f"{name}-q'w\"&+/ö%$y z{n}" for n, name in enumerate(
    ["header", "json", "inside", "form", "sql", "role", "exported", "assigned", "listed", "picked", "passed", "checked", "hook", "basic", "segment", "query", "auth"])}
DRAWN = "minted-" + hashlib.md5(b"drawn-from-the-database").hexdigest()
SECRETS["auth"] = "auth-redis-0815"  # Redis reads its own password from a line of a file

# Prints what it was given in every form it can think of; `mint` makes one up that nobody knew before.
TELLER = """\
#!/usr/bin/env python3
import base64, os, sys, urllib.parse
for name in ("APP_KEY", "PW", "OTHER"):
    value = os.environ.get(name)
    if value is not None:
        raw = value.encode()
        print(name, value, base64.b64encode(raw).decode(), base64.urlsafe_b64encode(raw).decode(), raw.hex(), raw.hex().upper(), urllib.parse.quote(value, safe=""))
        print(f"{value} was refused", file=sys.stderr)
        open("arrived", "a").write(value + "\\n")
sys.exit(int(os.environ.get("ENDS", "0")))
"""
MINT = """\
#!/bin/sh
printf 'minted-%s-4711\\n' "$(cat /proc/sys/kernel/random/uuid)" | tee -a minted
"""

HEAD = """\
{secrets}
secret nobody-sets from env NOBODY_SETS
secret nobody-runs from command ./must-not-run

host box
  exports APP_KEY = exported
  reads   ./teller
  reads   ./mint
host bare
  reads   ./teller
  reads   ./mint
http api
http keyed
postgres db
redis cache
http elsewhere
contact lead: Team lead

env here
  box       = localhost
  bare      = localhost
  api       = http://u:<basic>@{http}
  keyed     = http://{http}/base/<segment>?key=<query>
  db        = postgres://postgres@{postgres}:5432/postgres
  cache     = redis://:<auth>@{redis}:6379
  elsewhere = http://<nobody-sets>@{http}
  lead      = webhook http://{http}/hook?k=<hook>
env crash
  bare      = localhost
  lead      = log

check healthy: All is well
  bare$ test -e teller

check ready: Somebody made it ready
  bare$ test -e ready

check quiet(x as secret): With its own key
  bare$ PW=<x> ./teller
  red if .text contains "no such thing"

procedure hand-over(x as secret)
  do bare$ PW=<x> ./teller

runbook S-1: Secrets everywhere
  severity low
  goal     healthy
  escalation until acknowledged
    after 30m page lead

  step flow: Let them flow
    seen = api> GET /echo
      X-Token: <header>
    show seen.body
    show seen.json
    one = do api> POST /echo
      Content-Type: application/json

      {{"a": <json>, "b": "in <inside>"}}
    show one.body
    two = do api> POST /echo
      Content-Type: application/x-www-form-urlencoded

      a=<form>
    show two.body
    under = keyed> GET /path
    show under.body
    answer = db> select <sql>::text as said, length(<sql>::text) as long, encode(convert_to(<sql>::text, 'UTF8'), 'hex') as hexed
    show answer.said
    show answer.hexed
    when answer.long is 0
      fail: It never arrived.
    do db> alter role carol password <role>
    do cache> set k v
    told = box$ ./teller
    show told.text
    told-else = bare$ OTHER=<assigned> ./teller
    show told-else.text
    show told-else.err
    for each one-of in [listed]
      do bare$ PW=<one-of> ./teller
    check healthy
    either = picked when healthy passes otherwise listed
    do bare$ PW=<either> ./teller
    do hand-over with x = passed
    check quiet(checked)
    fresh as secret = bare$ ./mint
    do bare$ PW=<fresh> ./teller
    rotated as secret = do bare$ ./mint
    do bare$ PW=<rotated> ./teller
    drawn as secret = db> select 'minted-' || md5('drawn-from-the-database') as t
    do bare$ PW=<drawn> ./teller
    got as secret = api> GET /mint
    do bare$ PW=<got> ./teller
    kept as secret = cache> get minted
    do bare$ PW=<kept> ./teller
    page lead: It went well
    do bare$ ENDS=3 PW=<fresh> ./teller
    otherwise
      show failure.reason
      tell lead: It failed with <failure.reason>
      fail: <failure.reason>

runbook S-2: Lost with its process
  severity low
  goal     healthy
  escalation until acknowledged
    after 30m page lead

  step flow: Let it flow
    fresh as secret = bare$ ./mint
    do bare$ PW=<fresh> ./teller
    poll until ready every 100ms for 1h
    do bare$ PW=<fresh> ./teller
"""


def forms(secret):
    raw = secret.encode()
    quoted = urllib.parse.quote(secret, safe="")
    return {secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], base64.b64encode(raw).decode().rstrip("=")[:-1], base64.urlsafe_b64encode(raw).decode().rstrip("=")[:-1], raw.hex(),
            raw.hex().upper(), quoted, quoted.lower()}


class Echo(http.server.BaseHTTPRequestHandler):
    heard = []

    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        said = [self.path, body, urllib.parse.unquote_plus(self.path), urllib.parse.unquote_plus(body), *self.headers.values()]
        if basic := self.headers.get("Authorization"):
            said.append(base64.b64decode(basic.split()[1]).decode())
        if body.startswith("{"):
            said += [str(one) for one in json.loads(body).values()]
        # HTTP's own library reads headers as Latin-1.
        said += [one.encode("latin-1").decode() for one in self.headers.values() if any(128 <= ord(c) < 256 for c in one)]
        self.heard += said
        forms_of = [f(one.encode()).decode() for one in said for f in (base64.b64encode, base64.urlsafe_b64encode)] + [one.encode().hex() for one in said]
        answer = ("minted-by-the-service-99" if self.path == "/mint" else json.dumps({"said": said, "forms": forms_of, **{one: 1 for one in said}})).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain" if self.path == "/mint" else "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_POST = do_GET

    def log_message(self, *_):
        pass


class Secrets(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.postgres = Postgres()
        cls.postgres.psql("create role carol login")
        number = os.getpid()
        cls.address = f"127.64.{number >> 8 & 255}.{number & 255 or 1}"
        cls.http = http.server.ThreadingHTTPServer((cls.address, 0), Echo)
        threading.Thread(target=cls.http.serve_forever, daemon=True).start()
        cls.redis_folder = tempfile.TemporaryDirectory(prefix="rbc-secrets-redis-")
        cls.redis = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", "redis-server", "--bind", cls.address, "--port", "6379", "--save", "", "--requirepass", SECRETS["auth"], "--dir", cls.redis_folder.name],
                                     stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 30
        while cls.redis_says("set", "minted", "minted-in-redis-12345") != "OK":
            if cls.redis.poll() is not None or time.monotonic() > end:
                raise AssertionError("redis-server did not start")
            time.sleep(0.05)

    @classmethod
    def redis_says(cls, *words):
        return subprocess.run(["redis-cli", "-h", cls.address, *words], env={**os.environ, "REDISCLI_AUTH": SECRETS["auth"]}, capture_output=True, text=True, check=False).stdout.strip()

    @classmethod
    def tearDownClass(cls):
        cls.http.shutdown()
        cls.http.server_close()
        cls.redis.kill()
        cls.redis.wait()
        cls.redis_folder.cleanup()
        cls.postgres.stop()

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="rbc-secrets-")
        self.path = pathlib.Path(self.folder.name)
        sources = {}
        for n, (name, value) in enumerate(SECRETS.items()):
            sources[name] = ("env", "file", "command")[n % 3]
            if sources[name] != "env":
                file = self.path / f"{name}.secret"
                file.write_text(value + "\n")
                file.chmod(0o600)
        said = "\n".join(f"secret {name} from " + {"env": f"env S_{name.upper()}", "file": f"file {name}.secret", "command": f"command cat {name}.secret"}[how] for name, how in sources.items())
        self.environment = {**os.environ, **{f"S_{name.upper()}": SECRETS[name] for name, how in sources.items() if how == "env"}}
        (self.path / "s.runbook").write_text(HEAD.format(secrets=said, http=f"{self.address}:{self.http.server_address[1]}", postgres=self.postgres.address, redis=self.address))
        for name, text in (("teller", TELLER), ("mint", MINT), ("must-not-run", "#!/bin/sh\ntouch it-ran\necho its-secret\n")):
            (self.path / name).write_text(text)
            (self.path / name).chmod(0o755)
        Echo.heard.clear()

    def tearDown(self):
        self.folder.cleanup()

    def rbc(self, *words, **environment):
        done = subprocess.run([ARGS.rbc, *words], cwd=self.path, env={**self.environment, **environment}, stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
        return done.returncode, done.stdout + done.stderr

    def clean(self, where, found):
        """No secret in these bytes, in any form. What was minted is in the file that `mint` keeps for us."""
        minted = (self.path / "minted").read_text().split() if (self.path / "minted").exists() else []
        for name, secret in [*SECRETS.items(), *((one, one) for one in minted),
                             *((one, one) for one in ("minted-by-the-service-99", "minted-in-redis-12345", DRAWN))]:
            for form in forms(secret):
                at = found.find(form.encode())
                self.assertEqual(at, -1, f"{where} holds `{name}` as {form}: {found[max(at - 200, 0):at + 200]!r}")

    def journal_is_clean(self):
        for file in (self.path / ".rbc").rglob("*"):
            if file.is_file():
                self.clean(file.name, file.read_bytes())

    def test_they_arrive_and_nothing_keeps_them(self):
        for words in (["run", "s-1", "--env", "here", "--headless"], ["run", "s-1", "--env", "here", "--json"]):
            code, out = self.rbc(*words)
            self.assertEqual(code, 10, out.decode())
            self.clean(" ".join(words), out)
            self.journal_is_clean()
        # A form that shows nothing would prove nothing: all of these stood where a secret was.
        self.assertGreater(out.decode().count("•••"), 40, out.decode())
        heard = "\n".join(Echo.heard)
        for name in ("header", "json", "inside", "form", "hook", "basic", "segment", "query"):
            self.assertIn(SECRETS[name], heard, name)
        arrived = (self.path / "arrived").read_text()
        for name in ("exported", "assigned", "listed", "picked", "passed", "checked"):
            self.assertIn(SECRETS[name], arrived, name)
        minted = (self.path / "minted").read_text().split()
        self.assertEqual(len(minted), 4)
        for one in [*minted, "minted-by-the-service-99", "minted-in-redis-12345", DRAWN]:
            self.assertIn(one, arrived)
        self.assertFalse((self.path / "it-ran").exists(), "a secret that nothing reaches was asked for")
        for words in (["show", "last"], ["show", "last", "--json"], ["runs"], ["runs", "--json"], ["plan", "s-1"], ["plan", "s-1", "--env", "here"], ["plan", "s-1", "--json"], ["graph", "s-1"], ["doc", "--output", "pages"],
                      ["disasm", "s-1"], ["check"], ["check", "--format", "json"], ["map"], ["look", "healthy", "--env", "here"], ["look", "healthy", "--env", "here", "--json"]):
            code, out = self.rbc(*words)
            self.assertIn(code, (0, 1), (words, out.decode()))
            self.assertTrue(out or words[0] == "doc", words)
            self.clean(" ".join(words), out)
        self.journal_is_clean()
        for file in self.path.rglob("*"):
            if file.is_file() and file.suffix in (".html", ".md", ".svg", ".json"):
                self.clean(file.name, file.read_bytes())

    def test_only_what_can_be_reached_is_needed(self):
        code, out = self.rbc("run", "s-2", "--env", "crash", "--headless", "--dry", **{name: "" for name in self.environment if name.startswith("S_")})
        self.assertEqual(code, 0, out.decode())
        code, out = self.rbc("run", "s-1", "--env", "here", "--headless", S_HEADER="")
        self.assertEqual(code, 2)
        self.assertIn("The secret `header` cannot be used: it is empty.", out.decode())
        self.assertNotIn("nobody", out.decode())

    def test_a_pipe_is_no_file_to_wait_for(self):
        (self.path / "json.secret").unlink()
        os.mkfifo(self.path / "json.secret", 0o600)
        code, out = self.rbc("run", "s-1", "--env", "here", "--headless")
        self.assertEqual(code, 2)
        self.assertIn("is no file", out.decode())

    def test_what_was_minted_is_gone_after_a_crash(self):
        run = subprocess.Popen([ARGS.rbc, "run", "s-2", "--env", "crash", "--headless"], cwd=self.path, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True)
        try:
            said = ""
            for line in run.stdout:
                said += line
                if "ready" in line:
                    break
            self.assertIn("ready", said)
            # The screen may be ahead of the journal.
            end = time.monotonic() + 20
            while b"done" not in (shown := self.rbc("show", "last")[1]):
                self.assertLess(time.monotonic(), end, shown.decode())
                time.sleep(0.05)
        finally:
            run.send_signal(signal.SIGKILL)
            run.communicate()
        self.journal_is_clean()
        self.clean("the run", said.encode())
        (self.path / "ready").touch()
        code, out = self.rbc("resume", "last", "--headless")
        self.assertEqual(code, 10, out.decode())
        self.assertIn("the secret `fresh` lived in memory only, and is gone since the run was resumed", out.decode())
        self.clean("resume", out)
        self.journal_is_clean()
        self.assertEqual((self.path / "arrived").read_text().count("minted-"), 1)
        self.assertEqual((self.path / "minted").read_text().count("minted-"), 1, "it was not minted again")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rbc", required=True)
    ARGS, rest = parser.parse_known_args()
    ARGS.rbc = os.path.abspath(ARGS.rbc)
    unittest.main(argv=[sys.argv[0], *rest], verbosity=1)
