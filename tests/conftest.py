import gc


def pytest_collection_finish():
    """Let the collector look no more at what stays for the whole run: the modules and the tests."""
    gc.collect()
    gc.freeze()
