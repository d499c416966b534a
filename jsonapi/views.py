"""The base of every view: authentication, scopes, limits, media types and query parameters in one place."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache, cached_property, lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, cast

from django.conf import settings
from django.db.models import Model, Q, QuerySet
from django.http import Http404
from django.utils.cache import patch_vary_headers
from rest_framework import mixins
from rest_framework.exceptions import APIException
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework_json_api.views import PreloadIncludesMixin

from jsonapi.fast.paging import PagedRows
from jsonapi.fast.reading import Reading, reading_of
from jsonapi.fast.statements import APPLICATION, KEY, USER, Row, Statement
from jsonapi.filtering import Filtering
from jsonapi.media import check_content_type, check_has_body
from jsonapi.naming import underscore
from jsonapi.operations import Operation
from jsonapi.ordering import Ordering
from jsonapi.pagination import Pages
from jsonapi.query import QueryRules, read_query

if TYPE_CHECKING:
    from oauth.access import Access

LARGEST_ID = 2**63 - 1


class PartnerView(PreloadIncludesMixin, GenericAPIView):
    """A view of one resource type.

    `operations` says of each method who may call it and what it answers. `id_parameter` names the URL's id of the
    resource shown.
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

    # What oauth.permissions reads.
    required_alternate_scopes: ClassVar[dict[str, list[list[str]]]] = {}
    app_level_methods: ClassVar[frozenset[str]] = frozenset()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.required_alternate_scopes = {method: op.scopes for method, op in cls.operations.items()}
        cls.app_level_methods = frozenset(method for method, op in cls.operations.items() if op.app_level)

    @property
    def access(self) -> "Access":
        return cast("Access", self.request.auth)

    @property
    def sort(self) -> str:
        """The request's order, as it is written in a URL."""
        return self.request.query_params.get("sort") or self.default_sort

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        request._request.get_host()  # links need it: a host that is not ours is refused before anything is done
        super().initial(request, *args, **kwargs)
        if request.method not in self.allowed_methods:
            return  # it answers 405, whatever the query and the body are
        if request.method not in ("GET", "HEAD", "OPTIONS"):
            check_content_type(request)
        operation = self.operations.get(request.method or "")
        if operation and operation.request:
            check_has_body(request)
        read = read_query(request._request.GET, query_rules(type(self), request.method or ""))
        request._request.GET = cast(Any, read)

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """The methods, in `Allow`. DRF's own answer is no JSON:API document and tells of serializers."""
        return Response(status=204)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        patch_vary_headers(response, ("Accept",))
        return response

    def resource_type(self) -> str:
        """The JSON:API type that this view's documents have."""
        return str(cast(Any, self.get_serializer_class()).Meta.resource_name)

    def resource_id(self) -> str | None:
        """The id that a PATCH has to repeat: the URL's."""
        return str(self.kwargs[self.id_parameter]) if self.id_parameter else None

    def visible(self, model: type[Model], pk: int, queryset: QuerySet | None = None) -> Any:
        """The row, if the token may see it. Raises Http404 with the words of the contract otherwise."""
        rows = model._default_manager.all() if queryset is None else queryset
        found = self.access.visible(rows).filter(pk=pk).first() if pk <= LARGEST_ID else None
        if found is None:
            raise not_there(model, pk)
        return found

    def validated(self, serializer_class: Any, model: type[Model], pk: int) -> dict[str, Any]:
        """The attributes in the request's body, for a service that looks for the row itself.

        A row that the token may not see is a 404 whatever the body says. Raises Http404 and the body's errors.
        """
        try:
            serializer = serializer_class(data=self.request.data)
            serializer.is_valid(raise_exception=True)
        except APIException:
            self.visible(model, pk)
            raise
        return dict(serializer.validated_data)

    def narrow(self, rows: QuerySet) -> QuerySet:
        """What of the visible rows the URL is about; for views to override."""
        return rows

    def get_queryset(self) -> QuerySet:
        return self.narrow(self.access.visible(super().get_queryset()))

    def get_rows(self) -> QuerySet:
        """The same rows for a render plan, which brings related ones by statements of its own."""
        return self.narrow(self.access.visible(self.queryset.prefetch_related(None)))

    @property
    def slots(self) -> dict[Any, Any]:
        """The values for the slots of `slotted_rows`."""
        return {APPLICATION: self.access.application_id, USER: self.access.user_id}

    def slotted_rows(self) -> QuerySet:
        """What `get_rows` gives to any token of this kind, with slots where the tokens differ."""
        access = replace(self.access, application_id=APPLICATION, user_id=self.access.user_id and USER)
        return access.visible(self.queryset.prefetch_related(None))

    @classmethod
    def may_keep_statements(cls) -> bool:
        """Whether the rows depend on nothing but the token and the query string."""
        return cls.narrow is PartnerView.narrow

    def answer_page(self, objects: Sequence[Any]) -> Response:
        """The response for a page, cut by `paginate_queryset`, of objects that are not the database's."""
        reading = reading_of(self, self.request) if settings.RENDER_PLANS else None
        if reading is None:
            return self.get_paginated_response(self.get_serializer(objects, many=True).data)
        resources = reading.resources(reading.plan.rows_of(objects))
        frame = self.paginator.get_paginated_response(resources).data
        return Response(reading.document((), frame["results"], False, frame["links"], frame["meta"]))


