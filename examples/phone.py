"""A phone's side of the search: `python examples/phone.py http://127.0.0.1:8000 photo.jpg`."""

from __future__ import annotations

import sys
import time
import uuid
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import requests


class Phone:
    """Searches by photo, narrows without a second upload, and tells the shop what was tapped."""

    def __init__(self, shop: str, key: str = "") -> None:
        self.api, self.http, self.name = f"{shop}/api/v1", requests.Session(), str(uuid.uuid4())
        self.http.headers.update({"Authorization": f"Api-Key {key}"} if key else {})

    def search(self, photo: bytes, **options: Any) -> dict[str, Any]:
        return self._send("visual-search/", files={"photo": photo}, data=options)

    def search_again(self, answer: dict[str, Any], **options: Any) -> dict[str, Any]:
        return self._send("visual-search/", json={"query": answer["query"]["token"], **options})

    def tap(self, answer: dict[str, Any], place: int) -> None:
        thing = {"object": {"object_id": answer["results"][place]["product"]["key"]}, "position": {"ordinal": place + 1}}
        event = {"action_name": "click", "query_id": answer["query"]["id"], "client_id": self.name}
        when = datetime.now(timezone.utc).isoformat()
        self._send("visual-search/events/", json={"events": [{**event, "timestamp": when, "event_attributes": thing}]})

    def _send(self, path: str, **body: Any) -> dict[str, Any]:
        for _ in range(3):
            answer = self.http.post(f"{self.api}/{path}", timeout=30, **body)
            if answer.status_code not in (429, 503):
                break
            time.sleep(float(answer.headers.get("Retry-After", 1)))  # busy: it says when to come back
        if not answer.ok:
            raise SystemExit(f"{answer.json()['type']}: {answer.json()['detail']}")
        return answer.json() if answer.content else {}


if __name__ == "__main__":
    phone = Phone(sys.argv[1])
    found = phone.search(Path(sys.argv[2]).read_bytes(), limit=5)
    for result in found["results"]:
        print(result["tier"], result["probability"], result["product"]["title"], result["picture"]["url"])
