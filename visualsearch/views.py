"""The shop-by-photo page."""

from __future__ import annotations

import logging

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.datastructures import MultiValueDict
from django.views.decorators.http import require_http_methods

from visualsearch.exceptions import EmbedderUnavailable, ImageTooLarge, IndexUnavailable, InvalidBox, VisualSearchError
from visualsearch.forms import PhotoForm
from visualsearch.images import check_length
from visualsearch.search import Answer, PhotoQuery, find_similar
from visualsearch.sources import all_sources

logger = logging.getLogger(__name__)


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Show the form, and below it what looks like the photo that was sent."""
    if request.method != "POST":
        return render(request, "visualsearch/page.html", {"form": PhotoForm()})
    try:
        check_length(int(request.headers.get("Content-Length") or 0))
    except ImageTooLarge as error:
        # Known by its length: nothing of it is looked at, and what was put aside of it goes with the request.
        form = PhotoForm({}, MultiValueDict())
        form.errors.clear()
        form.say("photo", error)
        return _page(request, form, None, status=413)
    form = PhotoForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, None, status=400)
    return _search(request, form)


def _search(request: HttpRequest, form: PhotoForm) -> HttpResponse:
    query = PhotoQuery(
        photo=form.cleaned_data["photo"],
        box=form.cleaned_data["box"],
        source=all_sources()[0].name if all_sources() else "",
    )
    try:
        return _page(request, form, find_similar(query), status=200)
    except (EmbedderUnavailable, IndexUnavailable) as error:
        logger.error("The shop-by-photo page cannot search: %s", error)
        form.say("photo", "Searching is not possible at the moment. Please try again in a minute.")
        return _page(request, form, None, status=503)
    except VisualSearchError as error:
        form.say("box" if isinstance(error, InvalidBox) else "photo", error)
        return _page(request, form, None, status=413 if isinstance(error, ImageTooLarge) else 400)


def _page(request: HttpRequest, form: PhotoForm, answer: Answer | None, *, status: int) -> HttpResponse:
    response = render(request, "visualsearch/page.html", {"form": form, "answer": answer}, status=status)
    response["Cache-Control"] = "no-store"
    return response
