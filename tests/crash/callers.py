"""Shoppers who redeem, stack, top up, hold, release, roll back and return without pause."""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass, field
from typing import Any, Final

from tests.concurrency.asking import basket
from tests.crash.calls import Call, Kind, Line, Lost
from tests.crash.shop import Shop

PATIENCE_SECONDS: Final = 60.0
PRICE: Final = 1_000
UNITS: Final = 3


@dataclass(kw_only=True)
class Load:
    """What callers of one round share. `is_up` is cleared while a server is away."""

    is_up: threading.Event = field(default_factory=threading.Event)
    is_over: threading.Event = field(default_factory=threading.Event)
    answered: list[str] = field(default_factory=list)


class Caller:
    """One shopper; `calls` is all that he did. With a key he repeats a call until he knows its answer."""

    def __init__(self, *, name: str, line: Line, shop: Shop, load: Load, seed: int) -> None:
        self._name, self._line, self._shop, self._load = name, line, shop, load
        self._dice = random.Random(seed)
        self.calls: list[Call] = []
        self._paid: list[Call] = []
        self._held: list[Call] = []

    def run(self) -> None:
        while not self._load.is_over.is_set():
            self._act()
        self._line.close()

    def _act(self) -> None:
        chance = self._dice.random()
        if self._held and chance < 0.6:
            hold = self._held.pop()
            if self._dice.random() < 0.3:
                self._release(hold)
            else:
                self._redeem(hold)
        elif self._paid and chance < 0.2:
            self._roll_back(self._paid.pop(self._dice.randrange(len(self._paid))))
        elif self._paid and chance < 0.35:
            self._return(self._dice.choice(self._paid))
        elif chance < 0.5:
            self._top_up()
        elif chance < 0.65:
            self._hold()
        else:
            self._redeem(None)

    def _redeem(self, hold: Call | None) -> None:
        body = dict(hold.body or {}) if hold else self._basket()
        call = self._new(Kind.REDEMPTION, "/v1/redemptions", body, session=hold.session if hold else "")
        items = [{"source_id": "tee", "quantity": UNITS, "price": PRICE}]
        call.body = body | {
            "order": {"source_id": call.name, "items": items},
            "metadata": {"call": call.name},
        }
        self._carry_out(call)
        if call.is_success:
            self._paid.append(call)

    def _hold(self) -> None:
        call = self._new(Kind.HOLD, "/v1/validations", None)
        call.session = call.name
        call.body = self._basket() | {"session": {"type": "LOCK", "key": call.name}}
        self._carry_out(call)
        if call.is_success and call.wire["valid"]:
            self._held.append(call)

    def _release(self, hold: Call) -> None:
        code = next(one["id"] for one in (hold.body or {})["redeemables"] if one["object"] == "voucher")
        path = f"/v1/vouchers/{code}/sessions/{hold.session}"
        self._carry_out(self._new(Kind.RELEASE, path, None, method="DELETE", session=hold.session))

    def _roll_back(self, paid: Call) -> None:
        call = self._new(Kind.ROLLBACK, f"/v1/redemptions/{head_of(paid)}/rollbacks", None)
        call.body = {"reason": call.name}
        self._carry_out(call)

    def _return(self, paid: Call) -> None:
        call = self._new(Kind.RETURN, f"/v1/orders/{paid.name}/returns", None)
        call.body = {"reason": call.name, "items": [{"source_id": "tee", "quantity": 1}]}
        self._carry_out(call)

    def _top_up(self) -> None:
        call = self._new(Kind.TOP_UP, f"/v1/vouchers/{self._dice.choice(self._shop.cards)}/balance", None)
        call.body = {"amount": self._dice.randint(1, 500), "source_id": call.name}
        self._carry_out(call)

    def _basket(self) -> dict[str, Any]:
        """One code or card, or several with a tier; half of the shoppers are known, some are new."""
        shop, dice = self._shop, self._dice
        ids = dice.sample([*shop.codes, shop.ruled, shop.tier, *shop.cards], dice.choice([1, 1, 1, 2, 3]))
        if not set(ids) - {shop.tier}:
            ids.append(shop.ruled)
        credits = {card: dice.randint(1, 300) for card in shop.cards if card in ids}
        who = {"source_id": f"customer-{dice.randint(0, 20)}"} if dice.random() < 0.5 else None
        return basket(*ids, amount=UNITS * PRICE, credits=credits, customer=who)

    def _new(
        self,
        kind: Kind,
        path: str,
        body: dict[str, Any] | None,
        *,
        method: str = "POST",
        session: str = "",
    ) -> Call:
        call = Call(
            name=f"{self._name}-{len(self.calls)}",
            kind=kind,
            method=method,
            path=path,
            body=body,
            has_key=method == "POST" and self._dice.random() < 0.5,
            session=session,
        )
        self.calls.append(call)
        return call

    def _carry_out(self, call: Call) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            call.tries += 1
            try:
                answer = self._line.send(
                    call.method, call.path, call.body, key=call.name if call.has_key else None
                )
            except Lost:
                self._load.is_up.wait(PATIENCE_SECONDS)
                if not call.has_key:
                    return
                continue
            if answer[1].get("key") == "idempotency_key_in_progress":
                time.sleep(0.05)  # as its Retry-After asks, only sooner
                continue
            call.answer = answer
            self._load.answered.append(call.name)
            return
        call.unexpected.append("is never answered")


def head_of(paid: Call) -> str:
    """The id of what the request did as a whole."""
    head = paid.wire.get("parent_redemption") or paid.wire["redemptions"][0]
    return str(head["id"])
