"""Real servers for the length of one test: on a loopback address of their own, in a folder of their own, ready when they answer, gone with the test."""
import os
import pathlib
import pwd
import socket
import subprocess
import tempfile
import time
import urllib.request

POSTGRES = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))[-1]


class Server:
    """A program that is stopped by its number, and that the kernel stops if this one dies. Not as root."""

    def __init__(self, where):
        self.address = where
        self.folder = tempfile.TemporaryDirectory(prefix="rbc-hostile-server-")
        self.become = ["setpriv", "--pdeathsig", "KILL"]
        if os.getuid() == 0:
            account = pwd.getpwnam("postgres")
            os.chown(self.folder.name, account.pw_uid, account.pw_gid)
            self.become += ["--reuid", "postgres", "--regid", "postgres", "--clear-groups"]
        self.log = open(os.path.join(self.folder.name, "log"), "wb")

    def prepare(self, *words):
        done = subprocess.run([*self.become, *words], cwd="/", stdin=subprocess.DEVNULL, capture_output=True)
        assert done.returncode == 0, done.stderr

    def start(self, words, answers):
        self.process = subprocess.Popen([*self.become, *words], cwd="/", stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        end = time.monotonic() + 60
        while not answers():
            if self.process.poll() is not None or time.monotonic() > end:
                raise AssertionError(pathlib.Path(self.log.name).read_text(encoding="utf-8", errors="replace")[-3000:])
            time.sleep(0.05)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(2)
        self.process.wait()
        self.log.close()
        self.folder.cleanup()


class Postgres(Server):
    def __init__(self, where):
        super().__init__(where)
        data = os.path.join(self.folder.name, "data")
        self.prepare(POSTGRES / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        self.start([POSTGRES / "postgres", "-D", data, "-h", where, "-p", "5432", "-k", "", "-c", "fsync=off", "-c", "shared_buffers=16MB"], lambda: self.psql("select 1", check=False).returncode == 0)
        self.url = f"postgres://postgres@{where}:5432/postgres"

    def psql(self, statement, check=True):
        return subprocess.run([POSTGRES / "psql", "-XAtq", "-F", "|", "-d", f"host={self.address} user=postgres dbname=postgres", "-v", "ON_ERROR_STOP=1", "-f", "-"], input=statement.encode(), capture_output=True, check=check)

    def rows(self, select):
        """Cells that are hex on the server, as bytes."""
        return [line.split("|") for line in self.psql(select).stdout.decode().splitlines()]


class Redis(Server):
    def __init__(self, where):
        super().__init__(where)
        self.start(["redis-server", "--bind", where, "--port", "6379", "--save", "", "--dir", self.folder.name], self.pings)
        self.url = f"redis://{where}:6379"

    def pings(self):
        try:
            return self.ask(b"PING") == b"PONG"
        except OSError:
            return False

    def ask(self, *words):
        """One command in Redis' own protocol, its answer as bytes, numbers or lists."""
        with socket.create_connection((self.address, 6379), timeout=10) as connection:
            connection.sendall(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words))
            stream = connection.makefile("rb")
            return self.read(stream)

    def read(self, stream):
        line = stream.readline()
        kind, rest = line[:1], line[1:-2]
        if kind == b"$":
            return None if rest == b"-1" else stream.read(int(rest) + 2)[:-2]
        if kind == b"*":
            return [self.read(stream) for _ in range(int(rest))]
        return int(rest) if kind == b":" else rest


class Prometheus(Server):
    """Scrapes `target` once a second."""

    def __init__(self, where, target):
        super().__init__(where)
        settings = pathlib.Path(self.folder.name, "prometheus.yml")
        settings.write_text(f"global: {{scrape_interval: 1s, scrape_timeout: 1s}}\nscrape_configs: [{{job_name: hostile, static_configs: [{{targets: ['{target}']}}]}}]\n")
        settings.chmod(0o644)
        self.url = f"http://{where}:9090"
        self.start(["prometheus", f"--config.file={settings}", f"--storage.tsdb.path={self.folder.name}/data", f"--web.listen-address={where}:9090"], self.scraped)

    def scraped(self):
        try:
            with urllib.request.urlopen(f"{self.url}/api/v1/query?query=up", timeout=5) as answer:
                return b'"1"]' in answer.read()
        except OSError:
            return False
