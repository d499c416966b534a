"""Ids in paths and queries: whole numbers that are not too long for Python to parse. Routes use `{listing_id:id}`."""

import re

from starlette.convertors import Convertor, register_url_convertor

NUMBER = re.compile(r"[0-9]{1,1000}")


class Id(Convertor[int]):
    regex = NUMBER.pattern

    def convert(self, value: str) -> int:
        return int(value)

    def to_string(self, value: int) -> str:
        return str(value)


def register_id_convertor() -> None:
    """Call this before building routes with an `:id`."""
    register_url_convertor("id", Id())
