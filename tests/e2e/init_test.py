#!/usr/bin/env python3
"""`rbc init` from nothing: what it finds, what it writes, that it checks clean, and that it looks at real servers at once."""
import argparse
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from estate import ROOT, Estate

ARGS = None
COMPOSE = """\
services:
  web:
    build: .
    ports: ["8080:80"]
    healthcheck:
      test: ["CMD", "curl", "-f", "http://localhost/healthz?deep=1"]
  data:
    image: docker.io/library/postgres:16@sha256:00
    environment:
      - POSTGRES_PASSWORD=not-for-any-file
      - POSTGRES_USER=shop
    ports: ["127.0.0.1:15432:5432/tcp"]
  Cache_2:
    image: redis:7
    ports:
      - target: 6379
        published: "16379"
  goal:
    image: busybox
"""
RULES = "groups:\n- name: a\n  rules:\n  - alert: Down\n    expr: up == 0\n  - record: x\n    expr: y\n"


class Init(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="rbc-init-")
        self.path = pathlib.Path(self.folder.name)
        self.environment = {k: v for k, v in os.environ.items() if not k.endswith("_URL") and k != "POSTGRES_PASSWORD"}

    def tearDown(self):
        self.folder.cleanup()

    def rbc(self, *words, **more):
        done = subprocess.run([ARGS.rbc, *words], cwd=self.path, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", timeout=60,
                              env={**self.environment, **more})
        return done.returncode, done.stdout, done.stderr

    def clean(self, **more):
        self.assertEqual(self.rbc("check", "--fail-on", "warning", **more), (0, "", ""))
        self.assertEqual(self.rbc("fmt", "--check", **more)[0], 0)
        code, out, _ = self.rbc("test", **more)
        self.assertEqual((code, out.count("  ok  RB-01 ")), (0, 2), out)

    def test_nothing_around(self):
        code, out, err = self.rbc("init")
        self.assertEqual((code, err), (0, ""))
        self.assertIn("this machine alone", out)
        self.assertIn("rbc look", out)
        self.clean()
        code, out, err = self.rbc("look")
        self.assertIn(code, (0, 1), err)
        self.assertIn("Disk space of this machine", out)

    def test_what_stands_in_files(self):
        (self.path / "docker-compose.yml").write_text(COMPOSE)
        (self.path / "ops").mkdir()
        (self.path / "ops" / "prometheus.yml").write_text("rule_files:\n- rules/alerts.yml\n- '*.none'\n")
        (self.path / "ops" / "alerts.yml").write_text(RULES)
        (self.path / ".env").write_text("# a comment\nexport REDIS_URL=redis://:very-secret@elsewhere:6379\n")
        code, out, err = self.rbc("init")
        self.assertEqual((code, err), (0, ""))
        self.assertIn("docker-compose.yml: 4 services", out)
        self.assertIn("ops/prometheus.yml", out)
        self.assertIn("1 alert; `alert Down warning`", out)
        self.assertIn("POSTGRES_PASSWORD, REDIS_URL", out)
        estate = (self.path / "estate.runbook").read_text()
        self.assertIn("postgres://shop:<postgres-password>@localhost:15432/shop", estate)
        self.assertRegex(estate, r"cache += <redis-url>")
        self.assertIn("secret redis-url from env REDIS_URL", estate)
        for file in self.path.glob("*.runbook"):
            self.assertNotIn("secret@", file.read_text())
            self.assertNotIn("not-for-any-file", file.read_text())
        self.assertIn("GET /healthz\n", (self.path / "first-look.runbook").read_text())
        self.clean()

    def test_nothing_is_overwritten(self):
        for name in ("rbc.toml", "estate.runbook", "first-look.runbook", "first-look.test.runbook"):
            (self.path / name).write_text("mine\n")
            code, out, err = self.rbc("init")
            self.assertEqual((code, out), (2, ""))
            self.assertEqual(err, f"rbc: {name} is there already, and `rbc init` overwrites nothing.\n")
            self.assertEqual([file.name for file in self.path.iterdir()], [name])
            self.assertEqual((self.path / name).read_text(), "mine\n")
            (self.path / name).unlink()
        os.symlink("nowhere", self.path / "rbc.toml")
        self.assertEqual(self.rbc("init")[0], 2)

    def test_a_folder_of_its_own_and_none(self):
        code, out, _ = self.rbc("init", "deep/er")
        self.assertEqual(code, 0)
        self.assertIn("cd deep/er", out)
        (self.path / "file").write_text("")
        self.assertEqual(self.rbc("init", "file"), (2, "", "rbc: file is no folder.\n"))
        code, _, err = self.rbc("init", "file/below")
        self.assertEqual(code, 3)
        self.assertTrue(err.startswith("rbc: cannot make the folder file/below"), err)

    def test_hostile_files(self):
        many = "services:\n" + "".join(f"  s{i}:\n    image: x\n" for i in range(2000))
        for text in ["\0\1\2", "services: [", "services: 7", "- a\n- b", "a: &a [*a, *a]\nservices: *a", "services:\n  'x y; rm -rf /':\n    image: 1\n", "services:\n  - : {}\n", many,
                     "services:\n  db:\n    image: postgres\n    ports: [a:b, '99999:1', ':::', '1:']\n    environment: [POSTGRES_USER=a b, =x]\n", "x" * (2 << 20),
                     "services:\n" + "".join(f"  {name}: {{image: nginx, ports: ['80:80']}}\n" for name in ("run", "check", "local", "goal", "red", "a", "A", "1", "é"))]:
            (self.path / "compose.yml").write_text(text)
            code, out, err = self.rbc("init")
            self.assertEqual((code, err), (0, ""), text[:60])
            self.clean()
            for file in ("rbc.toml", "estate.runbook", "first-look.runbook", "first-look.test.runbook"):
                (self.path / file).unlink()

    def test_it_looks_at_real_servers_at_once(self):
        with Estate(ARGS.backend) as estate:
            state = estate.state()
            address, ports = state["address"], state["ports"]
            shutil.copy(os.path.join(ROOT, "runbooks", "demo", "docker-compose.demo.yml"), self.path)
            around = {**state["environment"],
                      "DATABASE_URL": f"postgres://postgres:{state['environment']['PIVOTAL_DB_PASSWORD']}@{address}:{ports['postgres']}/pivotal_flow",
                      "REDIS_URL": f"redis://{address}:{ports['redis']}", "PROMETHEUS_URL": f"http://{address}:{ports['prometheus']}"}
            code, _, err = self.rbc("init", **around)
            self.assertEqual((code, err), (0, ""))
            self.clean(**around)
            for file in self.path.glob("*.runbook"):
                self.assertNotIn(address, file.read_text())
            code, out, err = self.rbc("look", **around)
            self.assertIn(code, (0, 1), err)
            colours = {line.split()[1].split(".")[-1]: line.split()[0] for line in out.splitlines() if len(line.split()) > 2}
            for check in ("database", "connections", "cache-answers", "postgres-runs", "redis-runs"):
                self.assertEqual(colours.get(check), "green", out)
            self.assertIn(colours.get("scraped"), ("green", "red"), out)   # what it watches may not have been scraped yet
            code, out, _ = self.rbc("look", "database", "cache-answers", **{**around, "REDIS_URL": "redis://127.77.255.254:1"})
            self.assertEqual(code, 1, out)
            self.assertRegex(out, r"(?m)^green .*database")
            self.assertRegex(out, r"(?m)^red .*cache-answers")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rbc", required=True)
    parser.add_argument("--backend", required=True)
    ARGS, rest = parser.parse_known_args()
    unittest.main(argv=[__file__, *rest])
