from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.urls import reverse


def test_pages_of_the_description_work_without_the_world(browser: Any, live_server: Any, db: None) -> None:
    context = browser.new_context()
    page = context.new_page()
    failures: list[str] = []
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda line: line.type == "error" and failures.append(line.text))

    page.goto(f"{live_server.url}{reverse('visualsearch-api:docs')}")
    page.wait_for_selector("text=Search by photo")

    assert failures == []
    assert {urlsplit(url).netloc for url in asked if not url.startswith("data:")} == {urlsplit(live_server.url).netloc}
    context.close()
