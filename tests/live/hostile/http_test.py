#!/usr/bin/env python3
"""The corpus through every place of a request and of an address, against a web server that keeps what it was sent byte for byte: what arrives decodes to exactly the
value, and nothing else of the request is another; or nothing was sent at all."""
import argparse
import base64
import json
import os
import re
import sys
import unittest
import urllib.parse

from corpus import VALUES, is_text
from stage import Stage, Tally, Web, address, shows_itself

ARGS = None


def quoted(value):
    return urllib.parse.quote(value, safe="-._~").encode()


def field_value(value):
    """Whether a header can hold it and arrives as it is: no control but the tab, no blank at an end (RFC 9110, 5.5)."""
    return value == value.strip(b" \t") and not any(c < 0x20 and c != 9 or c == 0x7f for c in value)


# name, line, what the request line's target, the header X-V and the body are; for which values it may be refused
POSITIONS = [
    ("segment", "api> GET /segment/<n>/<v.body>/end", lambda n, v: (b"/segment/%d/%s/end" % (n, quoted(v)), None, b""), lambda v: v in (b"", b".", b"..") or len(v) > 200_000),
    ("in-segment", "api> GET /in-segment/<n>/a<v.body>b", lambda n, v: (b"/in-segment/%d/a%sb" % (n, quoted(v)), None, b""), lambda v: v in (b"", b".", b"..") or len(v) > 200_000),
    ("query", "api> GET /query/<n>/?a=1&q=<v.body>&z=2", lambda n, v: (b"/query/%d/?a=1&q=%s&z=2" % (n, quoted(v)), None, b""), lambda v: len(v) > 200_000),
    ("in-query", "api> GET /in-query/<n>/?q=a<v.body>b", lambda n, v: (b"/in-query/%d/?q=a%sb" % (n, quoted(v)), None, b""), lambda v: len(v) > 200_000),
    ("left-out", "api> GET /left-out/<n>/?a=<none?>&q=<v.body>&b=<none?>", lambda n, v: (b"/left-out/%d/?q=%s" % (n, quoted(v)), None, b""), lambda v: len(v) > 200_000),
    ("header", "api> GET /header/<n>/\n        X-V: <v.body>", lambda n, v: (b"/header/%d/" % n, v, b""), lambda v: not field_value(v) or len(v) > 500_000),
    ("in-header", "api> GET /in-header/<n>/\n        X-V: a <v.body> b", lambda n, v: (b"/in-header/%d/" % n, b"a " + v + b" b", b""), lambda v: not field_value(b"a" + v + b"b") or len(v) > 500_000),
    ("json", 'do api> POST /json/<n>/\n        Content-Type: application/json\n\n        {"v": <v.body>, "z": 1}', lambda n, v: (b"/json/%d/" % n, None, {"v": v, "z": 1}), lambda v: not v or not is_text(v)),
    ("in-json", 'do api> POST /in-json/<n>/\n        Content-Type: application/json\n\n        {"v": "a <v.body> b", "z": 1}', lambda n, v: (b"/in-json/%d/" % n, None, {"v": b"a " + v + b" b", "z": 1}), lambda v: not v or not is_text(v)),
    ("form", "do api> POST /form/<n>/\n        Content-Type: application/x-www-form-urlencoded\n\n        a=1&v=<v.body>&z=2", lambda n, v: (b"/form/%d/" % n, None, b"a=1&v=" + quoted(v) + b"&z=2"), lambda v: not v),
]

ENDING = b"-secret"          # too short a secret is refused
PLACES = {
    "inpath": "http://{web}/{kind}/{n}/<H-1.v{n}>", "inquery": "http://{web}/{kind}/{n}/?k=<H-1.v{n}>", "user": "http://<s{n}>:pw@{web}/{kind}/{n}", "password": "http://me:<s{n}>@{web}/{kind}/{n}",
    "token": "http://:<s{n}>@{web}/{kind}/{n}", "segment": "http://{web}/{kind}/{n}/<s{n}>", "pair": "http://{web}/{kind}/{n}/?k=<s{n}>&z=1",
}


