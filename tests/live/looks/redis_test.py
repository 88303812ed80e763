#!/usr/bin/env python3
"""Every command that compiler/effects/redis.def calls a look, with arguments that fit and with words behind them that might make it more, judged by `rbc check`; what
passes for a look is said to a real Redis that holds every type, and all that can be read of it is the same before and after."""
import argparse
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent.parent
sys.path.insert(0, str(ROOT / "tests/live/hostile"))
from servers import Redis  # noqa: E402

ARGS = None

# What follows a command's words; several ways are several lines. A look that is not here is said alone.
FITTING = {
    "echo": ["x"], "ping": ["", "x"], "info": ["", "memory", "everything"], "lolwut": ["", "version 5"],
    "get": ["s", "none"], "mget": ["s n none"], "getrange": ["s 0 3"], "substr": ["s 0 3"], "strlen": ["s"], "getbit": ["s 7"], "bitcount": ["s", "s 0 1"], "bitpos": ["s 1"], "bitfield_ro": ["s get u8 0"],
    "lcs": ["s n"], "exists": ["s l none"], "type": ["l"], "ttl": ["e"], "pttl": ["e"], "expiretime": ["e"], "pexpiretime": ["e"], "dump": ["z"], "scan": ["0", "0 match * count 100 type hash"], "keys": ["*"],
    "hget": ["h a"], "hmget": ["h a b"], "hgetall": ["h"], "hkeys": ["h"], "hvals": ["h"], "hlen": ["h"], "hexists": ["h a"], "hstrlen": ["h a"], "hscan": ["h 0"], "hrandfield": ["h", "h 2 withvalues"],
    "llen": ["l"], "lrange": ["l 0 -1"], "lindex": ["l 0"], "lpos": ["l b"],
    "scard": ["t"], "smembers": ["t"], "sismember": ["t a"], "smismember": ["t a b"], "srandmember": ["t", "t 2"], "sscan": ["t 0"], "sinter": ["t u"], "sintercard": ["2 t u"], "sunion": ["t u"], "sdiff": ["t u"],
    "zcard": ["z"], "zcount": ["z 0 9"], "zscore": ["z a"], "zmscore": ["z a b"], "zrange": ["z 0 -1 withscores"], "zrangebyscore": ["z 0 9"], "zrevrange": ["z 0 -1"], "zrevrangebyscore": ["z 9 0"],
    "zrangebylex": ["z - +"], "zrevrangebylex": ["z + -"], "zrank": ["z a"], "zrevrank": ["z a"], "zlexcount": ["z - +"], "zscan": ["z 0"], "zrandmember": ["z", "z 2 withscores"], "zinter": ["2 z y"],
    "zintercard": ["2 z y"], "zunion": ["2 z y"], "zdiff": ["2 z y"], "xlen": ["x"], "xrange": ["x - +"], "xrevrange": ["x + -"], "xread": ["count 2 streams x 0"], "xpending": ["x g", "x g - + 10"],
    "geodist": ["geo a b"], "geohash": ["geo a"], "geopos": ["geo a"], "geosearch": ["geo frommember a byradius 900 km"], "georadius_ro": ["geo 15 37 900 km"], "georadiusbymember_ro": ["geo a 900 km"],
    "sort_ro": ["l alpha"], "xinfo stream": ["x", "x full"], "xinfo groups": ["x"], "xinfo consumers": ["x g"], "object encoding": ["l"], "object freq": ["s"], "object idletime": ["s"], "object refcount": ["s"],
    "memory usage": ["h samples 0"], "config get": ["*", "maxmemory dir"], "latency history": ["command"], "latency graph": ["command"], "latency histogram": ["", "get"], "slowlog get": ["", "5"],
    "command info": ["get set"], "command docs": ["get"], "command list": ["filterby aclcat read"], "command getkeys": ["set k v", "mset a b c d"], "command getkeysandflags": ["set k v"],
    "pubsub channels": ["*"], "pubsub numsub": ["a"], "pubsub shardchannels": ["*"], "pubsub shardnumsub": ["a"], "script exists": ["0000"], "function list": ["", "withcode"],
    "cluster keyslot": ["s"], "cluster countkeysinslot": ["1"], "cluster getkeysinslot": ["1 5"], "cluster replicas": ["x"], "cluster slaves": ["x"], "cluster count-failure-reports": ["x"],
    "acl cat": ["", "read"], "acl getuser": ["default"], "acl log": ["", "1"], "acl genpass": ["", "64"], "acl dryrun": ["default get s", "default flushall"], "client list": ["", "type normal", "id 1"],
    "memory doctor": [""], "role": [""],
}
# What might make more of a look than it is.
BEHIND = ["reset", "RESET", "store dst", "set", "flush", "kill", "block 0", "dst", "withscores store dst", "del s", "replace", "0"]

FILLED = ["set s hello", "set n hallo", "set e soon px 86400000", "setbit bits 7 1", "rpush l c b a", "sadd t a b c", "sadd u b c d", "hset h a 1 b 2", "zadd z 1 a 2 b 3 c", "zadd y 1 b", "pfadd p a b c",
          "geoadd geo 13.361389 38.115556 a 15.087269 37.502669 b", "xadd x 1-1 f v", "xadd x 2-1 f v", "xgroup create x g 0", "xreadgroup group g one count 1 streams x >", "acl setuser guest on >guestpass +get ~*",
          "config set latency-monitor-threshold 1"]


def looks_of_the_table():
    text = (ROOT / "compiler/effects/redis.def").read_text(encoding="utf-8")
    found = [(name, "") for name in re.findall(r'RBC_LOOKS\("([^"]+)"\)', text)] + re.findall(r'RBC_REDIS\("([^"]+)", "([^"]*)", looks', text)
    return sorted({f"{name} {sub}".strip() for name, sub in found if name != "sentinel"})


