from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.error import URLError

import numpy as np
import pytest
from PIL import Image

from tests.embedders.contract import PICTURES, EmbedderContract, draw
from tests.embedders.libraries import needs
from tests.embedders.networks import build, cosines, maps_of, save_safetensors, torchvision_models
from visualsearch.embedders import load_embedder
from visualsearch.embedders.torchvision import RESNETS, TorchvisionEmbedder
from visualsearch.exceptions import EmbedderUnavailable

torch = pytest.importorskip("torch")
pytestmark = needs("torchvision", "safetensors")

REAL = Path(__file__).parents[2] / ".." / "shared" / "weights" / "resnet50-kill-the-bits.safetensors"


@pytest.fixture(scope="module")
def network() -> Any:
    return build("resnet18")


@pytest.fixture(scope="module")
def small(network: Any, tmp_path_factory: pytest.TempPathFactory) -> TorchvisionEmbedder:
    path = tmp_path_factory.mktemp("torchvision") / "resnet18.safetensors"
    save_safetensors(network.state_dict(), path)
    return TorchvisionEmbedder(model="resnet18", weights=str(path), precision="float32")


class TestTorchvisionEmbedder(EmbedderContract):
    @pytest.fixture
    def embedder(self, small: TorchvisionEmbedder) -> TorchvisionEmbedder:
        return small


def usual(images: list[Image.Image]) -> Any:
    """Return images as torchvision's weights of ImageNet have them."""
    transform = torchvision_models().ResNet18_Weights.IMAGENET1K_V1.transforms()
    return torch.stack([transform(image) for image in images])


def test_a_vector_is_the_mean_of_the_last_map_of_the_usual_pixels(network: Any, small: TorchvisionEmbedder) -> None:
    expected = maps_of(network, usual(PICTURES))[1].mean((2, 3))

    assert (cosines(small.embed(PICTURES), expected) > 0.99999).all()


def test_bfloat16_gives_nearly_the_same_vectors(network: Any, small: TorchvisionEmbedder, tmp_path: Path) -> None:
    path = tmp_path / "resnet18.pth"
    torch.save(network.state_dict(), path)
    lower = TorchvisionEmbedder(model="resnet18", weights=str(path), precision="bfloat16")

    assert (np.vecdot(lower.embed(PICTURES), small.embed(PICTURES)) > 0.999).all()


def test_an_activation_spans_the_whole_image_also_where_the_network_sees_its_middle(
    network: Any, small: TorchvisionEmbedder
) -> None:
    wide = draw("red", "ellipse", size=(448, 224))
    expected = maps_of(network, usual([wide]))[1][0].sum(0).numpy()

    (look,) = small.look([wide])

    assert look.activation is not None
    rows, columns = look.activation.shape
    assert columns == 2 * rows == 16
    assert (look.activation[:, [0, 1, 2, 3, 12, 13, 14, 15]] == 0).all()
    assert look.activation.max() <= expected.max() * 1.0001
    assert (look.activation[1:-1, 5:11] > 0).all()


@pytest.mark.parametrize(
    ("model", "dimensions", "has_map"),
    [
        ("mobilenet_v3_small", 576, True),
        ("vgg11", 512, True),
        ("squeezenet1_1", 512, True),
        ("densenet121", 1024, True),
        ("swin_t", 768, True),
        ("vit_b_32", 768, False),
        ("regnet_y_400mf", 440, True),
        ("googlenet", 1024, True),
    ],
)
def test_every_kind_of_network_gives_what_its_classifier_is_given(model: str, dimensions: int, has_map: bool) -> None:
    embedder = TorchvisionEmbedder(model=model)
    assert embedder.dimensions == dimensions
    network = embedder.create(with_weights=False).eval()

    with torch.inference_mode():
        features, map_ = embedder.run_network(network, torch.rand(2, 3, 224, 224))

    assert features.shape == (2, dimensions)
    assert (map_ is not None) == has_map
    if map_ is not None:
        last = map_.relu() if model == "densenet121" else map_  # its last ReLU is no module
        torch.testing.assert_close(features, last.mean((2, 3)))


def test_the_fingerprint_names_model_and_weights(small: TorchvisionEmbedder) -> None:
    assert TorchvisionEmbedder(model="resnet50").fingerprint.startswith("torchvision-resnet50-imagenet1k-v1-")
    other = TorchvisionEmbedder(model="resnet50", weights="IMAGENET1K_V2")
    assert other.fingerprint.startswith("torchvision-resnet50-imagenet1k-v2-")
    assert other.fingerprint.endswith("-2048")


