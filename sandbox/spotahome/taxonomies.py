"""The subjects of photos by type of property (Spotahome's "taxonomies"), and the categories of photos."""

CATEGORIES = ("verified", "nonVerified", "floorPlan", "theta360")
HOME = (
    "bedroom", "balcony", "terrace", "street-view", "living-room", "checked-by", "corridor", "kitchen", "bathroom",
    "ensuite-bathroom", "garden", "parking", "building", "guest-room", "tenants-living-room", "tenants-kitchen",
    "tenants-bathroom", "shower", "toilet", "view", "patio-terrace", "courtyard", "stairs", "loft", "storage",
    "entrance-hall", "swimming-pool", "other", "uncategorized",
)  # fmt: skip
RESIDENCE = tuple(
    f"residence-{name}"
    for name in (
        "bedroom", "studio", "ensuite", "bathroom", "living-room", "view-from-window", "kitchen", "corridor",
        "entrance", "hallway", "checked-by", "restaurant", "cafeteria", "bar", "nightclub", "games-hall", "library",
        "swimming-pool", "gym", "library-study-area", "concierge", "reception", "common-area", "lounge",
        "quite-lounge", "study-room", "study-area", "tv-room", "cinema", "entertainment-zone", "outdoor-area",
        "garden", "laundry", "recreation-room", "first-aid-room", "other",
    )
)  # fmt: skip
TAXONOMIES = HOME + RESIDENCE
BY_PROPERTY_TYPE = {
    "apartment": (100, HOME),
    "studio": (200, HOME),
    "roomShared": (300, HOME),
    "residence": (400, RESIDENCE),
}
"""Maps a type to its number and its taxonomies. Only the number 100 is documented."""


def title(taxonomy: str) -> str:
    """The name of a taxonomy: "Living room" for `living-room` and for `residence-living-room`."""
    return taxonomy.removeprefix("residence-").replace("-", " ").capitalize()
