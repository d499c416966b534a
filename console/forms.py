"""Fields of the console's forms, in the look of the theme."""

from collections.abc import Iterable
from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

Choices = Iterable[tuple[str, str]]


def text(label: str, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, widget=UnfoldAdminTextInputWidget, **options)


def number(label: str, **options: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, widget=UnfoldAdminIntegerFieldWidget, **options)


def choice(label: str, choices: Choices, **options: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=list(choices), widget=UnfoldAdminSelectWidget, **options)


def choices(label: str, choices: Choices, **options: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, choices=list(choices), widget=UnfoldAdminCheckboxSelectMultipleWidget, **options
    )


def switch(label: str, **options: Any) -> forms.BooleanField:
    return forms.BooleanField(label=label, required=False, widget=UnfoldBooleanWidget, **options)


class Lines(forms.CharField):
    """A list of texts, one a line."""

    def __init__(self, label: str, **options: Any) -> None:
        super().__init__(label=label, widget=UnfoldAdminTextareaWidget({"rows": 4}), **options)

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) or value is None else "\n".join(value)

    def clean(self, value: Any) -> list[str]:
        return [line.strip() for line in super().clean(value).splitlines() if line.strip()]
