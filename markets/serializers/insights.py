"""The representation of market insights in the API."""

from rest_framework import serializers
from rest_framework_json_api import serializers as json_api

WHOLE = "whole units of the currency"


def _count(help_text: str) -> serializers.IntegerField:
    return serializers.IntegerField(help_text=help_text)


def _number(help_text: str) -> serializers.FloatField:
    return serializers.FloatField(help_text=help_text)


def _volume_ago(when: str) -> serializers.FloatField:
    return _number(f"`volume` of the date {when} earlier.")


def _billable_ago(when: str) -> serializers.FloatField:
    return _number(f"`billable-volume` of the date {when} earlier.")


def _occupied_ago(when: str) -> serializers.IntegerField:
    return _count(f"`occupied-days-count` of the date {when} earlier.")


def _lead_ago(when: str) -> serializers.FloatField:
    return _number(f"`median-lead-time` of the date {when} earlier.")


class MarketInsightsSerializer(json_api.Serializer):
    """A date in a market. A number to which fewer than five owners contribute is 0."""

    id = serializers.CharField(read_only=True, help_text="Id of the user and date, like `789-2030-07-01`.")
    date = serializers.DateField(help_text="The date, in the time zone of each listing.")
    availability = _count("Units that can still be booked for this night: neither taken nor closed.")
    added_listing_count = _count("Listings that were added on this date.")
    listing_count = _count("Listings that are known on this date.")
    canceled_count_by_stay_date = _count("Cancelled reservations that would have stayed this night.")
    canceled_count_by_booked_date = _count("Reservations made on this date that were cancelled since.")
    canceled_count_by_canceled_date = _count("Reservations that were cancelled on this date.")
    total_count_by_stay_date = _count("Reservations for this night, cancelled ones included.")
    total_count_by_booked_date = _count("Reservations made on this date, cancelled ones included.")
    checkin_date_count = _count("Stays that begin on this date.")
    volume_by_checkin_date = _number(f"Price of the stays that begin on this date, in {WHOLE}.")
    billable_volume_by_checkin_date = _number("The confirmed part of `volume-by-checkin-date`.")
    sum_lead_time = _count("Days from booking to arrival, added up over the stays that begin on this date.")
    sum_stay_length = _count("Nights of the stays that begin on this date.")
    median_lead_time = _number("Median of the days from booking to arrival of the stays that begin on this date.")
    median_stay_length = _number("Median of the nights of the stays that begin on this date.")
    booked_at_count = _count("Reservations made on this date, without cancelled ones.")
    volume_by_booked_at = _number(f"Price of the stays that were booked on this date, in {WHOLE}.")
    billable_volume_by_booked_at = _number("The confirmed part of `volume-by-booked-at`.")
    volume = _number(f"What guests pay for this night, in {WHOLE}: the price of each stay, divided by its nights.")
    week_ago_volume = _volume_ago("a week")
    year_ago_volume = _volume_ago("a year")
    two_years_ago_volume = _volume_ago("two years")
    three_years_ago_volume = _volume_ago("three years")
    four_years_ago_volume = _volume_ago("four years")
    five_years_ago_volume = _volume_ago("five years")
    six_years_ago_volume = _volume_ago("six years")
    billable_volume = _number(
        "The confirmed part of `volume`: without reservations on hold, and without estimates from public data."
    )
    year_ago_billable_volume = _billable_ago("a year")
    two_years_ago_billable_volume = _billable_ago("two years")
    three_years_ago_billable_volume = _billable_ago("three years")
    four_years_ago_billable_volume = _billable_ago("four years")
    five_years_ago_billable_volume = _billable_ago("five years")
    six_years_ago_billable_volume = _billable_ago("six years")
    occupied_days_count = _count("Units that guests take on this night.")
    week_ago_occupied_days_count = _occupied_ago("a week")
    year_ago_occupied_days_count = _occupied_ago("a year")
    two_years_ago_occupied_days_count = _occupied_ago("two years")
    three_years_ago_occupied_days_count = _occupied_ago("three years")
    four_years_ago_occupied_days_count = _occupied_ago("four years")
    five_years_ago_occupied_days_count = _occupied_ago("five years")
    six_years_ago_occupied_days_count = _occupied_ago("six years")
    median_lead_time_one_year_ago = _lead_ago("a year")
    median_lead_time_two_years_ago = _lead_ago("two years")
    median_lead_time_three_years_ago = _lead_ago("three years")
    median_lead_time_four_years_ago = _lead_ago("four years")
    median_lead_time_five_years_ago = _lead_ago("five years")
    median_lead_time_six_years_ago = _lead_ago("six years")
    owner_nights = _count("Units of the user's own listings that guests take on this night.")
    year_ago_owner_nights = _count("`owner-nights` of the date a year earlier.")
    owner_volume = _number(f"What guests pay for this night in the user's own listings, in {WHOLE}.")
    year_ago_owner_volume = _number("`owner-volume` of the date a year earlier.")

    class Meta:
        resource_name = "market-insights"
