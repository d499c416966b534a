"""The base of every view: authentication, scopes, limits, media types and query parameters in one place."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, partial, wraps
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
from jsonapi.conditional import check_preconditions, has_preconditions, tag_rendered
from jsonapi.deprecation import set_deprecation_headers
from jsonapi.filtering import Filtering, read_filters
from jsonapi.idempotency import PostsOnce, once
from jsonapi.media_types import JSON_API
from jsonapi.negotiation import accepted_bodies, check_content_coding, check_content_type, spoken_by
from jsonapi.operations import Operation
from jsonapi.ordering import Ordering
from jsonapi.pagination import Pages
from jsonapi.parsing import check_has_body
from jsonapi.profiles import CURSORS, cursor_profile
from jsonapi.query import asks_for_cursors, read_query

LARGEST_ID = 2**63 - 1
TAGGED = frozenset({"GET", "HEAD", "PATCH"})  # whose answers have entity tags

View = TypeVar("View", bound="PartnerView")
Arguments = ParamSpec("Arguments")


class JsonApiRequest(Request):
    """A request whose `query_params`, which the library reads, are empty until the view has checked them."""

    query_params = cast(Any, QueryDict())  # instead of DRF's property


class PartnerView(PostsOnce, PreloadIncludesMixin, GenericAPIView[Any]):  # type: ignore[misc]
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
    # URIs of the extensions and profiles of JSON:API that the view supports. jsonapi.negotiation.spoken_by() tells
    # which of them a request uses.
    extensions: ClassVar[tuple[str, ...]] = ()
    profiles: ClassVar[tuple[str, ...]] = ()
    prefetch_for_includes: ClassVar[dict[str, list[Any]]] = {}

    # Read by the project's permission class.
    required_alternate_scopes: ClassVar[dict[str, list[list[str]]]] = {}
    app_level_methods: ClassVar[frozenset[str]] = frozenset()

    # Set by `initial`: what the token may see, the checked query parameters, the order, as in `-created_at,title`, and
    # the URI of the profile of cursor pagination if the answer is a page at a cursor.
    access: Access
    query: QueryDict
    sort: str
    profile: str | None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.required_alternate_scopes = {method: op.scopes for method, op in cls.operations.items()}
        cls.app_level_methods = frozenset(method for method, op in cls.operations.items() if op.app_level)
        if "post" in cls.__dict__:
            cls.post = once(cls.__dict__["post"])

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
        rules, asked = query_rules(type(self), request.method or ""), cursor_profile(request.headers.get("Accept", ""))
        at_cursor = asks_for_cursors(request._request.GET, rules, by_profile=asked is not None)
        self.profile = (asked or CURSORS) if at_cursor else None
        self.query = read_query(request._request.GET, rules, at_cursor=at_cursor)
        cast(JsonApiRequest, request).query_params = self.query
        self.sort = self.query.get("sort") or self.default_sort

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """The methods, in `Allow`. DRF's own answer describes serializers and is no JSON:API document."""
        with_body = [method for method, operation in self.operations.items() if operation.request]
        return Response(status=204, headers=accepted_bodies(with_body))

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        patch_vary_headers(response, ("Accept",))
        operation = self.operations.get("GET" if request.method == "HEAD" else request.method or "")
        if operation and operation.deprecation and "Deprecation" not in response.headers:
            set_deprecation_headers(response, operation.deprecation)
        spoken = spoken_by(request)
        if profile := getattr(self, "profile", None):
            spoken.asked_profiles |= {profile}
        if isinstance(response, Response) and response.accepted_media_type == JSON_API and response.data is not None:
            response.content_type = spoken.media_type()
        if response.status_code == 200 and isinstance(response, Response) and request.method in TAGGED:
            response.add_post_render_callback(partial(tag_rendered, request._request, self.is_collection))
        return response

    def check_preconditions(self) -> None:
        """Compare `If-Match` and `If-None-Match` with the present state, which stays as it is until the transaction
        ends. Raises PreconditionFailed (412), and the errors of `lock`.
        """
        self.lock()
        check_preconditions(self.request._request, self.representations())

    def lock(self) -> None:
        """Lock what `representations` show, in the order of the write that follows. Raises Http404."""
        model, pk = self.queryset.model, self.kwargs[self.id_parameter]
        rows = self.narrow(self.access.visible(model._default_manager.all()))
        locked = rows.select_for_update(of=("self",), no_key=True).filter(pk=pk).order_by() if pk <= LARGEST_ID else ()
        if not list(locked):
            raise not_there(model, pk)

    def representations(self) -> list[bytes]:
        """The bodies whose entity tags a client may send to change the resource: that of GET, without parameters."""
        return [self.rendered()] if hasattr(self, "get") else []

    def rendered(self) -> bytes:
        """The body that GET answers now."""
        response = self.get(self.request, *self.args, **self.kwargs)
        return bytes(self.finalize_response(self.request, response).render().content)

    def beside(self, view_class: "type[View]") -> "View":
        """A view of another resource at the same URL parameters, for the same request."""
        view = view_class(args=self.args, kwargs=self.kwargs, format_kwarg=self.format_kwarg, headers=self.headers)
        view.request, view.access, view.query, view.sort = self.request, self.access, self.query, self.sort
        view.profile = self.profile
        return view

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

    The answer to a request with an Idempotency-Key is kept in the same transaction. Conditions of a PATCH or DELETE are
    checked in it too, so that of two requests with the same If-Match only one succeeds.

    The method must not ask a channel, because the transaction holds locks.
    """

    @wraps(write)
    def write_and_render(view: View, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Response:
        with transaction.atomic():
            if view.request.method in ("PATCH", "DELETE") and has_preconditions(view.request._request):
                view.check_preconditions()
            response = write(view, *args, **kwargs)
            view.finalize_response(view.request, response).render()
            view.keep_answer(response)
        view.claim = None  # after the commit: the answer is kept
        return response

    return write_and_render


def not_there(model: type[Model], pk: int) -> Http404:
    """The same answer for a row that does not exist and for a row that the token may not see."""
    return Http404(f"{str(model._meta.verbose_name).capitalize()} {pk} not found")
