#!/usr/bin/env python3
"""Runs grammar/grammar.peg as written, slowly: a small PEG interpreter with the four layout primitives and the cut.
A second opinion beside the parser; scripts/differential compares the two."""
import re, sys

MSG = {
 'E0101': 'this line begins no declaration',
 'E0102': 'a runbook has no line that begins like this',
 'E0103': "a rung begins with `after`, `every` or `when`",
 'E0104': 'a check looks and judges: a prompt such as `db>`, a `name =`, or a rule `red if`, `amber if`, `blind if`',
 'E0105': 'this line does not say what to do',
 'E0106': 'a test line begins with run, given, at, operator, acknowledge or expect',
 'E0107': 'an answer is one of: status, body, row, value, prints, exits, refuses, takes, no answer',
 'E0108': 'this word begins a line or joins an expression; call it something else',
 'E0109': 'this line does not belong here',
 'E0114': 'no blank before a field: `x.y`',
 'E0205': '`otherwise` answers a failure, and the line above cannot fail',
 'E0402': 'a check may only look',
 'E0115': '`do` comes first: `do within 5m ...`',
 'E0116': 'a length of time is not negative',
 'E0705': 'this line belongs to the utterance above it, yet begins like a line of its own: indent it less',
 'E0111': '`and` and `or` side by side need parentheses',
 'E0112': 'one comparison at a time: write `a < b and b < c`',
 'E0113': 'equality is spelled `is`',
 'E0120': 'this line is indented, but the line above it opens no block',
 'E0121': 'this indentation matches no block around it',
 'E0122': 'a tab in the indentation',
}
class Err(Exception):
    def __init__(s, code, pos, expected=()): s.code, s.pos, s.expected = code, pos, expected

# ---- read the grammar ----
TOK = re.compile(r'''\s+|\#[^\n]*|(?P<arrow><-)|(?P<kw>'[^']*')|(?P<sym>"[^"]*")|(?P<raw>`(?:\\n|\\|[^`])*`)|(?P<cls>\[(?:\\.|[^\]])*\])|(?P<err>@E\d+)|(?P<id>[A-Za-z_][A-Za-z0-9_]*)|(?P<op>[()/?*+&!^.])''')
def load(path, starts_at=('File',)):
    s = open(path).read(); i = 0; toks = []
    while i < len(s):
        m = TOK.match(s, i)
        if not m: raise SystemExit(f'grammar: bad char at {s[i:i+20]!r}')
        if m.lastgroup: toks.append((m.lastgroup, m.group()))
        i = m.end()
    rules, labels, order = {}, {}, []
    p = 0
    def starts(k): # rule head at k?
        if toks[k][0] != 'id': return 0
        if k+1 < len(toks) and toks[k+1][0] == 'arrow': return 2
        if k+2 < len(toks) and toks[k+1][0] == 'sym' and toks[k+2][0] == 'arrow': return 3
        return 0
    def choice():
        nonlocal p
        alts = [seq()]
        while p < len(toks) and toks[p] == ('op','/'):
            p += 1; alts.append(seq())
        return alts[0] if len(alts) == 1 else ('alt', alts)
    def seq():
        nonlocal p
        out = []
        while p < len(toks):
            t = toks[p]
            if t in (('op','/'),('op',')')) or starts(p): break
            out.append(item())
        return out[0] if len(out) == 1 else ('seq', out)
    def item():
        nonlocal p
        k, v = toks[p]
        if (k, v) in (('op','&'),('op','!')):
            p += 1; return ('and' if v == '&' else 'not', item())
        if (k, v) == ('op','^'): p += 1; return ('cut',)
        if (k, v) == ('op','('):
            p += 1; e = choice(); assert toks[p] == ('op',')'), toks[p-3:p+3]; p += 1
        elif (k, v) == ('op','.'): p += 1; e = ('cls', re.compile(r'[\s\S]'), '.')
        elif k == 'kw': p += 1; e = ('kw', v[1:-1])
        elif k == 'sym': p += 1; e = ('sym', v[1:-1])
        elif k == 'raw': p += 1; e = ('raw', v[1:-1].replace('\\n','\n'))
        elif k == 'cls': p += 1; e = ('cls', re.compile(v), v)
        elif k == 'err': p += 1; e = ('err', v[1:])
        elif k == 'id': p += 1; e = ('ref', v)
        else: raise SystemExit(f'grammar: unexpected {toks[p]}')
        while p < len(toks) and toks[p][0] == 'op' and toks[p][1] in '?*+':
            e = ({'?':'opt','*':'star','+':'plus'}[toks[p][1]], e); p += 1
        return e
    while p < len(toks):
        n = starts(p); assert n, toks[p:p+4]
        name = toks[p][1]
        if n == 3: labels[name] = toks[p+1][1][1:-1]
        p += n
        rules[name] = choice(); order.append(name)
    def refs(e):
        if e[0] == 'ref': yield e[1]
        for x in e[1:]:
            if isinstance(x, tuple): yield from refs(x)
            if isinstance(x, list):
                for y in x: yield from refs(y)
    prim = {'INDENT','ALIGN','DEDENT','DEEPER','EOF'}
    used = set(starts_at)
    for n in order:
        for r in refs(rules[n]):
            assert r in rules or r in prim, f'undefined {r} in {n}'
            used.add(r)
    un = [n for n in order if n not in used]
    assert not un, f'unused rules {un}'
    return rules, labels, order

