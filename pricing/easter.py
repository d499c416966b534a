"""Easter Sunday, from which half of the movable feasts follow."""

from datetime import date, timedelta


def western_easter(year: int) -> date:
    """Easter of the Gregorian calendar (Meeus, *Astronomical Algorithms*, ch. 8)."""
    a = year % 19
    b, c = divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    weekday = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 19 * weekday) // 433
    month = (h + weekday - 7 * m + 90) // 25
    day = (h + weekday - 7 * m + 33 * month + 19) % 32
    return date(year, month, day)


def orthodox_easter(year: int) -> date:
    """Easter of the Julian calendar, as a Gregorian date (Meeus, ch. 8)."""
    d = (19 * (year % 19) + 15) % 30
    e = (2 * (year % 4) + 4 * (year % 7) - d + 34) % 7
    month, day = divmod(d + e + 114, 31)
    days_between_calendars = year // 100 - year // 400 - 2
    return date(year, month, day + 1) + timedelta(days=days_between_calendars)
