"""The settings of a programme in plain words, one line each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loyalty import programme_words
from loyalty.programmes import Programme


def lines(loyalty: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Label and text of every setting, in the order of reading; `loyalty` as stored."""
    programme = Programme.read(loyalty)
    reminder = programme.reminder_days
    counted = [
        word
        for word, counts in (
            ("points added by hand", programme.counts_additions),
            ("points from other cards", programme.counts_transfers),
        )
        if counts
    ]
    return [
        ("First points of a card", programme_words.points(programme.points)),
        ("Expiry", programme_words.expiry(programme.expiration_rules)),
        ("Who earns without a card", "gets one" if programme.auto_join else "gets nothing"),
        ("Tiers", programme_words.tiers(programme.tiers_expiration).removesuffix(".")),
        ("Also counts for tiers", programme_words.listed(counted) or "nothing else"),
        (
            "Goods that come back",
            "take the points along that they earned"
            if programme.reverse_on_return
            else "leave the points that they earned",
        ),
        ("Points taken back that are spent", programme_words.debts(programme.debts)),
        ("Reminder", f"{reminder} days before points end" if reminder else "none"),
    ]
