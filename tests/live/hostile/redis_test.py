#!/usr/bin/env python3
"""The corpus through every word of Redis' commands, on a real Redis: it holds each value byte for byte, or the line was refused. What it answers comes back as it is."""
import argparse
import sys
import unittest

from corpus import VALUES
from servers import Redis
from stage import Stage, Tally, Web, address, shows_itself

ARGS = None

# name, line, and where Redis then has the value: as the answer to a command
CHANGES = [
    ("value", "do cache> set value:<n> <v.body>", lambda n, v: ([b"GET", b"value:" + n], v)),
    ("key", "do cache> set <v.body> <n>", lambda n, v: ([b"GET", v], n)),
    ("in quotes", 'do cache> set quoted:<n> "a <v.body> b"', lambda n, v: ([b"GET", b"quoted:" + n], b"a " + v + b" b")),
    ("inside a key", "do cache> set inside:<n>:<v.body> <n>", lambda n, v: ([b"GET", b"inside:" + n + b":" + v], n)),
    ("field", "do cache> hset fields:<n> <v.body> <n>", lambda n, v: ([b"HGETALL", b"fields:" + n], [v, n])),
    ("value of a field", "do cache> hset hash:<n> f <v.body>", lambda n, v: ([b"HGETALL", b"hash:" + n], [b"f", v])),
    ("member", "do cache> sadd set:<n> <v.body>", lambda n, v: ([b"SMEMBERS", b"set:" + n], [v])),
    ("element", "do cache> rpush list:<n> <v.body>", lambda n, v: ([b"LRANGE", b"list:" + n, b"0", b"-1"], [v])),
    ("read and written again", "do cache> set copy:<n> <again>", lambda n, v: ([b"GET", b"copy:" + n], v)),
    ("after dashes", "do cache> rpush dashes:<n> -- <v.body>", lambda n, v: ([b"LRANGE", b"dashes:" + n, b"0", b"-1"], [b"--", v])),
]
LOOKS = [
    ("get a key", "cache> get <v.body>"),      # holds its number
    ("exists", "cache> exists <v.body>"),
    ("hget", "cache> hget fields:<n> <v.body>"),
]


class RedisWords(unittest.TestCase):
    def test_every_value_through_every_place(self):
        with Redis(address(67)) as server, Web(address(67)) as web, Stage(ARGS.rbc, web, "redis cache", f"  cache = {server.url}") as stage:
            server.ask(b"SET", b"", b"empty")
            said = stage.feed([(name, line) for name, line, _ in CHANGES] + LOOKS, {"read and written again": ["back = cache> get value:<n>", 'again = back.value else "none"']})
            tally = Tally("Redis")
            for n, value in enumerate(VALUES):
                sent, number = value[1], str(n).encode()
                for name, _, where in CHANGES:
                    question, expected = where(number, sent)
                    came = server.ask(*question)
                    begins = name not in ("in quotes", "inside a key") and sent.startswith(b"-")
                    refused = said[name, n]
                    if name == "read and written again" and said["value", n]:
                        expected = b"none"         # there was nothing to read
                    tally.row(name, value, refused, expected, came if came and not (refused and name == "key") else None, begins or not sent or b"\0" in sent)
                begins = sent.startswith(b"-") or b"\0" in sent
                for name, expected in {"get a key": str(n) if sent else "empty", "exists": True, "hget": str(n)}.items():
                    answer = stage.answers[name, n]
                    there = sent or name != "hget"
                    tally.row(name, value, said[name, n], expected if there else None, answer and answer["value"], begins)
            self.assertEqual(server.ask(b"GET", b"value:0"), b"plain", "nothing was flushed")
            tally.end(self, len(VALUES) * (len(CHANGES) + len(LOOKS)))

    def test_what_comes_back_is_made_visible(self):
        with Redis(address(67)) as server, Web(address(67)) as web, Stage(ARGS.rbc, web, "redis cache", f"  cache = {server.url}") as stage:
            for n, (_, value) in enumerate(VALUES):
                server.ask(b"SET", b"shown:%d" % n, value)
                server.ask(b"RPUSH", b"list:%d" % n, value, value)
            shows_itself(self, stage, ["x = cache> get shown:<n>", "show x", "y = x.value else \"none\"", "> It says <y>.", "cache> lrange list:<n> 0 -1", "cache> hget <v.body> x"])


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rbc", required=True)
    parser.add_argument("--witness")
    ARGS, rest = parser.parse_known_args()
    unittest.main(argv=[sys.argv[0], *rest])
