"""Amounts, factors, rules and pushes for people."""

from datetime import UTC, date, datetime

import pytest

from console.factors_in_words import NAMES, ExplainedFactor, explain
from console.money import amount, change, number, whole_amount
from console.push_outcome import push_outcome
from console.rules_in_words import rules_in_words
from jobs.models import Job
from pricing import Factor, Rules, factor_keys, rules

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


class TestMoney:
    @pytest.mark.parametrize(
        ("minor", "currency", "expected"),
        [
            (125000, "EUR", "EUR\xa01,250"), (1250, "EUR", "EUR\xa012.50"), (1205, "EUR", "EUR\xa012.05"),
            (1250, "JPY", "JPY\xa01,250"), (1500, "KWD", "KWD\xa01.500"), (-800, "USD", "USD\xa0\N{MINUS SIGN}8"),
            (12300, None, "123"),
        ],
    )  # fmt: skip
    def test_decimals_are_shown_where_there_are_any(self, minor: int, currency: str | None, expected: str) -> None:
        assert amount(minor, currency) == expected

    def test_a_change_has_a_sign(self) -> None:
        assert [change(minor, "EUR") for minor in (1200, 0, -1200)] == ["+12", "0", "\N{MINUS SIGN}12"]

    def test_whole_units_may_have_decimals(self) -> None:
        assert (whole_amount(520.5, "EUR"), whole_amount(80, "JPY")) == ("EUR\xa0520.50", "JPY\xa080")

    def test_a_number_has_no_currency(self) -> None:
        assert number(123456700, "EUR") == "1,234,567"


class TestFactors:
    def test_every_key_has_a_name(self) -> None:
        keys = {value for name, value in vars(factor_keys).items() if name.isupper()}

        assert NAMES.keys() == keys

    def test_a_factor_is_explained(self) -> None:
        christmas = Factor("event", 3, 1.14, 4300, "Christmas", "medium")

        assert explain(christmas, "EUR") == ExplainedFactor(
            "Event", "Christmas (medium impact)", "\N{MULTIPLICATION SIGN}1.14", "+43"
        )

    def test_the_base_price_is_an_amount_and_no_change(self) -> None:
        base = Factor("base_price", 0, 1.0, 31200, "Base price of the listing", None)

        assert explain(base, "EUR") == ExplainedFactor("Base price", "", "", "312")


class TestRules:
    def test_no_rules_say_nothing(self) -> None:
        assert rules_in_words(Rules(), "EUR") == []

    @pytest.mark.parametrize(
        ("rule", "sentence"),
        [
            (
                Rules(min_max_prices=rules.MinMaxPrices(min_price=80, max_price=300.5)),
                "A night costs at least EUR\xa080 and at most EUR\xa0300.50.",
            ),
            (
                Rules(
                    min_max_prices=rules.MinMaxPrices(
                        day_of_week_min_prices=(rules.DayOfWeekMinPrice(weekday=4, min_price=120),)
                    )
                ),
                "By weekday: Friday at least EUR\xa0120.",
            ),
            (
                Rules(
                    min_max_prices=rules.MinMaxPrices(
                        seasonal_prices=(
                            rules.SeasonalPrices(
                                start_date=date(2030, 6, 1), end_date=date(2030, 8, 31), rollover=True, max_price=500
                            ),
                        )
                    )
                ),
                "1 June 2030 to 31 August 2030, every year: a night costs at most EUR\xa0500.",
            ),
            (Rules(min_stays=rules.MinStays(min_stay=1)), "A stay has at least 1 night."),
            (
                Rules(min_stays=rules.MinStays(gap_fill_min_stay=rules.GapFillMinStay(enabled=True, gaps=4, buffer=1))),
                "Gaps of at most 4 nights between two stays can be booked; 1 night may stay empty.",
            ),
            (
                Rules(
                    min_stays=rules.MinStays(
                        last_minute_min_stays=(rules.TimeBasedMinStay(days_away=7, direction="within", min_stay=2),)
                    )
                ),
                "At least 2 nights for nights at most 7 days ahead.",
            ),
            (Rules(max_stays=rules.MaxStays(max_stay=28)), "A stay has at most 28 nights."),
            (
                Rules(checkin_checkout_days=rules.CheckinCheckoutDays(checkin_days=(5, 0))),
                "A stay may begin on Monday, Saturday.",
            ),
            (
                Rules(
                    time_based_adjustments=rules.TimeBasedAdjustments(
                        time_based_adjustments=(rules.TimeBasedAdjustment(days=1, percentage=-15, direction="after"),)
                    )
                ),
                "-15% for nights more than 1 day ahead.",
            ),
        ],
    )
    def test_a_rule_is_a_sentence(self, rule: Rules, sentence: str) -> None:
        [group] = rules_in_words(rule, "EUR")

        assert group.sentences == [sentence]

    def test_fixed_adjustments_say_that_computed_ones_replace_them(self) -> None:
        adjustments = rules.TimeBasedAdjustments(
            time_based_adjustments=(rules.TimeBasedAdjustment(days=3, percentage=10, direction="within"),),
            dynamic_time_based_adjustments=rules.DynamicTimeBasedAdjustments(enabled=True, tier="rate"),
        )

        [group] = rules_in_words(Rules(time_based_adjustments=adjustments), "EUR")

        assert group.sentences == [
            "Computed adjustments that aim for higher prices; they replace the fixed ones.",
            "+10% for nights at most 3 days ahead. Not applied while adjustments are computed.",
        ]


class TestPushOutcome:
    @pytest.mark.parametrize(
        ("enabled", "job_state", "error", "pushed_at", "tone", "words"),
        [
            (False, None, None, NOON, "quiet", "Price syncing is off."),
            (True, None, None, None, "quiet", "Nothing has been sent yet."),
            (True, None, None, NOON, "good", "The channel took the prices."),
            (True, Job.State.SUCCEEDED, None, NOON, "good", "The channel took the prices."),
            (True, Job.State.RUNNING, "It was down.", NOON, "busy", "Prices are being sent."),
            (True, Job.State.QUEUED, None, NOON, "busy", "A push is queued."),
            (True, Job.State.QUEUED, "It was down.", NOON, "bad", "It was down. It is tried again."),
            (True, Job.State.FAILED, "It was down", NOON, "bad", "It was down."),
            (True, Job.State.FAILED, None, NOON, "bad", "The last push failed."),
        ],
    )
    def test_it_is_told_in_words(
        self, enabled: bool, job_state: str | None, error: str | None, pushed_at: datetime | None, tone: str, words: str
    ) -> None:
        outcome = push_outcome(enabled=enabled, job_state=job_state, error=error, pushed_at=pushed_at)

        assert (outcome.tone, outcome.words, outcome.at) == (tone, words, pushed_at)
