"""Values that a channel does not take are fitted, and rules that it refuses do not keep prices from it."""

from typing import Any

import pytest
from pytest_django import Settings

from jobs.models import Job
from listings.models import ChannelListing
from tests.connectors.scripted_server import Scripted, saying, scripted_channel
from tests.environment import changed
from tests.partner import Partner
from tests.sync.push.at_hostaway import at_the_channel, nights, posted, push, set_rules, switch

pytestmark = pytest.mark.django_db

REFUSAL = saying({"status": "fail", "result": "maximumStay is not allowed here."}, status=400)
DONE = saying({"status": "success", "result": []})


def push_error(partner: Partner, shown: ChannelListing) -> str | None:
    status = partner.get(f"/listings/{shown.listing_id}/").attributes["sync-status"]
    error: str | None = status["push-error"]
    return error


@pytest.mark.parametrize("longest", [1125, 1126, 3650])
def test_a_max_stay_beyond_what_the_channel_takes_is_fitted(shown: ChannelListing, longest: int) -> None:
    set_rules(shown, "max_stays", {"max_stay": longest})

    job = push(shown.listing)

    there = at_the_channel(shown).values()
    assert job.state == "succeeded"
    assert {night.max_stay for night in there} == {1125}
    assert {night.price for night in there} == {12000}


def test_a_min_stay_above_the_max_stay_of_its_night_is_pushed_with_a_max_stay_that_fits(shown: ChannelListing) -> None:
    season = {"start_date": str(nights(shown)[0]), "end_date": str(nights(shown)[9]), "max_stay": 2}
    set_rules(shown, "min_stays", {"min_stay": 5})
    set_rules(shown, "max_stays", {"seasonal_max_stays": [season]})

    job = push(shown.listing)

    there = at_the_channel(shown)[nights(shown)[0]]
    assert job.state == "succeeded"
    assert (there.min_stay, there.max_stay, there.price) == (5, 5, 12000)


def calendar(shown: ChannelListing, **terms: Any) -> Scripted:
    rows = [
        {"id": n, "date": str(night), "price": 120, "isAvailable": 1, **terms} for n, night in enumerate(nights(shown))
    ]
    return saying({"status": "success", "result": rows})


def test_rules_that_are_refused_do_not_keep_the_prices_from_the_channel(
    shown: ChannelListing, partner: Partner, settings: Settings
) -> None:
    set_rules(shown, "max_stays", {"max_stay": 30})
    with scripted_channel() as strict:
        settings.ENVIRONMENT = changed(settings.ENVIRONMENT, hostaway_base_url=strict.base_url)
        strict.script = [REFUSAL, DONE, calendar(shown)]

        job = push(shown.listing)

    assert [method for method, _ in strict.asked] == ["PUT", "PUT", "GET"]
    assert posted(shown)[str(nights(shown)[0])] == [12000, None, None, None, None]
    assert (job.state, job.failures) == ("failed", 1)
    assert push_error(partner, shown) == (
        "Hostaway took the prices but not the stay rules: Hostaway refused (HTTP 400): maximumStay is not allowed here."
    )


def test_rules_that_the_channel_has_stay_known_when_it_refuses_new_ones(
    shown: ChannelListing, settings: Settings
) -> None:
    set_rules(shown, "max_stays", {"max_stay": 30})
    push(shown.listing)
    set_rules(shown, "max_stays", {"max_stay": 60})
    with scripted_channel() as strict:
        settings.ENVIRONMENT = changed(settings.ENVIRONMENT, hostaway_base_url=strict.base_url)
        strict.script = [REFUSAL, DONE, calendar(shown, maximumStay=30)]

        push(shown.listing)

    assert posted(shown)[str(nights(shown)[0])] == [12000, None, 30, None, None]


def test_the_error_goes_when_a_push_ends_well(shown: ChannelListing, partner: Partner, settings: Settings) -> None:
    before = settings.ENVIRONMENT
    assert push_error(partner, shown) is None
    with scripted_channel() as failing:
        settings.ENVIRONMENT = changed(settings.ENVIRONMENT, hostaway_base_url=failing.base_url)
        failing.script = [saying({"status": "fail", "result": "No."}, status=400)]
        push(shown.listing)
        assert push_error(partner, shown) == "Hostaway refused (HTTP 400): No."
    settings.ENVIRONMENT = before

    push(shown.listing)

    assert push_error(partner, shown) is None


def test_the_error_goes_when_the_listing_is_disabled(shown: ChannelListing, partner: Partner) -> None:
    shown.listing.push_error = "No."
    shown.listing.save()
    switch(shown, enabled=False)

    assert push_error(partner, shown) is None
    assert not Job.objects.filter(state="queued").exists()
