from __future__ import annotations

import pytest
from django.test import Client


@pytest.mark.django_db
def test_the_bare_address_leads_to_the_admin(client: Client) -> None:
    answer = client.get("/")

    assert (answer.status_code, answer.headers["Location"]) == (302, "/admin/")
