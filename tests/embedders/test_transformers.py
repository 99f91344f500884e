from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.embedders.contract import PICTURES, EmbedderContract, draw
from tests.embedders.libraries import needs
from tests.embedders.networks import cosines, stirred, without_hub
from visualsearch.embedders.transformers import TransformersEmbedder, _transformers
from visualsearch.exceptions import EmbedderUnavailable, InvalidOptions

torch = pytest.importorskip("torch")
pytestmark = needs("transformers", "torchvision", "safetensors")

VISION = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
WORDS = ["a red mug", "a chair of oak"]


def save_clip(folder: Path, *, seed: int = 1) -> str:
    """Write a CLIP of chance, with its image processor and a tokenizer of letters."""
    library = _transformers()
    text = {**VISION, "vocab_size": 99, "max_position_embeddings": 12, "eos_token_id": 2}
    config = library.CLIPConfig(
        text_config=text, vision_config={**VISION, "image_size": 64, "patch_size": 16}, projection_dim=24
    )
    stirred(library.CLIPModel(config), seed=seed).save_pretrained(folder)
    size = {"size": {"shortest_edge": 64}, "crop_size": {"height": 64, "width": 64}}
    library.CLIPImageProcessor(**size).save_pretrained(folder)
    save_tokenizer(folder)
    return str(folder)


