"""Which sites may become chunks: what they carry, where their frames go, and who hands them out."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from .carriers import TEST_FILE, carrier_of
from .content import content_of, is_bound_by_now, need_of
from .dissolve import dissolve
from .facts import names_member
from .frame_flow import Flow, Function
from .imports import header_imports
from .producers import Producer
from .returning import obstacle
from .scopes import root_name
from .sites import CHUNK, CHUNK_ORIGIN, Site

if TYPE_CHECKING:
    from .facts import FileFacts
    from .plan import Plan
    from .scopes import Scope, ScopeTree

JSON_PATCH = re.compile(rb"\bjson\.(?:dumps|JSONEncoder)\s*=[^=]|\bsetattr\(\s*json\s*,")
LINE_TELLERS = re.compile(r"^(?:traceback|inspect|linecache|faulthandler)\.|^sys\._getframe")
OUR_NAMES = ("SSEFormatter", "ModelDialect")
SHARED = {"public-helper", "shared-helper"}


class Judge:
    """Gives each site of a plan its verdict, as far as that does not depend on contracts.

    Args:
        plan: The plan; it is filled in.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.files = list(plan.facts.files.values())
        self.patched: dict[str, bool] = {}
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
            self._judge_functions(flow)
            self._judge_producers(flow)
            file.sites.extend(self._calls(flow))
            self._spread(flow)
        for file in self.files:
            self._add_calls_elsewhere(self.plan.flows[file.name])

    def dissolve_helpers(self) -> None:
        """Take the calls of helpers that stay text, and are yielded, as frames of their own."""
        returned: dict[ast.AST, tuple[Site, FileFacts]] = {
            site.scope.node: (site, file)
            for file in self.files
            for site in file.sites
            if site in self.plan.contents and site.carrier.name == "return"
        }
        for file in list(self.plan.facts.files.values()):
            for site in file.sites:
                left = site.reason in SHARED and site.carrier.name == "yield"
                if not left or site.helper is None or site.helper not in returned:
                    continue
                helper, home = returned[site.helper]
                if _is_bound_once(site, file, home) and not self._is_patched(site.helper.name):
                    self._dissolve(site, file, helper, home)
        self.files = list(self.plan.facts.files.values())

    def _is_patched(self, name: str) -> bool:
        """Whether something replaces the function: an assignment to the attribute, or `mock.patch` and its like."""
        if name not in self.patched:
            facts = self.plan.facts
            files = [facts.load(other) for other in facts.project.mentioning({name})[name]]
            self.patched[name] = any(
                _replaces(file.tree, name) for file in files if file is not None
            )
        return self.patched[name]

    def _dissolve(self, call: Site, file: FileFacts, helper: Site, home: FileFacts) -> None:
        several = sum(site.scope is helper.scope for site in home.sites) > 1
        found = None if several else dissolve(call, file, helper, self.plan.contents[helper], home)
        bindings = call.scope.bindings_of(CHUNK)
        taken = any(binding.qualified not in CHUNK_ORIGIN for binding in bindings)
        function = call.scope.node
        if (
            found is None
            or taken
            or not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef))
        ):
            return
        if Producer(file, function, call.scope).refusal() is not None:
            return
        flow = self.plan.flows.setdefault(file.name, Flow(file))
        flow.stuck.pop(call.node, None)
        flow.follow(call.node)
        call.frame, call.is_bytes = helper.frame, helper.is_bytes
        call.verdict, call.reason = "auto", None
        self.plan.contents[call] = found.content
        self.plan.needs[call] = need_of(call, found.content, file.tree)
        self.plan.originals[call] = found.original

    def leave(self, site: Site, reason: str) -> None:
        """Leave *site*, and with it every site whose frames mix with its own."""
        flow = self.plan.flows[site.source.name]
        flow.stuck[site.node] = reason
        site.leave(reason)
        place = flow.into.get(site.node)
        if isinstance(place, Function):
            flow.stuck[place] = reason  # it would return chunks and text, and its annotation lie
        self._spread(flow)

    def group_producers(self) -> None:
        """Find the generators that hand chunks out, with the sites that each of them sends."""
        producers: dict[Scope, Producer] = {}
        for file in self.files:
            if file.name not in self.plan.flows:
                continue
            flow = self.plan.flows[file.name]
            for site in [site for site in file.sites if site.verdict == "auto"]:
                for expression in flow.yielded_from(site.node):
                    producer = self._producer(producers, file, flow.yields[expression])
                    producer.yields.add(expression)
                    if site in self.plan.contents:
                        producer.reached.append(site)
                    if site.node is expression:
                        producer.sites.append(site)
        self.plan.producers = list(producers.values())

    def _producer(
        self, producers: dict[Scope, Producer], file: FileFacts, node: ast.expr
    ) -> Producer:
        scope = file.tree.scope_of[node]
        assert isinstance(scope.node, (ast.FunctionDef, ast.AsyncFunctionDef))
        return producers.setdefault(scope, Producer(file, scope.node, scope))

    def _read(self, site: Site, file: FileFacts) -> None:
        content = content_of(site, file.tree, trusts_json=not self.json_is_patched)
        bindings = site.scope.bindings_of(CHUNK)
        if content is None:
            site.leave("no-data", "review")
        elif (
            (bindings and {binding.qualified for binding in bindings} - CHUNK_ORIGIN)
            or any(file.is_taken(name) for name in OUR_NAMES)
            or _has_late_star(file)
        ):
            site.leave("name-collision")
        elif _tells_lines(site, file.tree):
            site.leave("source-text")
        elif site.scope.function is None:
            site.leave("carrier-constant")
        elif isinstance(site.scope.node, ast.Lambda):
            site.leave("carrier-lambda")
        else:
            self.plan.contents[site] = content
            self.plan.needs[site] = need_of(site, content, file.tree)

    def _judge_functions(self, flow: Flow) -> None:
        closed_world = self.plan.settings.closed_world
        for place in flow.functions():
            reason = obstacle(place, flow.file, self.plan.finder, closed_world=closed_world)
            if reason:
                flow.stuck[place] = reason

    def _judge_producers(self, flow: Flow) -> None:
        for expression, node in flow.yields.items():
            scope = flow.file.tree.scope_of[node]
            if not isinstance(scope.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                flow.stuck[expression] = "carrier-lambda"
            elif reason := Producer(flow.file, scope.node, scope).refusal():
                flow.stuck[expression] = reason

    def _calls(self, flow: Flow) -> list[Site]:
        calls = {use: place for place in flow.functions() for use in flow.uses[place]}
        return [_helper_call(flow.file, use, place) for use, place in calls.items()]

    def _add_calls_elsewhere(self, flow: Flow) -> None:
        """Add the calls in other files of the functions that have to go on returning text."""
        shared = {
            f"{flow.file.module}.{place.node.name}": place
            for place in flow.functions()
            if flow.stuck.get(place) in SHARED
            and flow.file.tree.scope_of[place.node] is flow.file.tree.module
        }
        mentions = self.plan.facts.project.mentioning(
            {place.node.name for place in shared.values()}
        )
        for qualified, place in shared.items():
            for name in sorted(mentions[place.node.name] - {flow.file.name}):
                other = self.plan.facts.load(name)
                if other is not None and _may_import(other, flow.file):
                    reason = flow.stuck[place]
                    other.sites.extend(_left_calls(other, qualified, place, reason))

    def _spread(self, flow: Flow) -> None:
        flow.spread()
        for site in flow.file.sites:
            if site.verdict == "auto" and (reason := flow.stuck.get(site.node)):
                site.leave(reason)


def _is_bound_once(call: Site, file: FileFacts, home: FileFacts) -> bool:
    """Whether the helper in *home*, and the name that *call* has for it, are bound once, and by then."""
    assert isinstance(call.node, ast.Call)
    assert call.helper is not None
    root = root_name(call.node.func)
    here = call.scope.bindings_of(root.id) if root is not None else []
    there = home.tree.scope_of[call.helper].bindings[call.helper.name]
    once = len(here) == len(there) == 1
    return once and is_bound_by_now(call.node, call.node, file.tree, call.scope)


def _replaces(tree: ScopeTree, name: str) -> bool:
    multiple = [tree.parent_of[load] for load in tree.attribute_loads.get("multiple", ())]
    keywords = {
        keyword.arg for call in multiple if isinstance(call, ast.Call) for keyword in call.keywords
    }
    return (
        name in keywords
        or any(names_member(node, name, tree) for node in tree.strings)
        or any(not isinstance(node.ctx, ast.Load) for node in tree.attribute_loads.get(name, ()))
    )


def _has_late_star(file: FileFacts) -> bool:
    """Whether a star import behind the header may hide the names that we import."""
    block = header_imports(file.source.tree)
    return file.tree.module.star_import > (block[-1].lineno if block else 0)


def _tells_lines(site: Site, tree: ScopeTree) -> bool:
    """Whether the text holds line numbers of the source itself, which an added import moves."""
    names = [
        tree.qualified_name(n, site.scope)
        for n in ast.walk(site.node)
        if isinstance(n, (ast.Name, ast.Attribute))
    ]
    return any(name and LINE_TELLERS.match(name) for name in names)


def _may_import(file: FileFacts, home: FileFacts) -> bool:
    """Whether the dotted name of *home* certainly is that file in *file*: a bare name is only beside it."""
    return bool(home.package) or file.source.path.parent == home.source.path.parent


def _helper_call(file: FileFacts, call: ast.expr, place: Function) -> Site:
    carrier = carrier_of(call, file.tree)
    return Site(
        file.source, call, file.tree.scope_of[call], carrier, "helper-call", helper=place.node
    )


def _left_calls(file: FileFacts, qualified: str, place: Function, reason: str) -> list[Site]:
    """Return the calls in *file* of the function *qualified* of another file, left for *reason*."""
    tree = file.tree
    name = qualified.rsplit(".", 1)[-1]
    loads: list[ast.expr] = [*tree.attribute_loads[name]]
    for names in tree.name_loads.values():
        loads += names
    found = []
    for load in loads:
        call = tree.parent_of[load]
        if not isinstance(call, ast.Call) or call.func is not load:
            continue
        origin = tree.qualified_name(load, tree.scope_of[load])
        if origin is not None and file.absolute(origin) == qualified:
            site = _helper_call(file, call, place)
            if TEST_FILE.search(file.name):
                site.leave("test-code", "suppressed")
            else:
                site.leave(reason)
            found.append(site)
    return found
