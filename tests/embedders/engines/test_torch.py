from __future__ import annotations

import pytest

from tests.embedders.engines.contract import Build, EngineContract
from visualsearch.embedders.engines import Number

pytest.importorskip("torch")


@pytest.fixture(params=[Number.FLOAT32, Number.BFLOAT16])
def build(request: pytest.FixtureRequest) -> Build:
    from visualsearch.embedders.engines.torch import TorchEngine

    return lambda graph: TorchEngine(graph, request.param, threads=1)


class TestTorchEngine(EngineContract):
    pass
