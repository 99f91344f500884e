from __future__ import annotations

from typing import Any

import pytest

from visualsearch.embedders import engines
from visualsearch.embedders.engines import Choice, choose_engine
from visualsearch.exceptions import EmbedderUnavailable


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Any:
    """Return a function that says what is installed, how the processor computes, and what the setting names."""

    def install(*libraries: str, bfloat16: bool = False, int8: bool = False, engine: str = "auto") -> None:
        monkeypatch.setattr(engines, "find_spec", lambda name: name if name in libraries else None)
        monkeypatch.setattr(engines, "bfloat16_is_faster", lambda: bfloat16)
        monkeypatch.setattr(engines, "int8_is_faster", lambda: int8)
        settings.VISUALSEARCH = {"ENGINE": engine, "EMBED_THREADS": 3}

    return install


@pytest.mark.parametrize(
    ("libraries", "bfloat16", "name", "why"),
    [
        (("openvino", "torch"), False, "openvino", "the faster of those installed; float32; threads: 3"),
        (("torch",), False, "torch", "the only one installed; float32; threads: 3"),
        (
            ("openvino",),
            True,
            "openvino-bf16",
            "the only one installed; bfloat16, which this processor computes faster; threads: 3",
        ),
    ],
)
def test_the_best_that_is_installed_is_taken(
    install: Any, libraries: tuple[str, ...], bfloat16: bool, name: str, why: str
) -> None:
    install(*libraries, bfloat16=bfloat16)

    assert choose_engine() == Choice(name, why)


@pytest.mark.parametrize(
    ("libraries", "bfloat16", "int8", "ranges", "name"),
    [
        (("openvino", "torch"), False, True, True, "openvino-int8"),
        (("openvino", "torch"), False, True, False, "openvino"),
        (("openvino", "torch"), False, False, True, "openvino"),
        (("openvino", "torch"), True, True, True, "openvino-bf16"),
        (("torch",), False, True, True, "torch"),
    ],
)
def test_integers_are_taken_where_processor_weights_and_library_allow_it(
    install: Any, libraries: tuple[str, ...], bfloat16: bool, int8: bool, ranges: bool, name: str
) -> None:
    install(*libraries, bfloat16=bfloat16, int8=int8)

    assert choose_engine(ranges=ranges).name == name


def test_integers_that_the_setting_names_need_ranges(install: Any) -> None:
    install("openvino", engine="openvino-int8")

    why = "the setting names openvino-int8, but nobody measured the ranges of these weights; float32; threads: 3"
    assert choose_engine(ranges=False) == Choice("openvino", why)
    assert choose_engine(ranges=True) == Choice("openvino-int8", "the setting names it; threads: 3")


@pytest.mark.parametrize("name", ["openvino", "openvino-bf16", "torch", "torch-bf16"])
def test_the_setting_names_an_engine(install: Any, name: str) -> None:
    install("openvino", "torch", bfloat16=True, engine=name)

    assert choose_engine() == Choice(name, "the setting names it; threads: 3")


def test_without_any_it_says_what_to_install(install: Any) -> None:
    install()

    with pytest.raises(EmbedderUnavailable, match=r"pip install django-visualsearch\[openvino\]"):
        choose_engine()


@pytest.mark.parametrize("name", ["openvino", "openvino-bf16"])
def test_an_engine_that_is_not_installed_is_told_with_the_command(install: Any, name: str) -> None:
    install("torch", engine=name)

    with pytest.raises(
        EmbedderUnavailable,
        match=rf"ENGINE'\] is '{name}', but openvino is not installed. Run `pip install .*\[openvino\]`",
    ):
        choose_engine()


def test_an_unknown_engine_is_told_the_known_ones(install: Any) -> None:
    install("torch", engine="tpu")

    with pytest.raises(EmbedderUnavailable, match="no engine 'tpu'. Write one of auto, openvino, .*, torch-bf16"):
        choose_engine()
