"""Campaign templates (contract: data file 18, 19)."""

from __future__ import annotations

from typing import ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from core.api.fields import parse
from core.api.filter_values import boolean
from core.api.filters import Text, WireFilterSet
from core.api.pagination import CursorPagination
from core.api.query import read_query
from core.api.views import ProjectAPIView, ProjectListView, actor_of
from core.api.views_projects import ManagedProjectView
from core.errors import InvalidPayload, InvalidQueryParams, NotFound
from promotions.api.serializers.campaigns import CampaignInput
from promotions.api.serializers.templates import (
    TemplateChangeInput,
    TemplateCopyInput,
    TemplateInput,
    TierSetupInput,
    campaign_setup_output,
    campaign_setup_spec,
    template_output,
    tier_setup_output,
    tier_setup_spec,
)
from promotions.models import Campaign, CampaignTemplate, PromotionTier
from promotions.selectors import campaigns as known_campaigns
from promotions.selectors import templates as known
from promotions.selectors import tiers as known_tiers
from promotions.services import templates

_EXPANDED = "json_template"


class TemplateFilters(WireFilterSet):
    FILTER_FIELDS: ClassVar = {
        "id": Text("public_id"),
        "name": Text("name"),
        "campaign_type": Text("campaign_type"),
    }
    ORDER_FIELDS: ClassVar = {}

    class Meta:
        model = CampaignTemplate
        fields: tuple[str, ...] = ()


class TemplatesListView(ProjectListView):
    """What both lists of templates have in common."""

    filterset_class = TemplateFilters
    pagination_class = CursorPagination
    output = staticmethod(template_output)

    @property
    def with_total(self) -> bool:
        return boolean(read_query(self.request).get("include_total", "false"), "include_total")

    def get_queryset(self):  # type: ignore[no-untyped-def]
        return CampaignTemplate.objects.all()


class TemplatesView(TemplatesListView):
    """`GET` and `POST /v1/templates/campaigns`."""

    resource = "templates"

    def get(self, request: Request) -> Response:
        return self.listed(request)

    def post(self, request: Request) -> Response:
        given = parse(TemplateInput, request.data)
        template = templates.create(
            of=_named(given.get("campaign_id"), given.get("promotion_tier_id")),
            name=given["name"],
            description=given.get("description") or "",
            actor=actor_of(request),
            now=self.now,
        )
        return Response(template_output(template))


class TemplateView(ProjectAPIView):
    """`GET`, `PUT` and `DELETE /v1/templates/campaigns/{campaignTemplateId}`."""

    resource = "templates"

    def get(self, request: Request, campaign_template_id: str) -> Response:
        expand = read_query(request).get("expand")
        if expand not in (None, _EXPANDED):
            raise InvalidQueryParams(f"expand: {_EXPANDED} is expected.")
        template = known.get(campaign_template_id)
        return Response(template_output(template, with_content=expand is not None))

    def put(self, request: Request, campaign_template_id: str) -> Response:
        given = parse(TemplateChangeInput, request.data)
        template = templates.update(
            template_id=known.get(campaign_template_id).pk,
            name=given.get("name"),
            description=given["description"] or "" if "description" in given else None,
            actor=actor_of(request),
            now=self.now,
        )
        return Response(template_output(template))

    def delete(self, request: Request, campaign_template_id: str) -> Response:
        pk = known.get(campaign_template_id).pk
        templates.delete(template_id=pk, actor=actor_of(request), now=self.now)
        return Response(status=204)


class CampaignSetupView(ProjectAPIView):
    """`POST /v1/templates/campaigns/{campaignTemplateId}/campaign-setup`."""

    resource = "campaigns"

    def post(self, request: Request, campaign_template_id: str) -> Response:
        setup = templates.set_up_campaign(
            template=known.get(campaign_template_id),
            spec=campaign_setup_spec(parse(CampaignInput, request.data)),
            actor=actor_of(request),
            now=self.now,
        )
        return Response(campaign_setup_output(setup))


class TierSetupView(ProjectAPIView):
    """`POST /v1/templates/campaigns/{campaignTemplateId}/tier-setup`."""

    resource = "promotions"

    def post(self, request: Request, campaign_template_id: str) -> Response:
        template = known.get(campaign_template_id)
        given = parse(TierSetupInput, request.data)
        setup = templates.set_up_tier(
            template=template,
            campaign_id=known_campaigns.get(given["campaign_id"]).pk,
            spec=tier_setup_spec(given),
            actor=actor_of(request),
            now=self.now,
        )
        return Response(tier_setup_output(setup))


class ManagedTemplatesView(ManagedProjectView, TemplatesListView):
    """`GET /management/v1/projects/{projectId}/templates/campaigns`."""

    def get(self, request: Request, project_id: str) -> Response:
        self.project(project_id)
        return self.listed(request)


class ManagedTemplateCopyView(ManagedProjectView):
    """`POST /management/v1/projects/{projectId}/templates/campaigns/{campaignTemplateId}/copy`.

    There is one project, so that the copy stands beside its original.
    """

    def post(self, request: Request, project_id: str, campaign_template_id: str) -> Response:
        self.project(project_id)
        template = known.get(campaign_template_id)
        given = parse(TemplateCopyInput, request.data)
        if given["destination_project_id"] != project_id:
            raise NotFound.of("project", given["destination_project_id"])
        copied = templates.copy(
            template_id=template.pk,
            name=given["name"],
            description=given["description"] or "" if "description" in given else template.description,
            actor=actor_of(request),
            now=self.now,
        )
        return Response(template_output(copied))


def _named(campaign_id: str | None, tier_id: str | None) -> Campaign | PromotionTier:
    """:raises InvalidPayload: both or neither. :raises NotFound: there is no such campaign or tier."""
    if bool(campaign_id) == bool(tier_id):
        raise InvalidPayload("One of .campaign_id and .promotion_tier_id is required")
    return known_campaigns.get(campaign_id) if campaign_id else known_tiers.get(tier_id or "")
