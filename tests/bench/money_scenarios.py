"""What is asked of which server, and what each is compared with."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from tests.bench import money_floor, money_rows
from tests.bench.money_rows import Group
from tests.bench.serving import Calls, Web

CALLERS: Final = (1, 8, 32)
_WITH_HISTORY: Final = (1, 8)
_VALIDATED: Final = 1000
_GROUPS: Final = {"MANY": Group.MANY, "RULE": Group.RULE, "POOL": Group.POOL}
REDEEMED: Final = tuple(_GROUPS)


class OutOfCalls(Exception):
    """More was answered than there are codes for."""


@dataclass(kw_only=True)
class Scenario:
    """Calls of one kind to one server.

    `against` is the key of what it is compared with. `uses_up`: each call can be answered with success only
    once.
    """

    key: str
    what: str
    short: str
    web: Web
    calls: Calls
    against: str
    uses_up: bool = False
    callers: Sequence[int] = CALLERS
    answered: int = field(default=0, init=False)

    def next(self, count: int) -> Calls:
        """Up to so many calls that nobody was asked yet; of what can be repeated, the same from the start.

        :raises OutOfCalls: there are none left.
        """
        if not self.uses_up:
            return [self.calls[at % len(self.calls)] for at in range(count)]
        if self.answered + count // 2 > len(self.calls):
            raise OutOfCalls(self.what)
        return self.calls[self.answered : self.answered + count]


@dataclass(frozen=True, kw_only=True)
class Stock:
    """Codes by the beginning of their names, made before anything is asked."""

    codes: Mapping[str, Sequence[str]]

    def calls(self, name: str, path: str) -> Calls:
        return [(path, json.dumps(body)) for body in money_rows.bodies(self.codes[name])]


def stock(count: int, *, now: datetime) -> Stock:
    """`count` codes for each kind of redemption, and some to be validated again and again."""
    codes = {}
    for name, group in _GROUPS.items():
        codes[name] = money_rows.codes(name, count, group, now=now)
        codes[_seen(name)] = money_rows.codes(_seen(name), _VALIDATED, group, now=now)
    return Stock(codes=codes)


def _seen(name: str) -> str:
    return f"SEEN-{name}"


def scenarios(stock: Stock, *, floor: Web, new: Web, later: Web, past: int) -> list[Scenario]:
    """All of them, floors first; `past` redemptions are in the database of `later`."""
    validated, validated_rule = (stock.calls(_seen(name), "/v1/validations") for name in ("MANY", "RULE"))
    redeemed, redeemed_rule, redeemed_pool = (stock.calls(name, "/v1/redemptions") for name in REDEEMED)
    return [
        Scenario(
            key="floor",
            short="floor",
            what="floor: one UPDATE, one INSERT by hand",
            web=floor,
            calls=[(f"/floor/{1 + at % money_floor.ROWS}", body) for at, (_, body) in enumerate(validated)],
            against="floor",
        ),
        Scenario(
            key="floor_hot",
            short="hot floor",
            what="floor, all on one row",
            web=floor,
            calls=[("/floor/0", body) for _, body in validated],
            against="floor",
        ),
        Scenario(
            key="bare",
            short="bare view",
            what="a REST view that checks the key and reads one row",
            web=new,
            calls=[("/bare-row", body) for _, body in validated],
            against="floor",
        ),
        Scenario(
            key="validate",
            what="validate one code",
            short="validate",
            web=new,
            calls=validated,
            against="bare",
        ),
        Scenario(
            key="validate_rule",
            short="validate, one campaign",
            what="validate, one campaign with a budget in its rule",
            web=new,
            calls=validated_rule,
            against="validate",
        ),
        Scenario(
            key="redeem",
            short="redeem",
            what=f"redeem one code, {money_rows.CAMPAIGNS:,} campaigns",
            web=new,
            calls=redeemed,
            against="floor",
            uses_up=True,
        ),
        Scenario(
            key="redeem_rule",
            short="redeem, one campaign",
            what="redeem, all of one campaign with a budget in its rule",
            web=new,
            calls=redeemed_rule,
            against="redeem",
            uses_up=True,
        ),
        Scenario(
            key="redeem_pool",
            short="redeem, one pool",
            what="redeem, all of one campaign that draws on a shared budget",
            web=new,
            calls=redeemed_pool,
            against="redeem",
            uses_up=True,
        ),
        Scenario(
            key="later",
            short="later",
            what=f"redeem one code after {past:,} redemptions",
            web=later,
            calls=redeemed,
            against="redeem",
            uses_up=True,
            callers=_WITH_HISTORY,
        ),
        Scenario(
            key="later_rule",
            short="later, one campaign",
            what=f"the same, all of the campaign that had {past * 3 // 10:,}",
            web=later,
            calls=redeemed_rule,
            against="redeem_rule",
            uses_up=True,
            callers=_WITH_HISTORY,
        ),
    ]


def answered(found: Iterable[Scenario], web: Web) -> int:
    """How many redemptions the server answered with success."""
    return sum(one.answered for one in found if one.uses_up and one.web == web)
