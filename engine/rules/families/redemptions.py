"""The redemption itself: who asks, its metadata, its instant, the holder of the code. Contract: 11.2.

`redemption.date` is our name for "now" (the contract names the operators only); `now` and `redemption.time`
are read as the same.
"""

from __future__ import annotations

from typing import Any, Final

from engine.rules.families.base import Family, Group, Kind, Scalar, Scene
from engine.rules.tree import Rule

NOW: Final = "redemption.date"


def _api_key(scene: Scene, rule: Rule) -> str | None:
    return scene.situation.snapshot.call.api_key


def _login(scene: Scene, rule: Rule) -> str | None:
    return scene.situation.snapshot.call.user_login


def _metadata(scene: Scene, rule: Rule) -> Any:
    return scene.situation.snapshot.call.metadata.get(rule.property or "")


def _points(scene: Scene, rule: Rule) -> int | None:
    return scene.situation.snapshot.call.points_used


def _is_holder(scene: Scene, rule: Rule) -> bool | None:
    return scene.situation.candidate.is_held_by_customer


def _now(scene: Scene, rule: Rule) -> Any:
    return scene.situation.snapshot.now


def _event(scene: Scene, rule: Rule) -> None:
    """A redemption is no event: rules about one hold only where points are earned."""
    return


def _of_call(
    name: str, title: str, kind: Kind, read: Any, fact: str, *, needs_property: bool = False
) -> Scalar:
    return Scalar(
        name=name,
        title=title,
        kind=kind,
        group=Group.REDEMPTION,
        read=read,
        facts=frozenset({fact}),
        needs_property=needs_property,
    )


FAMILIES: Final[tuple[Family, ...]] = (
    _of_call("redemption.api_key", "API key", Kind.ID, _api_key, "call.api_key"),
    _of_call("redemption.user.login", "user login", Kind.ID, _login, "call.user_login"),
    _of_call(
        "redemption.metadata",
        "redemption metadata",
        Kind.FREE,
        _metadata,
        "call.metadata",
        needs_property=True,
    ),
    _of_call(
        "redemption.reward.pay_with_points.points_used",
        "points used",
        Kind.NUMBER,
        _points,
        "call.points_used",
    ),
    _of_call(
        "publication.redeemable_by_linked_customer",
        "redeemed by its holder",
        Kind.FLAG,
        _is_holder,
        "candidate.is_held_by_customer",
    ),
    _of_call(
        "custom_event.metadata", "event metadata", Kind.FREE, _event, "event.metadata", needs_property=True
    ),
    Scalar(name=NOW, title="time of redemption", kind=Kind.TIME, group=Group.REDEMPTION, read=_now),
)
