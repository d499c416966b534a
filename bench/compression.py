"""Cost and saving of compressing a page of 100 listings: `{plain, gzip}`, each `{ms, bytes}`."""

from typing import Any

from bench import calls, data
from bench.timing import in_turn


def measure(listings: int, rounds: int) -> dict[str, dict[str, Any]]:
    application = data.make(listings)
    url, token = "/api/v1/listings/?page[size]=100", f"{data.TOKEN}-{application.name}"
    handler = calls.application(None)
    variants = {
        name: calls.caller(handler, "GET", url, token, encoding=encoding)
        for name, encoding in (("plain", ""), ("gzip", "gzip"))
    }
    sizes = {name: len(call()[1]) for name, call in variants.items()}
    found = in_turn(variants, rounds=rounds)
    return {name: {"ms": round(ms, 3), "bytes": sizes[name]} for name, ms in found.items()}
