"""A world of scripts/demo-world for the length of one test."""

import json
import os
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
WORLD = os.path.join(ROOT, "scripts", "demo-world")


class Estate:
    def __init__(self, backend, *options):
        self.folder = tempfile.mkdtemp(prefix="rbc-test-")
        os.chmod(self.folder, 0o711)
        self._call("start", self.folder, "--backend", backend, "--watch-pid", str(os.getpid()), *options)

    def __enter__(self):
        return self

    def __exit__(self, failed, *_):
        if failed:
            for name in sorted(os.listdir(os.path.join(self.folder, "log"))):
                with open(os.path.join(self.folder, "log", name), encoding="utf-8", errors="replace") as log:
                    print(f"--- log of {name}\n{log.read()[-4000:]}", file=sys.stderr)
        subprocess.run([sys.executable, "-B", WORLD, "stop", self.folder], check=False, capture_output=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _call(self, *words):
        done = subprocess.run([sys.executable, "-B", WORLD, *words], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise AssertionError(f"demo-world {words[0]}: {done.stderr.strip()}")
        return json.loads(done.stdout)

    def state(self):
        return self._call("state", self.folder)

    def break_it(self, fault, idle):
        return self._call("break", self.folder, fault, "--idle", str(idle))

    def run(self, words, **more):
        """Runs a command in the world's project with its environment; output is captured as one text."""
        state = self.state()
        return subprocess.run(words, cwd=state["project"], env={**os.environ, **state["environment"]}, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", check=False, **more)

    def docker(self, *words):
        return self.run(["docker", "compose", "-f", "docker-compose.demo.yml", *words])

    def psql(self, statement):
        state = self.state()
        done = subprocess.run(
            ["psql", "-XAtq", "-h", state["address"], "-p", str(state["ports"]["postgres"]), "-U", "postgres", "-d", "pivotal_flow",
             "-c", statement],
            env={**os.environ, "PGPASSWORD": state["environment"]["PIVOTAL_DB_PASSWORD"]}, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


def pids(state, client=None):
    return {s["pid"] for s in state["sessions"] if client in (None, s["client"])}
