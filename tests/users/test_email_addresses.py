"""The normal form by which email addresses are compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from users.email_addresses import LONGEST_NORMAL_FORM, normal_form


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ada@Example.com", "ada@example.COM"),
        ("\u212aarl@example.com", "karl@example.com"),  # the Kelvin sign
        ("e\u0301va@example.com", "\u00c9va@example.com"),
        ("ada@M\u00dcNCHEN.example", "ada@xn--mnchen-3ya.example"),
        ("ada@[2001:DB8::1]", "ada@[2001:db8::1]"),
    ],
)
def test_spellings_of_one_address_are_equal(one: str, other: str) -> None:
    assert normal_form(one) == normal_form(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("m\u0131ke@example.com", "mike@example.com"),
        ("ada@example.com", "ada@example.org"),
        ("a.da@e.com", "ada@e.com"),
    ],
)
def test_different_addresses_stay_different(one: str, other: str) -> None:
    assert normal_form(one) != normal_form(other)


@given(st.text(max_size=254))
def test_the_normal_form_of_any_text_is_its_own_and_fits_its_column(text: str) -> None:
    key = normal_form(text)

    assert normal_form(key) == key
    assert len(key) <= LONGEST_NORMAL_FORM
