import json
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamlift.testing.redaction import Redaction, RedactionError, Redactor, redacted

from .recordings import sent


def body(text, *redactions):
    return redacted(sent(text), redactions).body


ID = Redaction(name="id", json_path="$.id")


@pytest.mark.parametrize(
    ("path", "data", "expected"),
    [
        ("$.id", '{"id": "a", "x": "a"}', '{"id": "<v#1>", "x": "a"}'),
        ("$.id", '{ "id" :"a"}', '{ "id" :"<v#1>"}'),
        ("$.id", '{"id":"\\u00e9\\""}', '{"id":"<v#1>"}'),
        ("$.id", '{"\\u0069d":"é"}', '{"\\u0069d":"<v#1>"}'),
        ("$.id", '{"id": ""}', '{"id": ""}'),
        ("$.id", '{"id": 17, "n": 1}', '{"id": <v#1>, "n": 1}'),
        ("$.id", '{"id": {"a": [1, 2]}, "n": 1}', '{"id": <v#1>, "n": 1}'),
        ("$.id", '{"id": "a", "id": "b"}', '{"id": "<v#1>", "id": "<v#2>"}'),
        ("$.id", '{"x": {"id": "a"}}', '{"x": {"id": "a"}}'),
        ("$.id", '[{"id": "a"}]', '[{"id": "a"}]'),
        ("$.id", '{"id": "a"', '{"id": "a"'),
        ("$.é", '{"é": "é", "ü": 1}', '{"é": "<v#1>", "ü": 1}'),
        ("$", "17", "<v#1>"),
        ("$", "[DONE]", "[DONE]"),
        ('$["a b"][1]', '{"a b": [1, 2, 3]}', '{"a b": [1, <v#1>, 3]}'),
        ("$[*].id", '[{"id": "a"}, 1, {"id": "b"}]', '[{"id": "<v#1>"}, 1, {"id": "<v#2>"}]'),
        ("$.*.id", '{"x": {"id": "a"}, "y": []}', '{"x": {"id": "<v#1>"}, "y": []}'),
        ("$[0][0]", "[[1], [1]]", "[[<v#1>], [1]]"),
        ("$.a.b", '{"a": {"b": true}}', '{"a": {"b": <v#1>}}'),
        ("$.a.b", '{"a": {"b": null}}', '{"a": {"b": null}}'),
    ],
)
def test_a_json_path_replaces_the_value_and_nothing_else(path, data, expected):
    found = body(f"id: a\ndata: {data}\n\n".encode(), Redaction(name="v", json_path=path))

    assert found.decode() == f"id: a\ndata: {expected}\n\n"


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        ('data: {"id":\ndata: "a"}\n\n', 'data: {"id":\ndata: "<id#1>"}\n\n'),
        ('data: {"id": [1,\r\ndata:2]}\r\n\r\n', 'data: {"id": <id#1>\r\ndata:}\r\n\r\n'),
        ('data: {"id": [1,\nid: 7\ndata: 2]}\n\n', 'data: {"id": <id#1>\nid: 7\ndata: }\n\n'),
        ('data:{"id": "a"}\r\rdata:{"id": "a"}', 'data:{"id": "<id#1>"}\r\rdata:{"id": "<id#1>"}'),
        ('event: x\ndata: {"id": "é"}', 'event: x\ndata: {"id": "<id#1>"}'),
        (': {"id": "a"}\n\n', ': {"id": "a"}\n\n'),
        ('{"n": 1,\n\n "id": "é"}\n', '{"n": 1,\n\n "id": "<id#1>"}\n'),
    ],
)
def test_a_value_is_found_on_all_lines_of_data(stream, expected):
    assert body(stream.encode(), ID).decode() == expected


def test_one_value_has_one_number_in_headers_and_body():
    recording = replace(
        sent(b'data: {"id": "b"}\n\n', b'data: {"id": "a"}\n\ndata: {"id": "b"}\n\n'),
        headers=((b"x-id", b"id-a"), (b"x-b", b"b")),
    )
    found = redacted(recording, [ID, Redaction(name="id", pattern="id-(.*)")])

    assert found.headers == ((b"x-id", b"id-<id#1>"), (b"x-b", b"b"))
    assert found.messages == (
        b'data: {"id": "<id#2>"}\n\n',
        b'data: {"id": "<id#1>"}\n\ndata: {"id": "<id#2>"}\n\n',
    )


def test_a_value_over_a_boundary_counts_to_the_message_that_it_begins_in():
    recording = sent(b"", b'data: {"id": "ab', b"c", b'd", "n": "', b'"}\n\n', b"")

    assert redacted(recording, [ID]).messages == (
        b"",
        b'data: {"id": "<id#1>',
        b"",
        b'", "n": "',
        b'"}\n\n',
        b"",
    )


def test_the_first_of_two_rules_that_overlap_wins():
    outer, inner = Redaction(name="outer", pattern="a.c"), Redaction(name="inner", pattern="b")

    assert body(b"abc b", outer, inner) == b"<outer#1> <inner#1>"
    assert body(b"abc b", inner, outer) == b"a<inner#1>c <inner#1>"


