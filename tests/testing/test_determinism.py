import asyncio
import contextlib
import datetime as dt
import os
import random
import secrets
import ssl
import sys
import tempfile
import threading
import time
import types
import uuid
from datetime import datetime
from pathlib import Path

import pytest
import uuid_utils.compat

from streamlift.testing.recording import RecordingError
from streamlift.testing.runs.determinism import determined

CLOCK = dt.datetime(2026, 1, 1, 12, tzinfo=dt.timezone(dt.timedelta(hours=9)))
imported_before = os.urandom


def ids():
    return [
        *(uuid.uuid4() for _ in range(2)),
        *(uuid.uuid1() for _ in range(2)),
        *(uuid_utils.compat.uuid7() for _ in range(2)),
        uuid_utils.compat.uuid4(),
        os.urandom(8),
        secrets.token_hex(),
        random.SystemRandom().random(),
        random.Random().random(),
        random.random(),
        random.sample(range(1000), 3),
        (random.seed(), random.random()),
        *([uuid.uuid7()] if sys.version_info >= (3, 14) else []),
    ]


def test_what_a_request_gets_follows_from_the_seed_and_its_name_alone():
    got = {}
    for seed, names in ((1, "ab"), (1, "ba"), (2, "a")):
        with determined(CLOCK, seed) as reset:
            for name in names:
                reset(name)
                got[seed, names, name] = ids()

    assert got[1, "ab", "a"] == got[1, "ba", "a"]
    assert got[1, "ab", "b"] == got[1, "ba", "b"]
    first, *others = got[1, "ab", "a"], got[1, "ab", "b"], got[2, "a", "a"]
    assert all(one != other for each in others for one, other in zip(first, each, strict=True))
    assert len(set(map(str, first))) == len(first)
    assert [each.version for each in first[:7]] == [4, 4, 1, 1, 7, 7, 4]
    assert first[4] < first[5]


def test_the_numbers_that_a_module_of_another_language_makes_are_seeded_too(monkeypatch):
    numpy = types.SimpleNamespace(random=random.Random())
    monkeypatch.setitem(sys.modules, "numpy", numpy)
    with determined(None, 1) as reset:
        got = []
        for name in "aab":
            reset(name)
            got.append((numpy.random.random(), random.random()))

    assert got[0] == got[1] != got[2]


def test_everything_is_as_before_afterwards():
    random.seed(5)
    expected = random.random()
    random.seed(5)
    with determined(CLOCK, 1):
        random.random()

    assert os.urandom is imported_before
    assert random.random() == expected
    assert random.Random().random() != random.Random().random()
    assert uuid_utils.compat.uuid7() != uuid_utils.compat.uuid7()
    assert datetime.now(dt.timezone.utc) > CLOCK + dt.timedelta(days=1)


def test_the_clock_stands_and_timers_threads_and_tls_go_on():
    seen = []

    async def timers():
        began = time.monotonic()
        await asyncio.sleep(0.002)
        return time.monotonic() - began

    with determined(CLOCK, 1):
        assert datetime.now(dt.timezone.utc) == CLOCK
        assert time.time() == CLOCK.timestamp()
        assert 0.001 < asyncio.run(timers()) < 1
        thread = threading.Thread(target=lambda: seen.extend((time.time(), uuid.uuid4())))
        thread.start()
        thread.join()
        assert "TLSv1" in shake_hands()
        with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
            assert one != other

    assert seen[0] == CLOCK.timestamp()


def shake_hands():
    """Return the version of TLS that a client and a server agree on, without a socket."""
    server_side, client_side = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(Path(__file__).parent / "localhost.pem")
    anybody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
    server = context.wrap_bio(server_side, client_side, server_side=True)
    client = anybody.wrap_bio(client_side, server_side)
    for side in (client, server, client, server):
        with contextlib.suppress(ssl.SSLWantReadError):
            side.do_handshake()
    return client.version()


def test_nothing_is_set_that_nobody_asked_for():
    with determined(None, None) as reset:
        reset("a")
        assert os.urandom is imported_before
        assert datetime.now(dt.timezone.utc) != CLOCK


def test_says_what_the_clock_needs(monkeypatch):
    monkeypatch.setitem(sys.modules, "time_machine", None)
    expected = r"needs time-machine; install streamlift\[testing\]"
    with pytest.raises(RecordingError, match=expected), determined(CLOCK, None):
        pytest.fail("there is none")
