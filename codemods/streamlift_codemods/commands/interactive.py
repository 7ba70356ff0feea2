"""`--interactive`: each site is shown with what it becomes, and a person decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import UsageError
from ..limits import DECLINED, place_of
from ..rules import code_of
from ..terminal import answer, show, tell

if TYPE_CHECKING:
    from ..colours import Paint
    from ..frames.sites import Site
    from ..plan import Plan

QUESTION = "Migrate this site? [y,n,f,s,a,q,?] "
HELP = """\
y  migrate this site
n  leave it
f  migrate it, and the rest of its file
s  leave it, and the rest of its file
a  migrate it, and all the rest
q  leave it, and all the rest
?  show this
Ctrl-C changes nothing. What shares a variable or a helper with a site that is left is left too.
"""
REST_OF_FILE = {"f": "y", "s": "n"}
REST = {"a": "y", "q": "n"}


def declined_sites(plan: Plan, paint: Paint) -> list[Site]:
    """Ask about each site of *plan* whose lines have been changed, and return those that are not wanted.

    Raises:
        UsageError: If the answers end before the questions do.
    """
    asked = _asked(plan)
    of_file: dict[str, str] = {}
    of_all = None
    declined = []
    for number, (site, change) in enumerate(asked, 1):
        given = of_all or of_file.get(site.source.name)
        if given is None:
            show(f"{_head(site, plan)} ({number} of {len(asked)})\n{paint.diff(change)}")
            given = _answer(site)
            if given in REST:
                of_all = REST[given]
            elif given in REST_OF_FILE:
                of_file[site.source.name] = REST_OF_FILE[given]
            given = {**REST, **REST_OF_FILE}.get(given, given)
        if given == "n":
            declined.append(site)
    return declined


def tell_of_others(plan: Plan, declined: list[Site]) -> None:
    """Say which sites of *plan* are left because of those that were *declined*."""
    places = set(map(place_of, declined))
    for site in plan.sites:
        if site.reason == DECLINED and place_of(site) not in places:
            place = f"{site.source.name}:{site.line}"
            tell(f"{place}: is left too; it shares a variable or a helper with one that is left")


def _asked(plan: Plan) -> list[tuple[Site, str]]:
    """Return the sites whose lines change, each with these lines."""
    from ..report.site_change import change_of

    changes = [(site, change_of(site, plan)) for site in plan.sites if site.verdict == "auto"]
    return [(site, change) for site, change in changes if change]


def _head(site: Site, plan: Plan) -> str:
    code = code_of(site, plan.contents.get(site))
    return f"{site.source.name}:{site.line}: {code} in {site.scope.path or 'the module'}"


def _answer(site: Site) -> str:
    while True:
        line = answer(QUESTION)
        if line is None:
            place = f"{site.source.name}:{site.line}"
            remedy = "nothing was written; answer q to leave the rest"
            raise UsageError(
                place, "has no answer, which --interactive reads from the input", remedy
            )
        key = line.strip().lower()
        if key in {"y", "n", *REST, *REST_OF_FILE}:
            return key
        if key:
            show(HELP)
