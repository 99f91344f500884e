"""What reads and runs a model file: OpenVINO, or onnxruntime where that is all there is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visualsearch.embedders.engines.processor import count_threads

Shape = tuple[int | None, ...]
"""Sizes of a tensor, None for one that every run may choose."""

Values = NDArray[np.float32]

INFO = "model_info"
"""Where OpenVINO's Model API keeps what a file says of itself: https://github.com/openvinotoolkit/model_api."""

LIBRARIES = ("openvino", "onnxruntime")
"""What runs a model file, the faster first; each is told by the extra of the same name, or `onnx`."""


class ModelRunner(ABC):
    """An open model file with one input; computes nothing before `compile`."""

    input: Shape
    outputs: Mapping[str, Shape]
    info: Mapping[str, str]
    """What the file says of its preprocessing, by the Model API's names."""

    @abstractmethod
    def compile(self, *, bfloat16: bool) -> None:
        """Make it ready to run."""

    @abstractmethod
    def run(self, pixels: Values, output: str) -> Values:
        """Return one output for preprocessed images; from one thread at a time."""

    def try_out(self, size: tuple[int, ...], output: str) -> Shape:
        """Return the shape of an output that the file leaves open, by running it on nothing."""
        self.compile(bfloat16=False)
        return self.run(np.zeros(size, dtype=np.float32), output).shape


class OpenVinoRunner(ModelRunner):
    """Runs ONNX and OpenVINO's own format."""

    def __init__(self, path: Path) -> None:
        import openvino

        self._core = openvino.Core()
        self._model = self._core.read_model(path)
        (given,) = self._model.inputs
        self.input = _sizes(given.partial_shape)
        self.outputs = {_name_of(one, at): _sizes(one.partial_shape) for at, one in enumerate(self._model.outputs)}
        self.info = self._read_info()

    def compile(self, *, bfloat16: bool) -> None:
        options = {
            # Said outright: by itself it takes bfloat16 wherever the processor has any.
            "INFERENCE_PRECISION_HINT": "bf16" if bfloat16 else "f32",
            "INFERENCE_NUM_THREADS": count_threads(),
            "PERFORMANCE_HINT": "LATENCY",
        }
        self._request = self._core.compile_model(self._model, "CPU", options).create_infer_request()

    def run(self, pixels: Values, output: str) -> Values:
        found = self._request.infer([pixels])
        # It lies in memory that the next pass writes to.
        return np.array(found[list(self.outputs).index(output)], dtype=np.float32)

    def _read_info(self) -> dict[str, str]:
        if self._model.has_rt_info([INFO]):
            keys = self._model.get_rt_info([INFO]).astype(dict)
            return {key: str(self._model.get_rt_info([INFO, key]).value) for key in keys}
        if not self._model.has_rt_info(["framework"]):
            return {}
        # Of an ONNX file: its metadata, whose keys are paths with blanks.
        keys = self._model.get_rt_info(["framework"]).astype(dict)
        return _of_info({key: str(self._model.get_rt_info(["framework", key]).value) for key in keys})


class OnnxRuntimeRunner(ModelRunner):
    """Runs ONNX, in float32."""

    def __init__(self, path: Path) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = count_threads()
        self._session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        (given,) = self._session.get_inputs()
        self.input = _named_sizes(given.shape)
        self.outputs = {one.name: _named_sizes(one.shape) for one in self._session.get_outputs()}
        self.info = _of_info(self._session.get_modelmeta().custom_metadata_map)
        self._input_name = given.name

    def compile(self, *, bfloat16: bool) -> None:
        """Nothing is left to do: its session is built when the file is read."""

    def run(self, pixels: Values, output: str) -> Values:
        (found,) = self._session.run([output], {self._input_name: pixels})
        return np.asarray(found, dtype=np.float32)


def runner_library(path: Path) -> str | None:
    """Return which library runs this file here, None for none; imports none."""
    known = LIBRARIES if path.suffix == ".onnx" else LIBRARIES[:1]
    return next((library for library in known if find_spec(library)), None)


def open_model(path: Path) -> ModelRunner:
    """Open a model file; raises what the library raises, ValueError for several inputs among it."""
    return OpenVinoRunner(path) if runner_library(path) == "openvino" else OnnxRuntimeRunner(path)


def _sizes(shape: Any) -> Shape:
    if shape.rank.is_dynamic:
        return ()
    return tuple(None if size.is_dynamic else size.get_length() for size in shape)


def _named_sizes(shape: Sequence[int | str | None]) -> Shape:
    return tuple(size if isinstance(size, int) else None for size in shape)


def _name_of(output: Any, at: int) -> str:
    return min(output.names) if output.names else str(at)


def _of_info(metadata: Mapping[str, str]) -> dict[str, str]:
    start = f"{INFO} "
    return {key.removeprefix(start): value for key, value in metadata.items() if key.startswith(start)}
