"""ShellCheck's findings stand at the right character, can be allowed and turned off, and its absence or its sleep hold nothing up."""
import argparse, json, os, shutil, subprocess, tempfile, time

parser = argparse.ArgumentParser()
parser.add_argument("--rbc", required=True)
RBC = os.path.abspath(parser.parse_args().rbc)
TEXT = """host box

check plain
  box$ ls $HOME

check far
  # äöü is longer than it looks
  box$ echo "äöü €" && cat $HOME/x

check on
  box$ df -h &&
    ls $HOME

check hole(name as text)
  box$ ls "<name>" <name> $HOME
"""


def run(folder, *arguments, **more):
    done = subprocess.run([RBC, "check", "--format", "json", *arguments, "s.runbook"], cwd=folder, capture_output=True, text=True, **more)
    return [d for d in json.loads(done.stdout)["diagnostics"]], done


def place(text, finding):
    start = finding.get("start") or finding
    line = text.split("\n")[start["line"] - 1]
    return start["line"], line, start


with tempfile.TemporaryDirectory() as folder:
    def write(text):
        with open(os.path.join(folder, "s.runbook"), "w", encoding="utf-8") as file:
            file.write(text)

    write(TEXT)
    found, _ = run(folder)
    codes = [d for d in found if d["code"] == "SC2086"]
    lines = [place(TEXT, d)[0] for d in codes]
    assert lines == [4, 8, 12, 15], found
    short = subprocess.run([RBC, "check", "--format", "short", "s.runbook"], cwd=folder, capture_output=True, text=True).stdout
    for line, text in ((4, "$HOME"), (8, "$HOME"), (12, "$HOME"), (15, "$HOME")):
        here = TEXT.split("\n")[line - 1]
        columns = {here.index(text) + 1, len(here[: here.index(text)].encode()) + 1}
        assert any(f":{line}:{c}" in short for c in columns), (line, columns, short)
    assert not [d for d in run(folder, "--no-shellcheck")[0] if d["code"].startswith("SC")]
    assert not [d for d in run(folder, "--level", "SC2086=off")[0] if d["code"].startswith("SC")]
    write(TEXT.replace("  box$ ls $HOME\n\ncheck far", "  # rbc: allow(SC2086, reason = \"one word\")\n  box$ ls $HOME\n\ncheck far"))
    assert len([d for d in run(folder)[0] if d["code"] == "SC2086"]) == 3
    write(TEXT)
    # Not there: no complaint. There, but asleep: ended in time, and said.
    empty = os.path.join(folder, "bin")
    os.mkdir(empty)
    none, done = run(folder, env={"PATH": empty, "HOME": folder})
    assert not [d for d in none if d["code"].startswith("SC")] and not done.stderr, done.stderr
    with open(os.path.join(empty, "shellcheck"), "w") as file:
        file.write(f"#!/bin/sh\nexec {shutil.which('sleep')} 60\n")
    os.chmod(os.path.join(empty, "shellcheck"), 0o755)
    begin = time.monotonic()
    late, done = run(folder, env={"PATH": empty, "HOME": folder})
    assert "ended after 5 seconds" in done.stderr and time.monotonic() - begin < 40, done.stderr
explained = subprocess.run([RBC, "explain", "sc2086"], capture_output=True, text=True)
assert explained.returncode == 0 and "shellcheck.net/wiki/SC2086" in explained.stdout
