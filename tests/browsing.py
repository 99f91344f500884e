"""A shopper and a merchant who reach the shop over HTTP alone."""

from __future__ import annotations

import re
from types import TracebackType
from typing import Any, Self

import requests

SECONDS = 30


class Visitor:
    """One browser with its cookies."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._session = requests.Session()
        # A proxy of the machine knows nothing of a server on its loopback.
        self._session.trust_env = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._session.close()

    def search(self, photo: bytes, source: str = "") -> dict[str, float]:
        """Return what the API finds: scores by sku, best first; the source is named where the shop has several."""
        url, fields = f"{self.address}/api/v1/visual-search/", {"source": source}
        answer = self._session.post(url, data=fields, files={"photo": photo}, timeout=SECONDS)
        assert answer.status_code == 200, answer.text
        return {row["product"]["key"]: row["score"] for row in answer.json()["results"]}

    def finds(self, sku: str, photo: bytes) -> bool:
        """Tell whether a photo finds a product by exactly this picture."""
        return self.search(photo).get(sku, 0.0) > 0.999

    def titles_on_page(self, photo: bytes) -> list[str]:
        """Return the titles that the shop-by-photo page shows for a photo."""
        text = self.submit("/visual-search/", {}, photo=photo)
        return re.findall(r'class="vs-title">([^<]*)<', text)

    def read(self, path: str) -> str:
        """Return a page."""
        return self.read_bytes(path).decode()

    def read_bytes(self, path: str) -> bytes:
        """Return a file, such as a picture."""
        answer = self._session.get(f"{self.address}{path}", timeout=SECONDS)
        assert answer.status_code == 200, answer.text
        return answer.content

    def submit(self, path: str, fields: dict[str, Any], **files: bytes) -> str:
        """Open a page, submit its form and return the page that follows."""
        url = f"{self.address}{path}"
        page = self._session.get(url, timeout=SECONDS).text
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token, page
        fields = {"csrfmiddlewaretoken": token[1], **fields}
        answer = self._session.post(url, data=fields, files=files or None, timeout=SECONDS)
        assert answer.status_code == 200, answer.text
        return answer.text
