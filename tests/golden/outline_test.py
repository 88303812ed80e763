#!/usr/bin/env python3
"""Plan, graph and page of a runbook: goldens of RB-02, drawings in which nothing overlaps, pages on which nothing of the author's runs.

RBC_GOLDEN_WRITE=1 rewrites the goldens; review them."""
import argparse
import html.parser
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as tree

ARGS = None
HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SVG = "{http://www.w3.org/2000/svg}"

HEAD = """\
http     api: The service
postgres db
host     box
contact  lead: <b>Team & lead</b>
secret   key from env KEY

env local
  api  = http://127.7.7.7:9
  db   = postgres://me:<key>@127.7.7.7/x
  box  = localhost
  lead = log

env prod protected
  api  = http://127.7.7.8:9
  db   = postgres://me:<key>@127.7.7.8/y
  box  = localhost
  lead = log

check answers: The service answers
  api> GET /health

"""
META = "  severity low\n  goal answers\n  escalation until acknowledged\n    after 30m  page lead\n"

HOSTILE = [r'\<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "a & b < c > d ]]> --> ' \" `x` ```", "end]; n1 --> n2 %% \\", "| cell | $x$ [l](javascript:alert(1))"]


def nested(depth):
    lines, pad = [], "    "
    for i in range(depth):
        lines.append(f"{pad}when answers fails")
        pad += "  "
    return "\n".join(lines) + f"\n{pad}wait 1s\n"


def shapes():
    yield "one", "runbook G-1: One step\n" + META + "  step a: Look\n    check answers\n"
    yield "sixty", "runbook G-1: Sixty steps\n" + META + "".join(f"  step s{i}: Step number {i}\n    check answers\n    do api> POST /x{i}\n" for i in range(60))
    yield "deep", "runbook G-1: Deep\n" + META + "  step a: Deep\n" + nested(30)
    long = "A title that goes on and on, " * 12 + "W" * 300
    yield "long", f"runbook G-1: {long}\n" + META + f"  step a: {long}\n    check answers\n    [ ] {long}\n    tell lead: {long}\n"
    yield "cjk", "runbook G-1: 数据库没有响应，请检查连接池是否耗尽并且通知值班工程师立即处理这个问题\n" + META + "  step a: 检查数据库连接池是否已经耗尽，然后重新启动后端服务，最后通知所有人\n    [ ] 請先閱讀這一行文字再繼續進行下一個步驟否則資料可能會遺失而且無法復原\n"
    yield "rtl", "runbook G-1: قاعدة البيانات لا تستجيب\n" + META + "  step a: בדוק את מסד הנתונים לפני שאתה נוגע במשהו אחר כי אחרת הכול ילך לאיבוד\n    check answers\n"
    yield "markup", f"runbook G-1: {HOSTILE[0]}\n" + META + "".join(f"  step s{i}: {text}\n    > {text}\n    [ ] {text}\n" for i, text in enumerate(HOSTILE))
    yield "branches", "runbook G-1: Every construct\n" + META + """\
  input mode as one of quick, full = quick
  input go as bool = no
  step a: Branches
    when answers fails
      do api> POST /a
      otherwise
        poll until answers every 5s for 1m
        otherwise
          escalate to lead: No.
    otherwise when mode is full
      end resolved: Fine.
    otherwise
      wait 1s
    depending on mode
      quick
        wait 1s
      full
        end failed: Full.
    for each x in ["a", "b"]
      api> GET /x
    otherwise
      tell lead: One failed.
    retry 2 times every 1s
      do repeatable api> PUT /a
    otherwise
      tell lead: Not done.
    confirm = go: Go on?
    otherwise
      end aborted: No.
    caution: Everything is lost.
      do db> truncate t
    otherwise
      end aborted: Refused.
    do api> POST /lock
    before leaving
      do api> POST /unlock
    undo
      do api> POST /undone
    within 30s
      require answers
    otherwise
      wait 1s
    watch answers every 10s for 1m
    diagnose until goal every 5s for 1m
      cause one: The first
        symptom answers is red
        do api> POST /fix
      cause two: The second
        symptom answers is blind
        [ ] By hand
  otherwise
    escalate to lead: The step failed.
  afterwards
    [ ] Write it down
"""


