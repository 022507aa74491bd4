from __future__ import annotations

from typing import Final

from unfold.forms import BaseDialogForm

from promotions.admin.forms.pickers import PickerField
from promotions.admin.forms.publishing import wire_customer
from promotions.admin.pickers import Kind
from promotions.services.publication_specs import PublicationSpec
from referrals.models import ReferralProgramme

_PUBLISHED_BY: Final = "Admin"


class GiveCodeForm(BaseDialogForm):
    customer = PickerField(
        (Kind.CUSTOMER,), required=True, label="Customer", help_text="By name, e-mail or id in the shop."
    )

    def spec(self, programme: ReferralProgramme) -> PublicationSpec:
        return PublicationSpec(
            customer=wire_customer(self.cleaned_data["customer"]),
            campaign=programme.public_id,
            join_once=True,
            channel=_PUBLISHED_BY,
        )
