"""Every operation that reads, about the resources of the examples' world."""

import pytest

from partners.documentation import openapi

# operationId: the path's template.
READING = {item["get"]["operationId"]: item["get"] for path, item in openapi("3.1")["paths"].items() if "get" in item}
COLLECTIONS = sorted(name for name in READING if name.startswith("list_") or name == "get_market_insights")
SINGLE = sorted(set(READING) - set(COLLECTIONS))

every_reading = pytest.mark.parametrize("operation", sorted(READING))
every_collection = pytest.mark.parametrize("operation", COLLECTIONS)


def parameters(operation: str) -> dict[str, list[str]]:
    """The operation's parameters that take a list, with what may stand in it."""
    return {
        parameter["name"]: parameter["schema"].get("items", parameter["schema"])["enum"]
        for parameter in READING[operation]["parameters"]
        if "enum" in parameter["schema"].get("items", parameter["schema"])
    }
