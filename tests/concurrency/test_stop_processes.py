"""A stop in one process holds in every other one, under load, at once (PROOFS O6)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

import pytest

from core.actors import Actor
from core.services import api_keys
from promotions.models import EmergencyStop, Redemption, StoppedAttempt, Voucher
from promotions.services import stops
from tests.concurrency.asking import basket
from tests.concurrency.web_servers import web_servers
from tests.conftest import NOW
from tests.crash.calls import Line, Lost
from tests.factories.promotions import (
    CampaignFactory,
    RuleAssignmentFactory,
    ValidationRuleFactory,
    VoucherFactory,
)
from tests.factories.stops import ANNA

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

SERVERS: Final = 2
CALLERS: Final = 16
WITHIN_SECONDS: Final = 2.0
GRACE_SECONDS: Final = 1.0
WAIT_SECONDS: Final = 60.0


@dataclass(frozen=True, kw_only=True)
class Call:
    """One redemption; `key` is "" when it was granted."""

    server: int
    began: float
    ended: float
    key: str


@dataclass(kw_only=True)
class Load:
    """What the callers did so far. `is_over` sends them home."""

    calls: list[Call] = field(default_factory=list)
    is_over: threading.Event = field(default_factory=threading.Event)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def note(self, call: Call) -> None:
        with self._changed:
            self.calls.append(call)
            self._changed.notify_all()

    def wait_for(self, number: int, *, server: int, began_after: float = 0.0, is_granted: bool) -> None:
        """Until so many calls of a server that began then came to that."""

        def is_there() -> bool:
            wanted = (
                call.server == server and call.began > began_after and (call.key == "") is is_granted
                for call in self.calls
            )
            return sum(wanted) >= number

        with self._changed:
            assert self._changed.wait_for(is_there, timeout=WAIT_SECONDS), "waited in vain"


@pytest.fixture(scope="module")
def ports(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[list[int]]:
    """Of two web servers, each a process of its own."""
    with web_servers(SERVERS, threads=CALLERS // SERVERS) as addresses:
        yield [urlsplit(address).port or 0 for address in addresses]


@pytest.fixture
def headers() -> Mapping[str, str]:
    issued = api_keys.create(name="race", actor=Actor.system("tests"), now=NOW)
    return {
        "Content-Type": "application/json",
        "X-App-Id": issued.key.app_id,
        "X-App-Token": issued.token,
    }


def redeem_on(load: Load, server: int, line: Line) -> None:
    while not load.is_over.is_set():
        began = time.monotonic()
        try:
            status, wire = line.send("POST", "/v1/redemptions", basket("HOT"))
        except Lost:
            continue  # others were faster five times: it had no effect
        key = "" if status == 200 else wire["key"]
        load.note(Call(server=server, began=began, ended=time.monotonic(), key=key))
    line.close()


def test_a_stop_holds_in_every_process(
    ports: list[int], headers: Mapping[str, str], record_property: Callable[[str, object], None]
) -> None:
    campaign = CampaignFactory(name="Hot")
    leaf = {"1": {"name": "campaign.redemptions.count", "conditions": {"$less_than_or_equal": [1_000_000]}}}
    RuleAssignmentFactory(campaign=campaign, rule=ValidationRuleFactory(rules=leaf))
    VoucherFactory(code="HOT", campaign=campaign, discount=None, redemption_quantity=None)
    lines = [Line(port, headers, kept=False) for port in ports]
    load = Load()

    with ThreadPoolExecutor(max_workers=CALLERS) as pool:
        running = [
            pool.submit(redeem_on, load, number % SERVERS, Line(ports[number % SERVERS], headers))
            for number in range(CALLERS)
        ]
        try:
            for server in range(SERVERS):
                load.wait_for(20, server=server, is_granted=True)
            body = {"covers": {"campaigns": ["Hot"]}, "reason": "The price is wrong"}
            status, stopped = lines[0].send("POST", "/v1/emergency-stops", body)
            answered = time.monotonic()
            for server in range(SERVERS):
                load.wait_for(5, server=server, began_after=answered + GRACE_SECONDS, is_granted=False)
        finally:
            load.is_over.set()
        for one in running:
            one.result()

    assert status == 200, stopped
    after = [call.key for call in load.calls if call.began > answered]
    granted = [call for call in load.calls if call.key == ""]
    assert set(after) == {"emergency_stop"}
    for server in range(SERVERS):
        last = max(call.ended for call in granted if call.server == server)
        first = min(call.ended for call in load.calls if call.server == server and call.key)
        assert max(last, first) - answered < WITHIN_SECONDS
        record_property(f"server {server}: seconds from the answer to the last grant", last - answered)
        record_property(f"server {server}: seconds from the answer to the first refusal", first - answered)
    # Nothing is half-written: what was answered is what is stored, once.
    refused = len(load.calls) - len(granted)
    successes = Redemption.objects.filter(result=Redemption.Result.SUCCESS)
    failures = Redemption.objects.filter(failure_code="emergency_stop")
    assert successes.count() == Voucher.objects.get().redeemed_quantity == len(granted)
    assert failures.count() == StoppedAttempt.objects.count() == refused
    report = lines[1].send("GET", f"/v1/emergency-stops/{stopped['id']}")[1]["report"]
    assert report["attempts"] == refused
    assert len(report["processes"]) == SERVERS

    path = f"/v1/emergency-stops/{stopped['id']}"
    asked, _ = lines[1].send("POST", f"{path}/restore-request", {"reason": "The price is right again"})
    stops.confirm_restore(stop_id=EmergencyStop.objects.get().pk, actor=ANNA, now=NOW)
    again = [line.send("POST", "/v1/redemptions", basket("HOT"))[0] for line in lines]

    assert (asked, again) == (200, [200, 200])