class CollectionView(mixins.ListModelMixin, PartnerView):
    is_collection = True

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        reading = reading_of(self, request) if settings.RENDER_PLANS else None
        if reading is None:
            return self.list(request, *args, **kwargs)
        page = cast(list[Row], self.paginate_queryset(cast(Any, self._paged(request, reading))))
        frame = self.paginator.get_paginated_response(reading.resources(page)).data
        included = "include" in request.query_params
        return Response(reading.document(page, frame["results"], included, frame["links"], frame["meta"]))

    @cached_property
    def filtered_rows(self) -> QuerySet:
        """The rows of the request's collection, in any order."""
        return Filtering().filter_queryset(self.request, self.get_rows(), self)

    def count_rows(self) -> int:
        """How many resources the request's collection has."""
        return self.filtered_rows.count()

    def pass_rows(self, offset: int, backwards: bool) -> tuple[int, Q]:
        """How many rows can be passed over at once on the way to `offset`, and the condition for all others.

        They must be the first of the request's order; `backwards`, of its reverse.
        """
        return 0, Q()

    def _paged(self, request: Request, reading: Reading) -> PagedRows:
        columns = reading.plan.columns
        filtered = any(name.startswith("filter[") for name in request.query_params)
        if filtered or not self.may_keep_statements():
            ordered = Ordering().filter_queryset(request, self.filtered_rows, self)
            return PagedRows(lambda: ordered, columns, self.count_rows, self.pass_rows)
        kept = kept_statements(type(self), columns, self.sort, self.access.is_app_level)
        return PagedRows(
            lambda: self.filter_queryset(self.slotted_rows()),
            columns,
            self.count_rows,
            self.pass_rows,
            kept,
            self.slots,
        )


class ResourceView(PartnerView):
    """One resource by its id."""

    def get_object(self) -> Any:
        return self.visible(self.get_queryset().model, self.kwargs[self.id_parameter], self.get_queryset())

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        reading = reading_of(self, request) if settings.RENDER_PLANS else None
        if reading is None:
            return Response(self.get_serializer(self.get_object()).data)
        row = self._row(reading.plan.columns)
        (resource,) = reading.resources([row])
        return Response(reading.document([row], resource, "include" in request.query_params, None, None))

    def _row(self, columns: tuple[str, ...]) -> Any:
        model, pk = self.queryset.model, self.kwargs[self.id_parameter]
        if not self.may_keep_statements():
            return self.visible(model, pk, self.get_rows().values_list(*columns))
        kept = kept_statements(type(self), columns, "", self.access.is_app_level)
        if KEY not in kept:
            kept[KEY] = Statement(self.slotted_rows().filter(pk=KEY).values_list(*columns))
        found = kept[KEY].rows({**self.slots, KEY: pk}) if pk <= LARGEST_ID else []
        if not found:
            raise not_there(model, pk)
        return found[0]


def not_there(model: type[Model], pk: int) -> Http404:
    """What a row that does not exist and one that the token may not see have in common."""
    return Http404(f"{str(model._meta.verbose_name).capitalize()} {pk} not found")


@lru_cache(maxsize=1024)
def kept_statements(
    view: type[PartnerView], columns: tuple[str, ...], sort: str, is_app_level: bool
) -> dict[Any, Statement]:
    """The statements made so far for lists or resources of this shape."""
    return {}


@cache
def query_rules(view: type[PartnerView], method: str) -> QueryRules:
    """What the operation's query may hold, from the view's serializers and declarations."""
    operation = view.operations.get("GET" if method == "HEAD" else method)
    extra = frozenset(operation.parameters) if operation else frozenset()
    serializer = view.serializer_class
    if method not in ("GET", "HEAD") or serializer is None or not hasattr(view, "get"):
        return QueryRules(extra=extra)
    included = getattr(serializer, "included_serializers", None) or {}
    return QueryRules(
        paged=view.is_collection,
        sort=frozenset(underscore(name) for name in view.sort_fields),
        sorts_by_one=view.sorts_by_one,
        filters=frozenset(view.filterset_class.base_filters) if view.filterset_class else frozenset(),
        includes=frozenset(included),
        fields={s.Meta.resource_name: _members(s) for s in [serializer, *included.values()]},
        extra=extra,
    )


def _members(serializer: Any) -> frozenset[str]:
    return frozenset(serializer().fields) | {"id"}
