from __future__ import annotations

import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.error import URLError

import numpy as np
import pytest
from PIL import Image

from tests.embedders.contract import PICTURES, EmbedderContract, draw
from tests.embedders.networks import (
    State,
    halved,
    maps_of,
    save_narrow,
    save_safetensors,
    scaled,
    torchvision_models,
)
from visualsearch.embedders import resnet, weights
from visualsearch.embedders.architectures import PUBLISHED
from visualsearch.embedders.engines import build_engine
from visualsearch.embedders.ranges import ranges_path
from visualsearch.embedders.resnet import ResNetEmbedder
from visualsearch.exceptions import EmbedderUnavailable

torch = pytest.importorskip("torch")
pytest.importorskip("safetensors")

Save = Callable[[State, Path], None]

REAL = Path(__file__).parents[2] / ".." / "shared" / "weights" / "resnet50-kill-the-bits.safetensors"


def save_old_pth(state: State, path: Path) -> None:
    torch.save(state, path, _use_new_zipfile_serialization=False)


@pytest.fixture(scope="module")
def small(path: Path) -> ResNetEmbedder:
    return ResNetEmbedder(path)


class TestResNetEmbedder(EmbedderContract):
    @pytest.fixture
    def embedder(self, small: ResNetEmbedder) -> ResNetEmbedder:
        return small


class TestNarrowResNetEmbedder(EmbedderContract):
    @pytest.fixture
    def embedder(self, narrow_path: Path) -> ResNetEmbedder:
        return ResNetEmbedder(narrow_path)


def test_a_vector_is_the_mean_of_the_last_map_of_the_squeezed_picture(state: State, path: Path) -> None:
    network = torchvision_models().resnet18(weights=None).eval()
    network.load_state_dict(state)
    squeezed = np.array(PICTURES[1].resize((224, 224), Image.Resampling.BILINEAR))
    expected = maps_of(network, scaled(squeezed[None]))[1].mean(dim=(2, 3))[0].numpy()

    vector = ResNetEmbedder(path).embed([PICTURES[1]])[0]

    # Not closer: the engine computes in bfloat16 where the processor does.
    assert vector @ expected / np.linalg.norm(expected) > 0.9999


def test_a_look_is_the_vector_and_where_the_objects_are(narrow_path: Path) -> None:
    embedder = ResNetEmbedder(narrow_path)

    looks = embedder.look(PICTURES)

    np.testing.assert_array_equal(np.stack([look.vector for look in looks]), embedder.embed(PICTURES))
    for look in looks:
        assert look.regions is not None
        assert look.regions.shape == (16, 5)
        assert look.regions.dtype == np.float32
        assert ((look.regions >= 0) & (look.regions <= 1)).all()
        assert look.activation is None


def test_where_nothing_proposes_regions_a_look_has_the_last_map_of_the_image_alone(path: Path) -> None:
    looks = ResNetEmbedder(path).look(PICTURES)

    for look in looks:
        assert look.regions is None
        assert look.activation is not None
        assert look.activation.shape == (7, 7)
        assert look.activation.dtype == np.float32
        assert (look.activation >= 0).all()


def test_an_activation_says_where_the_thing_is(path: Path) -> None:
    image = Image.new("RGB", (224, 224), "white")
    image.paste(Image.effect_noise((96, 96), 90).convert("RGB"), (128, 128))
    plain = Image.new("RGB", (224, 224), "white")

    activation, without = (look.activation for look in ResNetEmbedder(path).look([image, plain]))

    assert activation is not None
    changed = np.abs(activation - without)
    assert changed[4:, 4:].mean() > 2 * changed[:2, :2].mean()


def test_a_look_at_nothing_is_nothing(narrow_path: Path) -> None:
    assert ResNetEmbedder(narrow_path).look([]) == []


@pytest.mark.parametrize(("save", "suffix"), [(torch.save, ".pth"), (torch.save, ".pt"), (save_old_pth, ".pth")])
def test_each_kind_of_file_gives_the_same_vectors(
    save: Save, suffix: str, state: State, path: Path, tmp_path: Path
) -> None:
    other = tmp_path / f"weights{suffix}"
    save(state, other)

    vectors = ResNetEmbedder(other).embed(PICTURES)

    np.testing.assert_array_equal(vectors, ResNetEmbedder(path).embed(PICTURES))


