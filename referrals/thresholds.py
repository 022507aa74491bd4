"""How much each sign counts when a referral is judged: settings that marketers read and change. Pure."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

from engine.codec import Data

MOST_POINTS: Final = 1000


class UnusableThresholds(ValueError):
    """`problems`: field -> what is wrong with it, for a form."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = problems


@dataclass(frozen=True, kw_only=True)
class Thresholds(Data):
    """Points of signs, and limits: a sign of `refuse_at` points refuses, signs that add up to `hold_at` hold.

    Refusing needs a single sign that proves it; however many weaker ones come together, a person decides.
    Signs of one home (address, device), of one rush, of one machine and of one cluster count once.
    """

    hold_at: int = 50
    refuse_at: int = 100

    same_customer: int = 100
    same_email: int = 100
    same_phone: int = 50
    same_payment: int = 50
    family_phone: int = 25
    family_payment: int = 25
    same_name: int = 40
    similar_email: int = 40
    same_address: int = 20
    same_device: int = 20

    has_ordered: int = 100
    ordered_before: int = 50
    has_other_account: int = 30
    old_account: int = 20
    old_account_days: int = 30

    ring: int = 100
    chain_of_one: int = 50
    ring_depth: int = 6

    shared_email: int = 100
    shared_payment: int = 50
    shared_device: int = 50
    shared_device_from: int = 3

    many: int = 20
    many_in_hour: int = 10
    many_in_day: int = 30
    clockwork: int = 50
    clockwork_from: int = 6
    fresh_accounts: int = 50
    fresh_seconds: int = 20
    fresh_from: int = 5

    crowd: int = 8
    device_keys: tuple[str, ...] = ("device_id", "device_fingerprint")
    payment_keys: tuple[str, ...] = ("payment_fingerprint", "card_fingerprint")

    def __post_init__(self) -> None:
        """:raises UnusableThresholds: see there"""
        problems = {}
        for name in _numbers():
            least = _LEAST.get(name, 0)
            most = _MOST.get(name, MOST_POINTS)
            if not least <= getattr(self, name) <= most:
                problems[name] = f"{LABELS[name]}: a whole number from {least} to {most}."
        if not problems and self.hold_at > self.refuse_at:
            problems["hold_at"] = "What is refused must not need fewer points than what is held."
        for name in ("device_keys", "payment_keys"):
            if not all(key.strip() for key in getattr(self, name)):
                problems[name] = f"{LABELS[name]}: names without blanks only."
        if problems:
            raise UnusableThresholds(problems)


LABELS: Final = {
    "hold_at": "Hold for review from this many points",
    "refuse_at": "Refuse when a single sign has this many points",
    "same_customer": "Referrer and new customer are one customer",
    "same_email": "Their e-mail addresses reach one mailbox",
    "same_phone": "They have the same phone number",
    "same_payment": "They pay with the same card or account",
    "family_phone": "They have the same phone number and surname, but other given names",
    "family_payment": "They pay with the same card and have the same surname, but other given names",
    "same_name": "They have the same name",
    "similar_email": "Their mailboxes are named alike",
    "same_address": "They live at the same address",
    "same_device": "They use the same device",
    "has_ordered": "The new customer ordered before",
    "ordered_before": "The new customer ordered before with another account, as it seems",
    "has_other_account": "The new customer shares phone or card with another customer who ordered",
    "old_account": "The new customer's account is old",
    "old_account_days": "An account is old after so many days",
    "ring": "The referral closes a circle",
    "chain_of_one": "The new customer looks like somebody up the chain of referrals",
    "ring_depth": "So many steps back a circle is looked for",
    "shared_email": "The same mailbox was referred by this referrer before",
    "shared_payment": "Other new customers of this referrer pay with the same card or have the same phone",
    "shared_device": "Several new customers of this referrer use one device",
    "shared_device_from": "So many others on the device are several",
    "many": "Many referrals in a short time",
    "many_in_hour": "So many in an hour are many",
    "many_in_day": "So many in 24 hours are many",
    "clockwork": "Referrals come at equal intervals",
    "clockwork_from": "So many referrals in a row show equal intervals",
    "fresh_accounts": "Accounts are made just before they are used",
    "fresh_seconds": "Just before means so many seconds",
    "fresh_from": "So many such accounts of one referrer are a sign",
    "crowd": "An address or device of more than so many others says nothing",
    "device_keys": "Customer metadata that tell the device",
    "payment_keys": "Customer metadata that tell the card or account",
}
"""What a field is called on a page."""

_LEAST: Final = {
    "hold_at": 1,
    "refuse_at": 1,
    "old_account_days": 1,
    "ring_depth": 1,
    "shared_device_from": 1,
    "many_in_hour": 1,
    "many_in_day": 1,
    "clockwork_from": 4,
    "fresh_seconds": 1,
    "fresh_from": 2,
    "crowd": 1,
}
_MOST: Final = {
    "ring_depth": 12,
    "old_account_days": 3650,
    "many_in_hour": 100_000,
    "many_in_day": 100_000,
    "clockwork_from": 50,
    "fresh_seconds": 3600,
    "fresh_from": 50,
}


def _numbers() -> list[str]:
    return [field.name for field in fields(Thresholds) if field.name not in ("device_keys", "payment_keys")]
