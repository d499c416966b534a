"""What staff can do on the page of a row: one form, one call of a service, recorded as done by the staff member."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django import forms

Cleaned = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Done:
    """The result of an operation. `secret` is shown once, in the answer to the request, and is stored nowhere."""

    message: str
    secret: str = field(default="", repr=False)
    secret_label: str = ""


class Confirmation(forms.Form):
    """The form of an operation that asks nothing."""


@dataclass(frozen=True, slots=True)
class Operation:
    """A button on the page of a row.

    `run(row, cleaned, now)` calls a service and returns what to tell; it runs in one transaction. `refusals` are the
    exceptions with which the service says no, and whose text staff may read. `applies(row)` says whether the button is
    shown; the service still decides. With `in_lists`, the operation can be run for selected rows of the list, too; its
    form must ask nothing.
    """

    name: str  # in the URL
    label: str
    run: Callable[[Any, Cleaned, datetime], Done | str]
    explanation: str = ""
    form: type[forms.Form] = Confirmation
    initial: Callable[[Any], dict[str, Any]] = lambda row: {}
    applies: Callable[[Any], bool] = lambda row: True
    refusals: tuple[type[Exception], ...] = ()
    is_dangerous: bool = False
    in_lists: bool = False
