"""What the page of a campaign's performance is asked: which days, compared with what. In the address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django import forms
from django.db import models
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminDateWidget, UnfoldAdminSelectWidget

from core import words
from core.models import ProjectSettings
from insights.selectors import metrics
from promotions.admin.forms.pickers import PickerField
from promotions.admin.pickers import Kind
from promotions.models import Campaign

MOST_DAYS: Final = 400
_HOURLY_UP_TO: Final = timedelta(days=2, hours=1)


class Period(models.TextChoices):
    TODAY = "today", _("Today")
    WEEK = "7d", _("Last 7 days")
    MONTH = "30d", _("Last 30 days")
    QUARTER = "90d", _("Last 90 days")
    ALL = "all", _("Since it began")
    OWN = "own", _("Own dates")


class Against(models.TextChoices):
    NOTHING = "", _("Nothing")
    BEFORE = "before", _("The period before")
    CAMPAIGN = "campaign", _("Another campaign")


_DAYS: Final = {Period.TODAY: 1, Period.WEEK: 7, Period.MONTH: 30, Period.QUARTER: 90}


class QuestionForm(forms.Form):
    """GET without parameters is a good question, too: the last seven days against the seven before them."""

    period = forms.ChoiceField(label=_("Days"), choices=Period, widget=UnfoldAdminSelectWidget)
    first = forms.DateField(label=_("From"), required=False, widget=UnfoldAdminDateWidget)
    last = forms.DateField(label=_("To"), required=False, widget=UnfoldAdminDateWidget)
    against = forms.ChoiceField(
        label=_("Compare with"), choices=Against, required=False, widget=UnfoldAdminSelectWidget
    )
    other = PickerField([Kind.CAMPAIGN], label=_("Campaign"))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("period") == Period.OWN and not self.errors:
            if not given.get("first"):
                self.add_error("first", gettext("Choose the first day."))
            elif given.get("last") and given["last"] < given["first"]:
                self.add_error("last", gettext("The last day lies before the first."))
            elif ((given.get("last") or given["first"]) - given["first"]).days >= MOST_DAYS:
                self.add_error("last", gettext("At most %(days)s days.") % {"days": MOST_DAYS})
        if given.get("against") == Against.CAMPAIGN and not given.get("other") and "other" not in self.errors:
            self.add_error("other", gettext("Choose the campaign to compare with."))
        return given


@dataclass(frozen=True, kw_only=True)
class Compared:
    """Another period of the campaign, or another campaign in its period. `label` completes “12 …”."""

    campaign: Campaign
    since: datetime
    until: datetime
    label: str


@dataclass(frozen=True, kw_only=True)
class Question:
    """`until` is not beyond the hour that runs now. `label` names the days."""

    campaign: Campaign
    since: datetime
    until: datetime
    label: str
    against: Compared | None = None

    @property
    def is_hourly(self) -> bool:
        return self.until - self.since <= _HOURLY_UP_TO


def form_of(query: QueryDict) -> QuestionForm:
    is_asked = "period" in query
    return QuestionForm(query if is_asked else {"period": Period.WEEK, "against": Against.BEFORE})


def read(form: QuestionForm, campaign: Campaign, settings: ProjectSettings, now: datetime) -> Question:
    """The question of a form; where its answers do not fit, the usual one."""
    given = form.cleaned_data if form.is_valid() else {"period": Period.WEEK, "against": Against.BEFORE}
    period = Period(given["period"])
    first, last = _days(period, given, campaign, settings, now)
    since = datetime.combine(first, time.min, settings.zone)
    midnight = datetime.combine(last + timedelta(days=1), time.min, settings.zone)
    until = max(since, min(midnight, now))
    return Question(
        campaign=campaign,
        since=since,
        until=until,
        label=str(period.label) if period != Period.OWN else words.period(since, midnight),
        against=_against(given, period, campaign, (first, last), since, until, settings),
    )


def _days(
    period: Period, given: dict[str, Any], campaign: Campaign, settings: ProjectSettings, now: datetime
) -> tuple[date, date]:
    today = now.astimezone(settings.zone).date()
    if period == Period.OWN:
        first = given["first"]
        return first, min(given.get("last") or max(first, today), first + timedelta(days=MOST_DAYS - 1))
    if period == Period.ALL:
        begin = metrics.first_hour(campaign=campaign) or campaign.starts_at or campaign.created_at
        first = min(begin.astimezone(settings.zone).date(), today)
        return max(first, today - timedelta(days=MOST_DAYS - 1)), today
    return today - timedelta(days=_DAYS[period] - 1), today


def _against(
    given: dict[str, Any],
    period: Period,
    campaign: Campaign,
    days: tuple[date, date],
    since: datetime,
    until: datetime,
    settings: ProjectSettings,
) -> Compared | None:
    if given.get("against") == Against.CAMPAIGN:
        other = Campaign.objects.filter(public_id=given["other"].partition(":")[2]).first()
        if other is None:
            return None
        return Compared(
            campaign=other, since=since, until=until, label=gettext("in “%(name)s”") % {"name": other.name}
        )
    if given.get("against") != Against.BEFORE or period == Period.ALL:
        return None
    # As many days before, up to the same time of the clock: a day that runs is compared with as much of one.
    back = timedelta(days=(days[1] - days[0]).days + 1)
    label = gettext("on the day before") if back == timedelta(days=1) else gettext("in the days before")
    local = [instant.astimezone(settings.zone) - back for instant in (since, until)]
    return Compared(campaign=campaign, since=local[0], until=local[1], label=label)
