"""What people read of a programme's settings: in its versions, and where a change waits for approval."""

from __future__ import annotations

import pytest

from loyalty import settings_words
from promotions import version_words
from promotions.approval_words import terms
from promotions.approval_words.lines import Telling
from promotions.models import Version

WAS = {"points": 100, "expiration_rules": {"period_type": "MONTH", "period_value": 12}}
WILL = {**WAS, "points": 200, "debts": "ALLOW", "auto_join": True}


def test_each_setting_has_a_line() -> None:
    said = dict(settings_words.lines(WAS))

    assert said == {
        "First points of a card": "100 points",
        "Expiry": "Points expire 12 months after they were earned",
        "Who earns without a card": "gets nothing",
        "Tiers": "By the points on the card, and lost as soon as these fall below it",
        "Also counts for tiers": "nothing else",
        "Goods that come back": "take the points along that they earned",
        "Points taken back that are spent": "The balance stops at 0; the rest is written off",
        "Reminder": "none",
    }


@pytest.mark.django_db
def test_whoever_decides_reads_what_changes_and_nothing_else() -> None:
    lines = terms.differences(
        terms.CAMPAIGN,
        Version.Subject.CAMPAIGN,
        {"loyalty": WAS},
        {"loyalty": WILL},
        Telling(known={}),
    )

    assert {line.label for line in lines} == {
        "First points of a card",
        "Who earns without a card",
        "Points taken back that are spent",
    }
    assert "200 points" in next(line.text for line in lines if line.label == "First points of a card")


@pytest.mark.django_db
def test_a_version_says_them(settings_row: object) -> None:
    said = dict(version_words.said(Version.Subject.CAMPAIGN, {"loyalty": WAS}, {}))
    assert said["Expiry"] == "Points expire 12 months after they were earned"
