"""API keys for programs, by djangorestframework-api-key; the shop makes them in the admin."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView
from rest_framework_api_key.models import APIKey
from rest_framework_api_key.permissions import KeyParser


class KeyAuthentication(BaseAuthentication):
    """Knows a caller by the header `Authorization: Api-Key …`."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """Return the key; None without one. Raises AuthenticationFailed for one that is unknown, revoked or expired."""
        if not (written := KeyParser().get(request)):
            return None
        try:
            key = APIKey.objects.get_from_key(written)
        except APIKey.DoesNotExist:
            raise AuthenticationFailed("Expected a key of this shop that has not been revoked.") from None
        if key.has_expired:
            raise AuthenticationFailed("Expected a key that has not expired.")
        return AnonymousUser(), key

    def authenticate_header(self, request: Request) -> str:
        """Return what an answer of 401 asks for."""
        return "Api-Key"


class HasKey(BasePermission):
    """Lets in who has a key, and people who have logged in where the shop knows them."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Tell whether the caller is known."""
        return isinstance(request.auth, APIKey) or bool(request.user and request.user.is_authenticated)
