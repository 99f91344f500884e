from __future__ import annotations

import gettext
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

LOCALE = Path(__file__).parents[1] / "visualsearch" / "locale"


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "words"), [("de", "Mit einem Foto einkaufen"), ("ar", "تسوق بالصورة")])
def test_page_speaks_the_languages_that_ship(client: Client, language: str, words: str) -> None:
    with translation.override(language):
        assert words in client.get(reverse("visualsearch:page")).content.decode()


@pytest.mark.parametrize("language", ["de", "ar"])
def test_compiled_words_are_those_of_the_text(language: str) -> None:
    folder = LOCALE / language / "LC_MESSAGES"
    with (folder / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)

    lines = (folder / "django.po").read_text(encoding="utf-8").splitlines()
    pairs = zip(lines, lines[1:], strict=False)
    texts = {one[7:-1]: two[8:-1] for one, two in pairs if one.startswith('msgid "') and two.startswith('msgstr "')}
    texts = {text: words for text, words in texts.items() if text and words and text not in ("to", "Similar")}
    assert len(texts) > 50
    assert {text: compiled.gettext(text) for text in texts} == texts