def width(text, size, bold):
    """How wide text may get, told by its own rule: a bit less than the program reckons with, more than common faces take."""
    sum_ = 0.0
    for c in text:
        if ord(c) in range(0x300, 0x370) or ord(c) in range(0x591, 0x5BE) or ord(c) in range(0x64B, 0x660):
            continue
        if 0x1100 <= ord(c) <= 0x115F or 0x2E80 <= ord(c) <= 0xA4CF or 0xAC00 <= ord(c) <= 0xD7A3 or 0xFF00 <= ord(c) <= 0xFF60:
            sum_ += 1.0
        elif c in "ijl.,:;'|!I()[]/ ftr-":
            sum_ += 0.3
        elif c.isupper() or c in "mwMW@%":
            sum_ += 0.7 if c not in "mMW@%" else 0.9
        else:
            sum_ += 0.56
    return sum_ * size * (1.05 if bold else 1)


def cross(a, b):
    return a[0] < b[2] - 0.01 and b[0] < a[2] - 0.01 and a[1] < b[3] - 0.01 and b[1] < a[3] - 0.01


def luminance(colour):
    if len(colour) == 4:
        colour = "#" + "".join(2 * c for c in colour[1:])
    parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(a, b):
    x, y = sorted((luminance(a), luminance(b)), reverse=True)
    return (x + 0.05) / (y + 0.05)


class Inert(html.parser.HTMLParser):
    """Collects what would run or be fetched."""

    def __init__(self):
        super().__init__()
        self.bad, self.ids = [], []

    def handle_starttag(self, tag, attrs):
        if tag in ("script", "img", "iframe", "object", "embed", "link", "base", "form", "b"):
            self.bad.append(tag)
        for name, value in attrs:
            if name.startswith("on") or (name in ("src", "srcset")) or (name == "href" and value.split(":")[0].lower() in ("javascript", "data")):
                self.bad.append((tag, name, value))
            if name == "id":
                self.ids.append(value)


