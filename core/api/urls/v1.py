from __future__ import annotations

from django.urls import path

from core.api import views_areas as areas
from core.api import views_audit as audit
from core.api import views_metadata_schemas as schemas
from core.api import views_oauth as oauth

urlpatterns = [
    path("oauth/token", oauth.TokenView.as_view(), name="oauth-token"),
    path("oauth/introspect", oauth.IntrospectView.as_view(), name="oauth-introspect"),
    path("oauth/token/revoke", oauth.RevokeView.as_view(), name="oauth-revoke"),
    path("areas", areas.AreasView.as_view(), name="areas"),
    path("areas/<str:area_id>", areas.AreaView.as_view(), name="area"),
    path("areas/<str:area_id>/stores", areas.StoresView.as_view(), name="area-stores"),
    path("areas/<str:area_id>/stores/<str:store_id>", areas.StoreView.as_view(), name="area-store"),
    path("audit-entries", audit.AuditEntriesView.as_view(), name="audit-entries"),
    path("audit-entries/verification", audit.AuditVerificationView.as_view(), name="audit-verification"),
    path("audit-entries/<str:audit_entry_id>", audit.AuditEntryView.as_view(), name="audit-entry"),
    path("metadata-schemas", schemas.MetadataSchemasView.as_view(), name="metadata-schemas"),
    path("metadata-schemas/<str:resource>", schemas.MetadataSchemaView.as_view(), name="metadata-schema"),
]
