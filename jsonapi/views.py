"""The base of every view: authentication, scopes, limits, media types and query parameters in one place."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, wraps
from typing import Any, ClassVar, Concatenate, ParamSpec, TypeVar, cast

from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, QueryDict
from django.utils.cache import patch_vary_headers
from django_filters import FilterSet
from rest_framework.exceptions import APIException
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework_json_api.views import PreloadIncludesMixin

from jsonapi.access import Access
from jsonapi.allowed_query import query_rules
from jsonapi.collection import Collection
from jsonapi.filtering import Filtering, read_filters
from jsonapi.negotiation import accepted_bodies, check_content_coding, check_content_type
from jsonapi.operations import Operation
from jsonapi.ordering import Ordering
from jsonapi.pagination import Pages
from jsonapi.parsing import check_has_body
from jsonapi.query import read_query

LARGEST_ID = 2**63 - 1

View = TypeVar("View", bound="PartnerView")
Arguments = ParamSpec("Arguments")


class JsonApiRequest(Request):
    """A request whose `query_params`, which the library reads, are empty until the view has checked them."""

    query_params = cast(Any, QueryDict())  # instead of DRF's property


class PartnerView(PreloadIncludesMixin, GenericAPIView[Any]):  # type: ignore[misc]
    """A view of one resource type.

    `operations` declares for each method who may call it and what it answers. `id_parameter` is the name of the URL's
    parameter with the id of the resource.
    """

    queryset: QuerySet[Any]
    serializer_class: Any
    paginator: Pages
    operations: ClassVar[dict[str, Operation]] = {}
    id_parameter: ClassVar[str] = ""
    is_collection: ClassVar[bool] = False
    sort_fields: ClassVar[tuple[str, ...]] = ()
    sorts_by_one: ClassVar[bool] = False  # `sort` takes a single field
    default_sort: ClassVar[str] = "-created_at"
    filter_backends = (Filtering, Ordering)
    filterset_class: ClassVar[Any] = None
    prefetch_for_includes: ClassVar[dict[str, list[Any]]] = {}

    # Read by the project's permission class.
    required_alternate_scopes: ClassVar[dict[str, list[list[str]]]] = {}
    app_level_methods: ClassVar[frozenset[str]] = frozenset()

    # Set by `initial`: what the token may see, the checked query parameters, and the order, as in `-created_at,title`.
    access: Access
    query: QueryDict
    sort: str

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.required_alternate_scopes = {method: op.scopes for method, op in cls.operations.items()}
        cls.app_level_methods = frozenset(method for method, op in cls.operations.items() if op.app_level)

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        return JsonApiRequest(
            request,
            parsers=self.get_parsers(),
            authenticators=self.get_authenticators(),
            negotiator=self.get_content_negotiator(),
            parser_context=self.get_parser_context(request),
        )

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.access = cast(Access, request.auth)
        if request.method not in self.allowed_methods:
            return  # the answer is 405, whatever the query and the body are
        if request.method not in ("GET", "HEAD", "OPTIONS"):
            check_content_type(request)
        operation = self.operations.get(request.method or "")
        if operation and operation.request:
            check_content_coding(request)
            check_has_body(request)
        self.query = read_query(request._request.GET, query_rules(type(self), request.method or ""))
        cast(JsonApiRequest, request).query_params = self.query
        self.sort = self.query.get("sort") or self.default_sort

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """The methods, in `Allow`. DRF's own answer describes serializers and is no JSON:API document."""
        with_body = [method for method, operation in self.operations.items() if operation.request]
        return Response(status=204, headers=accepted_bodies(with_body))

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        patch_vary_headers(response, ("Accept",))
        return response

    def resource_type(self) -> str:
        """The JSON:API type of this view's documents."""
        return str(cast(Any, self.get_serializer_class()).Meta.resource_name)

    def resource_id(self) -> str | None:
        """The URL's id, which the body of a PATCH must repeat."""
        return str(self.kwargs[self.id_parameter]) if self.id_parameter else None

    @cached_property
    def filters(self) -> FilterSet | None:
        """The request's `filter[…]`, parsed once; None without any. Raises BadParameters."""
        return read_filters(self.request, self)

    def visible(self, model: type[Model], pk: int, queryset: QuerySet[Any] | None = None) -> Any:
        """The row, if the token may see it. Raises Http404 with the words of the contract otherwise."""
        rows = model._default_manager.all() if queryset is None else queryset
        found = self.access.visible(rows).filter(pk=pk).first() if pk <= LARGEST_ID else None
        if found is None:
            raise not_there(model, pk)
        return found

    def validated(self, serializer_class: Any, model: type[Model], pk: int) -> dict[str, Any]:
        """The attributes in the request's body, for a service that reads the row itself.

        A row that the token may not see is a 404 whatever the body contains. Raises Http404 and the body's errors.
        """
        try:
            serializer = serializer_class(data=self.request.data)
            serializer.is_valid(raise_exception=True)
        except APIException:
            self.visible(model, pk)
            raise
        return dict(serializer.validated_data)

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The part of the visible rows that the URL names; for views to override."""
        return rows

    def get_queryset(self) -> QuerySet[Any]:
        return self.narrow(self.access.visible(super().get_queryset()))

    def answer_page(self, objects: Sequence[Any]) -> Response:
        """The response for a page, cut by `paginate_queryset`."""
        return self.get_paginated_response(self.get_serializer(objects, many=True).data)


class CollectionView(PartnerView):
    """A list of the rows that the token may see.

    A list is read in one direction: `get` parses the filters, `collection` says what is read, `answer_collection` reads
    one page and renders it.
    """

    is_collection = True

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        filters = self.filters.form.cleaned_data if self.filters else {}
        return self.answer_collection(self.collection(filters))

    def collection(self, filters: Mapping[str, Any]) -> Collection:
        """The request's collection. Views override this if they can count or skip rows without reading them."""
        return Collection(self.rows)

    def rows(self) -> QuerySet[Any]:
        """The rows of all pages, in the request's order."""
        return self.filter_queryset(self.get_queryset())

    def answer_collection(self, collection: Collection) -> Response:
        return self.answer_page(self.paginate_queryset(cast(Any, collection)) or [])


class ResourceView(PartnerView):
    """One resource by its id."""

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.answer_resource(self.kwargs[self.id_parameter])

    def get_object(self) -> Any:
        return self.visible(self.get_queryset().model, self.kwargs[self.id_parameter], self.get_queryset())

    def answer_resource(self, pk: int) -> Response:
        return Response(self.get_serializer(self.get_object()).data)


def all_or_nothing(
    write: Callable[Concatenate[View, Arguments], Response],
) -> Callable[Concatenate[View, Arguments], Response]:
    """Run a view's method and render its response in one transaction: an error means that nothing was changed.

    The method must not ask a channel, because the transaction holds locks.
    """

    @wraps(write)
    def write_and_render(view: View, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Response:
        with transaction.atomic():
            response = write(view, *args, **kwargs)
            view.finalize_response(view.request, response).render()
        return response

    return write_and_render


def not_there(model: type[Model], pk: int) -> Http404:
    """The same answer for a row that does not exist and for a row that the token may not see."""
    return Http404(f"{str(model._meta.verbose_name).capitalize()} {pk} not found")
