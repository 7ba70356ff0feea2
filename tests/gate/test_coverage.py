"""Which sites of a tree are watched, and what is said of those that nothing ran through."""

import importlib.util
import sys

import pytest

from streamlift.testing.tracing.span_tracer import SpanTracer
from streamlift_codemods.cli import main
from streamlift_codemods.coverage.site_coverage import site_coverage
from streamlift_codemods.coverage.traced_site import traced_spans
from streamlift_codemods.coverage.watched_project import sites_in
from streamlift_codemods.report.coverage_report import coverage_lines

SHOP = '''\
"""ü"""
import json

HELLO = "data: hello\\n\\n"


def frame(payload):
    return f"data: {json.dumps(payload)}\\n\\n"


def steps(last):
    yield HELLO
    for text in ("data: one\\n\\n", "data: two\\n\\n"):
        yield text
    yield "ü" and frame({"ü": 1})
    yield "data: ü\\n\\n" if last else "data: ö\\n\\n"
    yield "data: left alone\\n\\n"  # streamlift: ignore


def never():
    yield frame({"n": 1})
'''


@pytest.fixture
def shop(tmp_path):
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "shop.py").write_text(SHOP, encoding="utf-8")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_shop.py").write_text('EXPECTED = ["data: one\\n\\n"]\n')
    return tmp_path


def covered(folder):
    """Return the coverage of *folder* by two requests, `first` and `last`."""
    traced = sites_in([folder], folder)
    spans = {str(folder / path): own for path, own in traced_spans(traced.sites).items()}

    def own(executed):
        return {path.removeprefix(f"{folder}/"): found for path, found in executed.items()}

    with SpanTracer(spans) as tracer:
        spec = importlib.util.spec_from_file_location("shop", folder / "shop.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        at_import = own(tracer.take())
        executed = {}
        for name in ("first", "last"):
            list(module.steps(name == "last"))
            executed[name] = own(tracer.take())
    return site_coverage(traced, executed, at_import, is_exact=tracer.is_exact)


@pytest.mark.skipif(sys.version_info < (3, 11), reason="instructions have no columns")
def test_the_same_sites_are_covered_before_and_after_a_migration(shop):
    by_phase = {}
    for phase in "012":
        if phase != "0":
            main(["migrate", str(shop), "--phase", phase, "--write"])
        coverage = covered(shop)
        by_phase[phase] = [
            (site.function, names, site in coverage.at_import)
            for site, names in coverage.requests.items()
        ]

    both = ("first", "last")
    assert by_phase["0"] == [
        ("", (), True),
        ("frame", both, False),
        ("steps", both, False),
        ("steps", both, False),
        ("steps", ("last",), False),
        ("steps", ("first",), False),
        ("never", (), False),
    ]
    assert by_phase["1"] == by_phase["2"] == by_phase["0"]
    assert coverage_lines(coverage)[-1].endswith(": never")
