"""An independent counter of what a site may be: it knows tokens only, no syntax tree."""

import io
import re
import tokenize

FIELD = re.compile(r"(?:\A|[\r\n])(?:data|event|id|retry):")
PREFIX = re.compile(r"[a-zA-Z]*")
OPENING = re.compile(r"[a-zA-Z]*('''|\"\"\"|'|\")")
ESCAPED_END = {"\\n": "\n", "\\r": "\r", "\\\n": ""}
F_STRING_START, F_STRING_MIDDLE = (
    getattr(tokenize, "FSTRING_START", -1),
    getattr(tokenize, "FSTRING_MIDDLE", -1),
)


def sse_tokens(raw):
    """Return the (line, column) of each string token that has an SSE field name and colon at a line start.

    From Python 3.12 on an f-string is several tokens; its literal parts count as the token that it was.
    """
    found = []
    starts = []
    for token in tokenize.tokenize(io.BytesIO(raw).readline):
        if token.type == tokenize.STRING:
            opening = OPENING.match(token.string)
            prefix = PREFIX.match(token.string).group().lower()
            text = token.string[opening.end() : -len(opening[1])]
            if FIELD.search(text if "r" in prefix else _unescaped(text)):
                found.append(token.start)
        elif token.type == F_STRING_START:
            starts.append((token.start, token.end))
        elif token.type == F_STRING_MIDDLE and starts:
            text = _unescaped(token.string)
            # A part that does not follow the opening quote starts in the middle of a line.
            if FIELD.search(text if token.start == starts[-1][1] else " " + text):
                found.append(starts[-1][0])
        elif token.type == getattr(tokenize, "FSTRING_END", -1):
            starts.pop()
    return found


def _unescaped(text):
    return re.sub(
        r"\\(?:\\|\n|n|r)", lambda match: ESCAPED_END.get(match.group(), match.group()), text
    )


def rows_of(file):
    """Return what each row covers: its expression, and the statements that build a text for it."""
    built = [statement for site in file.sites for statement in site.statements]
    return [*(row.node for row in (*file.sites, *file.not_sse)), *built]


def uncovered(name, file):
    """Return the tokens of *file* that lie in no row."""
    spans = [
        ((node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset))
        for node in rows_of(file)
    ]
    lines = file.source.text.split("\n")
    missing = []
    for line, column in sse_tokens(file.source.raw):
        in_bytes = len(lines[line - 1][:column].encode())
        if not any(start <= (line, in_bytes) < end for start, end in spans):
            missing.append(f"{name}:{line}:{column}: {lines[line - 1].strip()}")
    return missing


def missing_of(project, facts):
    """Return the tokens of *project* that no row of *facts* tells of."""
    missing = []
    for name in sorted(project.selected):
        file = facts.files.get(name)
        if file is not None:
            missing += uncovered(name, file)
        elif tokens := sse_tokens(project.read(name) or b""):
            missing += [
                f"{name}:{line}:{column}: the file was passed over" for line, column in tokens
            ]
    return missing
