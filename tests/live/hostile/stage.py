"""The stage of the hostile tests: the values come from a real web server into the holes of one run, and each line is held against what arrived.

A position is a name, the line of the runbook that has `<v.body>` in its hole, and what must arrive there for a value; or why it may not."""
import json
import os
import pathlib
import re
import socketserver
import subprocess
import tempfile
import threading

from corpus import VALUES, is_text, shown

NUMBER = os.getpid()


def address(second):
    """A loopback address of this process's own; `second` is the room's."""
    return f"127.{second}.{NUMBER >> 8 & 255}.{NUMBER & 255 or 1}"


class Web(socketserver.ThreadingTCPServer):
    """Speaks as much HTTP as is needed. /value/N is the Nth value of the corpus; whatever else is asked for is kept byte for byte, and answered with `answer`."""
    allow_reuse_address = daemon_threads = True
    request_queue_size = 64

    def __init__(self, where, port=8080):
        super().__init__((where, port), Exchange)
        self.base = f"{where}:{port}"
        self.requests = []                   # (head, body), as they came
        self.answer = lambda head: (b"text/plain", b"ok")
        self.header = lambda head: b""       # lines that the answer has besides
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


class Exchange(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def handle(self):
        while True:
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                line = self.rfile.readline()
                if not line:
                    return
                head += line
            length = [line[15:] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
            body = self.rfile.read(int(length[0])) if length else b""
            target = head.split(b" ", 2)[1]
            if target.startswith(b"/value/"):
                kind, text = b"application/octet-stream", VALUES[int(target[7:])][1]
            else:
                self.server.requests.append((head, body))
                kind, text = self.server.answer(head)
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: " + kind + b"\r\nContent-Length: " + str(len(text)).encode() + b"\r\n" + self.server.header(head) + b"\r\n" + text)


HEAD = """\
http source
contact lead: Lead
{declarations}
env local
  source = http://{web}
  lead = log
{bindings}

check fine: Fine
  source> GET /health

runbook H-1: Hostile
  severity low
  goal fine
  escalation until acknowledged
    after 30m page lead
{inputs}
  step all: All of them
"""


class Stage:
    """A project in a folder of its own, and the runs in it."""

    def __init__(self, rbc, web, declarations="", bindings="", inputs=""):
        self.rbc, self.web = os.path.abspath(rbc), web
        self.head = HEAD.format(declarations=declarations, web=web.base, bindings=bindings, inputs=inputs)
        self.made = tempfile.TemporaryDirectory(prefix="rbc-hostile-")
        self.path = pathlib.Path(self.made.name)
        # Thousands of lines are journaled: in memory, where there is such a place.
        self.state = tempfile.TemporaryDirectory(prefix="rbc-hostile-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
        self.environment = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.made.cleanup()
        self.state.cleanup()

    def call(self, *words):
        return subprocess.run([self.rbc, *words], cwd=self.path, stdin=subprocess.DEVNULL, capture_output=True, timeout=120,
                              env={**os.environ, "XDG_STATE_HOME": self.state.name, **self.environment})

    def run(self, lines, *more):
        """A run of these lines; its events, and which line of the file each of `lines` is."""
        (self.path / "h.runbook").write_text(self.head + "\n".join(lines) + "\n")
        done = self.call("run", "H-1", "--env", "local", "--headless", "--json", *more)
        events = []
        for line in done.stdout.splitlines():
            try:
                events.append(json.loads(line))
            except ValueError as error:
                raise AssertionError(f"no JSON: {line[:300]!r}") from error
        if not events:
            raise AssertionError(done.stderr.decode(errors="replace")[-3000:])
        return done, events

    def feed(self, positions, before=None, *more):
        """Sends every value through every position; `before` has the lines that go before a position's. What each said in the end:
        {(position, value's number): why it was refused, or None}. What looks were answered stands in `answers`."""
        lines = [f"    for each n in [{', '.join(str(n) for n in range(len(VALUES)))}] tolerating all", "      v = source> GET /value/<n>"]
        first = self.head.count("\n") + 1
        at, fetch = {}, first + 1

        def add(line):
            lines.extend(f"      {line}".split("\n"))
            if line.startswith("do "):
                lines.extend(["      otherwise", "        > It was refused."])

        for name, line in positions:
            for other in (before or {}).get(name, []):
                add(other)
            at[first + len(lines)] = name
            add(line)
        self.done, self.events = self.run(lines, *more)
        said, failed, self.answers, n = {}, {}, {}, -1
        for event in self.events:
            name = at.get(event.get("line"))
            if event.get("line") == fetch and event["event"] == "look":
                n += 1
            elif name and event["event"] in ("look", "action_ended"):
                said[name, n] = event.get("missing")
                self.answers[name, n] = event.get("value")
            elif event["event"] == "failure":
                failed.setdefault(n, event["text"])
                if name:
                    said.setdefault((name, n), event["text"])
        assert n + 1 == len(VALUES), (n, self.events[-1], self.done.stderr[-2000:])
        # A failure before the line is one of the line.
        return {(name, n): said[name, n] if (name, n) in said else failed[n] for name, _ in positions for n in range(len(VALUES))}


# Controls but tabs and newlines, which `show` has, what turns a line around, what has no width, and separators of lines: none of it reaches a screen.
HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]")


def shows_itself(test, stage, lines):
    """Runs `lines` for every value that has something to hide, on the plain screen, as JSON, and afterwards as a timeline of both kinds. Answers what was said in JSON."""
    numbers = [n for n, (_, value) in enumerate(VALUES) if len(value) < 1000 and (not is_text(value) or HIDDEN.search(value.decode().replace("\n", "\r")))]
    test.assertGreater(len(numbers), 60)
    loop = [f"    for each n in [{', '.join(str(n) for n in numbers)}] tolerating all", "      v = source> GET /value/<n>", *(f"      {line}" for line in lines)]
    done, events = stage.run(loop)
    plain = stage.call("run", "H-1", "--env", "local", "--headless")
    screens = {"--json": done.stdout, "the plain screen": plain.stdout, "standard error": plain.stderr, "rbc show": stage.call("show", "last").stdout, "rbc show --json": stage.call("show", "last", "--json").stdout}
    for name, came in screens.items():
        with test.subTest(screen=name):
            found = HIDDEN.search(came.decode())        # which has to be UTF-8
            test.assertIsNone(found, found and came.decode()[max(0, found.start() - 200):found.end() + 60])
    for line in screens["rbc show --json"].splitlines():
        json.loads(line)
    test.assertGreater(len(plain.stdout), 1000, plain.stderr)
    print(f"shown: {len(numbers)} values × {len(lines)} lines on {len(screens)} screens", flush=True)
    return numbers, events


class Tally:
    """Holds what was sent against what arrived, row by row; says all that differ, and how many rows there were."""

    def __init__(self, what):
        self.what, self.came, self.refused, self.wrong = what, 0, 0, []

    def row(self, position, value, refusal, expected, got, may_refuse=True):
        """`got` is None if nothing arrived; a refused line must not arrive, and one that is not refused must arrive unchanged."""
        name, sent = value
        ok = got is None and bool(refusal) and may_refuse if refusal else got == expected
        if ok and refusal:
            self.refused += 1
        elif ok:
            self.came += 1
        else:
            came = "nothing" if got is None else shown(got) if isinstance(got, bytes) else str(got)[:300]
            self.wrong.append(f"{self.what}, {position}, value `{name}`: sent {shown(sent)}, got {came}{f', refused: {refusal[:200]}' if refusal else ''}")

    def end(self, test, least):
        print(f"{self.what}: {self.came} came back byte for byte, {self.refused} were refused, {len(self.wrong)} are wrong", flush=True)
        test.assertFalse(self.wrong, f"{len(self.wrong)} rows:\n" + "\n".join(self.wrong[:60]))
        test.assertGreaterEqual(self.came + self.refused, least)
