from __future__ import annotations

import stat
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.contrib.staticfiles import finders
from pytest_django import Settings

from config import demo_keys, prepare
from core.models import ApiKey
from core.services.api_keys import hash_token


@pytest.fixture
def home(tmp_path: Path, settings: Settings) -> Path:
    settings.FANFARE_HOME = tmp_path
    return tmp_path


def known(home: Path) -> demo_keys.DemoKeys:
    keys = demo_keys.read(home)
    assert keys is not None
    return keys


@pytest.mark.django_db
def test_makes_a_login_and_one_key_of_each_kind(home: Path) -> None:
    prepare.ensure_keys()

    keys = known(home)
    user = get_user_model().objects.get(username=keys.username)
    assert user.is_superuser
    assert user.check_password(keys.password)
    kinds = {key.kind: key for key in ApiKey.objects.all()}
    assert set(kinds) == {ApiKey.Kind.SERVER, ApiKey.Kind.CLIENT}
    assert kinds["server"].app_id == keys.server_id
    assert kinds["server"].secret_hash == hash_token(keys.server_token)
    assert kinds["client"].app_id == keys.client_id
    assert kinds["client"].allowed_origins == ["http://127.0.0.1:*", "http://localhost:*"]
    assert stat.S_IMODE((home / "demo-keys.json").stat().st_mode) == 0o600


@pytest.mark.django_db
def test_a_second_start_shows_the_same_and_makes_nothing(home: Path) -> None:
    prepare.ensure_keys()
    first = known(home)

    prepare.ensure_keys()

    assert known(home) == first
    assert ApiKey.objects.count() == 2
    assert get_user_model().objects.count() == 1


@pytest.mark.django_db
def test_a_changed_password_is_neither_shown_nor_changed_back(home: Path) -> None:
    prepare.ensure_keys()
    first = known(home)
    user = get_user_model().objects.get()
    user.set_password("my own words")
    user.save(update_fields=["password"])

    prepare.ensure_keys()

    assert known(home).password == ""
    assert known(home).server_token == first.server_token
    assert get_user_model().objects.get(username="admin").check_password("my own words")


@pytest.mark.django_db
def test_an_admin_who_was_there_before_keeps_the_password(home: Path) -> None:
    get_user_model().objects.create_superuser("admin", email=None, password="of a real shop")

    prepare.ensure_keys()

    assert known(home).password == ""
    assert get_user_model().objects.get(username="admin").check_password("of a real shop")
    assert ApiKey.objects.count() == 2


@pytest.mark.django_db
def test_keys_of_another_database_are_replaced(home: Path) -> None:
    prepare.ensure_keys()
    first = known(home)
    ApiKey.objects.filter(app_id=first.client_id).delete()

    prepare.ensure_keys()

    assert known(home).client_id != first.client_id
    assert ApiKey.objects.filter(app_id=known(home).client_id).exists()


def test_static_files_are_collected_only_when_they_changed(
    home: Path, tmp_path: Path, settings: Settings
) -> None:
    source, target = tmp_path / "source", tmp_path / "static"
    source.mkdir()
    (source / "shop.css").write_text("a {}")
    settings.STATIC_ROOT, settings.STATICFILES_DIRS = target, [source]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    finders.get_finder.cache_clear()

    prepare.collect_static()
    (target / "shop.css").unlink()
    prepare.collect_static()
    assert not (target / "shop.css").exists()  # nothing had changed at the source

    (source / "shop.css").write_text("a { color: red }")
    prepare.collect_static()
    assert (target / "shop.css").read_text() == "a { color: red }"
    finders.get_finder.cache_clear()
