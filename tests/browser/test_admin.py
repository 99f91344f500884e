"""Pages of the admin in a browser that obeys a strict content security policy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from tests.browser.conftest import POLICY
from tests.drawing import draw
from tests.goods import PRODUCTS, add_product
from visualsearch.models import JobState, ReindexJob
from visualsearch.sources import get_source
from visualsearch.sync import do_batch, note_lag, pause_job, start_job


@pytest.fixture
def job(transactional_db: None) -> ReindexJob:
    """Return a job for a picture that can be read and one that cannot."""
    return start_job(get_source(PRODUCTS), [add_product(draw(), b"no picture").pk])


def window(browser: Any, address: str, **options: Any) -> Any:
    """Return a window whose user may do everything."""
    client = Client()
    client.force_login(User.objects.create_superuser("admin", password="x"))
    context = browser.new_context(**options)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": address}])
    return context


@pytest.fixture
def page(browser: Any, live_server: Any, job: ReindexJob) -> Iterator[Any]:
    """Return the page of the job in a window whose user may do everything; at the end nothing was refused."""
    context, refused = window(browser, live_server.url), []

    def protect(route: Any) -> None:
        response = route.fetch()
        route.fulfill(response=response, headers={**response.headers, "content-security-policy": POLICY})

    context.route("**/reindexjob/*/change/", protect)
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.on("pageerror", lambda error: refused.append(str(error)))
    page.on("console", lambda line: "Content Security" in line.text and refused.append(line.text))
    page.goto(live_server.url + reverse("admin:visualsearch_reindexjob_change", args=[job.pk]))
    yield page
    context.close()
    assert refused == []


def test_page_of_a_job_follows_it_without_a_reload(page: Any, job: ReindexJob) -> None:
    page.evaluate("window.stayed = true")
    assert page.locator("#vs-done").inner_text() == "0 of 1 objects"

    turn = do_batch(job.pk, 0)
    page.get_by_text("1 of 1 objects").wait_for()
    page.get_by_role("cell", name="Expected a picture").wait_for()
    assert page.get_by_role("button", name="Try the failed ones again").is_visible()
    assert do_batch(job.pk, turn or 0) is None
    page.locator("[data-word=state]", has_text="done").wait_for()

    assert page.evaluate("window.stayed")
    assert not page.get_by_role("button", name="Pause").is_visible()


def test_buttons_are_those_of_the_state(page: Any, job: ReindexJob) -> None:
    assert not page.get_by_role("button", name="Resume").is_visible()

    pause_job(job)
    page.get_by_role("button", name="Resume").click()
    page.get_by_role("button", name="Cancel the job").click()

    page.locator("[data-word=state]", has_text="cancelled").wait_for()
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED


def test_pages_fit_a_phone_and_the_plot_can_be_read_there(browser: Any, live_server: Any, job: ReindexJob) -> None:
    note_lag()
    names = ("finding_changelist", "unmetsearch_changelist", "reindexjob_changelist", "embedding_changelist")
    pages = [reverse(f"admin:visualsearch_{name}") for name in names]
    phone = window(browser, live_server.url, viewport={"width": 390, "height": 844}, is_mobile=True)
    page = phone.new_page()

    for address in (*pages, reverse("admin:app_list", args=["visualsearch"])):
        page.goto(live_server.url + address)
        assert page.evaluate("document.documentElement.scrollWidth") == 390, address

    assert page.locator(".vs-plot text").first.bounding_box()["height"] >= 10
    phone.close()