IDC = re.compile(r'[A-Za-z0-9_]|-[A-Za-z0-9_]')
class Parser:
    def __init__(s, rules, labels, text):
        s.r, s.l, s.t = rules, labels, text
        s.stack = [0]; s.far = 0; s.exp = set(); s.quiet = 0; s.nodes = []; s.depth = 0
    def want(s, i, what):
        if s.quiet: return
        if i > s.far: s.far, s.exp = i, set()
        if i == s.far: s.exp.add(what)
    def col(s, i, text_from=None):  # text_from: a line deeper than that is embedded text, and may go on with a tab
        j = i
        while j < len(s.t) and s.t[j] == ' ': j += 1
        if j < len(s.t) and s.t[j] == '\t' and not (text_from is not None and j - i > text_from): raise Err('E0122', j)
        return (None if j >= len(s.t) else j - i), j
    def prim(s, n, i):
        if n == 'EOF': return i if i >= len(s.t) else None
        bol = i == 0 or s.t[i-1] == '\n'
        if not bol and i < len(s.t): return None
        top = s.stack[-1]
        c, j = s.col(i, top if n == 'DEEPER' else None)
        if n == 'INDENT':
            if c is not None and c > top: s.stack.append(c); return j
            s.want(j, 'an indented block'); return None
        if n == 'ALIGN': return j if c == top and c is not None else None
        if n == 'DEEPER': return j if c is not None and c > top else None
        if n == 'DEDENT':
            if c is not None:
                if c > top: raise Err('E0120', j)
                if c == top:
                    if len(s.stack) > 1 or j < len(s.t): raise Err('E0100', s.far, s.exp)
                if c not in s.stack: raise Err('E0121', j)
            if len(s.stack) > 1: s.stack.pop()
            return i
    def m(s, e, i):
        k = e[0]
        if k == 'ref':
            n = e[1]
            if n in s.r: return s.rule(n, i)
            return s.prim(n, i)
        if k == 'kw':
            w = e[1]
            if s.t.startswith(w, i) and not IDC.match(s.t, i+len(w)):
                i += len(w)
                while i < len(s.t) and s.t[i] == ' ': i += 1
                return i
            s.want(i, f'`{w}`'); return None
        if k == 'sym':
            w = e[1]
            if s.t.startswith(w, i):
                i += len(w)
                while i < len(s.t) and s.t[i] == ' ': i += 1
                return i
            s.want(i, f'`{w}`'); return None
        if k == 'raw':
            return i+len(e[1]) if s.t.startswith(e[1], i) else None
        if k == 'cls':
            return i+1 if i < len(s.t) and e[1].match(s.t[i]) else None
        if k == 'seq':
            depth, mark = len(s.stack), len(s.nodes); cut = False
            for x in e[1]:
                if x[0] == 'cut': cut = True; continue
                j = s.m(x, i)
                if j is None:
                    if cut: raise Err('E0100', max(s.far, i), s.exp if s.far >= i else ())
                    del s.stack[depth:]; del s.nodes[mark:]
                    return None
                i = j
            return i
        if k == 'alt':
            for x in e[1]:
                j = s.m(x, i)
                if j is not None: return j
            return None
        if k == 'opt':
            j = s.m(e[1], i); return i if j is None else j
        if k in ('star','plus'):
            n = 0
            while True:
                j = s.m(e[1], i)
                if j is None or j == i: break
                i = j; n += 1
            return i if n or k == 'star' else None
        if k in ('and','not'):
            depth, mark = len(s.stack), len(s.nodes); s.quiet += 1
            try: j = s.m(e[1], i)
            finally: s.quiet -= 1
            del s.stack[depth:]; del s.nodes[mark:]
            return i if (j is not None) == (k == 'and') else None
        if k == 'err': raise Err(e[1], i, s.exp if s.far > i else ())
        raise AssertionError(e)
    def rule(s, n, i):
        lab = s.l.get(n)
        mark = len(s.nodes)
        if lab: s.quiet += 1
        try:
            s.nodes.append((n, i, None, s.depth)); s.depth += 1
            j = s.m(s.r[n], i)
        finally:
            s.depth -= 1
            if lab: s.quiet -= 1
        if j is None:
            del s.nodes[mark:]
            if lab: s.want(i, lab)
            return None
        s.nodes[mark] = (n, i, j, s.depth)
        return j
def parse(g, text, start='File'):
    text = re.sub(r'(?m)^[ \t]+$', lambda m: ' ' * len(m.group()), text)  # a line of blanks and tabs is blank
    p = Parser(g[0], g[1], text)
    j = p.rule(start, 0)
    if j is None or j < len(text): raise Err('E0100', p.far, p.exp)
    return p.nodes
def tree(nodes):
    root = None; st = []
    for n, i, j, d in nodes:
        nd = [n, i, j, []]
        del st[d:]
        if st: st[-1][3].append(nd)
        else: root = nd
        st.append(nd)
    return root
def report(path, text, e):
    ln = text.count('\n', 0, e.pos) + 1; bol = text.rfind('\n', 0, e.pos) + 1
    eol = text.find('\n', e.pos); line = text[bol: eol if eol >= 0 else len(text)]
    msg = MSG.get(e.code, 'expected ' + ', '.join(sorted(e.expected)))
    return f'{e.code} {path}:{ln}:{e.pos-bol+1}: {msg}\n  {line}\n  {" "*(e.pos-bol)}^'
if __name__ == '__main__':
    # usage: peg.py FILE...   parses each file with grammar/grammar.peg (or $GRAMMAR)
    import os
    sys.setrecursionlimit(20000)
    here = os.path.dirname(os.path.abspath(__file__))
    g = load(os.environ.get('GRAMMAR', os.path.join(here, '../grammar/grammar.peg'))); bad = 0
    for f in sys.argv[1:]:
        t = open(f).read()
        try: n = parse(g, t); print(f'ok   {f}: {len(t.splitlines())} lines, {len(n)} nodes')
        except Err as e: bad = 1; print(report(f, t, e))
    sys.exit(bad)
