"""The advice on what two runs have sent differently, and that it helps."""

import dataclasses
import datetime as dt
import json
from pathlib import Path

import pytest

from streamlift.testing.recording import Cleanup, Ending, Recording
from streamlift.testing.redaction import Redactor
from streamlift.testing.requests.requests_file import RequestsFile, read_requests
from streamlift.testing.steadiness.unsteady import advice, lines_to_add

BARE = RequestsFile(path=Path("requests.toml"), environment={}, requests=(), lines={})
SET = dataclasses.replace(
    BARE,
    clock=dt.datetime(2026, 1, 1, tzinfo=dt.timezone.utc),
    seed=0,
    environment={"PYTHONHASHSEED": "0"},
)


def sent(*frames, **facts):
    return Recording(
        **{
            "status": 200,
            "headers": (),
            "messages": tuple(each.encode() for each in frames),
            "ending": Ending(kind="complete"),
            "recorder": "asgi",
            **facts,
        }
    )


def frame(value):
    return f"data: {value if isinstance(value, str) else json.dumps(value)}\n\n"


CASES = {
    "a UUID": ({"id": "0b0e2c9e-1c1f-4a52-8c9c-a1f3a2f4c001"}, {"id": "93b5b4e3-8d6f-41f4-9b5b-0c1a2b3c4d5e"}, "seed = 0"),
    "a random id": ({"a": [{"id": "chatcmpl-a81f22"}]}, {"a": [{"id": "chatcmpl-07c0be"}]}, "seed = 0"),
    "a text with a UUID with the time": ({"id": "run--01a21544-164a-76e9-bb1b-55de17fe0001"}, {"id": "run--01a21544-1e8c-7092-9251-f6cf4a3a0002"}, "seed = 0\nclock = 2026-01-01T00:00:00Z"),
    "a time": ({"at": 1767225600.25}, {"at": 1767225601}, "clock = 2026-01-01T00:00:00Z"),
    "a time as text": ({"at": "2026-01-01T00:00:00.1+00:00"}, {"at": "2026-01-01T00:00:01.1+00:00"}, "clock = 2026-01-01T00:00:00Z"),
    "a time in milliseconds": ({"at": 1767225600123}, {"at": 1767225600124}, "clock = 2026-01-01T00:00:00Z"),
    "a number: of chance, or a duration": ({"took": 0.01}, {"took": 1.2e-05}, "seed = 0"),
    "a number": ({"pid": 1}, {"pid": -23}, "seed = 0"),
    "an address in memory": ({"o": "0x7f0000aa"}, {"o": "0x7f0000bb"}, None),
    "a text with an address in memory": ({"o": "<T at 0x7f00aa>."}, {"o": "<T at 0x7f00ab>."}, None),
    "in a line that is no JSON": ("at 2026-01-01 id 0x7f00aa.", "at 2026-01-02 id 0x7f00ab.", "clock = 2026-01-01T00:00:00Z"),
    "a key that needs quotes": ({"a b": {"c'": 1}}, {"a b": {"c'": 2}}, "seed = 0"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_setting_is_tried_first_and_what_it_cannot_help_is_redacted(tmp_path, case):
    one, other, setting = CASES[case]
    first, second = sent(frame("x"), frame(one)), sent(frame("x"), frame(other))
    bare, still = advice(first, second, BARE), advice(first, second, SET)

    assert {each.setting for each in bare} - {None} == ({setting} if setting else set())
    assert str(bare[0]).startswith("frame 1, byte ")
    assert {each.setting for each in still} == {None}
    path = tmp_path / "requests.toml"
    path.write_text(f"[[request]]\nname = 'a'\n{lines_to_add(still, SET)}")
    redactor = Redactor(read_requests(path).redactions)
    assert redactor.redacted(first) == redactor.redacted(second)
    assert redactor.misshapen == ()
    assert redactor.redacted(first).messages[0] == first.messages[0]


OTHERS = {
    "a JSON document": (
        '{"id": "a81f22b0", "at": 1767225600.5, "x": [1, "chatcmpl-0a1b2c3d4e"]}',
        '{"id": "b81f22c1", "at": 1767225601.5, "x": [1, "chatcmpl-9a1b2c3d4f"]}',
        ["$.id", "$.at", "$.x[1]"],
    ),
    "all fields": (
        "id: 17-ab81f2\nretry: 3\n: ping 0x7f00\ndata: a\ndata: b 0x7f00aa1\n\n",
        "id: 17-cd81f3\nretry: 3\n: ping 0x7f01\ndata: a\ndata: b 0x7f00ab2\n\n",
        ["id", "", "data"],
    ),
    "several parts of a text": (
        'data: {"err": "<T at 0x7f152e093fd0> 2026-01-01, 127.0.0.1:40231: 0.1s"}\n\n',
        'data: {"err": "<T at 0x7f152e093fe0> 2026-01-02, 127.0.0.1:40235: 0.2s"}\n\n',
        ["$.err"],
    ),
    "text that JSON writes in another way": (
        'data: {"err": "\\u00e9 \\"0x7f152e\\""}\n\n',
        'data: {"err": "\\u00e9 \\"0x7f152f\\""}\n\n',
        ["$.err"],
    ),
}


@pytest.mark.parametrize("case", OTHERS)
def test_whatever_the_body_is_what_is_proposed_helps(tmp_path, case):
    one, other, abouts = OTHERS[case]
    first, second = sent(one), sent(other)
    found = advice(first, second, SET)
    path = tmp_path / "requests.toml"
    path.write_text(f"[[request]]\nname = 'a'\n{lines_to_add(found, SET)}")
    redactor = Redactor(read_requests(path).redactions)

    assert [each.place.rpartition(", ")[2] for each in found] == abouts
    assert redactor.redacted(first) == redactor.redacted(second)
    assert redactor.misshapen == ()


def test_names_the_place_and_both_values():
    first = sent(frame("x"), frame({"a": [{"id": "chatcmpl-a81f22"}]}))
    second = sent(frame("x"), frame({"a": [{"id": "chatcmpl-07c0be"}]}))

    (found,) = advice(first, second, SET)

    assert str(found) == (
        "frame 1, byte 30, $.a[0].id: 'chatcmpl-a81f22' and 'chatcmpl-07c0be': a random id; "
        "nothing sets that: leave it out"
    )
    assert lines_to_add(advice(first, second, SET), SET) == (
        "[[redact]]\nname = 'id'\njson-path = '$.a[*].id'\nshape = 'chatcmpl-[0-9a-f]{6}'\n"
    )


def test_the_same_field_of_many_frames_is_told_once():
    first = sent(*(frame({"id": f"a81f2{n}", "n": n}) for n in range(9)))
    second = sent(*(frame({"id": f"b00b1{n}", "n": n}) for n in range(9)))
    found = advice(first, second, SET)

    assert [each.place for each in found] == ["frame 0, byte 14, $.id"]
    assert len(advice(first, second, BARE)) == 1
    assert advice(first, first, BARE) == ()
    assert lines_to_add((), SET) == ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([frame({"a": 1, "b": 2})], [frame({"b": 2, "a": 1})]),
        ([frame({"tags": ["a", "b"]})], [frame({"tags": ["b", "a"]})]),
        ([frame("a"), frame("b")], [frame("b"), frame("a")]),
    ],
)
def test_an_order_may_be_that_of_a_set_or_of_tasks(one, other):
    (bare,) = advice(sent(*one), sent(*other), BARE)
    (still,) = advice(sent(*one), sent(*other), SET)

    assert "that of a set, or of tasks" in str(bare)
    assert bare.remedy.endswith('; PYTHONHASHSEED = "0" in the environment helps with sets only')
    assert lines_to_add([bare], BARE) == 'environment = { PYTHONHASHSEED = "0" }\n'
    assert still.remedy == "sort them where they are made, or wait for one task before the next"
    assert lines_to_add([still], SET) == ""


def test_what_a_model_says_needs_another_one():
    (found,) = advice(sent(frame({"a": "the cat"})), sent(frame({"a": "a dog"})), SET)
    (count,) = advice(sent(frame("a")), sent(frame("a"), frame("b")), SET)

    assert "another text; put something that always says the same in its place" in str(found)
    assert "'1 frames' and '2 frames'" in str(count)


def test_a_header_is_found_by_its_value():
    first, second = (
        sent(headers=((b"x-id", b"req 0x7f00aa"), (b"a", b"1"))),
        sent(headers=((b"x-id", b"req 0x7f00ab"), (b"a", b"1"))),
    )
    (found,) = advice(first, second, SET)

    assert found.place == "the header x-id"
    assert found.redaction == "pattern = 'req (0x[0-9a-fA-F]{4,})'"


def test_tells_what_nothing_cures():
    first = sent("a", "b", cleanup=Cleanup(pending_tasks=("save",)))
    second = sent("ab", cleanup=Cleanup(), ending=Ending(kind="aborted"), status=500)

    assert [each.place for each in advice(first, second, SET)] == [
        "the status",
        "the ending",
        "what was left behind",
        "the messages",
    ]
