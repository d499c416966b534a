"""Filters that take lists of names or numbers, separated by commas. They refuse invalid values."""

from collections.abc import Callable
from typing import Any

from django import forms
from django_filters import Filter
from iso4217 import Currency

from jsonapi.numbers import is_whole_number
from markets.insight_answers import MarketName
from markets.services.insights import bedrooms_of, cluster_of
from pricing.localities import city_key, country_code

MOST_VALUES = 10
LONGEST = 4000  # characters


class ListField(forms.CharField):
    """A list of at most MOST_VALUES; `read` makes a value of a text, or raises forms.ValidationError."""

    def __init__(self, *, read: Callable[[str], Any], **kwargs: Any) -> None:
        super().__init__(max_length=LONGEST, **kwargs)
        self._read = read

    def clean(self, value: Any) -> list[Any]:
        names = [name.strip() for name in (super().clean(value) or "").split(",")]
        if names == [""]:
            return []
        if "" in names:
            raise forms.ValidationError("A value of the list is empty.")
        if len(names) > MOST_VALUES:
            raise forms.ValidationError(f"At most {MOST_VALUES} values are possible.")
        return list(dict.fromkeys(self._read(name) for name in names))


class ListFilter(Filter):
    field_class = ListField
    schema = {"type": "string", "minLength": 1, "maxLength": LONGEST}


def read_market(name: str) -> MarketName:
    """`PT`, `PT/Lisbon` or `Lisbon`, in any spelling that listings.services.places knows."""
    country, slash, city = name.partition("/")
    code, key = country_code(country), city_key(country)
    if slash:
        if not key or not city_key(city):
            raise forms.ValidationError(f"{name} is no market. Markets are named like PT or PT/Lisbon.")
        return MarketName((code or key)[:256], city_key(city)[:256])
    return MarketName(code, "") if code else MarketName("", key[:256])


def read_city(name: str) -> str:
    return city_key(name)[:256]


def read_cluster(name: str) -> str:
    return cluster_of(name)


def read_bedrooms(number: str) -> int:
    if not is_whole_number(number) or len(number) > 3 or int(number) < 0:
        raise forms.ValidationError("Numbers of bedrooms are whole numbers from 0, separated by commas.")
    return bedrooms_of(int(number))


class CurrencyField(forms.CharField):
    def clean(self, value: Any) -> str:
        code = (super().clean(value) or "").upper()
        try:
            return str(Currency(code).code) if code else ""
        except ValueError:
            raise forms.ValidationError("It must be an ISO 4217 code, such as EUR.") from None


class CurrencyFilter(Filter):
    field_class = CurrencyField
    schema = {"type": "string", "minLength": 3, "maxLength": 3}
