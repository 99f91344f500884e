from __future__ import annotations

import pytest

from tests.embedders.engines.contract import Build, EngineContract

pytest.importorskip("torch")
pytest.importorskip("openvino")


@pytest.fixture(params=[False, True], ids=["float32", "bfloat16"])
def build(request: pytest.FixtureRequest) -> Build:
    from visualsearch.embedders.engines.openvino import OpenVinoEngine

    return lambda network: OpenVinoEngine(network, half=request.param, threads=1)


class TestOpenVinoEngine(EngineContract):
    pass
