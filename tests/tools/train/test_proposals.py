from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from tools.train.network import Student  # noqa: E402 - only where torch is
from tools.train.proposals import learn_proposals, proposal_loss, take_proposals  # noqa: E402
from tools.train.rooms import Rooms  # noqa: E402

EDGES = (0.25, 0.25, 0.75, 0.75)


def room(*things: tuple[float, float, float, float], seen: bool = True) -> Rooms:
    edges = torch.tensor(things)[None]
    return Rooms(images=torch.zeros(1, 3, 8, 8), edges=edges, seen=torch.full(edges.shape[:2], seen))


def right_answer(rooms: Rooms, cells: int = 8) -> torch.Tensor:
    """Return what would be said of the first thing, in every place that it covers."""
    said = torch.zeros(1, 5, cells, cells)
    left, top, right, bottom = rooms.edges[0, 0]
    line = (torch.arange(cells) + 0.5) / cells
    y, x = torch.meshgrid(line, line, indexing="ij")
    inside = (x > left) & (x < right) & (y > top) & (y < bottom)
    for channel, distance in enumerate((x - left, y - top, right - x, bottom - y), start=1):
        said[0, channel] = distance.clamp(0, 1)
    said[0, 0] = inside.float()
    return said


def test_the_right_answer_costs_nothing() -> None:
    rooms = room(EDGES)

    assert proposal_loss(right_answer(rooms), rooms) == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize(("channel", "value"), [(0, 0.1), (1, 0.9), (4, 0.05)])
def test_a_wrong_score_or_edge_costs(channel: int, value: float) -> None:
    rooms = room(EDGES)
    said = right_answer(rooms)
    said[:, channel] = value

    assert proposal_loss(said, rooms) > 0.3


def test_where_nothing_is_seen_a_high_score_costs() -> None:
    rooms = room(EDGES, seen=False)
    said = right_answer(rooms)

    assert proposal_loss(said * 0, rooms) == pytest.approx(0, abs=1e-3)
    assert proposal_loss(said, rooms) > 1


def test_of_two_things_at_a_place_the_smaller_is_meant() -> None:
    small = (0.4, 0.4, 0.6, 0.6)
    answer = right_answer(room(small))
    both = room((0.0, 0.0, 1.0, 1.0), small)
    large = right_answer(both)
    together = torch.where(answer[:, :1] > 0, answer, large)

    assert proposal_loss(together, both) < 0.01
    assert proposal_loss(large, both) > proposal_loss(together, both) + 0.02


def test_only_the_layers_that_propose_are_taught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.train.proposals.AT_ONCE", 2)
    torch.manual_seed(1)
    student = Student(8)
    before = {key: value.clone() for key, value in student.state_dict().items()}
    things = torch.full((2, 4, 32, 32), 255, dtype=torch.uint8)

    wrong = learn_proposals(student, things, things, things[:, :3], side=64, minutes=1e-3)

    changed = {key for key, value in student.state_dict().items() if not torch.equal(value, before[key])}
    assert changed == {f"proposals.{layer}.{part}" for layer in (0, 2) for part in ("weight", "bias")}
    assert 0 < wrong < 20


def test_proposals_of_another_student_are_taken_and_nothing_else() -> None:
    student, other = Student(width=8, dimensions=4), Student(width=8, dimensions=6)
    before = {key: value.clone() for key, value in student.state_dict().items()}

    take_proposals(student, other.state_dict())

    for key, value in student.state_dict().items():
        assert torch.equal(value, (other.state_dict() if key.startswith("proposals.") else before)[key])
    assert not torch.equal(student.proposals[0].weight, before["proposals.0.weight"])
