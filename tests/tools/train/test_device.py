"""A training computes wherever it is told to: nothing of it stays behind on the processor."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("openvino")

from tests.tools.train.elsewhere import DEVICE, Elsewhere, computing_elsewhere  # noqa: E402 - only where torch is
from tools.train import details, proposals, teacher  # noqa: E402
from tools.train.adapt import Goods, adapt  # noqa: E402
from tools.train.average import average, take_statistics  # noqa: E402
from tools.train.council import Council  # noqa: E402
from tools.train.device import compute_on, here, is_processor  # noqa: E402
from tools.train.measure import embed_all, recall, unseen_things  # noqa: E402
from tools.train.network import Student, load_student, save_student  # noqa: E402
from tools.train.pretrain import Stage, World, pretrain  # noqa: E402
from tools.train.pupil import Pupil  # noqa: E402
from tools.train.store import SIDE, Store  # noqa: E402
from tools.train.things import Things  # noqa: E402
from visualsearch.embedders.recipes import Details  # noqa: E402

CHANNELS = (4, 5, 6, 16)
BRIEF = Stage(minutes=0.002, rate=1e-3, side=64, echoes=1)
"""A step or two."""


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    torch.manual_seed(1)
    np.random.seed(1)
    monkeypatch.setattr(Council, "parts", (16, 12))
    monkeypatch.setattr(Council, "channels", (*CHANNELS[:3], 28))
    monkeypatch.setattr(Council, "dimensions", 8)
    monkeypatch.setattr(proposals, "AT_ONCE", 4)
    monkeypatch.setattr(details, "PICTURES", 8)
    monkeypatch.setattr(details, "KINDS", 24)
    monkeypatch.setattr(details, "DETAILS", Details(rows=5, share=0.25))
    with computing_elsewhere():
        yield


class Network(torch.nn.Module):
    """Maps of chance, of so many channels at such a part of the size."""

    def __init__(self, levels: dict[int, int]) -> None:
        super().__init__()
        self.layers = torch.nn.ModuleList(torch.nn.Conv2d(3, width, step, step) for step, width in levels.items())

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return tuple(layer(images).relu() for layer in self.layers)


def pictures(count: int, channels: int = 3) -> torch.Tensor:
    return here(torch.randint(256, (count, channels, SIDE, SIDE), dtype=torch.uint8, device="cpu"))


def store(labels: list[int]) -> Store:
    return Store(pixels=pictures(len(labels)), aspects=torch.ones(len(labels)), labels=torch.tensor(labels))


def world() -> World:
    things = Things(pixels=pictures(24, 4), first=torch.arange(0, 24, 2), views=torch.full((12,), 2))
    return World(garments=store([0, 1] * 4), scenery=store([-1] * 20), things=things, designs=Things.of(pictures(4, 4)))


def council() -> Council:
    first = dict(zip((4, 8, 16, 32), CHANNELS, strict=True))
    made = Council(*(teacher.run_fast(Network(levels), 64) for levels in (first, {32: 12})))
    made.settle(world().views(4, 4, 2, 2, 2).images)
    return made


def test_what_lies_elsewhere_meets_nothing_that_lies_here(elsewhere: None) -> None:
    made, left = torch.ones(3), torch.ones(3, device="cpu")

    assert isinstance(made, Elsewhere)
    assert made.device == DEVICE
    assert (made + 1).tolist() == [2, 2, 2]
    assert (here(left) + made).tolist() == [2, 2, 2]
    with pytest.raises(RuntimeError, match="one device"):
        made + left
    with pytest.raises(RuntimeError, match="subclass"):
        made.numpy()


@pytest.mark.parametrize(("there", "device"), [(True, "cuda"), (False, "cpu")])
def test_cuda_is_taken_where_it_is_and_the_processor_elsewhere(
    there: bool, device: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[str] = []
    monkeypatch.setattr(torch.cuda, "is_available", lambda: there)
    monkeypatch.setattr(torch, "empty", lambda _, device: taken.append(device))
    monkeypatch.setattr(torch, "set_default_device", taken.append)

    compute_on("auto")

    assert taken == [device, device]


def test_a_device_that_is_not_there_is_an_error_that_says_what_was_expected() -> None:
    with pytest.raises(ValueError, match=r"Expected cpu, auto, or a device that is here.*nowhere"):
        compute_on("nowhere")

    assert is_processor()


def test_a_teacher_sees_there_what_its_network_shows_however_many_images_there_are(
    elsewhere: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(teacher, "AT_ONCE_ELSEWHERE", 3)
    network, images = Network({8: 4, 16: 5}), torch.rand(7, 3, 64, 64)

    maps = teacher.run_fast(network, 64)(images)

    for level, expected in zip(maps, network(images), strict=True):
        torch.testing.assert_close(level.cpu(), expected.detach().cpu())


def test_both_stages_compute_there_from_pictures_to_the_mean_with_their_start(elsewhere: None, tmp_path: Path) -> None:
    general, taught_by = world(), council()
    pupil = Pupil(Student(8, dimensions=Council.dimensions), Council.channels)
    start = {key: value.clone() for key, value in pupil.state_dict().items()}
    goods = Goods.of(store(list(range(6))), store(list(range(6)) * 2))

    pretrain(pupil, taught_by, general, BRIEF, tmp_path / "base.pt")
    adapt(pupil, taught_by, goods, general, BRIEF, tmp_path / "adapted.pt")
    average(start, pupil, 0.7)
    take_statistics(pupil.student, general)

    assert all(isinstance(value, Elsewhere) for value in pupil.state_dict().values())
    assert not torch.equal(pupil.student.conv1.weight, start["student.conv1.weight"])


def test_what_is_learnt_of_details_and_regions_and_how_good_it_is_are_computed_there(elsewhere: None) -> None:
    student, general = Student(8), world()

    proposals.learn_proposals(
        student, general.designs.pixels, general.things.pixels, general.garments.pixels, side=64, minutes=BRIEF.minutes
    )
    details.learn_details(student, general, 64)
    shop, photos, right = unseen_things(general.things, general.scenery.pixels)
    found = [embed_all(student, pixels, 64) for pixels in (photos, shop)]

    assert len(student.head.weight) == 29
    assert all(isinstance(one, Elsewhere) for one in (*found, right, student.proposals[0].weight))
    assert 0 <= recall(found[0], right, found[1])[0] <= 1


def test_weights_that_were_learnt_there_are_stored_as_others_are(elsewhere: None, tmp_path: Path) -> None:
    student = Student(8)

    save_student(student, tmp_path / "tiny.safetensors", {}, half=True)
    state = load_student(tmp_path / "tiny.safetensors")

    assert all(isinstance(value, Elsewhere) for value in state.values())
    torch.testing.assert_close(state["conv1.weight"].cpu(), student.conv1.weight.half().float().cpu())
