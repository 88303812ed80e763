#!/usr/bin/env python3
"""The Debian packages, made of what is built: their papers, what they depend on, and the program as it runs from them."""
import argparse
import gzip
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ARGS = None
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PROJECT = """\
http     api: The service
postgres db
redis    cache
contact  lead: Team lead

env local
  api   = http://127.7.7.7:9
  db    = postgres://a@127.7.7.7:9/b
  cache = redis://127.7.7.7:9
  lead  = log

runbook T-1: Nothing listens here
  severity low
  goal     answers
  escalation until acknowledged
    after 30m  page lead
  step look
    check answers: The service answers
      api> GET /health
    check db-up: The database answers
      db> select 1
    check cache-up: The cache answers
      cache> PING
"""


def call(*words, **more):
    return subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=100, **more)


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="rbc package ")
        cls.path = pathlib.Path(cls.folder.name)
        done = call("cpack", "-G", "DEB", "-B", str(cls.path / "made"), "--config", f"{ARGS.build}/CPackConfig.cmake", umask=0o022)
        if done.returncode != 0:
            raise AssertionError(done.stdout + done.stderr)
        cls.packages = {path.name.split("_")[0]: path for path in (cls.path / "made").glob("*.deb")}
        for name in cls.packages:
            cls.extract(name, cls.path / "all")
        cls.extract("rbc", cls.path / "alone")
        cls.project = cls.path / "project"
        cls.project.mkdir()
        (cls.project / "a.runbook").write_text(PROJECT)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @classmethod
    def extract(cls, name, into):
        done = call("dpkg-deb", "-x", str(cls.packages[name]), str(into))
        if done.returncode != 0:
            raise AssertionError(done.stderr)

    def rbc(self, *words, root="all"):
        env = {"PATH": "/usr/bin:/bin", "HOME": str(self.path), "LC_ALL": "C.UTF-8"}
        return call(str(self.path / root / "usr/bin/rbc"), *words, cwd=self.project, env=env)

    def field(self, name, field):
        return call("dpkg-deb", "-f", str(self.packages[name]), field).stdout.strip()

    def test_what_they_say_of_themselves(self):
        self.assertEqual(sorted(self.packages), ["rbc", "rbc-http", "rbc-postgres", "rbc-redis"])
        version = self.rbc("version").stdout.split()[1]
        for name in self.packages:
            self.assertEqual((self.field(name, "Package"), self.field(name, "Version"), self.field(name, "Section")), (name, version, "admin"))
            self.assertEqual(self.field(name, "Architecture"), call("dpkg", "--print-architecture").stdout.strip())
            self.assertTrue((self.path / "all/usr/share/doc" / name / "copyright").stat().st_size > 10_000)
        names = [re.split(r"[ (]", one)[0] for one in self.field("rbc", "Depends").split(", ")]
        self.assertEqual(sorted(names), ["libc6", "libgcc-s1", "libstdc++6"])
        for name, library in (("rbc-postgres", "libpq5"), ("rbc-redis", "libhiredis"), ("rbc-http", "libcurl4")):
            self.assertIn(library, self.field(name, "Depends"))
            self.assertIn(f"rbc (= {version})", self.field(name, "Depends"))

    def test_the_program_needs_the_runtime_of_its_language_and_nothing_else(self):
        needed = re.findall(r"\(NEEDED\).*\[(.*)\]", call("readelf", "-d", str(self.path / "all/usr/bin/rbc")).stdout)
        libraries = [name for name in needed if not name.startswith("ld-linux")]   # the loader is there before any of them
        self.assertLessEqual(set(libraries), {"libstdc++.so.6", "libm.so.6", "libgcc_s.so.1", "libc.so.6"})
        self.assertIn("libc.so.6", libraries)

    def test_it_checks_and_runs_from_where_it_was_put(self):
        self.assertRegex(self.rbc("version").stdout, r"^rbc \d")
        for root in ("all", "alone"):
            done = self.rbc("check", "--no-shellcheck", str(ROOT / "runbooks" / "pivotal-flow"), "--today", "2024-12-02", root=root)
            self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
            self.assertEqual(self.rbc("plan", "t-1", "--env", "local", root=root).returncode, 0)
        done = self.rbc("look", "--env", "local")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertNotIn("module", done.stdout + done.stderr)
        self.assertEqual(len(re.findall(r"refused|Couldn't connect", done.stdout)), 3, done.stdout)
        done = self.rbc("look", "--env", "local", root="alone")
        self.assertIn("module", done.stdout + done.stderr)

    def test_its_papers_are_in_their_places(self):
        share = self.path / "all/usr/share"
        for shell, place in (("bash", "bash-completion/completions/rbc"), ("zsh", "zsh/vendor-completions/_rbc"), ("fish", "fish/vendor_completions.d/rbc.fish")):
            self.assertEqual((share / place).read_text(), self.rbc("completion", shell).stdout)
        commands = re.findall(r"^  ([a-z]\S*) +\S", self.rbc("help").stdout.split("`rbc help COMMAND`")[0], re.M)
        pages = {page.name for page in share.glob("man/man?/*.gz")}
        self.assertEqual(pages, {"rbc.1.gz", "rbc.toml.5.gz", *(f"rbc-{name}.1.gz" for name in commands)})
        for page in share.glob("man/man?/*.gz"):
            self.assertTrue(gzip.decompress(page.read_bytes()).startswith(b".TH "))
        owners = call("dpkg-deb", "-c", str(self.packages["rbc"])).stdout.splitlines()
        self.assertEqual({line.split()[1] for line in owners}, {"root/root"})

    def test_dpkg_installs_and_removes_it(self):
        root = self.path / "system"
        (root / "var/lib/dpkg/updates").mkdir(parents=True)
        (root / "var/lib/dpkg/info").mkdir()
        for name in ("status", "available"):
            (root / "var/lib/dpkg" / name).touch()
        dpkg = ["dpkg", f"--root={root}", "--log=/dev/null", "--force-not-root", "--force-depends", "--force-bad-path"]
        done = call(*dpkg, "-i", str(self.packages["rbc"]))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("install ok installed", call("dpkg-query", f"--admindir={root}/var/lib/dpkg", "-s", "rbc").stdout)
        self.assertTrue((root / "usr/bin/rbc").exists())
        done = call(*dpkg, "-P", "rbc")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertFalse((root / "usr/bin").exists())

    def test_lintian_finds_no_error(self):
        done = call("lintian", *(["--allow-root"] if os.getuid() == 0 else []), *map(str, self.packages.values()))
        self.assertNotRegex(done.stdout, r"(?m)^E:")
        self.assertIn(done.returncode, (0, 2), done.stderr)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    ARGS, rest = parser.parse_known_args()
    unittest.main(argv=[sys.argv[0], *rest], verbosity=1)
