"""Properties and their units: what they are, and how long one may stay (S18-S23).

An absent member stays as it is, null clears. Stay rules of a property hold for all its units.
"""

from typing import Any
from urllib.parse import urlencode

from sandbox.ids import NUMBER
from sandbox.spotahome.ads import Ad, Ads
from sandbox.spotahome.bodies import Member, list_of, number, object_of, optional, text, unsigned
from sandbox.spotahome.listings import NO_MAXIMUM, max_stay
from sandbox.spotahome.operations import BASE, Call, Operation
from sandbox.spotahome.problems import Problem

ITEMS_PER_PAGE, MOST_ITEMS = 100, 500
DETAILS_CHANGED = "AdDetailsWereUpdated"


def properties(call: Call) -> dict[str, Any]:
    """S18: links are root-relative, and empty where there is no such page."""
    query = call.query
    page, per_page = _whole(query.get("page"), 1), min(_whole(query.get("itemsPerPage"), ITEMS_PER_PAGE), MOST_ITEMS)
    found = [ad for ad in call.ads.all() if ad.property_id == ad.id and _is_asked_for(call.ads, ad, query)]
    pages = max(1, -(-len(found) // per_page))
    shown = found[(page - 1) * per_page : page * per_page]

    def link(number: int) -> dict[str, str]:
        if not 1 <= number <= pages:
            return {}
        path = f"{call.request.scope['root_path']}{BASE}/listings/legacy/properties"
        return {"href": f"{path}?{urlencode({**query, 'page': number})}"}

    return {
        "count": len(shown),
        "total": len(found),
        "_links": {
            "self": link(page),
            "first": link(1),
            "last": link(pages),
            "next": link(page + 1),
            "previous": link(page - 1),
        },
        "_embedded": {"properties": [{"id": ad.id} for ad in shown]},
    }


def _whole(text: str | None, otherwise: int) -> int:
    return max(1, int(text)) if text and NUMBER.fullmatch(text) else otherwise


def _is_asked_for(ads: Ads, ad: Ad, query: Any) -> bool:
    published, landlord = query.get("isPublished"), query.get("landlordId")
    is_published = published is None or (published in ("true", "1")) == ad.is_published
    return is_published and (landlord is None or (ads.landlord is not None and landlord == ads.landlord.id))


def put_details(call: Call) -> None:
    """S19: of the whole; where there are several units it says nothing about the others."""
    _write_unit(call.ads, call.ads.property(_id(call))[0], call.body)


def details(call: Call) -> list[dict[str, Any]]:
    """S20: a row for each unit."""
    return [_unit(ad) for ad in call.ads.property_if_any(call.id)]


def put_stay_rules(call: Call) -> None:
    """S21."""
    for ad in call.ads.property(call.id):
        _write_unit(call.ads, ad, call.body)


def put_floor_plan(call: Call) -> None:
    """S22; 0 is none."""
    call.ads.keep(call.ads.ad(call.id), DETAILS_CHANGED, call.body)


def put_units(call: Call) -> None:
    """S23: all or nothing."""
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
    """The world learns of stay rules too, for its guests keep to them."""
    kept = {name: value for name, value in row.items() if name != "unitId"}
    rules = {}
    if "minStay" in kept:
        rules["min_stay"] = kept["minStay"] or 1
    if "maxStay" in kept:
        rules["max_stay"] = kept["maxStay"] or NO_MAXIMUM
    ads.keep(ad, DETAILS_CHANGED, kept, **rules)


def _id(call: Call) -> int:
    """Of a property, where it is documented as a text."""
    if not NUMBER.fullmatch(call.id):
        raise Problem(404)
    return int(call.id)


def _in_order(check: Any) -> Any:
    """A longest stay below the shortest makes no sense; 0 and null are no limits."""

    def check_order(value: Any) -> Any:
        read = check(value)
        if (read.get("maxStay") or NO_MAXIMUM) < (read.get("minStay") or 1):
            raise Problem(422, {"maxStay": {"notGreaterThan": "maxStay must not be less than minStay"}})
        return read

    return check_order


DETAILS = _in_order(
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
RULES = _in_order(object_of({"minStay": Member(unsigned, nullable=True), "maxStay": Member(unsigned, nullable=True)}))
UNITS = list_of(
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
FLOOR_PLAN = object_of({"floorPlanReference": Member(unsigned)})
ALL = "/listings/legacy/properties"
OPERATIONS = (
    Operation("S18", "GET", ALL, properties, 200, frozenset({401, 500})),
    Operation("S19", "PUT", f"{ALL}/{{id}}/details", put_details, 204, frozenset({401, 500}), DETAILS),
    Operation("S20", "GET", f"{ALL}/{{id}}/details", details, 200, frozenset({401, 500})),
    Operation("S21", "PUT", f"{ALL}/{{id:id}}/stay-rules", put_stay_rules, 204, frozenset({401, 404, 422, 500}), RULES),
    Operation(
        "S22",
        "PUT",
        f"/api{ALL}/units/{{id:id}}/floor-plan-reference",
        put_floor_plan,
        204,
        frozenset({401, 404, 500}),
        FLOOR_PLAN,
    ),
    Operation("S23", "PUT", f"{ALL}/{{id}}/units/details", put_units, 204, frozenset({401, 404, 500}), UNITS),
)
