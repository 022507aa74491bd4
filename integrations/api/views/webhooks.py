"""`/management/v1/projects/{projectId}/webhooks` (contract: data file 19)."""

from __future__ import annotations

from typing import ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from core.api.fields import parse
from core.api.views import actor_of
from core.api.views_projects import ManagedProjectView
from integrations.api.serializers.webhooks import (
    NewWebhookInput,
    WebhookChangeInput,
    issued_output,
    webhook_output,
    webhook_spec,
)
from integrations.models import Webhook
from integrations.selectors import webhooks as known
from integrations.services import webhooks


class WebhooksView(ManagedProjectView):
    inputs: ClassVar = {"POST": NewWebhookInput}

    def get(self, request: Request, project_id: str) -> Response:
        self.project(project_id)
        return self.listing([webhook_output(webhook) for webhook in known.present().order_by("pk")])

    def post(self, request: Request, project_id: str) -> Response:
        """The answer holds the `secret`, once; the contract has people read it on the screen."""
        self.project(project_id)
        spec = webhook_spec(parse(NewWebhookInput, request.data))
        return Response(issued_output(webhooks.create(spec=spec, actor=actor_of(request), now=self.now)))


class OneWebhookView(ManagedProjectView):
    def webhook(self, project_id: str, webhook_id: str) -> Webhook:
        self.project(project_id)
        return known.get(webhook_id)


class WebhookView(OneWebhookView):
    inputs: ClassVar = {"PUT": WebhookChangeInput}

    def get(self, request: Request, project_id: str, webhook_id: str) -> Response:
        return Response(webhook_output(self.webhook(project_id, webhook_id)))

    def put(self, request: Request, project_id: str, webhook_id: str) -> Response:
        webhook = self.webhook(project_id, webhook_id)
        spec = webhook_spec(parse(WebhookChangeInput, request.data))
        changed = webhooks.update(webhook_id=webhook.pk, spec=spec, actor=actor_of(request), now=self.now)
        return Response(webhook_output(changed))

    def delete(self, request: Request, project_id: str, webhook_id: str) -> Response:
        webhook = self.webhook(project_id, webhook_id)
        webhooks.delete(webhook_id=webhook.pk, actor=actor_of(request), now=self.now)
        return Response(status=204)


class WebhookSecretView(OneWebhookView):
    """`POST …/webhooks/{webhookId}/secret`: a new secret; the one before it is good for another day."""

    def post(self, request: Request, project_id: str, webhook_id: str) -> Response:
        webhook = self.webhook(project_id, webhook_id)
        issued = webhooks.rotate(webhook_id=webhook.pk, actor=actor_of(request), now=self.now)
        return Response(issued_output(issued))
