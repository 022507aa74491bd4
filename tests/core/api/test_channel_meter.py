"""What channels were answered: counted in memory, exact under threads, and never in a caller's way."""

from __future__ import annotations

import os
import threading
from types import SimpleNamespace
from typing import Any

import pytest
from rest_framework.test import APIClient

from core.api import channel_meter
from core.api.channel_meter import MOST_CELLS, Meter, work_of
from core.services.channel_minutes import Cell, Counts
from tests import limits
from tests.conftest import NOW

AT = int(NOW.timestamp())
LONG = 3_600


class Written:
    """Takes what a meter writes; fails as often as it is told."""

    def __init__(self, failures: int = 0) -> None:
        self.sums: dict[Cell, Counts] = {}
        self.times, self.failures = 0, failures

    def __call__(self, counted: Any) -> None:
        self.times += 1
        if self.failures:
            self.failures -= 1
            raise OSError("planted")
        for key, counts in counted.items():
            self.sums.setdefault(key, Counts()).add(counts)


def note(
    meter: Meter, app_id: str = "shop", *, status: int = 200, milliseconds: int = 7, at: int = AT
) -> None:
    meter.note(app_id, "OTHER", status=status, is_refusal=False, milliseconds=milliseconds, at=at)


def test_adds_up_by_minute_key_and_work() -> None:
    written = Written()
    meter = Meter(written, every_seconds=LONG)
    note(meter, milliseconds=7)
    note(meter, status=404, milliseconds=90)
    note(meter, status=503, milliseconds=1)
    note(meter, at=AT + 60)
    note(meter, "till")
    meter.note("shop", "REDEMPTION", status=400, is_refusal=True, milliseconds=3, at=AT)

    meter.stop()

    first = written.sums[AT // 60, "shop", "OTHER"]
    assert (first.calls, first.client_errors, first.server_errors, first.slowest) == (3, 1, 1, 90)
    assert [place for place, calls in enumerate(first.took) if calls] == [0, 2, 9]
    assert written.sums[AT // 60 + 1, "shop", "OTHER"].calls == 1
    assert written.sums[AT // 60, "till", "OTHER"].calls == 1
    assert written.sums[AT // 60, "shop", "REDEMPTION"].refused == 1
    meter.flush()
    assert written.times == 1


def test_loses_nothing_between_many_threads_and_flushes() -> None:
    written = Written()
    meter = Meter(written, every_seconds=LONG)
    barrier = threading.Barrier(9)

    def call() -> None:
        barrier.wait()
        for number in range(500):
            note(meter, f"key {number % 3}", status=500 if number % 10 == 0 else 200)

    def flush() -> None:
        barrier.wait()
        for _ in range(200):
            meter.flush()

    threads = [threading.Thread(target=call) for _ in range(8)] + [threading.Thread(target=flush)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    meter.stop()

    assert sum(counts.calls for counts in written.sums.values()) == 4_000
    assert sum(counts.server_errors for counts in written.sums.values()) == 400
    assert sum(sum(counts.took) for counts in written.sums.values()) == 4_000


def test_what_cannot_be_written_waits_and_is_added_once() -> None:
    written = Written(failures=2)
    meter = Meter(written, every_seconds=LONG)
    note(meter)
    meter.flush()
    note(meter)
    note(meter, at=AT + 60)
    meter.flush()
    assert written.sums == {}

    meter.stop()

    assert {key[0]: counts.calls for key, counts in written.sums.items()} == {AT // 60: 2, AT // 60 + 1: 1}


def test_keeps_no_more_than_so_much_while_nobody_takes_it() -> None:
    written = Written(failures=1)
    meter = Meter(written, every_seconds=LONG)
    for number in range(MOST_CELLS + 50):
        note(meter, f"key {number}")
    meter.flush()
    note(meter, "one more")
    meter.stop()

    assert len(written.sums) == MOST_CELLS


def test_writes_by_itself() -> None:
    done = threading.Event()
    meter = Meter(lambda counted: done.set(), every_seconds=0.01)

    note(meter)

    assert done.wait(10)
    meter.stop()


def test_a_child_begins_anew() -> None:
    """gunicorn forks with the application loaded: numbers of the parent are the parent's."""
    written = Written()
    meter = Meter(written, every_seconds=LONG)
    note(meter)
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        meter.begin_anew()
        mine = Written()
        meter._write = mine
        note(meter, "child")
        meter.stop()
        os.write(write, str([(key[1], counts.calls) for key, counts in mine.sums.items()]).encode())
        os._exit(0)
    os.waitpid(child, 0)
    meter.stop()

    assert os.read(read, 100) == b"[('child', 1)]"
    assert sum(counts.calls for counts in written.sums.values()) == 1
    os.close(read)
    os.close(write)


@pytest.mark.parametrize(
    ("route", "work"),
    [
        ("v1/redemptions", "REDEMPTION"),
        ("client/v1/redemptions", "REDEMPTION"),
        ("v1/redemptions/<str:redemption_id>/rollback", "REDEMPTION"),
        ("v1/vouchers/<code:code>/redemption", "REDEMPTION"),
        ("client/v1/redeem", "REDEMPTION"),
        ("v1/validations", "VALIDATION"),
        ("v1/vouchers/<code:code>/validate", "VALIDATION"),
        ("client/v1/qualifications", "VALIDATION"),
        ("v1/validation-rules", "OTHER"),
        ("v1/customers", "OTHER"),
        ("", "OTHER"),
    ],
)
def test_routes_are_kinds_of_work(route: str, work: str) -> None:
    assert work_of(route) == work


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> Written:
    """As in a web process, without a thread that writes."""
    written = Written()
    meter = Meter(written, every_seconds=LONG)
    monkeypatch.setattr(channel_meter, "_is_counting", True)
    monkeypatch.setattr(channel_meter, "_meter", meter)
    written.meter = meter  # type: ignore[attr-defined]
    return written


def counted(written: Any) -> dict[tuple[str, str], tuple[int, int, int]]:
    """By key and work: calls, refusals, answers from 400 to 499."""
    written.meter.stop()
    return {
        (app_id, work): (counts.calls, counts.refused, counts.client_errors)
        for (_, app_id, work), counts in written.sums.items()
    }


def test_counts_calls_of_the_api_under_their_keys(
    counting: Written, api: APIClient, anonymous: APIClient
) -> None:
    mine = api.key.app_id  # type: ignore[attr-defined]
    api.get("/v1/campaigns")
    api.get("/v1/campaigns/unknown")
    api.post("/v1/validations", {"redeemables": [{"object": "voucher", "id": "NO-SUCH-CODE"}]})
    api.post("/v1/redemptions", {"redeemables": [{"object": "voucher", "id": "NO-SUCH-CODE"}]})
    api.post("/v1/redemptions", {"redeemables": "wrong"})
    anonymous.get("/v1/campaigns")
    anonymous.get("/healthz")

    assert counted(counting) == {
        (mine, "OTHER"): (2, 0, 1),
        (mine, "VALIDATION"): (1, 1, 0),
        (mine, "REDEMPTION"): (2, 1, 1),
        ("", "OTHER"): (1, 0, 1),
    }


def test_codes_that_are_asked_in_an_address_count_as_validations(
    counting: Written, client_api: APIClient
) -> None:
    client_api.get("/client/v1/validate?code=NO-SUCH-CODE&amount=1000")

    mine = client_api.key.app_id  # type: ignore[attr-defined]
    assert counted(counting) == {(mine, "VALIDATION"): (1, 1, 0)}


def test_a_guesser_who_has_to_wait_is_refused_and_makes_no_mistake(
    counting: Written, api: APIClient, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.FANFARE_UNKNOWN_CODES = dict.fromkeys(settings.FANFARE_UNKNOWN_CODES, [1, 1])
    on = limits.switched_on(settings, monkeypatch)
    next(on)

    for _ in range(3):
        api.post("/v1/validations", {"redeemables": [{"object": "voucher", "id": "NO-SUCH-CODE"}]})

    mine = api.key.app_id  # type: ignore[attr-defined]
    assert counted(counting) == {(mine, "VALIDATION"): (3, 3, 0)}
    on.close()


def test_costs_a_call_no_statement(counting: Written, api: APIClient, count_queries: Any) -> None:
    api.get("/v1/campaigns")
    with_meter = count_queries(lambda: api.get("/v1/campaigns"))
    channel_meter._is_counting = False  # type: ignore[misc] - the fixture puts it back

    assert count_queries(lambda: api.get("/v1/campaigns")) == with_meter


def test_what_breaks_in_counting_reaches_no_caller(
    counting: Written, api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel_meter, "_meter", SimpleNamespace())

    assert api.get("/v1/campaigns").status_code == 200
