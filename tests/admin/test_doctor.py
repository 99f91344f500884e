from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from tests.drawing import draw_mosaic
from tests.goods import PRODUCTS, add_product, sync_now
from visualsearch.doctor import examine
from visualsearch.models import Finding, ReindexJob
from visualsearch.sources import get_source

pytestmark = pytest.mark.django_db
FINDINGS = reverse("admin:visualsearch_finding_changelist")
EXAMINE = reverse("admin:visualsearch_finding_examine")
Log = Callable[..., Client]


@pytest.fixture
def finding() -> Finding:
    """Return the finding that two products share a picture."""
    for title in ("Red mug", "=Mug"):
        add_product(draw_mosaic(1, size=300), title=title)
    sync_now()
    examine(get_source(PRODUCTS))
    return Finding.objects.get()


def test_pictures_stand_side_by_side_and_lead_to_their_products(admin_client: Client, finding: Finding) -> None:
    page = admin_client.get(FINDINGS).text

    assert page.count('<img class="vs-small"') == 2
    for key in (finding.object_key, finding.other_object_key):
        assert reverse("admin:catalog_product_change", args=[key]) in page


def test_object_that_is_gone_meanwhile_is_named(admin_client: Client, finding: Finding) -> None:
    Finding.objects.update(object_key="987654")

    page = admin_client.get(FINDINGS).text

    assert "987654" in page
    assert page.count('<img class="vs-small"') == 1


def test_objects_of_findings_are_reindexed(admin_client: Client, finding: Finding) -> None:
    admin_client.post(FINDINGS, {"action": "reindex_findings", "_selected_action": [finding.pk]})

    assert ReindexJob.objects.get().keys == [finding.object_key]


def test_findings_are_exported_without_formulas(admin_client: Client, finding: Finding) -> None:
    Finding.objects.update(words="=1+1")

    response = admin_client.post(FINDINGS, {"action": "export_as_csv", "_selected_action": [finding.pk]})

    header, row = csv.reader(io.StringIO(response.content.decode()))
    assert dict(zip(header, row, strict=True))["object_key"] == finding.object_key
    assert row[-1] == "'=1+1"


def test_examination_is_asked_for_and_logged(admin_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr("visualsearch.admin.doctor.ask_for", lambda task: (asked.append(task.name), True)[1])
    assert EXAMINE in admin_client.get(FINDINGS).text

    admin_client.post(EXAMINE)

    assert asked == ["visualsearch.examine"]
    assert LogEntry.objects.get().get_change_message() == "An examination of the catalogue was asked for."


def test_viewer_sees_findings_and_neither_button_nor_action(client_who_may: Log, finding: Finding) -> None:
    client = client_who_may("view_status")

    page = client.get(FINDINGS).text

    assert '<img class="vs-small"' in page
    assert EXAMINE not in page
    assert "reindex_findings" not in page
    assert client.post(EXAMINE).status_code == 403
    client.post(FINDINGS, {"action": "reindex_findings", "_selected_action": [finding.pk]})
    assert not ReindexJob.objects.exists()


def test_staff_without_a_permission_of_ours_sees_no_finding(client_who_may: Log, finding: Finding) -> None:
    assert client_who_may("view_embedding").get(FINDINGS).status_code == 403
