"""`--interactive`: each site, or decorator, is shown with what becomes of it, and a person decides."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Generic, TypeVar

from ..errors import UsageError
from ..limits import DECLINED, place_of
from ..rules import code_of
from ..terminal import answer, show, tell

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..colours import Paint
    from ..flow.producers import Producer
    from ..frames.sites import Site
    from ..phases.finish_plan import FinishPlan
    from ..plan import Plan

About = TypeVar("About")
SITE = "Migrate this site? [y,n,f,s,a,q,?] "
SITE_HELP = """\
y  migrate this site
n  leave it
f  migrate it, and the rest of its file
s  leave it, and the rest of its file
a  migrate it, and all the rest
q  leave it, and all the rest
?  show this
Ctrl-C changes nothing. What shares a variable or a helper with a site that is left is left too.
"""
DECORATOR = "Take this decorator away? [y,n,f,s,a,q,?] "
DECORATOR_HELP = """\
y  take it away
n  leave it
f  take it away, and the rest of its file
s  leave it, and the rest of its file
a  take it away, and all the rest
q  leave it, and all the rest
?  show this
Ctrl-C changes nothing. If one is left, so are helpers that nothing uses: run it again without --interactive.
"""
REST_OF_FILE = {"f": "y", "s": "n"}
REST = {"a": "y", "q": "n"}


@dataclass(frozen=True)
class Asked(Generic[About]):
    """Something that a person decides about.

    Attributes:
        about: What it is.
        file: The name of its file.
        place: Where it is, as `file:line`.
        head: What it is, for a person.
        change: Makes the diff of what becomes of it.
    """

    about: About
    file: str
    place: str
    head: str
    change: Callable[[], str]


def declined_sites(plan: Plan, paint: Paint) -> list[Site]:
    """Ask about each site of *plan* whose lines have been changed, and return those that are not wanted.

    Raises:
        UsageError: If the answers end before the questions do.
    """
    asked = [
        Asked(
            site,
            site.source.name,
            f"{site.source.name}:{site.line}",
            _head(site, plan),
            partial(str, change),
        )
        for site, change in _changed(plan)
    ]
    return _declined(asked, paint, SITE, SITE_HELP)


def declined_decorators(
    plan: FinishPlan, change: Callable[[Producer], str], paint: Paint
) -> list[Producer]:
    """Ask about each decorator that *plan* takes away, and return the producers that shall keep it.

    Args:
        plan: What phase 3 would do.
        change: Makes the diff of what it would do for one producer alone.
        paint: The colours of the diff.

    Raises:
        UsageError: If the answers end before the questions do.
    """
    asked = []
    for producer in plan.goes:
        place = f"{producer.file.name}:{producer.node.lineno}"
        head = f"{place}: decorator of {producer.path}"
        asked.append(Asked(producer, producer.file.name, place, head, partial(change, producer)))
    return _declined(asked, paint, DECORATOR, DECORATOR_HELP)


def _declined(
    asked: list[Asked[About]], paint: Paint, question: str, explanation: str
) -> list[About]:
    of_file: dict[str, str] = {}
    of_all = None
    declined = []
    for number, each in enumerate(asked, 1):
        given = of_all or of_file.get(each.file)
        if given is None:
            show(f"{each.head} ({number} of {len(asked)})\n{paint.diff(each.change())}")
            given = _answer(each.place, question, explanation)
            if given in REST:
                of_all = REST[given]
            elif given in REST_OF_FILE:
                of_file[each.file] = REST_OF_FILE[given]
            given = {**REST, **REST_OF_FILE}.get(given, given)
        if given == "n":
            declined.append(each.about)
    return declined


def tell_of_others(plan: Plan, declined: list[Site]) -> None:
    """Say which sites of *plan* are left because of those that were *declined*."""
    places = set(map(place_of, declined))
    for site in plan.sites:
        if site.reason == DECLINED and place_of(site) not in places:
            place = f"{site.source.name}:{site.line}"
            tell(f"{place}: is left too; it shares a variable or a helper with one that is left")


def _changed(plan: Plan) -> list[tuple[Site, str]]:
    """Return the sites whose lines change, each with these lines."""
    from ..report.site_change import change_of

    changes = [(site, change_of(site, plan)) for site in plan.sites if site.verdict == "auto"]
    return [(site, change) for site, change in changes if change]


def _head(site: Site, plan: Plan) -> str:
    code = code_of(site, plan.contents.get(site))
    return f"{site.source.name}:{site.line}: {code} in {site.scope.path or 'the module'}"


def _answer(place: str, question: str, explanation: str) -> str:
    while True:
        line = answer(question)
        if line is None:
            remedy = "nothing was written; answer q to leave the rest"
            raise UsageError(
                place, "has no answer, which --interactive reads from the input", remedy
            )
        key = line.strip().lower()
        if key in {"y", "n", *REST, *REST_OF_FILE}:
            return key
        if key:
            show(explanation)
