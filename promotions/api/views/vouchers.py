from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from core.api.fields import parse
from core.api.views import ProjectAPIView, ProjectListView, actor_of
from core.errors import InvalidPayload
from promotions.api.catalogue_filters import VoucherFilters
from promotions.api.catalogue_requests import campaign_named, is_forced
from promotions.api.serializers.vouchers import (
    MOST_BULK_ENTRIES,
    BulkEntryInput,
    MetadataForManyInput,
    VoucherChangeInput,
    VoucherInput,
    voucher_base_output,
    voucher_output,
    voucher_spec,
)
from promotions.models import Voucher
from promotions.selectors import campaigns as known_campaigns
from promotions.selectors import vouchers as known
from promotions.services import voucher_updates, vouchers


class _CreatingView(ProjectAPIView):
    def create(self, request: Request, code: str | None = None) -> Response:
        given = parse(VoucherInput, request.data)
        reference = campaign_named(given)
        voucher = vouchers.create(
            spec=voucher_spec(given, code=code),
            campaign=known_campaigns.get(reference) if reference else None,
            actor=actor_of(request),
            now=self.now,
        )
        return Response(voucher_output(voucher))


class VouchersView(ProjectListView, _CreatingView):
    """`GET` and `POST /v1/vouchers`."""

    resource = "vouchers"
    filterset_class = VoucherFilters
    data_ref = "vouchers"
    max_page = 99
    output = staticmethod(voucher_base_output)

    def get_queryset(self):  # type: ignore[no-untyped-def]
        return known.listed(known.printable(known.present()))

    def get(self, request: Request) -> Response:
        return self.listed(request)

    def post(self, request: Request) -> Response:
        return self.create(request)


class VoucherView(_CreatingView):
    """`GET`, `POST`, `PUT` and `DELETE /v1/vouchers/{code}`; all but `POST` take an id too."""

    resource = "vouchers"
    takes_effective_at = True

    def get(self, request: Request, code: str) -> Response:
        return Response(voucher_output(known.get(code)))

    def post(self, request: Request, code: str) -> Response:
        return self.create(request, code)

    def put(self, request: Request, code: str) -> Response:
        given = parse(VoucherChangeInput, request.data)
        voucher = vouchers.update(
            voucher_id=known.get(code).pk,
            spec=voucher_spec(given),
            actor=actor_of(request),
            now=self.now,
        )
        return Response(voucher_output(voucher))

    def delete(self, request: Request, code: str) -> Response:
        force = is_forced(request)
        vouchers.delete(
            voucher_id=known.get(code, from_bin=force).pk,
            force=force,
            actor=actor_of(request),
            now=self.now,
        )
        return Response(status=204)


class _SwitchView(ProjectAPIView):
    resource = "vouchers"
    actions = {"POST": "modify"}
    is_active: bool
    takes_effective_at = True

    def post(self, request: Request, code: str) -> Response:
        voucher: Voucher = vouchers.set_active(
            voucher_id=known.get(code).pk,
            is_active=self.is_active,
            actor=actor_of(request),
            now=self.now,
        )
        return Response(voucher_output(voucher))


class EnableVoucherView(_SwitchView):
    """`POST /v1/vouchers/{code}/enable`."""

    is_active = True


class DisableVoucherView(_SwitchView):
    """`POST /v1/vouchers/{code}/disable`."""

    is_active = False


class BulkUpdateView(ProjectAPIView):
    """`POST /v1/vouchers/bulk/async`: own metadata for each code."""

    resource = "vouchers"
    actions = {"POST": "modify"}

    def post(self, request: Request) -> Response:
        entries = _entries(request.data)
        action_id = voucher_updates.start(
            type=voucher_updates.BULK_UPDATE, entries=entries, actor=actor_of(request), now=self.now
        )
        return Response({"async_action_id": action_id}, status=202)


class MetadataUpdateView(ProjectAPIView):
    """`POST /v1/vouchers/metadata/async`: the same metadata for many codes."""

    resource = "vouchers"
    actions = {"POST": "modify"}

    def post(self, request: Request) -> Response:
        given = parse(MetadataForManyInput, request.data)
        metadata = given.get("metadata") or {}
        action_id = voucher_updates.start(
            type=voucher_updates.METADATA_UPDATE,
            entries=[{"code": code, "metadata": metadata} for code in given.get("codes") or ()],
            actor=actor_of(request),
            now=self.now,
        )
        return Response({"async_action_id": action_id}, status=202)


def _entries(data: Any) -> list[dict[str, Any]]:
    """A missing body is an empty list (contract: semantics-core 20)."""
    entries = [] if data == {} else data
    if not isinstance(entries, list) or len(entries) > MOST_BULK_ENTRIES:
        raise InvalidPayload(f"Payload must be a JSON array of at most {MOST_BULK_ENTRIES} objects.")
    return [parse(BulkEntryInput, entry) for entry in entries]
