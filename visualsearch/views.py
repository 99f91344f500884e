"""The shop-by-photo page."""

from __future__ import annotations

import hashlib
import logging
from time import perf_counter
from typing import Any
from urllib.parse import urlencode

from django.db import DatabaseError
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    QueryDict,
    UnreadablePostError,
)
from django.shortcuts import render
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods
from PIL import Image

from visualsearch.addresses import can_fetch, fetch_photo
from visualsearch.behaviour import count_after, record_after
from visualsearch.behaviour.callers import caller_of
from visualsearch.bodies import forget_rest, refuse_long
from visualsearch.conf import get_settings
from visualsearch.exceptions import (
    EmbedderUnavailable,
    ImageTooLarge,
    IndexUnavailable,
    SearchForgotten,
    UnknownSource,
    VisualSearchError,
)
from visualsearch.forms import EDGES, PartForm, PhotoForm
from visualsearch.images import Box, decoding_for, open_for_search, open_photo
from visualsearch.keeping import keep_photo, keeps_photos, open_kept
from visualsearch.page.percents import percents
from visualsearch.page.question import KEYS, SOURCE, find_sample, read_question, read_source, source_params
from visualsearch.page.rates import seconds_to_wait
from visualsearch.page.shown import searchable, show
from visualsearch.page.unavailable import told_in_outages
from visualsearch.page.words import in_words, status_of
from visualsearch.search import Answer, PhotoQuery, find_similar
from visualsearch.search.admission import fetching, gate
from visualsearch.search.narrowing import Narrowing
from visualsearch.search.tokens import Remembered, read_token
from visualsearch.sources import VisualSource, get_source
from visualsearch.sources.hooks import categories_of, samples_of
from visualsearch.telemetry import observe_search, step
from visualsearch.uploads import leave_no_file

logger = logging.getLogger(__name__)

PAGES_MOST = 50


@csrf_exempt  # checked by `_page_of`: the token stands in the body, which is read once it is known to be short
@require_http_methods(["GET", "HEAD", "POST"])
@told_in_outages
def page(request: HttpRequest, source: str = "") -> HttpResponse:
    """Show the form, and below it what looks like the photo that the address holds; a photo sent leads there.

    `source` is the one that is searched where the address names none; without it the first.
    """
    leave_no_file(request)
    try:
        chosen = read_source(request.GET, default=source)
        if chosen is None:
            return _page(request, None, error=_("Nothing can be searched here yet."), status=503)
        return _refusal(request, chosen) or _page_of(request, chosen, source)
    except UnknownSource as error:
        return _page(request, None, error=in_words(error), status=404)
    except UnreadablePostError as error:
        logger.info("A shopper has lost the network while sending a photo: %s", error)
        return HttpResponse(status=400)


def _refusal(request: HttpRequest, source: VisualSource) -> HttpResponse | None:
    """Return what is said of a body that is too long, or of one search too many; neither body is read."""
    try:
        refuse_long(request)
    except ImageTooLarge as error:
        forget_rest(request)
        form = PhotoForm({}, MultiValueDict())
        return _page(request, source, form=form, error=in_words(error), status=status_of(error))
    if not (_searches(request) and (seconds := seconds_to_wait(request))):
        return None
    forget_rest(request)
    told = _("Too many searches at once. Please wait a moment and try again.")
    response = _page(request, source, form=PhotoForm({}, MultiValueDict()), error=told, status=429)
    response["Retry-After"] = str(seconds)
    return response


def _searches(request: HttpRequest) -> bool:
    return request.method == "POST" or any(request.GET.get(key) for key in KEYS)


@csrf_protect
def _page_of(request: HttpRequest, source: VisualSource, default: str) -> HttpResponse:
    return _receive(request, source) if request.method == "POST" else _answer(request, source, default=default)


@csrf_exempt  # takes no body, and so reads none
@require_GET
@told_in_outages
def sample(request: HttpRequest, key: str) -> FileResponse:
    """Send one of the shop's sample photos."""
    try:
        source = read_source(request.GET)
        if source is None:
            raise Http404
        found = find_sample(source, key)
    except (SearchForgotten, UnknownSource):
        raise Http404 from None
    response = FileResponse(found.file.open("rb"))
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "public, max-age=3600"
    return response


@csrf_exempt  # takes no body, and so reads none
@require_GET
def photo(request: HttpRequest) -> FileResponse:
    """Send the shopper's photo to whoever has the address of its search, where the shop keeps photos."""
    try:
        file = open_kept(read_token(request.GET.get("q", "")).kept_as)
    except (SearchForgotten, OSError):
        raise Http404 from None
    response = FileResponse(file, content_type="image/jpeg")
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, max-age=600"
    return response


def _receive(request: HttpRequest, source: VisualSource) -> HttpResponse:
    """Turn what was sent into an address, and lead there: it can be gone back to, reloaded and shared."""
    source = read_source(request.POST, default=source.name) or source
    form = PhotoForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, source, form=form, status=400)
    try:
        with gate.admitted(), decoding_for(caller_of(request)):
            params, answer = _params_of(form, source, request.POST)
    except VisualSearchError as error:
        return _failed(request, source, error, form)
    if not params:
        return _page(request, source, form=form, error=_("Choose or take a photo first."), status=400)
    if "keep" in request.POST or not form.cleaned_data["photo"]:
        params |= Narrowing(source, request.POST).params
    response = HttpResponseRedirect(f"{request.path}?{urlencode(params)}", status=303)
    if answer and answer.seen:
        fingerprint = answer.seen.fingerprint
        count_after(response, request, source=source.name, fingerprint=fingerprint, vector=answer.unadapted)
    return response


