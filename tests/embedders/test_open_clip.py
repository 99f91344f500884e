from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.embedders.contract import PICTURES, EmbedderContract, draw
from tests.embedders.libraries import needs
from tests.embedders.networks import cosines, save_safetensors, stirred, without_hub
from visualsearch.embedders.open_clip import OpenClipEmbedder, _open_clip
from visualsearch.exceptions import EmbedderUnavailable, InvalidOptions

torch = pytest.importorskip("torch")
pytestmark = needs("open_clip", "torchvision", "safetensors")

TEXT = {"context_length": 16, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 1}
TOWERS: dict[str, dict[str, Any]] = {
    "vit": {"image_size": 64, "layers": 2, "width": 64, "patch_size": 16, "head_width": 32},
    "resnet": {"image_size": 64, "layers": [1, 1, 1, 1], "width": 16, "patch_size": None},
}
WORDS = ["a red mug", "a chair of oak"]


def save(tower: str, folder: Path, *, resize_mode: str = "shortest", seed: int = 1) -> str:
    """Write a model of chance as open_clip keeps one in a folder; returns what the setting calls it."""
    config = {
        "model_cfg": {"embed_dim": 32, "vision_cfg": TOWERS[tower], "text_cfg": TEXT},
        "preprocess_cfg": {"mean": [0.5] * 3, "std": [0.5] * 3, "resize_mode": resize_mode},
    }
    (folder / "open_clip_config.json").write_text(json.dumps(config))
    network = _open_clip().create_model(f"local-dir:{folder}", load_weights=False)
    state = {key: value.contiguous().clone() for key, value in stirred(network, seed=seed).state_dict().items()}
    save_safetensors(state, folder / "open_clip_model.safetensors")
    return f"local-dir:{folder}"


