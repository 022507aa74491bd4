"""How requests should behave, as plain data: what the state machine holds the real ones against."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Content = dict[str, Any]
STAGES = ("Category", "Finance")
GROUPS = {"c1": "Category", "c2": "Category", "f1": "Finance", "f2": "Finance", "ada": "", "mia": ""}
DECIDES = {"f1", "f2", "ada"}
OPEN = {"PENDING", "CHANGES_REQUESTED", "STALE", "APPROVED"}


@dataclass
class Wish:
    """A request as it should be. `at` is when it takes effect, `filed_for` what it was filed for."""

    number: int
    who: str
    change: Content
    base: Content
    needed: dict[str, int]
    editor: str
    state: str = "PENDING"
    revision: int = 1
    stage: int = 0
    at: datetime | None = None
    filed_for: datetime | None = None
    said: dict[str, tuple[str, int]] = field(default_factory=dict)

    @property
    def proposal(self) -> Content:
        return {**self.base, **self.change}

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


class House:
    """`live` is what runs. From `threshold` percent on others are asked; `finance` of them come last."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.live: Content = {"percent": 10, "note": 0}
        self.draft: Content = {"percent": 10, "note": 0}
        self.threshold, self.finance = 25, 1
        self.wishes: list[Wish] = []

    def ask(self, who: str, change: Content) -> Wish | None:
        """None: nobody has to be asked, it is done."""
        new = {**self.live, **change}
        if not self._needs(self.live, new):
            self.live = new
            return None
        found = self._same(who, change)
        if found is None:
            wish = Wish(
                number=len(self.wishes),
                who=who,
                change=change,
                base=self.live,
                needed=self._stages(),
                editor=who,
            )
            self.wishes.append(wish)
            return wish
        if found.state != "APPROVED" and found.proposal != new:
            self._propose(found, who, self.live)
        return found

    def decide(self, wish: Wish, who: str, verdict: str, revision: int) -> str:
        """The state that comes of it, or the key of the refusal."""
        refusal = self._refusal(wish, who, verdict, revision)
        if refusal:
            return refusal
        says_yes = verdict in {"APPROVE", "EMERGENCY"}
        if says_yes and not self._queued_before(wish) and wish.base != self.live:
            wish.state = "STALE"
            return "approval_outdated"
        wish.said[who] = (verdict, wish.stage)
        if not says_yes:
            wish.state = {"REJECT": "REJECTED", "REQUEST_CHANGES": "CHANGES_REQUESTED"}[verdict]
        elif self._has_passed(wish, verdict):
            wish.state = "APPROVED"
            if wish.at is None or wish.at <= self.now:
                self._carry_out(wish)
        return wish.state

    def resubmit(self, wish: Wish, who: str) -> str:
        if not wish.is_open:
            return "approval_already_decided"
        if who not in {wish.who, "ada"}:
            return "approval_not_yours"
        if wish.state == "APPROVED":
            return "approval_already_decided"
        base = self.live
        for earlier in self._queued_before(wish):
            base = {**base, **earlier.change}
        new = {**base, **wish.change}
        if new == base:
            return "approval_changes_nothing"
        if not self._needs(base, new) and wish.at is None:
            return "approval_needs_nobody"
        self._propose(wish, who, base)
        if not self._needs(base, new):
            wish.state = "APPROVED"
        return "done"

    def withdraw(self, wish: Wish, who: str) -> str:
        if not wish.is_open:
            return "approval_already_decided"
        if who not in {wish.who, "ada"} and not (wish.state == "APPROVED" and who in DECIDES):
            return "approval_not_yours"
        wish.state = "WITHDRAWN"
        return "done"

    def schedule(self, wish: Wish, who: str, at: datetime | None) -> str:
        if not wish.is_open or wish.state == "APPROVED":
            return "approval_already_decided"
        if at is not None and at <= self.now:
            return "invalid_payload"
        if who != wish.who and who not in DECIDES:
            return "approval_not_yours"
        wish.at = at
        return "done"

    def wait(self, until: datetime) -> None:
        self.now = until
        due = [one for one in self.wishes if one.state == "APPROVED" and one.at and one.at <= self.now]
        for wish in sorted(due, key=lambda one: (one.at, one.number)):
            self._carry_out(wish)

    def _refusal(self, wish: Wish, who: str, verdict: str, revision: int) -> str:
        if not wish.is_open:
            return "approval_already_decided"
        if wish.state != "PENDING" and (verdict, wish.state) != ("REJECT", "STALE"):
            return "approval_outdated"
        if who in {wish.who, wish.editor}:
            return "approval_own_request"
        if revision != wish.revision:
            return "approval_outdated"
        if who in wish.said:
            return "approval_already_said"
        if verdict == "EMERGENCY":
            return "" if who in DECIDES else "missing_required_permission"
        stages = list(wish.needed)
        is_asked = wish.stage < len(stages) and GROUPS[who] == stages[wish.stage]
        return "" if is_asked else "missing_required_permission"

    def _has_passed(self, wish: Wish, verdict: str) -> bool:
        yes = [said for said in wish.said.values() if said[0] == verdict]
        if verdict == "EMERGENCY":
            return len(yes) >= 2
        needed = list(wish.needed.values())
        wish.stage += len([said for said in yes if said[1] == wish.stage]) >= needed[wish.stage]
        return wish.stage == len(needed)

    def _carry_out(self, wish: Wish) -> None:
        if wish.base != self.live:
            wish.state = "STALE"
            return
        self.live = wish.proposal
        wish.state = "APPLIED"

    def _propose(self, wish: Wish, who: str, base: Content) -> None:
        needed = self._stages() if self._needs(base, {**base, **wish.change}) else {}
        wish.base, wish.needed, wish.editor = base, needed, who
        wish.state, wish.stage, wish.said = "PENDING", 0, {}
        wish.revision += 1
        wish.filed_for = wish.at

    def _same(self, who: str, change: Content) -> Wish | None:
        return next(
            (
                one
                for one in self.wishes
                if one.is_open and (one.who, one.change, one.filed_for) == (who, change, None)
            ),
            None,
        )

    def _queued_before(self, wish: Wish) -> list[Wish]:
        if wish.at is None:
            return []
        queued = [
            one
            for one in self.wishes
            if one is not wish and one.state == "APPROVED" and one.at and one.at < wish.at
        ]
        return sorted(queued, key=lambda one: (one.at, one.number))

    def _needs(self, before: Content, after: Content) -> bool:
        return before != after and max(before["percent"], after["percent"]) >= self.threshold

    def _stages(self) -> dict[str, int]:
        return dict(zip(STAGES, (1, self.finance), strict=True))
