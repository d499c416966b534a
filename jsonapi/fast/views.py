"""The declaration with which a view opts in to render plans: `class ListingCollection(Planned, CollectionView)`."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache, lru_cache
from importlib.metadata import PackageNotFoundError, version
from itertools import chain
from typing import Any, ClassVar, cast

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from rest_framework.response import Response

from jsonapi.collection import SHALLOW, Collection
from jsonapi.conditional import asks_for_changes, is_known, make_tag
from jsonapi.cursors import Term, Values
from jsonapi.fast.objects import ObjectPlan, compile_objects
from jsonapi.fast.plans import CannotPlan, Row
from jsonapi.fast.reading import Reading, Versions, reading_for
from jsonapi.fast.statements import LIMIT, OFFSET, Placeholder, Statement
from jsonapi.pagination import Pages
from jsonapi.rendering import Document, JsonApiRenderer, JsonRenderer, write
from jsonapi.views import LARGEST_ID, CollectionView, PartnerView, ResourceView, not_there

# Attributes that a planned view may define although its base does: a plan reads the first group and is independent of
# the second. Any other override of a base's attribute leaves rendering to the library.
_READ = frozenset(["queryset", "serializer_class", "prefetch_for_includes", "has_versions"])
_INDEPENDENT = frozenset(
    [
        "operations",
        "id_parameter",
        "is_collection",
        "sort_fields",
        "sorts_by_one",
        "default_sort",
        "filterset_class",
        "initial",
        "narrow",
        "lock",
        "representations",
        "collection",
        "get",
        "post",
        "put",
        "patch",
        "delete",
        "extensions",
        "profiles",
        "required_alternate_scopes",
        "app_level_methods",
        "permission_classes",
        "authentication_classes",
        "throttle_classes",
        "parser_classes",
        "http_method_names",
    ]
)
# The library asks for these by name although no base defines them.
_ASKED_FOR = frozenset(
    ["resource_name", "select_for_includes", "get_root_meta", "related_serializers", "model", "action"]
)


class Planned(PartnerView):
    """A mixin, placed before the base view, that renders by plans where a plan is known to give the library's answer.

    Without it, with `RENDER_PLANS = False`, or wherever a plan is refused, the base view answers the same.

    `has_versions` says that Model.version_column changes with every change of an attribute in the view's documents.
    """

    has_versions: ClassVar[bool] = False

    def answer_collection(self, collection: Collection) -> Response:
        reading = _reading(self)
        if reading is None:
            return cast(Response, super().answer_collection(collection))
        versions = reading.versions
        if versions and asks_for_changes(self.request._request):
            shown = self._page(collection, versions.columns)
            known = is_known(self.request._request, self._tag(versions, versions.in_short(shown)))
            if known is not None:
                return Response(status=304, headers={"ETag": known})
        page = self._page(collection, reading.plan.columns)
        resources, related = reading.resources(page), reading.related_rows(page)
        frame = self.paginator.get_paginated_response(resources).data
        includes = "include" in self.query
        response = Response(reading.document(related, resources, includes=includes, frame=frame))
        if versions:
            response.headers["ETag"] = self._tag(versions, versions.in_whole(page, related))
        return response

    def _page(self, collection: Collection, columns: tuple[str, ...]) -> list[Row]:
        rows: Any = self.paginate_queryset(cast(Any, _Rows(self, collection, columns)))
        return [row[: len(columns)] for row in rows] if self.profile else rows  # cursors add columns

    def _tag(self, versions: Versions, found: list[Any]) -> str:
        """The weak tag of the page that the paginator cut: of its URL, its form, its place and the versions on it."""
        place = self.paginator.place()
        form = [self.request.build_absolute_uri(), cast(Any, self.request).accepted_media_type, self.profile, place]
        return make_tag(SERVER_VERSION, versions.members, write([form, found]), weak=True)

    def answer_resource(self, pk: int) -> Response:
        reading = _reading(self)
        if reading is None:
            return cast(Response, super().answer_resource(pk))
        row = _read_row(self, pk, reading.plan.columns)
        (resource,) = reading.resources([row])
        includes = "include" in self.query
        return Response(reading.document(reading.related_rows([row]), resource, includes=includes, frame={}))

    def answer_page(self, objects: Sequence[Any]) -> Response:
        plan = _object_plan(type(self), _sparse(self)) if _may_plan(self) else None
        if plan is None:
            return super().answer_page(objects)
        try:
            resources = plan.resources(objects)
        except CannotPlan:
            return super().answer_page(objects)
        frame = self.paginator.get_paginated_response(resources).data
        return Response(Document(links=frame["links"], data=resources, meta=frame["meta"]))


def _server_version() -> bytes:
    try:
        return version("partners-api").encode()
    except PackageNotFoundError:  # it runs from its sources
        return b""


SERVER_VERSION = _server_version()

_BASES: tuple[type, ...] = (Planned, CollectionView, ResourceView, *PartnerView.__mro__)
_OF_EVERY_CLASS = frozenset(vars(type("_", (), {}))) | {"__annotations__", "__slots__", "__init_subclass__"}


def _may_plan(view: PartnerView) -> bool:
    # The library writes instants in the current time zone, which middleware may change.
    return (
        settings.RENDER_PLANS
        and timezone.get_current_timezone_name() == "UTC"
        and _inherited_names().isdisjoint(vars(view).keys() - {"filters"})  # where `filters` keeps its value
        and _is_known(type(view))
    )


@cache
def _inherited_names() -> frozenset[str]:
    """The names that views and the library call or read on a view."""
    return _ASKED_FOR.union(*(vars(base) for base in _BASES)) - _OF_EVERY_CLASS


@cache
def _is_known(view: type[PartnerView]) -> bool:
    """Whether the view class overrides nothing that a plan would leave out."""
    if view.pagination_class is not Pages or list(view.renderer_classes) != [JsonApiRenderer, JsonRenderer]:
        return False
    own = chain.from_iterable(vars(cls) for cls in view.__mro__ if cls not in _BASES)
    return _inherited_names().isdisjoint(frozenset(own) - _READ - _INDEPENDENT)


def _reading(view: PartnerView) -> Reading | None:
    if not _may_plan(view):
        return None
    return reading_for(type(view), view.query.get("include", ""), _sparse(view))


def _sparse(view: PartnerView) -> frozenset[tuple[str, str]]:
    return frozenset((name, str(value)) for name, value in view.query.items() if name.startswith("fields["))


@lru_cache(maxsize=512)
def _object_plan(view: Any, sparse: frozenset[tuple[str, str]]) -> ObjectPlan | None:
    fields = {name[len("fields[") : -1]: frozenset(value.split(",")) for name, value in sparse}
    try:
        return compile_objects(view.serializer_class, fields)
    except CannotPlan:
        return None


class _Rows:
    """The rows of a collection as columns, for the paginator."""

    ordered = True

    def __init__(self, view: PartnerView, collection: Collection, columns: tuple[str, ...]) -> None:
        self._view, self._collection, self._columns = view, collection, columns
        self.count = collection.count

    @property
    def terms(self) -> Sequence[Term]:
        return self._collection.terms

    def values_of(self, row: Row) -> list[Any]:
        """The values by which a row is sorted; they follow the plan's columns."""
        return list(row[len(self._columns) :])

    def seek(self, start: Values | None, stop: Values | None, limit: int, *, backwards: bool) -> list[Row]:
        columns = (*self._columns, *(term.name for term in self.terms))
        return self._collection.read_beyond(
            start, stop, limit, lambda rows: list(_as_columns(rows, columns)), backwards=backwards
        )

    def __getitem__(self, page: slice) -> list[Row]:
        view = self._view
        differs = view.filters is not None or _is_narrowed(view) or not self._collection.reads(view.rows)
        if differs or page.start > SHALLOW:
            return self._collection.read(page, lambda rows: list(_as_columns(rows, self._columns)))
        kept = kept_statements(type(view), self._columns, view.sort, view.access.is_app_level)
        if "page" not in kept:
            rows = view.filter_queryset(_rows_of_any_caller(view))
            kept["page"] = Statement(_as_columns(rows, self._columns), paged=True)
        limit = max(min(page.stop, self.count()) - page.start, 0)
        return kept["page"].rows({**_caller(view), LIMIT: limit, OFFSET: page.start})


