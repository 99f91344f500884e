from __future__ import annotations

import ast
import gettext
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.translation.template import templatize

from tests.drawing import draw
from tests.goods import PRODUCTS, add_product, sync_now
from visualsearch.models import Embedding, JobFailure, UnmetSearch, current_space
from visualsearch.sources import get_source
from visualsearch.sync import note_lag, note_life, start_job

PACKAGE = Path(__file__).parents[1] / "visualsearch"
LOCALE = PACKAGE / "locale"
LANGUAGES = ("de", "ar")
CALLS = {"_": 0, "gettext": 0, "gettext_lazy": 0, "ngettext": 0, "ngettext_lazy": 0, "pgettext": 1, "npgettext": 1}
"""By the name of a function: the place of the text among its arguments; a context stands before it."""
QUOTED = r"""u?'(?:[^'\\]|\\.)*'|u?"(?:[^"\\]|\\.)*\""""
CALL = re.compile(rf"""\b(n?p?gettext|_)\(((?:[^()'"]|{QUOTED})*)\)""")


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "words"), [("de", "Mit einem Foto einkaufen"), ("ar", "تسوق بالصورة")])
def test_page_speaks_the_languages_that_ship(client: Client, language: str, words: str) -> None:
    with translation.override(language):
        assert words in client.get(reverse("visualsearch:page")).content.decode()


def compiled(language: str) -> Any:
    with (LOCALE / language / "LC_MESSAGES" / "django.mo").open("rb") as file:
        return gettext.GNUTranslations(file)


def marked() -> Iterator[tuple[str, str]]:
    """Yield each text that is marked for translation, after its context, with the file that it stands in."""
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
                yield path.name, _text_of(node, node.func.id)
    for path in PACKAGE.rglob("templates/**/*.html"):
        # What it makes of a template is no program, but its calls are; the texts between them are crossed out.
        calls = CALL.findall(templatize(path.read_text(encoding="utf-8")))
        for name, arguments in calls:
            call = ast.parse(f"{name}({arguments})", mode="eval").body
            assert isinstance(call, ast.Call)
            yield path.name, _text_of(call, name)


def _text_of(call: ast.Call, name: str) -> str:
    texts = [ast.literal_eval(argument) for argument in call.args[: CALLS[name] + 1]]
    return "\x04".join(texts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_that_is_marked_is_translated(language: str) -> None:
    known = compiled(language)._catalog
    texts = set(marked())

    assert len(texts) > 200
    assert sorted(text for text in texts if not (known.get(text[1]) or known.get((text[1], 0)))) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "de",
            {
                "app_list": [
                    "Verzögerung",
                    "Lebenszeichen",
                    "Letzte Prüfung",
                    ": läuft,",
                    "am Leben",
                    "Suchen des letzten Tages",
                ],
                "finding_changelist": ["Katalogdoktor", "Katalog untersuchen"],
                "unmetsearch_changelist": ["Wonach Kunden suchten", "eine Suche"],
                "reindexjob_change": ["Auftrag abbrechen", "Verbleibende Zeit", "0 von 1 Objekten"],
                "catalog_product_change": ["Auffindbar", "Mit diesem Bild suchen", "Neu einlesen"],
            },
        ),
        (
            "ar",
            {
                "app_list": ["التأخر", "على قيد العمل", "آخر تحقّق"],
                "finding_changelist": ["طبيب الكتالوج"],
                "unmetsearch_changelist": ["ما بحث عنه المتسوقون", "عملية بحث واحدة"],
                "reindexjob_change": ["إلغاء المهمة"],
                "catalog_product_change": ["يمكن العثور عليها", "إعادة الفهرسة"],
            },
        ),
    ],
)
def test_admin_speaks_the_languages_that_ship(admin_client: Client, language: str, words: dict[str, list[str]]) -> None:
    product = add_product(draw())
    sync_now()
    note_life("worker@here"), note_lag()
    job = start_job(get_source(PRODUCTS), [product.pk])
    JobFailure.objects.create(job=job, object_key="1", picture_name="a.png", error="no picture")
    space = current_space(PRODUCTS)
    UnmetSearch.objects.create(source=PRODUCTS, fingerprint=space.fingerprint, vector=Embedding.objects.get().vector)
    addresses = {
        "app_list": reverse("admin:app_list", args=["visualsearch"]),
        "finding_changelist": reverse("admin:visualsearch_finding_changelist"),
        "unmetsearch_changelist": reverse("admin:visualsearch_unmetsearch_changelist"),
        "reindexjob_change": reverse("admin:visualsearch_reindexjob_change", args=[job.pk]),
        "catalog_product_change": reverse("admin:catalog_product_change", args=[product.pk]),
    }

    with translation.override(language):
        pages = {name: admin_client.get(address).content.decode() for name, address in addresses.items()}

    assert [(name, word) for name, found in words.items() for word in found if word not in pages[name]] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_compiled_words_are_those_of_the_text(language: str) -> None:
    known = compiled(language)

    lines = (LOCALE / language / "LC_MESSAGES" / "django.po").read_text(encoding="utf-8").splitlines()
    pairs = zip(lines, lines[1:], strict=False)
    texts = {one[7:-1]: two[8:-1] for one, two in pairs if one.startswith('msgid "') and two.startswith('msgstr "')}
    texts = {text: words for text, words in texts.items() if text and words and text not in ("to", "Similar")}
    assert len(texts) > 50
    assert {text: known.gettext(text) for text in texts} == texts
