"""The allow-list of render plans: what is known to render identically.

A plan reads columns and never calls a serializer. So whatever can change the library's answer must be known here: the
classes of serializers and fields, the names that a subclass may define, the options of fields, and the pairs of a
serializer field and a model field whose column is already the JSON. Everything else raises CannotPlan, and the library
renders.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any, cast

import inflection
from django.conf import settings
from django.db import models
from django.db.models.query import ModelIterable
from rest_framework import ISO_8601, serializers
from rest_framework.settings import api_settings
from rest_framework_json_api import serializers as json_api
from rest_framework_json_api.relations import ResourceRelatedField

from jsonapi.fast.plans import CannotPlan
from jsonapi.fields import StrictBooleanField, StrictIntegerField, StrictNumberField, StrictTextField
from jsonapi.serializers import OmitsNull, StrictMembers

WHOLE_NUMBERS = frozenset(
    {
        models.AutoField,
        models.BigAutoField,
        models.BigIntegerField,
        models.IntegerField,
        models.PositiveBigIntegerField,
        models.PositiveIntegerField,
        models.PositiveSmallIntegerField,
        models.SmallAutoField,
        models.SmallIntegerField,
    }
)
TEXTS = frozenset({models.CharField, models.EmailField, models.SlugField, models.TextField, models.URLField})

# Serializer field to the model fields whose values it shows unchanged. orjson writes dates, instants and numbers as the
# serializer field would. Decimals and choices have further conditions.
COLUMNS: dict[type, frozenset[type]] = {
    serializers.BooleanField: frozenset({models.BooleanField}),
    StrictBooleanField: frozenset({models.BooleanField}),
    serializers.CharField: TEXTS,
    serializers.ChoiceField: TEXTS,
    serializers.EmailField: TEXTS,
    serializers.SlugField: TEXTS,
    serializers.URLField: TEXTS,
    StrictTextField: TEXTS,
    serializers.DateField: frozenset({models.DateField}),
    serializers.DateTimeField: frozenset({models.DateTimeField}),
    serializers.DecimalField: frozenset({models.DecimalField}),
    serializers.FloatField: frozenset({models.FloatField}),
    StrictNumberField: frozenset({models.FloatField}),
    serializers.IntegerField: WHOLE_NUMBERS,
    StrictIntegerField: WHOLE_NUMBERS,
}

# Options that concern input, documentation or forms only.
_HARMLESS = frozenset(
    [
        "allow_blank",
        "allow_null",
        "default",
        "error_messages",
        "help_text",
        "html_cutoff",
        "html_cutoff_text",
        "initial",
        "input_formats",
        "label",
        "max_length",
        "max_value",
        "min_length",
        "min_value",
        "read_only",
        "required",
        "source",
        "style",
        "trim_whitespace",
        "validators",
    ]
)
_CHECKED = frozenset({"choices", "decimal_places", "max_digits"})
_RELATIONSHIP = _HARMLESS | {"queryset"}
_LIST = _HARMLESS | {"allow_empty", "child", "many"}
_META = frozenset(["exclude", "extra_kwargs", "fields", "model", "read_only_fields", "resource_name", "validators"])

_BASES = frozenset({object, *json_api.ModelSerializer.__mro__, *json_api.Serializer.__mro__, OmitsNull, StrictMembers})
_MAY_DEFINE = frozenset(
    [
        "Meta",
        "_declared_fields",
        "create",
        "default_error_messages",
        "included_serializers",
        "omitted_when_null",
        "serializer_field_mapping",
        "to_internal_value",
        "update",
        "validate",
    ]
)

DIGITS_OF_FLOATS = 15  # decimal digits that a float, SQLite's storage of decimals, keeps exactly


def check_settings() -> None:
    """Raises CannotPlan for settings under which fields have another form than orjson's."""
    expected = (
        settings.USE_TZ
        and settings.TIME_ZONE == "UTC"
        and api_settings.DATETIME_FORMAT == api_settings.DATE_FORMAT == ISO_8601
        and api_settings.COERCE_DECIMAL_TO_STRING
        and settings.JSON_API_FORMAT_FIELD_NAMES == "dasherize"
    )
    if not expected:
        raise CannotPlan("Plans write ISO 8601 in UTC, decimals as text, and dasherized names.")


