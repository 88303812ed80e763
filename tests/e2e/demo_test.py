"""RB-02 on a real estate with one real fault: it resolves, by ending or starting exactly what is behind the fault."""

import argparse
import json
import os
import shlex
import sys

from estate import Estate, pids

LONGEST = 150  # seconds


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rbc", required=True)
    parser.add_argument("--backend", required=True)
    parser.add_argument("--fault", required=True)
    parser.add_argument("--without-pg-stat-statements", action="store_true")
    parser.add_argument("--not-allowed", action="store_true")
    args = parser.parse_args()

    options = ["--idle-for", "2s", "--watch-for", "1s"]
    if args.without_pg_stat_statements:
        options.append("--without-pg-stat-statements")
    with Estate(args.backend, *options) as estate:
        heals(estate, args)


def heals(estate, args):
    rbc = [*shlex.split(os.environ.get("RBC_TEST_UNDER", "")), args.rbc]
    before = estate.state()
    broken = estate.break_it(args.fault, idle=3)
    assert broken["health"]["status"] == 500, broken

    allow = [] if args.not_allowed else ["--allow", "fix"]
    run = estate.run([*rbc, "run", "rb-02", "--env", "demo", "--headless", *allow], timeout=LONGEST)
    print(run.stdout)
    after = estate.state()
    connected = pids(after)

    if args.not_allowed:
        assert run.returncode == 10, f"exit code {run.returncode}, not 10 (escalated)"
        assert set(broken["culprits"]) <= connected, "a session was ended without permission"
        assert after["health"]["status"] == 500, after["health"]
        outcome = "escalated"
    else:
        assert run.returncode == 0, f"exit code {run.returncode}, not 0 (resolved)"
        left = set(broken["culprits"]) & connected
        assert not left, f"sessions behind the fault that live on: {left}"
        assert after["health"]["status"] == 200, after["health"]
        outcome = "resolved"
    ended = set(broken["innocent"]) - connected
    assert not ended, f"sessions that had no part in the fault, and were ended: {ended}"
    then, now = (s["services"]["postgres"]["pid"] for s in (before, after))
    if args.fault == "stopped":
        assert now and now != then, "postgres was not started"
    else:
        assert now == then, "postgres was restarted"

    # What is said at the end, and what history says, is the same.
    listed = estate.run([*rbc, "runs", "--json"])
    assert listed.returncode == 0, listed.stdout
    rows = json.loads(listed.stdout) if listed.stdout.lstrip().startswith("[") else [json.loads(r) for r in listed.stdout.splitlines()]
    assert len(rows) == 1 and rows[0].get("outcome") == outcome, listed.stdout
    shown = estate.run([*rbc, "show", str(rows[0].get("id") or rows[0]["run"])])
    print(shown.stdout)
    assert shown.returncode == 0 and outcome in shown.stdout, shown.stdout
    assert "\ufffd" not in shown.stdout + run.stdout, "bytes that are no text reach the screen"
    if args.without_pg_stat_statements:
        assert "pg_stat_statements" in run.stdout + shown.stdout, "the reason why the slowest queries are missing is not shown"

    said = run.stdout + listed.stdout + shown.stdout
    assert not any(p in said for p in after["passwords"]), "a password of the database was printed"
    for folder, _, files in os.walk(after["project"]):
        for name in files:
            with open(os.path.join(folder, name), "rb") as file:
                text = file.read()
            assert not any(p.encode() in text for p in after["passwords"]), f"a password of the database is in {name}"


if __name__ == "__main__":
    sys.exit(main())
