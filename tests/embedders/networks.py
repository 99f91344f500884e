"""Small networks of chance, made by torchvision: what ours are compared with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")

State = dict[str, Any]

NARROW = {"name": "tiny-1", "side": "64", "stretch": "1.34", "licence": "MIT"}
"""Metadata of a file in the form that this package ships."""


def torchvision_models() -> Any:
    """Return `torchvision.models`, also where its compiled operators do not fit the installed torch."""
    from visualsearch.embedders.torchvision_ops import define_missing_operators

    define_missing_operators()
    from torchvision import models

    return models


def build(name: str = "resnet18", *, width: int = 64) -> Any:
    """Return a network of chance, its batch norms too; basic blocks may have another width than 64."""
    models = torchvision_models()
    torch.manual_seed(1)
    network: Any = getattr(models, name)(weights=None)
    if width != 64:
        network.inplanes = width
        network.conv1 = torch.nn.Conv2d(3, width, 7, stride=2, padding=3, bias=False)
        network.bn1 = torch.nn.BatchNorm2d(width)
        for stage in range(4):
            old = getattr(network, f"layer{stage + 1}")
            block = models.resnet.BasicBlock
            new = network._make_layer(block, width << stage, len(old), stride=2 if stage else 1)
            setattr(network, f"layer{stage + 1}", new)
        network.fc = torch.nn.Linear(width * 8, 10)
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
    return network.eval()


def with_head(state: State, dimensions: int = 24) -> State:
    """Return the state with a head instead of its classifier."""
    features = {key: value for key, value in state.items() if not key.startswith("fc.")}
    both = sum(state[f"layer{stage}.1.bn2.weight"].shape[0] for stage in (3, 4))
    return {**features, "head.weight": torch.randn(dimensions, both) / both, "head.bias": torch.randn(dimensions) / 99}


def proposals(channels: int) -> Any:
    """Return layers of chance that propose regions, from so many channels of the last two maps."""
    torch.manual_seed(2)
    return torch.nn.Sequential(
        torch.nn.Conv2d(channels, 6, 1), torch.nn.ReLU(), torch.nn.Conv2d(6, 5, 3, padding=1), torch.nn.Sigmoid()
    )


def with_proposals(state: State) -> State:
    """Return the state with these layers."""
    both = sum(state[f"layer{stage}.1.bn2.weight"].shape[0] for stage in (3, 4))
    return {**state, **{f"proposals.{key}": value for key, value in proposals(both).state_dict().items()}}


def maps_of(network: Any, pixels: Any) -> tuple[Any, Any]:
    """Return the maps of the third and the fourth stage, of scaled pixels."""
    with torch.inference_mode():
        map_ = network.maxpool(network.relu(network.bn1(network.conv1(pixels))))
        third = network.layer3(network.layer2(network.layer1(map_)))
        return third, network.layer4(third)


def ranges_of(network: Any, pixels: Any) -> dict[str, float]:
    """Return the highest value that these scaled pixels bring to each convolution of the blocks; the lowest is 0."""
    highest = {}

    def watch(key: str, module: Any) -> Any:
        return module.register_forward_pre_hook(lambda _, given: highest.update({key: float(given[0].max())}))

    convolutions = [(key, module) for key, module in network.named_modules() if isinstance(module, torch.nn.Conv2d)]
    watched = [watch(key, module) for key, module in convolutions if key.startswith("layer")]
    maps_of(network, pixels)
    for handle in watched:
        handle.remove()
    return highest


def scaled(pixels: Any) -> Any:
    """Return bytes of pixels, channels last, as these networks were trained on them."""
    mean, deviation = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    return ((torch.from_numpy(pixels) / 255 - mean) / deviation).permute(0, 3, 1, 2)


def arrays(state: State) -> dict[str, Any]:
    """Return the state as a file of weights gives it."""
    return {key: value.numpy() for key, value in state.items()}


def save_safetensors(state: State, path: Path, metadata: dict[str, str] | None = None) -> None:
    from safetensors.torch import save_file

    save_file(state, path, metadata)


def halved(state: State) -> State:
    """Return the state in half precision."""
    return {key: value.half() if value.is_floating_point() else value for key, value in state.items()}


def save_narrow(path: Path, *, width: int = 8, **metadata: str) -> None:
    """Write a small network in the form that this package ships: half precision, with a head and metadata."""
    save_safetensors(halved(with_proposals(with_head(build(width=width).state_dict()))), path, {**NARROW, **metadata})


def stirred(network: Any, *, seed: int = 1) -> Any:
    """Return the network with noise in its weights: as they are at first, many networks give one vector for all."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for values in network.parameters():
            spread = 0.0 if values.ndim < 2 else max(float(values.std()), 0.1)
            values += torch.randn(values.shape, generator=generator) * spread
        for module in network.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.running_var.uniform_(0.5, 1.5, generator=generator)
    return network.eval()


def cosines(ours: Any, theirs: Any) -> Any:
    """Return the cosine of each of our unit vectors, (n, dimensions), with a library's features."""
    rows = theirs.float().numpy()
    return (ours * rows).sum(axis=1) / (rows**2).sum(axis=1) ** 0.5


def without_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the Hugging Face Hub be out of reach, as on a machine without a network; nothing is asked for again."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
