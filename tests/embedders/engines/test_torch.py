from __future__ import annotations

import pytest

from tests.embedders.engines.contract import Build, EngineContract

pytest.importorskip("torch")


@pytest.fixture(params=[False, True], ids=["float32", "bfloat16"])
def build(request: pytest.FixtureRequest) -> Build:
    from visualsearch.embedders.engines.torch import TorchEngine

    return lambda network: TorchEngine(network, half=request.param, threads=1)


class TestTorchEngine(EngineContract):
    pass
