"""What rbc takes for PromQL, and what Prometheus' own promtool takes for it: they agree on every expression of a corpus."""
import argparse, json, os, subprocess, tempfile

FUNCTIONS = "abs ceil floor exp ln log2 log10 sqrt sgn sort sort_desc round absent timestamp day_of_month hour minute sin cos deg rad histogram_sum histogram_count".split()
RANGES = "rate irate increase delta idelta deriv changes resets avg_over_time min_over_time max_over_time sum_over_time count_over_time stddev_over_time stdvar_over_time last_over_time present_over_time absent_over_time".split()
AGGREGATIONS = "sum min max avg count stddev stdvar group".split()
CORPUS = ["up", "up == 1", "up{job=\"a\"} == 0", "{job=\"a\"}", "up offset 5m", "up offset -5m", "1 + 2", "2 ^ 3 ^ 2", "-up", "a and b", "a or vector(0)", "a unless on(x) b", "a * on(x) group_left(y) b",
          "a > bool 5", "time()", "pi()", "scalar(up)", "vector(1)", "clamp(up, 0, 1)", "clamp_max(up, 5)", "round(up, 0.5)", "label_replace(up, \"a\", \"$1\", \"b\", \"(.*)\")",
          "label_join(up, \"a\", \",\", \"b\", \"c\")", "histogram_quantile(0.9, sum by (le) (rate(x[5m])))", "quantile_over_time(0.9, x[5m])", "predict_linear(x[5m], 60)", "topk(5, up)", "bottomk(5, up)",
          "quantile(0.5, up)", "count_values(\"v\", up)", "max_over_time(rate(x[5m])[1h:1m])", "max_over_time(rate(x[5m])[1h:])", "sum without (a) (x)", "hour()", "year(up)", "histogram_fraction(0, 1, x)",
          # and what nobody takes
          "", "up{", "up}", "up{job=a}", "up{job==\"a\"}", "up{job=\"a\"", "rate(x)", "rate(x[5m]", "rate(x[5])", "rate(x[5min])", "rate()", "rate(x[5m], 2)", "abs(x[5m])", "abs()", "abs(1)", "abs(\"a\")",
          "sum(x[5m])", "sum()", "frobnicate(x)", "raet(x[5m])", "x[5m] + 1", "1 and 2", "x and 1", "x or 0", "scalar(1)", "vector(x)", "clamp(up, 0)", "clamp(up, 0, 1, 2)", "clamp(up, up, up)", "time(1)",
          "label_replace(up, \"a\")", "label_replace(up, a, b, c, d)", "histogram_quantile(x)", "histogram_quantile(rate(x[5m]), 0.9)", "quantile_over_time(x[5m], 0.9)", "predict_linear(x, 60)", "up +", "+", "up up",
          "(up", "up)", "rate(sum(x)[5m])", "up offset", "up offset x", "5m", "sum by a (x)", "by (a) sum(x)", "a == = b", "\"a\" + 1", "a > > b", "round(up, 1, 2)", "round(x[5m])", "absent(x[5m])", "absent_over_time(x)"]
