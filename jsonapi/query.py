"""Query parameters: checked once for every view, with all names in one spelling.

Unknown parameters and values are refused. After the check, names are in snake_case whichever spelling was sent, so that
the library's include, sparse fieldsets and filters understand both.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.http import QueryDict

from jsonapi.errors import BadParameters
from jsonapi.naming import dasherize, underscore
from jsonapi.numbers import is_whole_number
from jsonapi.profiles import ERRORS

LARGEST = 2**31 - 1  # as published; beyond any page
_BRACKETED = re.compile(r"(fields|filter|page)\[([\w.\-]+)\]", re.ASCII)


@dataclass(frozen=True, slots=True)
class QueryRules:
    """The parameters that an operation accepts. Names are in snake_case, resource types unchanged."""

    paged: bool = False
    sort: frozenset[str] = frozenset()
    sorts_by_one: bool = False
    filters: frozenset[str] = frozenset()
    includes: frozenset[str] = frozenset()
    fields: Mapping[str, frozenset[str]] = field(default_factory=dict)
    extra: frozenset[str] = frozenset()

    def names(self) -> list[str]:
        """The accepted parameters, as they are written in a URL."""
        return sorted(
            [
                *self.extra,
                *["sort"] * bool(self.sort),
                *["include"] * bool(self.includes),
                *["page[number]", "page[size]", "page[after]", "page[before]"] * self.paged,
                *(f"filter[{dasherize(name)}]" for name in self.filters),
                *(f"fields[{name}]" for name in self.fields),
            ]
        )


def asks_for_cursors(sent: QueryDict, rules: QueryRules, *, by_profile: bool) -> bool:
    """Whether the answer is a page at a cursor. `by_profile`: the `Accept` header asks for it.

    The profile gives way to a page number, so that a client may accept it everywhere.
    """
    return rules.paged and (
        "page[after]" in sent or "page[before]" in sent or (by_profile and "page[number]" not in sent)
    )


def read_query(sent: QueryDict, rules: QueryRules, *, at_cursor: bool = False) -> QueryDict:
    """The checked parameters, in snake_case. Raises BadParameters, which names each bad parameter."""
    read = QueryDict(mutable=True)
    problems: dict[str, str] = {}
    for name, values in sent.lists():
        if len(values) > 1:
            problems[name] = f"{name} may be given only once."
            continue
        known, complaint = _check(name, values[0], rules)
        if known in read:
            complaint = f"{name} is another spelling of a parameter that is given, too."
        if complaint:
            problems[name] = complaint
        else:
            read[known] = _settled(known, values[0])
    if at_cursor and "page[number]" in sent:
        problems["page[number]"] = "page[number] cannot be combined with page[after] and page[before]."
    if problems:
        of_profile = {"sort": {"links": {"type": ERRORS["sort"]}}} if at_cursor else {}
        raise BadParameters(problems, of_profile)
    return read


def _check(name: str, value: str, rules: QueryRules) -> tuple[str, str | None]:
    """The parameter's name in snake_case, and a complaint or None."""
    if underscore(name) in rules.extra:
        return underscore(name), None
    if name == "sort" and rules.sort:
        return name, _sort_complaint(value, rules)
    if name == "include" and rules.includes:
        return name, _complaint(value, rules.includes, "include path")
    bracketed = _BRACKETED.fullmatch(name)
    family, member = bracketed.groups() if bracketed else ("", "")
    if family == "page" and rules.paged and member in ("after", "before"):
        return name, None  # read together with the order that they are cursors of
    if family == "page" and rules.paged and member in ("number", "size"):
        return name, _page_complaint(member, value)
    if family == "filter" and underscore(member) in rules.filters:
        return f"filter[{underscore(member)}]", None if value else f"{name} needs a value."
    if family == "fields" and member in rules.fields:
        return name, _complaint(value, rules.fields[member], f"field of {member}")
    return name, f"{name} is not a query parameter of this operation. Known: {', '.join(rules.names()) or 'none'}."


def _settled(name: str, value: str) -> str:
    """Lists of names without repetitions; other values unchanged."""
    if name == "sort":  # a field that already sorts the rows changes nothing the second time
        first: dict[str, str] = {}
        for term in value.split(","):
            field = underscore(term.removeprefix("-"))
            first.setdefault(field, f"-{field}" if term.startswith("-") else field)
        return ",".join(first.values())
    if name == "include" or name.startswith("fields["):
        return ",".join(dict.fromkeys(_names(value)))
    return value


def _sort_complaint(value: str, rules: QueryRules) -> str | None:
    if rules.sorts_by_one and "," in value:
        return "sort takes one field here."
    fields = ",".join(term.removeprefix("-") for term in value.split(","))
    return _complaint(fields, rules.sort, "sort field")


def _names(value: str) -> list[str]:
    return [underscore(name) for name in value.split(",")] if value else []


def _complaint(sent: str, known: frozenset[str], what: str) -> str | None:
    """A complaint about a list of names. The same name may occur twice, but not in two spellings."""
    names = {name: underscore(name) for name in sent.split(",")} if sent else {}
    bad = [dasherize(name) for name in names.values() if name not in known]
    if not bad:
        repeated = [dasherize(name) for name, count in Counter(names.values()).items() if count > 1]
        return f"{', '.join(repeated)}: give each {what} in one spelling." if repeated else None
    allowed = ", ".join(sorted(dasherize(name) for name in known))
    return f"Unknown {what}: {', '.join(bad)}. Known: {allowed}."


def _page_complaint(member: str, value: str) -> str | None:
    # No page number has more digits. The limit avoids conversions of very long numbers.
    if len(value) > 18 or not is_whole_number(value):
        return f"page[{member}] must be a whole number of at most 18 digits."
    if member == "size" and not 1 <= int(value) <= LARGEST:
        return f"page[size] must be from 1 to {LARGEST}."
    return None