def test_other_weights_in_a_file_have_another_fingerprint(
    network: Any, small: TorchvisionEmbedder, tmp_path: Path
) -> None:
    path = tmp_path / "resnet18.safetensors"
    state = network.state_dict()
    save_safetensors({**state, "fc.bias": state["fc.bias"] + 1}, path)

    assert TorchvisionEmbedder(model="resnet18", weights=str(path)).fingerprint != small.fingerprint


def test_a_file_that_changes_under_a_running_process_is_refused(network: Any, tmp_path: Path) -> None:
    path = tmp_path / "resnet18.safetensors"
    save_safetensors(network.state_dict(), path)
    embedder = TorchvisionEmbedder(model="resnet18", weights=str(path))
    _ = embedder.fingerprint
    save_safetensors({**network.state_dict(), "fc.bias": network.fc.bias.detach() + 1}, path)

    with pytest.raises(EmbedderUnavailable, match="changed since this process began; restart it"):
        embedder.prepare()


def test_a_classifier_of_other_classes_is_left_out(network: Any, small: TorchvisionEmbedder, tmp_path: Path) -> None:
    path = tmp_path / "tuned.safetensors"
    state = {key: value for key, value in network.state_dict().items() if not key.startswith("fc.")}
    save_safetensors({**state, "fc.weight": torch.zeros(3, 512)}, path)
    tuned = TorchvisionEmbedder(model="resnet18", weights=str(path), precision="float32")

    np.testing.assert_allclose(tuned.embed(PICTURES), small.embed(PICTURES), atol=1e-6)


def test_weights_of_another_network_are_refused(network: Any, tmp_path: Path) -> None:
    path = tmp_path / "resnet18.safetensors"
    save_safetensors(network.state_dict(), path)

    with pytest.raises(EmbedderUnavailable, match=r"Expected the weights of this network in .*, but layer\S+ does not"):
        TorchvisionEmbedder(model="resnet34", weights=str(path)).prepare()


def test_unknown_weights_are_told_the_known_ones() -> None:
    with pytest.raises(EmbedderUnavailable, match="no weights 'IMAGENET22K' of resnet50; it has IMAGENET1K_V1"):
        _ = TorchvisionEmbedder(model="resnet50", weights="IMAGENET22K").fingerprint


def test_an_unknown_model_is_told_by_whoever_asks_first() -> None:
    with pytest.raises(EmbedderUnavailable, match="torchvision has no classification network 'resnet51'"):
        _ = TorchvisionEmbedder(model="resnet51").fingerprint


@pytest.mark.parametrize("name", RESNETS)
def test_the_plain_names_are_this_backend_with_the_first_weights(name: str) -> None:
    embedder = load_embedder(name)

    assert isinstance(embedder, TorchvisionEmbedder)
    assert embedder.name == name
    assert embedder.check() == []


def test_without_a_network_it_says_where_to_put_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any, **kwargs: Any) -> None:
        raise URLError("no route to host")

    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr("torch.hub.download_url_to_file", refuse)

    with pytest.raises(EmbedderUnavailable) as raised:
        TorchvisionEmbedder(model="resnet18").prepare()

    place = tmp_path / "hub" / "checkpoints" / "resnet18-f37072fd.pth"
    assert str(raised.value) == (
        "torchvision resnet18 cannot be loaded: <urlopen error no route to host>. Run once with a network, or put "
        f"https://download.pytorch.org/models/resnet18-f37072fd.pth at {place}."
    )


def test_published_weights_are_taken_from_torchs_cache(
    network: Any, small: TorchvisionEmbedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "hub" / "checkpoints"
    cache.mkdir(parents=True)
    torch.save(network.state_dict(), cache / "resnet18-f37072fd.pth")
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))

    vectors = TorchvisionEmbedder(model="resnet18", precision="float32").embed(PICTURES)

    np.testing.assert_allclose(vectors, small.embed(PICTURES), atol=1e-6)


def test_visualsearch_e022_unknown_model() -> None:
    (error,) = TorchvisionEmbedder(model="resnet51").check()

    assert (error.id, error.msg) == ("visualsearch.E022", "torchvision has no model 'resnet51'.")
    assert error.hint == "Near it: resnet50, resnet18, resnet152."


@pytest.mark.skipif(not REAL.exists(), reason="needs the weights beside the repository")
def test_real_weights_in_half_precision_see_a_thing_on_another_ground() -> None:
    shop = [draw("red", "ellipse"), draw("red", "rectangle"), draw("blue", "ellipse")]
    embedder = TorchvisionEmbedder(model="resnet50", weights=str(REAL))

    near = embedder.embed(shop) @ embedder.embed([draw("red", "ellipse", size=(200, 150), ground="tan")])[0]

    assert near.argmax() == 0