def test_half_precision_weights_give_float32_vectors_nearby(state: State, path: Path, tmp_path: Path) -> None:
    half = tmp_path / "half.safetensors"
    save_safetensors(halved(state), half)

    vectors = ResNetEmbedder(half).embed(PICTURES)

    assert vectors.dtype == np.float32
    assert ((vectors * ResNetEmbedder(path).embed(PICTURES)).sum(axis=1) > 0.999).all()


def test_details_are_a_part_of_the_vector_of_their_own(narrow_path: Path, tmp_path: Path) -> None:
    save_narrow(tmp_path / "details.safetensors", details="8:0.25")
    plain, vectors = (ResNetEmbedder(file).embed(PICTURES) for file in (narrow_path, tmp_path / "details.safetensors"))

    np.testing.assert_allclose(np.linalg.norm(vectors[:, -8:], axis=1), 0.5, atol=1e-6)
    for part in (np.s_[:, :-8], np.s_[:, -8:]):
        own, other = (each[part] / np.linalg.norm(each[part], axis=1, keepdims=True) for each in (vectors, plain))
        np.testing.assert_allclose(own, other, atol=1e-6)


def test_many_pictures_are_embedded_in_parts(path: Path) -> None:
    colours = [Image.new("RGB", (8, 8), (value * 13, 99, 0)) for value in range(18)]
    embedder = ResNetEmbedder(path)

    np.testing.assert_allclose(embedder.embed(colours)[16:], embedder.embed(colours[16:]), atol=1e-4)


def test_ranges_of_other_weights_are_told_by_the_check(narrow_path: Path, tmp_path: Path) -> None:
    weights = tmp_path / "narrow.safetensors"
    weights.write_bytes(narrow_path.read_bytes())
    ranges_path(weights).write_text('{"digest": "0", "highest": {}}')

    (problem,) = ResNetEmbedder(weights).check()

    assert problem.id == "visualsearch.E021"
    assert "not other weights" in problem.msg


def test_weights_are_loaded_once_for_all_threads(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    embedder = ResNetEmbedder(path)
    built: list[Any] = []
    monkeypatch.setattr(resnet, "build_engine", lambda network: built.append(network) or build_engine(network))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(embedder.embed, [PICTURES[:1]] * 8))

    assert len(built) == 1


def test_the_fingerprint_names_network_weights_and_preprocessing(path: Path) -> None:
    digest = weights.digest_of_weights(path)[:12]

    assert ResNetEmbedder(path).fingerprint == f"resnet18-{digest}-squeeze224-mean-512"
    assert ResNetEmbedder("resnet50").fingerprint == "resnet50-0676ba61-squeeze224-mean-2048"


def test_other_weights_have_another_fingerprint(state: State, path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.safetensors"
    save_safetensors({**state, "fc.bias": state["fc.bias"] + 1}, other)

    assert ResNetEmbedder(other).fingerprint != ResNetEmbedder(path).fingerprint


def test_weights_that_change_under_a_running_process_are_refused(state: State, tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    save_safetensors(state, path)
    embedder = ResNetEmbedder(path)
    _ = embedder.fingerprint
    save_safetensors({**state, "fc.bias": state["fc.bias"] + 1}, path)
    os.utime(path, (1, 1))

    with pytest.raises(EmbedderUnavailable, match="changed since this process began; restart it"):
        embedder.embed(PICTURES)


def test_torn_weights_are_told(path: Path, tmp_path: Path) -> None:
    torn = tmp_path / "torn.safetensors"
    torn.write_bytes(path.read_bytes()[:-1000])

    with pytest.raises(EmbedderUnavailable, match="Expected a state dict at .* but it is damaged"):
        ResNetEmbedder(torn).embed(PICTURES)


def test_weights_that_are_not_finite_are_refused(state: State, tmp_path: Path) -> None:
    path = tmp_path / "nan.safetensors"
    save_safetensors({**state, "conv1.weight": state["conv1.weight"] * float("nan")}, path)

    with pytest.raises(
        EmbedderUnavailable,
        match="Expected the weights of resnet18 .* conv1.weight are NaN or infinite",
    ):
        ResNetEmbedder(path).embed(PICTURES)


def test_weights_with_a_missing_layer_are_refused(state: State, tmp_path: Path) -> None:
    path = tmp_path / "part.safetensors"
    save_safetensors({key: value for key, value in state.items() if key != "layer2.0.bn1.bias"}, path)

    with pytest.raises(EmbedderUnavailable, match=r"(?s)Expected the weights of resnet18 .*layer2\.0\.bn1\.bias"):
        ResNetEmbedder(path).embed(PICTURES)


def test_without_internet_it_says_where_to_put_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any, **kwargs: Any) -> None:
        raise URLError("no route to host")

    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr("torch.hub.download_url_to_file", refuse)

    with pytest.raises(
        EmbedderUnavailable, match="cannot be downloaded: .*no route.* Put https://.*/resnet18-"
    ) as raised:
        ResNetEmbedder("resnet18").prepare()
    assert str(tmp_path / "hub" / "checkpoints" / "resnet18-f37072fd.pth") in str(raised.value)


def test_published_weights_are_taken_from_the_cache(
    state: State, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "hub" / "checkpoints"
    cache.mkdir(parents=True)
    torch.save(state, cache / PUBLISHED["resnet18"].file_name)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))

    vectors = ResNetEmbedder("resnet18").embed(PICTURES)

    np.testing.assert_array_equal(vectors, ResNetEmbedder(path).embed(PICTURES))


