"""What the demo prints: with colours on a terminal, plain text anywhere else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table
from rich.text import Text

PLAIN_WIDTH = 100
SAME = "identical"
DIFF_STYLES = (("+++", "bold"), ("---", "bold"), ("@@", "cyan"), ("+", "green"), ("-", "red"))


@dataclass(frozen=True)
class Row:
    """One line of the last table.

    Attributes:
        scenario: What was asked.
        messages: How many messages the answer had in the beginning.
        size: How many bytes.
        results: What became of it after each phase.
        same: Whether it is the same after all of them.
    """

    scenario: str
    messages: int
    size: int
    results: Mapping[str, str]
    same: bool


class Screen:
    """Prints the parts of the demo, in the order of its steps."""

    def __init__(self, console: Console | None = None) -> None:
        console = console or Console(highlight=False)
        if not console.is_terminal:
            console.width = PLAIN_WIDTH
        self._console = console
        self._steps = 0

    @property
    def colour(self) -> bool:
        """Whether colours are seen."""
        return self._console.is_terminal and not self._console.no_color

    def step(self, title: str) -> None:
        """Begin the next step."""
        self._steps += 1
        self._console.print()
        self._print(f"{self._steps}. {title}", style="bold")

    def line(self, text: str, style: str = "") -> None:
        """Print a remark of the step."""
        for line in text.splitlines():
            self._print(f"   {line}", style=style)

    def report(self, text: str, *, head: int, tail: int) -> None:
        """Print the beginning and the end of a report, all of it if little lies in between."""
        lines = text.rstrip().splitlines()
        left_out = len(lines) - head - tail
        if left_out > 1:
            lines[head:-tail] = [f"... {left_out} more lines ...", ""]
        self.line("\n".join(lines))

    def diff(self, text: str, *, limit: int) -> None:
        """Print the first *limit* lines of a unified diff."""
        lines = text.splitlines()
        for line in lines[:limit]:
            style = next((style for mark, style in DIFF_STYLES if line.startswith(mark)), "")
            self._print(f"   {line}", style=style)
        if len(lines) > limit:
            self._print(f"   ... {len(lines) - limit} more lines ...", style="dim")

    def table(self, rows: Sequence[Row]) -> None:
        """Print one row a scenario."""
        table = Table(box=None, padding=(0, 3, 0, 0), header_style="bold")
        table.add_column("   scenario", no_wrap=True)
        table.add_column("messages", justify="right")
        table.add_column("bytes", justify="right")
        for phase in rows[0].results:
            table.add_column(phase, no_wrap=True)
        for row in rows:
            results = [
                Text(result, style="green" if result == SAME else "bold red")
                for result in row.results.values()
            ]
            table.add_row(f"   {row.scenario}", str(row.messages), str(row.size), *results)
        self._console.print()
        self._console.print(table)

    def verdict(self, text: str, *, good: bool) -> None:
        """Print the last line."""
        self._console.print()
        self._print(text, style="bold green" if good else "bold red")

    def _print(self, text: str, style: str = "") -> None:
        # Text, and not str: a diff is full of what rich would take for markup.
        self._console.print(Text(text, style=style), soft_wrap=True)
