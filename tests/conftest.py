import gc


def pytest_collection_finish():
    _leave_alone_what_stays()


def pytest_runtest_teardown(item, nextitem):
    # Benchmarks let the collector look at everything again.
    if nextitem is not None and nextitem.path != item.path and not gc.get_freeze_count():
        _leave_alone_what_stays()


def _leave_alone_what_stays():
    """Let the collector look no more at modules and tests: several tests collect again and again."""
    gc.collect()
    gc.freeze()
