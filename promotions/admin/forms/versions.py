"""Dialogs and fields of what has versions: back to one of them, changes for later, and cancelling those."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminSplitDateTimeWidget

TAKES_EFFECT = "takes_effect"


class DifferenceForm(BaseDialogForm):
    """A question that shows what would change. `show(request)` gives what the template wants."""

    form_before_template = "promotions/admin/difference.html"

    def __init__(self, *args: Any, show: Callable[[HttpRequest], dict[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._show = show

    def get_before_template_context(
        self, request: HttpRequest, object_id: int | str | None = None
    ) -> dict[str, Any]:
        return self._show(request)


class _Timed:
    cleaned_data: dict[str, Any]

    def clean_takes_effect(self) -> datetime | None:
        found: datetime | None = self.cleaned_data[TAKES_EFFECT]
        if found is not None and found <= timezone.now():
            raise forms.ValidationError("Choose a time that is still to come, or leave it empty.")
        return found


def timed(form: type[forms.ModelForm]) -> type[forms.ModelForm]:
    """The form of something that is there, with a field for when its change takes effect."""
    field = forms.SplitDateTimeField(
        required=False,
        label="Takes effect",
        widget=UnfoldAdminSplitDateTimeWidget,
        help_text="Empty: at once. Otherwise nothing changes before, and it can be cancelled until then.",
    )
    return type(form.__name__, (_Timed, form), {TAKES_EFFECT: field, "__module__": form.__module__})
