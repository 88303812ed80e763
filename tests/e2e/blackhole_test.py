#!/usr/bin/env python3
"""With twenty databases that swallow every packet, a page due at t leaves by t + 100 ms."""
import argparse
import http.server
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

ARGS = None
HOLES = 20
DUE = 2.0


def black_hole():
    """A listener whose accept backlog is full: connecting to it hangs."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    fillers = []
    for _ in range(4):
        filler = socket.socket()
        filler.setblocking(False)
        try:
            filler.connect(listener.getsockname())
        except BlockingIOError:
            pass
        fillers.append(filler)
    return listener, fillers


class BlackHoles(unittest.TestCase):
    def test_the_page_leaves_in_time(self):
        arrived = []

        class Pager(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                arrived.append(time.time())
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *words):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pager)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        holes = [black_hole() for _ in range(HOLES)]
        names = [f"db{i}" for i in range(HOLES)]
        lines = [f"postgres {name}" for name in names] + ["contact lead: Team lead", "", "env local"]
        lines += [f"  {name} = postgres://nobody@127.0.0.1:{listener.getsockname()[1]}/none" for name, (listener, _) in zip(names, holes)]
        lines += [f"  lead = webhook http://127.0.0.1:{server.server_address[1]}/page", "", "runbook B-1: Twenty that do not answer", "  severity low",
                  "  goal     " + ", ".join("up-" + name for name in names), "  escalation until acknowledged", f"    after {int(DUE)}s page lead: Nobody answers."]
        lines.append("  step look: Look at all of them")
        for name in names:
            lines += [f"    check up-{name}: {name} answers", f"      within 5s {name}> select 1"]
        with tempfile.TemporaryDirectory(prefix="rbc-hole-") as folder:
            (pathlib.Path(folder) / "b.runbook").write_text("\n".join(lines) + "\n")
            done = subprocess.run([ARGS.rbc, "run", "b-1", "--env", "local", "--headless"], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                  timeout=120)
            listed = subprocess.run([ARGS.rbc, "runs", "--json"], cwd=folder, capture_output=True, text=True, timeout=20).stdout
        server.shutdown()
        self.assertTrue(arrived, done.stdout + done.stderr)
        started = json.loads(listed.splitlines()[0])["started"]
        self.assertIn("T", started)
        whole, _, part = started.rstrip("Z").partition(".")
        zero = time.mktime(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")) - time.timezone + float("0." + (part or "0"))
        late = arrived[0] - (zero + DUE)
        self.assertGreaterEqual(late, -0.01, "paged before it was due")
        self.assertLessEqual(late, 0.1, f"the page left {late * 1000:.0f} ms late")


def main():
    global ARGS
    parser = argparse.ArgumentParser()
    parser.add_argument("--rbc", required=True)
    ARGS, rest = parser.parse_known_args()
    unittest.main(argv=[sys.argv[0], *rest], verbosity=2)


os.environ["TZ"] = "UTC"
time.tzset()
main()
