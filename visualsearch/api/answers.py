"""From what is found to what a program reads; a shop replaces the serializer of a result by its own."""

from __future__ import annotations

from functools import cache
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from visualsearch.api.fields import BoxField
from visualsearch.images import Box
from visualsearch.presenting import Card
from visualsearch.search import Result, Tier
from visualsearch.sources import Picture

_WHOLE = Box(0, 0, 1, 1)


class PictureSerializer(serializers.Serializer[Picture]):
    """The shop's picture that is like the photo."""

    key = serializers.CharField()
    url = serializers.SerializerMethodField()
    box = serializers.SerializerMethodField(help_text="The part that matched: pictures are indexed whole.")

    def get_url(self, picture: Picture) -> str:
        """Return its full address; empty where its storage has none to give."""
        return str(self.context["request"].build_absolute_uri(url)) if (url := picture.url) else ""

    @extend_schema_field(BoxField)
    def get_box(self, picture: Picture) -> dict[str, float]:
        """Return the part that matched."""
        return BoxField().to_representation(_WHOLE)


class ProductSerializer(serializers.Serializer[Result]):
    """What the source says of an object, in the shop's own words."""

    key = serializers.CharField(help_text="What the shop's own people call it.")
    title = serializers.CharField()
    url = serializers.SerializerMethodField(help_text="Of its own page; empty where it has none.")
    group = serializers.CharField(help_text="What variants of one thing share.")
    price = serializers.SerializerMethodField()
    stock = serializers.SerializerMethodField()
    is_available = serializers.SerializerMethodField()

    def get_url(self, result: Result) -> str:
        """Return the full address of its page."""
        return str(self.context["request"].build_absolute_uri(result.url)) if result.url else ""

    def get_price(self, result: Result) -> str:
        """Return its price as shoppers read it."""
        return self._card(result).price

    def get_stock(self, result: Result) -> str:
        """Return what shoppers are told of its stock."""
        return self._card(result).stock

    def get_is_available(self, result: Result) -> bool:
        """Tell whether it can be bought now."""
        return self._card(result).is_available

    def _card(self, result: Result) -> Card:
        card: Card = self.context["cards"].get(result.object.pk, Card())
        return card


class ResultSerializer(serializers.Serializer[Result]):
    """One result; a shop's own has another `product`, such as `ShopProductSerializer(source="object")`."""

    product = ProductSerializer(source="*")
    score = serializers.SerializerMethodField(help_text="Cosine of photo and picture, -1 to 1.")
    probability = serializers.SerializerMethodField(help_text="Of being the same product; null where not calibrated.")
    tier = serializers.ChoiceField(choices=[tier.value for tier in Tier])
    picture = PictureSerializer()

    def get_score(self, result: Result) -> float:
        """Return the score with as many digits as mean something."""
        return round(result.score, 4)

    def get_probability(self, result: Result) -> float | None:
        """Return the probability with as many digits as mean something."""
        return None if result.probability is None else round(result.probability, 4)


class SizeSerializer(serializers.Serializer[Any]):
    """Width and height in pixels."""

    width = serializers.IntegerField()
    height = serializers.IntegerField()


class QuerySerializer(serializers.Serializer[Any]):
    """What was searched with."""

    id = serializers.UUIDField(help_text="The query_id of events that it leads to.")
    token = serializers.CharField(help_text="Searches again without the photo.")
    size = SizeSerializer(allow_null=True, help_text="Of the photo, upright, as it was decoded: large ones are halved.")
    box = BoxField(allow_null=True)
    boxes = serializers.ListField(child=BoxField(), help_text="Where things likely are, the photo's subject first.")


class FacetValueSerializer(serializers.Serializer[Any]):
    """A value that the search can be narrowed to."""

    label = serializers.CharField(allow_blank=True)  # type: ignore[assignment]
    filters = serializers.DictField(child=serializers.CharField(), help_text="What to send as `filters` for it.")
    count = serializers.IntegerField(help_text="Results that it leaves in the whole shop.")
    selected = serializers.BooleanField()


class FacetSerializer(serializers.Serializer[Any]):
    """A filter with the values that it may take here."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    kind = serializers.ChoiceField(choices=["choice", "range", "flag"])
    values = FacetValueSerializer(many=True)


class IndexSerializer(serializers.Serializer[Any]):
    """How fresh the answer is."""

    revision = serializers.IntegerField(help_text="Of the journal, that was searched.")
    lag_ms = serializers.IntegerField(help_text="Age of the oldest saved change that cannot be found yet, 0 for none.")


class ObjectAnswerSerializer(serializers.Serializer[Any]):
    """What one of several boxes shows."""

    box = BoxField()
    token = serializers.CharField()
    no_match = serializers.BooleanField()


class AnswerSerializer(serializers.Serializer[Any]):
    """The answer to a search."""

    query = QuerySerializer()
    no_match = serializers.BooleanField(help_text="Nothing is close enough; the nearest are given all the same.")
    facets = FacetSerializer(many=True)
    next_offset = serializers.CharField(allow_null=True, help_text="Leads to more results, null where there are none.")
    index = IndexSerializer()


class LikeSerializer(serializers.Serializer[Any]):
    """The answer to what is like a product."""

    product = serializers.CharField(help_text="Its key.")
    next_offset = serializers.CharField(allow_null=True)
    index = IndexSerializer()


class FieldErrorSerializer(serializers.Serializer[Any]):
    """What is wrong with one field."""

    field = serializers.CharField(allow_blank=True)
    detail = serializers.CharField()


class ProblemSerializer(serializers.Serializer[Any]):
    """Problem details, RFC 9457."""

    type = serializers.CharField(help_text="A word that stays, such as `bad-box`.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="What was expected and what to do.")
    errors = FieldErrorSerializer(many=True, required=False)  # type: ignore[assignment]


class StoredSerializer(serializers.Serializer[Any]):
    """How many events were stored."""

    stored = serializers.IntegerField()


class FilterSerializer(serializers.Serializer[Any]):
    """A filter that the shop has."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    kind = serializers.ChoiceField(choices=["choice", "range", "flag"])


class SourceSerializer(serializers.Serializer[Any]):
    """One of the shop's sources."""

    name = serializers.CharField()
    pictures = serializers.IntegerField(help_text="That can be found now.")
    filters = FilterSerializer(many=True)


@extend_schema_field(OpenApiTypes.OBJECT)
class LimitsField(serializers.DictField):
    """Numbers that a program holds to."""


class StatusSerializer(serializers.Serializer[Any]):
    """Whether searching is possible, and what may be asked."""

    ready = serializers.BooleanField(help_text="Whether there is anything to find.")
    index = IndexSerializer()
    sources = SourceSerializer(many=True)
    limits = LimitsField(child=serializers.IntegerField())


@cache
def with_results(base: type[serializers.Serializer[Any]], result: Any) -> type[serializers.Serializer[Any]]:
    """Return the serializer of an answer whose results are written by this one; the same for the same."""
    own = "" if result is ResultSerializer else result.__name__.removesuffix("Serializer")
    name = f"{base.__name__.removesuffix('Serializer')}With{own}ResultsSerializer"
    return type(name, (base,), {"results": result(many=True), "__doc__": base.__doc__})


@cache
def answer_with(result: Any) -> type[serializers.Serializer[Any]]:
    """Return the serializer of the answer to a search whose results are written by this one."""
    base = with_results(AnswerSerializer, result)
    objects = with_results(ObjectAnswerSerializer, result)(many=True, help_text="Of each of several boxes.")
    return type(base.__name__, (base,), {"objects": objects, "__doc__": base.__doc__})
