from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from visualsearch.embedders import resnet

State = dict[str, Any]


def random_state(name: str = "resnet18") -> State:
    import torch

    torch.manual_seed(1)
    return dict(getattr(resnet._import_models(), name)(weights=None).state_dict())


def save_safetensors(state: State, path: Path) -> None:
    from safetensors.torch import save_file

    save_file(state, path)


@pytest.fixture(scope="module")
def state() -> State:
    return random_state()


@pytest.fixture(scope="module")
def path(state: State, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("weights") / "resnet18.safetensors"
    save_safetensors(state, path)
    return path
