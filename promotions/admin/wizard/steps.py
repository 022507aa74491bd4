"""The steps in their order, and the form of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from promotions.admin.wizard import keys
from promotions.admin.wizard.forms.base import Desk
from promotions.admin.wizard.forms.discount import CardForm, DiscountStep, KeptTiersForm
from promotions.admin.wizard.forms.first import TypeForm
from promotions.admin.wizard.forms.limits import CodesForm, LimitsForm
from promotions.admin.wizard.forms.texts import TextsForm
from promotions.admin.wizard.forms.when import PlacesForm, TimeForm
from promotions.admin.wizard.forms.who import AudienceForm, ConditionsForm, ProductsForm


@dataclass(frozen=True, kw_only=True)
class Step:
    """`asks` is the heading of its page."""

    key: str
    title: str
    icon: str
    asks: str


STEPS: Final = (
    Step(key=keys.TYPE, title="Type", icon="category", asks="What shall it be?"),
    Step(key=keys.DISCOUNT, title="Discount", icon="percent", asks="What do customers get?"),
    Step(key=keys.AUDIENCE, title="Audience", icon="group", asks="Who gets it?"),
    Step(key=keys.CONDITIONS, title="Conditions", icon="rule", asks="What has to be in the basket?"),
    Step(key=keys.PRODUCTS, title="Products", icon="inventory_2", asks="Which products is it for?"),
    Step(key=keys.TIME, title="Time", icon="schedule", asks="When does it run?"),
    Step(key=keys.PLACES, title="Channels and stores", icon="storefront", asks="Where does it apply?"),
    Step(key=keys.LIMITS, title="Limits and budget", icon="savings", asks="How much, and how often?"),
    Step(key=keys.CODES, title="Codes", icon="confirmation_number", asks="How do its codes look?"),
    Step(key=keys.TEXTS, title="Texts", icon="edit_note", asks="What is said about it?"),
    Step(key=keys.REVIEW, title="Review", icon="fact_check", asks="Is everything right?"),
)
_FORMS: Final[dict[str, type[Any]]] = {
    keys.TYPE: TypeForm,
    keys.AUDIENCE: AudienceForm,
    keys.CONDITIONS: ConditionsForm,
    keys.PRODUCTS: ProductsForm,
    keys.TIME: TimeForm,
    keys.PLACES: PlacesForm,
    keys.LIMITS: LimitsForm,
    keys.CODES: CodesForm,
    keys.TEXTS: TextsForm,
}


def of(desk: Desk) -> list[Step]:
    """Those that mean something for this kind of promotion."""
    return [step for step in STEPS if step.key != keys.CODES or desk.kind != keys.Kind.AUTOMATIC]


def form_of(key: str, desk: Desk) -> type[Any]:
    """:raises LookupError: there is no such form."""
    if key != keys.DISCOUNT:
        return _FORMS[key]
    if desk.said(key).get("tiers") and desk.campaign is not None:
        return KeptTiersForm
    return CardForm if desk.kind == keys.Kind.CARDS else DiscountStep


def after(key: str, desk: Desk) -> Step:
    """The one that follows; the last one stays."""
    found = of(desk)
    at = next((place for place, step in enumerate(found) if step.key == key), 0)
    return found[min(at + 1, len(found) - 1)]


def before(key: str, desk: Desk) -> Step | None:
    found = of(desk)
    at = next((place for place, step in enumerate(found) if step.key == key), 0)
    return found[at - 1] if at else None
