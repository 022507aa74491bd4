from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from approvals.models import ApprovalRequest, Policy
from approvals.policies import Condition, PolicyContent, Stage
from approvals.policy_shapes import parse
from approvals.services import policies
from approvals.services.policies import PolicySpec
from core.models import AuditEntry
from tests.approvals.world import acting, person
from tests.factories.commerce import SegmentFactory

pytestmark = pytest.mark.django_db

LIST = "/admin/approvals/policy/"
ADD = f"{LIST}add/"
FULL: dict[str, Any] = {
    "operations": ["budgets.create", "budgets.update"],
    "roles": ["ADMIN", "USER"],
    "conditions": [
        {"fact": "discount_percent", "operator": "at_least", "value": 12.5},
        {"fact": "budget", "operator": "more_than", "value": 5_000_050},
        {"fact": "codes", "operator": "at_most", "value": 1_000},
        {"fact": "segments", "operator": "is_any_of", "value": ["VIP", "Gone"]},
        {"fact": "channels", "operator": "is_none_of", "value": ["web", "till"]},
        {"fact": "category", "operator": "is_not", "value": "Shoes"},
        {"fact": "has_no_budget", "operator": "is", "value": False},
    ],
    "stages": [
        {"group": "Finance", "needed": 2, "name": "The money"},
        {"group": "", "needed": 1, "permission": "budgets.modify", "name": "Owners"},
    ],
    "due_hours": 24,
    "remind_hours": 8,
    "escalate_to": "Admin",
    "allows_emergency": False,
}


@pytest.fixture
def ada(db: None) -> User:
    SegmentFactory(name="VIP")
    for name in ("fi", "fo"):
        person(name, "Finance")
    return person("ada", "Admin")


@pytest.fixture
def desk(ada: User) -> Client:
    found = Client(raise_request_exception=False)
    found.force_login(ada)
    return found


def made(ada: User, now: datetime, name: str = "Deep", **content: Any) -> Policy:
    given = {"operations": ["budgets.update"], "stages": [{"group": "Finance"}], **content}
    return policies.create(spec=PolicySpec(name=name, content=parse(given)), actor=acting(ada), now=now)


def page(policy: Policy) -> str:
    return f"{LIST}{policy.pk}/change/"


def shown(desk: Client, address: str) -> dict[str, Any]:
    """The fields of the form, as a desk would send them back without touching anything."""
    text = desk.get(address).text
    form = text[text.index('id="policy_form"') :]
    fields: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        found = {name: html.unescape(value) for name, value in re.findall(r'(\w+)="([^"]*)"', tag)}
        if found.get("type") == "checkbox":
            if re.search(r"\schecked(?=[\s>/])", tag):
                fields.setdefault(found["name"], []).append(found.get("value", "on"))
        elif "name" in found:
            fields[found["name"]] = found.get("value", "")
    for name, inner in re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>\s*([^<]*)</textarea>', form):
        fields[name] = html.unescape(inner)
    for name, inner in re.findall(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)"\s+selected', inner)
        fields[name] = chosen[1] if chosen else ""
    return {name: value for name, value in fields.items() if not name.startswith("_")}


def filled(**values: Any) -> dict[str, Any]:
    """The form as a desk sends it."""
    return {
        "name": "Deep",
        "description": "",
        "is_active": "on",
        "operations": ["budgets.update"],
        "conditions": json.dumps([{"fact": "budget", "operator": "at_least", "value": "50000.00"}]),
        "stages": json.dumps([{"group": "Finance", "needed": "2"}]),
        "due_hours": "",
        "remind_hours": "",
        "escalate_to": "",
        "allows_emergency": "on",
        **values,
    }


def test_what_is_saved_is_what_is_shown_and_the_other_way_round(
    desk: Client, ada: User, now: datetime
) -> None:
    policy = made(ada, now, **FULL)
    fields = shown(desk, page(policy))

    answer = desk.post(page(policy), fields)

    assert answer.status_code == 302
    policy.refresh_from_db()
    assert [entry.after for entry in AuditEntry.objects.filter(action="policy.updated")] == []
    assert PolicyContent.from_json(policy.content) == parse(FULL)
    rows = json.loads(fields["conditions"])
    assert [row["value"] for row in rows] == [
        "12.5",
        "50000.50",
        "1000",
        ["VIP", "Gone"],
        "web, till",
        "Shoes",
        "no",
    ]
    assert fields["operations"] == ["budgets.create", "budgets.update"]
    assert fields["due_hours"] == "24"


