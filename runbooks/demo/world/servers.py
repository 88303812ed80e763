"""The servers of the estate and the clients that use or break them: how each is set up and when it answers."""

import glob
import http.client
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time

from . import places
from .processes import Process, environment

DATABASE = "pivotal_flow"
MAX_CONNECTIONS = 25
RESERVED_CONNECTIONS = 3

_SESSIONS = """
select coalesce(json_agg(s order by s.pid), '[]')
from (select pid, usename as role, application_name as client, state, wait_event_type as waits_for,
             round(extract(epoch from now() - state_change)::numeric, 1) as seconds
      from pg_stat_activity
      where backend_type = 'client backend' and pid <> pg_backend_pid()) s
"""


class NotReady(Exception):
    """A server did not come up; says which, and the end of its log."""


def wait_until(what, condition, within=30.0):
    """Polls a real condition; there is no fixed sleep in this world."""
    end = time.monotonic() + within
    while not condition():
        if time.monotonic() > end:
            raise NotReady(f"{what} did not happen within {within:.0f}s.")
        time.sleep(0.05)


def _program(name, pattern=None):
    found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/bin:/usr/sbin:/usr/local/bin")
    if pattern and not found:
        found = max(glob.glob(pattern), default=None)
    if not found:
        raise NotReady(f"The program {name} is not installed; scripts/install-dependencies --servers installs it.")
    return found


