"""One of many phones: it searches again and again, each time with another photo; run by `benchmarks.load`."""

from __future__ import annotations

import os
from itertools import count
from pathlib import Path
from random import Random

from locust import FastHttpUser, task

# Photos of rooms have a subject, which takes a pass of its own; drawn ones have none.
_PHOTOS = [path.read_bytes() for path in sorted(Path("catalog/demo/goods/photos").glob("*.jpg"))]
_numbers = count()
_TOO_MUCH = os.environ.get("LOAD_MAY_BE_REFUSED") == "1"


class Phone(FastHttpUser):
    """Searches without a pause, as nobody does: so many phones in a shop are many more."""

    connection_timeout = network_timeout = 60.0

    def on_start(self) -> None:
        """Begin with a photo of its own."""
        self._chance = Random(next(_numbers))

    @task
    def search(self) -> None:
        """Search, and count what came of it by its status."""
        files = {"photo": ("photo.jpg", self._chance.choice(_PHOTOS), "image/jpeg")}
        with self.client.post("/api/v1/visual-search/", files=files, catch_response=True) as response:
            response.request_meta["name"] = str(response.status_code)
            if response.status_code in (429, 503) and _TOO_MUCH:
                response.success()
