from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from tests.drawing import draw
from tests.goods import PRODUCTS, add_product
from visualsearch.models import JobState, ReindexJob
from visualsearch.sources import get_source
from visualsearch.sync import do_batch, note_life, start_job

pytestmark = pytest.mark.django_db
JOBS = reverse("admin:visualsearch_reindexjob_changelist")


@pytest.fixture
def job() -> ReindexJob:
    return start_job(get_source(PRODUCTS), [add_product(draw(), b"no picture").pk], by="seller")


def page(job: ReindexJob, name: str = "change", *args: str) -> str:
    return reverse(f"admin:visualsearch_reindexjob_{name}", args=[job.pk, *args])


def state(job: ReindexJob) -> str:
    job.refresh_from_db()
    return job.state


def test_jobs_are_listed_with_their_progress(admin_client: Client, job: ReindexJob) -> None:
    content = admin_client.get(JOBS).text

    assert "1 objects of catalog.product" in content
    assert "0%" in content


def test_page_shows_failures_with_the_way_to_the_product(admin_client: Client, job: ReindexJob) -> None:
    do_batch(job.pk, 0)

    content = admin_client.get(page(job)).text

    assert "1 of 1 objects" in content
    assert "Expected a picture" in content
    assert reverse("admin:catalog_product_change", args=job.keys) in content


def test_job_that_no_worker_does_says_so(admin_client: Client, job: ReindexJob) -> None:
    assert "waiting for a worker" in admin_client.get(page(job)).text

    note_life("worker@here")

    assert "waiting for a worker" not in admin_client.get(page(job)).text


def test_page_needs_no_script(admin_client: Client, job: ReindexJob) -> None:
    assert '<noscript><meta http-equiv="refresh"' in admin_client.get(page(job)).text

    ReindexJob.objects.update(state=JobState.DONE)

    assert "<noscript>" not in admin_client.get(page(job)).text


def test_script_is_told_what_the_page_says(admin_client: Client, job: ReindexJob) -> None:
    do_batch(job.pk, 0)

    told = admin_client.get(page(job, "progress")).json()

    assert (told["done"], told["total"], told["failed"], told["is_over"]) == (1, 1, 1, False)
    assert told["words"]["done"] == "1 of 1 objects"
    assert "Expected a picture" in told["failures"][0]["error"]


def test_job_is_paused_resumed_and_cancelled_and_the_log_says_it(admin_client: Client, job: ReindexJob) -> None:
    states = []
    for step in ("pause", "resume", "cancel"):
        admin_client.post(page(job, "step", step))
        states.append(state(job))

    assert states == [JobState.PAUSED, JobState.RUNNING, JobState.CANCELLED]
    said = [entry.get_change_message() for entry in LogEntry.objects.order_by("pk")]
    assert said == ["Paused.", "Resumed.", "Cancelled."]


def test_step_that_comes_too_late_is_told(admin_client: Client, job: ReindexJob) -> None:
    ReindexJob.objects.update(state=JobState.DONE)

    response = admin_client.post(page(job, "step", "pause"), follow=True)

    assert "Nothing was done" in response.text
    assert state(job) == JobState.DONE
    assert not LogEntry.objects.exists()


def test_unknown_steps_and_reading_change_nothing(admin_client: Client, job: ReindexJob) -> None:
    assert admin_client.post(page(job, "step", "explode")).status_code == 404
    assert admin_client.get(page(job, "step", "pause")).status_code == 405
    assert state(job) == JobState.RUNNING


def test_failed_objects_are_tried_again_by_another_job(admin_client: Client, job: ReindexJob) -> None:
    do_batch(job.pk, 0)

    admin_client.post(page(job, "retry"))

    again = ReindexJob.objects.first()
    assert again
    assert again.pk != job.pk
    assert again.keys == job.keys


def test_jobs_cannot_be_added_changed_or_deleted(admin_client: Client, job: ReindexJob) -> None:
    assert admin_client.get(reverse("admin:visualsearch_reindexjob_add")).status_code == 403
    assert admin_client.post(page(job, "delete")).status_code == 403


def test_missing_job_is_not_found(admin_client: Client) -> None:
    for missing in ("99", "words"):
        address = reverse("admin:visualsearch_reindexjob_change", args=[missing])
        assert admin_client.get(address).status_code == 404


def test_viewer_sees_the_job_and_no_button(client_who_may: Callable[..., Client], job: ReindexJob) -> None:
    client = client_who_may("view_status")

    content = client.get(page(job)).text

    assert "0 of 1 objects" in content
    assert page(job, "step", "pause") not in content
    assert client.get(page(job, "progress")).status_code == 200
    for address in (page(job, "step", "pause"), page(job, "step", "cancel"), page(job, "retry")):
        assert client.post(address).status_code == 403
    assert state(job) == JobState.RUNNING


def test_staff_without_a_permission_of_ours_sees_no_job(client_who_may: Callable[..., Client], job: ReindexJob) -> None:
    client = client_who_may("view_product", "view_embedding")

    assert "eindex jobs" not in client.get(reverse("admin:index")).text
    for address in (JOBS, page(job), page(job, "progress")):
        assert client.get(address).status_code == 403


def test_words_of_the_shop_are_escaped(admin_client: Client, job: ReindexJob) -> None:
    job.failures.create(object_key="<b>", picture_name="<i>.png", error="<script>")

    content = admin_client.get(page(job)).text

    assert "<i>.png" not in content
    assert "&lt;script&gt;" in content