class Connection:
    def __init__(self, where):
        self.socket = socket.create_connection((where, 6379), timeout=20)
        self.stream = self.socket.makefile("rb")

    def say(self, *words):
        words = [word if isinstance(word, bytes) else word.encode() for word in words]
        self.socket.sendall(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words))
        return self.read()

    def read(self):
        line = self.stream.readline()
        kind, rest = line[:1], line[1:-2]
        if kind == b"$":
            return None if rest == b"-1" else self.stream.read(int(rest) + 2)[:-2]
        if kind == b"*":
            return None if rest == b"-1" else [self.read() for _ in range(int(rest))]
        return int(rest) if kind == b":" else (b"ERR " + rest if kind == b"-" else rest)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stream.close()
        self.socket.close()


class Looks(unittest.TestCase):
    def state(self, watcher):
        """All that a server tells of what it holds and how it is set, without what it counts by itself: uses, times, traffic."""
        say = watcher.say
        # A dump of a stream holds when a consumer was last seen, which only XREADGROUP and its kind move.
        keys = sorted(say("keys", "*"))
        found = {"keys": {key: (say("dump", key), say("pexpiretime", key), say("object", "encoding", key), say("type", key)) for key in keys}, "size": say("dbsize")}
        for words in ("config get *", "acl list", "acl users", "function list withcode", "pubsub channels *", "slowlog len", "slowlog get 100", "lastsave", "role", "cluster info", "module list", "script exists " + self.script):
            found[words] = say(*words.split())
        found["acl log"] = len(say("acl", "log"))
        found["latency"] = [one[0] for one in say("latency", "latest")]
        found["databases"] = re.findall(rb"(?m)^db\d+:keys=\d+", say("info", "keyspace"))
        found["sessions"] = [re.sub(rb" (age|idle|qbuf\S*|argv-mem|multi-mem|rbs|rbp|obl|oll|omem|tot-mem|cmd|events|tot-\S+)=\S*", b"", one) for one in say("client", "list").splitlines()]
        return found

    def judged(self, lines):
        """Which of these `rbc check` takes for looks."""
        with tempfile.TemporaryDirectory(prefix="rbc-looks-") as folder:
            head = "redis cache\ncontact lead: Team lead\n\nrunbook L-1: Looks\n  severity low\n  goal up\n  escalation until acknowledged\n    after 5m page lead\n\n  check up\n    cache> ping\n\n  step all\n"
            pathlib.Path(folder, "looks.runbook").write_text(head + "".join(f"    cache> {line}\n" for line in lines))
            done = subprocess.run([ARGS.rbc, "check", "--format", "json", "--max-errors", "100000"], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        first = head.count("\n") + 1
        said = json.loads(done.stdout)
        said = said["diagnostics"] if isinstance(said, dict) else said
        refused = {}
        for one in said:
            if one["code"].startswith("E"):
                refused.setdefault(one["line"] - first, one["code"])
        self.assertFalse([code for line, code in refused.items() if line < 0], said[:3])
        return [line for n, line in enumerate(lines) if n not in refused], {lines[n]: code for n, code in refused.items()}

    def test_every_look_leaves_it_as_it_was(self):
        table = looks_of_the_table()
        self.assertGreater(len(table), 150)
        plain = [f"{look} {rest}".strip() for look in table for rest in FITTING.get(look, [""])]
        looks, refused = self.judged(plain)
        self.assertEqual(refused, {}, "what the table calls a look is none to the check")
        more, _ = self.judged([f"{line} {word}" for line in plain for word in BEHIND])
        number = os.getpid()
        with Redis(f"127.68.{number >> 8 & 255}.{number & 255 or 1}") as server, Connection(server.address) as watcher, Connection(server.address) as guest:
            for line in FILLED:
                self.assertFalse(str(watcher.say(*line.split())).startswith("b'ERR"), line)
            self.script = watcher.say("script", "load", "return 1").decode()
            watcher.say("function", "load", "#!lua name=lib\nredis.register_function{function_name='f', callback=function() return 1 end, flags={'no-writes'}}")
            # Something in each log, and then nothing new.
            guest.say("auth", "guest", "wrong")
            watcher.say("config", "set", "slowlog-log-slower-than", "0")
            watcher.say("eval", "local n = 0 for i = 1, 3000000 do n = n + i end return n", "0")
            watcher.say("config", "set", "slowlog-log-slower-than", "-1")
            watcher.say("config", "set", "latency-monitor-threshold", "0")
            before = self.state(watcher)
            self.assertGreater(before["acl log"], 0)
            self.assertGreater(before["slowlog len"], 0)
            self.assertTrue(before["latency"])
            answered = 0
            lines, many = looks + more, len(BEHIND)
            for n, line in enumerate(lines):
                answer = guest.say(*line.split())
                answered += not (isinstance(answer, bytes) and answer.startswith(b"ERR "))
                if n < len(looks) or n % many == 0 or n + 1 == len(lines):
                    after = self.state(watcher)
                    for what, was in before.items():
                        self.assertEqual(after[what], was, f"{what} is another after one of {lines[max(n - many + 1, 0):n + 1] if n >= len(looks) else [line]}")
            self.assertGreater(answered, len(table), "most of them answer")
            print(f"{len(table)} looks of the table, {len(looks)} lines that fit, {len(more)} more that pass for looks, {answered} answered")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rbc", required=True)
    ARGS, rest = parser.parse_known_args()
    ARGS.rbc = os.path.abspath(ARGS.rbc)
    unittest.main(argv=[sys.argv[0], *rest], verbosity=1)
