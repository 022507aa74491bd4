"""One sensible call of every endpoint of the contract: what it is about, and what is sent."""

from __future__ import annotations

from typing import Final

from tests.contract import loyalty_endpoints, referral_endpoints
from tests.contract.calls import Call
from tests.factories.promotions import percent

BRANDING: Final = {
    "brand": {"name": "Fair Shop"},
    "address": {"street": "High Street 1", "city": "Leeds", "postal": "LS1", "country": "UK"},
    "contact": {"email": "hello@fair.example"},
}
COUPONS: Final = {
    "name": "Summer",
    "campaign_type": "DISCOUNT_COUPONS",
    "type": "STATIC",
    "voucher": {"type": "DISCOUNT_VOUCHER", "discount": percent(10), "code_config": {"length": 12}},
    "metadata": {"season": "summer"},
}
EVENT_SCHEMA: Final = {"properties": {"value": {"type": "number", "optional": True}}}
KEYS: Final = {"size": {"type": "string", "array": False, "optional": True}}

# "METHOD path", with the status where one path has two -> the call. Whatever is not here is sent `{}`.
CALLS: Final[dict[str, Call]] = {
    "POST /v1/campaigns": Call(body={**COUPONS, "name": "Autumn"}),
    "PUT /v1/campaigns/<campaignId>": Call(body={"description": "Shoes and bags"}),
    "DELETE /v1/campaigns/<campaignId>": Call(query={"force": "false"}),
    "POST /v1/campaigns/<campaignId>/vouchers 202": Call(query={"vouchers_count": "3"}),
    "POST /v1/campaigns/<campaignId>/vouchers/<code>": Call(at={"code": "EXACTLY"}),
    "POST /v1/campaigns/<campaignId>/import": Call(body=[{"code": "BROUGHT-1"}]),
    "POST /v1/campaigns/<campaignId>/importCSV": Call(file="Code\nBROUGHT-1\n"),
    "POST /v1/campaigns/qualification": Call(body={"customer": {"source_id": "anna"}}),
    "GET /v1/campaigns/<campaignId>/transactions": Call(at={"campaignId": "<giftCampaignId>"}),
    "POST /v1/campaigns/<campaignId>/transactions/export": Call(
        body={"parameters": {}}, at={"campaignId": "<giftCampaignId>"}
    ),
    "GET /v1/campaigns/<campaignId>/summary": Call(
        query={"start_date": "2026-01-01", "end_date": "2026-12-31"}
    ),
    "GET /v1/vouchers/<code>/transactions": Call(at={"code": "<giftCode>"}),
    "POST /v1/vouchers/<code>/transactions/export": Call(body={"parameters": {}}, at={"code": "<giftCode>"}),
    "POST /v1/vouchers/<code>/balance": Call(body={"amount": 500}, at={"code": "<giftCode>"}),
    "POST /v1/vouchers": Call(body={"type": "DISCOUNT_VOUCHER", "discount": percent(5)}),
    "POST /v1/vouchers/<code>": Call(
        body={"type": "DISCOUNT_VOUCHER", "discount": percent(5)}, at={"code": "THIS-ONE"}
    ),
    "PUT /v1/vouchers/<code>": Call(body={"additional_info": "by hand"}),
    "POST /v1/vouchers/import": Call(
        body=[{"code": "BROUGHT-2", "type": "DISCOUNT_VOUCHER", "discount": percent(5)}]
    ),
    "POST /v1/vouchers/importCSV": Call(
        file="Code,Voucher Type,Discount Type,Value\nBROUGHT-3,DISCOUNT_VOUCHER,PERCENT,5\n"
    ),
    "POST /v1/vouchers/bulk/async": Call(body=[{"code": "<code>", "metadata": {"a": "b"}}]),
    "POST /v1/vouchers/metadata/async": Call(body={"codes": ["<code>"], "metadata": {"a": "b"}}),
    "DELETE /v1/vouchers/<code>/sessions/<sessionKey>": Call(at={"code": "HELD"}),
    "POST /v1/vouchers/qualification": Call(body={"customer": {"source_id": "anna"}}),
    "GET /v1/publications/create": Call(
        query={"voucher": "<code>", "customer[source_id]": "anna", "campaign[name]": "Summer"}
    ),
    "POST /v1/publications": Call(body={"customer": {"source_id": "anna"}, "campaign": {"name": "Summer"}}),
    "POST /v1/exports": Call(body={"exported_object": "customer", "parameters": {"fields": ["name"]}}),
    "GET /v1/exports/<export_Id>": Call(query={"token": "<exportToken>"}),
    "POST /v1/templates/campaigns": Call(body={"name": "Ten percent", "campaign_id": "<campaignId>"}),
    "PUT /v1/templates/campaigns/<campaignTemplateId>": Call(body={"name": "Twelve percent"}),
    "POST /v1/templates/campaigns/<campaignTemplateId>/campaign-setup": Call(
        body={"name": "From a template"}
    ),
    "POST /v1/templates/campaigns/<campaignTemplateId>/tier-setup": Call(
        body={"name": "From a template", "campaign_id": "<promotionId>", "banner": "Ten percent"}
    ),
    "POST /v1/segments": Call(body={"type": "static", "name": "Friends", "customers": ["<customerId>"]}),
    "POST /v1/customers": Call(body={"source_id": "berta", "email": "berta@shop.example"}),
    "PUT /v1/customers/<customerId>": Call(body={"name": "Anna Lee"}),
    "POST /v1/customers/importCSV": Call(file="Name,Email,Source_id\nCleo,cleo@shop.example,cleo\n"),
    "POST /v1/customers/bulk/async": Call(body=[{"source_id": "anna", "name": "Anna"}]),
    "POST /v1/customers/metadata/async": Call(body={"source_ids": ["anna"], "metadata": {"a": "b"}}),
    "POST /v1/products": Call(body={"source_id": "bag", "name": "Bag", "price": 4500}),
    "PUT /v1/products/<productId>": Call(body={"name": "Shoe"}),
    "POST /v1/products/<productId>/skus": Call(body={"source_id": "shoe-40", "sku": "Size 40"}),
    "PUT /v1/products/<productId>/skus/<skuId>": Call(body={"price": 9900}),
    "POST /v1/products/bulk/async": Call(body=[{"source_id": "shoe", "name": "Shoe"}]),
    "POST /v1/products/metadata/async": Call(body={"source_ids": ["shoe"], "metadata": {"a": "b"}}),
    "POST /v1/products/importCSV": Call(file="Name,Source_id,Price\nHat,hat,10.00\n"),
    "POST /v1/skus/importCSV": Call(file="product_id,source_id,sku\nshoe,shoe-41,Size 41\n"),
    "POST /v1/product-collections": Call(
        body={"type": "STATIC", "name": "Bags", "products": [{"id": "<productId>", "object": "product"}]}
    ),
    "PUT /v1/product-collections/<productCollectionId>": Call(
        body={"type": "STATIC", "name": "Shoes", "products": [{"id": "<productId>", "object": "product"}]}
    ),
    "POST /v1/orders": Call(
        body={
            "source_id": "order-2",
            "customer": {"source_id": "anna"},
            "items": [{"source_id": "shoe", "related_object": "product", "quantity": 1, "price": 9900}],
        }
    ),
    "PUT /v1/orders/<orderId>": Call(body={"status": "PAID"}),
    "POST /v1/orders/import": Call(body=[{"source_id": "order-3", "status": "PAID", "amount": 5000}]),
    "POST /v1/orders/export": Call(body={"parameters": {}}),
    "POST /v1/events": Call(body={"event": "cart_left", "customer": {"source_id": "anna"}}),
    "GET /v1/metadata-schemas/<resource>": Call(at={"resource": "product"}),
    "POST /v1/oauth/token": Call(body="grant_type=client_credentials&scope=api"),
    "POST /v1/oauth/introspect": Call(body="access_token=<token>"),
    "POST /v1/oauth/token/revoke": Call(body="access_token=<token>"),
    "POST /v1/categories": Call(body={"name": "First", "hierarchy": 1}),
    "PUT /v1/categories/<categoryId>": Call(body={"name": "Second", "hierarchy": 2}),
    "PUT /management/v1/projects/<projectId>": Call(body={"description": "Shoes"}),
    "POST /management/v1/projects/<projectId>/users": Call(body={"login": "guest", "role": "USER"}),
    "PUT /management/v1/projects/<projectId>/users/<userId>": Call(body={"role": "VIEWER"}),
    "POST /management/v1/projects/users/invite": Call(
        body={
            "email": "eve@shop.example",
            "first_name": "Eve",
            "last_name": "Ray",
            "projects": {"<projectId>": "USER"},
        }
    ),
    "POST /management/v1/projects/<projectId>/templates/campaigns/<campaignTemplateId>/copy": Call(
        body={"name": "A copy", "destination_project_id": "<projectId>"}
    ),
    "POST /management/v1/projects/<projectId>/stacking-rules": Call(
        body={"redeemables_limit": 5},
        without="/management/v1/projects/<projectId>/stacking-rules/<stackingRulesId>",
    ),
    "PUT /management/v1/projects/<projectId>/stacking-rules/<stackingRulesId>": Call(
        body={"redeemables_limit": 6}
    ),
    "POST /management/v1/projects/<projectId>/metadata-schemas": Call(
        body={"related_object": "customer", "properties": KEYS}
    ),
    "PUT /management/v1/projects/<projectId>/metadata-schemas/<metadataSchemaId>": Call(
        body={"properties": KEYS, "allow_defined_only": True}
    ),
    "POST /management/v1/projects/<projectId>/custom-event-schemas": Call(
        body={"name": "newsletter_read", "schema": EVENT_SCHEMA}
    ),
    "PUT /management/v1/projects/<projectId>/custom-event-schemas/<customEventSchemaId>": Call(
        body={"schema": EVENT_SCHEMA}
    ),
    "POST /management/v1/projects/<projectId>/webhooks": Call(
        body={"target_url": "https://hooks.example/in", "events": ["voucher.created"]}
    ),
    "PUT /management/v1/projects/<projectId>/webhooks/<webhookId>": Call(
        body={"target_url": "https://hooks.example/in", "events": ["voucher.updated"], "active": False}
    ),
    "POST /management/v1/projects/<projectId>/branding": Call(
        body=BRANDING, without="/management/v1/projects/<projectId>/branding/<brandingId>"
    ),
    "PUT /management/v1/projects/<projectId>/branding/<brandingId>": Call(body={"brand": {"name": "Fairer"}}),
    **loyalty_endpoints.CALLS,
    **referral_endpoints.CALLS,
}
