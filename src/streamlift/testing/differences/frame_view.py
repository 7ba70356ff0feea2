"""An event stream for people: each frame with its number, and what cannot be seen shown."""

from __future__ import annotations

from .frame_diff import LINE, split_frames
from .visible_text import visible


def frame_view(stream: bytes, *, colour: bool = False, numbers: bool = True) -> str:
    r"""Return *stream*, a line of text a line of its own.

    Args:
        stream: The body of a response.
        colour: With ANSI colours.
        numbers: With the number of each frame. Without, a view differs in the frames that differ
            only, which is what `git diff` wants of a `textconv`.

    >>> print(frame_view(b"data: a\n\ndata: b\r\n\r\n"), end="")
    [0] data: a␊
        ␊
    [1] data: b␍␊
        ␍␊
    """
    frames = split_frames(stream)
    margin = len(f"[{len(frames) - 1}] ") if numbers else 0
    lines = []
    for index, frame in enumerate(frames):
        label = f"[{index}]".ljust(margin) if numbers else ""
        for line in LINE.finditer(frame):
            if line[0]:
                lines.append(f"{_dim(label, colour=colour)}{visible(line[0])}\n")
                label = " " * margin
    return "".join(lines)


def _dim(text: str, *, colour: bool) -> str:
    return f"\x1b[2m{text}\x1b[0m" if colour and text.strip() else text
