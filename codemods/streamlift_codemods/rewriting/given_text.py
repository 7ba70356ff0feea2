"""Frames that stay text: the contract gives it where it is made, `SSE.format_chunk(StreamingChunk.of(...))`.

The expression keeps its type, its value, its moment and its exceptions, so nothing has to be known of where
it goes. That is the last resort for a frame that may not become a chunk; what has to know how a frame is
written is the contract all the same.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..limits import OTHER
from ..reading.outside_uses import importers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..flow.frame_flow import Flow, Place
    from ..frames.content import Content
    from ..frames.sites import Site
    from ..plan import Plan
    from ..reading.facts import FileFacts

NEVER = {"not-a-stream", "double-framed", OTHER}
SENDING = {"queue", "writer", "publish", "response"}
SPEAKS_OF_SSE = re.compile(
    r"event-stream|eventsource|server-sent|(?<![a-z])sse(?![a-z])|\[DONE\]", re.IGNORECASE
)

# What an earlier run wrote is no sign that the rest is an event stream.
OUR_WORDS = re.compile(r"\bSSE(?:Formatter|Response|_[A-Z0-9_]+)?\b|\bsse_(?:contracts|producer)\b")


def may_be_given(site: Site, content: Content, file: FileFacts, plan: Plan) -> bool:
    """Return whether the frame expression *site*, which cannot become a chunk, may be given its text instead."""
    return (
        site.kind == "frame"
        and site.reason not in NEVER
        and not _is_in_f_string(site, file)
        and (site.scope.function is not None or _is_behind_the_contracts(site, content, file))
        and _is_certainly_sse(site, content, file, plan)
    )


def _has_a_chunk(file: FileFacts) -> bool:
    """Whether another frame of the file is one for certain, or was."""
    return any(site.verdict in {"auto", "already"} for site in file.sites)


def _is_in_f_string(site: Site, file: FileFacts) -> bool:
    """Whether the site stands in a replacement field, whose quotes and positions are those of the whole string."""
    return any(isinstance(node, ast.JoinedStr) for node in file.tree.ancestors(site.node))


def _is_behind_the_contracts(site: Site, content: Content, file: FileFacts) -> bool:
    """Whether the contract is certainly bound when *site*, which runs with the module, does."""
    calls = [content.call, *(arm.content.call for arm in content.arms)]
    beside_encoder = any(call is not None and call.dialect.home for call in calls)
    imports = [
        statement.end_lineno or 0
        for statement in file.source.tree.body
        for node in ast.walk(statement)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        and file.tree.scope_of[node] is file.tree.module
    ]
    return not beside_encoder and site.line > max(imports, default=0)


def _is_certainly_sse(site: Site, content: Content, file: FileFacts, plan: Plan) -> bool:
    """Whether more than the text itself says that it is a frame: it may as well be a prompt, or end in a colon."""
    has_event = content.lines.event is not None
    is_sent = content.kind == "payload" and site.carrier.name in SENDING
    function = site.scope.function
    is_generator = function is not None and bool(function.yields)
    yields = bool(plan.flows[file.name].yields)
    return (
        has_event
        or is_sent
        or is_generator
        or yields
        or _has_a_chunk(file)
        or _speaks_of_sse(file)
        or (content.kind == "payload" and any(map(_speaks_of_sse, importers(file, plan.facts))))
    )


def _speaks_of_sse(file: FileFacts) -> bool:
    return SPEAKS_OF_SSE.search(OUR_WORDS.sub("", file.source.text)) is not None


def give_calls(files: Iterable[FileFacts], flows: Mapping[str, Flow]) -> None:
    """Take the calls of helpers whose text the contract gives for what they are: text already, for whatever needs it."""
    given = _Given(files, flows)
    for site, home in given.calls.items():
        if site.verdict != "refused" or not (site.node in given.texts or given.is_given(home)):
            continue
        if home.is_migrated and site.node not in given.texts:
            site.settle()
        else:
            site.give_text()


@dataclass(frozen=True)
class _Home:
    """A place that frames come from, and how those of its file move."""

    flow: Flow
    place: Place

    @property
    def is_migrated(self) -> bool:
        """Whether it is a function that an earlier run gave our decorator."""
        return not self.flow.sources[self.place]

    @property
    def is_decorated(self) -> bool:
        return self.place in self.flow.decorated and self.place not in self.flow.stuck


class _Given:
    """Which functions have their text from the contract.

    Attributes:
        calls: The calls of functions that return frames, with the function.
        texts: The frames that are text, and the calls whose chunk is formatted where it is needed.
    """

    def __init__(self, files: Iterable[FileFacts], flows: Mapping[str, Flow]) -> None:
        functions = [(flow, place) for flow in flows.values() for place in flow.functions()]
        homes = {place.node: _Home(flow, place) for flow, place in functions}
        sites = [site for file in files for site in file.sites]
        self.calls = {site: homes[site.helper] for site in sites if site.helper in homes}
        self.texts = {site.node for site in sites if site.as_text}
        self.texts |= {call for flow in flows.values() for call in flow.given_as_text}
        self._makers = {site.node: home for site, home in self.calls.items()}
        for flow in flows.values():
            for place, uses in flow.uses.items():
                self._makers |= dict.fromkeys(uses, _Home(flow, place))

    def is_given(self, home: _Home, seen: frozenset[_Home] = frozenset()) -> bool:
        """Return whether every frame that comes into *home* is text that the contract gives."""
        if home in seen or home.is_migrated or home.is_decorated:
            return True
        return all(
            source in self.texts
            or (source in self._makers and self.is_given(self._makers[source], seen | {home}))
            for source in home.flow.sources[home.place]
        )
