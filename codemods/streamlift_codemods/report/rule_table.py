"""The tables of the documentation, made from the code: `python -m streamlift_codemods.report.rule_table`.

It is run in a checkout, and writes `docs/rules.md`, `docs/rules/*.md` and what stands between the markers of `docs/cli.md`,
`docs/snapshots.md` and `MIGRATION.md`. With `--check` it writes nothing, and exits with 1 if one of them is not what it would write.
"""

from __future__ import annotations

import argparse
import re
import sys
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from streamlift.testing.requests.requests_keys import KEYS, REDACT_KEYS, REQUEST_KEYS

from ..argument_parser import parser
from ..frames.carriers import NOT_SSE
from ..reasons import REASONS, Reason
from ..rules import RULES, Rule
from ..settings import SETTINGS
from .explanation import rule_page

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from streamlift.testing.requests.requests_keys import Key

FILE_REASONS = {
    "syntax-error",
    "encoding",
    "not-lossless",
    "too-deep",
    "null-bytes",
    "unreadable",
    "rewriting-failed",
    "tool-failure",
}
"""Why a whole file is not analysed."""

CONSUMER_REASONS = {
    "relay-text",
    "relay-facts",
    "public-relay",
    "several-producers",
    "unread-contract",
    "decorated-producer",
    "contract-out-of-reach",
    "unknown-use",
    "no-chunks",
    "unknown-source",
    "other-path",
}
"""Why a call of a producer, or code that reads frames, goes on getting text."""

DECORATOR_REASONS = {
    "public-producer",
    "kept-public",
    "no-callers",
    "several-definitions",
    "foreign-base",
    "named-by-string",
    "doubtful-load",
    "other-contract",
    "passed-on",
    "module-level",
    "in-f-string",
    "chunk-function",
}
"""Why phase 3 lets a decorator stay."""

TEST_REASONS = {"text-test", "other-equality", "unread-chunks", "chunk-name-taken"}
"""Why a test goes on reading text when phase 3 takes a decorator."""

STRING_REASONS = NOT_SSE | {"data-uri", "not-a-field", "private-use-character"}
"""Why a string that looks like an event stream is no site."""

RULES_PAGE = """\
# Rules and reasons

This page is made from the code by `make docs`. Do not edit it.

`streamlift explain CODE` prints one entry of it.

## Rules

A rule says what a site is. The column "becomes" is what phase 2 writes under `SSE = SSEFormatter(ensure_ascii=True)`.

{rules}

## Reasons

A reason says why a site is left as it is, why a string is no site, or why a file is not analysed.

### Sites that are left

{sites}

### Places that go on getting text

They are endpoints, relays and code that reads frames: the `consumers` and `units` of `streamlift scan --format json`.

{consumers}

### Decorators that stay

Phase 3 takes `@producer(...)` away where nothing can want text any more. `streamlift migrate --phase 3` and `streamlift status` tell these, and those of calls that go on getting text.

{decorators}

### Tests that go on reading text

Where phase 3 takes a decorator, a test of frames becomes one of chunks if it is certain that both agree. The others get their text from the contract, and `streamlift migrate --phase 3` tells each of them.

{tests}

### Strings that are no site

They are the `not_sse` rows of `streamlift scan --format json`. A field name that two literals share, or that is written with escapes (`"da" "ta: x\\n\\n"`), is seen only in a file that shows another sign of a frame.

{strings}

### Files that are not analysed

The run goes on without them, and exits with 2.

{files}

## Examples

What is left for each reason, and what a person makes of it where that is the same for everybody.

{examples}
"""


def documents(root: Path) -> dict[Path, str]:
    """Return the text that each generated document shall have.

    Raises:
        SystemExit: If *root* is no checkout, or a document has lost its markers.
    """
    tables = {
        "reasons": _sites(),
        "options": options_table(),
        "settings": settings_table(),
        "keys": keys_table(KEYS),
        "request_keys": keys_table(REQUEST_KEYS),
        "redact_keys": keys_table(REDACT_KEYS),
    }
    pages = {root / "docs/rules.md": rules_page()}
    pages |= {root / f"docs/rules/{rule.code}.md": _rule_page(rule) for rule in RULES.values()}
    for name in ("MIGRATION.md", "docs/cli.md", "docs/snapshots.md"):
        path = root / name
        if not path.exists():
            raise SystemExit(f"{path}: does not exist; run this in a checkout of streamlift")
        pages[path] = _filled(path, tables)
    return pages


def _rule_page(rule: Rule) -> str:
    note = "This page is made from the code by `make docs`. All rules: [rules.md](../rules.md)."
    return f"{rule_page(rule)}\n{note}\n"


def rules_page() -> str:
    """Return the whole of `docs/rules.md`."""
    return RULES_PAGE.format(
        rules=_table(("code", "name", "what it is", "site", "becomes"), map(_rule_row, RULES.values())),
        sites=_sites(),
        consumers=_reasons(CONSUMER_REASONS),
        decorators=_reasons(DECORATOR_REASONS),
        tests=_reasons(TEST_REASONS),
        strings=_reasons(STRING_REASONS),
        files=_reasons(FILE_REASONS),
        examples="\n\n".join(map(_example, filter(_has_example, REASONS.values()))),
    )  # fmt: skip