class Http(unittest.TestCase):
    def setUp(self):
        self.web = Web(address(67))

    def tearDown(self):
        self.web.__exit__()

    def sent(self, head, body, target, field, expected):
        """What differs from the request that is meant; nothing if it is that one."""
        method = b"GET" if isinstance(expected, bytes) and not expected else b"POST"
        lines = [b"Host: " + self.web.base.encode(), b"User-Agent: rbc", b"Accept: */*", b"Accept-Encoding: "]
        if field is not None:
            lines.append(b"X-V: " + field if field else b"X-V:")
        if method == b"POST":
            lines += [b"Content-Length: %d" % len(body), b"Content-Type: " + (b"application/json" if isinstance(expected, dict) else b"application/x-www-form-urlencoded")]
        request, *came = head[:-4].split(b"\r\n")
        came = [b"Accept-Encoding: " if line.startswith(b"Accept-Encoding: ") else line for line in came]
        if request != method + b" " + target + b" HTTP/1.1":
            return f"the request line {request[:200]!r}"
        if sorted(came) != sorted(lines):
            return f"the headers {[line[:80] for line in came if line not in lines]!r} instead of {[line[:80] for line in lines if line not in came]!r}"
        if isinstance(expected, dict):
            try:
                return None if json.loads(body) == {**expected, "v": expected["v"].decode()} else f"the body {body[:200]!r}"
            except ValueError as error:
                return f"{error}: {body[:200]!r}"
        return None if body == expected else f"the body {body[:200]!r}"

    def test_every_value_through_every_place_of_a_request(self):
        with Stage(ARGS.rbc, self.web, "http api", f"  api = http://{self.web.base}", "  input none as text?") as stage:
            said = stage.feed([(name, line) for name, line, *_ in POSITIONS])
        came = {}
        for head, body in self.web.requests:
            tag = re.match(rb"[A-Z]+ /([a-z-]+)/(\d+)/", head)
            if not head.startswith(b"GET /health "):
                self.assertTrue(tag and (tag[1], tag[2]) not in came, head[:300])
                came[tag[1], tag[2]] = (head, body)
        tally = Tally("HTTP")
        for n, value in enumerate(VALUES):
            for name, _, expected, may_refuse in POSITIONS:
                arrived = came.get((name.encode(), str(n).encode()))
                wrong = arrived and self.sent(*arrived, *expected(n, value[1]))
                tally.row(name, value, said[name, n], "as it is", arrived and (wrong or "as it is"), b"\0" in value[1] or may_refuse(value[1]))
        tally.end(self, len(VALUES) * len(POSITIONS))

    def request_for(self, path):
        """The one request whose path begins so: its target and its headers."""
        found = [head[:-4].split(b"\r\n") for head, _ in self.web.requests if head.split(b" ")[1].startswith(path)]
        self.assertLessEqual(len(found), 1, path)
        return (found[0][0], dict(line.split(b": ", 1) for line in found[0][1:])) if found else (None, {})

    def test_every_argument_of_a_resource(self):
        declarations = "http part(name as text matching /(?s).*/)\nhttp pair(name as text matching /(?s).*/)"
        bindings = f"  part = http://{self.web.base}/part/<name>/\n  pair = http://{self.web.base}/pair/?k=<name>&z=1"
        positions = [("argument in a path", "part(w)> GET /<n>/x?q=1"), ("argument in a query", "pair(w)> GET /<n>/x")]
        with Stage(ARGS.rbc, self.web, declarations, bindings) as stage:
            said = stage.feed(positions, {"argument in a path": ["w = v.body as text matching /(?s).*/"]})
        targets = [head.split(b" ")[1] for head, _ in self.web.requests]
        tally = Tally("arguments of resources")
        for n, value in enumerate(VALUES):
            sent = value[1]
            meant = {"argument in a path": b"/part/%s/%d/x?q=1" % (quoted(sent), n), "argument in a query": b"/pair/%d/x?k=%s&z=1" % (n, quoted(sent))}
            for name, _ in positions:
                may_refuse = any(c in sent for c in b"\0\n\r\x1f") or not is_text(sent) or len(sent) > 200_000 or (name == "argument in a path" and sent in (b"", b".", b".."))
                came = [target for target in targets if b"/%d/x" % n in target and target.startswith(meant[name][:5])]
                tally.row(name, value, said[name, n], [meant[name]], came or None, may_refuse)
        tally.end(self, len(VALUES) * len(positions))

    def bound(self, values, tally):
        """A run with every one of these values in addresses, as an input and as a secret."""
        self.web.requests.clear()
        declarations, bindings, inputs, lines, flags, environment = [], [], [], [], [], {}
        for n, (_, sent) in values:
            inputs.append(f"  input v{n} as text")
            flags.append(b"--v%d=%s" % (n, sent))
            environment[f"S{n}"] = os.fsdecode(sent + ENDING)
            declarations.append(f"secret s{n} from env S{n}")
            for kind, where in PLACES.items():
                declarations.append(f"http {kind}{n}")
                bindings.append(f"  {kind}{n} = " + where.format(web=self.web.base, kind=kind, n=n))
                lines.append(f"    {kind}{n}> GET /x")
        with Stage(ARGS.rbc, self.web, "\n".join(declarations), "\n".join(bindings), "\n".join(inputs)) as stage:
            stage.environment = environment
            (stage.path / "h.runbook").write_text(stage.head + "\n".join(lines) + "\n")
            done = stage.call("run", "H-1", "--env", "local", "--headless", "--json", *flags)
        refused = done.stderr.decode(errors="replace") if done.returncode == 2 else None
        said = [json.loads(line).get("missing") for line in done.stdout.splitlines() if b'"event":"look"' in line and b"GET /x" in line]
        said = dict(zip(((kind, n) for n, _ in values for kind in PLACES), said))
        for n, value in values:
            sent, secret = value[1], value[1] + ENDING
            for kind in PLACES:
                request, headers = self.request_for(b"/%s/%d/" % (kind.encode(), n))
                basic = headers.get(b"Authorization", b"")
                got = request and (request, base64.b64decode(basic[6:]) if basic else b"")
                inside = quoted(sent) if kind.startswith("in") else quoted(secret)
                meant = b"/%s/%d/" % (kind.encode(), n) + {"inpath": inside + b"/x", "inquery": b"x?k=" + inside, "segment": inside + b"/x", "pair": b"x?k=" + inside + b"&z=1"}.get(kind, b"x")
                basic = {"user": secret + b":pw", "password": b"me:" + secret, "token": b":" + secret}.get(kind, b"")
                may_refuse = self.never_bound(sent) or len(sent) > 200_000 or (kind == "user" and b":" in secret)
                tally.row(f"{kind} of an address", value, refused or said[kind, n], (b"GET " + meant + b" HTTP/1.1", basic), got, may_refuse)

    @staticmethod
    def never_bound(sent):
        return any(c in sent for c in b"\n\r\x1f") or sent in (b"", b".", b"..")

    def test_every_input_and_secret_in_an_address(self):
        tally = Tally("addresses")
        # What comes as a word or in the environment holds no NUL and is shorter than 128 KiB.
        values = [(n, value) for n, value in enumerate(VALUES) if b"\0" not in value[1] and len(value[1]) < 100_000]
        self.bound([one for one in values if not self.never_bound(one[1][1])], tally)
        for one in values:
            if self.never_bound(one[1][1]):
                self.bound([one], tally)
                self.assertEqual(self.web.requests, [], "something was sent")
        tally.end(self, len(values) * len(PLACES))

    def test_what_comes_back_is_made_visible(self):
        self.web.answer = lambda head: (b"text/plain", VALUES[int(head.split(b" ")[1][6:])][1] if head.startswith(b"GET /back/") else b"ok")
        self.web.header = lambda head: b"X-Back: " + re.sub(rb"[\r\n\0]", b"", VALUES[int(head.split(b" ")[1][6:])][1]) + b"\r\n" if head.startswith(b"GET /back/") else b""
        with Stage(ARGS.rbc, self.web, "http api", f"  api = http://{self.web.base}") as stage:
            numbers, events = shows_itself(self, stage, ["x = api> GET /back/<n>", "show x", "show x.body", "> It says <x.body>.", 'show x.header("x-back")', "api> GET /other/<v.body>"])
        came = {int(event["text"][10:]): event["value"]["body"] for event in events if event["event"] == "look" and re.fullmatch("GET /back/[0-9]+", event["text"]) and "value" in event}
        for n in numbers:
            if is_text(VALUES[n][1]):
                self.assertEqual(came[n], VALUES[n][1].decode(), VALUES[n][0])


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rbc", required=True)
    parser.add_argument("--witness")
    ARGS, rest = parser.parse_known_args()
    unittest.main(argv=[sys.argv[0], *rest])
