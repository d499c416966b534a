"""The one line that tells an operator what is wrong with a setting."""

import re

from pydantic import ValidationError

# What a variable must be, by the type of pydantic's error.
_REQUIREMENTS = {
    "bool_parsing": "be on or off, not {input!r}",
    "finite_number": "be a number, not {input!r}",
    "float_parsing": "be a number, not {input!r}",
    "greater_than_equal": "be at least {ge:.10g}, not {input}",
    "int_parsing": "be a whole number, not {input!r}",
    "int_parsing_size": "be a whole number, not {input!r}",
    "less_than_equal": "be at most {le:.10g}, not {input}",
    "literal_error": "be {choices}, not {input!r}",
    "string_unicode": "be text in UTF-8",
    "value_error": "{error}",
}


def one_line(errors: ValidationError) -> str:
    """The first error, such as `TRUSTED_PROXIES must be at least 0, not -1.`"""
    first = errors.errors(include_url=False)[0]
    context = first.get("ctx", {})
    if "expected" in context:
        choices = re.findall(r"'(\w+)'", context["expected"])
        context["choices"] = " or ".join(choices) if len(choices) == 2 else f"one of {', '.join(choices)}"
    requirement = _REQUIREMENTS[first["type"]].format(input=first["input"], **context)
    # An error about several settings has no location: its text names the variable.
    return " must ".join([*map(str, first["loc"]), requirement]) + "."