def save_tokenizer(folder: Path) -> None:
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    known = ["<pad>", "<s>", "</s>", *"abcdefghijklmnopqrstuvwxyz"]
    tokenizer = Tokenizer(models.WordLevel({token: at for at, token in enumerate(known)}, unk_token="<pad>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    tokenizer.post_processor = processors.TemplateProcessing("<s> $A </s>", special_tokens=[("<s>", 1), ("</s>", 2)])
    whole = _transformers().PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", bos_token="<s>", eos_token="</s>", model_max_length=12
    )
    whole.save_pretrained(folder)


def save_dinov2(folder: Path) -> str:
    library = _transformers()
    config = library.Dinov2Config(**VISION, image_size=56, patch_size=14)
    stirred(library.Dinov2Model(config)).save_pretrained(folder)
    size = {"size": {"shortest_edge": 64}, "crop_size": {"height": 56, "width": 56}, "do_center_crop": True}
    library.BitImageProcessor(**size).save_pretrained(folder)
    return str(folder)


def save_resnet(folder: Path) -> str:
    library = _transformers()
    config = library.ResNetConfig(embedding_size=8, hidden_sizes=[8, 16, 24, 32], depths=[1, 1, 1, 1])
    stirred(library.ResNetModel(config)).save_pretrained(folder)
    library.ConvNextImageProcessor(size={"shortest_edge": 64}, crop_pct=0.875).save_pretrained(folder)
    return str(folder)


SAVERS = {"clip": save_clip, "dinov2": save_dinov2, "resnet": save_resnet}


@pytest.fixture(scope="module", params=SAVERS)
def small(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> TransformersEmbedder:
    folder = tmp_path_factory.mktemp(request.param)
    return TransformersEmbedder(model=SAVERS[request.param](folder), precision="float32")


class TestTransformersEmbedder(EmbedderContract):
    @pytest.fixture
    def embedder(self, small: TransformersEmbedder) -> TransformersEmbedder:
        return small


def pixels_of(embedder: TransformersEmbedder) -> Any:
    processor = _transformers().AutoImageProcessor.from_pretrained(embedder.model)
    return processor(images=PICTURES, return_tensors="pt")["pixel_values"]


def test_vectors_are_those_of_transformers_own_pipeline(small: TransformersEmbedder) -> None:
    network = _transformers().AutoModel.from_pretrained(small.model).eval()
    with torch.inference_mode():
        if small.supports_text:
            expected = network.get_image_features(pixel_values=pixels_of(small)).pooler_output
        else:
            expected = network(pixel_values=pixels_of(small)).pooler_output.flatten(1)

    assert (cosines(small.embed(PICTURES), expected) > 0.99999).all()


def test_words_are_those_of_transformers_own_pipeline(tmp_path: Path) -> None:
    embedder = TransformersEmbedder(model=save_clip(tmp_path), precision="float32")
    library = _transformers()
    network = library.AutoModel.from_pretrained(tmp_path).eval()
    tokens = library.AutoTokenizer.from_pretrained(tmp_path)(
        WORDS, padding="max_length", truncation=True, return_tensors="pt"
    )
    with torch.inference_mode():
        expected = network.get_text_features(
            input_ids=tokens["input_ids"], attention_mask=tokens["attention_mask"]
        ).pooler_output

    assert (cosines(embedder.embed_text(WORDS), expected) > 0.99999).all()


def test_a_text_longer_than_the_model_reads_is_cut_off(tmp_path: Path) -> None:
    embedder = TransformersEmbedder(model=save_clip(tmp_path), precision="float32")

    long, longer = embedder.embed_text(["abcdefghijklmnop", "abcdefghijklmnopqrstuvwxyz"])

    np.testing.assert_allclose(long, longer, atol=1e-6)


def test_bfloat16_gives_nearly_the_same_vectors(small: TransformersEmbedder) -> None:
    lower = TransformersEmbedder(model=small.model, precision="bfloat16")

    assert (np.vecdot(lower.embed(PICTURES), small.embed(PICTURES)) > 0.999).all()


def test_tokens_may_be_averaged(tmp_path: Path) -> None:
    first, mean = (TransformersEmbedder(model=save_dinov2(tmp_path), pooling=pooling) for pooling in ("cls", "mean"))
    network = _transformers().AutoModel.from_pretrained(tmp_path).eval()
    with torch.inference_mode():
        tokens = network(pixel_values=pixels_of(mean)).last_hidden_state

    assert (cosines(mean.embed(PICTURES), tokens.mean(1)) > 0.999).all()
    assert first.fingerprint != mean.fingerprint


def test_a_map_says_where_things_are_in_the_whole_image(tmp_path: Path) -> None:
    embedder = TransformersEmbedder(model=save_resnet(tmp_path))

    (look,) = embedder.look([draw("red", "ellipse", size=(224, 112))])

    assert look.activation is not None
    assert look.activation.shape == (2, 5)
    assert TransformersEmbedder(model=save_dinov2(tmp_path)).look(PICTURES[:1])[0].activation is None


def test_a_model_without_a_part_of_its_weights_is_refused(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    model = save_dinov2(tmp_path)
    state = load_file(tmp_path / "model.safetensors")
    state.pop("layernorm.weight")
    save_file(state, tmp_path / "model.safetensors", {"format": "pt"})

    with pytest.raises(EmbedderUnavailable, match=r"lack layernorm\.weight, which it would invent"):
        TransformersEmbedder(model=model).prepare()


def test_an_image_processor_without_one_size_is_refused(tmp_path: Path) -> None:
    model = save_dinov2(tmp_path)
    path = tmp_path / "preprocessor_config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "do_center_crop": False}))

    with pytest.raises(EmbedderUnavailable, match="whose results have all one size"):
        _ = TransformersEmbedder(model=model).dimensions


def test_the_fingerprint_names_a_folder_by_what_lies_in_it(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    fingerprints = [TransformersEmbedder(model=save_clip(folder, seed=1)).fingerprint for folder in (one, other)]

    assert fingerprints[0].endswith("-24")
    assert TransformersEmbedder(model=save_clip(one, seed=2)).fingerprint != fingerprints[0]


def test_without_a_network_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_hub(monkeypatch)
    embedder = TransformersEmbedder(model="facebook/dinov2-small", cache_dir=str(tmp_path))

    with pytest.raises(EmbedderUnavailable, match=r"cannot be loaded: .* Run once with a network, or write the path"):
        embedder.prepare()
    with pytest.raises(EmbedderUnavailable, match="Run once with a network"):
        _ = embedder.fingerprint


@pytest.mark.parametrize(
    "options", [{"pooling": "max"}, {"trust_remote_code": "yes"}, {"revision": ""}, {"device": "gpu"}]
)
def test_wrong_options_are_told(options: dict[str, Any]) -> None:
    with pytest.raises(InvalidOptions, match=f"The option '{next(iter(options))}' is "):
        TransformersEmbedder(model="facebook/dinov2-small", **options)
