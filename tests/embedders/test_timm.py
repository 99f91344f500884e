from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.embedders.contract import PICTURES, EmbedderContract, draw
from tests.embedders.libraries import needs
from tests.embedders.networks import cosines, stirred, without_hub
from visualsearch.embedders.timm import TimmEmbedder, _timm
from visualsearch.exceptions import EmbedderUnavailable

torch = pytest.importorskip("torch")
pytestmark = needs("timm", "torchvision", "safetensors")

MODELS = ["test_resnet", "test_vit", "test_convnext"]


def save(model: str, folder: Path) -> str:
    """Write a network of chance as timm writes one for others; returns what the setting calls it."""
    network = stirred(_timm().create_model(model))
    _timm().models.save_for_hf(network, folder, safe_serialization=True)
    return f"local-dir:{folder}"


@pytest.fixture(scope="module", params=MODELS)
def small(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> TimmEmbedder:
    return TimmEmbedder(model=save(request.param, tmp_path_factory.mktemp("timm")), precision="float32")


class TestTimmEmbedder(EmbedderContract):
    @pytest.fixture
    def embedder(self, small: TimmEmbedder) -> TimmEmbedder:
        return small


def test_vectors_are_those_of_timms_own_pipeline(small: TimmEmbedder) -> None:
    timm = _timm()
    network = timm.create_model(small.model, pretrained=True, num_classes=0).eval()
    config = timm.data.resolve_model_data_config(network)
    transform = timm.data.create_transform(**config, is_training=False)
    with torch.inference_mode():
        expected = network(torch.stack([transform(image) for image in PICTURES]))

    assert (cosines(small.embed(PICTURES), expected) > 0.99999).all()


def test_bfloat16_gives_nearly_the_same_vectors(small: TimmEmbedder) -> None:
    lower = TimmEmbedder(model=small.model, precision="bfloat16")

    assert (np.vecdot(lower.embed(PICTURES), small.embed(PICTURES)) > 0.999).all()


def test_networks_with_maps_say_where_things_are_and_others_do_not(small: TimmEmbedder) -> None:
    (look,) = small.look([draw("red", "ellipse", size=(320, 160))])

    if "vit" in _timm().create_model(small.model).pretrained_cfg["architecture"]:
        assert look.activation is None
    else:
        assert look.activation is not None
        assert look.activation.shape[1] > look.activation.shape[0]
        assert look.activation.min() == 0


def test_maps_with_channels_last_are_turned_round() -> None:
    embedder = TimmEmbedder(model="swin_tiny_patch4_window7_224.ms_in1k")
    network = embedder.create(with_weights=False).eval()

    with torch.inference_mode():
        features, map_ = embedder.run_network(network, torch.rand(1, 3, 224, 224))

    assert features.shape == (1, embedder.dimensions) == (1, 768)
    assert map_ is not None
    assert map_.shape == (1, 768, 7, 7)


def test_what_comes_before_the_classifier_may_be_longer_than_the_map() -> None:
    assert TimmEmbedder(model="mobilenetv3_small_050.lamb_in1k").dimensions == 1024


def test_weights_in_a_file_take_the_place_of_those_that_the_name_means(tmp_path: Path) -> None:
    from tests.embedders.networks import save_safetensors

    network = stirred(_timm().create_model("test_resnet"))
    save_safetensors(network.state_dict(), tmp_path / "own.safetensors")
    own = TimmEmbedder(model="test_resnet", weights=str(tmp_path / "own.safetensors"), precision="float32")
    transform = own.preprocessing.transform
    with torch.inference_mode():
        maps = network.forward_features(torch.stack([transform(image) for image in PICTURES]))
        expected = network.forward_head(maps, pre_logits=True)

    assert (cosines(own.embed(PICTURES), expected) > 0.99999).all()
    assert own.fingerprint != TimmEmbedder(model="test_resnet").fingerprint


def test_the_fingerprint_names_the_tag_also_where_the_name_leaves_it_to_timm() -> None:
    short, full = (TimmEmbedder(model=name) for name in ("test_resnet", "test_resnet.r160_in1k"))

    assert short.fingerprint.startswith("timm-test-resnet-r160-in1k-")
    assert full.fingerprint.endswith("-96")


def test_other_weights_in_a_folder_have_another_fingerprint(tmp_path: Path) -> None:
    first = TimmEmbedder(model=save("test_resnet", tmp_path)).fingerprint
    network = stirred(_timm().create_model("test_resnet"), seed=2)
    _timm().models.save_for_hf(network, tmp_path, safe_serialization=True)

    assert TimmEmbedder(model=f"local-dir:{tmp_path}").fingerprint != first


def test_without_a_network_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_hub(monkeypatch)

    with pytest.raises(EmbedderUnavailable, match=r"cannot be loaded: .* Run once with a network, or write the path"):
        TimmEmbedder(model="test_resnet.r160_in1k", cache_dir=str(tmp_path)).prepare()


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(EmbedderUnavailable, match="Expected a folder with the files of a model at .*, and found none"):
        _ = TimmEmbedder(model=f"local-dir:{tmp_path}").weights


def test_visualsearch_e022_unknown_model() -> None:
    (error,) = TimmEmbedder(model="vit_small_patch14_dinov3.lvd142m").check()

    assert (error.id, error.msg) == ("visualsearch.E022", "timm has no model 'vit_small_patch14_dinov3'.")
    assert "vit_small_patch14_dinov2" in (error.hint or "")


@pytest.mark.parametrize("model", ["vit_small_patch14_dinov2.lvd142m", "resnet50", "hf-hub:timm/resnet18.a1_in1k"])
def test_known_models_and_those_of_the_hub_pass_the_check(model: str) -> None:
    assert TimmEmbedder(model=model).check() == []


def test_timm_itself_has_every_model_that_is_read_from_its_files() -> None:
    from visualsearch.embedders.registered import registered_models

    known: Any = registered_models("timm")

    assert known <= set(_timm().list_models())
    assert len(known) > 1000
