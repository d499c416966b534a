"""The picture of a calendar, which can be read without colours."""

from datetime import date, timedelta

from devtools.client.heat_map import Day, heat_map


def nights(first: date, *nights: tuple[float | None, str]) -> list[Day]:
    return [Day(first + timedelta(days=number), *each) for number, each in enumerate(nights)]


def drawn(days: list[Day], width: int = 100) -> list[str]:
    return [line.plain.rstrip() for line in heat_map(days, width)]


def test_each_month_has_prices_above_states() -> None:
    days = nights(date(2030, 1, 30), (100, "available"), (200, "booked"), (150, "blocked"), (None, "unknown"))

    assert drawn(days) == [
        "         1   5    10   15   20   25   30",
        "Jan 2030                              ▁█  150 on average",
        "                                      ·■  1 of 2 booked",
        "Feb 2030 ▅                                150 on average",
        "         x?                               0 of 2 booked",
        "Prices: ▁ 100 to █ 200",
        "Nights: · available, ■ booked, x blocked, ? unknown",
    ]


def test_a_narrow_terminal_gets_the_summary_on_its_own_line() -> None:
    lines = drawn(nights(date(2030, 1, 1), (100, "available"), (200, "booked")), width=44)

    assert "         150 on average, 1 of 2 booked" in lines
    assert lines[-2:] == ["Nights: · available, ■ booked", "        x blocked, ? unknown"]
    assert max(map(len, lines)) <= 44


def test_equal_prices_and_no_prices_can_be_drawn() -> None:
    assert drawn(nights(date(2030, 1, 1), (80, "available"), (80, "available")))[1].split()[2] == "▁▁"
    assert drawn(nights(date(2030, 1, 1), (None, "available")))[1].endswith("no prices")
    assert drawn([])[1] == "Prices: ▁ 0 to █ 0"
