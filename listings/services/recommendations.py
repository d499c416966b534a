"""Writes the recommendations of the pricing engine once a day, and keeps their status.

A suggestion becomes `approved` when the user follows it, and `suggestion_completed` when the channel has what the user
set. It becomes `rejected` when the user sets another value, `outdated` when the numbers no longer support it, `expired`
after EXPIRES_AFTER, and `canceled` when its listing is no longer priced. A suggestion that was rejected or expired is
not repeated within the same period.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

import pricing
from audit.actions import Action
from audit.services import record_all
from jobs.one_by_one import one_by_one
from jobs.running import RunningJob
from listings.audited import audited_recommendation
from listings.models import Listing, Recommendation
from listings.pricing_inputs import WITH_INPUTS, HostStays, PricingInputs, read_inputs
from listings.selectors import on_channels, synced
from listings.services.far_prices import base_price_of_host
from listings.stays import local_date
from users.services.locking import lock_in_order

EXPIRES_AFTER = timedelta(days=30)
# A suggestion stays the same while its number changes by less than this share.
SAME_WITHIN = 0.05
LISTINGS_PER_BATCH = 100
COMING_YEAR = timedelta(days=364)

Category, Status = Recommendation.Category, Recommendation.Status
_ACTIONS = {
    Status.APPROVED: Action.RECOMMENDATION_APPROVED,
    Status.SUGGESTION_COMPLETED: Action.RECOMMENDATION_COMPLETED,
    Status.REJECTED: Action.RECOMMENDATION_REJECTED,
    Status.OUTDATED: Action.RECOMMENDATION_OUTDATED,
    Status.EXPIRED: Action.RECOMMENDATION_EXPIRED,
    Status.CANCELED: Action.RECOMMENDATION_CANCELED,
}

# Their bookings say nothing about rooms let by the month.
_COMPARE_WITH_NIGHTLY_HOMES = (Category.BASE_PRICE, Category.MIN_PRICE, Category.STRATEGY)

_NUMBERS = ("suggested_base_price", "suggested_min_price", "suggested_seasonal_min_price_pct", "suggested_min_stay")


def settle(listing: Listing, changed: Mapping[str, Any], now: datetime) -> None:
    """Close the suggestions that the user's change follows or contradicts. `listing` must be locked.

    `changed` contains new values by name: `base_price`, `min_price`, `min_stay` and `enabled` of the listing, or
    attributes of a customization. What an enabled listing's user follows is completed by the push that sends it.
    """
    if not listing.has_suggestions:
        return
    closed: dict[Recommendation.Status, list[Recommendation]] = {Status.APPROVED: [], Status.REJECTED: []}
    for suggestion in Recommendation.objects.filter(listing=listing, status=Status.SUGGESTED):
        followed = _FOLLOWED[suggestion.category](suggestion, changed)
        if followed is not None:
            suggestion.status = Status.APPROVED if followed else Status.REJECTED
            suggestion.approved_at, suggestion.rejected_at = (now, None) if followed else (None, now)
            suggestion.save(update_fields=["status", "approved_at", "rejected_at"])
            closed[suggestion.status].append(suggestion)
    for status, suggestions in closed.items():
        _record(status, [(suggestion, listing) for suggestion in suggestions], now)
    if closed[Status.APPROVED] and not listing.enabled:
        complete(listing, now)


def complete(listing: Listing, now: datetime) -> None:
    """Close what the user has followed: the listing's channels have the change, or nothing is sent to them.

    `listing` must be locked. Makes no query for a listing without suggestions, so that every push can call it.
    """
    if not listing.has_suggestions:
        return
    approved = list(Recommendation.objects.filter(listing=listing, status=Status.APPROVED))
    if approved:
        done = Status.SUGGESTION_COMPLETED
        Recommendation.objects.filter(pk__in=[each.pk for each in approved]).update(status=done)
        _record(done, [(each, listing) for each in approved], now, before=Status.APPROVED)


def cancel(listings: QuerySet[Listing], now: datetime) -> None:
    """Close the open suggestions of listings that are no longer priced. They must be locked."""
    waiting = Recommendation.objects.filter(status=Status.SUGGESTED, listing__in=listings.filter(has_suggestions=True))
    canceled = list(waiting.select_related("listing").order_by("pk"))
    if canceled:
        Recommendation.objects.filter(pk__in=[each.pk for each in canceled]).update(status=Status.CANCELED)
        _record(Status.CANCELED, [(each, each.listing) for each in canceled], now)


def _record(
    status: Recommendation.Status,
    closed: Sequence[tuple[Recommendation, Listing]],
    now: datetime,
    *,
    before: Recommendation.Status = Status.SUGGESTED,
) -> None:
    """Write the audit entries of suggestions that had the status `before` until now."""
    changes = {"status": [before.value, status.value]}
    record_all(
        _ACTIONS[status], [(audited_recommendation(each, listing), changes) for each, listing in closed], now=now
    )


def _number_set(attribute: str) -> Callable[[Recommendation, Mapping[str, Any]], bool | None]:
    def followed(suggestion: Recommendation, changed: Mapping[str, Any]) -> bool | None:
        if attribute not in changed:
            return None
        return bool(changed[attribute] == getattr(suggestion, f"suggested_{attribute}"))

    return followed


def _switched_on(customization: str) -> Callable[[Recommendation, Mapping[str, Any]], bool | None]:
    return lambda _, changed: True if (changed.get(customization) or {}).get("enabled") else None


# For each category: whether a change follows the suggestion (True), contradicts it (False), or is unrelated (None).
_FOLLOWED: dict[str, Callable[[Recommendation, Mapping[str, Any]], bool | None]] = {
    Category.BASE_PRICE: _number_set("base_price"),
    Category.MIN_PRICE: _number_set("min_price"),
    Category.MIN_STAY: _number_set("min_stay"),
    Category.ENABLE_LISTING: lambda _, changed: True if changed.get("enabled") else None,
    Category.GAP_FILL: _switched_on("gap_fill_min_stay"),
    Category.STRATEGY: _switched_on("dynamic_time_based_adjustments"),
    Category.SEASONAL_MIN_PRICE: lambda _, changed: True if changed.get("seasonal_prices") else None,
}


def write_recommendations(job: RunningJob) -> None:
    """Handle the daily job `write_recommendations`, for all synced listings in active markets. It may be repeated."""
    now = job.now()
    while _expire(job, now):
        job.keep_lease()
    one_by_one(job, _priced_listings(), lambda listing_id: recommend(listing_id, now), counted_as="recommendations")


@transaction.atomic
def _expire(job: RunningJob, now: datetime) -> bool:
    """Close some of the suggestions that have waited too long; return whether there were any."""
    job.fence()
    old = Recommendation.objects.filter(status=Status.SUGGESTED, created_at__lte=now - EXPIRES_AFTER)
    # A user's change locks the listing first, and then its suggestions.
    listing_ids = set(old.order_by("pk").values_list("listing", flat=True)[:LISTINGS_PER_BATCH])
    lock_in_order(Listing.objects.filter(pk__in=listing_ids))
    expired = list(old.filter(listing__in=listing_ids).select_related("listing"))
    Recommendation.objects.filter(pk__in=[each.pk for each in expired]).update(status=Status.EXPIRED, expired_at=now)
    _record(Status.EXPIRED, [(each, each.listing) for each in expired], now)
    return bool(expired)


def _priced_listings() -> Iterator[int]:
    after = 0
    listings = synced(Listing.objects.filter(in_active_market=True)).order_by("pk")
    while ids := list(listings.filter(pk__gt=after).values_list("pk", flat=True)[:LISTINGS_PER_BATCH]):
        yield from ids
        after = ids[-1]


@transaction.atomic
def recommend(listing_id: int, now: datetime) -> int:
    """Update the suggestions of a listing; return the number of new suggestions."""
    if not Listing.objects.select_for_update().filter(pk=listing_id, deleted_at=None).first():
        return 0  # The listing was deleted after the daily job had read its id.
    listing = Listing.objects.select_related(*WITH_INPUTS).get(pk=listing_id)
    suggestions: dict[str, pricing.Suggestion] = {new.category: new for new in _suggestions(listing, now)}
    outdated = []
    answered = Q(rejected_at__gt=now - EXPIRES_AFTER) | Q(expired_at__gt=now - EXPIRES_AFTER)
    waiting = bool(suggestions)
    for written in listing.recommendations.filter(answered | Q(status__in=[Status.SUGGESTED, Status.APPROVED])):
        suggestion = suggestions.get(written.category)
        if written.status == Status.APPROVED:
            waiting = True  # for the push that completes it
        elif suggestion is not None and _is_same(suggestion, written):
            del suggestions[written.category]
        elif written.status == Status.SUGGESTED:
            written.status = Status.OUTDATED
            written.save(update_fields=["status"])
            outdated.append((written, listing))
    _record(Status.OUTDATED, outdated, now)
    _write(listing, suggestions.values(), now)
    if waiting != listing.has_suggestions:
        Listing.objects.filter(pk=listing_id).update(has_suggestions=waiting)
    return len(suggestions)


def _write(listing: Listing, suggestions: Iterable[pricing.Suggestion], now: datetime) -> None:
    Recommendation.objects.bulk_create(
        Recommendation(
            listing=listing,
            category=suggestion.category,
            recommendations=suggestion.sentence,
            initial_base_price=suggestion.initial_base_price,
            initial_min_price=suggestion.initial_min_price,
            created_at=now,
            suggested_tier=suggestion.suggested_tier,
            expected_gain=suggestion.expected_gain,
            **{name: getattr(suggestion, name) for name in _NUMBERS},
        )
        for suggestion in suggestions
    )


def _suggestions(listing: Listing, now: datetime) -> list[pricing.Suggestion]:
    today = local_date(listing, now)
    inputs = read_inputs(listing, today, today + COMING_YEAR, now, with_history=True)
    suggestions = pricing.suggest(
        inputs.facts,
        inputs.market,
        inputs.stays,
        inputs.rules,
        today,
        enabled=listing.enabled,
        blocked=inputs.availability.closed,
        channel_price=_channel_price(listing),
    )
    if listing.by_the_month:
        suggestions = [each for each in suggestions if each.category not in _COMPARE_WITH_NIGHTLY_HOMES]
    far = _far_from_host(listing, inputs)
    return suggestions if far is None else [each for each in suggestions if each.category != far.category] + [far]


def _far_from_host(listing: Listing, inputs: PricingInputs) -> pricing.Suggestion | None:
    """None if the user has set the base price, and knows it."""
    if not (listing.base_price_is_automatic and listing.base_price and inputs.facts.channel_price):
        return None
    coming_year = [inputs.today + timedelta(days=ahead) for ahead in range(COMING_YEAR.days + 1)]
    return base_price_of_host(listing, inputs.facts, inputs.price(coming_year))


def say_if_far_from_host(listing: Listing, now: datetime) -> None:
    """Suggest the host's own price when a listing is enabled with prices far from it. `listing` must be locked."""
    if not listing.base_price_is_automatic:
        return
    own_terms = HostStays(*on_channels(listing).values_list(*HostStays._fields).first() or ())
    if not own_terms.own_price:
        return
    today = local_date(listing, now)
    inputs = read_inputs(listing, today, today + COMING_YEAR, now, host_stays=own_terms)
    far = _far_from_host(listing, inputs)
    if far is None:
        return
    waiting = listing.recommendations.filter(category=far.category, status=Status.SUGGESTED).first()
    if waiting is not None and waiting.recommendations == far.sentence:
        return
    if waiting is not None:
        waiting.status = Status.OUTDATED
        waiting.save(update_fields=["status"])
        _record(Status.OUTDATED, [(waiting, listing)], now)
    _write(listing, [far], now)
    listing.has_suggestions = True
    Listing.objects.filter(pk=listing.pk).update(has_suggestions=True)


def _channel_price(listing: Listing) -> float | None:
    """The host's own base price at the channel that was connected first, in whole units."""
    if listing.enabled:
        return None  # The engine's prices are there.
    price = on_channels(listing).values_list("price", flat=True).first()
    return None if price is None else price / pricing.minor_units_per_unit(listing.currency)


def _is_same(suggestion: pricing.Suggestion, written: Recommendation) -> bool:
    """Whether a suggestion has the same tier, and the same numbers within SAME_WITHIN, as the written one."""
    if suggestion.suggested_tier != written.suggested_tier:
        return False
    for name in _NUMBERS:
        new, old = getattr(suggestion, name), getattr(written, name)
        if new is not None and old is not None and abs(new - old) > SAME_WITHIN * abs(old):
            return False
    return True
