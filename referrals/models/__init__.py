from __future__ import annotations

from referrals.models.programmes import ReferralProgramme
from referrals.models.referrals import Referral
from referrals.models.rewards import ReferralReward
from referrals.models.tiers import ReferrerTier

__all__ = ["Referral", "ReferralProgramme", "ReferralReward", "ReferrerTier"]
