from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.embedders.contract import PICTURES, EmbedderContract, draw
from tests.embedders.libraries import needs
from tests.embedders.networks import cosines
from visualsearch.embedders import load_embedder, model_runners
from visualsearch.embedders.model_file import ModelFileEmbedder
from visualsearch.embedders.pooling import POOLINGS, pool
from visualsearch.exceptions import EmbedderUnavailable, InvalidOptions

torch = pytest.importorskip("torch")
pytestmark = needs("onnx", "onnxruntime", "openvino")

MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
SIDE = 48

Make = Callable[..., Path]


def network(kind: str) -> Any:
    """Return a network of chance whose output is a map, tokens or rows."""
    torch.manual_seed(1)
    nn = torch.nn
    layers = [nn.Conv2d(3, 8, 3, 2), nn.ReLU(), nn.Conv2d(8, 12, 3, 2), nn.ReLU(), nn.Conv2d(12, 16, 3, 2)]
    tails = {
        "map": [],
        "tokens": [nn.Flatten(2), Turned()],
        "rows": [nn.AvgPool2d(2), nn.Flatten(1), nn.Linear(64, 10)],
    }
    return nn.Sequential(*layers, *tails[kind]).eval()


class Turned(torch.nn.Module):
    """Channels last, as tokens have them."""

    def forward(self, values: Any) -> Any:
        return values.transpose(1, 2)


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Return a function that writes a network into a file of its own."""

    def write(
        kind: str = "map", *, suffix: str = ".onnx", batch: bool = True, sizes: bool = False, **info: str
    ) -> Path:
        path = tmp_path_factory.mktemp("model") / "network.onnx"
        dynamic = {0: "n"} if batch else {}
        dynamic |= {2: "rows", 3: "columns"} if sizes else {}
        axes = {"pixels": dynamic, "features": {0: "n"} if batch else {}}
        given = torch.zeros(1, 3, SIDE, SIDE)
        names: dict[str, Any] = {"input_names": ["pixels"], "output_names": ["features"], "dynamic_axes": axes}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the exporter that needs no other library is the old one
            torch.onnx.export(network(kind), (given,), str(path), dynamo=False, **names)
        describe(path, info)
        return path if suffix == ".onnx" else to_openvino(path)

    return write


def describe(path: Path, info: dict[str, str]) -> None:
    """Write into an ONNX file what OpenVINO's Model API writes there."""
    import onnx

    model = onnx.load(path)
    onnx.helper.set_model_props(model, {f"model_info {key}": value for key, value in info.items()})
    onnx.save(model, path)


def to_openvino(path: Path) -> Path:
    import openvino

    model = openvino.Core().read_model(path)
    framework = model.get_rt_info(["framework"]).astype(dict) if model.has_rt_info(["framework"]) else {}
    for key in framework:
        model.set_rt_info(model.get_rt_info(["framework", key]).value, key.split())
    openvino.save_model(model, path.with_suffix(".xml"), compress_to_fp16=False)
    return path.with_suffix(".xml")


def expected(kind: str, images: list[Image.Image]) -> Any:
    """Return what torch makes of the images, squeezed and scaled as ImageNet's are."""
    squares = np.stack([np.asarray(image.resize((SIDE, SIDE), Image.Resampling.BILINEAR)) for image in images])
    values = ((squares / 255 - MEAN) / DEVIATION).astype(np.float32).transpose(0, 3, 1, 2)
    with torch.inference_mode():
        return network(kind)(torch.from_numpy(values)).numpy()


def only(monkeypatch: pytest.MonkeyPatch, library: str) -> None:
    """Let no other library be installed."""
    monkeypatch.setattr(model_runners, "find_spec", lambda name: name if name == library else None)


class TestModelFileEmbedder(EmbedderContract):
    @pytest.fixture(params=[".onnx", ".xml"])
    def embedder(self, request: pytest.FixtureRequest, make: Make) -> ModelFileEmbedder:
        return ModelFileEmbedder(path=str(make("map", suffix=request.param)), precision="float32")


class TestModelFileWithOnnxRuntime(EmbedderContract):
    @pytest.fixture
    def embedder(self, make: Make, monkeypatch: pytest.MonkeyPatch) -> ModelFileEmbedder:
        only(monkeypatch, "onnxruntime")
        return ModelFileEmbedder(path=str(make("rows", batch=False)))