def _read_row(view: PartnerView, pk: int, columns: tuple[str, ...]) -> Row:
    model = view.queryset.model
    if _is_narrowed(view):
        return cast(Row, view.visible(model, pk, _as_columns(view.get_queryset(), columns)))
    kept = kept_statements(type(view), columns, "", view.access.is_app_level)
    if "row" not in kept:
        rows = _rows_of_any_caller(view).filter(pk=Placeholder("pk"))
        kept["row"] = Statement(_as_columns(rows, columns))
    found = kept["row"].rows({**_caller(view), "pk": pk}) if pk <= LARGEST_ID else []
    if not found:
        raise not_there(model, pk)
    return found[0]


@lru_cache(maxsize=1024)
def kept_statements(view: Any, columns: tuple[str, ...], sort: str, is_app_level: bool) -> dict[str, Statement]:
    """The statements made so far for pages or rows of this shape: they differ between callers in values only."""
    return {}


def _is_narrowed(view: PartnerView) -> bool:
    """Whether the rows depend on more than the token and the query string."""
    return type(view).narrow is not PartnerView.narrow


def _rows_of_any_caller(view: PartnerView) -> QuerySet[Any]:
    """The rows of `get_queryset` with placeholders where tokens of one kind differ."""
    application_id, user_id = Placeholder("application_id"), Placeholder("user_id")
    access = replace(
        cast(Any, view.access), application_id=application_id, user_id=None if view.access.is_app_level else user_id
    )
    return cast("QuerySet[Any]", access.visible(view.queryset.all()))


def _caller(view: PartnerView) -> dict[str, Any]:
    return {"application_id": view.access.application_id, "user_id": view.access.user_id}


def _as_columns(rows: QuerySet[Any], columns: tuple[str, ...]) -> QuerySet[Any]:
    return rows.prefetch_related(None).values_list(*columns)
