"""The events that fill a place: how strongly each moves prices, and over which nights.

The dates of public holidays come from the `holidays` package; this table gives their effect on prices. Festivals that
are not public holidays, and movable feasts, have a rule for their date. Festivals whose dates are announced year by
year are not listed.

Places are separated by blanks: an ISO 3166-1 country, a country and a `city_key` ("US/new-york"), or "*" for
everywhere. Nights are those before and during the days off.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Literal, NamedTuple

from dateutil.easter import EASTER_ORTHODOX, EASTER_WESTERN
from dateutil.easter import easter as easter_sunday
from dateutil.relativedelta import FR, MO, SA, SU, relativedelta, weekday

Impact = Literal["low", "medium", "high"]
FirstNight = Callable[[int], date]


class HolidayEvent(NamedTuple):
    """An event around a public holiday.

    days: the names of the holiday in the `holidays` package (`en_US`), which differ between countries. When several
    days in a row have one of these names, the first one counts. The event has `nights` nights; the first of them is
    `first_night` days after the holiday (negative: before it).
    """

    key: str
    name: str
    impact: Impact
    days: tuple[str, ...]
    first_night: int
    nights: int
    places: str


class Festival(NamedTuple):
    """An event of `nights` nights from `first_night(year)` on."""

    key: str
    name: str
    impact: Impact
    first_night: FirstNight
    nights: int
    places: str


class OtherHolidays(NamedTuple):
    """Every public holiday of a place that no row of the table names. It keeps its own name.

    except_on: month and day of a holiday whose nights a festival of the table has.
    """

    key: str
    impact: Impact
    except_on: tuple[int, int]


def on(month: int, day: int) -> FirstNight:
    """The same date in every year."""
    return lambda year: date(year, month, day)


def weekday_of(month: int, found: weekday, *, offset: int = 0) -> FirstNight:
    """A weekday of a month, such as the third Monday, `MO(3)`, or the last, `MO(-1)`; moved by `offset` days."""
    from_day = 31 if found.n < 0 else 1
    moved = relativedelta(day=from_day, weekday=found)
    return lambda year: date(year, month, 1) + moved + timedelta(days=offset)


def on_or_after(month: int, day: int, found: weekday, *, offset: int = 0) -> FirstNight:
    """The first such weekday from a day of the year on, moved by `offset` days."""
    return lambda year: date(year, month, day) + relativedelta(weekday=found) + timedelta(days=offset)


def easter(offset: int) -> FirstNight:
    """Days after (negative: before) Easter Sunday of the western churches."""
    return lambda year: easter_sunday(year, EASTER_WESTERN) + timedelta(days=offset)


def orthodox_easter(offset: int) -> FirstNight:
    """Days after (negative: before) Easter Sunday of the orthodox churches."""
    return lambda year: easter_sunday(year, EASTER_ORTHODOX) + timedelta(days=offset)


WESTERN = (
    "AD AR AT AU BE BR CA CH CL CO CR CZ DE DK EE ES FI FR GB HR HU IE IS IT LI LT LU LV MC MT MX NL NO NZ "
    "PA PE PH PL PT SE SI SK US UY ZA"
)
ORTHODOX = "BG CY GE GR MD ME MK RO RS"
ASCENSION = "AT BE CH DE DK FI FR LU NL NO SE"
ASSUMPTION = "AT BE CY ES FR GR HR IT LU MT PL PT RO SI"
ALL_SAINTS = "AT BE ES FR HR IT LU PL PT SI"
MUSLIM = "AE BD BH EG ID JO KW MA MY OM PK QA SA TN TR"

ASSUMPTION_NAMES = (
    "Assumption Day",
    "Assumption Of Mary Day",
    "Dormition of the Mother of God",
    "Feast of the Assumption",
)
ALL_SAINTS_NAMES = ("All Saints' Day", "Day of Remembrance for the Dead")
# The day itself. The days before and after it have other names in the package.
LUNAR_NEW_YEAR_NAMES = (
    "Chinese New Year",
    "Chinese New Year (Spring Festival)",
    "Chinese New Year's Day",
    "Chinese Spring Festival",
    "Lunar New Year",
)
EID_AL_FITR_NAMES = ("Eid al-Fitr", "Eid al-Fitr Holiday")
EID_AL_ADHA_NAMES = ("Eid al-Adha", "Eid al-Adha Holiday")

CONSTITUTION_BRIDGE = "Constitution Day and Immaculate Conception"

# key, name, impact, names of the day, first night, nights, places. Rows may share a key.
# When two events of the same impact fall on one night, festivals win over holidays, and earlier rows over later ones.
HOLIDAY_EVENTS: tuple[HolidayEvent, ...] = (
    HolidayEvent("ascension", "Ascension weekend", "low", ("Ascension Day",), -1, 4, ASCENSION),
    HolidayEvent("may_day", "May Day", "low", ("Labor Day",), -1, 2, "AT BE DE ES FR IT PT"),
    HolidayEvent("may_day", "May Day", "low", ("National Day",), -1, 2, "PL"),
    HolidayEvent("assumption", "Assumption Day", "medium", ASSUMPTION_NAMES, -1, 2, ASSUMPTION),
    HolidayEvent("all_saints", "All Saints' Day", "low", ALL_SAINTS_NAMES, -1, 2, ALL_SAINTS),
    # Americas
    HolidayEvent("presidents_day", "Presidents' Day weekend", "low", ("Washington's Birthday",), -3, 3, "US"),
    HolidayEvent("memorial_day", "Memorial Day weekend", "medium", ("Memorial Day",), -3, 3, "US"),
    HolidayEvent("us_independence_day", "Independence Day", "high", ("Independence Day",), -1, 2, "US"),
    HolidayEvent("us_labor_day", "Labor Day weekend", "medium", ("Labor Day",), -3, 3, "US"),
    HolidayEvent("thanksgiving", "Thanksgiving", "medium", ("Thanksgiving Day",), -1, 4, "US"),
    HolidayEvent("canada_day", "Canada Day", "medium", ("Canada Day",), -1, 2, "CA"),
    HolidayEvent("canadian_thanksgiving", "Thanksgiving weekend", "low", ("Thanksgiving Day",), -3, 3, "CA"),
    HolidayEvent("mexican_independence", "Independence Day", "medium", ("Independence Day",), -1, 2, "MX"),
    # British Isles
    HolidayEvent("early_may_holiday", "Early May bank holiday", "low", ("May Day", "May Bank Holiday"), -3, 3, "GB IE"),
    HolidayEvent("spring_holiday", "Spring bank holiday", "low", ("Spring Bank Holiday",), -3, 3, "GB"),
    HolidayEvent(
        "summer_holiday",
        "Summer bank holiday",
        "medium",
        ("Late Summer Bank Holiday", "Summer Bank Holiday"),  # the latter in Scotland, at the start of August
        -3,
        3,
        "GB",
    ),
    HolidayEvent("saint_patrick", "Saint Patrick's Day", "medium", ("Saint Patrick's Day",), -1, 2, "IE"),
    HolidayEvent(
        "saint_patrick_dublin", "Saint Patrick's Festival", "high", ("Saint Patrick's Day",), -2, 3, "IE/dublin"
    ),
    # Europe
    HolidayEvent("bastille_day", "Bastille Day", "medium", ("National Day",), -1, 2, "FR"),
    HolidayEvent("german_unity", "German Unity Day", "low", ("German Unity Day",), -1, 2, "DE"),
    HolidayEvent("kings_day", "King's Day", "medium", ("King's Day",), -1, 2, "NL"),
    HolidayEvent("kings_day_amsterdam", "King's Day", "high", ("King's Day",), -1, 2, "NL/amsterdam"),
    # Two days off, 6 and 8 December, of which the package leaves out one that falls on a Sunday.
    HolidayEvent("constitution_bridge", CONSTITUTION_BRIDGE, "medium", ("Constitution Day",), -1, 3, "ES"),
    HolidayEvent("constitution_bridge", CONSTITUTION_BRIDGE, "medium", ("Immaculate Conception",), -3, 3, "ES"),
    HolidayEvent("liberation_day", "Liberation Day", "low", ("Liberation Day", "Freedom Day"), -1, 2, "IT PT"),
    HolidayEvent("republic_day", "Republic Day", "low", ("Republic Day",), -1, 2, "IT"),
    HolidayEvent("midsummer", "Midsummer", "medium", ("Midsummer Day",), -2, 3, "FI SE"),
    # Asia and Pacific
    HolidayEvent("golden_week", "Golden Week", "high", ("Constitution Day",), -4, 7, "JP"),
    HolidayEvent("lunar_new_year", "Lunar New Year", "high", LUNAR_NEW_YEAR_NAMES, -1, 7, "CN HK MO TW VN"),
    HolidayEvent("lunar_new_year_korea", "Seollal", "high", ("Korean New Year",), -2, 4, "KR"),
    HolidayEvent("lunar_new_year_abroad", "Lunar New Year", "medium", LUNAR_NEW_YEAR_NAMES, -1, 3, "BN ID MU MY PH SG"),
    HolidayEvent("mid_autumn", "Mid-Autumn Festival", "medium", ("Mid-Autumn Festival",), -1, 3, "CN TW"),
    HolidayEvent("chuseok", "Chuseok", "high", ("Chuseok",), -2, 4, "KR"),
    HolidayEvent("chinese_national_day", "National Day week", "high", ("National Day",), -1, 7, "CN"),
    HolidayEvent("songkran", "Songkran", "high", ("Songkran Festival",), -1, 4, "TH"),
    HolidayEvent("holi", "Holi", "medium", ("Holi",), -1, 2, "IN"),
    HolidayEvent("diwali", "Diwali", "high", ("Diwali",), -1, 3, "IN"),
    HolidayEvent("diwali_abroad", "Diwali", "medium", ("Diwali",), -1, 2, "MU MY SG"),
    HolidayEvent("eid_al_fitr", "Eid al-Fitr", "high", EID_AL_FITR_NAMES, -1, 4, MUSLIM),
    HolidayEvent("eid_al_adha", "Eid al-Adha", "medium", EID_AL_ADHA_NAMES, -1, 4, MUSLIM),
    HolidayEvent("nowruz", "Nowruz", "medium", ("Nowruz", "Nowruz Holiday"), -1, 4, "IR KZ"),
    HolidayEvent("passover", "Passover", "high", ("Pesach",), -1, 7, "IL"),
    HolidayEvent("rosh_hashanah", "Rosh Hashanah", "medium", ("Rosh Hashanah",), -1, 3, "IL"),
    HolidayEvent("sukkot", "Sukkot", "medium", ("Sukkot",), -1, 8, "IL"),
    HolidayEvent("uae_national_day", "National Day", "medium", ("National Day",), -1, 3, "AE"),
    HolidayEvent("australia_day", "Australia Day", "medium", ("Australia Day",), -1, 2, "AU"),
    HolidayEvent("anzac_day", "Anzac Day", "low", ("ANZAC Day", "Anzac Day"), -1, 2, "AU NZ"),
    HolidayEvent("melbourne_cup", "Melbourne Cup", "high", ("Melbourne Cup Day",), -4, 5, "AU/melbourne"),
    HolidayEvent("waitangi_day", "Waitangi Day", "low", ("Waitangi Day",), -1, 2, "NZ"),
)

# key, name, impact, first night, nights, places.
FESTIVALS: tuple[Festival, ...] = (
    Festival("new_years_eve", "New Year's Eve", "high", on(12, 30), 2, "*"),
    Festival("christmas", "Christmas", "medium", on(12, 24), 3, f"{WESTERN} BG CY GR RO"),
    Festival("easter", "Easter", "medium", easter(-3), 4, WESTERN),
    Festival("orthodox_easter", "Orthodox Easter", "medium", orthodox_easter(-3), 4, ORTHODOX),
    Festival("pentecost", "Pentecost weekend", "low", easter(47), 3, f"{ASCENSION} HU IS"),
    # Americas
    Festival("boston_marathon", "Boston Marathon", "high", weekday_of(4, MO(3), offset=-3), 3, "US/boston"),
    Festival("kentucky_derby", "Kentucky Derby", "high", weekday_of(5, SA(1), offset=-1), 2, "US/louisville"),
    Festival("indianapolis_500", "Indianapolis 500", "high", weekday_of(5, MO(-1), offset=-3), 3, "US/indianapolis"),
    Festival(
        "new_york_marathon", "New York City Marathon", "medium", weekday_of(11, SU(1), offset=-2), 2, "US/new-york"
    ),
    Festival("mardi_gras", "Mardi Gras", "high", easter(-51), 5, "US/new-orleans"),
    Festival("carnival", "Carnival", "high", easter(-51), 5, "BR"),
    Festival("day_of_the_dead", "Day of the Dead", "medium", on(10, 31), 3, "MX"),
    # Europe
    Festival("edinburgh_fringe", "Edinburgh Festival Fringe", "high", weekday_of(8, FR(1)), 25, "GB/edinburgh"),
    Festival("oktoberfest", "Oktoberfest", "high", on_or_after(9, 16, SA, offset=-1), 16, "DE/munich"),
    Festival("cologne_carnival", "Carnival", "high", easter(-52), 5, "DE/cologne"),
    Festival("fallas", "Fallas", "high", on(3, 15), 5, "ES/valencia"),
    Festival("san_fermin", "San Fermín", "high", on(7, 5), 9, "ES/pamplona"),
    Festival("merce", "La Mercè", "medium", on(9, 23), 2, "ES/barcelona"),
    Festival("semana_santa", "Semana Santa", "high", easter(-7), 8, "ES/seville ES/malaga"),
    Festival("saint_anthony", "Saint Anthony's festival", "high", on(6, 11), 2, "PT/lisbon"),
    Festival("saint_john", "Saint John's festival", "high", on(6, 22), 2, "PT/porto"),
    Festival("venice_carnival", "Carnival", "high", easter(-52), 6, "IT/venice"),
    Festival("palio_july", "Palio", "high", on(7, 1), 2, "IT/siena"),
    Festival("palio_august", "Palio", "high", on(8, 15), 2, "IT/siena"),
    # Asia
    Festival("obon", "Obon", "medium", on(8, 12), 4, "JP"),
)

# On 1 January guests leave: the nights before are those of New Year's Eve.
OTHER_HOLIDAYS = OtherHolidays("public_holiday", "low", except_on=(1, 1))

EVENTS: tuple[Festival | HolidayEvent | OtherHolidays, ...] = (*FESTIVALS, *HOLIDAY_EVENTS, OTHER_HOLIDAYS)
