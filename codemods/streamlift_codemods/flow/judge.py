"""Which sites may become chunks: what they carry, where their frames go, and who hands them out."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from ..contracts.encoder_objects import settled_dialect
from ..errors import working_on
from ..frames.need import need_of
from ..frames.read_content import content_of, several_of
from ..limits import MIXED_VERDICTS, VERDICTS
from ..reading.facts import names_member
from ..reading.our_names import are_free
from ..reading.purity import tells_source
from ..rewriting.given_text import give_calls, may_be_given
from .double_framing import generators_framed_again
from .frame_flow import Flow, Function
from .producers import Producer, is_known_here, is_private
from .text_functions import TextFunctions

if TYPE_CHECKING:
    from ..frames.content import Content
    from ..frames.sites import Site
    from ..plan import Plan
    from ..reading.facts import FileFacts
    from ..reading.scopes import FunctionNode, Scope
    from .frame_flow import Variable

PUBLIC = {"public-helper", "shared-helper"}
# They begin with literal text, which is searched for many times as fast as a word boundary.
JSON_PATCHES = (
    re.compile(rb"json\.(?<=\bjson\.)(?:dumps|JSONEncoder)\s*=[^=]"),
    re.compile(rb"setattr\((?<=\bsetattr\()\s*json\s*,"),
)


class Judge:
    """Gives each site of a plan its verdict, as far as that does not depend on contracts.

    Args:
        plan: The plan; it is filled in.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.files = list(plan.facts.files.values())
        self.text_functions = TextFunctions(plan)
        self.json_is_patched = plan.facts.project.matches(*JSON_PATCHES)
        self.failed: set[Site] = set()
        self.framed_again: set[FunctionNode] = set()

    def read_sites(self) -> None:
        """Read what each site carries."""
        for file in self.plan.facts.project.progress.over(self.files, "Reading frames"):
            for site in file.sites:
                if site.verdict == "auto":
                    with working_on(file.name, site.line):
                        self._read(site, file)
                elif site.frames and site.verdict == "review":
                    with working_on(file.name, site.line):
                        self._read_several(site, file)

    def follow_frames(self) -> None:
        """Follow the frames of each file, and add the calls of functions that return them as sites."""
        for file in self.files:
            flow = self.plan.flows[file.name] = Flow(file)
            for site in file.sites:
                if site.verdict == "auto" or site in self.plan.contents:
                    with working_on(file.name, site.line):
                        flow.follow(site.node)
                if site.reason is not None and site in self.plan.contents:
                    flow.stuck.setdefault(site.node, site.reason)
        self.text_functions.hand_out_chunks()
        self.framed_again = generators_framed_again(self.plan)
        self._leave_others()
        for name, flow in self.plan.flows.items():
            with working_on(name):
                self._judge_places(flow)
                self._judge_producers(flow)
                self._spread(flow)
        self._settle()

    def _leave_others(self) -> None:
        """Leave the sites that the run is not limited to; what they mix with stays text as well."""
        limits = self.plan.limits
        if limits is None:
            return
        for flow in self.plan.flows.values():
            for site in flow.file.sites:
                reason = limits.refusal(site)
                if reason is not None and site.verdict in {"auto", "review", "refused"}:
                    site.leave(reason, VERDICTS[reason])
                if reason is not None and site.reason == reason:
                    flow.stuck[site.node] = reason

    def give_text(self) -> None:
        """Let the contract give its text to each frame that has to stay text."""
        for file in self.files:
            while self._give_text_once(file):
                pass  # one that is certain makes others of its file so

    def _give_text_once(self, file: FileFacts) -> bool:
        self.plan.flows.setdefault(file.name, Flow(file))
        before = len(self.plan.kept)
        for site in file.sites:
            content, reason = self.plan.contents.get(site), site.reason
            if content is None or reason is None or site.verdict != "refused":
                continue
            if site in self.failed or self._may_move_later(site):
                continue
            if may_be_given(site, content, file, self.plan):
                self.plan.kept[site] = reason
                site.give_text()
        return len(self.plan.kept) > before

    def _may_move_later(self, site: Site) -> bool:
        """Whether the helper around *site* has calls that may ask for its chunk in a run that may change them."""
        function = site.scope.function
        settled = function is not None and function.node in self.text_functions.settled
        return site.reason in PUBLIC and not settled and not self.plan.introduces

    def give_calls(self) -> None:
        """Take the calls of helpers whose text is given for settled: what needs text has it."""
        give_calls(self.plan.facts.files.values(), self.plan.flows)

    def leave(self, site: Site, reason: str) -> None:
        """Leave *site*, and with it every site whose frames mix with its own."""
        self.failed.add(site)
        if site.as_text:
            site.leave(self.plan.kept[site])
            return
        flow = self.plan.flows[site.source.name]
        flow.stuck[site.node] = reason
        site.leave(reason)
        place = flow.into.get(site.node)
        if isinstance(place, Function) and place not in flow.decorated:
            flow.stuck[place] = reason  # it would return chunks and text, and its annotation lie
        self._spread(flow)
        self._settle()

    def _settle(self) -> None:
        """Let functions and their calls in other files agree on what is text."""
        while self.text_functions.settle():
            for flow in self.plan.flows.values():
                self._spread(flow)

    def group_producers(self) -> None:
        """Find the generators that hand chunks out, with the sites that each of them sends."""
        producers: dict[Scope, Producer] = {}
        for flow in self.plan.flows.values():
            for site in flow.file.sites:
                if site.verdict != "auto" or site.as_text:
                    continue
                for expression in sorted(flow.yielded_from(site.node), key=_place):
                    producer = self._producer(producers, flow.file, flow.yields[expression])
                    producer.yields.add(expression)
                    if site in self.plan.contents:
                        producer.reached.append(site)
                    if site in self.plan.asked:
                        producer.asked.append(site)
                    if site.node is expression:
                        producer.sites.append(site)
        self.plan.producers = [*producers.values(), *self.text_functions.producers()]

    def _producer(
        self, producers: dict[Scope, Producer], file: FileFacts, node: ast.expr
    ) -> Producer:
        scope = file.tree.scope_of[node]
        assert isinstance(scope.node, (ast.FunctionDef, ast.AsyncFunctionDef))
        return producers.setdefault(scope, Producer(file, scope.node, scope))

    def _read(self, site: Site, file: FileFacts) -> None:
        content = self._settled(
            content_of(site, file.tree, trusts_json=not self.json_is_patched), site, file
        )
        if content is None:
            site.leave("no-data", "review")
        elif reason := _obstacle(site, file):
            site.leave(reason)
        else:
            self.plan.contents[site] = content
            self.plan.needs[site] = need_of(site, content, file.tree)
            if site.scope.function is None:
                inside = site.carrier.name in {"constant", "assignment"}
                site.leave("carrier-constant" if inside else f"carrier-{site.carrier.name}")
            elif isinstance(site.scope.node, ast.Lambda) and site.carrier.name != "lambda":
                site.leave("carrier-lambda")

    def _read_several(self, site: Site, file: FileFacts) -> None:
        """Read a text of several frames, which can only be given by the contract: one chunk is one frame."""
        content = several_of(site, file.tree, trusts_json=not self.json_is_patched)
        if content is not None and not _obstacle(site, file):
            self.plan.contents[site] = content
            self.plan.needs[site] = content.arms[0].need
            site.leave("several-frames")

    def _judge_places(self, flow: Flow) -> None:
        for parameter in flow.parameters():
            if not self._is_closed(parameter, flow.file):
                flow.stuck[parameter] = "carrier-argument"
        for attribute in flow.attributes():
            elsewhere = self.plan.facts.project.mentioning({attribute.name})[attribute.name]
            named = names_member(flow.file.tree, attribute.name)
            if named or elsewhere - {flow.file.name}:
                flow.stuck[attribute] = "carrier-queue"

    def _is_closed(self, parameter: Variable, file: FileFacts) -> bool:
        """Whether nothing but this file calls the function of *parameter*, or puts another in its place."""
        function, closed_world = parameter.owner.node, self.plan.settings.closed_world
        assert isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef))
        owner = file.tree.scope_of[function]
        private = is_private(function, owner, file, closed_world=closed_world)
        return private and is_known_here(function, file, self.plan.finder)

    def _settled(self, content: Content | None, site: Site, file: FileFacts) -> Content | None:
        """Return *content* with the origins of what its dialect names; raw text if no contract can name it."""
        if content is None or content.call is None or not content.call.dialect.objects:
            return content
        found = content.call.dialect
        line = site.line if site.scope.function is None else None
        dialect = settled_dialect(found, file, line, self.plan.facts)
        if dialect is None or any(
            n.home and self.text_functions.known.is_replaced(n.text) for n in dialect.objects
        ):
            return content_of(site, file.tree, trusts_json=False)
        pairs = zip(found.objects, dialect.objects, strict=True)
        return replace(
            content,
            call=replace(content.call, dialect=dialect),
            origins={before.origin: after.origin for before, after in pairs},
        )

    def _judge_producers(self, flow: Flow) -> None:
        as_bytes = {
            expression
            for site in flow.file.sites
            if site.is_bytes
            for expression in flow.yielded_from(site.node)
        }
        for expression, node in flow.yields.items():
            scope = flow.file.tree.scope_of[node]
            if scope.node in self.framed_again and expression not in as_bytes:
                flow.stuck[expression] = "double-framed"
            elif not isinstance(scope.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                flow.stuck[expression] = "carrier-lambda"
            elif reason := Producer(flow.file, scope.node, scope).refusal():
                flow.stuck[expression] = reason

    def _spread(self, flow: Flow) -> None:
        flow.spread()
        for site in flow.file.sites:
            if site.verdict == "auto" and (reason := flow.stuck.get(site.node)):
                site.leave(reason, MIXED_VERDICTS.get(reason, "refused"))


def _place(node: ast.expr) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _obstacle(site: Site, file: FileFacts) -> str | None:
    """Return why nothing may be written in the place of *site*, whatever it carries."""
    if not are_free(site.scope, file):
        return "name-collision"
    told = any(tells_source(node, file.tree, site.scope) for node in (site.node, *site.statements))
    return "source-text" if told else None
