"""How the cost of a scan grows with the files that hold frames, in a tree where most files hold none.

    .venv/bin/python benchmarks/growth.py [--files 20000] [--rounds 3]

Makes one tree for each number of sites, scans them in turn, and prints the processor time for each site
as a ratio to that of the smallest number. It has to stay near 1. The scan is a process of its own; what it
takes without any site is subtracted.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

SITES = (250, 500, 1000, 2000)
SITES_EACH = 6
PACKAGES = 20

# What has no frame, and yet has the names that the files with frames have.
PLAIN = '''\
"""Part {number} of the shop."""

from dataclasses import dataclass, field

from shop.models import Order


@dataclass
class Basket{number}:
    """What a customer is about to buy."""

    order: Order
    lines: list[dict] = field(default_factory=list)

    def add(self, data: dict, event: str = "added") -> None:
        self.lines.append({{"event": event, "data": data, "id": {number}}})

    def events(self):
        """Yield what has happened so far."""
        for line in self.lines:
            if line["event"] != "removed":
                yield line

    def total(self) -> float:
        return sum(line["data"]["price"] * line["data"].get("amount", 1) for line in self.lines)


def load(path: str) -> list[str]:
    with open(path) as lines:
        return [line.strip() for line in lines if line and not line.startswith("#")]
'''
# Every file has its own functions, most of them under names that all of these files share.
STREAMING = '''\
"""Answers of service {number}."""

import json

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from shop.models import Order

router = APIRouter()


def _frame(payload: dict) -> str:
    return f"data: {{json.dumps(payload, ensure_ascii=False)}}\\n\\n"


def started_{number}(order: str) -> str:
    return f"data: {{json.dumps({{'type': 'started', 'order': order}}, ensure_ascii=False)}}\\n\\n"


class _Service:
    """Answers questions about orders."""

    def __init__(self, model) -> None:
        self.model = model

    async def _events(self, order: Order):
        async for token in self.model.stream(order):
            yield _frame({{"type": "token", "content": token}})
        yield "data: [DONE]\\n\\n"

    async def answer(self, order: Order):
        return StreamingResponse(self._events(order), media_type="text/event-stream")


async def _generate(order: Order):
    yield started_{number}(order.number)
    yield f"data: {{json.dumps({{'service': {number}, 'order': order.number}}, ensure_ascii=False)}}\\n\\n"


@router.get("/orders/{{number}}/{number}")
async def answer(order: Order):
    return StreamingResponse(_generate(order), media_type="text/event-stream")
'''


class Measured(NamedTuple):
    """What a scan took.

    Attributes:
        seconds: Processor time, of the user and of the system.
        megabytes: The largest size that it had in memory.
    """

    seconds: float
    megabytes: float


def make_tree(root: Path, files: int, sites: int) -> None:
    """Write a project of *files* modules, some of which hold *sites* sites together."""
    (root / "shop").mkdir(parents=True)
    (root / "pyproject.toml").write_text('[project]\nname = "shop"\n')
    (root / "shop" / "__init__.py").touch()
    (root / "shop" / "models.py").write_text("class Order:\n    number = 1\n")
    for number in range(PACKAGES):
        folder = root / "shop" / f"part{number}"
        folder.mkdir()
        (folder / "__init__.py").touch()
    streaming = sites // SITES_EACH
    for number in range(files):
        template = STREAMING if number < streaming else PLAIN
        place = root / "shop" / f"part{number % PACKAGES}" / f"module{number}.py"
        place.write_text(template.format(number=number))


def scan(root: Path) -> Measured:
    """Scan the tree at *root* in a process of its own."""
    command = [sys.executable, "-m", "streamlift_codemods", "scan", str(root)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603 - this very Python
    _, _, usage = os.wait4(process.pid, 0)
    return Measured(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="streamlift-") as folder:
        trees = {sites: Path(folder, str(sites)) for sites in (0, *SITES)}
        for sites, root in trees.items():
            make_tree(root, options.files, sites)
        rounds = [
            {sites: scan(root) for sites, root in trees.items()} for _ in range(options.rounds)
        ]
    costs = {
        sites: statistics.median((r[sites].seconds - r[0].seconds) / sites for r in rounds)
        for sites in SITES
    }
    print(f"{options.files} files; the processor time for each site, and the memory, as ratios\n")
    print("| sites | time a site | memory |\n| ----: | ----------: | -----: |")
    for sites, cost in costs.items():
        memory = statistics.median(r[sites].megabytes / r[0].megabytes for r in rounds)
        print(f"| {sites:5} | {cost / costs[SITES[0]]:11.2f} | {memory:6.2f} |")


if __name__ == "__main__":
    main()
