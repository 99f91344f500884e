from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.drawing import draw_mosaic
from tests.embedders.engines.contract import cosines
from tests.embedders.lite import SMALL, build_reference, build_small, features_of, load_reference
from tests.embedders.networks import arrays
from visualsearch.embedders.efficientnet_lite import VARIANTS, Variant, build_efficientnet_lite
from visualsearch.embedders.engines import build_engine
from visualsearch.embedders.graph import Convolution
from visualsearch.embedders.networks import open_variant

torch = pytest.importorskip("torch")


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=lambda variant: variant.name)
def test_published_weights_give_the_vectors_of_the_published_code(variant: Variant) -> None:
    if variant.path is None:
        pytest.skip(f"needs the Python package {variant.package}")
    reference = load_reference(build_reference(variant.name), variant.path)
    pictures = [Image.open(BytesIO(draw_mosaic(number))).convert("RGB") for number in range(3)]
    network = open_variant(variant)
    squares = network.fit.squares(pictures)

    (features,) = build_engine(network.graph(variant.side), "torch").run(squares)

    assert (cosines(features, features_of(reference, squares)) > 0.9999).all()


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=lambda variant: variant.name)
def test_a_file_is_named_by_its_digest(variant: Variant) -> None:
    assert variant.file_name == f"{variant.name}-{variant.digest[:8]}.pth"


def test_a_square_of_another_size_is_padded_as_tensorflow_does() -> None:
    weights = arrays(build_small().state_dict())

    for side in (50, 64):
        reference = build_reference(image_size=side, width_coefficient=SMALL.width, num_classes=3)
        paddings = [
            tuple(module.static_padding.padding[:2])
            for module in reference.modules()
            if hasattr(module, "static_padding") and tuple(module.stride) == (2, 2)
        ]

        graph = build_efficientnet_lite(SMALL, weights, side=side)

        assert graph.side == side
        assert [step.padding for step in graph.convolutions.values() if step.stride == 2] == paddings


def test_the_first_two_stages_are_delicate() -> None:
    graph = build_efficientnet_lite(SMALL, arrays(build_small().state_dict()))

    assert graph.float32_until == "_blocks.2"


def test_weights_of_another_variant_are_refused() -> None:
    weights = arrays(build_small().state_dict())

    with pytest.raises(ValueError, match=r"_blocks\.3\._depthwise_conv\.weight has the shape"):
        build_efficientnet_lite(replace(SMALL, depth=1.2), weights)
    with pytest.raises(ValueError, match=r"_conv_head\.weight is missing"):
        build_efficientnet_lite(SMALL, {key: value for key, value in weights.items() if "head" not in key})
    with pytest.raises(ValueError, match="more has no place in it"):
        build_efficientnet_lite(SMALL, {**weights, "more": np.zeros(1, np.float32)})


def test_ranges_of_a_range_file_reach_their_convolutions() -> None:
    ranges = {"_blocks.3._expand_conv": (-3.0, 4.0)}

    graph = build_efficientnet_lite(SMALL, arrays(build_small().state_dict()), ranges)

    step = graph.operations["_blocks.3._expand_conv"]
    assert isinstance(step, Convolution)
    assert step.range == (-3.0, 4.0)


def test_the_file_of_a_package_is_found_without_executing_the_package(tmp_path: Path) -> None:
    package = tmp_path / SMALL.package
    package.mkdir()
    (package / "__init__.py").write_text("raise SystemExit('executed')")
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); "
        "from visualsearch.embedders.efficientnet_lite import VARIANTS; "
        f"print(VARIANTS[{SMALL.name!r}].path)"
    )

    found = subprocess.run(
        [sys.executable, "-c", code], cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True
    )

    assert found.stdout.strip() == str(package / "models" / VARIANTS[SMALL.name].file_name)


def test_a_package_that_is_not_installed_has_no_path() -> None:
    assert replace(SMALL, name="efficientnet-lite9").path is None