@pytest.mark.parametrize("library", ["openvino", "onnxruntime"])
@pytest.mark.parametrize(
    ("kind", "pooling"),
    [("rows", "none"), ("map", "mean"), ("map", "gem"), ("tokens", "mean"), ("tokens", "cls"), ("tokens", "gem")],
)
def test_vectors_are_what_torch_gives_pooled(
    library: str, kind: str, pooling: str, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(monkeypatch, library)
    embedder = ModelFileEmbedder(path=str(make(kind)), pooling=pooling, precision="float32")
    images = [image.resize((90, 60)) for image in PICTURES]

    vectors = embedder.embed(images)

    assert (cosines(vectors, torch.from_numpy(pool(expected(kind, images), pooling))) > 0.9999).all()


def test_bfloat16_gives_nearly_the_same_vectors(make: Make) -> None:
    exact, lower = (ModelFileEmbedder(path=str(make()), precision=one) for one in ("float32", "bfloat16"))

    assert (np.vecdot(exact.embed(PICTURES), lower.embed(PICTURES)) > 0.999).all()


def test_a_file_for_one_image_at_a_time_takes_many(make: Make) -> None:
    one, many = (ModelFileEmbedder(path=str(make(batch=batch)), precision="float32") for batch in (False, True))

    np.testing.assert_allclose(one.embed(PICTURES), many.embed(PICTURES), atol=1e-5)


def test_a_plain_path_is_such_an_embedder(make: Make) -> None:
    path = str(make("rows"))

    assert isinstance(load_embedder(path), ModelFileEmbedder)
    assert load_embedder(path).name == path
    assert load_embedder(path).dimensions == 10


def test_a_map_says_where_things_are_and_rows_do_not(make: Make) -> None:
    wide = draw("red", "ellipse", size=(96, 48))

    squeezed, cropped, whole = (
        ModelFileEmbedder(path=str(make()), fit=fit).look([wide])[0].activation
        for fit in ("squeeze", "crop", "letterbox")
    )

    assert squeezed is not None
    assert squeezed.shape == (5, 5)
    assert cropped is not None
    assert cropped.shape == (5, 10)
    assert whole is not None
    assert whole.shape[1] > whole.shape[0]
    assert ModelFileEmbedder(path=str(make("rows"))).look([wide])[0].activation is None


@pytest.mark.parametrize("library", ["openvino", "onnxruntime"])
@pytest.mark.parametrize("suffix", [".onnx", ".xml"])
def test_what_the_file_says_of_itself_is_used(
    library: str, suffix: str, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    if (library, suffix) == ("onnxruntime", ".xml"):
        return
    only(monkeypatch, library)
    info = {"resize_type": "fit_to_window_letterbox", "mean_values": "127.5 127.5 127.5", "scale_values": "51"}

    plan = ModelFileEmbedder(path=str(make(suffix=suffix, pad_value="114", **info))).plan

    assert (plan.framing.fit, plan.fill, plan.side) == ("letterbox", 114, SIDE)
    assert (plan.mean, plan.std) == ((0.5,) * 3, (0.2,) * 3)


def test_options_come_before_what_the_file_says(make: Make) -> None:
    path = str(make(resize_type="crop", mean_values="1 2 3"))

    plan = ModelFileEmbedder(path=path, fit="letterbox", mean=[0.5, 0.5, 0.5], std=(1, 1, 1)).plan

    assert (plan.framing.fit, plan.mean, plan.std) == ("letterbox", (0.5,) * 3, (1.0,) * 3)


def test_the_fingerprint_changes_with_options_that_change_vectors(make: Make) -> None:
    path = str(make())
    options: list[dict[str, Any]] = [{}, {"fit": "crop"}, {"pooling": "gem"}, {"mean": [0.5] * 3}, {"std": [0.5] * 3}]

    fingerprints = [ModelFileEmbedder(path=path, **one).fingerprint for one in options]

    assert len(set(fingerprints)) == len(options)
    assert fingerprints[0].startswith("onnx-network-")
    assert fingerprints[0].endswith("-16")
    assert ModelFileEmbedder(path=path, precision="float32").fingerprint == fingerprints[0]


@pytest.mark.parametrize(
    ("kind", "options", "message"),
    [
        ("tokens", {}, "its output 'features' has 3 axes: write the option 'pooling'"),
        ("map", {"pooling": "cls"}, r"pooling 'cls' does not go with values of shape"),
        ("map", {"output": "logits"}, "it has no output 'logits', but features"),
        ("map", {"size": 64}, r"it takes images of the shape \(None, 3, 48, 48\), not squares of 64"),
    ],
)
def test_what_does_not_go_with_the_file_is_told(kind: str, options: dict[str, Any], message: str, make: Make) -> None:
    with pytest.raises(EmbedderUnavailable, match=rf"The file at .* cannot be used: {message}"):
        _ = ModelFileEmbedder(path=str(make(kind)), **options).dimensions


def test_a_file_for_any_size_needs_one(make: Make) -> None:
    path = str(make(sizes=True))

    with pytest.raises(EmbedderUnavailable, match="it takes images of any size: write the option 'size'"):
        _ = ModelFileEmbedder(path=path).dimensions
    assert ModelFileEmbedder(path=path, size=64).embed(PICTURES).shape == (4, 16)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"path": "network.pb"}, "The option 'path' is 'network.pb'; expected a file ending in .onnx or .xml."),
        ({"path": ""}, "The option 'path' is ''; expected text."),
        ({"size": "big"}, "The option 'size' is 'big'; expected a number of pixels."),
        ({"mean": [0.5]}, "The option 'mean' is [0.5]; expected 3 numbers."),
        ({"fit": "pad"}, "The option 'fit' is 'pad'; expected one of crop, letterbox, squeeze."),
        ({"pooling": "max"}, "The option 'pooling' is 'max'; expected one of cls, gem, mean, none."),
    ],
)
def test_wrong_options_are_told(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidOptions) as raised:
        ModelFileEmbedder(**{"path": "network.onnx", **options})

    assert str(raised.value) == message


