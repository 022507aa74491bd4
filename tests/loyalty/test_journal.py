"""The points journal: a file that balances, and that a spreadsheet can open without harm."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

import pytest

from core.actors import Actor, ActorKind, Role
from core.errors import MissingPermission
from integrations.services import exports
from loyalty.models import LoyaltyCard
from loyalty.services.finance import set_worth
from tests.conftest import NOW
from tests.integrations.exported import exported
from tests.loyalty.books import Account, Type, card, line, pays_with_points, programme

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 5)


def test_every_line_is_a_posting_and_all_accounts_come_to_zero(actor: Actor) -> None:
    club, bakers = programme("Club"), programme("Bakers")
    pays_with_points(club, "20", 100)
    set_worth(campaign_id=bakers.pk, points=3, amount=1, actor=actor, now=NOW)
    one, other = card(club, "ONE"), card(bakers, "OTHER", may_owe=True)
    earned = line(one, Type.ACCRUAL, 300, DAY, cause="earning:1")
    line(one, Type.REDEMPTION, -120, DAY, account=Account.SPENT)
    line(one, Type.EXPIRATION, -30, DAY, account=Account.EXPIRED)
    line(one, Type.TRANSFER_OUT, -50, DAY, account=Account.TRANSIT)
    line(other, Type.TRANSFER_IN, 50, DAY, account=Account.TRANSIT)
    line(other, Type.REMOVAL, -80, DAY, account=Account.REVERSED)
    line(other, Type.ADDITION, 30, DAY, account=Account.WRITTEN_OFF)

    rows = exported("points_journal")

    assert rows[0] == {
        "date": "2026-03-05",
        "account_debit": "PROGRAMME",
        "account_credit": "CARDS",
        "points": "300",
        "worth": "60.00",
        "programme": "Club",
        "reference": earned.public_id,
        "type": "POINTS_ACCRUAL",
        "reason": "",
    }
    assert (rows[1]["account_debit"], rows[1]["account_credit"], rows[1]["worth"]) == (
        "CARDS",
        "SPENT",
        "24.00",
    )
    assert [row["worth"] for row in rows[4:]] == ["0.17", "0.27", "0.10"]
    credit: dict[str, int] = defaultdict(int)
    for row in rows:
        credit[row["account_credit"]] += int(row["points"])
        credit[row["account_debit"]] -= int(row["points"])
    assert sum(credit.values()) == 0
    assert credit["CARDS"] == sum(LoyaltyCard.objects.values_list("balance", flat=True)) == 100
    assert credit["TRANSIT"] == 0


def test_one_programme_and_some_days_can_be_asked_for() -> None:
    club, other = programme("Club"), programme("Other")
    for of in (club, other):
        held = card(of, of.name)
        for day in (date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 31), date(2026, 4, 1)):
            line(held, Type.ACCRUAL, day.day, day)

    days = {"conditions": {"$after": ["2026-02-28"], "$before": ["2026-04-01"]}}
    rows = exported("points_journal", programme_id=club.public_id, order="-date", filters={"date": days})

    assert [(row["date"], row["points"], row["programme"]) for row in rows] == [
        ("2026-03-31", "31", "Club"),
        ("2026-03-01", "1", "Club"),
    ]


def test_what_a_spreadsheet_would_run_is_only_text() -> None:
    line(card(programme("=cmd|' /C calc'!A0"), "X"), Type.ADDITION, 5, DAY, reason="@SUM(1)")

    (row,) = exported("points_journal")

    assert (row["programme"], row["reason"], row["worth"]) == ("'=cmd|' /C calc'!A0", "'@SUM(1)", "")


def test_a_marketer_gets_no_journal() -> None:
    marketer = Actor(kind=ActorKind.USER, id="1", label="Anna", role=Role.USER)

    with pytest.raises(MissingPermission):
        exports.request(exported_object="points_journal", parameters={}, actor=marketer, now=NOW)
