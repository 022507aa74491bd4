"""Ask for qualifications of random baskets and compare each answer with the slow one."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final, NamedTuple

from commerce.models import Customer
from commerce.selectors import orders
from commerce.services import customers
from core.actors import Actor
from demo_store.qualifying import baskets, one_by_one
from demo_store.qualifying.baskets import Question
from demo_store.qualifying.comparing import Difference, Shown, differences
from demo_store.qualifying.one_by_one import Everything, Fits, Judge, Key
from promotions.selectors.scenarios import Scenario
from promotions.services import qualifications
from promotions.services.qualifications import Hit, QualificationSpec, Qualified, SortingRule

PAGE: Final = 50
ONE_BY_ONE: Final = "one by one"
QUALIFICATION: Final = "qualification"
_ALL: Final = 10**6


class Asked(NamedTuple):
    """One answer that is compared. In the order of age, which has cursors, it is read page by page."""

    scenario: Scenario
    sorting: SortingRule
    limit: int


_EXACT: Final = (
    Asked(Scenario.ALL, SortingRule.DEFAULT, PAGE),
    Asked(Scenario.ALL, SortingRule.BEST_DEAL, PAGE),
    Asked(Scenario.ALL, SortingRule.LEAST_DEAL, PAGE),
    Asked(Scenario.CUSTOMER_WALLET, SortingRule.DEFAULT, _ALL),
    Asked(Scenario.PROMOTION_STACKS, SortingRule.BEST_DEAL, _ALL),
)
_RULES_ONLY: Final = (
    Asked(Scenario.AUDIENCE_ONLY, SortingRule.DEFAULT, _ALL),
    Asked(Scenario.PRODUCTS, SortingRule.DEFAULT, _ALL),
    Asked(Scenario.PRODUCTS_DISCOUNT, SortingRule.BEST_DEAL, _ALL),
    Asked(Scenario.PRODUCTS_BY_CUSTOMER, SortingRule.BEST_DEAL, _ALL),
    Asked(Scenario.PRODUCTS_DISCOUNT_BY_CUSTOMER, SortingRule.DEFAULT, _ALL),
)


@dataclass(frozen=True, kw_only=True)
class Found:
    """A difference and the question whose answers differ."""

    basket: str
    asked: Asked
    difference: Difference

    def __str__(self) -> str:
        return f"{self.basket}, {self.asked.scenario} {self.asked.sorting}: {self.difference}"


@dataclass(kw_only=True)
class Report:
    """By scenario: all hits, most of one basket, baskets without any. `seconds` by way of answering."""

    baskets: int = 0
    anonymous: int = 0
    questions: int = 0
    pages: int = 0
    redeemables: int = 0
    hits: Counter[Scenario] = field(default_factory=Counter)
    most: Counter[Scenario] = field(default_factory=Counter)
    empty: Counter[Scenario] = field(default_factory=Counter)
    seconds: dict[str, float] = field(default_factory=lambda: {ONE_BY_ONE: 0.0, QUALIFICATION: 0.0})
    found: list[Found] = field(default_factory=list)


def run(
    *,
    count: int,
    random: Random,
    actor: Actor,
    is_quick: bool = False,
    progress: Callable[[Report], None] | None = None,
) -> Report:
    """`count` baskets, each asked in every scenario. Nothing is written.

    `is_quick`: of the scenarios that ask only some rules, each basket is asked in one, in turn.
    """
    everything = one_by_one.load()
    report = Report(redeemables=len(everything))
    held = Customer.objects.filter(pk__in=everything.held).order_by("pk")
    holders = list(held.values_list("public_id", flat=True))
    for number in range(count):
        question = baskets.question(random, holders)
        if question is None:
            break
        more = _RULES_ONLY[number % len(_RULES_ONLY) :][:1] if is_quick else _RULES_ONLY
        _ask(question, (*_EXACT, *more), everything, actor, report)
        if progress is not None:
            progress(report)
    return report


def _ask(
    question: Question, asked: Sequence[Asked], everything: Everything, actor: Actor, report: Report
) -> None:
    begun = time.perf_counter()
    judge = Judge(
        everything,
        one_by_one.asking_of(
            order=orders.resolve(question.order),
            customer=customers.find_for_payload(payload=question.customer) if question.customer else None,
            payload=question.customer,
            metadata=question.metadata,
            actor=actor,
            at=question.at,
        ),
    )
    report.seconds[ONE_BY_ONE] += time.perf_counter() - begun
    report.baskets += 1
    report.anonymous += question.customer is None
    expected: dict[Scenario, dict[Key, Fits]] = {}
    for one in asked:
        scenario = one.scenario
        if scenario not in expected:
            begun = time.perf_counter()
            fits = expected[scenario] = judge.fitting(scenario)
            report.seconds[ONE_BY_ONE] += time.perf_counter() - begun
            report.hits[scenario] += len(fits)
            report.most[scenario] = max(report.most[scenario], len(fits))
            report.empty[scenario] += not fits
        report.questions += 1
        begun = time.perf_counter()
        pages = list(_pages(question, one, actor))
        report.seconds[QUALIFICATION] += time.perf_counter() - begun
        report.pages += len(pages)
        report.found += [
            Found(basket=question.name, asked=one, difference=difference)
            for difference in _compared(one, expected[scenario], pages)
        ]


def _compared(asked: Asked, expected: dict[Key, Fits], pages: Sequence[Qualified]) -> list[Difference]:
    order = _sorted(expected, asked.sorting)
    return differences(
        expected=expected,
        order=order if _reads_on(asked) else order[: asked.limit],
        shown=[_shown(hit) for page in pages for hit in page.hits],
        total=max((page.total for page in pages), key=lambda total: abs(total - len(expected))),
    )


def _reads_on(asked: Asked) -> bool:
    return asked.sorting is SortingRule.DEFAULT


def _pages(question: Question, asked: Asked, actor: Actor) -> Iterator[Qualified]:
    below: int | None = None
    while True:
        page = qualifications.qualify(
            spec=QualificationSpec(
                order=question.order,
                customer=question.customer,
                metadata=question.metadata,
                scenario=asked.scenario,
                limit=asked.limit,
                below_rank=below,
                sorting_rule=asked.sorting,
            ),
            actor=actor,
            now=question.at,
        )
        yield page
        if not _reads_on(asked) or page.following is None or not page.hits:
            return
        below = page.hits[-1].offer.rank


def _sorted(expected: dict[Key, Fits], sorting: SortingRule) -> list[Key]:
    """Newest first; by worth, equal ones newest first."""
    sign = {SortingRule.DEFAULT: 0, SortingRule.BEST_DEAL: -1, SortingRule.LEAST_DEAL: 1}[sorting]
    return sorted(expected, key=lambda key: (sign * expected[key].worth, -expected[key].rank))


def _shown(hit: Hit) -> Shown:
    steps = tuple(part.step for part in hit.parts) or (hit.step,)
    worth = sum(step.order.total_applied_discount_amount for step in steps if step.order is not None)
    fits = Fits(rank=hit.offer.rank, worth=worth, steps=steps)
    return Shown(key=(hit.offer.kind, hit.offer.public_id), fits=fits)
