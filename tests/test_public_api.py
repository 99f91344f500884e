from __future__ import annotations

import visualsearch
import visualsearch.search
import visualsearch.sync


def test_public_names_of_the_plug_in() -> None:
    assert visualsearch.__all__ == [
        "Card",
        "ChoiceFilter",
        "FlagFilter",
        "Link",
        "Picture",
        "RangeFilter",
        "Sample",
        "VisualSource",
        "register",
        "request_sync",
        "unregister",
    ]
    assert visualsearch.search.__all__ == [
        "Answer",
        "Box",
        "PhotoQuery",
        "Result",
        "Seen",
        "Tier",
        "find_at",
        "find_each",
        "find_like",
        "find_similar",
    ]


def test_every_public_name_is_there() -> None:
    for module in (visualsearch, visualsearch.search, visualsearch.sync):
        assert all(hasattr(module, name) for name in module.__all__)
