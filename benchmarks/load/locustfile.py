"""One client of the API that searches with photo after photo and never pauses; run by `python -m benchmarks.load`."""

from __future__ import annotations

import random
from typing import Any

import gevent
from locust import HttpUser, constant, task

from benchmarks.load import ANSWERED, REFUSED
from benchmarks.load.photos import take_photo

ADDRESS = "/api/v1/visual-search/"
PHOTOS = [take_photo(number) for number in range(8)]
BUSY = (429, 503)
"""What a server says that has no turn left."""
WAIT_MOST = 2.0
"""Seconds that a refused client waits, where it is told to wait longer."""


class Searcher(HttpUser):
    """A phone that sends a photo, reads the answer and sends the next."""

    wait_time = constant(0)

    def on_start(self) -> None:
        """Take no proxy of the machine, which knows nothing of a server on its loopback."""
        self.client.trust_env = False

    @task
    def search(self) -> None:
        """Search; a refusal that says when to come back is counted apart, anything else is an error."""
        files = {"photo": ("photo.jpg", random.choice(PHOTOS), "image/jpeg")}
        pause = 0.0
        with self.client.post(ADDRESS, files=files, name=ANSWERED, catch_response=True) as response:
            if response.status_code in BUSY and response.headers.get("Retry-After"):
                response.request_meta["name"] = REFUSED
                response.success()
                pause = min(float(response.headers["Retry-After"]), WAIT_MOST)
            elif problem := _problem_with(response):
                response.failure(problem)
        gevent.sleep(pause)


def _problem_with(response: Any) -> str:
    if response.status_code != 200:
        return f"{response.status_code}: {response.text[:200]}"
    return "" if response.json().get("results") else "no results"