# Modifiers, comments, raw texts, numbers, matching, and durations.
CORPUS += ["up @ 1609746000", "up @ start()", "up @ end()", "up @ -5", "up @ +1.5", "up @ 0x10", "up @ 1 offset 5m", "up offset 5m @ 1", "rate(x[5m] @ 1)", "rate(x[5m] offset 5m)", "up offset -5m", "max_over_time(up[1h:5m])",
           "max_over_time(up[1h:5m] @ end() offset 1m)", "max_over_time(up[1h:])", "max_over_time((up offset 5m)[1h:])", "max_over_time(up offset 5m[1h:5m])", "up @", "up @ start", "up @ foo()", "up @ 1 @ 2", "up offset 5m offset 1m",
           "up offset 0s", "sum(up) @ 1", "sum(up) offset 5m", "(up) offset 5m", "1 offset 5m", "up @ 1 [5m]", "up offset 5m [5m]", "rate(up @ 1 [5m])", "time() @ 1", "up @ x", "up offset - 5m", "up @ - 5",
           "up # a comment", "up #", "# up", "up{job=\"#\"}", "up{job=`a`}", "up{job=~`a\\.b`}", "up{job=`a\\`}", "label_replace(up, `a`, `$1`, `b`, `(.*)`)", "up{job=`a}", "up{job='a'}", "up{job='a\\'b'}", "up{job=\"a\\.b\"}",
           "up{job=~\"a\\\\.b\"}", "up{job=~\"a\\d\"}", "up{job=\"\\x41\\101\\u00e9\\n\"}", "up{job=\"\\x4\"}", "up{job=\"\\8\"}", "up{job=\"\\'\"}", "up{job='\\\"'}", "a atan2 b", "a ATAN2 on(x) b", "1 atan2 2", "a atan2", "atan2(a, b)",
           "0x1F", "0X1f + 1", "0x", "0x1g", "0x1.8", "0777", "08", "1e3", "1e", "1.", ".5", ".", "1.2.3", "Inf", "+Inf", "-inf", "NaN", "nan", "1_000",
           "1 == 1", "1 == bool 1", "a == bool b", "a + bool b", "a and bool b", "a == 1", "1 > time()", "1 > bool time()", "a * on(x) group_left b", "a * on(x) group_left() b", "a * on(x) group_right(y,) b", "a * on(x) group_left(x) b",
           "a * ignoring(x) group_left(x) b", "a and on(x) group_left b", "a or ignoring(x) group_right(y) b", "a * group_left b", "a * on() b", "1 + on(x) a", "a + on(x) 1", "a * on(x,) b", "a * on(x y) b", "a * on(a:b) b",
           "sum by (a,) (x)", "sum by () (x)", "sum by (a:b) (x)", "sum by (on, group_left) (x)", "sum(x) by (a)", "sum by (a) (x) by (b)", "sum(1, x)", "topk(x)", "topk(x, 5)", "topk(\"5\", x)", "topk(5, x[5m])", "topk(5, x, y)",
           "count_values(5, x)", "count_values(x)", "quantile(x)", "SUM(x)", "Sum By (a) (x)", "sum", "sum{a=\"b\"}", "by", "offset", "bool", "on", "group_left", "start", "end", "atan2", "start()", "inf_total", "nan_x",
           "{}", "{a=\"\"}", "{a=~\".*\"}", "{a=~\".+\"}", "{a!=\"\"}", "{a!=\"b\"}", "{a!~\".*\"}", "{a=\"\", b=\"c\"}", "{__name__=\"up\"}", "up{__name__=\"x\"}", "up{}", "up{a=\"b\",}", "up{,}", "up{a=\"b\" c=\"d\"}", "up{on=\"x\"}", "up{a:b=\"x\"}",
           "rate(x[1h30m])", "rate(x[30m1h])", "rate(x[1h1h])", "rate(x[0s])", "rate(x[0h5m])", "rate(x[1y2w3d4h5m6s7ms])", "rate(x[ 5m ])", "rate(x[5 m])", "rate(x[-5m])", "rate(x[5M])", "rate(x[1.5h])", "max_over_time(x[1h:0s])",
           "-up[5m]", "-\"a\"", "--up", "- - 1", "-2 ^ 2", "2 ^ -1", "+up", "!up", "up == up == up", "a < b < c", "a unless b or c and d", "1 % 0", "a % b", "a / on(x) group_left(y) b",
           "histogram_quantile(0.9, rate(x[5m]))", "histogram_avg(x)", "histogram_count(rate(x[5m]))", "histogram_sum(x) / histogram_count(x)", "histogram_fraction(0, 0.2, rate(x[1h]))", "{a=\"b\"}[5m]", "\"a\"", "up;", "up\\", "é", "up{é=\"x\"}"]
# Newer than the promtool of the machine may be: taken, as servers of today know them.
NEWER = {"histogram_avg(x)"}
# A rule may answer a range or a text; a look wants numbers of now.
NO_NUMBERS = {"{a=\"b\"}[5m]", "\"a\""}
CORPUS += [f"{f}(x)" for f in FUNCTIONS + AGGREGATIONS] + [f"{f}(x[5m])" for f in RANGES] + [f"{f}(x)" for f in RANGES] + [f"{f}(x[5m])" for f in FUNCTIONS] + [f"{f} by (a) (x)" for f in AGGREGATIONS]


def promtool(expressions, folder):
    """One process for all; it says `Checking FILE`, then SUCCESS or FAILED."""
    paths = [os.path.join(folder, f"rules-{i}.yml") for i in range(len(expressions))]
    for path, expression in zip(paths, expressions):
        with open(path, "w") as file:
            json.dump({"groups": [{"name": "g", "rules": [{"record": "r", "expr": expression}]}]}, file)
    said = subprocess.run(["promtool", "check", "rules", *paths], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout
    parts = said.split("Checking ")[1:]
    assert len(parts) == len(paths), said[:2000]
    return ["SUCCESS" in part for part in parts]


def rbc(binary, expressions, folder):
    path = os.path.join(folder, "p.runbook")
    lines = ["prometheus prom", ""]
    where = {}
    for i, expression in enumerate(expressions):
        where[len(lines) + 2] = i
        lines += [f"check c{i}", f"  prom> {expression}", ""]
    with open(path, "w") as file:
        file.write("\n".join(lines))
    done = subprocess.run([binary, "check", "--no-shellcheck", "--format", "json", path], capture_output=True, text=True, cwd=folder)
    taken = [True] * len(expressions)
    for one in json.loads(done.stdout)["diagnostics"]:
        line = one.get("line") or one["start"]["line"]
        if one["code"].startswith("E") and line in where:
            taken[where[line]] = False
    return taken


parser = argparse.ArgumentParser()
parser.add_argument("--rbc", required=True)
binary = os.path.abspath(parser.parse_args().rbc)
assert len(CORPUS) >= 150, len(CORPUS)
with tempfile.TemporaryDirectory() as folder:
    theirs, ours = promtool(CORPUS, folder), rbc(binary, CORPUS, folder)
wrong = [f"{e!r}: promtool {'takes' if t else 'refuses'} it, rbc {'takes' if o else 'refuses'} it" for e, t, o in zip(CORPUS, theirs, ours) if t != o and e not in NEWER | NO_NUMBERS]
print("\n".join(wrong))
print(f"{len(CORPUS)} expressions, {sum(theirs)} of them good, {len(wrong)} judged otherwise")
raise SystemExit(1 if wrong else 0)
