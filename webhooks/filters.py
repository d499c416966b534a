"""Filters of events and deliveries."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet
from django_filters import ChoiceFilter, FilterSet

from jsonapi.filters import IdFilter, IsoDateFilter
from webhooks.models import EventType, WebhookDelivery


class OneOf(ChoiceFilter):
    """Accepts only the choices, and tells them. django-filter's own filter has no schema for them."""

    def __init__(self, choices: Any, **kwargs: Any) -> None:
        values = [value for value, _ in choices]
        self.schema = {"type": "string", "enum": values}
        messages = {"invalid_choice": f"It must be one of {', '.join(values)}."}
        super().__init__(choices=choices, error_messages=messages, **kwargs)


class SinceDay(IsoDateFilter):
    """The rows from the beginning of a day in UTC on."""

    def filter(self, qs: QuerySet[Any], value: date | None) -> QuerySet[Any]:
        return qs.filter(**{f"{self.field_name}__gte": _midnight(value)}) if value else qs


class UntilDay(IsoDateFilter):
    """The rows up to the end of a day in UTC."""

    def filter(self, qs: QuerySet[Any], value: date | None) -> QuerySet[Any]:
        if not value or value == date.max:
            return qs
        return qs.filter(**{f"{self.field_name}__lt": _midnight(value + timedelta(days=1))})


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


class EventFilters(FilterSet):
    event_type = OneOf(EventType.choices, field_name="type", help_text="Only events of this type.")
    user = IdFilter(field_name="user_id", help_text="Only events about this user, by the user's id.")
    listing = IdFilter(field_name="listing_id", help_text="Only events about this listing, by the listing's id.")
    since = SinceDay(field_name="occurred_at", help_text="Only events of this day (UTC) and later.")


class DeliveryFilters(FilterSet):
    endpoint = IdFilter(field_name="endpoint_id", help_text="Only deliveries to this endpoint, by its id.")
    event = IdFilter(field_name="event_id", help_text="Only deliveries of this event, by its id.")
    state = OneOf(WebhookDelivery.State.choices, help_text="Only deliveries in this state.")
    from_date = SinceDay(field_name="created_at", help_text="Only deliveries of this day (UTC) and later.")
    to_date = UntilDay(field_name="created_at", help_text="Only deliveries of this day (UTC) and earlier.")
