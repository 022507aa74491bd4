"""Codes in bulk: an array in the body, or a CSV file (contract: semantics-core 13, 15.3, 20)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.fields import parse
from core.api.views import ProjectAPIView, actor_of
from core.errors import DomainError, InvalidPayload
from integrations.api.serializers.async_actions import accepted_output
from integrations.api.uploads import receive_csv
from integrations.models import ImportFile
from integrations.services import import_files, imports
from promotions.api.serializers.vouchers import VoucherImportInput, voucher_spec
from promotions.selectors import campaigns as known_campaigns
from promotions.services import voucher_imports

MOST_ENTRIES: Final = 2000
_MULTIPART_FLAGS: Final = {"true": True, "false": False}


class DuplicateKey(DomainError):
    key = "duplicate_key"
    message = "Duplicate key"


class _ImportView(ProjectAPIView):
    """`kind` is the name of an import (`promotions.import_kinds`)."""

    kind: ClassVar[str]
    actions = {"POST": "modify"}
    accepted: ClassVar[int] = 202

    def started(self, request: Request, file: ImportFile) -> Response:
        begun = voucher_imports.start(file_id=file.pk, actor=actor_of(request), now=self.now, is_forced=True)
        return Response(accepted_output(imports.job_of(begun)), status=self.accepted)


class _JsonView(_ImportView):
    def accept(self, request: Request, params: Mapping[str, Any]) -> Response:
        file = import_files.receive_values(
            kind=self.kind,
            values=_entries(request.data),
            actor=actor_of(request),
            now=self.now,
            params=params,
        )
        return self.started(request, file)


class _CsvView(_ImportView):
    parser_classes = (MultiPartParser,)

    def accept(self, request: Request, params: Mapping[str, Any]) -> Response:
        told = {"webhooks_enable": True} if _wants_webhooks(request) else {}
        file = receive_csv(request, kind=self.kind, now=self.now, params={**params, **told})
        return self.started(request, file)


class VouchersImportView(_JsonView):
    """`POST /v1/vouchers/import`."""

    resource = "vouchers"
    actions = {"POST": "create"}
    kind = "vouchers"

    def post(self, request: Request) -> Response:
        return self.accept(request, {})


class VouchersCsvView(_CsvView):
    """`POST /v1/vouchers/importCSV`."""

    resource = "vouchers"
    actions = {"POST": "create"}
    kind = "vouchers"

    def post(self, request: Request) -> Response:
        return self.accept(request, {})


class CampaignImportView(_JsonView):
    """`POST /v1/campaigns/{campaignId}/import`."""

    resource = "campaigns"
    kind = "campaign_codes"

    def post(self, request: Request, campaign_id: str) -> Response:
        return self.accept(request, _params(campaign_id))


class CampaignCsvView(_CsvView):
    """`POST /v1/campaigns/{campaignId}/importCSV`: answered with 200, as the contract has it."""

    resource = "campaigns"
    kind = "campaign_codes"
    accepted = 200

    def post(self, request: Request, campaign_id: str) -> Response:
        return self.accept(request, _params(campaign_id))


def _params(campaign_id: str) -> dict[str, Any]:
    return {voucher_imports.CAMPAIGN: known_campaigns.get(campaign_id).pk}


def _entries(data: Any) -> list[Any]:
    """The body as it was sent, once it is known that each entry can be read.

    :raises InvalidPayload: no array, too long, or an entry of a wrong shape.
    :raises InvalidVoucher: an entry of a kind that is not known.
    :raises DuplicateKey: a code stands in it twice.
    """
    if not isinstance(data, list) or len(data) > MOST_ENTRIES:
        raise InvalidPayload(f"Payload must be a JSON array of at most {MOST_ENTRIES} objects.")
    seen: set[str] = set()
    for entry in data:
        given = parse(VoucherImportInput, entry)
        voucher_spec(given)
        if given["code"] in seen:
            raise DuplicateKey(f"The code {given['code']} stands in the payload twice.")
        seen.add(given["code"])
    return data


def _wants_webhooks(request: Request) -> bool:
    """:raises InvalidPayload: `webhooks_enable` is neither true nor false."""
    sent = request.data.get("webhooks_enable", "false") if isinstance(request.data, dict) else "false"
    wanted = _MULTIPART_FLAGS.get(str(sent).lower())
    if wanted is None:
        raise InvalidPayload("Property .webhooks_enable must be true or false")
    return wanted
