"""Which sites may become chunks: what they carry, where their frames go, and who hands them out."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from .content import content_of, need_of
from .encoder_objects import settled_dialect
from .frame_flow import Flow, Function
from .our_names import are_free
from .producers import Producer
from .purity import tells_source
from .text_functions import TextFunctions

if TYPE_CHECKING:
    from .content import Content
    from .facts import FileFacts
    from .plan import Plan
    from .scopes import Scope
    from .sites import Site

JSON_PATCH = re.compile(rb"\bjson\.(?:dumps|JSONEncoder)\s*=[^=]|\bsetattr\(\s*json\s*,")


class Judge:
    """Gives each site of a plan its verdict, as far as that does not depend on contracts.

    Args:
        plan: The plan; it is filled in.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.files = list(plan.facts.files.values())
        self.text_functions = TextFunctions(plan)
        self.json_is_patched = plan.facts.project.matches(JSON_PATCH)

    def read_sites(self) -> None:
        """Read what each site carries."""
        for file in self.files:
            for site in file.sites:
                if site.verdict == "auto":
                    self._read(site, file)

    def follow_frames(self) -> None:
        """Follow the frames of each file, and add the calls of functions that return them as sites."""
        for file in self.files:
            flow = self.plan.flows[file.name] = Flow(file)
            for site in file.sites:
                if site.verdict == "auto":
                    flow.follow(site.node)
        self.text_functions.hand_out_chunks()
        for flow in self.plan.flows.values():
            self._judge_producers(flow)
            self._spread(flow)
        self._settle()

    def leave(self, site: Site, reason: str) -> None:
        """Leave *site*, and with it every site whose frames mix with its own."""
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
            for site in [site for site in flow.file.sites if site.verdict == "auto"]:
                for expression in flow.yielded_from(site.node):
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
        elif not are_free(site.scope, file):
            site.leave("name-collision")
        elif tells_source(site.node, file.tree, site.scope):
            site.leave("source-text")
        elif site.scope.function is None:
            site.leave("carrier-constant")
        elif isinstance(site.scope.node, ast.Lambda):
            site.leave("carrier-lambda")
        else:
            self.plan.contents[site] = content
            self.plan.needs[site] = need_of(site, content, file.tree)

    def _settled(self, content: Content | None, site: Site, file: FileFacts) -> Content | None:
        """Return *content* with the origins of what its dialect names; raw text if no contract can name it."""
        if content is None or content.call is None or not content.call.dialect.objects:
            return content
        found = content.call.dialect
        dialect = settled_dialect(found, file, site.line, self.plan.facts)
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
        for expression, node in flow.yields.items():
            scope = flow.file.tree.scope_of[node]
            if not isinstance(scope.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                flow.stuck[expression] = "carrier-lambda"
            elif reason := Producer(flow.file, scope.node, scope).refusal():
                flow.stuck[expression] = reason

    def _spread(self, flow: Flow) -> None:
        flow.spread()
        for site in flow.file.sites:
            if site.verdict == "auto" and (reason := flow.stuck.get(site.node)):
                site.leave(reason)
