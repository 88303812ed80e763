"""The demo's estate without rbc: each fault shows, is healed by hand, and nothing survives the estate's end."""

import argparse
import json
import os
import signal
import sys
import time

from estate import Estate, pids


def until(what, condition, within=15):
    end = time.monotonic() + within
    while not condition():
        assert time.monotonic() < end, f"{what}: not within {within}s"
        time.sleep(0.05)


def ps(estate, *words):
    done = estate.docker("ps", *words, "--format", "json", "postgres")
    assert done.returncode == 0, done.stdout
    return [json.loads(line) for line in done.stdout.splitlines()]


def exhausted(estate):
    broken = estate.break_it("exhausted", idle=1)
    assert broken["health"]["status"] == 500 and "connection slots" in broken["health"]["body"], broken
    assert len(broken["culprits"]) == 19 and len(broken["innocent"]) == 3, broken
    estate.psql("select pg_terminate_backend(pid) from pg_stat_activity where state = 'idle' and state_change < now() - interval '0.9s'")
    until("the service heals", lambda: estate.state()["health"]["status"] == 200)
    connected = pids(estate.state())
    assert not connected & set(broken["culprits"]) and set(broken["innocent"]) <= connected, (broken, connected)


def blocked(estate):
    broken = estate.break_it("blocked", idle=0)
    assert broken["health"]["status"] == 500 and "statement timeout" in broken["health"]["body"], broken
    (holder,) = broken["culprits"]
    roots = estate.psql(
        "select pid from pg_stat_activity where cardinality(pg_blocking_pids(pid)) = 0 and pid in "
        "(select unnest(pg_blocking_pids(w.pid)) from pg_stat_activity w where w.wait_event_type = 'Lock')")
    assert roots == str(holder), f"{roots} hold the lock, not {holder} alone"
    estate.psql(f"select pg_terminate_backend({holder})")
    until("the service heals", lambda: estate.state()["health"]["status"] == 200)
    assert set(broken["innocent"]) <= pids(estate.state())


def stopped(estate):
    assert [r["State"] for r in ps(estate)] == ["running"]
    broken = estate.break_it("stopped", idle=0)
    assert broken["health"]["status"] == 500, broken
    assert ps(estate) == [], "a stopped container is listed only with --all"
    (row,) = ps(estate, "-a")
    assert row["State"] == "exited" and row["Service"] == "postgres", row
    assert "shutting down" in estate.docker("logs", "--tail", "200", "postgres").stdout
    assert estate.docker("exec", "-T", "postgres", "true").returncode == 1
    assert estate.docker("up", "-d", "postgres").returncode == 0
    until("the service heals", lambda: estate.state()["health"]["status"] == 200)
    assert [r["State"] for r in ps(estate)] == ["running"]
    assert "shutting down" not in estate.docker("logs", "--since", "0s", "postgres").stdout


def stand_ins(estate):
    assert estate.docker("ps", "nobody").returncode == 1
    assert estate.docker("exec", "-T", "backend", "sh", "-c", "test -n \"$DATABASE_URL\" && exit 7").returncode == 7
    assert estate.run(["systemctl", "is-active", "redis"]).stdout == "active\n"
    assert estate.run(["systemctl", "is-active", "nobody"]).returncode == 3
    assert estate.run(["docker", "frobnicate"]).returncode == 1
    os.kill(estate.state()["services"]["redis"]["pid"], signal.SIGKILL)
    until("the death of redis is seen", lambda: estate.run(["systemctl", "is-active", "redis"]).stdout == "failed\n")
    assert estate.run(["systemctl", "restart", "redis"]).returncode == 0
    assert estate.run(["systemctl", "is-active", "redis"]).stdout == "active\n"


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:
            return stat.read().rpartition(")")[2].split()[0] not in ("Z", "X")
    except OSError:
        return False


def leaves_nothing(backend):
    """Two estates live side by side; one whose engine is killed outright takes its servers along."""
    with Estate(backend) as one, Estate(backend, "--without-pg-stat-statements") as other:
        here, there = one.state(), other.state()
        assert here["address"] != there["address"]
        os.kill(here["engine"], signal.SIGKILL)
        for service in here["services"].values():
            until("the end of a server", lambda pid=service["pid"]: not alive(pid))
        assert other.state()["health"]["status"] == 200


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--backend", required=True)
    args = parser.parse_args()
    with Estate(args.backend) as estate:
        for part in (exhausted, blocked, stopped, stand_ins):
            part(estate)
            print(f"{part.__name__}: as it should be")
        servers = [s["pid"] for s in estate.state()["services"].values()]
    assert not any(alive(pid) for pid in servers), "a server outlived its estate"
    leaves_nothing(args.backend)


if __name__ == "__main__":
    sys.exit(main())
