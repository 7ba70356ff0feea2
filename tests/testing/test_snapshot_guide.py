"""What docs/snapshots.md says of the plugin and of redaction is run as it stands there."""

import contextlib
import io
import re
import sys
from pathlib import Path

import pytest

pytest_plugins = ("pytester",)

GUIDE = Path(__file__).parents[2] / "docs" / "snapshots.md"
FENCE = re.compile(r"^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)

SHOP = """
import json

TEXTS, SEPARATORS, STATUS = "abc", (", ", ": "), 200

async def app(scope, receive, send):
    if scope["type"] != "http":
        raise NotImplementedError
    await send({"type": "http.response.start", "status": STATUS, "headers": []})
    for text in TEXTS:
        data = json.dumps({"text": text}, separators=SEPARATORS if text == "b" else None)
        body = f"data: {data}\\n\\n".encode()
        await send({"type": "http.response.body", "body": body, "more_body": True})
    await send({"type": "http.response.body", "body": b"data: [DONE]\\n\\n"})
"""


def blocks(title, language):
    section = re.search(
        rf"^## {title}\n(.*?)^## ", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )[1]
    return [match["text"] for match in FENCE.finditer(section) if match["language"] == language]


@pytest.fixture
def run(pytester, monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.syspath_prepend(pytester.path)

    def run(shop, *options):
        package = pytester.path / "shop"
        package.mkdir(exist_ok=True)
        (package / "main.py").write_text(shop)
        sys.modules.pop("shop.main", None)
        return pytester.runpytest_inprocess(
            *("-p", "syrupy", "-p", "streamlift", "-p", "no:cacheprovider"), *options
        )

    return run


def test_the_plugin(run, pytester, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # the module changes within a second
    test, more, conftest = blocks("The pytest plugin", "python")
    (told,) = blocks("The pytest plugin", "text")
    pytester.makepyfile(test_shop=test + more)
    run(SHOP, "--snapshot-update").assert_outcomes(passed=2)
    run(SHOP).assert_outcomes(passed=2)
    failed = run(SHOP.replace('(", ", ": "), 200', '(", ", ":"), 201'), "-k", "test_chat")

    lines = [re.sub(r"-{5,}", "----", line) for line in failed.outlines]
    start = lines.index(told.splitlines()[0])
    shown = [line for line in lines[start:] if line and not line.startswith("test_shop.py:")]
    assert shown[: len(told.splitlines())] == told.splitlines()

    pytester.makeconftest("from streamlift.testing.redaction import Redaction\n" + conftest)
    done = run(SHOP, "-W", "default", "-k", "test_chat")
    done.assert_outcomes(passed=1)
    done.stdout.fnmatch_lines(["*RedactionWarning: the redaction id ($.id) has found nothing"])


def test_redaction(pytester):
    (code,) = blocks("Redaction", "python")
    (told,) = blocks("Redaction", "text")
    names = {}
    exec(SHOP, names)
    exec("from streamlift.testing.recording_of import recording_of", names)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(code, names)

    assert printed.getvalue() == told


def test_what_a_golden_holds_is_listed():
    from streamlift.testing.goldens.golden import Golden, facts

    from .recordings import ANSWER

    keys = re.findall(r'^  "(\w+)":', facts(Golden(recording=ANSWER)).decode(), re.MULTILINE)
    section = GUIDE.read_text(encoding="utf-8").partition("## What a golden holds")[2]
    rows = re.findall(r"^\| (`.*?`) \|", section.partition("## Redaction")[0], re.MULTILINE)

    assert sorted(re.findall(r"`(\w+)`", " ".join(rows))) == sorted({*keys} - {"format"})
