"""A small application as a value: its files, what a careful person expects of the tool, and what to ask it."""

from dataclasses import dataclass

PYPROJECT = '[project]\nname = "chat"\nversion = "1"\n'


@dataclass(frozen=True)
class Request:
    """One request.

    Attributes:
        query: The query string; the application reads its `q`.
        disconnect_after: The client goes away after this many messages.
        path: The path.
    """

    query: str
    disconnect_after: int | None = None
    path: str = "/chat"


REQUESTS = (
    Request("q=hi"),
    Request("q=bad"),  # a payload in the middle cannot be serialised
    Request("q=fail"),  # upstream fails in the middle
    Request("q="),  # the endpoint refuses it before the stream begins
    Request("q=hi", disconnect_after=1),
)


@dataclass(frozen=True)
class Project:
    """A small application.

    Attributes:
        name: What it is about.
        files: The text of each module, by path.
        expect: For each file with sites, the grade of each automatic one and `verdict reason` of the others,
            in order. A star behind it says that a careful person could migrate the site by hand.
        entry: `module:name` of the application.
        server: What speaks to it: a function of `servers.py`.
        requests: What is asked.
        contains: What stands in the new files.
        needs: The package that it cannot run without.
    """

    name: str
    files: dict[str, str]
    expect: dict[str, tuple[str, ...]]
    entry: str = "app:app"
    server: str = "asgi"
    requests: tuple[Request, ...] = REQUESTS
    contains: tuple[str, ...] = ()
    needs: str = "fastapi"

    @property
    def texts(self) -> dict[str, str]:
        return {
            "pyproject.toml": PYPROJECT,
            **{name: text.lstrip("\n") for name, text in self.files.items()},
        }
