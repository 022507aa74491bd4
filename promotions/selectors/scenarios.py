"""The scenarios of a qualification: what is looked at, and which rules are asked. Contract: core 19."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from engine.rules import BUNDLE, Group, names
from engine.rules.families import REGISTRY, Kind


class Scenario(StrEnum):
    """Wire values of `scenario`."""

    ALL = "ALL"
    CUSTOMER_WALLET = "CUSTOMER_WALLET"
    AUDIENCE_ONLY = "AUDIENCE_ONLY"
    PRODUCTS = "PRODUCTS"
    PRODUCTS_DISCOUNT = "PRODUCTS_DISCOUNT"
    PRODUCTS_BY_CUSTOMER = "PRODUCTS_BY_CUSTOMER"
    PRODUCTS_DISCOUNT_BY_CUSTOMER = "PRODUCTS_DISCOUNT_BY_CUSTOMER"
    PROMOTION_STACKS = "PROMOTION_STACKS"


class ProductTest(StrEnum):
    """What a redeemable must have to do with the articles of the order."""

    NONE = "none"
    ASKED_OR_DISCOUNTED = "its rules ask for one, or it discounts one"
    DISCOUNTED = "it discounts one"


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """`omit`: names of rules that count as fulfilled.

    `is_exact`: what is answered could be redeemed, but for `omit`; its inputs must be there and it must have
    an effect where the project asks for one. Otherwise only the rules count, and campaigns are looked at too.
    """

    omit: frozenset[str]
    is_exact: bool = True
    is_open_to_all: bool = True
    product_test: ProductTest = ProductTest.NONE

    @property
    def asks_customer(self) -> bool:
        return not self.omit >= CUSTOMER_RULES


CUSTOMER_RULES: Final = names(Group.CUSTOMER)
PRODUCT_RULES: Final = frozenset(name for name, family in REGISTRY.items() if family.kind is Kind.ITEM)
"""They compare the articles themselves; how many and at what price is not "product match only"."""

# Contract 19.3. The counters of days, weeks and months are left out like those of all time.
_NOT_CHECKED: Final = frozenset(
    {"order.amount", *(name for name, family in REGISTRY.items() if family.is_counter)}
)


def _only(asked: frozenset[str], product_test: ProductTest = ProductTest.NONE) -> Scope:
    return Scope(omit=frozenset(REGISTRY) - asked | {BUNDLE}, is_exact=False, product_test=product_test)


SCOPES: Final = {
    Scenario.ALL: Scope(omit=_NOT_CHECKED),
    Scenario.CUSTOMER_WALLET: Scope(omit=_NOT_CHECKED, is_open_to_all=False),
    Scenario.PROMOTION_STACKS: Scope(omit=_NOT_CHECKED),
    Scenario.AUDIENCE_ONLY: _only(CUSTOMER_RULES),
    Scenario.PRODUCTS: _only(PRODUCT_RULES, ProductTest.ASKED_OR_DISCOUNTED),
    Scenario.PRODUCTS_DISCOUNT: _only(PRODUCT_RULES, ProductTest.DISCOUNTED),
    Scenario.PRODUCTS_BY_CUSTOMER: _only(PRODUCT_RULES | CUSTOMER_RULES, ProductTest.ASKED_OR_DISCOUNTED),
    Scenario.PRODUCTS_DISCOUNT_BY_CUSTOMER: _only(PRODUCT_RULES | CUSTOMER_RULES, ProductTest.DISCOUNTED),
}
