"""The values that would like to be something else: one corpus for every counterpart. A row is a name and the bytes."""

MIB = 1 << 20

C0 = [(f"control {c:02x}", b"a" + bytes([c]) + b"b") for c in range(1, 0x20)]
C1 = [(f"control u+{c:04x}", f"a{chr(c)}b".encode()) for c in (0x80, 0x85, 0x8d, 0x90, 0x9b, 0x9c, 0x9d, 0x9f)]
HIDDEN = [(f"hidden u+{c:04x}", f"a{chr(c)}b".encode()) for c in (0x61c, 0x200b, 0x200d, 0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202d, 0x202e, 0x2060, 0x2066, 0x2069, 0xfeff, 0xfffd, 0xfffe, 0xffff)]

VALUES = [
    ("plain", b"plain"), ("number", b"42"), ("negative number", b"-1"), ("real number", b"1e309"), ("yes", b"yes"), ("null", b"null"), ("a duration", b"5m"),
    # nothing, almost nothing, and blanks
    ("empty", b""), ("a blank", b" "), ("blanks", b"   "), ("leading blank", b" lead"), ("trailing blank", b"trail "), ("two blanks", b"a  b"), ("tab", b"\t"), ("leading tab", b"\tlead"), ("newline", b"\n"),
    ("trailing newline", b"a\n"), ("newlines", b"a\n\nb"), ("crlf", b"a\r\nb"), ("trailing cr", b"a\r"), ("nbsp", "\u00a0a\u00a0".encode()),
    # quotes and backslashes
    ("single quote", b"'"), ("double quote", b'"'), ("backquote", b"`"), ("all quotes", b"'\"`'\"`"), ("curly quotes", "\u2018\u2019\u201c\u201d".encode()), ("backslash", b"\\"), ("backslash at the end", b"a\\"),
    ("backslashes and a quote", b"\\\\'"), ("backslash double quote", b'\\"'), ("escapes", b"\\n\\x41\\101\\u0041\\0"), ("backslash newline", b"a\\\nb"),
    # the shell
    ("substitution", b"$(touch pwned)"), ("backquotes", b"`touch pwned`"), ("ifs", b"${IFS}touch${IFS}pwned"), ("semicolon", b"; touch pwned"), ("and", b"&& touch pwned"), ("or", b"|| touch pwned"), ("pipe", b"| touch pwned"),
    ("redirection", b"> pwned"), ("background", b"& touch pwned &"), ("newline command", b"\ntouch pwned\n"), ("closing quote", b'"; touch pwned; "'), ("closing single quote", b"'; touch pwned; '"), ("ansi quote", b"$'\\ntouch pwned'"),
    ("own variable", b"$RB1"), ("own variable braced", b"${RB0}"), ("arithmetic", b"$((1+1))"), ("star", b"*"), ("question mark", b"?"), ("class", b"[a-z]*"), ("braces", b"{a,b}"), ("tilde", b"~root"), ("history", b"!!"), ("comment", b"#"),
    ("assignment", b"PATH=/nowhere"), ("here document", b"<<EOF"), ("percent", b"%n%s%d"),
    # options
    ("rf", b"-rf"), ("option e", b"-e"), ("option n", b"-n"), ("help", b"--help"), ("dash", b"-"), ("dashes", b"--"), ("option with value", b"--output=pwned"), ("minus sign", "\u2212rf".encode()), ("plus", b"+x"), ("at", b"@/etc/passwd"),
    # paths and urls
    ("dot", b"."), ("dots", b".."), ("three dots", b"..."), ("up", b"../../etc/passwd"), ("slash", b"/"), ("slashes", b"//evil.example/x"), ("percent zero", b"%00"), ("percent dots", b"%2e%2e"), ("percent dots slash", b"%2e%2e%2f"),
    ("query", b"?a=1&b=2#c"), ("pair", b"x=1"), ("ampersand", b"&admin=yes"), ("url", b"http://evil.example/"), ("user at host", b"me:you@evil.example:80"), ("bad percent", b"%zz%"), ("parameters", b";v=1"), ("plus and blank", b"a+b c"),
    # SQL
    ("drop table", b"'; drop table t; --"), ("parameter", b"$1"), ("dollar quotes", b"$$"), ("tagged dollar quotes", b"$q$ ; drop table t; $q$"), ("backslash quote", b"\\'"), ("escape string", b"E'\\''; drop table t; --"),
    ("unicode string", b"U&'\\0027'"), ("comment of sql", b"/* */ --"), ("identifier", b'"; drop table t; --'), ("array", b'{"a",NULL}'), ("NULL", b"NULL"), ("like", b"%_\\%"), ("half width quote", "\uff07; drop table t".encode()),
    # redis
    ("redis protocol", b"\r\n*1\r\n$8\r\nFLUSHALL\r\n"), ("inline command", b"\r\nFLUSHALL\r\n"), ("bulk length", b"$-1\r\n"),
    # http
    ("header", b"x\r\nX-Evil: 1"), ("request", b"x HTTP/1.1\r\nHost: evil.example\r\n\r\nGET /admin HTTP/1.1"), ("folded header", b"a\r\n b"), ("bare cr", b"a\rX-Evil: 1"),
    # json
    ("json string", b'","admin":true,"x":"'), ("json object", b'{"a":1}'), ("json array", b"[1]"), ("json escape", b"\\u0022"), ("json comment", b"*/ //"),
    # promql
    ("matcher", b'"} or vector(1) #'), ("matcher single", b"'} or vector(1) #"), ("matcher raw", b"`} or vector(1) #"), ("pattern", b".*"), ("alternatives", b"a|.*"), ("metacharacters", b".+*?()|[]{}^$\\"), ("flags", b"(?i)a"), ("quoting", b"\\Q.*\\E"),
    # holes and templates
    ("hole", b"<x>"), ("escaped hole", b"\\<x>"), ("template", b"{{ x }}"), ("expansion", b"${x}"), ("markup", b"<script>alert(1)</script>"),
    # characters
    ("umlauts", "ünïcödé".encode()), ("combining", "e\u0301".encode()), ("astral", "\U0001f4a5\U00020000".encode()), ("last character", "\U0010ffff".encode()), ("delete", b"a\x7fb"), ("escape sequence", b"\x1b[2J\x1b[31mred"),
    ("title", b"\x1b]0;pwned\x07"), *C0, *C1, *HIDDEN,
    ("nul", b"a\0b"), ("nul first", b"\0rm -rf"), ("nul last", b"a\0"),
    ("invalid utf-8", b"a\xff\xfeb"), ("cut character", b"a\xe2\x82"), ("overlong", b"\xc0\xaf..\xc0\xaf"), ("surrogate", b"\xed\xa0\xbd\xed\xb2\xa5"), ("latin-1", "ü".encode("latin-1")), ("beyond", b"\xf4\x90\x80\x80"),
    # length
    ("64 bytes", b"i" * 64), ("64 KiB", b"k" * (64 << 10)), ("a byte less than 128 KiB", b"l" * ((128 << 10) - 1)), ("128 KiB", b"m" * (128 << 10)), ("1 MiB", b"'\"\\$`" * (MIB // 5) + b"x"),
]
assert len({name for name, _ in VALUES}) == len(VALUES)


def is_text(value):
    """Whether it is valid UTF-8."""
    try:
        value.decode()
        return True
    except UnicodeDecodeError:
        return False


def shown(value):
    """For messages: short, and of any bytes."""
    return f"{value[:60]!r}{'…' if len(value) > 60 else ''} ({len(value)} bytes)"
