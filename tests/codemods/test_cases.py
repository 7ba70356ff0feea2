"""Each case in every respect: verdicts, bytes by execution, a second run, losslessness, and in other bytes."""

import functools

import pytest

from tests.codemods import (
    building_cases,
    carrier_cases,
    chunk_class_cases,
    edge_cases,
    flow_cases,
    helper_cases,
    ignore_cases,
    phase_1_cases,
    project_cases,
    recognition_cases,
    semantic_cases,
    text_cases,
    text_function_cases,
)
from tests.codemods.harness import (
    VARIANTS,
    check_lossless,
    check_parses,
    check_same_stream,
    check_second_run,
    check_variant,
    check_verdicts,
    check_way_from_phase_1,
    introduced,
    migrate,
    variant_of,
)

CASES = [
    *text_cases.CASES,
    *building_cases.CASES,
    *semantic_cases.CASES,
    *flow_cases.CASES,
    *edge_cases.CASES,
    *helper_cases.CASES,
    *text_function_cases.CASES,
    *recognition_cases.CASES,
    *carrier_cases.CASES,
    *project_cases.CASES,
    *phase_1_cases.CASES,
    *ignore_cases.CASES,
    *chunk_class_cases.CASES,
]
BY_NAME = {case.name: case for case in CASES}


@functools.cache
def migrated(name):
    return migrate(BY_NAME[name].files, verifies=True)


def params():
    """Return each case, and behind it its variants: what is compared with it was made right before."""
    for case in CASES:
        yield pytest.param(case, None, id=case.name)
        for variant in VARIANTS.values():
            if variant_of(case.files, variant) is not None:
                yield pytest.param(case, variant, id=f"{case.name}, {variant.name}")


def test_names_are_unique():
    assert len(BY_NAME) == len(CASES)


@pytest.mark.parametrize(("case", "variant"), [*params()])
def test_case(case, variant):
    if variant is None:
        check(case)
    else:
        check_variant(case, migrated(case.name), variant)


def check(case):
    migration = migrated(case.name)
    side_by_side = introduced(case.files)

    check_parses(migration)
    check_same_stream(case, migration, side_by_side)
    check_way_from_phase_1(migration, side_by_side)
    check_verdicts(case, migration)
    check_second_run(migration)
    check_lossless(migration)


def first_form(source):
    return migrate({"app.py": source}).after["app.py"]


PLAIN = b"""\
import json


async def stream(x):
    yield f"data: {json.dumps(x)}\\n\\n"
"""
WIDE = PLAIN.replace(
    b"json.dumps(x)",
    b"json.dumps({'a key of the payload': x, 'another key of the payload': [x, x]})",
)


def test_a_form_feed_is_not_repeated():
    assert first_form(PLAIN.replace(b"async def", b"\x0casync def")).count(b"\x0c") == 1


def test_new_lines_are_indented_as_the_file_is():
    files = {"app.py": WIDE.replace(b"    ", b"\t"), "pyproject.toml": b"[tool.black]\n"}
    written = migrate(files).after["app.py"]

    assert b"\n\t\t" in written
    assert b"\t " not in written


def test_no_blank_line_is_left_at_the_top():
    source = PLAIN.replace(b"import json\n", b"import json\n\nfrom stage import note\n")

    assert first_form(source).startswith(b"from ")


def test_a_line_may_be_as_long_as_the_one_it_replaces():
    assert first_form(WIDE).endswith(
        b'    yield StreamingChunk.of({"a key of the payload": x, "another key of the payload": [x, x]})\n'
    )


def test_a_formatter_of_the_project_breaks_long_lines():
    files = {"app.py": WIDE, "pyproject.toml": b"[tool.black]\n"}

    assert (
        migrate(files)
        .after["app.py"]
        .endswith(
            b"""\
    yield StreamingChunk.of(
        {"a key of the payload": x, "another key of the payload": [x, x]}
    )
"""
        )
    )


def test_contracts_stand_below_the_last_import():
    source = b"try:\n    import stage\nexcept ImportError:\n    stage = None\n\n\n"

    written = first_form(PLAIN.replace(b"\n\n\n", b"\n\n" + source, 1))

    assert b"    stage = None\n\nSSE = SSEFormatter" in written


def test_an_import_goes_though_something_else_has_an_attribute_of_that_name():
    files = {
        "chat/__init__.py": b"",
        "chat/app.py": PLAIN,
        "chat/client.py": b"import chat.app\n\n\ndef f(r):\n    return r.json\n",
    }

    assert b"import json" not in migrate(files).after["chat/app.py"]


def test_an_import_stays_that_another_file_reaches():
    for use in (b"chat.app.json", b"getattr(chat.app, 'json')", b"'chat.app.json'"):
        other = b"import chat.app\n\nx = " + use + b"\n"
        files = {"chat/__init__.py": b"", "chat/app.py": PLAIN, "chat/client.py": other}

        assert b"import json" in migrate(files).after["chat/app.py"]
