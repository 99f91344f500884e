"""The family of engines: what runs a network on pixels, and which of them is taken."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from importlib.util import find_spec

from visualsearch.conf import get_settings
from visualsearch.embedders.engines.base import Engine, Number, Pass
from visualsearch.embedders.engines.processor import bfloat16_is_faster, count_threads, int8_is_faster, share_cores
from visualsearch.embedders.graph import Graph
from visualsearch.exceptions import EmbedderUnavailable

__all__ = ["ENGINES", "LIBRARIES", "Choice", "Engine", "Number", "Pass", "build_engine", "choose_engine", "share_cores"]

AUTO = "auto"


@dataclass(frozen=True, slots=True)
class Kind:
    """An engine that the setting can name."""

    library: str
    number: Number

    @property
    def name(self) -> str:
        return self.library + _SUFFIXES[self.number]


LIBRARIES = ("openvino", "torch")
"""What runs the networks, the faster first; each is also the name of an extra of this package."""

_SUFFIXES = {Number.FLOAT32: "", Number.BFLOAT16: "-bf16", Number.INT8: "-int8"}
_NUMBERS = {"openvino": tuple(Number), "torch": (Number.FLOAT32, Number.BFLOAT16)}
ENGINES = {kind.name: kind for library, numbers in _NUMBERS.items() for kind in (Kind(library, n) for n in numbers)}


@dataclass(frozen=True, slots=True)
class Choice:
    """The engine that is taken, and why."""

    name: str
    why: str

    @property
    def library(self) -> str:
        return ENGINES[self.name].library


def choose_engine(*, ranges: bool = False) -> Choice:
    """Return which engine the setting means on this machine, for weights with `ranges` or without; imports none.

    Raises EmbedderUnavailable when the setting names none that is known and installed.
    """
    wanted = get_settings().engine
    threads = f"threads: {count_threads()}"
    if wanted == AUTO:
        return _choose_best(threads, ranges)
    if wanted not in ENGINES:
        raise EmbedderUnavailable(
            f"There is no engine {wanted!r}. Write one of {', '.join([AUTO, *ENGINES])} into VISUALSEARCH['ENGINE']."
        )
    library, number = ENGINES[wanted].library, ENGINES[wanted].number
    if not _is_installed(library):
        raise EmbedderUnavailable(
            f"VISUALSEARCH['ENGINE'] is {wanted!r}, but {library} is not installed. "
            f"Run `pip install django-visualsearch[{library}]`."
        )
    if number is Number.INT8 and not ranges:
        why = f"the setting names {wanted}, but nobody measured the ranges of these weights; float32; {threads}"
        return Choice(library, why)
    return Choice(wanted, f"the setting names it; {threads}")


def build_engine(graph: Graph, name: str | None = None) -> Engine:
    """Return an engine that runs this graph: the one of this name, or else the chosen one.

    Raises EmbedderUnavailable as `choose_engine` does.
    """
    kind = ENGINES[name or choose_engine(ranges=graph.has_ranges).name]
    if kind.library == "openvino":
        from visualsearch.embedders.engines.openvino import OpenVinoEngine

        return OpenVinoEngine(graph, kind.number, threads=count_threads())
    from visualsearch.embedders.engines.torch import TorchEngine

    return TorchEngine(graph, kind.number, threads=count_threads())


def _choose_best(threads: str, ranges: bool) -> Choice:
    installed = [library for library in LIBRARIES if _is_installed(library)]
    if not installed:
        raise EmbedderUnavailable(
            "Expected OpenVINO or torch, which run the networks. Run `pip install django-visualsearch[openvino]`, "
            "or `pip install django-visualsearch[torch]`."
        )
    compared = "the faster of those installed" if len(installed) > 1 else "the only one installed"
    number = _fastest(_NUMBERS[installed[0]], ranges)
    words = number if number is Number.FLOAT32 else f"{number}, which this processor computes faster"
    return Choice(Kind(installed[0], number).name, f"{compared}; {words}; {threads}")


def _fastest(numbers: Collection[Number], ranges: bool) -> Number:
    if bfloat16_is_faster():
        return Number.BFLOAT16
    return Number.INT8 if Number.INT8 in numbers and ranges and int8_is_faster() else Number.FLOAT32


def _is_installed(library: str) -> bool:
    return find_spec(library) is not None
