from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.addresses.site import Site, open_site


@pytest.fixture
def site(settings: Any) -> Iterator[Site]:
    """A site on this machine, which the setting allows."""
    with open_site() as site:
        settings.VISUALSEARCH = {
            **settings.VISUALSEARCH,
            "FETCH_HOSTS": [f"127.0.0.1:{site.port}"],
            "FETCH_SECONDS": 30,
            "IMAGE_BYTES_MOST": 200_000,
        }
        yield site
