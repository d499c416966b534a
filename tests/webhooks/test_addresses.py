"""Which URLs an endpoint may have in production."""

import pytest

from webhooks.addresses import problem_with


@pytest.mark.parametrize(
    "url", ["https://receiver.example/", "https://receiver.example:8443/a/b?c=d&e", "https://8.8.8.8/", "https://a.b"]
)
def test_https_and_public(url: str) -> None:
    assert problem_with(url, public_only=True) is None


@pytest.mark.parametrize(
    "url",
    [
        "http://receiver.example/", "https://127.0.0.1/", "https://127.1/", "https://0x7f.1/", "https://2130706433/",
        "https://[::1]/", "https://[::ffff:10.0.0.1]/", "https://169.254.169.254/latest", "https://10.1.2.3/",
        "https://localhost/", "https://a.localhost./", "https://user:word@receiver.example/", "https://[fd00::1]:8443/",
    ],
)  # fmt: skip
def test_what_is_refused(url: str) -> None:
    assert problem_with(url, public_only=True) is not None


def test_a_laptop_may_use_http_at_its_own_address() -> None:
    assert problem_with("http://127.0.0.1:9000/hooks", public_only=False) is None
