from __future__ import annotations

from collections.abc import Callable

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("openvino")

from tools.train.council import Council  # noqa: E402 - only where torch is
from tools.train.teacher import Teacher, half_whitened, run_fast  # noqa: E402


def see(*widths: int, loud: Callable[[torch.Tensor], torch.Tensor] = torch.ones_like) -> object:
    """Return a network of chance, whose maps have so many channels."""
    layers = [torch.nn.Conv2d(3, width, 4, stride=4) for width in widths]

    def look(images: torch.Tensor) -> list[torch.Tensor]:
        with torch.inference_mode():
            return [(loud(images[:, :1, :1, :1]) * layer(images)).abs() for layer in layers]

    return look


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(1)
    monkeypatch.setattr(Teacher, "channels", (4, 5, 6, 16))
    monkeypatch.setattr(Teacher, "dimensions", 8)
    monkeypatch.setattr(Council, "parts", (16, 12))
    monkeypatch.setattr(Council, "channels", (4, 5, 6, 28))
    monkeypatch.setattr(Council, "dimensions", 8)


def test_channels_on_the_way_have_mean_0_and_deviation_1_over_pictures_in_general() -> None:
    teacher, images = Teacher(see(4, 5, 6, 16)), torch.rand(20, 3, 16, 16)
    teacher.settle(images)

    *lower, last = teacher.look(images)

    for values in lower:
        torch.testing.assert_close(values.mean((0, 2, 3)), torch.zeros(values.shape[1]), atol=1e-4, rtol=0)
        torch.testing.assert_close(values.std((0, 2, 3)), torch.ones(values.shape[1]), atol=1e-3, rtol=0)
    torch.testing.assert_close(last.mean((0, 2, 3)), torch.zeros(16), atol=1e-4, rtol=0)


@pytest.mark.parametrize("kind", [Teacher, Council])
def test_places_are_unit_vectors_and_differ_where_pictures_do(kind: type[Teacher]) -> None:
    teacher, images = kind(see(4, 5, 6, 16), see(12)), torch.rand(20, 3, 16, 16) * torch.rand(20, 3, 1, 1)
    teacher.settle(images)

    places = teacher.place(teacher.look(images)[-1])

    torch.testing.assert_close(places.norm(dim=1), torch.ones(20))
    assert places.shape == (20, 8)
    assert ((places @ places.T).fill_diagonal_(0) < 0.9999).all()


@pytest.mark.parametrize("loud", [lambda corner: torch.full_like(corner, 100), lambda corner: 1 + 10 * corner])
def test_in_a_council_a_network_says_no_more_where_it_is_louder(
    loud: Callable[[torch.Tensor], torch.Tensor],
) -> None:
    images, first = torch.rand(20, 3, 16, 16) * torch.rand(20, 3, 1, 1), see(4, 5, 6, 16)
    torch.manual_seed(2)
    quiet = Council(first, see(12))
    torch.manual_seed(2)
    louder = Council(first, see(12, loud=loud))
    for council in (quiet, louder):
        council.settle(images)

    one, other = (council.place(council.look(images)[-1]) for council in (quiet, louder))

    # Directions may be turned round: what counts is how near pictures are.
    torch.testing.assert_close(one @ one.T, other @ other.T, atol=1e-3, rtol=0)


def test_half_whitening_makes_deviations_the_roots_of_what_they_were() -> None:
    deviations = torch.tensor([16.0, 4.0, 1.0])
    vectors = torch.randn(4000, 3) * deviations

    found = (vectors @ half_whitened(vectors, 2)).std(0)

    torch.testing.assert_close(found[0] / found[1], torch.tensor(2.0), atol=0.1, rtol=0)


@pytest.mark.filterwarnings("ignore:::torch", "ignore:::openvino", "ignore:::copyreg")
def test_openvino_runs_a_network_as_torch_does() -> None:
    network = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3, stride=2), torch.nn.ReLU()).eval()
    images = torch.rand(37, 3, 32, 32)

    (maps,) = run_fast(network, 32)(images)

    with torch.inference_mode():
        torch.testing.assert_close(maps, network(images), atol=1e-2, rtol=1e-2)
