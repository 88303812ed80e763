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
wrong = [f"{e!r}: promtool {'takes' if t else 'refuses'} it, rbc {'takes' if o else 'refuses'} it" for e, t, o in zip(CORPUS, theirs, ours) if t != o]
print("\n".join(wrong))
print(f"{len(CORPUS)} expressions, {sum(theirs)} of them good, {len(wrong)} judged otherwise")
raise SystemExit(1 if wrong else 0)
