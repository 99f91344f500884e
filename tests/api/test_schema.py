from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import Client
from drf_spectacular.validation import validate_schema
from pytest_django.asserts import assertContains

SCHEMA = "/api/v1/visual-search/schema/"
DOCUMENTED = {"400", "401", "403", "404", "413", "415", "422", "429", "503"}


@pytest.fixture
def description(client: Client) -> Any:
    return client.get(SCHEMA).json()


def test_description_is_valid_and_warns_of_nothing(tmp_path: Any) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yml"))


def test_served_description_is_openapi_3_1_and_valid(description: Any) -> None:
    validate_schema(description)

    assert description["openapi"].startswith("3.1")
    assert set(description["paths"]) == {
        "/api/v1/visual-search/",
        "/api/v1/visual-search/batch/",
        "/api/v1/visual-search/events/",
        "/api/v1/visual-search/status/",
        "/api/v1/products/{key}/similar/",
    }


def test_description_is_made_once(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    client.get(SCHEMA)
    monkeypatch.setattr("visualsearch.api.views.description.SchemaGenerator", None)

    assert client.get(SCHEMA).status_code == 200


@pytest.mark.parametrize("query", ["version=%0a", "version=2", "lang=%00", "format=x"])
def test_description_takes_nothing_from_who_asks(client: Client, query: str) -> None:
    response = client.get(f"{SCHEMA}?{query}")

    assert response.status_code == 200
    assert response.json()["info"]["version"] == "1"


def test_every_call_has_examples(description: Any) -> None:
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            if operation["operationId"] != "list_events":
                assert '"examples"' in str(operation).replace("'", '"'), (path, method)


def test_every_status_of_an_error_is_documented(description: Any) -> None:
    responses = description["paths"]["/api/v1/visual-search/"]["post"]["responses"]

    assert set(responses) >= DOCUMENTED
    assert all(list(responses[status]["content"]) == ["application/problem+json"] for status in DOCUMENTED)


def test_pages_of_the_description_need_no_file_from_elsewhere(client: Client) -> None:
    page = client.get("/api/v1/visual-search/docs/", headers={"Accept": "text/html"})
    links = re.findall(r'(?:src|href)="([^"]+)"', page.content.decode())

    assertContains(page, "swagger-ui")
    assert len(links) >= 4
    for link in links:
        assert link.startswith("/")
        if link.startswith("/static/"):
            assert finders.find(link.removeprefix("/static/")), link