@cache
def check_serializer(serializer: Any, *, is_resource: bool) -> None:
    """Raises CannotPlan for a serializer class that may render otherwise than its fields say.

    Resources are serializers of djangorestframework-jsonapi; what is nested in them must be one of DRF, because the
    library's apply sparse fieldsets.
    """
    for cls in serializer.__mro__:
        _check_definitions(cls, known=_BASES)
    if issubclass(serializer, (json_api.ModelSerializer, json_api.Serializer)) is not is_resource:
        raise CannotPlan(f"{serializer.__name__} is not the kind of serializer for its place.")
    if issubclass(serializer, OmitsNull) and not (is_resource and serializer.mro()[1] is OmitsNull):
        raise CannotPlan(f"{serializer.__name__} omits null in another place than plans do.")
    meta = getattr(serializer, "Meta", object)
    unknown = {name for name in dir(meta) if not name.startswith("__")} - _META
    if unknown:
        raise CannotPlan(f"{serializer.__name__}.Meta has {', '.join(sorted(unknown))}.")
    if is_resource and not isinstance(getattr(meta, "resource_name", None), str):
        raise CannotPlan(f"{serializer.__name__} has no resource_name.")


def _check_definitions(cls: type, known: frozenset[type]) -> None:
    if cls in known:
        return
    for name in vars(cls):
        if not (name in _MAY_DEFINE or name.startswith("validate_") or _is_of_the_interpreter(name)):
            raise CannotPlan(f"{cls.__name__} defines {name}.")


def _is_of_the_interpreter(name: str) -> bool:
    return name in {
        "__module__", "__qualname__", "__doc__", "__annotations__", "__orig_bases__", "__parameters__", "__slots__",
        "__dict__", "__weakref__", "__firstlineno__", "__static_attributes__", "__annotate__", "__annotate_func__",
    }  # fmt: skip


@cache
def check_model(model: type[models.Model]) -> None:
    """Raises CannotPlan for a model whose instances may differ from their rows, or whose key is no whole number."""
    for name in ("__init__", "__getattr__", "__getattribute__", "from_db", "serializable_value"):
        if _function(model, name) is not _function(models.Model, name):
            raise CannotPlan(f"{model.__name__} defines {name}.")
    if type(model._meta.pk) not in WHOLE_NUMBERS:
        raise CannotPlan(f"{model.__name__} has no whole number as its primary key.")


def _function(model: type[models.Model], name: str) -> Any:
    found = getattr(model, name, None)
    return getattr(found, "__func__", found)


def check_queryset(queryset: models.QuerySet[Any]) -> None:
    """Raises CannotPlan for a queryset whose rows depend on which columns are read, or that gives no instances."""
    query = queryset.query
    if query.is_sliced or query.distinct or query.combinator or queryset._iterable_class is not ModelIterable:
        raise CannotPlan("The queryset is sliced, distinct, combined, or gives no instances.")
    check_model(cast(Any, queryset.model))


def check_name(name: str) -> None:
    """Raises CannotPlan for a field name that the library would spell in more ways than snake_case and dashes."""
    if name != inflection.underscore(name) or "-" in name:
        raise CannotPlan(f"{name} is not snake_case.")


def check_options(name: str, field: Any) -> None:
    """Raises CannotPlan for a field of an unknown class, or with an option that may change what it shows."""
    if type(field) not in COLUMNS:
        raise CannotPlan(f"{name} is a {type(field).__name__} of its own.")
    _check_options(name, field, _HARMLESS | _CHECKED)


def check_relationship(name: str, field: Any) -> None:
    """Raises CannotPlan unless the field is the library's, without links or options that change the linkage."""
    if type(field) is not ResourceRelatedField:
        raise CannotPlan(f"{name} is a {type(field).__name__} of its own.")
    _check_options(name, field, _RELATIONSHIP)


def check_list(name: str, field: Any) -> None:
    """Raises CannotPlan for a nested `many=True` serializer of its own kind or with other options."""
    if type(field) is not serializers.ListSerializer:
        raise CannotPlan(f"{name} is a {type(field).__name__} of its own.")
    _check_options(name, field, _LIST)
    check_nested(name, field.child)


def check_nested(name: str, serializer: Any) -> None:
    check_serializer(cast(Any, type(serializer)), is_resource=False)
    _check_options(name, serializer, _HARMLESS)


def _check_options(name: str, field: Any, allowed: Iterable[str]) -> None:
    unknown = set(field._kwargs).difference(allowed)
    if unknown:
        raise CannotPlan(f"{name} sets {', '.join(sorted(unknown))}.")


def check_column(name: str, field: Any, column: Any, *, is_annotation: bool) -> None:
    """Raises CannotPlan unless the values of the model field `column` are what the serializer field shows."""
    kind = type(column)
    if kind not in COLUMNS[type(field)]:
        raise CannotPlan(f"{name} shows a {kind.__name__} as a {type(field).__name__}.")
    if isinstance(field, serializers.ChoiceField) and any(type(key) is not str for key in field.choices):
        raise CannotPlan(f"{name} has choices that are no texts.")
    if isinstance(field, serializers.DecimalField):
        same = (field.max_digits, field.decimal_places) == (column.max_digits, column.decimal_places)
        if is_annotation or not same or column.max_digits > DIGITS_OF_FLOATS:
            raise CannotPlan(f"{name} does not have the digits of its column.")
