"""The server API's part of this app.

`runtime` goes first: `vouchers/<code>` of the catalogue takes any text.
"""

from __future__ import annotations

from promotions.api.urls import catalogue, runtime, stacks

urlpatterns = [*runtime.urlpatterns, *stacks.urlpatterns, *catalogue.urlpatterns]
