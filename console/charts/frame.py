"""The frame of a chart: where its values lie on the picture, and its horizontal grid lines."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from django.utils.safestring import SafeString

from console.charts.svg import element


@dataclass(frozen=True, slots=True)
class Size:
    """The picture in units of its viewBox, which are pixels at its natural width."""

    width: int
    height: int


# A picture is drawn twice, so that its text has the same size on a desk and on a phone. The style sheet shows one.
WIDE, NARROW = Size(540, 250), Size(340, 230)

LEFT, RIGHT, TOP, BOTTOM = 44, 8, 10, 24


@dataclass(frozen=True, slots=True)
class Frame:
    """Places `slots` equal columns side by side, and values from `lowest` to `highest` above each other."""

    size: Size
    slots: int
    lowest: float
    highest: float

    @property
    def slot_width(self) -> float:
        return (self.size.width - LEFT - RIGHT) / max(self.slots, 1)

    def x(self, slot: float) -> float:
        """The left edge of a column; 0.5 more is its middle."""
        return LEFT + slot * self.slot_width

    def y(self, value: float) -> float:
        """The height of a value; small values are at the bottom, where y is large."""
        share = (value - self.lowest) / ((self.highest - self.lowest) or 1)
        return self.size.height - BOTTOM - share * (self.size.height - TOP - BOTTOM)


def ticks(lowest: float, highest: float, wanted: int = 5) -> list[float]:
    """Round numbers from one that is not above `lowest` to one that is not below `highest`, about `wanted` of them.

    Their distance is 1, 2 or 5 times a power of ten, and at least 1.
    """
    step = nice_step((highest - lowest) / max(wanted - 1, 1))
    first, last = floor(lowest / step), max(ceil(highest / step), floor(lowest / step) + 1)
    return [float(step * each) for each in range(first, last + 1)]


def nice_step(distance: float) -> int:
    """The smallest of 1, 2, 5, 10, 20, 50, … that is not below `distance`."""
    if distance <= 1:
        return 1
    power = 10 ** floor(log10(distance))
    return int(next(factor * power for factor in (1, 2, 5, 10) if factor * power >= distance * (1 - 1e-9)))


def grid(frame: Frame, values: Iterable[float], written: Callable[[float], str]) -> list[SafeString]:
    """A line and its number for each value."""
    lines = []
    for value in values:
        y = frame.y(value)
        lines.append(element("line", x1=LEFT, x2=frame.size.width - RIGHT, y1=y, y2=y, class_="grid"))
        lines.append(element("text", [written(value)], x=LEFT - 6, y=y + 4, class_="number"))
    return lines


def month_labels(frame: Frame, labels: Sequence[tuple[float, str]]) -> list[SafeString]:
    """The names below the columns, each in the middle of its slot; on a narrow picture every second one is left out."""
    fits = (frame.size.width - LEFT - RIGHT) / max(len(labels), 1) >= 36
    y = frame.size.height - 7
    return [
        element("text", [label], x=frame.x(slot), y=y, class_="name")
        for position, (slot, label) in enumerate(labels)
        if fits or position % 2 == 0
    ]


def picture(size: Size, content: Iterable[SafeString], *, label: str, kind: str) -> SafeString:
    """The whole picture, with a sentence for those who do not see it. `kind` is a class name, such as `wide`."""
    return element(
        "svg",
        content,
        viewBox=f"0 0 {size.width} {size.height}",
        role="img",
        aria_label=label,
        class_=f"picture {kind}",
    )
