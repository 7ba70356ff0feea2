"""Run pieces of `sites` under the tracer and print what was executed, as JSON; needs no package but streamlift."""

import ast
import asyncio
import json
import re
import sys
from itertools import islice
from pathlib import Path

from streamlift.testing.tracing.span import Span
from streamlift.testing.tracing.span_tracer import SpanTracer

HERE = Path(__file__).parent
FILES = [HERE / "sites.py", HERE / "late.py"]

STEPS = (
    "sites.one_line(True)",
    "sites.one_line(False)",
    "list(sites.branches(2))",
    "list(sites.branches(2)) # again",
    "list(sites.branches(0))",
    "list(islice(sites.branches(2), 1))",
    "sites.Wire.encode(1)",
    "sites.nested([0])",
    "sites.nested([1])",
    "sites.lazily([1])",
    "list(sites.lazily([1]))",
    "asyncio.run(sites.gathered(1))",
    "sites.begun = sites.branches(1); next(sites.begun)",
    "sites.in_a_thread(sites.begun)",
    "import late; late.late()",
    "import late; list(late.late())",
)


def named_spans(path):
    """Return the span of each text with a frame, by the name that stands at the end of its line."""
    text = path.read_text()
    lines = text.splitlines()
    tree = ast.parse(text)
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    found = {}
    for string in ast.walk(tree):
        if not isinstance(string, ast.Constant) or "data: " not in str(string.value):
            continue
        node = string
        while isinstance(parents[node], (ast.JoinedStr, ast.BinOp)):
            node = parents[node]
        names = re.search(r"# ([\w, ]+)$", lines[node.lineno - 1])[1].split(", ")
        position = node.lineno, node.col_offset, node.end_lineno, node.end_col_offset
        found[next(name for name in names if name not in found)] = Span(*position)
    return found


def watch_lines():
    """Watch as coverage.py does: each line is told of once."""
    monitoring, number = sys.monitoring, sys.monitoring.COVERAGE_ID
    events = monitoring.events

    def begun(code, _):
        monitoring.set_local_events(number, code, events.LINE)
        return monitoring.DISABLE

    monitoring.use_tool_id(number, "lines")
    monitoring.register_callback(number, events.PY_START, begun)
    monitoring.register_callback(number, events.LINE, lambda *_: monitoring.DISABLE)
    monitoring.set_events(number, events.PY_START)


def main():
    if "beside" in sys.argv:
        watch_lines()
    files = {str(path): named_spans(path) for path in FILES}
    names = {(path, span): name for path, own in files.items() for name, span in own.items()}
    tracer = SpanTracer({path: [*own.values()] for path, own in files.items()})
    found = {}

    def taken():
        return sorted(names[path, span] for path, own in tracer.take().items() for span in own)

    sys.path.insert(0, str(HERE))
    with tracer:
        import sites

        found["import sites"] = taken()
        for step in STEPS:
            exec(step, {"sites": sites, "asyncio": asyncio, "islice": islice})
            found[step] = taken()
    list(sites.branches(2))
    found["afterwards"] = taken()
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
