"""What a shop's templates load."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.template import Context, Template

from catalog.models import Category, Product
from tests.drawing import draw
from tests.gallery.models import Poster
from tests.goods import add_poster, add_product, sync_now
from visualsearch.exceptions import IndexUnavailable

pytestmark = pytest.mark.django_db


def show(obj: Any, options: str = "") -> str:
    source = "{% load visualsearch %}before {% looks_like_this obj " + options + " %} after"
    return Template(source).render(Context({"obj": obj}))


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that lets every search fail with an error."""

    def fail_with(error: Exception) -> None:
        def fail(*args: Any, **options: Any) -> None:
            raise error

        monkeypatch.setattr("visualsearch.templatetags.visualsearch.find_like", fail)

    return fail_with


@pytest.fixture
def undressed(settings: Any) -> None:
    """Take away the shop's own templates: the plug-in's are left."""
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": []}]


def test_shows_what_looks_like_the_object_in_any_shop(undressed: None) -> None:
    poster, other = add_poster(draw("red")), add_poster(draw("blue"), name="<Blue>")
    sync_now()

    page = show(poster)

    assert "Looks like this" in page
    assert "&lt;Blue&gt;" in page
    assert Poster.objects.get(pk=other.pk).picture.url in page


def test_shows_no_more_than_the_limit(undressed: None) -> None:
    poster = add_poster(draw("red"))
    for colour in ("blue", "green", "black"):
        add_poster(draw(colour))
    sync_now()

    assert show(poster, "limit=2").count("<li>") == 2


def test_shop_shows_its_own_card_instead() -> None:
    product = add_product(draw("red"))
    add_product(draw("blue"), price=5)
    sync_now()

    page = show(product)

    assert 'class="card"' in page
    assert "5.00" in page


def test_nothing_stored_shows_nothing_and_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    assert show(add_poster()) == "before  after"
    assert caplog.text == ""


def test_index_that_is_not_ready_shows_nothing_and_logs_why(broken: Any, caplog: pytest.LogCaptureFixture) -> None:
    broken(IndexUnavailable("It is being built."))

    assert show(add_poster()) == "before  after"
    assert "is not shown: It is being built." in caplog.text


@pytest.mark.parametrize("obj", [None, "text", Category(name="Of no source")])
def test_what_cannot_be_searched_shows_nothing(obj: Any) -> None:
    assert show(obj) == "before  after"


def test_error_of_the_database_leaves_the_page_its_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **options: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT nothing FROM nowhere")

    monkeypatch.setattr("visualsearch.templatetags.visualsearch.find_like", fail)

    assert show(add_poster()) == "before  after"
    assert Product.objects.count() == 0


def test_unknown_error_shows_nothing_and_logs_its_traceback(broken: Any, caplog: pytest.LogCaptureFixture) -> None:
    broken(DatabaseError("gone"))

    assert show(add_poster()) == "before  after"
    assert "Traceback" in caplog.text


def test_template_that_fails_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    poster = add_poster(draw("red"))
    add_poster(draw("blue"))
    sync_now()
    monkeypatch.setattr("visualsearch.templatetags.visualsearch.TEMPLATE", "visualsearch/none.html")

    assert show(poster) == "before  after"


def test_result_can_be_kept_under_a_name() -> None:
    product = add_product(draw("red"))
    add_product(draw("blue"), title="Blue")
    sync_now()
    source = "{% load visualsearch %}{% looks_like_this obj as like %}[{{ like }}]"

    assert "Blue" in Template(source).render(Context({"obj": product}))
