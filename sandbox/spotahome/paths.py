"""Beginnings of the documented paths that several families of operations share."""

LISTING = "/listings/{listing_id:id}"
LEGACY = "/listings/legacy"
PROPERTIES = f"{LEGACY}/properties"