def test_a_value_of_another_shape_is_left_and_told():
    redactor = Redactor([Redaction(name="id", json_path="$.id", shape=r"c-\d+")])
    found = redactor.redacted(sent(b'data: {"id": "c-12"}\n\n', b'data: {"id": "d-12"}\n\n'))

    assert found.body == b'data: {"id": "<id#1>"}\n\ndata: {"id": "d-12"}\n\n'
    assert list(map(str, redactor.misshapen)) == ["id: 'd-12' is not of the shape 'c-\\d+'"]


def test_what_each_rule_has_done_is_known_over_all_recordings():
    never = Redaction(name="never", pattern="nowhere")
    redactor = Redactor([ID, never])
    for _ in range(2):
        redactor.redacted(sent(b'data: {"id": "a"}\n\ndata: {"id": "a"}\n\n'))

    assert redactor.counts == {ID: 4, never: 0}


def test_text_that_looks_like_a_placeholder_means_no_value():
    assert body(b'data: {"id": "a", "t": "<id#1>"}\n\n', ID) == (
        b'data: {"id": "<id#2>", "t": "<id#1>"}\n\n'
    )


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, "either a pattern or a json path"),
        ({"pattern": "a", "json_path": "$"}, "either a pattern or a json path"),
        ({"pattern": "("}, "the pattern is no regular expression"),
        ({"pattern": "a", "shape": "["}, "the shape is no regular expression"),
        ({"pattern": "(a)(b)"}, "2 groups"),
        ({"json_path": "id"}, "does not begin with"),
        ({"json_path": "$.a["}, r"cannot be read from '\['"),
        ({"json_path": "$..a"}, r"cannot be read from '\.\.a'"),
        ({"name": "a b", "pattern": "a"}, "a name is"),
    ],
)
def test_a_redaction_that_says_nothing_is_refused(options, told):
    with pytest.raises(RedactionError, match=told):
        Redaction(**{"name": "id", **options})


VALUES = st.sampled_from(["a", "b", "c-1", "é", "\\u00e9", "id", "<id#1>", "<id#2>", "1"])
RULES = st.lists(
    st.sampled_from(
        [
            ID,
            Redaction(name="id", json_path="$.x[*]"),
            Redaction(name="d", pattern=r"\d"),
            Redaction(name="id", pattern="(?:a|b)"),
            Redaction(name="c", pattern=r"c-\d", shape="c-1"),
        ]
    ),
    unique=True,
)


@st.composite
def recordings(draw):
    text = "".join(
        f'data: {{"id": "{draw(VALUES)}", "x": ["{draw(VALUES)}"]}}{end}'
        for end in draw(st.lists(st.sampled_from(["\n\n", "\r\n\r\n"]), max_size=4))
    ).encode()
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=4)))
    pieces = [text[i:j] for i, j in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    return replace(sent(*pieces), headers=((b"x-id", draw(VALUES).encode()),))


PLACEHOLDER = re.compile(rb"<(?:id|d|c)#\d+>")


@given(recordings(), RULES)
def test_laws(recording, rules):
    found = redacted(recording, rules)

    assert redacted(found, rules) == found
    assert len(found.messages) == len(recording.messages)
    texts = [(recording.body, found.body)]
    texts += [
        (old, new) for (_, old), (_, new) in zip(recording.headers, found.headers, strict=True)
    ]
    values = {}
    for old, new in texts:
        # What is between the placeholders is what stood there, and nothing else was there.
        kept = PLACEHOLDER.split(new)
        match = re.fullmatch(b"(.+?)".join(map(re.escape, kept)), old, re.DOTALL)
        assert match
        for placeholder, value in zip(PLACEHOLDER.findall(new), match.groups(), strict=True):
            assert values.setdefault(placeholder, value) == value
    for index in range(len(recording.messages)):
        before, after = (b"".join(each.messages[:index]) for each in (recording, found))
        restored = PLACEHOLDER.sub(lambda each: values[each[0]], after)
        # A boundary stays where it was, or goes to the end of the value that it was in.
        assert restored == before or (restored.startswith(before) and after.endswith(b">"))
    for name in (b"id", b"d", b"c"):
        known = [value for each, value in values.items() if each.startswith(b"<%s#" % name)]
        assert len(known) == len(set(known))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=8,
    ),
    st.sampled_from([{}, {"indent": 1}, {"separators": (",", ":")}, {"ensure_ascii": False}]),
)
def test_a_path_finds_the_values_that_json_has_there(value, options):
    text = json.dumps({"k": [value, value]}, **options)
    lines = "".join(f"data: {line}\n" for line in text.split("\n")) + "\n"
    found = body(lines.encode(errors="surrogatepass"), Redaction(name="v", json_path="$.k[0]"))
    if value is None or value == "":
        assert found == lines.encode(errors="surrogatepass")
        return
    data = b"\n".join(line[6:] for line in found.split(b"\n")).decode(errors="surrogatepass")

    # Back in its place, the value gives the payload again.
    back = json.dumps(value) if not isinstance(value, str) else json.dumps(value)[1:-1]
    assert json.loads(data.replace("<v#1>", back, 1)) == {"k": [value, value]}
