from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="module")
def state() -> dict[str, Any]:
    from tests.embedders.networks import build

    return dict(build().state_dict())


@pytest.fixture(scope="module")
def path(state: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.embedders.networks import save_safetensors

    path: Path = tmp_path_factory.mktemp("weights") / "resnet18.safetensors"
    save_safetensors(state, path)
    return path


@pytest.fixture(scope="module")
def narrow_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.embedders.networks import save_narrow

    path: Path = tmp_path_factory.mktemp("weights") / "narrow.safetensors"
    save_narrow(path)
    return path
