from __future__ import annotations

from dataclasses import replace

from tests.embedders.engines.reference import make_graph


def test_a_graph_knows_whether_some_convolution_can_be_computed_in_integers() -> None:
    graph = make_graph(1)
    last = list(graph.convolutions)[-1]
    changed = {**graph.operations, last: replace(graph.convolutions[last], range=(0.0, 3.5))}

    assert not graph.has_ranges
    assert replace(graph, operations=changed).has_ranges


def test_what_is_delicate_is_counted_from_the_first_operation() -> None:
    graph = make_graph(1)

    assert replace(graph, float32_until=None).delicate == 0
    assert [replace(graph, float32_until=name).delicate for name in list(graph.operations)[:3]] == [1, 2, 3]
