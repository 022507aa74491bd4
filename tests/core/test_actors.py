from __future__ import annotations

import pytest

from core.actors import Actor, Role, role_allows, role_proposes

# permission -> the roles that hold it (contract: governance 3)
MATRIX = {
    "vouchers.read": "ADMIN USER SUPPORT VIEWER MERCHANT",
    "vouchers.create": "ADMIN USER",
    "vouchers.modify": "ADMIN USER",
    "vouchers.delete": "ADMIN USER",
    "orders.export": "ADMIN USER SUPPORT VIEWER",
    "validations.validate": "ADMIN USER SUPPORT MERCHANT CLIENT",
    "validations.explain": "ADMIN USER SUPPORT MERCHANT",
    "qualifications.qualify": "ADMIN USER SUPPORT MERCHANT CLIENT",
    "redemptions.redeem": "ADMIN USER MERCHANT CLIENT",
    "redemptions.rollback": "ADMIN USER SUPPORT MERCHANT",
    "sessions.release": "ADMIN USER SUPPORT",
    "promotions.read": "ADMIN USER SUPPORT VIEWER MERCHANT CLIENT",
    "events.create": "ADMIN USER CLIENT",
    "settings.modify": "ADMIN",
    "settings.read": "ADMIN VIEWER",
    "management.modify": "ADMIN",
    "management.export": "ADMIN VIEWER",
    "api_keys.create": "ADMIN",
    "metadata_schemas.modify": "ADMIN USER",
    "budgets.read": "ADMIN USER SUPPORT VIEWER MERCHANT",
    "budgets.export": "ADMIN USER SUPPORT VIEWER",
    "budgets.create": "ADMIN",
    "budgets.modify": "ADMIN",
    "budgets.delete": "ADMIN",
    "approvals.read": "ADMIN USER SUPPORT VIEWER MERCHANT",
    "approvals.comment": "ADMIN USER SUPPORT",
    "approvals.decide": "ADMIN",
    "approvals.configure": "ADMIN",
    "emergency.stop": "ADMIN",
    "emergency.restore": "ADMIN",
}
# What a role that lacks it may ask for.
PROPOSED = {
    "budgets.create": "USER",
    "budgets.modify": "USER",
    "budgets.delete": "USER",
    "vouchers.modify": "SUPPORT",
}
ROLES = [*Role, "CLIENT", "", "admin"]


@pytest.mark.parametrize("permission", MATRIX)
@pytest.mark.parametrize("role", ROLES)
def test_roles(role: str, permission: str) -> None:
    # A restricted user may what a user may, in his own places.
    assert role_allows(role, permission) is (role.removesuffix("_RESTRICTED") in MATRIX[permission].split())


@pytest.mark.parametrize("permission", MATRIX)
@pytest.mark.parametrize("role", ROLES)
def test_roles_ask_for_what_they_lack(role: str, permission: str) -> None:
    proposes = role.removesuffix("_RESTRICTED") in PROPOSED.get(permission, "").split()

    assert role_proposes(role, permission) is proposes
    assert not (proposes and role_allows(role, permission))


def test_processes_of_the_house_may_everything() -> None:
    assert Actor.system("beat").may("settings.modify") is True
