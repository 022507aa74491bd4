"""Knows how referral programmes work for those who only know campaigns (`promotions.referral_codes`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from promotions import referral_codes
from referrals import programmes, settings_words


class ReferralProgrammes:
    """The `promotions.referral_codes.Programmes` of this house."""

    def checked(self, referral: Mapping[str, Any]) -> dict[str, Any]:
        return programmes.check(referral)

    def changed(self, referral: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
        return programmes.changed(referral, wanted)

    def in_words(self, referral: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
        return settings_words.lines(referral)

    def shown(self, referral: Mapping[str, Any]) -> dict[str, Any]:
        return programmes.to_wire(referral)


def register() -> None:
    referral_codes.register(ReferralProgrammes())
