"""JSON documents with values of the wrong types, for the fault of this name."""


def with_wrong_types(document: object, fields: tuple[str, ...]) -> object:
    """A copy of a JSON document with numbers as words and texts as numbers.

    Only the members named in `fields` are changed. If `fields` is empty, all values are changed.
    """
    if isinstance(document, dict):
        return {
            key: _swapped(value) if key in fields else with_wrong_types(value, fields)
            for key, value in document.items()
        }
    if isinstance(document, list):
        return [with_wrong_types(item, fields) for item in document]
    return document if fields else _swapped(document)


def _swapped(value: object) -> object:
    match value:
        case bool() | int() | float():
            return "a dozen"
        case str():
            return 12
        case dict():
            return [value]
        case list():
            return {"items": value}
        case _:
            return {"unexpected": True}
