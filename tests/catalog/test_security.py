"""What the shop tells browsers, and whom it answers."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from catalog.security import POLICY
from tests.drawing import draw

PAGE = reverse("visualsearch:page")
PATHS = ["/", "/products/", PAGE, f"{PAGE}?q=wrong", "/admin/login/", "/nowhere"]


@pytest.mark.django_db
@pytest.mark.parametrize("path", PATHS)
def test_every_page_says_what_it_may_not_do(client: Client, path: str) -> None:
    response = client.get(path)

    assert response["Content-Security-Policy"] == POLICY
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.django_db
def test_policy_is_left_out_of_djangos_pages_for_developers(client: Client, settings: Any) -> None:
    settings.DEBUG = True

    assert "Content-Security-Policy" not in client.get("/nowhere")
    assert "Content-Security-Policy" in client.get("/")


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", PAGE, reverse("visualsearch-api:visual-search")])
@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1@evil.example", "a b"])
def test_host_that_is_not_ours_is_refused(client: Client, settings: Any, path: str, host: str) -> None:
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1"]

    assert client.get(path, headers={"host": host}).status_code == 400
    assert client.get(PAGE, headers={"host": "localhost"}).status_code == 200


@pytest.mark.django_db
def test_photo_without_the_token_of_a_form_is_refused() -> None:
    photo = SimpleUploadedFile("photo.png", draw())

    for fields in ({"photo": photo}, {"photo_url": "https://example.com/"}):
        assert Client(enforce_csrf_checks=True).post(PAGE, fields).status_code == 403


def test_djangos_own_list_for_deploying_is_clean(shop_environment: dict[str, str]) -> None:
    deployed = {"HTTPS": "1", "DEBUG": "0", "BROKER_URL": "redis://127.0.0.1:6379"}
    environment = {**shop_environment, "DJANGO_SETTINGS_MODULE": "catalog.settings", **deployed}
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]

    done = subprocess.run(
        command, env=environment, cwd=django_settings.BASE_DIR, capture_output=True, text=True, timeout=60, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")
