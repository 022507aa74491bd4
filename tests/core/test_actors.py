from __future__ import annotations

import pytest

from core.actors import Actor, role_allows

# permission -> the roles that hold it (contract: governance 3)
MATRIX = {
    "vouchers.read": "ADMIN USER VIEWER MERCHANT",
    "vouchers.create": "ADMIN USER",
    "vouchers.modify": "ADMIN USER",
    "vouchers.delete": "ADMIN USER",
    "orders.export": "ADMIN USER VIEWER",
    "validations.validate": "ADMIN USER MERCHANT CLIENT",
    "qualifications.qualify": "ADMIN USER MERCHANT CLIENT",
    "redemptions.redeem": "ADMIN USER MERCHANT CLIENT",
    "redemptions.rollback": "ADMIN USER MERCHANT",
    "promotions.read": "ADMIN USER VIEWER MERCHANT CLIENT",
    "events.create": "ADMIN USER CLIENT",
    "settings.modify": "ADMIN",
    "settings.read": "ADMIN VIEWER",
    "management.modify": "ADMIN",
    "api_keys.create": "ADMIN",
    "metadata_schemas.modify": "ADMIN USER",
    "budgets.read": "ADMIN USER VIEWER MERCHANT",
    "budgets.export": "ADMIN USER VIEWER",
    "budgets.create": "ADMIN",
    "budgets.modify": "ADMIN",
    "budgets.delete": "ADMIN",
}


@pytest.mark.parametrize("permission", MATRIX)
@pytest.mark.parametrize("role", ["ADMIN", "USER", "VIEWER", "MERCHANT", "CLIENT", "", "admin"])
def test_roles(role: str, permission: str) -> None:
    assert role_allows(role, permission) is (role in MATRIX[permission].split())


def test_processes_of_the_house_may_everything() -> None:
    assert Actor.system("beat").may("settings.modify") is True
