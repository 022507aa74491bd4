"""One round of approvals: requests that wait, callers who approve them, a kill in the middle, the proof.

Each request is carried out wholly, once, or not at all; what was answered holds; what was not can be approved
afterwards (PROOFS C6).
"""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import connections
from django.utils import timezone

from approvals.gate import ApprovalRequired
from approvals.models import ApprovalRequest, Policy
from approvals.policies import PolicyContent, Stage
from core.actors import Actor, ActorKind, Role
from core.models import AuditEntry
from core.services import api_keys
from promotions.models import Campaign, CardTransaction, Voucher
from promotions.services import campaigns, ledger
from promotions.services.campaigns import CampaignSpec
from tests.concurrency.adding_up import discrepancies
from tests.crash.calls import Line, Lost
from tests.crash.house import House
from tests.crash.rounds import LONGEST_WAIT, Round, kill
from tests.factories.gift_cards import GiftCardFactory
from tests.factories.promotions import CampaignFactory, percent

CALLERS: Final = 4
OF_EACH_KIND: Final = 8
CODES: Final = 20
CREDITS: Final = 700
ANSWERED_BEFORE: Final = 4
_PATIENCE_SECONDS: Final = 60.0
_REQUESTER: Final = Actor(kind=ActorKind.API_KEY, id="crash-marketer", label="marketer", role=Role.USER)


@dataclass(kw_only=True)
class Wish:
    """One request; `answers` are (status, state or key), `lost` counts those who got none."""

    request_id: str
    kind: str
    subject: str
    answers: list[tuple[int, str]] = field(default_factory=list)
    lost: int = 0


def play(house: House, *, number: int, victim: str, headers: Mapping[str, str], seed: int) -> Round:
    """Play one round and compare."""
    dice = random.Random(seed)
    now = timezone.now()
    wishes = _file(f"R{number}", now)
    dice.shuffle(wishes)
    lines = [Line(house.port, {**headers, **_key(now)}) for _ in range(CALLERS)]
    connections.close_all()
    is_up = threading.Event()
    is_up.set()
    with ThreadPoolExecutor(max_workers=CALLERS) as pool:
        # Two ask in one order and two in the other, so that each request is decided by several.
        running = [
            pool.submit(_approve_all, line, wishes if n % 2 else wishes[::-1], is_up)
            for n, line in enumerate(lines)
        ]
        try:
            _until_answered(wishes, ANSWERED_BEFORE)
            time.sleep(dice.uniform(0, LONGEST_WAIT))  # the moment is the dice's
            is_up.clear()
            began = time.monotonic()
            kill(house, victim, dice)
            away = time.monotonic() - began
        finally:
            is_up.set()
        for one in running:
            one.result()
    differences = [*_differences(wishes), *discrepancies()]
    differences += [*_approved_afterwards(wishes, Line(house.port, {**headers, **_key(now)}, kept=False))]
    differences += [*_differences(wishes), *discrepancies()]
    return Round(
        victim=victim,
        calls=CALLERS * len(wishes),
        answered=sum(len(one.answers) for one in wishes),
        lost=sum(one.lost for one in wishes),
        landed=sum(bool(one.lost) and (200, "APPLIED") not in one.answers for one in wishes),
        repeated=0,
        away=away,
        differences=differences,
    )


def _file(name: str, now: datetime) -> list[Wish]:
    """Requests for changes of campaigns, for new campaigns with their codes, and for credits of cards."""
    _ask_everybody(now)
    made = []
    for place in range(OF_EACH_KIND):
        subject = f"{name}-{place}"
        campaign = CampaignFactory(name=f"{subject}-old", discount=percent(10))
        card = GiftCardFactory(code=f"{subject}-CARD", gift_amount=1_000)
        change = CampaignSpec(values={"discount": percent(30)}, metadata={"by": subject})
        new = CampaignSpec(
            kind=Campaign.CampaignType.DISCOUNT_COUPONS,
            vouchers_count=CODES,
            values={"name": f"{subject}-new", "discount": percent(30)},
        )
        with _filed() as request:
            campaigns.update(campaign_id=campaign.pk, spec=change, actor=_REQUESTER, now=now)
        made.append(Wish(request_id=request[0], kind="change", subject=campaign.name))
        with _filed() as request:
            campaigns.create(spec=new, actor=_REQUESTER, now=now)
        made.append(Wish(request_id=request[0], kind="new", subject=f"{subject}-new"))
        with _filed() as request:
            ledger.adjust(code=card.code, amount=CREDITS, actor=_REQUESTER, now=now)
        made.append(Wish(request_id=request[0], kind="credits", subject=card.code))
    return made