@pytest.fixture(scope="module", params=TOWERS)
def small(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> OpenClipEmbedder:
    return OpenClipEmbedder(model=save(request.param, tmp_path_factory.mktemp("open_clip")), precision="float32")


class TestOpenClipEmbedder(EmbedderContract):
    @pytest.fixture
    def embedder(self, small: OpenClipEmbedder) -> OpenClipEmbedder:
        return small


def test_vectors_are_those_of_open_clips_own_pipeline(small: OpenClipEmbedder) -> None:
    open_clip = _open_clip()
    network, _, transform = open_clip.create_model_and_transforms(small.model)
    tokenize = open_clip.get_tokenizer(small.model)
    with torch.inference_mode():
        images = network.eval().encode_image(torch.stack([transform(image) for image in PICTURES]))
        words = network.encode_text(tokenize(WORDS))

    assert (cosines(small.embed(PICTURES), images) > 0.99999).all()
    assert (cosines(small.embed_text(WORDS), words) > 0.99999).all()


def test_bfloat16_gives_nearly_the_same_vectors(small: OpenClipEmbedder) -> None:
    lower = OpenClipEmbedder(model=small.model, precision="bfloat16")

    assert (np.vecdot(lower.embed(PICTURES), small.embed(PICTURES)) > 0.999).all()
    assert (np.vecdot(lower.embed_text(WORDS), small.embed_text(WORDS)) > 0.999).all()


def test_many_texts_are_embedded_in_parts(small: OpenClipEmbedder) -> None:
    words = [f"thing number {number}" for number in range(18)]

    np.testing.assert_allclose(small.embed_text(words)[16:], small.embed_text(words[16:]), atol=1e-5)


@pytest.mark.parametrize(("tower", "has_map"), [("vit", False), ("resnet", True)])
def test_a_residual_tower_says_where_things_are(tower: str, has_map: bool, tmp_path: Path) -> None:
    (look,) = OpenClipEmbedder(model=save(tower, tmp_path)).look([draw("red", "ellipse", size=(128, 64))])

    assert (look.activation is not None) == has_map
    if look.activation is not None:
        assert look.activation.shape == (2, 4)
        assert (look.activation[:, [0, 3]] == 0).all()


@pytest.mark.parametrize("resize_mode", ["shortest", "longest", "squash"])
def test_each_way_to_resize_is_the_models_own(resize_mode: str, tmp_path: Path) -> None:
    embedder = OpenClipEmbedder(model=save("resnet", tmp_path, resize_mode=resize_mode))
    _, _, transform = _open_clip().create_model_and_transforms(embedder.model)
    wide = draw("red", "ellipse", size=(128, 64))

    torch.testing.assert_close(embedder.preprocess(wide), transform(wide))
    (look,) = embedder.look([wide])
    assert look.activation is not None
    assert look.activation.shape == {"shortest": (2, 4), "longest": (1, 2), "squash": (2, 2)}[resize_mode]


def test_weights_in_a_file_may_stand_for_the_tag(tmp_path: Path) -> None:
    network = _open_clip().create_model("RN50", pretrained_text=False).eval()
    torch.save(network.state_dict(), tmp_path / "rn50.pt")
    embedder = OpenClipEmbedder(model="RN50", pretrained=str(tmp_path / "rn50.pt"), precision="float32")
    with torch.inference_mode():
        expected = network.encode_image(embedder.preprocess(PICTURES[0])[None])

    assert (cosines(embedder.embed(PICTURES[:1]), expected) > 0.99999).all()
    assert embedder.fingerprint != OpenClipEmbedder(model="RN50", pretrained="openai").fingerprint


def test_a_tag_says_its_preprocessing_before_it_is_downloaded(monkeypatch: pytest.MonkeyPatch) -> None:
    without_hub(monkeypatch)

    preprocessing = OpenClipEmbedder(model="ViT-B-16-SigLIP2", pretrained="webli").preprocessing

    assert preprocessing.size == (224, 224)
    assert preprocessing.framing.fit == "squeeze"
    assert preprocessing.details["mean"] == (0.5, 0.5, 0.5)


def test_the_fingerprint_names_model_and_tag() -> None:
    embedder = OpenClipEmbedder(model="RN50", pretrained="openai")

    assert embedder.fingerprint.startswith("open-clip-rn50-openai-")
    assert embedder.fingerprint.endswith("-1024")
    assert embedder.name == "open_clip RN50 openai"


def test_other_weights_in_a_folder_have_another_fingerprint(tmp_path: Path) -> None:
    first = OpenClipEmbedder(model=save("vit", tmp_path)).fingerprint

    assert OpenClipEmbedder(model=save("vit", tmp_path, seed=2)).fingerprint != first


def test_a_folder_without_weights_is_refused_instead_of_run_with_chance(tmp_path: Path) -> None:
    model = save("vit", tmp_path)
    (tmp_path / "open_clip_model.safetensors").unlink()

    with pytest.raises(EmbedderUnavailable, match=r"cannot be loaded: .* Run once with a network"):
        OpenClipEmbedder(model=model).prepare()


def test_without_a_network_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_hub(monkeypatch)

    with pytest.raises(EmbedderUnavailable, match=r"cannot be loaded: .* Run once with a network, or write the path"):
        OpenClipEmbedder(model="RN50", pretrained="openai", cache_dir=str(tmp_path)).prepare()


@pytest.mark.parametrize(("model", "pretrained"), [("RN50", ""), ("hf-hub:Marqo/marqo-fashionSigLIP", "webli")])
def test_a_name_needs_weights_and_a_place_has_them(model: str, pretrained: str) -> None:
    with pytest.raises(InvalidOptions, match="'pretrained' is a tag or a path beside the name of a model"):
        OpenClipEmbedder(model=model, pretrained=pretrained)


def test_visualsearch_e022_unknown_model() -> None:
    (error,) = OpenClipEmbedder(model="ViT-B-16-SigLIP3", pretrained="webli").check()

    assert (error.id, error.msg) == ("visualsearch.E022", "open_clip has no model 'ViT-B-16-SigLIP3'.")
    assert error.hint == "Near it: ViT-B-16-SigLIP, ViT-B-16-SigLIP2, ViT-B-16-SigLIP-384."


def test_open_clip_itself_has_every_model_that_is_read_from_its_files() -> None:
    from visualsearch.embedders.registered import configured_models

    assert configured_models("open_clip", "model_configs") == set(_open_clip().list_models())