def test_a_new_policy_from_the_form(desk: Client, now: datetime) -> None:
    answer = desk.post(ADD, filled(roles=["USER"], due_hours="24", remind_hours="8", escalate_to="Admin"))

    assert (answer.status_code, answer["Location"]) == (302, LIST)
    policy = Policy.objects.get()
    content = PolicyContent.from_json(policy.content)
    assert content.conditions == (Condition(fact="budget", operator="at_least", value=5_000_000),)
    assert content.stages == (Stage(name="Finance", group="Finance", needed=2),)
    assert (content.roles, content.due_hours, content.remind_hours) == (("USER",), 24, 8)
    assert (content.escalate_to, content.allows_emergency, policy.is_active) == ("Admin", True, True)
    entry = AuditEntry.objects.get(action="policy.created")
    assert (entry.actor_label, entry.channel) == ("ada", "ADMIN")


def test_a_new_one_may_wait(desk: Client) -> None:
    fields = filled()
    del fields["is_active"]

    desk.post(ADD, fields)

    assert Policy.objects.get().is_active is False


def test_saving_says_what_can_hold_requests_up(desk: Client) -> None:
    answer = desk.post(ADD, filled(), follow=True)

    assert "Finance has just as many people as have to say yes" in answer.text


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"name": ""}, "This field is required"),
    ({"operations": ["budgets.burn"]}, "not one of the available choices"),
    ({"roles": ["KING"]}, "not one of the available choices"),
    ({"stages": "[]"}, "add at least one stage"),
    ({"stages": "{"}, "The rows cannot be read"),
    ({"stages": "[1]"}, "The rows cannot be read"),
    ({"stages": '[{"group": "Finance", "needed": "many"}]'}, "How many people?"),
    ({"stages": '[{"group": "Finance", "needed": "11"}]'}, "From 1 to 10 people."),
    ({"stages": '[{"group": "Finance", "needed": "3"}]'}, "Stage 1 asks for 3 people; Finance has 2"),
    ({"stages": '[{"group": "Nobody", "needed": "1"}]'}, "Stage 1 names an unknown group: Nobody"),
    ({"stages": '[{"group": "Support", "needed": "1"}]'}, "Stage 1 names a group without people: Support"),
    ({"conditions": '[{"fact": "mood"}]'}, "Choose what it is about."),
    ({"conditions": '[{"fact": "budget", "operator": "is"}]'}, "Choose how it is compared."),
    (
        {"conditions": '[{"fact": "budget", "operator": "at_least", "value": "lots"}]'},
        "Write an amount such as",
    ),
    (
        {"conditions": '[{"fact": "budget", "operator": "at_least", "value": "1.005"}]'},
        "Two decimals at most.",
    ),
    ({"conditions": '[{"fact": "codes", "operator": "at_least", "value": "1.5"}]'}, "Write a whole number."),
    (
        {"conditions": '[{"fact": "codes", "operator": "at_least", "value": "-1"}]'},
        "Write a number from 0 up.",
    ),
    (
        {"conditions": '[{"fact": "codes", "operator": "at_least", "value": "Infinity"}]'},
        "a number from 0 up.",
    ),
    ({"conditions": '[{"fact": "segments", "operator": "is_any_of", "value": []}]'}, "Choose at least one."),
    ({"conditions": '[{"fact": "stores", "operator": "is_any_of", "value": " , "}]'}, "Write at least one"),
    ({"conditions": '[{"fact": "has_no_budget", "operator": "is", "value": "maybe"}]'}, "Choose yes or no."),
    ({"due_hours": "0"}, "greater than or equal to 1"),
    ({"due_hours": "8", "remind_hours": "8"}, "Remind before it is due."),
    ({"escalate_to": "Admin"}, "Say after how many hours it is overdue."),
    ({"escalate_to": "Nobody", "due_hours": "8"}, "not one of the available choices"),
]


@pytest.mark.parametrize(("values", "said"), WRONG, ids=[f"{said} {i}" for i, (_, said) in enumerate(WRONG)])
def test_says_what_is_wrong_and_keeps_what_was_typed(desk: Client, values: dict[str, Any], said: str) -> None:
    answer = desk.post(ADD, filled(description="Because it is dear", **values))

    assert answer.status_code == 200
    assert said in html.unescape(answer.text).replace("\\u0027", "'")
    assert "Because it is dear" in answer.text
    assert not Policy.objects.exists()


def test_what_needs_a_yes_leads_to_its_request(desk: Client, ada: User, now: datetime) -> None:
    policy = made(ada, now, operations=["policies.update"])

    answer = desk.post(page(policy), filled(name="Deep", operations=["policies.update"]))

    request = ApprovalRequest.objects.get()
    assert answer["Location"] == f"/admin/approvals/approvalrequest/{request.pk}/change/"
    policy.refresh_from_db()
    assert policy.version == 1
    assert (request.operation, request.target_id) == ("policies.update", policy.public_id)


def test_the_sentence_above_the_form(desk: Client, ada: User, now: datetime) -> None:
    policy = made(ada, now, **FULL)

    text = html.unescape(desk.get(page(policy)).text).replace("\N{NO-BREAK SPACE}", " ")

    assert (
        "For “New budget” or “Change a budget” asked for by administrators or marketers, if the discount is "
        "at least 12.5 % and the budget is more than 50,000.50 EUR and the number of codes is at most 1,000 "
        "and a segment is VIP or Gone and a channel is neither web nor till and the category is not Shoes "
        "and it has a budget, 2 of Finance and then 1 of Owners have to say yes within 24 hours."
    ) in text
    assert "After 8 hours they are reminded. When it is overdue, Admin may decide, too." in text
    assert "There is no short way in an emergency." in text
    assert "Segments: there is no Gone (any more)." in text