def test_damaged_published_weights_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = tmp_path / "hub" / "checkpoints"
    cache.mkdir(parents=True)
    (cache / PUBLISHED["resnet18"].file_name).write_bytes(b"torn")
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))

    with pytest.raises(EmbedderUnavailable, match="damaged: .* Delete the file"):
        ResNetEmbedder("resnet18").prepare()


@pytest.mark.parametrize(
    ("engine", "module", "extra"),
    [("torch", "torch", "torch"), ("openvino", "openvino", "openvino"), ("openvino", "safetensors", "openvino")],
)
def test_a_missing_library_is_told_with_the_command(
    engine: str, module: str, extra: str, path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.VISUALSEARCH = {"ENGINE": engine}
    monkeypatch.delitem(sys.modules, f"visualsearch.embedders.engines.{engine}", raising=False)
    monkeypatch.setitem(sys.modules, module, None)

    with pytest.raises(EmbedderUnavailable, match=rf"Run `pip install django-visualsearch\[{extra}\]`"):
        ResNetEmbedder(path).embed(PICTURES)


@pytest.mark.parametrize(
    ("installed", "weights", "missing", "extra"),
    [
        ([], "resnet50", "torch", "torch"),
        (["openvino"], "some.pth", "torch", "torch"),
        (["torch"], "some.safetensors", "safetensors", "openvino"),
        (["safetensors"], "some.safetensors", "openvino or torch", "openvino"),
    ],
)
def test_e020_a_library_is_not_installed(
    installed: list[str], weights: str, missing: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resnet, "find_spec", lambda name: name if name in installed else None)

    (problem,) = ResNetEmbedder(weights).check()

    assert problem.id == "visualsearch.E020"
    assert problem.msg == f"The embedder '{weights}' needs {missing}, which is not installed."
    assert problem.hint == f"Run `pip install django-visualsearch[{extra}]`."


def test_e021_the_weights_cannot_be_read(tmp_path: Path) -> None:
    (problem,) = ResNetEmbedder(tmp_path / "none.pth").check()

    assert problem.id == "visualsearch.E021"
    assert problem.msg.startswith(f"Expected a file of weights at {tmp_path / 'none.pth'}, but it cannot be read")
    assert problem.hint.startswith("Put the file there, or write one of products-4, resnet18")


@pytest.mark.skipif(not REAL.exists(), reason="needs the weights beside the repository")
def test_real_weights_see_a_thing_on_another_ground() -> None:
    shop = [draw("red", "ellipse"), draw("red", "rectangle"), draw("blue", "ellipse")]
    photo = draw("red", "ellipse", size=(200, 150), ground="tan")
    embedder = ResNetEmbedder(REAL)

    cosines = embedder.embed(shop) @ embedder.embed([photo])[0]

    assert cosines.argmax() == 0