class Servers:
    """All processes of one world in `folder`. `backend` is the program demo-backend."""

    def __init__(self, folder, backend, with_statements=True):
        self.folder = folder
        self.with_statements = with_statements
        self.address, self._lock = places.choose_address()
        self.ports = places.choose_ports(self.address)
        self.account = places.account()
        self.password = secrets.token_urlsafe(18)
        self.app_password = secrets.token_urlsafe(18)
        self.data = os.path.join(folder, "postgres")
        os.makedirs(os.path.join(folder, "log"), exist_ok=True)

        user = self.account.pw_name if self.account else None
        self._postgres_bin = "/usr/lib/postgresql/15/bin"
        if not os.path.exists(f"{self._postgres_bin}/postgres"):
            self._postgres_bin = os.path.dirname(_program("initdb", "/usr/lib/postgresql/*/bin/initdb"))
        app = {"PGHOST": self.address, "PGPORT": str(self.ports["postgres"]), "PGUSER": "app", "PGDATABASE": DATABASE,
               "PGPASSWORD": self.app_password, "NODE_ENV": "production",
               "DATABASE_URL": f"postgres://app@{self.address}:{self.ports['postgres']}/{DATABASE}",
               "REDIS_URL": f"redis://{self.address}:{self.ports['redis']}"}

        def process(name, command, env=None, **more):
            return Process(name, command, os.path.join(folder, "log", name), env=env, user=user, **more)

        self.services = {s.name: s for s in (
            process("postgres", [f"{self._postgres_bin}/postgres", "-D", self.data], stop_signal=signal.SIGINT),
            process("redis", [_program("redis-server"), "--bind", self.address, "--port", str(self.ports["redis"]), "--save", "",
                              "--appendonly", "no", "--dir", os.path.join(folder, "redis")]),
            process("backend", [backend, "serve", self.address, str(self.ports["backend"])], env=app),
            process("prometheus", [_program("prometheus"), f"--config.file={folder}/prometheus/prometheus.yml",
                                   f"--storage.tsdb.path={folder}/prometheus/data", "--log.level=warn",
                                   f"--web.listen-address={self.address}:{self.ports['prometheus']}"]),
        )}
        self.clients = {n: process(n, [backend, n], env=app) for n in ("work", "leak", "block")}

    # ── setting up ──────────────────────────────────────────────────────────

    def _own(self, name):
        path = os.path.join(self.folder, name)
        os.mkdir(path, 0o700)
        if self.account:
            os.chown(path, self.account.pw_uid, self.account.pw_gid)
        return path

    def _write(self, path, text):
        with open(path, "w", opener=lambda p, flags: os.open(p, flags, 0o600), encoding="utf-8") as file:
            file.write(text)
        if self.account:
            os.chown(path, self.account.pw_uid, self.account.pw_gid)

    def start(self):
        if os.getuid() == 0:
            os.chmod(self.folder, 0o711)  # the servers' account must reach its own folders beneath
        self._own("redis")
        self._write(os.path.join(self._own("prometheus"), "prometheus.yml"), "\n".join((
            "global:", "  scrape_interval: 2s", "  scrape_timeout: 2s", "scrape_configs:", "  - job_name: pivotal-backend",
            "    static_configs:", f"      - targets: ['{self.address}:{self.ports['backend']}']", "")))
        self._init_postgres()
        for name in ("postgres", "redis", "prometheus"):
            self.services[name].start()
        self._ready("postgres", lambda: self._psql("select 1", database="postgres", check=False).returncode == 0)
        self._fill_postgres()
        self.services["backend"].start()
        self.clients["work"].start()
        self._ready("redis", self._redis_answers)
        self._ready("backend", lambda: self.health()["status"] == 200)
        self._ready("prometheus", lambda: self.http("prometheus", "/-/ready")[0] == 200)
        wait_until("The ordinary traffic", lambda: len(self.sessions(client="web-pool") + self.sessions(client="report")) == 3)

    def _ready(self, name, condition):
        service = self.services[name]
        wait_until(name, lambda: service.look() != "running" or condition())
        if service.state != "running":
            raise NotReady(f"{name} ended with {service.exit_code}: {service.log_text()[-2000:]}")

    def _init_postgres(self):
        self._own("postgres")
        passwords = os.path.join(self.folder, "password")
        self._write(passwords, self.password + "\n")
        user = []
        if self.account:
            user = ["setpriv", "--reuid", self.account.pw_name, "--regid", self.account.pw_name, "--clear-groups", "--"]
        done = subprocess.run(
            [*user, f"{self._postgres_bin}/initdb", "-D", self.data, "-U", "postgres", "-A",
             "scram-sha-256", f"--pwfile={passwords}", "-E", "UTF8", "--locale=C", "--no-sync"],
            env=environment({}), cwd="/", stdin=subprocess.DEVNULL, capture_output=True, text=True)
        os.unlink(passwords)
        if done.returncode != 0:
            raise NotReady(f"initdb: {done.stderr.strip()}")
        settings = {
            "listen_addresses": self.address, "port": self.ports["postgres"], "unix_socket_directories": "",
            "max_connections": MAX_CONNECTIONS, "superuser_reserved_connections": RESERVED_CONNECTIONS,
            "shared_buffers": "16MB", "fsync": "off", "log_line_prefix": "%m [%p] %u@%d %a ", "log_timezone": "UTC",
            "timezone": "UTC", "shared_preload_libraries": "pg_stat_statements" if self.with_statements else "",
        }
        with open(os.path.join(self.data, "postgresql.conf"), "a", encoding="utf-8") as conf:
            conf.writelines(f"{key} = '{value}'\n" for key, value in settings.items())

    def _fill_postgres(self):
        self._psql(f"create database {DATABASE}", database="postgres")
        statements = [
            f"create role app login password '{self.app_password}'",
            "create table orders (id int primary key, n int not null default 0)",
            "insert into orders (id) select generate_series(1, 1000)",
            "grant select, insert, update, delete, truncate on orders to app",
        ]
        if self.with_statements:
            statements.append("create extension pg_stat_statements")
        self._psql(";\n".join(statements))

    # ── looking ─────────────────────────────────────────────────────────────

    def _psql(self, statement, database=DATABASE, check=True):
        # What the demo itself says is nobody's slowest query, and one of its statements holds a password.
        env = environment({"PGPASSWORD": self.password, "PGCONNECT_TIMEOUT": "5", "PGAPPNAME": "demo",
                           "PGOPTIONS": "-c pg_stat_statements.track=none"})
        done = subprocess.run(
            [f"{self._postgres_bin}/psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-h", self.address, "-p", str(self.ports["postgres"]),
             "-U", "postgres", "-d", database],
            input=statement, env=env, cwd="/", capture_output=True, text=True)
        if check and done.returncode != 0:
            raise NotReady(f"psql: {done.stderr.strip()}")
        return done

    def sessions(self, client=None):
        """What pg_stat_activity says of every client but us; an empty list when the server does not answer."""
        end = time.monotonic() + 5
        done = self._psql(_SESSIONS, check=False)
        # The reserved slots may be taken for a moment, by rbc among others: that is no reason to call the list empty.
        while done.returncode != 0 and "too many clients" in done.stderr and time.monotonic() < end:
            time.sleep(0.1)
            done = self._psql(_SESSIONS, check=False)
        rows = json.loads(done.stdout) if done.returncode == 0 else []
        return [r for r in rows if client in (None, r["client"])]

    def _redis_answers(self):
        try:
            with socket.create_connection((self.address, self.ports["redis"]), 1) as redis:
                redis.sendall(b"PING\r\n")
                return redis.recv(64).startswith(b"+PONG")
        except OSError:
            return False

    def http(self, service, path):
        """Status and body; status 0 and the reason when nothing answers."""
        connection = http.client.HTTPConnection(self.address, self.ports[service], timeout=10)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode("utf-8", "replace")
        except (OSError, http.client.HTTPException) as error:
            return 0, str(error)
        finally:
            connection.close()

    def health(self):
        status, body = self.http("backend", "/health")
        return {"status": status, "body": body.strip()}

    def accepts(self, service):
        try:
            socket.create_connection((self.address, self.ports[service]), 1).close()
            return True
        except OSError:
            return False

    # ── the end ─────────────────────────────────────────────────────────────

    def stop(self):
        for process in (*self.clients.values(), *reversed(self.services.values())):
            try:
                process.stop()
            except OSError:
                pass
