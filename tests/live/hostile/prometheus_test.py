#!/usr/bin/env python3
"""The corpus as values of labels on a real Prometheus: each query finds exactly the one series that carries the value, however the label is quoted; numbers and lengths
of time are what they were."""
import argparse
import sys
import unittest

from corpus import VALUES, is_text
from servers import Prometheus
from stage import Stage, Tally, Web, address, shows_itself

ARGS = None


def exposed():
    """What an exporter says: a series for every value that is text, with the value in its label."""
    lines = [b"# TYPE hostile gauge"]
    for n, (_, value) in enumerate(VALUES):
        if is_text(value):
            escaped = value.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n")
            lines.append(b'hostile{n="%d",v="%s",w="a%sb"} %d' % (n, escaped, escaped, n))
    return b"\n".join(lines) + b"\n"


# name, query; "one": finds exactly its series, "other": of two the one that has another value
POSITIONS = [
    ("is", 'prom> count by (n) (hostile{v="<v.body>"})', "one"),
    ("is, single quotes", "prom> count by (n) (hostile{v='<v.body>'})", "one"),
    ("is, inside a text", 'prom> count by (n) (hostile{w="a<v.body>b"})', "one"),
    ("is not", 'prom> count by (n) (hostile{n=~"0|<n>",v!="<v.body>"})', "other"),
    ("matches", 'prom> count by (n) (hostile{v=~"<v.body>"})', "one"),
    ("matches, single quotes", "prom> count by (n) (hostile{v=~'<v.body>'})", "one"),
    ("matches, inside a pattern", 'prom> count by (n) (hostile{w=~"[a]<v.body>(b|c)"})', "one"),
    ("matches no", 'prom> count by (n) (hostile{n=~"0|<n>",v!~"<v.body>"})', "other"),
]


class Prom(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.web = Web(address(67))
        cls.web.answer = lambda head: (b"text/plain; version=0.0.4", exposed())
        cls.server = Prometheus(address(67), cls.web.base)

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()
        cls.web.__exit__()

    def stage(self):
        return Stage(ARGS.rbc, self.web, "prometheus prom", f"  prom = {self.server.url}")

    def test_every_value_finds_its_series(self):
        with self.stage() as stage:
            said = stage.feed([(name, line) for name, line, _ in POSITIONS])
        tally = Tally("Prometheus")
        for n, value in enumerate(VALUES):
            for name, _, finds in POSITIONS:
                answer = stage.answers.get((name, n))
                found = None if answer is None else {sample["labels"]["n"] for sample in answer["samples"]}
                tally.row(name, value, said[name, n], {str(n)} if finds == "one" else {"0"} - {str(n)}, found, b"\0" in value[1] or not is_text(value[1]))
        tally.end(self, len(VALUES) * len(POSITIONS))

    def test_numbers_and_lengths_of_time_are_what_they_were(self):
        # the value, a query, what Prometheus works out
        tried = [("3", "vector(<x> ^ 2)", 9), ("-3", "vector(<x> ^ 2)", 9), ("-3", "vector(1 -<x>)", 4), ("-0.5", "vector(2 * <x>)", -1), ("9007199254740991", "vector(<x>)", 9007199254740991), ("0.1", "vector(<x>)", 0.1),
                 ("-9223372036854775807", "vector(<x>)", -9223372036854775807.0), ("1h30m", "count(count_over_time(up[<x>]))", 1), ("500ms", "count(up offset <x>)", 1), ("-1s", "count(up offset <x>)", None), ("2", "count(topk(<x>, hostile))", 2)]
        lines = []
        for i, (written, query, _) in enumerate(tried):
            lines += [f"    x{i} = {written}", f"    prom> {query.replace('<x>', f'<x{i}>')}"]
        with self.stage() as stage:
            done, events = stage.run(lines)
        came = [event["value"]["value"] if "value" in event else None for event in events if event["event"] == "look" and "GET" not in event["text"]]
        self.assertEqual(len(came), len(tried), done.stderr)
        for (written, query, expected), got in zip(tried, came):
            with self.subTest(value=written, query=query):
                self.assertEqual(got, expected)

    def test_what_comes_back_is_made_visible(self):
        with self.stage() as stage:
            shows_itself(self, stage, ['x = prom> hostile{n="<n>"}', "show x", "show x.samples", "> It says <x.samples>.", 'prom> hostile{n="<n>"}', 'prom> label_replace(up, "x", "<v.body>", "job", "(")'])


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rbc", required=True)
    parser.add_argument("--witness")
    ARGS, rest = parser.parse_known_args()
    unittest.main(argv=[sys.argv[0], *rest])