def test_visualsearch_e020_nothing_runs_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, "nothing")

    (onnx,), (ir,) = (ModelFileEmbedder(path=f"network{suffix}").check() for suffix in (".onnx", ".xml"))

    assert (onnx.id, ir.id) == ("visualsearch.E020", "visualsearch.E020")
    assert onnx.msg == "The embedder 'network.onnx' needs openvino or onnxruntime, which is not installed."
    assert onnx.hint == "Run `pip install django-visualsearch[onnx]`."
    assert ir.msg == "The embedder 'network.xml' needs openvino, which is not installed."


def test_visualsearch_e021_the_file_is_not_there(tmp_path: Path) -> None:
    (error,) = ModelFileEmbedder(path=str(tmp_path / "network.onnx")).check()

    assert error.id == "visualsearch.E021"
    assert error.msg.startswith(f"Expected a file of weights at {tmp_path / 'network.onnx'}, but it cannot be read")
    assert error.hint == "Put the file there, or change the option 'path'."


def test_openvinos_own_format_needs_its_second_file(make: Make) -> None:
    path = make(suffix=".xml")
    path.with_suffix(".bin").unlink()

    (error,) = ModelFileEmbedder(path=str(path)).check()

    assert ".bin, but it cannot be read" in error.msg


@pytest.mark.parametrize("library", ["openvino", "onnxruntime"])
def test_a_torn_file_is_told(library: str, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, library)
    path = make()
    path.write_bytes(path.read_bytes()[:-2000])

    with pytest.raises(EmbedderUnavailable, match="Expected a network with one input in"):
        ModelFileEmbedder(path=str(path)).prepare()


def test_a_file_that_changes_under_a_running_process_is_refused(make: Make) -> None:
    path = make()
    embedder = ModelFileEmbedder(path=str(path))
    _ = embedder.fingerprint
    describe(path, {"resize_type": "crop"})

    with pytest.raises(EmbedderUnavailable, match="changed since this process began; restart it"):
        embedder.prepare()


@pytest.mark.parametrize("pooling", POOLINGS)
def test_pooling_gives_one_row_an_image_or_refuses(pooling: str) -> None:
    accepted = {"none": {2}, "mean": {3, 4}, "cls": {3}, "gem": {3, 4}}[pooling]
    shapes = {2: (2, 6), 3: (2, 4, 6), 4: (2, 6, 3, 3)}

    for rank, shape in shapes.items():
        values = np.random.default_rng(rank).random(shape, dtype=np.float32)
        if rank in accepted:
            assert pool(values, pooling).shape == (2, 6)
        else:
            with pytest.raises(ValueError, match="does not go with values of shape"):
                pool(values, pooling)


def test_the_generalised_mean_lies_between_the_mean_and_the_highest() -> None:
    values = np.random.default_rng(1).random((2, 6, 3, 3), dtype=np.float32)

    found = pool(values, "gem")

    assert (found > pool(values, "mean")).all()
    assert (found < values.max(axis=(2, 3))).all()
