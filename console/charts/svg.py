"""Elements of SVG as text. Every attribute and every text is escaped."""

from collections.abc import Iterable

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

Value = str | int | float


def element(name: str, content: Iterable[str] = (), **attributes: Value) -> SafeString:
    """An element with its content. `class_` and `stroke_width` become `class` and `stroke-width`.

    Numbers get at most one decimal, a tenth of a pixel. Content that is not marked as safe is escaped.
    """
    written = format_html_join("", ' {}="{}"', ((_name(key), _number(value)) for key, value in attributes.items()))
    inside = format_html_join("", "{}", ((conditional_escape(each),) for each in content))
    # The names of elements come from our own modules, never from data.
    return format_html("<{0}{1}>{2}</{0}>", name, written, inside)


def points(line: Iterable[tuple[float, float]]) -> str:
    """The `points` of a polyline or polygon."""
    return " ".join(f"{_number(x)},{_number(y)}" for x, y in line)


def _name(keyword: str) -> str:
    return keyword.removesuffix("_").replace("_", "-") if keyword != "viewBox" else keyword


def _number(value: Value) -> str:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)
