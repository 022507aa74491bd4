"""One shop's first day with the official Python client, whose models are strict about every answer.

Run by test_python_sdk.py: `python sdk_journey.py HOST APP_ID APP_TOKEN NAME`; prints one JSON object.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import voucherify as sdk


def main(host: str, app_id: str, app_token: str, name: str) -> dict[str, Any]:
    configuration = sdk.Configuration(host=host, api_key={"X-App-Id": app_id, "X-App-Token": app_token})
    with sdk.ApiClient(configuration) as client:
        return {
            **_campaign(client, name),
            **_checkout(client, name),
            **_data(client, name),
            **_rules(client, name),
        }


def _campaign(client: sdk.ApiClient, name: str) -> dict[str, Any]:
    campaigns, vouchers = sdk.CampaignsApi(client), sdk.VouchersApi(client)
    wanted = {
        "name": name,
        "voucher": {"type": "DISCOUNT_VOUCHER", "discount": {"type": "PERCENT", "percent_off": 12.5}},
    }
    body = sdk.CampaignsCreateRequestBody.from_dict(wanted)
    campaign = campaigns.create_campaign(campaigns_create_request_body=body)
    campaigns.add_vouchers_to_campaign(campaign_id=campaign.id)
    job = campaigns.add_vouchers_to_campaign(campaign_id=campaign.id, vouchers_count=3)
    code = campaigns.add_voucher_with_specific_code_to_campaign(
        campaign_id=campaign.id,
        code=f"{name}-CODE",
        campaigns_vouchers_create_request_body=sdk.CampaignsVouchersCreateRequestBody(),
    )
    listed = vouchers.list_vouchers(campaign_id=campaign.id, limit=10)
    actions = sdk.AsyncActionsApi(client).list_async_actions()
    return {
        "campaign": campaign.name,
        "kind": campaign.campaign_type,
        "job": str(job.async_action_id).startswith("aa_"),
        "code": code.code,
        "listed": listed.total,
        "found": campaigns.get_campaign(name).id == campaign.id,
        "jobs": len(actions.async_actions),
    }


def _checkout(client: sdk.ApiClient, name: str) -> dict[str, Any]:
    redemptions = sdk.RedemptionsApi(client)
    ask = {
        "redeemables": [{"object": "voucher", "id": f"{name}-CODE"}],
        "order": {"source_id": name, "items": [{"source_id": "mug", "quantity": 2, "price": 4000}]},
        "customer": {"source_id": f"{name}-anna", "name": "Anna"},
    }
    validation = sdk.ValidationsApi(client).validate_stacked_discounts(
        validations_validate_request_body=sdk.ValidationsValidateRequestBody.from_dict(ask)
    )
    unknown = {"redeemables": [{"object": "voucher", "id": "NOBODY"}, {"object": "voucher", "id": "NEITHER"}]}
    refused = sdk.ValidationsApi(client).validate_stacked_discounts(
        validations_validate_request_body=sdk.ValidationsValidateRequestBody.from_dict(unknown)
    )
    offers = sdk.QualificationsApi(client).check_eligibility(
        qualifications_check_eligibility_request_body=(
            sdk.QualificationsCheckEligibilityRequestBody.from_dict(
                {"scenario": "ALL", "order": {"amount": 1000}}
            )
        )
    )
    redeemed = redemptions.redeem_stacked_discounts(
        redemptions_redeem_request_body=sdk.RedemptionsRedeemRequestBody.from_dict(ask)
    )
    redemption_id = redeemed.redemptions[0].id
    uses = redemptions.get_voucher_redemptions(f"{name}-CODE")
    rollback = redemptions.rollback_redemption(redemption_id=redemption_id, reason="returned")
    return {
        "valid": validation.valid,
        "total": validation.order.total_amount,
        "refused": [refused.valid, len(refused.redeemables)],
        "offers": offers.redeemables.total,
        "redeemed": redeemed.redemptions[0].result,
        "read": redemptions.get_redemption(redemption_id).status,
        "redemptions": redemptions.list_redemptions(limit=100).total,
        "uses": uses.redeemed_quantity,
        "rollback": [rollback.result, rollback.reason, rollback.order.status],
    }


def _data(client: sdk.ApiClient, name: str) -> dict[str, Any]:
    customers, orders, products = sdk.CustomersApi(client), sdk.OrdersApi(client), sdk.ProductsApi(client)
    customers.create_customer(
        customers_create_request_body=sdk.CustomersCreateRequestBody(source_id=f"{name}-bert")
    )
    customers.delete_customer(f"{name}-bert")
    by_mail = {"amount": 1000, "customer": {"email": "carla@shop.example"}}
    order = orders.create_order(orders_create_request_body=sdk.OrdersCreateRequestBody.from_dict(by_mail))
    product = products.create_product(
        products_create_request_body=sdk.ProductsCreateRequestBody(name="Cup", source_id=f"{name}-cup")
    )
    products.create_sku(
        product_id=product.id,
        products_skus_create_request_body=sdk.ProductsSkusCreateRequestBody(
            sku="Small", source_id=f"{name}-s"
        ),
    )
    event = sdk.EventsApi(client).track_custom_event(
        events_create_request_body=sdk.EventsCreateRequestBody.from_dict(
            {"event": "seen", "customer": {"source_id": f"{name}-anna"}}
        )
    )
    return {
        "order": order.status,
        "orders": orders.list_orders(limit=10).total,
        "skus": products.list_skus_in_product(product_id=product.id).total,
        "bulk": str(products.update_products_in_bulk().async_action_id).startswith("aa_"),
        "event": event.type,
        "customers": customers.list_customers(limit=10).total,
        "tiers": sdk.PromotionsApi(client).list_promotion_tiers(limit=10).total,
        "categories": sdk.CategoriesApi(client).list_categories().total,
        "collections": sdk.ProductCollectionsApi(client).list_product_collections().total,
    }


def _rules(client: sdk.ApiClient, name: str) -> dict[str, Any]:
    """A rule of its own life: made, changed, given to a code, listed, taken away, deleted."""
    rules, vouchers = sdk.ValidationRulesApi(client), sdk.VouchersApi(client)
    wanted = {
        "name": f"{name} rule",
        "rules": {
            "1": {"name": "order.amount", "conditions": {"$more_than_or_equal": [1000]}, "rules": {}},
            "2": {
                "name": "order.items.any",
                "conditions": {"$is": [{"id": "prod_1", "object": "product"}]},
                "rules": {"1": {"name": "order.items.price", "conditions": {"$less_than": [12.5]}}},
            },
            "logic": "1 and 2",
        },
        "applicable_to": {"included": [{"object": "product", "id": "prod_1", "effect": "APPLY_TO_EVERY"}]},
        "error": {"message": "Not this time"},
    }
    body = sdk.ValidationRulesCreateRequestBody.from_dict(wanted)
    rule = rules.create_validation_rules(validation_rules_create_request_body=body)
    change = sdk.ValidationRulesUpdateRequestBody.from_dict({"bundle_rules": None, "name": f"{name} rule 2"})
    changed = rules.update_validation_rule(
        validation_rule_id=rule.id, validation_rules_update_request_body=change
    )
    ruled = {"discount": {"type": "AMOUNT", "amount_off": 500}, "validation_rules": [rule.id]}
    voucher = vouchers.create_voucher(
        code=f"{name}-RULED",
        vouchers_create_with_specific_code_request_body=(
            sdk.VouchersCreateWithSpecificCodeRequestBody.from_dict(ruled)
        ),
    )
    assignment = rules.create_validation_rule_assignment(
        validation_rule_id=rule.id,
        validation_rules_assignments_create_request_body=(
            sdk.ValidationRulesAssignmentsCreateRequestBody.from_dict(
                {"related_object_type": "voucher", "related_object_id": f"{name}-CODE"}
            )
        ),
    )
    of_rule = rules.list_validation_rule_assignments(validation_rule_id=rule.id)
    of_voucher = rules.list_validation_rules_assignments(related_object_id=voucher.id)
    count = rules.get_validation_rule(rule.id).assignments_count
    rules.delete_validation_rule_assignment(validation_rule_id=rule.id, assignment_id=assignment.id)
    rules.delete_validation_rules(rule.id)
    return {
        "rule": [changed.name, changed.type, changed.applicable_to.included[0].id, changed.error.message],
        "ruled": [voucher.discount.effect, voucher.validation_rules_assignments.total],
        "assignments": [assignment.related_object_type, of_rule.total, of_voucher.total, count],
        "rules": rules.list_validation_rules().total,
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(*sys.argv[1:5])))
