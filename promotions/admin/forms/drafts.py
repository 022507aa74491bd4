from __future__ import annotations

from typing import Any

from promotions.admin.forms.campaigns import CampaignForm, NewCampaignForm
from promotions.admin.forms.charsets import OWN, chosen
from promotions.models import Campaign
from promotions.services.campaigns import CampaignSpec


class DraftForm(NewCampaignForm):
    """A campaign with codes that was not launched yet: everything but its kind can still be changed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {**_planned(kwargs["instance"]), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.fields["campaign_type"].disabled = True
        self.fields["campaign_type"].help_text = "Fixed since the draft was made."
        self.fields["discount_type"].disabled = False
        self.fields["discount_type"].help_text = ""
        self.fields["codes_wanted"].help_text = "They are made when it is launched. You can add more later."

    def values(self) -> dict[str, Any]:
        given = self.cleaned_data
        is_one_code = given.get("type") == Campaign.Type.STANDALONE
        return {
            **super().values(),
            **self.kind_of_codes(),
            "planned_code": given.get("code") or "" if is_one_code else "",
            "planned_codes": 0 if is_one_code else given.get("codes_wanted") or 0,
        }

    def spec(self) -> CampaignSpec:
        return CampaignForm.spec(self)


def _planned(campaign: Campaign) -> dict[str, Any]:
    """The fields of what the draft gets when it is launched."""
    config, gift = campaign.code_config, campaign.gift or {}
    charset = chosen(config.get("charset"))
    return {
        "voucher_redemption_quantity": campaign.voucher_redemption_quantity,
        "code": campaign.planned_code,
        "codes_wanted": campaign.planned_codes,
        # A beginning and an end of their own come from the API; here they are parts of the pattern.
        "pattern": f"{config.get('prefix', '')}{config.get('pattern', '')}{config.get('postfix', '')}",
        "charset": charset,
        "characters": config.get("charset") if charset == OWN else "",
        "credits": gift.get("amount"),
        "gift_effect": gift.get("effect"),
    }