@contextlib.contextmanager
def _filed() -> Iterator[list[str]]:
    found: list[str] = []
    try:
        yield found
    except ApprovalRequired as refused:
        refused.settle()
        found.append(str(refused.resource_id))
    if not found:
        raise RuntimeError("Nobody was asked.")


def _ask_everybody(now: datetime) -> None:
    """One stage that asks no group: keys decide there."""
    content = PolicyContent(stages=(Stage(name="Anybody"),)).to_json()
    Policy.objects.get_or_create(name="Everything", defaults={"content": content, "created_at": now})


def _key(now: datetime) -> dict[str, str]:
    issued = api_keys.create(name="decider", actor=Actor.system("tests"), now=now)
    return {"X-App-Id": issued.key.app_id, "X-App-Token": issued.token}


def _approve_all(line: Line, wishes: Sequence[Wish], is_up: threading.Event) -> None:
    for wish in wishes:
        try:
            status, body = line.send("POST", *_yes(wish))
        except Lost:
            wish.lost += 1
            is_up.wait(_PATIENCE_SECONDS)
            continue
        wish.answers.append((status, str(body.get("state") or body.get("key"))))
    line.close()


def _yes(wish: Wish) -> tuple[str, dict[str, Any]]:
    return f"/v1/approval-requests/{wish.request_id}/decisions", {"verdict": "APPROVE", "revision": 1}


def _until_answered(wishes: Sequence[Wish], number: int) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    pause = threading.Event()
    while sum(len(one.answers) for one in wishes) < number:
        if time.monotonic() > deadline:
            raise RuntimeError("Nobody is answered.")
        pause.wait(0.005)


def _approved_afterwards(wishes: Sequence[Wish], line: Line) -> Iterator[str]:
    """What still waits can be approved; yields one line for each that cannot."""
    for wish in wishes:
        if ApprovalRequest.objects.get(public_id=wish.request_id).state != ApprovalRequest.State.PENDING:
            continue
        status, body = line.insist("POST", *_yes(wish))
        # A lost answer may have had its effect: then the next one is told so.
        if status != 200 and body.get("key") != "approval_already_decided":
            yield f"{wish.kind} {wish.subject} cannot be approved afterwards: {status} {body}"


def _differences(wishes: Sequence[Wish]) -> Iterator[str]:
    for wish in wishes:
        request = ApprovalRequest.objects.get(public_id=wish.request_id)
        for complaint in _complaints(wish, request):
            yield f"{wish.kind} {wish.subject} ({request.state}) {complaint}"


def _complaints(wish: Wish, request: ApprovalRequest) -> Iterator[str]:
    is_applied = request.state == ApprovalRequest.State.APPLIED
    yeses = [one for one in wish.answers if one == (200, "APPLIED")]
    others = {one for one in wish.answers if one not in {(200, "APPLIED"), (409, "approval_already_decided")}}
    if not is_applied and request.state != ApprovalRequest.State.PENDING:
        yield f"stands where it should not: {request.error}"
    if others:
        yield f"was answered with {sorted(others)}"
    if len(yeses) > 1:
        yield f"was carried out for {len(yeses)} callers"
    if wish.answers and not is_applied:
        yield f"was answered with {wish.answers} and is not carried out"
    if request.decisions.count() != is_applied:
        yield f"has {request.decisions.count()} decisions"
    told = AuditEntry.objects.filter(approval_id=request.public_id, action="approval_request.applied").count()
    if told != is_applied:
        yield f"is said to be carried out {told} times"
    done = _done(wish)
    if done != (is_applied, is_applied):
        yield f"left a part: {done}"


def _done(wish: Wish) -> tuple[bool, bool]:
    """Whether the first and the last thing that the operation writes are there, in the right number."""
    if wish.kind == "change":
        campaign = Campaign.objects.get(name=wish.subject)
        noted = AuditEntry.objects.filter(entity_id=campaign.public_id, action="campaign.updated").count()
        return campaign.discount == percent(30) and bool(campaign.metadata), noted == 1
    if wish.kind == "new":
        codes = Voucher.objects.filter(campaign__name=wish.subject).count()
        found = Campaign.objects.filter(name=wish.subject, vouchers_count=CODES).exists()
        return found, codes == CODES
    card = Voucher.objects.get(code=wish.subject)
    rows = CardTransaction.objects.filter(voucher=card, type=CardTransaction.Type.ADDITION).count()
    return card.gift_balance == 1_000 + CREDITS, rows == 1
