"""Functions that have to go on returning text, for callers that nobody can see: how their calls get chunks.

The first that holds: each call becomes what the function says, with the arguments put in; or the function
gets our decorator, so that it still gives text and `function.chunk(...)` the chunk.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..errors import working_on
from ..frames.carriers import carrier_of
from ..frames.need import need_of
from ..frames.sites import Site
from ..limits import VERDICTS
from ..reading.our_names import are_free
from ..reading.purity import tells_source
from ..reading.test_files import TEST_FILE
from .dissolve import dissolve
from .frame_flow import Flow, Function
from .function_calls import FunctionCalls, is_bound_once
from .producers import Producer
from .returning import is_generator
from .returning import obstacle as obstacle_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..plan import Plan
    from ..reading.facts import FileFacts
    from ..reading.scopes import FunctionNode, Scope
    from .dissolve import Dissolved

KEPT = {"public-helper", "shared-helper", "helper-escapes"}


@dataclass(eq=False)
class TextFunction:
    """A function that returns frames, and has to go on returning text.

    Attributes:
        flow: How the frames of its file move.
        place: The function.
        reason: Why it has to.
        calls: Its calls.
    """

    flow: Flow
    place: Function
    reason: str
    calls: list[Site] = field(default_factory=list)

    @property
    def file(self) -> FileFacts:
        return self.flow.file

    @property
    def scope(self) -> Scope:
        return self.file.tree.scope_made_by[self.place.node]

    @property
    def is_new(self) -> bool:
        """Whether it makes text so far."""
        return bool(self.flow.sources[self.place])

    @property
    def obstacle(self) -> str | None:
        """Why it cannot be given our decorator, None if nothing of its own speaks against it."""
        node = self.place.node
        if self.file.tree.scope_of[node].is_class:
            return "method-helper"
        if isinstance(node, ast.AsyncFunctionDef):
            return "async-helper"
        if self.place.holds == "frames":
            return "list-helper"
        if self._tells_stack:
            return "stack-helper"
        stuck = [self.flow.stuck.get(source) for source in self.flow.sources[self.place]]
        return stuck[0] if stuck and None not in stuck else None

    @property
    def _tells_stack(self) -> bool:
        """Whether it looks at its callers, as a warning with a `stacklevel` does."""
        node, tree = self.place.node, self.file.tree
        keywords = [child.arg for child in ast.walk(node) if isinstance(child, ast.keyword)]
        return "stacklevel" in keywords or tells_source(node, tree, self.scope)

    @property
    def only_frame(self) -> Site | None:
        """The one frame that it makes, if it returns that."""
        frames = [s for s in self.file.sites if s.scope is self.scope and s.kind == "frame"]
        returned = [s for s in frames if s.frame is not None and s.carrier.name == "return"]
        return returned[0] if len(frames) == len(returned) == 1 else None


class TextFunctions:
    """Finds these functions, and decides for each what its calls become.

    Args:
        plan: The plan; sites, flows and what the calls become are added to it.

    Attributes:
        decorated: The functions that are given our decorator.
        settled: The functions that no later run finds calls of that may take a chunk.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.known = FunctionCalls(plan.finder)
        self.decorated: list[TextFunction] = []
        self.settled: set[FunctionNode] = set()
        self._sites: dict[ast.expr, Site] = {}

    def hand_out_chunks(self) -> None:
        """Look at every function that returns frames, and at those that return what these return."""
        for flow in list(self.plan.flows.values()):
            for node in _decorated_already(flow.file):
                flow.enter(Function(node, "frame"))
        seen: set[Function] = set()
        while new := [(f, p) for f, p in self._places() if p not in seen]:
            for flow, place in new:
                seen.add(place)
                with working_on(flow.file.name, place.node.lineno):
                    self._look_at(flow, place)

    def settle(self) -> bool:
        """Take back what functions and their calls do not agree on; return whether there was anything."""
        changed = False
        for function in self.decorated:
            asked = [call for call in function.calls if call.verdict == "auto"]
            stuck = function.flow.stuck
            if not asked and function.is_new and function.place not in stuck:
                stuck[function.place], changed = function.reason, True
            if asked and function.place in stuck:
                changed = True
                for call in asked:
                    self._flow_of(call).stuck[call.node] = _reason_for_calls(function)
        return changed

    def producers(self) -> list[Producer]:
        """Return the functions that are given our decorator."""
        return [
            self._producer(function)
            for function in self.decorated
            if function.is_new and function.place not in function.flow.stuck
        ]

    def _producer(self, function: TextFunction) -> Producer:
        node, flow = function.place.node, function.flow
        producer = Producer(function.file, node, function.scope, returns=True)
        for site in [s for s in function.file.sites if s.verdict == "auto" and not s.as_text]:
            if not flow.reached_from(site.node).isdisjoint(flow.sources[function.place]):
                (producer.reached if site in self.plan.contents else producer.asked).append(site)
        return producer

    def _places(self) -> Iterator[tuple[Flow, Function]]:
        for flow in list(self.plan.flows.values()):
            for place in flow.functions():
                yield flow, place

    def _look_at(self, flow: Flow, place: Function) -> None:
        function = TextFunction(flow, place, self._reason(flow, place))
        function.calls = [self._add_call(flow.file, use, place) for use in flow.uses[place]]
        if function.reason:
            flow.stuck[place] = function.reason
        if function.reason in KEPT:
            self._decide(function)

    def _reason(self, flow: Flow, place: Function) -> str:
        """Return why *place* has to go on returning text, "" if it has not to."""
        if not flow.sources[place]:
            return "public-helper"  # it has our decorator already
        closed_world = self.plan.settings.closed_world
        reason = obstacle_of(place, flow.file, self.plan.finder, closed_world=closed_world)
        return reason or flow.stuck.get(place, "")

    def _decide(self, function: TextFunction) -> None:
        elsewhere = []
        for file, node, is_certain in self.known.elsewhere(function.place.node, function.file):
            site = self._add_call(file, node, function.place)
            if not is_certain and site.verdict == "auto":
                site.leave(function.reason)
            elsewhere.append(site)
        function.calls += elsewhere
        movable = [call for call in function.calls if self._may_move(call, function)]
        if all(map(self._is_selected, function.calls)):
            self.settled.add(function.place.node)
        if movable and self._dissolve(function, movable):
            movable = []
        obstacle = function.obstacle
        if self.known.is_replaced(function.place.node.name):
            obstacle = obstacle or "replaced-helper"
        if movable and obstacle is None:
            self._decorate(function, movable)
        else:
            if function.reason == "public-helper" or obstacle == "replaced-helper":
                function.reason = obstacle or function.reason
            function.flow.stuck[function.place] = function.reason
            for call in elsewhere:
                if call not in self.plan.originals and call.verdict == "auto":
                    self._flow_of(call).stuck.setdefault(call.node, function.reason)

    def _add_call(self, file: FileFacts, call: ast.expr, place: Function) -> Site:
        if call in self._sites:
            return self._sites[call]
        scope = file.tree.scope_of[call]
        carrier = carrier_of(call, file.tree)
        site = Site(file.source, call, scope, carrier, "helper-call", helper=place.node)
        self._sites[call] = site
        reason = self._refusal(site)
        if TEST_FILE.search(file.name):
            site.leave("test-code", "suppressed")
        elif reason is not None:
            site.leave(reason, VERDICTS[reason])
        file.sites.append(site)
        return site

    def _flow_of(self, call: Site) -> Flow:
        file = self.plan.facts.files[call.source.name]
        return self.plan.flows.setdefault(file.name, Flow(file))

    def _may_move(self, call: Site, function: TextFunction) -> bool:
        """Whether *call* certainly is one of *function*, and its place may take a chunk."""
        file = self.plan.facts.files[call.source.name]
        if (
            call.verdict != "auto"
            or not self._is_selected(call)
            or self.known.is_replaced(function.place.node.name)
            or not is_bound_once(call, file, function.file)
            or not are_free(call.scope, file)
        ):
            return False
        flow = self._flow_of(call)
        flow.follow(call.node)
        in_function = isinstance(call.scope.node, (ast.FunctionDef, ast.AsyncFunctionDef))
        return in_function and call.node not in flow.stuck

    def _is_selected(self, call: Site) -> bool:
        """Whether this run may change *call*."""
        selected = call.source.name in self.plan.facts.project.selected
        return selected and self._refusal(call) is None

    def _refusal(self, call: Site) -> str | None:
        return self.plan.limits.refusal(call) if self.plan.limits is not None else None

    def _dissolve(self, function: TextFunction, calls: list[Site]) -> bool:
        """Dissolve *calls* if all of them can be, and the text is for callers outside of the project only."""
        frame = function.only_frame
        if function.reason != "public-helper" or frame not in self.plan.contents:
            return False
        assert frame is not None
        found: dict[Site, Dissolved] = {}
        for call in calls:
            file, content = self.plan.facts.files[call.source.name], self.plan.contents[frame]
            dissolved = dissolve(call, file, frame, content, function.file)
            if dissolved is None:
                return False
            found[call] = dissolved
        for call, dissolved in found.items():
            self._flow_of(call).detached.add(call.node)
            call.frame, call.text, call.is_bytes = frame.frame, frame.text, frame.is_bytes
            tree = self.plan.facts.files[call.source.name].tree
            self.plan.contents[call] = dissolved.content
            self.plan.needs[call] = need_of(call, dissolved.content, tree)
            self.plan.originals[call] = dissolved.original
        return True

    def _decorate(self, function: TextFunction, calls: list[Site]) -> None:
        """Let *calls* ask for the chunk, and every other call go on getting text."""
        function.flow.decorated.add(function.place)
        function.flow.stuck.pop(function.place, None)
        self.decorated.append(function)
        for call in function.calls:
            flow = self._flow_of(call)
            flow.detached.add(call.node)
            if call in calls:
                self.plan.asked[call] = function
            else:
                flow.stuck.setdefault(call.node, function.reason)


def _reason_for_calls(function: TextFunction) -> str:
    """Return why the calls of *function*, which gives text after all, get it."""
    reason = function.flow.stuck[function.place]
    return reason if reason in VERDICTS else function.reason


def _decorated_already(file: FileFacts) -> list[FunctionNode]:
    """Return the functions of *file* that return chunks and have our decorator."""
    return [
        node
        for node in file.tree.functions
        if isinstance(node, ast.FunctionDef)
        and Producer(file, node, file.tree.scope_made_by[node]).is_decorated
        and not is_generator(node, file.tree)
    ]