def test_the_sentence_while_it_is_written(desk: Client) -> None:
    def said(**values: Any) -> dict[str, Any]:
        found: dict[str, Any] = desk.post(f"{LIST}in-words/", filled(**values)).json()
        return found

    assert said()["sentence"].replace("\N{NO-BREAK SPACE}", " ") == (
        "For “Change a budget”, if the budget is at least 50,000.00 EUR, 2 of Finance have to say yes."
    )
    assert said(operations=[], conditions="[]")["sentence"] == "For everything, 2 of Finance have to say yes."
    assert said(stages="[]") == {"sentence": "Some parts are not complete yet.", "more": "", "risks": []}
    (risk,) = said(stages='[{"group": "Support", "needed": "1"}]')["risks"]
    assert "names a group without people: Support" in risk
    assert not Policy.objects.exists()


def test_the_list_says_each_in_a_sentence_and_moves_them_by_buttons(
    desk: Client, ada: User, now: datetime
) -> None:
    first, second = made(ada, now), made(ada, now, "Second")
    text = desk.get(LIST).text
    assert text.count("For “Change a budget”, 1 of Finance has to say yes.") == 2
    assert re.findall(r'formaction="([^"]+)"[^>]*disabled', text) == [
        f"{LIST}{first.pk}/earlier/",
        f"{LIST}{second.pk}/later/",
    ]

    answer = desk.post(f"{LIST}{second.pk}/earlier/")

    assert answer["Location"] == LIST
    assert list(Policy.objects.order_by("position").values_list("name", flat=True)) == ["Second", "Deep"]
    desk.post(f"{LIST}{second.pk}/earlier/")
    desk.post(f"{LIST}{second.pk}/later/")
    assert list(Policy.objects.order_by("position").values_list("name", flat=True)) == ["Deep", "Second"]
    assert desk.get(f"{LIST}{second.pk}/later/").status_code == 405
    assert desk.post(f"{LIST}999/later/").status_code == 404


def test_the_list_warns_of_groups_that_lost_their_people(desk: Client, ada: User, now: datetime) -> None:
    made(ada, now, stages=[{"group": "Finance", "needed": 2}])
    User.objects.filter(username="fo").update(is_active=False)

    assert "Not enough people in Finance" in desk.get(LIST).text


def test_switching_and_deleting_by_buttons(desk: Client, ada: User, now: datetime) -> None:
    policy = made(ada, now)
    confirmed = {"_form_submitted": "on"}

    desk.post(f"{LIST}{policy.pk}/disable/", confirmed)
    policy.refresh_from_db()
    assert policy.is_active is False
    desk.post(f"{LIST}{policy.pk}/enable/", confirmed)
    policy.refresh_from_db()
    assert policy.is_active is True
    desk.post(f"{LIST}{policy.pk}/remove/", confirmed)
    policy.refresh_from_db()
    assert policy.deleted_at is not None
    assert page(policy) not in desk.get(LIST).text


def test_versions_say_what_changed(desk: Client, ada: User, now: datetime) -> None:
    policy = made(ada, now)
    content = parse({"operations": ["budgets.update"], "stages": [{"group": "Finance", "needed": 2}]})
    policies.update(policy_id=policy.pk, spec=PolicySpec(content=content), actor=acting(ada), now=now)

    text = html.unescape(desk.get(page(policy)).text)

    assert "1 of Finance → 2 of Finance" in text
    assert "Operations:</span> Change a budget" in text


def test_who_only_reads_sees_it_in_words(ada: User, now: datetime, page_as: Callable[[str], Client]) -> None:
    policy = made(ada, now, **FULL)
    reader = page_as("Viewer")

    text = reader.get(page(policy)).text

    assert "2 of Finance and then 1 of Owners" in html.unescape(text)
    assert "data-policy-rows" not in text
    assert "formaction" not in reader.get(LIST).text
    assert reader.post(page(policy), filled()).status_code == 403
    assert reader.post(f"{LIST}in-words/", filled()).status_code == 403
    assert reader.post(f"{LIST}{policy.pk}/earlier/").status_code == 403


def test_cost_of_the_list_does_not_grow(
    desk: Client, ada: User, now: datetime, count_queries: Callable[[Callable[[], Any]], int]
) -> None:
    made(ada, now, "first", **FULL)
    desk.get(LIST)
    few = count_queries(lambda: desk.get(LIST))
    for number in range(9):
        made(ada, now, f"more {number}", **FULL)

    assert count_queries(lambda: desk.get(LIST)) == few
