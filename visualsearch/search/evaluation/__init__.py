"""From photos, or the shop's own pictures, to figures of how good the search is."""

from __future__ import annotations

from visualsearch.search.evaluation.catalogue import Catalogue, embed_catalogue
from visualsearch.search.evaluation.comparison import Comparison, compare
from visualsearch.search.evaluation.figures import Figures
from visualsearch.search.evaluation.goods import count_objects, shown_objects
from visualsearch.search.evaluation.page import render_report
from visualsearch.search.evaluation.queries import Failure, Query, find_goods, read_queries
from visualsearch.search.evaluation.report import LIMIT, Report, evaluate
from visualsearch.search.evaluation.sampling import choose_catalogue, draw_pictures, query_of
from visualsearch.search.evaluation.words import words_of

__all__ = [
    "LIMIT",
    "Catalogue",
    "Comparison",
    "Failure",
    "Figures",
    "Query",
    "Report",
    "choose_catalogue",
    "compare",
    "count_objects",
    "draw_pictures",
    "embed_catalogue",
    "evaluate",
    "find_goods",
    "query_of",
    "read_queries",
    "render_report",
    "shown_objects",
    "words_of",
]
