"""Properties and their units: details and stay rules (S18-S23).

An absent member stays unchanged, and null clears it. Stay rules of a property apply to all its units.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from sandbox.ids import NUMBER
from sandbox.spotahome.ads import Ad, Ads
from sandbox.spotahome.bodies import Check, Member, list_of, number, object_of, optional, text, unsigned
from sandbox.spotahome.listings import NO_MAXIMUM, max_stay
from sandbox.spotahome.operations import BASE, Call, Operation
from sandbox.spotahome.paths import PROPERTIES
from sandbox.spotahome.problems import Problem

ITEMS_PER_PAGE, MOST_ITEMS = 100, 500
DETAILS_CHANGED = "AdDetailsWereUpdated"


def properties(call: Call) -> dict[str, Any]:
    """S18: links are relative to the root. `next` and `previous` are empty if there is no such page."""
    query = call.query
    page, per_page = _whole(query.get("page"), 1), min(_whole(query.get("itemsPerPage"), ITEMS_PER_PAGE), MOST_ITEMS)
    found = [ad for ad in call.ads.all() if ad.property_id == ad.id and _matches(call.ads, ad, query)]
    pages = max(1, -(-len(found) // per_page))
    shown = found[(page - 1) * per_page : page * per_page]

    def link(number: int) -> dict[str, str]:
        path = f"{call.request.scope['root_path']}{BASE}/listings/legacy/properties"
        return {"href": f"{path}?{urlencode({**query, 'page': number})}"}

    return {
        "count": len(shown),
        "total": len(found),
        "_links": {
            "self": link(page),
            "first": link(1),
            "last": link(pages),
            "next": link(page + 1) if page < pages else {},
            "previous": link(min(page - 1, pages)) if page > 1 else {},
        },
        "_embedded": {"properties": [{"id": ad.id} for ad in shown]},
    }


def _whole(text: str | None, otherwise: int) -> int:
    return max(1, int(text)) if text and NUMBER.fullmatch(text) else otherwise


def _matches(ads: Ads, ad: Ad, query: Mapping[str, str]) -> bool:
    """An empty parameter is no filter."""
    published, landlord = query.get("isPublished"), query.get("landlordId")
    is_published = not published or (published in ("true", "1")) == ad.is_published
    return is_published and (not landlord or (ads.landlord is not None and landlord == ads.landlord.id))


def put_details(call: Call) -> None:
    """S19: writes the details of the property's first unit. The other units are unchanged."""
    _write_unit(call.ads, call.ads.property(_id(call))[0], call.body)


def details(call: Call) -> list[dict[str, Any]]:
    """S20: one row for each unit."""
    return [_unit(ad) for ad in call.ads.property_if_any(call.id)] or call.nothing()


def put_stay_rules(call: Call) -> None:
    """S21."""
    for ad in call.ads.property(call.id):
        _write_unit(call.ads, ad, call.body)


def put_floor_plan(call: Call) -> None:
    """S22: 0 means no floor plan."""
    call.ads.keep(call.ads.ad(call.id), DETAILS_CHANGED, call.body)


def put_units(call: Call) -> None:
    """S23: either all units are written or none."""
    units = {str(ad.id): ad for ad in call.ads.property(_id(call))}
    if any(row["unitId"] not in units for row in call.body):
        raise Problem(404)
    for row in call.body:
        _write_unit(call.ads, units[row["unitId"]], row)


def _unit(ad: Ad) -> dict[str, Any]:
    kept, listing = ad.kept, ad.listing
    return {
        "unitId": str(ad.id),
        "landlordReference": kept.get("landlordReference", listing.internal_name),
        "area": kept.get("area", listing.square_meters),
        "numberBathrooms": kept.get("numberBathrooms", listing.bathrooms),
        "minStay": kept.get("minStay", listing.min_stay),
        "maxStay": max_stay(ad),
        "floorPlanReference": kept.get("floorPlanReference", 0),
    }


def _write_unit(ads: Ads, ad: Ad, row: dict[str, Any]) -> None:
    """Write a unit. Stay rules are also written to the world, so that guests follow them."""
    kept = {name: value for name, value in row.items() if name != "unitId"}
    rules = {}
    if "minStay" in kept:
        rules["min_stay"] = kept["minStay"] or 1
    if "maxStay" in kept:
        rules["max_stay"] = kept["maxStay"] or NO_MAXIMUM
    ads.keep(ad, DETAILS_CHANGED, kept, **rules)


def _id(call: Call) -> int:
    """The property's id, for operations that document it as a string. Raises Problem 404 if it is not a number."""
    if not NUMBER.fullmatch(call.id):
        raise Problem(404)
    return int(call.id)


def _in_order(check: Check) -> Check:
    """The same check, which also refuses a `maxStay` below `minStay`. 0 and null mean no limit."""

    def check_order(value: object) -> Any:
        read = check(value)
        if (read.get("maxStay") or NO_MAXIMUM) < (read.get("minStay") or 1):
            raise Problem(422, {"maxStay": {"notGreaterThan": "maxStay must not be less than minStay"}})
        return read

    return check_order


DETAILS_BODY = _in_order(
    object_of(
        {
            "landlordReference": optional(text, nullable=True),
            "area": optional(number, nullable=True),
            "numberBathrooms": optional(unsigned, nullable=True),
            "minStay": optional(unsigned, nullable=True),
            "maxStay": optional(unsigned, nullable=True),
        }
    )
)
RULES_BODY = _in_order(
    object_of({"minStay": Member(unsigned, nullable=True), "maxStay": Member(unsigned, nullable=True)})
)
UNITS_BODY = list_of(
    _in_order(
        object_of(
            {
                "unitId": Member(text),
                "landlordReference": Member(text),
                "area": Member(number, nullable=True),
                "numberBathrooms": Member(unsigned),
                "minStay": optional(unsigned),
                "maxStay": optional(unsigned),
                "floorPlanReference": Member(unsigned),
            }
        )
    )
)
FLOOR_PLAN_BODY = object_of({"floorPlanReference": Member(unsigned)})
OPERATIONS = (
    Operation("S18", "GET", PROPERTIES, properties, 200, frozenset({401, 500})),
    Operation("S19", "PUT", f"{PROPERTIES}/{{id}}/details", put_details, 204, frozenset({401, 500}), DETAILS_BODY),
    Operation("S20", "GET", f"{PROPERTIES}/{{id}}/details", details, 200, frozenset({401, 500})),
    Operation(
        "S21",
        "PUT",
        f"{PROPERTIES}/{{id:id}}/stay-rules",
        put_stay_rules,
        204,
        frozenset({401, 404, 422, 500}),
        RULES_BODY,
    ),
    Operation(
        "S22",
        "PUT",
        f"/api{PROPERTIES}/units/{{id:id}}/floor-plan-reference",
        put_floor_plan,
        204,
        frozenset({401, 404, 500}),
        FLOOR_PLAN_BODY,
    ),
    Operation(
        "S23", "PUT", f"{PROPERTIES}/{{id}}/units/details", put_units, 204, frozenset({401, 404, 500}), UNITS_BODY
    ),
)
