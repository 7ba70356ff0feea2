"""The proof is proved: thousands of wrong rewrites, each of them refused.

An oracle that shares nothing with the proof shows first that each one really gives other bytes,
another exception or other effects.
"""

import ast
import functools
import re

import pytest

from streamlift_codemods.proof.adversaries import orjson_dialect
from streamlift_codemods.proof.prove import NotProved, prove
from streamlift_codemods.reading.scopes import ScopeTree
from tests.codemods.harness import migrate
from tests.proof.faulty_programs import FAULTS
from tests.proof.mutations import NEW, mutants
from tests.proof.oracle import NAMES, difference
from tests.proof.rewrites import RIGHT, WRONG

OBLIGATIONS = {"order", "congruence", "bytes"}
pytestmark = pytest.mark.filterwarnings("ignore::SyntaxWarning")


def _shown(rewrite):
    shadowed = ": names, " in rewrite.name
    return difference(
        rewrite.old,
        rewrite.new,
        rewrite.contract,
        statements=rewrite.statements,
        shadowed=shadowed,
    )


@functools.cache
def _wrong(right):
    """Return the mutants of a right rewrite that do something else, as the oracle shows."""
    return [mutant for mutant in mutants(right) if _shown(mutant) is not None]


def _contract_of(rewrite):
    """Return the contract as the proof knows it, which has no orjson."""
    flags = {"OPT_SORT_KEYS": frozenset({"OPT_SORT_KEYS"})}
    return eval(rewrite.contract, {**NAMES, "ORJSONDialect": orjson_dialect, **flags})


def _prove(rewrite):
    tree = ScopeTree(ast.parse(rewrite.source))
    definitions = [node for node in ast.walk(tree.module.node) if isinstance(node, ast.FunctionDef)]
    [producer] = [node for node in definitions if node.name == "stream"]
    old, new = (ast.parse(text.strip(), mode="eval").body for text in (rewrite.old, rewrite.new))
    return prove(
        old,
        new,
        _contract_of(rewrite),
        tree,
        tree.scope_made_by[producer],
        statements=ast.parse(rewrite.statements.strip()).body,
    )


def _name(rewrite):
    return rewrite.name.encode("ascii", "backslashreplace").decode()


@pytest.mark.parametrize("right", RIGHT, ids=lambda rewrite: rewrite.name)
def test_the_right_rewrite_is_proved(right):
    assert _shown(right) is None
    assert _prove(right)["bytes"].startswith("tested")


def _refusal(wrong):
    """Return the obligation that a wrong rewrite fails, None if it is taken for right."""
    try:
        _prove(wrong)
    except NotProved as refused:
        return refused.obligation
    return None


@pytest.mark.parametrize("right", RIGHT, ids=lambda rewrite: rewrite.name)
def test_every_wrong_form_of_it_is_refused(right):
    assert [wrong.name for wrong in _wrong(right) if _refusal(wrong) not in OBLIGATIONS] == []


@pytest.mark.parametrize("wrong", WRONG, ids=_name)
def test_a_wrong_rewrite_is_refused(wrong):
    assert _refusal(wrong) in OBLIGATIONS


@pytest.mark.parametrize("wrong", WRONG, ids=lambda rewrite: rewrite.name)
def test_what_is_called_wrong_differs(wrong):
    assert _shown(wrong) is not None


def test_there_are_enough_wrong_rewrites_of_every_kind():
    # An operator that only makes equivalent programs would test nothing.
    names = [wrong.name for right in RIGHT for wrong in _wrong(right)]
    kinds = {name.split(": ")[1].split(",")[0] for name in names if ": " in name}

    assert {*NEW, "frame", "dialect", "encoder", "contract", "names"} <= kinds
    assert len(names) > 2500
    assert len(set(names)) > 0.98 * len(names)


# What no expression shows: where the frame goes, and what runs in between


def _observed(source):
    names = {"__name__": "program"}
    exec(compile(source, "<program>", "exec"), names)
    items = []
    try:
        items += names["stream"]()
    except Exception as error:  # noqa: BLE001 - the end of the stream is a part of it
        items.append((type(error).__name__, str(error)))
    return re.sub(r" at 0x[0-9a-f]+", "", repr((items, names["log"])))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_the_plain_rewrite_of_the_program_is_wrong(fault):
    assert _observed(fault.wrong) != _observed(fault.old)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_the_tool_does_not_make_it(fault):
    migration = migrate({"app.py": fault.old.encode()})

    verdicts = [
        verdict.split(" ")[-1] if " " in verdict else "auto" for verdict in migration.verdicts
    ]
    assert len(verdicts) == len(fault.expect)
    for found, expected in zip(verdicts, fault.expect, strict=True):
        assert found in {*expected.split("|"), "text"}  # what is given as text stays text
    assert _observed(migration.after["app.py"].decode()) == _observed(fault.old)
