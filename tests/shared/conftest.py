from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.shared.engine import NAME, EngineIndex, be_patient_no_more


@pytest.fixture(autouse=True)
def _engine(settings: Any) -> Iterator[None]:
    """Let a shared index answer, in an engine that was just installed and that nobody is angry with."""
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "INDEX": NAME}
    be_patient_no_more()
    EngineIndex.reset()
    yield
    EngineIndex.reset()
