"""Outcomes as JUnit's XML, which every CI service shows.

There is no standard of it. What is written is valid for the schema of Apache Ant's task, which asks for most, and so
for the others: https://github.com/windyroad/JUnit-Schema, https://github.com/jenkinsci/xunit-plugin.
"""

from __future__ import annotations

import platform
import re
from datetime import datetime, timezone
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..snapshots.outcome import Outcome

# https://www.w3.org/TR/xml/#charsets: the other characters stand in no document, not even as a reference.
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(suite: str, outcomes: Sequence[Outcome]) -> str:
    """Return a document with a test case for each of *outcomes*, and a suite for each of their groups."""
    groups = dict.fromkeys(outcome.group for outcome in outcomes)
    text = "".join(
        _suite(
            number,
            f"{suite}: {group}" if group else suite,
            [outcome for outcome in outcomes if outcome.group == group],
        )
        for number, group in enumerate(groups)
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n{text}</testsuites>\n'


def _suite(number: int, name: str, outcomes: Sequence[Outcome]) -> str:
    errors = sum(outcome.state == "unknown" for outcome in outcomes)
    properties = {
        "id": str(number),
        "name": name,
        "package": "streamlift",
        "timestamp": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S"),
        "hostname": platform.node() or "localhost",
        "tests": str(len(outcomes)),
        "failures": str(sum(outcome.is_fault for outcome in outcomes) - errors),
        "errors": str(errors),
        "time": _time(sum(outcome.seconds for outcome in outcomes)),
    }
    cases = "".join(_case(name, outcome) for outcome in outcomes)
    return (
        f"  <testsuite {_attributes(properties)}>\n    <properties/>\n{cases}"
        "    <system-out/>\n    <system-err/>\n  </testsuite>\n"
    )


def _case(suite: str, outcome: Outcome) -> str:
    properties = {"classname": suite, "name": outcome.name, "time": _time(outcome.seconds)}
    opened = f"    <testcase {_attributes(properties)}"
    if not outcome.is_fault:
        return f"{opened}/>\n"
    tag = "error" if outcome.state == "unknown" else "failure"
    fault = _attributes({"message": outcome.headline or outcome.state, "type": outcome.state})
    told = escape(_readable("\n".join(_lines(outcome))), {"\r": "&#13;"})
    return f"{opened}>\n      <{tag} {fault}>{told}</{tag}>\n    </testcase>\n"


def _lines(outcome: Outcome) -> Iterable[str]:
    if outcome.place:
        yield f"{outcome.place}:{outcome.line}" if outcome.line else outcome.place
    yield outcome.headline
    if shown := outcome.shown():
        yield shown
    for each in outcome.redacted:
        yield f"not compared: {each}"


def _attributes(properties: dict[str, str]) -> str:
    line_ends = {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
    return " ".join(
        f"{name}={quoteattr(_readable(value), line_ends)}" for name, value in properties.items()
    )


def _time(seconds: float) -> str:
    return f"{seconds:.3f}"


def _readable(text: str) -> str:
    r"""Return *text* with `\x1b` and the like for what no XML can hold."""
    return NOT_XML.sub(lambda match: match[0].encode("unicode_escape").decode(), text)
