"""What a frame carries, apart from how it is written: the payload, the event, the id."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

from ..reading.purity import is_constant_display
from .bindings import INLINED

if TYPE_CHECKING:
    import ast

    from ..reading.fragment import Fragment
    from ..reading.statements import Assignment
    from .frame_text import Option, Text
    from .need import Need
    from .payload import EncoderCall
    from .read_text import Hole


class Lines(NamedTuple):
    """The text of each line that is not data; None where the frame has no such line."""

    event: Text[Hole] | None = None
    id: Text[Hole] | None = None
    retry: Text[Hole] | None = None


@dataclass(frozen=True)
class Content:
    """A frame as data.

    Attributes:
        kind: `payload` (a value that an encoder turns into JSON), `constant` (JSON text), `done`, `comment`, `raw`.
        text: The text of the data field or the comment.
        call: The encoder call of a `payload`.
        serialised: The statement before the site that makes the JSON text, if one does.
        lines: The other lines of the frame.
        origins: The dotted name of each object of the dialect, by its name in the file.
        options: Under which condition each line is there that is not always.
        choice: The conditional expression of a `choice`, which encodes in one of two ways.
        arms: Its two branches, each as a frame of its own; the frames of a text of `several`.
        bindings: The statements that bind the text of each arm of a `choice`, if no expression is the choice.
        is_bound_early: Whether anything may run between these and the frame.
    """

    kind: Literal["payload", "constant", "done", "comment", "raw", "choice", "several"]
    text: Text[Hole]
    call: EncoderCall | None = None
    serialised: Assignment | None = None
    lines: Lines = field(default_factory=Lines)
    origins: dict[str, str] = field(default_factory=dict)
    options: dict[str, Option[Hole]] = field(default_factory=dict)
    choice: Fragment | None = None
    arms: tuple[Arm, ...] = ()
    bindings: tuple[ast.Assign, ...] = ()
    is_bound_early: bool = False

    @property
    def is_inlined(self) -> bool:
        """Whether the statement that serialises goes, and its plain value stands in the chunk itself."""
        value = self.call.value.node if self.call is not None else None
        return self.serialised is not None and (bool(self.arms) or isinstance(value, INLINED))

    @property
    def is_constant(self) -> bool:
        """Whether the frame is the same whenever it is written, and that cannot fail."""
        texts = [line for line in self.lines if line is not None]
        if self.options or self.arms or any(text.literal is None for text in texts):
            return False
        if self.call is None:
            return self.text.literal is not None and self.text.literal.isascii()
        named = self.call.dialect.objects or self.call.dialect.encoder != "json"
        return not named and self.serialised is None and is_constant_display(self.call.value.node)


@dataclass(eq=False)
class Arm:
    """One of the frames that an expression has: a branch of a choice, or a part of a text of several.

    Attributes:
        content: What it carries.
        need: What it asks of its contract.
    """

    content: Content
    need: Need
