import datetime as dt
import re
import sys
from pathlib import Path

import pytest

from streamlift.testing.request import Request, body_pieces
from streamlift.testing.requests.requests_file import RequestsFileError, read_requests
from streamlift.testing.requests.requests_keys import KEYS, KINDS, REDACT_KEYS, REQUEST_KEYS
from streamlift.testing.requests.toml_lines import line_of, toml_lines

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

WHOLE = """\
app = "shop.main:app"
factory = true
interface = "server"
setup = "tests.offline:models"
import-from = ["backend"]
environment = { KEY = "test" }
clock = 2026-01-01T00:00:00Z
seed = 0
fresh = true
start-limit = 5
time-limit = 7
cleanup = false
also = ["web/dist"]
headers = { Authorization = "Bearer test", x = "default" }

[[request]]
name = "chat, normal"
method = "POST"
path = "/chat?a=%20"
json = { message = "é", list = [1, 2.5, true] }
headers = { X = ["own", "again"] }
disconnect-after = 3
disconnect-in-body = 4
piece-size = 3
time-limit = 0.5
cleanup = true

[[request]]
name = "form"
form = { a = "1 2", b = ["3", "é"] }

[[request]]
name = "text"
text = ""
headers = { content-type = "text/x" }

[[request]]
name = "file"
body-file = "photo.bin"

[[request]]
name = "raw"
body-base64 = "AP8="

[[redact]]
name = "id"
pattern = '"id": "([^"]+)"'
shape = '[a-z]\\d{3}'

[[redact]]
name = "at"
json-path = "$.at"
"""


def written(tmp_path, text):
    path = tmp_path / "requests.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_reads_everything_that_a_file_can_say(tmp_path):
    tmp_path.joinpath("photo.bin").write_bytes(b"\x00\xff\r\n")
    path = written(tmp_path, WHOLE.replace("\n", "\r\n").encode("utf-8-sig"))
    file = read_requests(path)
    chat, form, text, photo, raw = file.requests

    assert (file.app, file.factory, file.interface) == ("shop.main:app", True, "server")
    assert (file.setup, file.import_from) == ("tests.offline:models", ("backend",))
    assert (file.environment, file.seed, file.fresh) == ({"KEY": "test"}, 0, True)
    assert file.clock == dt.datetime(2026, 1, 1, tzinfo=dt.timezone.utc)
    assert (file.start_limit, file.also, file.path) == (5, ("web/dist",), path)
    assert chat == Request(
        name="chat, normal",
        method="POST",
        path="/chat?a=%20",
        headers=(
            (b"content-type", b"application/json"),
            (b"authorization", b"Bearer test"),
            (b"x", b"own"),
            (b"x", b"again"),
        ),
        body='{"message":"é","list":[1,2.5,true]}'.encode(),
        disconnect_after=3,
        disconnect_in_body=4,
        piece_size=3,
        time_limit=0.5,
    )
    assert [each.watch_cleanup for each in (chat, form)] == [True, False]
    assert body_pieces(chat) == [b'{"m', b"e"]
    assert form.body == b"a=1+2&b=3&b=%C3%A9"
    assert form.headers[0] == (b"content-type", b"application/x-www-form-urlencoded")
    assert (text.body, text.headers[-1]) == (b"", (b"content-type", b"text/x"))
    assert body_pieces(text) == []
    assert (photo.body, raw.body, raw.time_limit) == (b"\x00\xff\r\n", b"\x00\xff", 7)
    assert [each.name for each in file.redactions] == ["id", "at"]
    assert file.redactions[0].pattern.search(b'{"id": "a123"}')[1] == b"a123"
    assert file.redactions[0].shape.fullmatch(b"a123")
    assert list(file.lines.values()) == [17, 29, 33, 38, 42]


REQUEST = '[[request]]\nname = "a"\n'

