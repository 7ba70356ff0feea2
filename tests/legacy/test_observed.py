"""What is counted: from any thread, by names that may be any, in bounded memory."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from streamlift_legacy import observed
from streamlift_legacy.atomic_count import AtomicCount
from streamlift_legacy.observed import OTHERS, Counts, Tallies


def test_no_count_is_lost_between_threads_also_while_it_is_read():
    count = AtomicCount()

    def work(_):
        for _ in range(1000):
            count.add()
        return count.value

    with ThreadPoolExecutor(8) as pool:
        seen = list(pool.map(work, range(8)))

    assert count.value == 8000
    assert max(seen) == 8000


def test_counts_that_are_too_many_are_one(monkeypatch):
    monkeypatch.setattr(observed, "MOST", 2)
    counts = Counts()
    for name in "abcdc":
        counts[name].add()

    assert counts.values_by_name() == {OTHERS: 3, "a": 1, "b": 1}


def test_producers_that_are_too_many_are_one(monkeypatch):
    monkeypatch.setattr(observed, "MOST", 1)
    tallies = Tallies()

    assert tallies["a"] is tallies["a"]
    assert tallies["b"] is tallies["c"] is tallies[OTHERS]


def test_a_file_that_cannot_be_written_leaves_nothing_behind(tmp_path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="folder"):
        observed.dump(tmp_path / "folder")

    assert [path.name for path in tmp_path.iterdir()] == ["folder"]
