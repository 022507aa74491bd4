from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from unfold.widgets import UnfoldAdminSelect2Widget

from calendar_app import holidays
from calendar_app.models import HolidayRegion
from core.selectors import areas

_WHOLE = ""


class HolidayRegionForm(forms.ModelForm):
    """One list to choose a country or a part of it from: who looks for Bavaria finds it by its name."""

    region = forms.ChoiceField(label="Country or region", widget=UnfoldAdminSelect2Widget)

    class Meta:
        model = HolidayRegion
        fields = ("area",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["region"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = _choices()
        if self.instance.pk:
            self.initial["region"] = f"{self.instance.country}-{self.instance.subdivision}"
        if "area" in self.fields:
            self.fields["area"].label = gettext("Counts in")
            self.fields["area"].queryset = areas.areas().order_by("name", "pk")  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        country, _, subdivision = self.cleaned_data["region"].partition("-")
        area = self.cleaned_data["area"]
        return {
            "country": country,
            "subdivision": subdivision,
            "area_id": None if area is None else area.pk,
        }


def _choices() -> list[tuple[str, Any]]:
    """By country: the whole of it, then its parts."""
    found: list[tuple[str, Any]] = [("", "")]
    for country in holidays.countries():
        whole = (f"{country.code}-{_WHOLE}", country.name)
        if not country.parts:
            found.append(whole)
            continue
        parts = [
            (
                f"{country.code}-{code}",
                gettext("%(country)s, %(part)s") % {"country": country.name, "part": name},
            )
            for code, name in country.parts
        ]
        found.append((country.name, [whole, *parts]))
    return found
