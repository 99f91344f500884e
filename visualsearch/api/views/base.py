"""What all addresses of the API have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.db import transaction
from django.utils.decorators import method_decorator
from django.utils.module_loading import import_string
from django.views.decorators.gzip import gzip_page
from rest_framework.exceptions import Throttled
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from visualsearch.api.parsers import ShortJSONParser
from visualsearch.api.problems import handle
from visualsearch.api.schema import Operation, Schema
from visualsearch.api.throttling import AddressThrottle, KeyThrottle
from visualsearch.bodies import forget_rest, refuse_long
from visualsearch.conf import get_settings
from visualsearch.uploads import leave_no_file


@method_decorator(transaction.non_atomic_requests, name="dispatch")
@method_decorator(gzip_page, name="dispatch")
class ApiView(APIView):
    """Answers every error with problem details; who may ask is said by settings, class attributes or hooks.

    It runs outside of ATOMIC_REQUESTS, which would ask the database before the view does, and keep a transaction open
    while a photo is looked at.
    """

    renderer_classes = (JSONRenderer,)
    parser_classes: tuple[type[BaseParser], ...] = (ShortJSONParser, MultiPartParser)
    throttle_classes = (KeyThrottle, AddressThrottle)
    throttle_scope = "read"
    metadata_class = None
    operations: ClassVar[dict[str, Operation]] = {}
    """What the description says of each method."""
    schema = Schema()
    problems: tuple[int, ...] = (401, 403, 405, 406, 429, 503)
    """Statuses of errors that the description names."""

    def get_authentication_classes(self) -> list[Any]:
        """Return those of a shop's own subclass, else of the setting API_AUTHENTICATION, else of REST_FRAMEWORK."""
        return self._chosen("authentication_classes", get_settings().api_authentication)

    def get_permission_classes(self) -> list[Any]:
        """Return those of a shop's own subclass, else of the setting API_PERMISSIONS, else of REST_FRAMEWORK."""
        return self._chosen("permission_classes", get_settings().api_permissions)

    def get_throttle_classes(self) -> list[Any]:
        """Return the classes that count the caller's requests."""
        return list(self.throttle_classes)

    def get_problems(self) -> tuple[int, ...]:
        """Return the statuses of errors that the description of this method names."""
        return self.problems

    def get_success(self) -> int:
        """Return the status of an answer."""
        return 200

    def get_photos_most(self) -> int:
        """Return how many photos one request may bring."""
        return 1

    def get_request_serializer_class(self) -> Any:
        """Return the serializer of what is sent, or a dict of them by media type; None where nothing is."""
        return None

    def get_answer_serializer_class(self) -> type[BaseSerializer[Any]]:
        """Return the serializer of the answer."""
        raise NotImplementedError

    def get_authenticators(self) -> list[Any]:
        """Return one of each class, as DRF asks for them."""
        return [one() for one in self.get_authentication_classes()]

    def get_permissions(self) -> list[Any]:
        """Return one of each class, as DRF asks for them."""
        return [one() for one in self.get_permission_classes()]

    def get_throttles(self) -> list[Any]:
        """Return one of each class, the same for the whole request: several photos count as several."""
        if not hasattr(self, "_throttles"):
            self._throttles = [one() for one in self.get_throttle_classes()]
        return self._throttles

    def charge(self, count: int) -> None:
        """Count this request as so many; raises Throttled where they are more than the caller has left."""
        for throttle in self.get_throttles():
            # One of the shop's own may count calls alone.
            if hasattr(throttle, "charge") and not throttle.charge(count - 1):
                raise Throttled(throttle.duration)

    def get_exception_handler(self) -> Callable[..., Any]:
        """Return what turns errors into problem details, whatever the shop's own API does."""
        return handle

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse a body that is too long before any of it is read: who asks may be told by its fields."""
        leave_no_file(request._request)
        refuse_long(request._request, self.get_photos_most())
        super().initial(request, *args, **kwargs)

    def handle_exception(self, exc: Exception) -> Any:
        """Return the problem; what was sent and not read is read and forgotten, so that the sender hears of it."""
        response = super().handle_exception(exc)
        forget_rest(self.request._request, self.get_photos_most())
        return response

    def _chosen(self, name: str, paths: tuple[str, ...]) -> list[Any]:
        own = getattr(self, name)
        is_own = own is not getattr(ApiView, name)
        return list(own) if is_own or not paths else [import_string(path) for path in paths]
