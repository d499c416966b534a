"""The property managers, with the number and the cities of their listings."""

from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.stay_profiles import MONTHLY_STAYS, SHORT_STAYS, StayProfile

LISTING_NUMBERS = 10_000
"""A listing's id is `portfolio id x LISTING_NUMBERS + number`; numbers begin at 1."""


NEIGHBOURS = 90000
"""A portfolio that no channel serves: the listings of many other hosts, which only public files show."""


@dataclass(frozen=True, slots=True)
class Portfolio:
    id: int
    manager: str
    contact: str
    email: str
    listings: Mapping[str, int]
    """Maps a city to the number of listings there."""
    stays: StayProfile = SHORT_STAYS
    multi_unit_every: int = 40
    """Every listing whose number is a multiple of this is a type of several identical units."""

    @property
    def size(self) -> int:
        return sum(self.listings.values())


PORTFOLIOS = {
    portfolio.id: portfolio
    for portfolio in (
        Portfolio(
            10003,
            "Harbour Lane Stays",
            "Marta Vieira",
            "office@harbourlane.example",
            {"Lisbon": 1, "Edinburgh": 1, "Austin": 1},
            multi_unit_every=3,
        ),
        Portfolio(
            10040,
            "Northlight Apartments",
            "Callum Reid",
            "hello@northlight.example",
            {"Edinburgh": 14, "Lisbon": 12, "Prague": 8, "Tokyo": 6},
            multi_unit_every=13,
        ),
        Portfolio(
            11000,
            "Meridian Hospitality Group",
            "Elena Costa",
            "revenue@meridianhospitality.example",
            {
                "Lisbon": 190,
                "Barcelona": 210,
                "Edinburgh": 120,
                "Prague": 110,
                "Innsbruck": 90,
                "Austin": 130,
                "Cape Town": 80,
                "Tokyo": 70,
            },
        ),
        # Coliving: the listings are room types of houses, which are let by the month.
        Portfolio(
            20003,
            "Casa Comum",
            "Matilde Rocha",
            "ola@casacomum.example",
            {"Lisbon": 3},
            stays=MONTHLY_STAYS,
            multi_unit_every=1,
        ),
        Portfolio(
            20040,
            "Common Ground Houses",
            "Fiona Baird",
            "rooms@commonground.example",
            {"Edinburgh": 14, "Barcelona": 12, "Prague": 8, "Austin": 6},
            stays=MONTHLY_STAYS,
            multi_unit_every=2,
        ),
        Portfolio(
            21000,
            "Habitat Living",
            "Jonas Weber",
            "revenue@habitatliving.example",
            {
                "Lisbon": 240,
                "Barcelona": 230,
                "Edinburgh": 150,
                "Prague": 140,
                "Austin": 110,
                "Cape Town": 70,
                "Tokyo": 60,
            },
            stays=MONTHLY_STAYS,
            multi_unit_every=4,
        ),
        # Direct: managers whose own system speaks the direct protocol.
        Portfolio(
            30003,
            "Three Rivers Lets",
            "Owen Pritchard",
            "bookings@threerivers.example",
            {"Edinburgh": 1, "Lisbon": 1, "Innsbruck": 1},
            multi_unit_every=3,
        ),
        Portfolio(
            30040,
            "Alpenglow Rentals",
            "Greta Moser",
            "office@alpenglow.example",
            {"Innsbruck": 14, "Prague": 10, "Barcelona": 8, "Tokyo": 8},
            multi_unit_every=13,
        ),
        Portfolio(
            31000,
            "Farwater Homes",
            "Simon Clarke",
            "revenue@farwaterhomes.example",
            {
                "Lisbon": 180,
                "Barcelona": 180,
                "Edinburgh": 140,
                "Prague": 110,
                "Innsbruck": 110,
                "Austin": 120,
                "Cape Town": 90,
                "Tokyo": 70,
            },
        ),
        # Spotahome: landlords who let by the month. Listings per city are multiples of five in the larger portfolios,
        # because blocks of five listings form properties (see sandbox.spotahome.landlords).
        Portfolio(
            40003,
            "Casa Clara Rentals",
            "Inês Duarte",
            "hello@casaclara.example",
            {"Barcelona": 2, "Lisbon": 1},
            stays=MONTHLY_STAYS,
            multi_unit_every=LISTING_NUMBERS,
        ),
        Portfolio(
            40040,
            "Nomad Quarters",
            "Jordi Puig",
            "landlords@nomadquarters.example",
            {"Barcelona": 20, "Lisbon": 15, "Edinburgh": 5},
            stays=MONTHLY_STAYS,
            multi_unit_every=LISTING_NUMBERS,
        ),
        Portfolio(
            41000,
            "Long Let Collective",
            "Aileen Grant",
            "pricing@longlet.example",
            {"Barcelona": 360, "Lisbon": 300, "Edinburgh": 140, "Prague": 120, "Innsbruck": 80},
            stays=MONTHLY_STAYS,
            multi_unit_every=LISTING_NUMBERS,
        ),
        Portfolio(
            NEIGHBOURS,
            "Other hosts",
            "",
            "",
            {
                "Lisbon": 48,
                "Barcelona": 48,
                "Edinburgh": 48,
                "Prague": 48,
                "Innsbruck": 48,
                "Austin": 48,
                "Cape Town": 48,
                "Tokyo": 48,
            },
            multi_unit_every=9,
        ),
    )
}
