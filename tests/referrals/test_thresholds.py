"""Settings of the judge: complete, named, and refused when they make no sense."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from engine.codec import MalformedJson
from referrals.thresholds import LABELS, Thresholds, UnusableThresholds


def test_the_defaults_survive_json() -> None:
    limits = Thresholds(same_phone=70, device_keys=("gadget",))

    assert Thresholds.from_json(limits.to_json()) == limits
    assert Thresholds.from_json({}) == Thresholds()


def test_every_setting_has_a_name_for_people() -> None:
    assert list(LABELS) == [field.name for field in fields(Thresholds)]
    assert len(set(LABELS.values())) == len(LABELS)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"same_phone": -1}, "same_phone"),
        ({"same_phone": 1001}, "same_phone"),
        ({"hold_at": 0}, "hold_at"),
        ({"hold_at": 101}, "hold_at"),
        ({"refuse_at": 49}, "hold_at"),
        ({"ring_depth": 13}, "ring_depth"),
        ({"clockwork_from": 3}, "clockwork_from"),
        ({"crowd": 0}, "crowd"),
        ({"device_keys": ("a", " ")}, "device_keys"),
    ],
)
def test_nonsense_is_refused_by_field(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(UnusableThresholds) as caught:
        Thresholds(**wrong)

    assert list(caught.value.problems) == [field]


@pytest.mark.parametrize("wrong", [{"same_phone": "50"}, {"same_phone": True}, {"unheard_of": 1}])
def test_json_of_another_shape_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(MalformedJson):
        Thresholds.from_json(wrong)
