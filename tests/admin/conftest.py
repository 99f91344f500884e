from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission, User
from django.core.cache import cache
from django.test import Client


@pytest.fixture(autouse=True)
def _counted_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no page show the count of an earlier test, however long a busy machine took for it."""
    monkeypatch.setattr("visualsearch.overview.AGE", 0)
    cache.clear()


@pytest.fixture
def client_who_may(client: Client) -> Callable[..., Client]:
    """Return a function that logs in somebody of the staff with these permissions alone."""

    def log_in(*codenames: str) -> Client:
        user = User.objects.create_user("seller", password="x", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        assert user.user_permissions.count() == len(codenames)
        client.force_login(user)
        return client

    return log_in
