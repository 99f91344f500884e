"""The family of engines: what runs a network on pixels, and which of them is taken."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec

from visualsearch.conf import get_settings
from visualsearch.embedders.engines.base import Engine, Pass
from visualsearch.embedders.engines.processor import bfloat16_is_faster, count_threads, share_cores
from visualsearch.embedders.network import Network
from visualsearch.exceptions import EmbedderUnavailable

__all__ = ["ENGINES", "LIBRARIES", "Choice", "Engine", "Pass", "build_engine", "choose_engine", "share_cores"]

AUTO = "auto"


@dataclass(frozen=True, slots=True)
class Kind:
    """An engine that the setting can name."""

    library: str
    half: bool
    """Whether it computes in bfloat16."""

    @property
    def name(self) -> str:
        return f"{self.library}-bf16" if self.half else self.library


LIBRARIES = ("openvino", "torch")
"""What runs the networks, the faster first; each is also the name of an extra of this package."""

_KINDS = tuple(Kind(library, half) for library in LIBRARIES for half in (False, True))
ENGINES = {kind.name: kind for kind in _KINDS}


@dataclass(frozen=True, slots=True)
class Choice:
    """The engine that is taken, and why."""

    name: str
    why: str

    @property
    def library(self) -> str:
        return ENGINES[self.name].library


def choose_engine() -> Choice:
    """Return which engine the setting means on this machine; imports none.

    Raises EmbedderUnavailable when the setting names none that is known and installed.
    """
    wanted = get_settings().engine
    threads = f"threads: {count_threads()}"
    if wanted == AUTO:
        return _choose_best(threads)
    if wanted not in ENGINES:
        raise EmbedderUnavailable(
            f"There is no engine {wanted!r}. Write one of {', '.join([AUTO, *ENGINES])} into VISUALSEARCH['ENGINE']."
        )
    library = ENGINES[wanted].library
    if not _is_installed(library):
        raise EmbedderUnavailable(
            f"VISUALSEARCH['ENGINE'] is {wanted!r}, but {library} is not installed. "
            f"Run `pip install django-visualsearch[{library}]`."
        )
    return Choice(wanted, f"the setting names it; {threads}")


def build_engine(network: Network, name: str | None = None) -> Engine:
    """Return an engine that runs this network: the one of this name, or else the chosen one.

    Raises EmbedderUnavailable as `choose_engine` does.
    """
    kind = ENGINES[name or choose_engine().name]
    if kind.library == "openvino":
        from visualsearch.embedders.engines.openvino import OpenVinoEngine

        return OpenVinoEngine(network, half=kind.half, threads=count_threads())
    from visualsearch.embedders.engines.torch import TorchEngine

    return TorchEngine(network, half=kind.half, threads=count_threads())


def _choose_best(threads: str) -> Choice:
    installed = [library for library in LIBRARIES if _is_installed(library)]
    if not installed:
        raise EmbedderUnavailable(
            "Expected OpenVINO or torch, which run the networks. Run `pip install django-visualsearch[openvino]`, "
            "or `pip install django-visualsearch[torch]`."
        )
    half = bfloat16_is_faster()
    compared = "the faster of those installed" if len(installed) > 1 else "the only one installed"
    number = "bfloat16, which this processor computes faster" if half else "float32"
    return Choice(Kind(installed[0], half).name, f"{compared}; {number}; {threads}")


def _is_installed(library: str) -> bool:
    return find_spec(library) is not None
