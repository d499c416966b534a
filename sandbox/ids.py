"""Whole numbers of paths and queries, no longer than Python reads: `{listing_id:id}`."""

import re

from starlette.convertors import Convertor, register_url_convertor

NUMBER = re.compile(r"[0-9]{1,1000}")


class Id(Convertor[int]):
    regex = NUMBER.pattern

    def convert(self, value: str) -> int:
        return int(value)

    def to_string(self, value: int) -> str:
        return str(value)


def teach_routes() -> None:
    """To be called before routes with an `:id` are built."""
    register_url_convertor("id", Id())
