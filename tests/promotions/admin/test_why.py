"""The page "Why?": plain words for every refusal, and what would help."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.contrib import admin
from django.test import Client
from django.utils import timezone

from commerce.models import Customer, Segment
from core.models import AuditEntry, OutboxEvent, ProjectSettings
from promotions.models import Redemption, Voucher
from tests.factories.commerce import CustomerFactory, ProductFactory, SkuFactory
from tests.factories.promotions import (
    CategoryFactory,
    PromotionTierFactory,
    RuleAssignmentFactory,
    ValidationRuleFactory,
    VoucherFactory,
    amount,
    percent,
    promotion_stack,
)

URL = "/admin/promotions/why/"


@pytest.fixture
def ask(admin_page: Client) -> Callable[..., Any]:
    """`ask(codes="A\\nB", amount="50.00")`: the answers of the page, and its text as a person reads it."""

    def send(**question: Any) -> Any:
        answer = admin_page.get(URL, question)
        assert answer.status_code == 200
        without_tags = re.sub(r"<[^>]+>", " ", answer.text.partition('id="content"')[2])
        answer.said = re.sub(r"\s+", " ", unescape(without_tags))
        answer.cards = [card for one in answer.context["answers"] for card in one.cards]
        return answer

    return send


def ruled(code: str, *rules: dict[str, Any], **values: Any) -> Voucher:
    voucher = VoucherFactory(code=code, code_key=values.pop("code_key", code), **values)
    numbered = {str(number): rule for number, rule in enumerate(rules, 1)}
    RuleAssignmentFactory(rule=ValidationRuleFactory(rules=numbered), voucher=voucher)
    return voucher


def asks(name: str, operator: str, operand: Any) -> dict[str, Any]:
    return {"name": name, "conditions": {operator: [operand]}}


FROM_100 = asks("order.amount", "$more_than_or_equal", 10_000)


def test_begins_with_an_empty_form(ask: Callable[..., Any]) -> None:
    page = ask()

    assert page.context["answers"] == []
    assert "Ask why" in page.said
    assert "Which code" not in page.said


def test_a_code_that_applies(ask: Callable[..., Any]) -> None:
    VoucherFactory(code="TEN", discount=percent(10))

    page = ask(codes="TEN", amount="50.00")

    assert "TEN applies and takes 5.00 EUR off." in page.said
    assert page.cards[0].hint == ""
    assert "50.00 EUR → becomes 45.00 EUR , 5.00 EUR off" in page.said
    assert "Order 50.00 EUR 5.00 EUR 45.00 EUR" in page.said


def test_too_small_an_order_says_how_much_is_missing(ask: Callable[..., Any]) -> None:
    ruled("HUNDRED", FROM_100)

    card = ask(codes="HUNDRED", amount="88.00").cards[0]

    assert card.sentence.startswith("HUNDRED cannot be used: the order does not fit its conditions.")
    assert "(it is 88.00)" in card.sentence
    assert card.hint == "Add 12.00 more"
    assert [(row.holds, row.found) for row in card.conditions] == [
        (True, "It is enabled"),
        (False, "It is 88.00"),
    ]
    assert ask(codes="HUNDRED", amount="100.00").cards[0].look == "good"


def test_segments_and_customers_go_by_their_names(ask: Callable[..., Any], now: datetime) -> None:
    vip = Segment.objects.create(name="Gold friends", created_at=now)
    ruled("VIP", asks("customer.segment", "$is", vip.public_id))
    anna = CustomerFactory(name="Anna Arendt", email="anna@shop.example")

    page = ask(codes="VIP", customer=f"customer:{anna.public_id}")

    assert page.cards[0].hint == "For customers of segment Gold friends"
    assert vip.public_id not in page.said
    assert 'value="Anna Arendt"' in page.text
    anna.memberships.create(segment=vip, entered_at=now)
    assert ask(codes="VIP", customer=f"customer:{anna.public_id}").cards[0].look == "good"


def test_a_basket_of_products_skus_and_prices(ask: Callable[..., Any]) -> None:
    cup, bag = ProductFactory(name="Cup", price=500), ProductFactory(name="Bag", price=1000)
    big = SkuFactory(product=bag, sku="Bag, big", price=1500)
    VoucherFactory(code="TEN", discount=percent(10))

    page = ask(
        codes="TEN",
        item=[f"product:{cup.public_id}", f"sku:{big.public_id}", ""],
        units=["3", "", ""],
        price=["", "12.00", ""],
    )

    assert "Cup 3 15.00 EUR" in page.said
    assert "Bag, big 1 12.00 EUR" in page.said
    assert "Order 27.00 EUR 2.70 EUR 24.30 EUR" in page.said


def test_items_are_found_by_their_whole_name_without_javascript(ask: Callable[..., Any]) -> None:
    cup = ProductFactory(name="Cup", price=500)
    has_cup = asks("order.items.any", "$is", {"object": "product", "id": cup.public_id})
    needs_two = {"1": asks("order.items.aggregated_quantity", "$more_than_or_equal", 2)}
    ruled("PAIR", {**has_cup, "rules": needs_two})
    anna = CustomerFactory(email="anna@shop.example")
    rows = {"item": ["", "", ""], "price": ["", "", ""], "customer-text": anna.email}

    one = ask(codes="PAIR", **rows, **{"item-text": ["cup", "", ""], "units": ["1", "", ""]})
    two = ask(codes="PAIR", **rows, **{"item-text": ["cup", "", ""], "units": ["2", "", ""]})

    assert one.cards[0].hint == "Add one more from Cup"
    assert [(row.depth, row.holds) for row in one.cards[0].conditions] == [(0, True), (0, False), (1, False)]
    assert two.cards[0].look == "good"


def test_another_instant_in_the_time_zone_of_the_project(
    ask: Callable[..., Any], settings_row: ProjectSettings
) -> None:
    settings_row.time_zone = "Europe/Warsaw"
    settings_row.save()
    VoucherFactory(code="LATER", starts_at=datetime.fromisoformat("2026-07-01T00:00:00+02:00"))

    before = ask(codes="LATER", amount="10", at="2026-06-30T23:59")
    after = ask(codes="LATER", amount="10", at="2026-07-01T00:00")

    assert before.cards[0].sentence == "LATER cannot be used: the code is not valid yet."
    assert before.cards[0].hint == "Works from Wednesday 1 July 00:00"
    assert after.cards[0].look == "good"
    assert "For 1 Jul 2026, 00:00 (Europe/Warsaw)" in after.said


def test_what_is_asked_for_now_has_a_link_to_this_moment(ask: Callable[..., Any]) -> None:
    VoucherFactory(code="TEN")

    link = ask(codes="TEN", amount="10").context["permanent"]

    question = parse_qs(link[1:])
    assert question["codes"] == ["TEN"]
    at = timezone.make_aware(datetime.fromisoformat(question["at"][0]))
    assert timedelta(0) <= timezone.now() - at < timedelta(minutes=2)


def test_an_exclusive_code_displaces_others(ask: Callable[..., Any]) -> None:
    VoucherFactory(code="HALF", discount=percent(50), category=CategoryFactory(stacking_type="EXCLUSIVE"))
    VoucherFactory(code="TEN")

    page = ask(codes="HALF\nTEN", amount="10")

    half, ten = page.cards
    assert half.look == "good"
    assert ten.sentence == (
        "TEN is left out: it may not stand beside an exclusive discount. Because of HALF."
    )
    assert ten.hint == "Use it without HALF"
    assert "1 of 2 apply." in page.said


def test_each_one_on_its_own(ask: Callable[..., Any], settings_row: ProjectSettings) -> None:
    settings_row.redeemables_application_mode = "ALL"
    settings_row.save()
    VoucherFactory(code="OFF", is_active=False)
    VoucherFactory(code="TEN")

    together = ask(codes="OFF, TEN", amount="10")
    alone = ask(codes="OFF, TEN", amount="10", together="alone")

    assert [card.look for card in together.cards] == ["bad", "out"]
    assert together.cards[1].hint == "Use it without OFF, or make that one apply"
    assert [card.look for card in alone.cards] == ["bad", "good"]


def test_the_best_set_for_the_customer(ask: Callable[..., Any]) -> None:
    exclusive = CategoryFactory(stacking_type="EXCLUSIVE")
    VoucherFactory(code="TEN", discount=percent(10), category=exclusive)
    VoucherFactory(code="HALF", discount=percent(50), category=exclusive)

    page = ask(codes="TEN\nHALF", amount="10", together="best")

    assert {card.name.partition(">")[2].partition("<")[0]: card.look for card in page.cards} == {
        "TEN": "out",
        "HALF": "good",
    }


def test_promotions_and_stacks_without_a_code(ask: Callable[..., Any]) -> None:
    tier = PromotionTierFactory(name="Spring tier", discount=amount(100))
    second = PromotionTierFactory(name="Second tier", campaign=tier.campaign, discount=amount(50))
    stack = promotion_stack(tier, second, name="Pair")

    by_name = ask(**{"offer-text": "spring TIER", "amount": "10"})
    stacked = ask(offer=f"promotion_stack:{stack.public_id}", amount="10")

    assert "Spring tier applies and takes 1.00 EUR off." in by_name.said
    assert "Order 10.00 EUR 1.50 EUR 8.50 EUR" in stacked.said


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("welcome - 10", "Perhaps WELCOME-10 is meant: the same but for letter case, spaces or dashes"),
        ("WELCOM-10", "Perhaps WELCOME-10 is meant: one character differs"),
        ("SUMMER", ""),
    ],
)
def test_a_code_that_nobody_knows(ask: Callable[..., Any], typed: str, hint: str) -> None:
    VoucherFactory(code="WELCOME-10")

    card = ask(codes=typed, amount="10").cards[0]

    assert card.sentence == f"There is no code {typed}."
    assert (card.look, card.hint, card.conditions) == ("bad", hint, ())


def test_a_blocked_customer_is_the_reason_whatever_the_code(ask: Callable[..., Any], now: datetime) -> None:
    customer = CustomerFactory(blocked_at=now, blocked_reason="Bot")
    VoucherFactory(code="TEN", is_active=False)

    card = ask(codes="TEN", amount="50", customer=f"customer:{customer.public_id}").cards[0]

    assert card.sentence == "TEN cannot be used: the customer is blocked."
    assert (card.conditions[0].text, card.conditions[0].found) == (
        "The customer may use promotions",
        "Somebody blocked this customer",
    )


def test_a_deleted_code_says_since_when(ask: Callable[..., Any], now: datetime) -> None:
    VoucherFactory(code="GONE", deleted_at=now)

    assert ask(codes="GONE").cards[0].sentence == "The code GONE was deleted on 10\xa0Mar\xa02026."


def test_the_customer_reads_the_text_of_the_rule(ask: Callable[..., Any]) -> None:
    voucher = VoucherFactory(code="HUNDRED")
    rule = ValidationRuleFactory(error={"message": "Only for big baskets."})
    RuleAssignmentFactory(rule=rule, voucher=voucher)

    page = ask(codes="HUNDRED", amount="1")

    assert "The customer reads: “Only for big baskets.”" in page.said
    assert "the order does not fit its conditions" in page.cards[0].sentence


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ({"asked": "1"}, "Which code, or which promotion?"),
        ({"codes": "\n".join(f"C{n}" for n in range(11))}, "Ask about 10 at most."),
        ({"codes": "X", "item-text": "nonsense"}, "Choose “nonsense” from the list"),
        ({"codes": "X", "item": "product:prod_gone"}, "It is not there any more."),
        ({"codes": "X", "units": "2"}, "Line 1: choose the product."),
        ({"codes": "X", "amount": "12.345"}, "two decimals at most"),
        ({"codes": "X", "at": "yesterday"}, "Enter a valid date/time."),
        ({"codes": "X", "customer-text": "nobody"}, "Choose “nobody” from the list"),
        ({"codes": "X", "together": "sideways"}, "Select a valid choice."),
        ({"codes": "X\0Y"}, "Null characters are not allowed."),
        ({"offer-text": "tier\0"}, "from the list"),
        ({"codes": "X", "item-text": "cup\0"}, "from the list"),
        ({"codes": "X", "customer-text": "a\0"}, "from the list"),
    ],
)
def test_a_question_that_cannot_be_asked(ask: Callable[..., Any], question: Any, said: str) -> None:
    page = ask(**question)

    assert page.context["answers"] == []
    assert said in page.said


@pytest.mark.parametrize("units", ["0", "-1", "1.5", "٣", "9" * 40, "x"])
def test_units_are_whole_numbers(ask: Callable[..., Any], units: str) -> None:
    cup = ProductFactory(name="Cup", price=500)

    page = ask(codes="X", item=f"product:{cup.public_id}", units=units)

    assert "Line 1: say how many, from 1 up." in page.said


def test_one_code_twice_in_two_spellings_is_refused_in_words(
    ask: Callable[..., Any], settings_row: ProjectSettings
) -> None:
    settings_row.case_insensitive_codes = True
    settings_row.save()
    VoucherFactory(code="TEN", code_key="ten")

    assert "This cannot be asked: ten is requested twice." in ask(codes="TEN\nten", amount="1").said


def test_nothing_is_written(ask: Callable[..., Any]) -> None:
    ruled("HUNDRED", FROM_100)
    before = (OutboxEvent.objects.count(), AuditEntry.objects.count())

    ask(codes="HUNDRED\nunknown", amount="500", together="alone")

    assert Redemption.objects.count() == 0
    assert (OutboxEvent.objects.count(), AuditEntry.objects.count()) == before


def test_a_customer_alone_is_no_question_yet(ask: Callable[..., Any]) -> None:
    anna = CustomerFactory(name="Anna Arendt")

    page = ask(customer=f"customer:{anna.public_id}")

    assert 'value="Anna Arendt"' in page.text
    assert "Which code" not in page.said


def without(monkeypatch: pytest.MonkeyPatch, *models: type[Any]) -> None:
    """Nobody may see these: no role of today is like that."""
    for model in models:
        page = admin.site._registry[model]
        monkeypatch.setattr(page, "has_view_permission", lambda request, obj=None: False)


def test_who_may_see_redemptions_only_sees_no_customers_and_no_similar_codes(
    page_as: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    VoucherFactory(code="WELCOME10")
    without(monkeypatch, Customer, Voucher)

    page = page_as("Viewer").get(URL, {"codes": "WELCOME11", "customer-text": "anna"})

    assert page.context["answers"][0].cards[0].hint == ""
    assert 'name="customer"' not in page.text


def test_is_in_the_menu_of_those_who_may_see_redemptions(page_as: Callable[[str], Client]) -> None:
    assert URL in page_as("Viewer").get("/admin/").text


def test_the_cost_does_not_grow_with_what_exists(
    ask: Callable[..., Any], count_queries: Callable[[Callable[[], Any]], int]
) -> None:
    cup = ProductFactory(name="Cup", price=500)
    ruled("HUNDRED", FROM_100)
    question = {"codes": "HUNDRED", "item": [f"product:{cup.public_id}"] * 2, "units": ["1", "2"]}
    few = count_queries(lambda: ask(**question))
    for number in range(20):
        ruled(f"MORE{number}", FROM_100)
    many = {**question, "item": [f"product:{cup.public_id}"] * 40, "units": ["1"] * 40}

    assert count_queries(lambda: ask(**many)) == few


LOOK_UP = "/admin/promotions/validationrule/look_up/"


def test_pickers_offer_customers_and_promotions(admin_page: Client) -> None:
    CustomerFactory(name="Anna Arendt", email="anna@shop.example", source_id="c-1")
    tier = PromotionTierFactory(name="Spring tier")

    def offered(kinds: str, typed: str) -> list[tuple[str, str]]:
        found = admin_page.get(LOOK_UP, {"kinds": kinds, "q": typed}).json()["results"]
        return [(one["name"], one["note"]) for one in found]

    anna = ("Anna Arendt", "anna@shop.example, c-1")
    assert [offered("customer", typed) for typed in ("ann", "anna@sh", "c-1")] == [[anna]] * 3
    assert offered("customer", "rendt") == []
    assert offered("promotion_tier", "PRING") == [("Spring tier", f"Promotion tier of {tier.campaign}")]
    assert offered("customer,promotion_tier", "ann\0") == []


def test_pickers_offer_customers_to_those_only_who_may_see_them(
    page_as: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    CustomerFactory(name="Anna Arendt")
    without(monkeypatch, Customer)

    assert page_as("Viewer").get(LOOK_UP, {"kinds": "customer", "q": "anna"}).json() == {"results": []}
