"""The server API's part of this app.

`runtime` and `deprecated` go first: `vouchers/<code>` of the catalogue takes any text.
"""

from __future__ import annotations

from promotions.api.urls import (
    budgets,
    catalogue,
    deprecated,
    publications,
    returns,
    rewards,
    runtime,
    stacks,
    stops,
    templates,
    versions,
)

urlpatterns = [
    *runtime.urlpatterns,
    *returns.urlpatterns,
    *deprecated.urlpatterns,
    *versions.urlpatterns,
    *publications.urlpatterns,
    *budgets.urlpatterns,
    *stacks.urlpatterns,
    *stops.urlpatterns,
    *templates.urlpatterns,
    *rewards.urlpatterns,
    *catalogue.urlpatterns,
]