REFUSED = {
    "": "1: has no requests; write at least one [[request]]",
    "app = 1\n": '1: app is not of the form `module:attribute` or `path/to/file.py:attribute`; write app = "shop.main:app"',
    "a = 1\nb = \n": "2: is no TOML (Invalid value); mend that line",
    "# c\nap = 1\n": "2: ap is no key that can stand here; did you mean app?",
    "fresh = 'yes'\n" + REQUEST: "1: fresh is not true or false; write fresh = true",
    "seed = true\n" + REQUEST: "1: seed is not a whole number; write seed = 0",
    "clock = 2026-01-01T00:00:00\n": "1: clock is not a date and time with its offset, like 2026-01-01T00:00:00Z, without quotes; write clock = 2026-01-01T00:00:00Z",
    "environment = { A = 1 }\n": '1: environment is not a table of texts; write environment = { OPENAI_API_KEY = "test" }',
    "request = 1\n": "1: request is not tables, each with its own double brackets; write [[request]]",
    "[[request]]\n": '1: a request has no name; write name = "..."',
    REQUEST + REQUEST: "4: the name 'a' is used twice (line 2); change one of them",
    REQUEST
    + '[[request]]\nname = "A"\n': "4: the names 'a' and 'A' are the same for a file (line 2); change one of them",
    '[[request]]\nname = "a/b"\n[[request]]\nname = "a b"\n': "4: the names 'a/b' and 'a b' are the same for a file (line 2); change one of them",
    '[[request]]\nname = "/"\n': "2: no file can be named after '/': '' is empty; give the request another name",
    REQUEST
    + "disconect-after = 3\n": "3: disconect-after is no key that can stand here; did you mean disconnect-after?",
    REQUEST
    + "disconnect-after = -1\n": "3: disconnect-after is not a whole number, 0 or more; write disconnect-after = 3",
    REQUEST + 'method = "post"\n': "3: 'post' is no method of HTTP; write POST",
    REQUEST + 'path = "/é b"\n': "3: '/é b' is no path of a URL; write path = \"/%C3%A9%20b\"",
    REQUEST
    + "json = { a = 2026-01-01 }\n": '3: json is not what JSON can say: no dates and times; write json = { message = "hi" }',
    REQUEST + 'json = {}\ntext = ""\n': "4: json and text are both the body; write one of them",
    REQUEST + 'body-base64 = "!"\n': "3: body-base64 is no Base64; encode it again",
    REQUEST
    + 'text = "abc"\ndisconnect-in-body = 4\n': "4: the body has 3 bytes only; name no more",
    REQUEST
    + '[request.headers]\nx = "a\\nb"\n': "3: the value of x holds what no header can; write it in Latin-1, without line ends",
    REQUEST + 'headers = { "a b" = "" }\n': "3: 'a b' is no name of a header; change it",
    REQUEST
    + "[[redact]]\nname = 'x'\n": "3: redaction 'x': it needs either a pattern or a json path; mend it",
    REQUEST
    + "[[redact]]\nname = 'x'\npattern = '('\n": "3: redaction 'x': the pattern is no regular expression (missing ), unterminated subpattern at position 0); mend it",
    REQUEST
    + "[[redact]]\nname = 'x'\njson-path = '$'\n[[redact]]\nname = 'x'\njson-path = '$'\n": "7: the name 'x' is used twice; change one of them",
}


@pytest.mark.parametrize("text", REFUSED)
def test_says_where_and_what_is_wrong(tmp_path, text):
    path = written(tmp_path, text)
    with pytest.raises(RequestsFileError, match=f"^{re.escape(f'{path}:{REFUSED[text]}')}$"):
        read_requests(path)


def test_says_which_file_is_not_there(tmp_path):
    with pytest.raises(RequestsFileError, match=r"cannot be read .No such file or directory"):
        read_requests(tmp_path / "none.toml")
    with pytest.raises(RequestsFileError, match=r":3: .*none\.bin cannot be read"):
        read_requests(written(tmp_path, REQUEST + 'body-file = "none.bin"'))
    with pytest.raises(RequestsFileError, match=":1: is not in UTF-8; save it in UTF-8"):
        read_requests(written(tmp_path, b"a = '\xff'"))


def test_finds_the_line_of_every_key():
    lines = toml_lines(
        '# c = 1\na = [\n "]=" ]\nb . "c d" = """\n[[t]]\nk = 2\n""" # x\n[ u . v ] # y\n'
        "q = {\n k = '=' }\n[[t]]\nk = 1\n[t.w]\nz = 1\n[[t]]\nz = '''='''\n"
    )

    assert lines == {
        ("a",): 2,
        ("b",): 4,
        ("b", "c d"): 4,
        ("u", "v"): 8,
        ("u", "v", "q"): 9,
        ("t", 0): 11,
        ("t", 0, "k"): 12,
        ("t", 0, "w"): 13,
        ("t", 0, "w", "z"): 14,
        ("t", 1): 15,
        ("t", 1, "z"): 16,
    }
    assert line_of(("t", 0, "w", "missing"), lines) == 13
    assert line_of(("missing",), lines) == 1


def test_the_examples_of_the_documentation_can_be_followed(tmp_path):
    guide = Path(__file__).parents[2].joinpath("docs/snapshots.md").read_text()
    section = guide.partition("## The requests file")[2]
    example = section.partition("```toml\n")[2].partition("```")[0]

    assert len(read_requests(written(tmp_path, example)).requests) == 2
    for keys in (KEYS, REQUEST_KEYS, REDACT_KEYS):
        for name, key in keys.items():
            if key.kind != "tables":
                (value,) = tomllib.loads(f"{name} = {key.example}").values()
                assert KINDS[key.kind][0](value), name