class Outline(unittest.TestCase):
    maxDiff = None

    def rbc(self, folder, *words):
        done = subprocess.run([ARGS.rbc, *words], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, env={**os.environ, "NO_COLOR": "1"})
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def said(self, folder, *words):
        code, out, err = self.rbc(folder, *words)
        self.assertEqual((code, err), (0, ""), words)
        return out

    def golden(self, name, text):
        # How long it can take has goldens of its own.
        text = re.sub(r"(?m)^Time\n(.+\n)+", "Time\n  …\n", text)
        text = re.sub(r"this can take [^\n]*", "this can take …", text)
        text = re.sub(r"(the first page leaves after|it ends within|somebody is paged after) [^.\n]*", r"\1 …", text)
        text = re.sub(r"\| [^|\n]* (minutes?|seconds?) \|(?=\n)", "| … |", text) if name == "index.md" else text
        path = HERE / "outline" / name
        if os.environ.get("RBC_GOLDEN_WRITE"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        self.assertEqual(path.read_text(), text, f"{name}: RBC_GOLDEN_WRITE=1 rewrites it")

    def runbooks(self):
        for folder in sorted({p.parent for p in (ROOT / "runbooks").rglob("*.runbook")} | {ROOT / "tests/lang"}):
            for path in sorted(folder.glob("*.runbook")):
                for id_ in re.findall(r"^runbook (\S+?):? ", path.read_text(), re.M):
                    if not id_.startswith("X-"):        # corners.runbook is parsed, never compiled
                        yield folder, id_

    def generated(self):
        for name, text in shapes():
            with tempfile.TemporaryDirectory(prefix="rbc-outline-") as folder:
                pathlib.Path(folder, "a.runbook").write_text(HEAD + text)
                yield name, folder

    def drawing(self, text, name):
        self.assertNotIn("<script", text)
        root = tree.fromstring(text)
        self.assertEqual(root.get("role"), "img")
        self.assertTrue(root.find(SVG + "title").text and root.find(SVG + "desc").text)
        page = float(root.get("width")), float(root.get("height"))
        boxes, texts = [], []
        for group in root.iter(SVG + "g"):
            shape = group.find(SVG + "rect")
            if shape is not None:
                x, y, w, h = (float(shape.get(k)) for k in ("x", "y", "width", "height"))
            else:
                x, y, w, h = map(float, group.find(SVG + "path").get("data-rect").split())
            box = (x, y, x + w, y + h)
            self.assertTrue(0 <= x and 0 <= y and box[2] <= page[0] and box[3] <= page[1], (name, box))
            boxes.append(box)
            for t in group.iter(SVG + "text"):
                size = 13 if " t " in f" {t.get('class')} " else 11.5
                tx, ty = float(t.get("x")), float(t.get("y"))
                self.assertLessEqual(tx + width(t.text or "", size, "step" in t.get("class")), box[2] - 2, (name, t.text))
                self.assertTrue(box[1] + size * 0.8 <= ty <= box[3] - 3, (name, t.text))
        for t in root.iter(SVG + "text"):
            size = {"h": 20, "s": 13, "t": 13}.get(t.get("class").split()[0], 11.5)
            texts.append((float(t.get("x")), float(t.get("y")) - size * 0.8, float(t.get("x")) + width(t.text or "", size, False) * 0.98, float(t.get("y")) + size * 0.2, t.text))
        for i, a in enumerate(boxes):
            for b in boxes[i + 1:]:
                self.assertFalse(cross(a, b), (name, a, b))
        texts.sort(key=lambda t: t[1])
        for i, a in enumerate(texts):
            for b in texts[i + 1:]:
                if b[1] > a[3]:
                    break
                self.assertFalse(cross(a, b), (name, a, b))
        for path in root.iter(SVG + "path"):
            if (path.get("class") or "").startswith("e"):
                self.assertRegex(path.get("d"), r"^M[\d.]+ [\d.]+([HV][\d.]+)+$")       # right angles only
        return len(boxes)

    def test_drawings_of_every_runbook(self):
        seen = 0
        for folder, id_ in self.runbooks():
            text = self.said(folder, "graph", id_)
            self.assertGreater(self.drawing(text, id_), 3)
            self.assertEqual(text, self.said(folder, "graph", id_))
            self.dot(self.said(folder, "graph", id_, "--format", "dot"), id_)
            seen += 1
        self.assertGreaterEqual(seen, 6)

    def test_drawings_of_odd_shapes(self):
        for name, folder in self.generated():
            with self.subTest(name):
                text = self.said(folder, "graph", "g-1")
                self.drawing(text, name)
                checked = subprocess.run(["xmllint", "--noout", "-"], input=text.encode(), capture_output=True)
                self.assertEqual((checked.returncode, checked.stderr), (0, b""))
                self.dot(self.said(folder, "graph", "g-1", "--format", "dot"), name)
                for line in self.said(folder, "graph", "g-1", "--format", "mermaid").splitlines():
                    quoted = re.findall(r'"([^"]*)"', line)
                    self.assertNotRegex(re.sub(r'"[^"]*"', "", line), r"[<`]", name)
                    for words in quoted:
                        self.assertNotRegex(words.replace("<br/>", ""), r"[<>`&\\]", name)
                json.loads(self.said(folder, "plan", "g-1", "--json"))
                plan = self.said(folder, "plan", "g-1", "--env", "prod")
                self.assertIn("<key>", plan.replace("me:<key>", "<key>") if "db>" in plan else "<key>")

    def dot(self, text, name):
        done = subprocess.run(["dot", "-Tcanon"], input=text.encode(), capture_output=True, timeout=60)
        self.assertEqual((done.returncode, done.stderr), (0, b""), name)

    def test_words_can_be_read_in_light_and_in_dark(self):
        text = self.said(ROOT / "runbooks/pivotal-flow", "graph", "rb-02")
        light = dict(re.findall(r"\.rbc-flow \.b\.(\w+) \{ fill: (#\w+)", text))
        dark = dict(re.findall(r"\.rbc-flow\.dark \.b\.(\w+) \{ fill: (#\w+)", text))
        self.assertEqual(sorted(light), sorted(dark))
        for fills, ink, small, step in ((light, "#1c2430", "#3a4555", "#fff"), (dark, "#e6ebf2", "#c3ccd9", "#121a26")):
            self.assertIn(ink, text)
            self.assertIn(small, text)
            for name, fill in fills.items():
                for colour in ((step,) if name == "step" else (ink, small)):
                    self.assertGreaterEqual(contrast(colour, fill), 4.5, (name, fill, colour))
        self.assertGreaterEqual(contrast("#4d5968", "#f4f6f9"), 4.5)
        self.assertGreaterEqual(contrast("#a9b5c5", "#1a212c"), 4.5)

    def test_goldens(self):
        folder = ROOT / "runbooks/pivotal-flow"
        self.golden("rb-02.plan.txt", self.said(folder, "plan", "rb-02", "--env", "prod"))
        self.golden("rb-02.mmd", self.said(folder, "graph", "rb-02", "--format", "mermaid"))
        with tempfile.TemporaryDirectory(prefix="rbc-outline-") as out:
            self.said(folder, "doc", "--output", out)
            self.golden("rb-02.md", pathlib.Path(out, "RB-02.md").read_text())
            self.golden("index.md", pathlib.Path(out, "index.md").read_text())

    def test_pages_are_inert(self):
        for name, folder in self.generated():
            with self.subTest(name):
                page = self.said(folder, "doc", "--format", "html")
                found = Inert()
                found.feed(page)
                self.assertEqual(found.bad, [])
                self.assertEqual(len(found.ids), len(set(found.ids)))
                for anchor in re.findall(r'href="#([^"]*)"', page):
                    self.assertIn(anchor, found.ids)
                self.assertNotRegex(page, r"(?i)url\((?!#)|@import")
                text = self.said(folder, "doc")
                self.assertNotRegex(text, r"(?<!\\)<(script|img)")
                if name == "markup":
                    self.assertIn("\\`\\`\\`", text)

    def test_a_plan_shows_no_secret_and_where_things_are(self):
        with tempfile.TemporaryDirectory(prefix="rbc-outline-") as folder:
            pathlib.Path(folder, "a.runbook").write_text(HEAD + "runbook G-1: One\n" + META + "  input n as int\n  step a: Look\n    db> select 1\n    do api> POST /x\n")
            os.environ["KEY"] = "hunter2-hunter2"
            for words in (["--env", "prod"], ["--env", "prod", "--json"], []):
                out = self.said(folder, "plan", "g-1", *words)
                self.assertNotIn("hunter2", out)
                self.assertIn("key", out if words else "key")
            out = self.said(folder, "plan", "g-1", "--env", "prod")
            self.assertIn("postgres://me:<key>@127.7.7.8/y", out)
            self.assertIn("the input `n` has no value", out)
            out = self.said(folder, "plan", "g-1", "--env", "prod", "--n", "5")
            self.assertNotIn("has no value", out)
            plan = json.loads(self.said(folder, "plan", "g-1", "--json"))
            self.assertEqual([i["name"] for i in plan["inputs"]], ["n"])
            self.assertEqual({r["name"]: r["changes"] for r in plan["reach"]}, {"api": 1, "db": 0, "lead": 0})
            self.assertEqual(plan["headless_refusals"], ["the input n has no value: give it with --input n=…"])
            code, _, err = self.rbc(folder, "plan", "g-1", "--n", "five")
            self.assertEqual((code, err), (2, "rbc: the input `n` is `int`, and `five` is not one.\n"))

    def test_mistakes(self):
        with tempfile.TemporaryDirectory(prefix="rbc-outline-") as folder:
            path = pathlib.Path(folder, "a.runbook")
            path.write_text(HEAD + "runbook G-1: One\n" + META + "  step a: Look\n    check answer\n")
            for words in (["plan", "g-1"], ["graph", "g-1"], ["doc"]):
                code, out, err = self.rbc(folder, *words)
                self.assertEqual((code, out), (2, ""), words)
                self.assertIn("E0201", err)
                self.assertIn("not compile", err)
            path.write_text(HEAD + "runbook G-1: One\n" + META + "  step a: Look\n    check answers\n")
            for words, says in ((["plan", "h-9"], "This project has G-1."), (["graph", "g-1", "--format", "swg"], "Did you mean `svg`?"),
                                (["doc", "--format", "htm"], "Did you mean `html`?"), (["plan", "g-1", "--env", "prd"], "Did you mean `prod`?")):
                code, out, err = self.rbc(folder, *words)
                self.assertEqual((code, out), (2, ""), words)
                self.assertIn(says, err)
            code, _, err = self.rbc(folder, "graph", "g-1", "-o", "missing/x.svg")
            self.assertEqual((code, err), (3, "rbc: missing/x.svg cannot be written.\n"))
            code, _, err = self.rbc(folder, "doc", "nowhere.runbook")
            self.assertEqual((code, err), (3, "rbc: cannot read nowhere.runbook: No such file or directory.\n"))
            self.assertEqual(self.said(folder, "doc", "g-1"), self.said(folder, "doc", "a.runbook"))
            code, _, err = self.rbc(folder, "doc", "h-9")
            self.assertEqual(code, 2)
            self.assertIn("This project has G-1.", err)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rbc", required=True)
    ARGS, rest = parser.parse_known_args()
    unittest.main(argv=[sys.argv[0], *rest])
