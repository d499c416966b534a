import pytest

from markets.sources.cells import Inexact, Unreadable, amount, bathrooms, exact_id, plain_text, whole_number


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("397657", "397657"),
        (" 397657 ", "397657"),
        ("397657.0", "397657"),
        ("0397657", "397657"),
        ("1098765432109876543", "1098765432109876543"),
        ("9007199254740992.0", "9007199254740992"),
        ("3.97657E+05", "397657"),
        ("1.098765432109876543e+18", "1098765432109876543"),
    ],
)
def test_exact_ids(text: str, found: str) -> None:
    assert exact_id(text) == found


@pytest.mark.parametrize(
    "text", ["1.2E+18", "1.0987654321098765e+18", "4E+05", "1098765432109876543.0", "1E+99", "9007199254740994.0"]
)
def test_an_id_that_a_spreadsheet_has_rounded_is_not_trusted(text: str) -> None:
    with pytest.raises(Inexact):
        exact_id(text)


@pytest.mark.parametrize(
    "text",
    ["", "x", "-1", "0", "0.0", "1.5", "12345678901234567890", "1,234", "nan", "٣٩٧٦٥٧", "12 34", "1e", "1" * 99999],
)
def test_what_is_no_id_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        exact_id(text)


@pytest.mark.parametrize(
    ("text", "minor_units", "found"),
    [
        ("$1,234.00", 100, 123_400),
        ("$55.00", 100, 5_500),
        ("95", 100, 9_500),
        ("95.0", 100, 9_500),
        ("95.", 100, 9_500),
        ("$1,234,567.89", 100, 123_456_789),
        ("€ 120.50", 100, 12_050),
        ("120.50 €", 100, 12_050),
        ("$19,800.00", 1, 19_800),
        ("12.345", 1000, 12_345),
        ("0.005", 100, 1),
        ("", 100, None),
        ("$0.00", 100, None),
    ],
)
def test_amounts(text: str, minor_units: int, found: int | None) -> None:
    assert amount(text, minor_units) == found


@pytest.mark.parametrize("text", ["$x", "-5", "1,23", "1.234,00", "1e9", "inf", "nan", "9" * 30, "1 234", "$", "٣"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        amount(text, 100)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1 bath", 1.0), ("1.5 shared baths", 1.5), ("Half-bath", 0.5), ("Shared half-bath", 0.5), ("0 baths", 0.0),
        ("", None), ("many", None),
    ],
)  # fmt: skip
def test_bathrooms_in_words(text: str, found: float | None) -> None:
    assert bathrooms(text) == found


def test_a_plain_text_is_one_short_line() -> None:
    assert plain_text("a\r\n<b>b</b>\x1b[31m\u202e c<br/>🏠", 255) == "a b [31m c 🏠"
    assert plain_text("x" * 300, 255) == "x" * 255


@pytest.mark.parametrize(
    ("text", "found"), [("2.0", 2), ("2", 2), ("2.5", None), ("-1", None), ("1e300", None), ("", None)]
)
def test_whole_numbers(text: str, found: int | None) -> None:
    assert whole_number(text) == found
