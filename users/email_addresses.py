"""The normal form of email addresses, by which they are compared. The address as given is stored beside it."""

import unicodedata

LONGEST_NORMAL_FORM = 1024  # characters; an address of 254 characters never exceeds it
LONGEST_DOMAIN = 253  # characters (RFC 1035)


def normal_form(email: str) -> str:
    """Two texts with the same normal form are the same address.

    Upper and lower case are equal (Unicode case folding, then NFC), and so are the two spellings of an international
    domain: `münchen.example` and `xn--mnchen-3ya.example`. Databases are not asked, because each folds case in its own
    way: PostgreSQL's UPPER makes the dotless i (U+0131) equal to i, and SQLite knows ASCII only.
    """
    local, at, domain = email.rpartition("@")
    return f"{_folded(local)}{at}{_domain(domain)}"


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def _domain(domain: str) -> str:
    try:
        ascii_domain = domain.encode("idna").decode("ascii")
    except UnicodeError:  # such as an address in brackets or an empty label
        return _folded(domain)
    return ascii_domain.lower() if len(ascii_domain) <= LONGEST_DOMAIN else _folded(domain)
