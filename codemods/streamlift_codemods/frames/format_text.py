"""Read `%` templates and `str.format` templates: literal parts and replacement fields in order."""

from __future__ import annotations

import re
from dataclasses import dataclass
from string import Formatter

PERCENT_FIELD = re.compile(r"%(?:%|([sra])|.?)", re.DOTALL)


@dataclass(frozen=True)
class TemplateField:
    """One field of a template.

    Attributes:
        key: Which argument fills it: a position or a name.
        conversion: "r", "s", "a" or "".
        spec: The format specification.
    """

    key: int | str
    conversion: str
    spec: str


@dataclass
class UnknownTemplate(Exception):
    """A template with a field whose text cannot be told, such as `%5.2f` or `{0.name}`."""


def percent_fields(template: str) -> list[str | TemplateField]:
    """Return the parts of *template*, the left side of `%`.

    Raises:
        UnknownTemplate: If it has any field but `%s`, `%r`, `%a` and `%%`.
    """
    parts: list[str | TemplateField] = []
    position = 0
    count = 0
    for match in PERCENT_FIELD.finditer(template):
        parts.append(template[position : match.start()])
        position = match.end()
        if match.group() == "%%":
            parts.append("%")
        elif match[1]:
            parts.append(TemplateField(count, match[1], ""))
            count += 1
        else:
            raise UnknownTemplate
    return [*parts, template[position:]]


def format_fields(template: str) -> list[str | TemplateField]:
    """Return the parts of *template*, on which `.format` is called.

    Raises:
        UnknownTemplate: If a field looks up an attribute or an index, or is nested, or the template is not valid.
    """
    parts: list[str | TemplateField] = []
    count = 0
    try:
        parsed = list(Formatter().parse(template))
    except ValueError as error:
        raise UnknownTemplate from error
    for literal, name, spec, conversion in parsed:
        parts.append(literal)
        if name is None:
            continue
        if not (name == "" or name.isdigit() or name.isidentifier()) or "{" in (spec or ""):
            raise UnknownTemplate
        key: int | str = int(name) if name.isdigit() else name or count
        count += name == ""
        parts.append(TemplateField(key, conversion or "", spec or ""))
    return parts