def _params_of(form: PhotoForm, source: VisualSource, sent: QueryDict) -> tuple[dict[str, str], Answer | None]:
    """Return what the address says, and the answer to a photo that is new here."""
    box = form.cleaned_data["box"]
    photo, url = form.cleaned_data["photo"], form.cleaned_data["photo_url"]
    if photo or url:
        with observe_search(source.name):
            token, answer = _search_new(source, photo.read() if photo else _fetch(url), box)
        # The address of the photo stays, since the shopper may want to search with a part of it.
        return ({"q": token} if photo else {"q": token, "photo_url": url}), answer
    if held := sent.get("q"):
        return {"q": _search_again(read_token(held), box)}, None
    params = {key: str(sent[key]) for key in (*KEYS, SOURCE) if key != "q" and sent.get(key)}
    edges = dict(zip(EDGES, percents(box), strict=True)) if box and params else {}
    return {**params, **{name: f"{value:g}" for name, value in edges.items()}}, None


def _fetch(url: str) -> bytes:
    with step("fetch"), fetching():
        return fetch_photo(url)


def _search_new(source: VisualSource, data: bytes, box: Box | None) -> tuple[str, Answer]:
    with step("decode"):
        image = open_photo(data)
    return _search(source, image, box, photo_id=hashlib.sha256(data).hexdigest()[:12])


def _search(
    source: VisualSource,
    photo: Image.Image,
    box: Box | None,
    *,
    photo_id: str,
    boxes: tuple[Box, ...] = (),
    kept_as: str = "",
) -> tuple[str, Answer]:
    """Search with a photo, and return the token that shows its answer; `boxes` are those that are known already."""
    answer = find_similar(PhotoQuery(photo=photo, box=box, suggest=not boxes, source=source.name))
    assert answer.seen is not None  # noqa: S101 - of every search with a photo
    held = Remembered(
        source=source.name,
        seen=answer.seen,
        photo_id=photo_id,
        box=box,
        boxes=boxes or answer.boxes,
        kept_as=kept_as or keep_photo(photo),
    )
    return held.token(), answer


def _search_again(held: Remembered, box: Box | None) -> str:
    """Search with another part of a photo that the shop keeps; raises SearchForgotten where it does not."""
    try:
        with open_kept(held.kept_as) as file:
            photo = open_for_search(file)
    except OSError as error:
        raise SearchForgotten("Expected a photo that is kept here.") from error
    source = get_source(held.source)
    token, _ = _search(source, photo, box, photo_id=held.photo_id, boxes=held.boxes, kept_as=held.kept_as)
    return token


def _answer(request: HttpRequest, source: VisualSource, *, default: str) -> HttpResponse:
    start = perf_counter()
    form = PartForm(request.GET)
    box = form.cleaned_data["box"] if form.is_valid() else None
    try:
        question = read_question(source, request.GET, box)
        if question is None:
            return _page(request, source, default=default)
        question = question.at(default)
        narrowing = Narrowing(question.source, request.GET)
        with (
            gate.admitted(),
            decoding_for(caller_of(request)),
            observe_search(question.source.name) as observed,
        ):
            shown = show(question, narrowing, _pages(request.GET.get("pages", "")))
    except VisualSearchError as error:
        return _failed(request, source, error, form)
    response = _page(request, source, form=form, shown=shown)
    seen = shown.answer.seen
    assert seen is not None  # noqa: S101 - of every search with a photo
    record_after(
        response,
        observed.id,
        source=question.source.name,
        milliseconds=(perf_counter() - start) * 1000,
        no_match=shown.answer.no_match,
        count=len(shown.answer),
        fingerprint=seen.fingerprint,
        vector=seen.vector,
    )
    return response


def _failed(request: HttpRequest, source: VisualSource, error: VisualSearchError, form: PartForm) -> HttpResponse:
    if isinstance(error, EmbedderUnavailable | IndexUnavailable):
        logger.error("The shop-by-photo page cannot search: %s", error)
    return _page(request, source, form=form, error=in_words(error), status=status_of(error))


def _pages(text: str) -> int:
    return min(max(int(text), 1), PAGES_MOST) if text.isdecimal() and len(text) < 4 else 1


def _page(
    request: HttpRequest,
    source: VisualSource | None,
    *,
    form: PartForm | None = None,
    shown: Any = None,
    error: str = "",
    status: int = 200,
    default: str = "",
) -> HttpResponse:
    is_empty = status == 503 or (shown is not None and not shown.answer.results and not shown.narrowing.params)
    context = {
        "form": PhotoForm() if form is None else form,
        "shown": shown,
        "error": error,
        "keep_days": get_settings().keep_photos_days if keeps_photos() else 0,
        "edges": percents(shown.question.box) if shown and shown.question.box else None,
        "boxes": [percents(box) for box in shown.boxes] if shown else [],
        "samples": samples_of(source) if source and shown is None else [],
        "categories": categories_of(source) if source and shown and shown.answer.no_match else [],
        "can_fetch": can_fetch(),
        "address": request.path,
        "source": "" if shown else source_params(source, default).get(SOURCE, ""),
        "samples_of": source_params(source).get(SOURCE, ""),
        "progress": _progress(source) if source and is_empty else None,
    }
    response = render(request, "visualsearch/page.html", context, status=status)
    # What a search shows may be hidden a moment later; and an address holds a search that is the shopper's own.
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "same-origin"
    return response


def _progress(source: VisualSource) -> tuple[int, int] | None:
    try:
        found, wanted = searchable(source)
    except (VisualSearchError, DatabaseError):
        return None
    return (found, wanted) if found < wanted else None