def options_table() -> str:
    """Return the arguments of each command of the command line."""
    return "\n\n".join(_command_sections(parser()))


def _command_sections(group: argparse.ArgumentParser) -> Iterator[str]:
    """Give the parts of the section of each command of *group*, and of the commands below it."""
    commands = next(
        action
        for action in group._actions  # noqa: SLF001 - argparse has no public way to list them
        if isinstance(action, argparse._SubParsersAction)  # noqa: SLF001
    )
    for pseudo in commands._choices_actions:  # noqa: SLF001 - they hold the help of each command
        command = commands.choices[pseudo.dest]
        yield f"### `{command.prog}`"
        yield _sentence(pseudo.help)
        if command.get_default("run") is None:
            yield from _command_sections(command)
            continue
        rows = [_option_row(action) for action in command._actions if action.dest != "help"]  # noqa: SLF001
        yield _table(("argument", "meaning"), rows)


def keys_table(keys: Mapping[str, Key]) -> str:
    """Return keys of `requests.toml`."""
    rows = ((f"`{name}`", f"`{key.example}`", _prose(key.meaning)) for name, key in keys.items())
    return _table(("key", "example", "what it does"), rows)


def settings_table() -> str:
    """Return the settings of `[tool.streamlift]`."""
    rows = [
        (f"`{each.name}`", f"`{each.example}`", _prose(each.meaning)) for each in SETTINGS.values()
    ]
    return _table(("setting", "for example", "meaning"), rows)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the documents of the checkout in the current directory, or check them.

    Raises:
        SystemExit: If a document is stale and `--check` is given; the message names it.
    """
    parser = argparse.ArgumentParser(description="Write the generated tables of the documentation.")
    parser.add_argument("--check", action="store_true", help="write nothing; 1 if one is stale")
    check = parser.parse_args(arguments).check
    stale = {
        path: text
        for path, text in documents(Path.cwd()).items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    }
    if check and stale:
        names = ", ".join(str(path.relative_to(Path.cwd())) for path in stale)
        raise SystemExit(f"{names}: not what the code says; run: make docs")
    for path, text in stale.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    return 0


def _filled(path: Path, tables: dict[str, str]) -> str:
    """Return the text of *path* with the table of each pair of markers in it."""
    text = path.read_text(encoding="utf-8")
    pattern = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end of generated -->)", re.DOTALL)
    if not pattern.search(text):
        raise SystemExit(f"{path}: has no markers; write <!-- generated: reasons --> and its end")
    return pattern.sub(lambda match: f"{match[1]}\n{tables[match[2]]}\n\n{match[3]}", text)


def _sites() -> str:
    others = STRING_REASONS | FILE_REASONS | CONSUMER_REASONS | DECORATOR_REASONS | TEST_REASONS
    return _reasons(REASONS.keys() - others)


def _reasons(codes: Iterable[str]) -> str:
    chosen = set(codes)
    listed = [reason for reason in REASONS.values() if reason.code in chosen]
    rows = [_reason_row(list(same)) for _, same in groupby(listed, key=_common_meaning)]
    return _table(("reason", "what the tool saw", "by hand"), rows)


def _has_example(reason: Reason) -> bool:
    return reason.example is not None


def _example(reason: Reason) -> str:
    """Return the section of *reason*, which has an example."""
    example = reason.example
    assert example is not None
    parts = [f"### {reason.code}", _python(example.before)]
    if example.after:
        parts += [f"By hand: {reason.by_hand}.", _python(example.after)]
    return "\n\n".join(parts)


def _python(code: str) -> str:
    return f"```python\n{code}\n```"


def _common_meaning(reason: Reason) -> tuple[str, str]:
    """Return what reasons of one family share: all but what stands in brackets at the end."""
    return reason.meaning.partition(" (")[0].rstrip("."), reason.by_hand


def _reason_row(same: list[Reason]) -> tuple[str, ...]:
    codes = ", ".join(f"`{reason.code}`" for reason in same)
    meaning = same[0].meaning if len(same) == 1 else f"{_common_meaning(same[0])[0]}."
    return (codes, _prose(meaning), _prose(_sentence(same[0].by_hand)))


def _rule_row(rule: Rule) -> tuple[str, ...]:
    after = rule.after if rule.after.startswith("(") else _code(rule.after)
    link = f"[{rule.code}](rules/{rule.code}.md)"
    return (link, rule.name, _prose(rule.meaning), _code(rule.before), after)


def _option_row(action: argparse.Action) -> tuple[str, ...]:
    name = ", ".join(action.option_strings)
    value = action.metavar
    if action.choices is not None:
        value = "\\|".join(map(str, action.choices))
    if action.nargs == "*":
        value = f"{value} ..."
    shown = " ".join(str(part) for part in (name, value) if part and action.nargs != 0) or name
    required = " Required." if action.required and action.option_strings else ""
    return (f"`{shown}`", _prose(_sentence(action.help)) + required)


def _sentence(text: str | None) -> str:
    """Return a help text, which starts small and has no full stop, as a sentence."""
    return text[:1].upper() + text[1:].rstrip(".") + "." if text else ""


def _prose(text: str) -> str:
    return text.replace("|", "\\|")


def _code(text: str) -> str:
    return f"`{_prose(text)}`"


def _table(titles: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [titles, tuple("---" for _ in titles), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    sys.exit(main())
