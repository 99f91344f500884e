from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework_api_key.models import APIKey

pytestmark = pytest.mark.django_db
STATUS = "/api/v1/visual-search/status/"
SCHEMA = "/api/v1/visual-search/schema/"


@pytest.fixture(autouse=True)
def _wants_keys(settings: Any) -> None:
    settings.VISUALSEARCH = {
        **settings.VISUALSEARCH,
        "API_AUTHENTICATION": ["visualsearch.api.keys.KeyAuthentication"],
        "API_PERMISSIONS": ["visualsearch.api.keys.HasKey"],
    }


def status_with(client: Client, key: str) -> int:
    return client.get(STATUS, headers={"Authorization": f"Api-Key {key}"}).status_code


def test_key_lets_in(client: Client) -> None:
    _, key = APIKey.objects.create_key(name="app")

    assert status_with(client, key) == 200


@pytest.mark.parametrize("address", [STATUS, SCHEMA])
def test_request_without_a_key_is_asked_for_one(client: Client, address: str) -> None:
    response = client.get(address)

    assert (response.status_code, response.json()["type"]) == (401, "not-authenticated")
    assert response["WWW-Authenticate"] == "Api-Key"


def test_revoked_expired_and_unknown_keys_are_refused(client: Client) -> None:
    revoked, first = APIKey.objects.create_key(name="revoked")
    revoked.revoked = True
    revoked.save()
    _, second = APIKey.objects.create_key(name="old", expiry_date=timezone.now() - timedelta(days=1))

    assert [status_with(client, key) for key in (first, second, "nonsense")] == [401, 401, 401]


def test_description_says_how_a_key_is_sent(client: Client) -> None:
    _, key = APIKey.objects.create_key(name="app")
    description = client.get(SCHEMA, headers={"Authorization": f"Api-Key {key}"}).json()

    assert description["components"]["securitySchemes"]["apiKey"]["name"] == "Authorization"
    assert description["paths"]["/api/v1/visual-search/"]["post"]["security"] == [{"apiKey": []}]
