"""What market insights tell about single owners: nothing, whichever questions are asked."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from listings.models import Listing, Reservation
from markets.insight_days import ANY_BEDROOMS, ANY_CLUSTER, Figure
from markets.insight_groups import OWNERS_TO_SPLIT, Kind, groups_in, groups_of, parts_of
from markets.models import InsightPlace, InsightYear
from markets.services.insights import refresh_place
from tests.factories import ApplicationFactory, UserFactory
from tests.markets.insight_world import NIGHT, NOW, lisbon, listing_of, market_of, owners, refresh, stay, stored
from users.services.users import delete_user

OF_STAYS = [figure for figure in Figure if figure not in (Figure.AVAILABLE, Figure.LISTINGS, Figure.ADDED)]
KINDS = st.dictionaries(
    st.tuples(st.sampled_from([-2, 0, 1, 2, 3, 6]), st.sampled_from(["", "alfama", "baixa", "graca"])),
    st.sets(st.integers(1, 200), min_size=1, max_size=80),
    max_size=12,
)


@pytest.mark.django_db
class TestFewOwners:
    def test_figures_of_four_owners_are_not_shown(self) -> None:
        market_of(4)
        refresh()

        assert not InsightYear.objects.exists()

    def test_a_date_on_which_four_of_ten_have_stays_shows_none(self) -> None:
        listings = market_of(10)
        Reservation.objects.filter(listing__in=listings[4:]).delete()
        refresh()

        assert stored(Figure.LISTINGS) == 10
        assert [stored(figure) for figure in OF_STAYS] == [0] * len(OF_STAYS)

    def test_five_owners_with_stays_are_shown(self) -> None:
        listings = market_of(10)
        Reservation.objects.filter(listing__in=listings[5:]).delete()
        refresh()

        assert stored(Figure.TAKEN) == 5

    def test_many_listings_of_one_owner_are_one_owner(self) -> None:
        owner = UserFactory()
        for _ in range(10):
            stay(listing_of(owner))
        refresh()

        assert not InsightYear.objects.exists()

    def test_one_owner_has_at_most_a_fifth(self) -> None:
        rich = market_of(9)[0]
        rich.reservations.update(total=10_000_000)
        refresh()

        assert stored(Figure.VOLUME) == pytest.approx(80_000 * 1.25)

    def test_an_application_with_invented_owners_learns_nothing_about_another_one(self) -> None:
        """With invented stays of its own it could tell what is left."""
        market_of(9)
        refresh()
        before = stored(Figure.VOLUME)

        victim = listing_of(UserFactory())
        stay(victim, total=777)
        refresh()

        assert stored(Figure.VOLUME) == before
        assert stored(Figure.LISTINGS) == 9

    def test_listings_without_a_live_channel_listing_do_not_count(self) -> None:
        listings = market_of(6)
        listings[0].channel_listings.update(removed_at=NOW)
        refresh()

        assert stored(Figure.LISTINGS) == 5

    def test_a_departed_user_does_not_count_from_the_next_day_on(self) -> None:
        listings = market_of(6)
        refresh()

        delete_user(listings[0].owner, now=NOW)
        refresh(NOW + timedelta(days=1))

        assert stored(Figure.LISTINGS) == stored(Figure.TAKEN) == 5


@pytest.mark.django_db
class TestParts:
    def city(self, counts: dict[Kind, int]) -> None:
        application = ApplicationFactory()
        for (bedrooms, cluster), count in counts.items():
            for owner in owners(count, application=application):
                stay(listing_of(owner, bedrooms=bedrooms, neighborhood=cluster))

    def test_a_part_with_few_owners_is_not_shown(self) -> None:
        self.city({(2, "Alfama"): 6, (3, "Alfama"): 6})
        refresh()

        assert (stored(Figure.TAKEN), stored(Figure.TAKEN, bedrooms=2), stored(Figure.TAKEN, bedrooms=3)) == (12, 0, 0)
        assert stored(Figure.TAKEN, cluster="alfama") == 12

    def test_large_parts_are_shown(self) -> None:
        self.city({(2, "Alfama"): OWNERS_TO_SPLIT, (3, "Baixa"): OWNERS_TO_SPLIT})
        refresh()

        assert stored(Figure.TAKEN) == 2 * OWNERS_TO_SPLIT
        for part in ({"bedrooms": 2}, {"bedrooms": 3}, {"cluster": "alfama"}, {"cluster": "baixa"}):
            assert stored(Figure.TAKEN, **part) == OWNERS_TO_SPLIT

    def test_the_difference_of_all_and_a_part_is_no_single_owner(self) -> None:
        """A size with many owners is not shown while too few have the other sizes."""
        self.city({(2, "Alfama"): OWNERS_TO_SPLIT, (3, "Alfama"): 1})
        refresh()

        assert stored(Figure.TAKEN) == OWNERS_TO_SPLIT + 1
        assert stored(Figure.TAKEN, bedrooms=2) == 0


@given(KINDS)
def test_groups_have_many_owners_and_every_kind_is_in_one(kinds: dict[Kind, set[int]]) -> None:
    groups = groups_of(kinds)

    together = [{owner for kind in group for owner in kinds[kind]} for group in groups]
    assert all(len(each) >= (OWNERS_TO_SPLIT if len(groups) > 1 else 5) for each in together)
    if groups:
        assert sorted(kind for group in groups for kind in group) == sorted(kinds)
    everybody = {owner for some in kinds.values() for owner in some}
    assert bool(groups) == (len(everybody) >= 5)


@given(KINDS)
def test_a_part_is_whole_groups(kinds: dict[Kind, set[int]]) -> None:
    groups = groups_of(kinds)

    assert groups_in((ANY_BEDROOMS, ANY_CLUSTER), groups) == groups
    for bedrooms, cluster in parts_of(kinds):
        found = groups_in((bedrooms, cluster), groups)
        of_part = {kind for kind in kinds if bedrooms in (ANY_BEDROOMS, kind[0]) and cluster in (ANY_CLUSTER, kind[1])}
        assert not found or {kind for group in found for kind in group} == of_part


class TestOneOwner(TestCase):
    """The same, from bookings to what is stored."""

    @settings(max_examples=8, deadline=None)
    @given(
        st.lists(st.integers(1, 1_000_000), min_size=5, max_size=9),
        st.integers(0, 10**9),
        st.integers(0, 10**9),
    )
    def test_what_one_owner_earns_moves_the_volume_by_a_fifth_at_most(
        self, others: list[int], own: int, changed: int
    ) -> None:
        listings = self.listings(len(others) + 1)
        for listing, total in zip(listings[1:], others, strict=True):
            stay(listing, total=total)
        mine = stay(listings[0], total=own)
        figures = [self.volume(mine, total) for total in (own, changed)]

        for volume in figures:
            assert volume <= sum(others) * 1.25 * (1 + 1e-9)
        without = self.volume(mine, 0)
        assert all(without <= volume * (1 + 1e-9) for volume in figures)

    def listings(self, count: int) -> Sequence[Listing]:
        lisbon()
        first = UserFactory()
        return [listing_of(owner) for owner in [first, *owners(count - 1, application=first.application)]]

    def volume(self, mine: Reservation, total: int) -> float:
        Reservation.objects.filter(pk=mine.pk).update(total=total)
        place, _ = InsightPlace.objects.get_or_create(city="lisbon", country="PT", currency="EUR")
        refresh_place(place, NOW)
        return stored(Figure.VOLUME, NIGHT)
