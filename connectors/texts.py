"""Texts of channels, which people outside wrote."""


def storable(text: str) -> str:
    """The text without NUL and without unpaired surrogates, which JSON can contain and databases refuse."""
    if text.isascii() and "\x00" not in text:
        return text
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()
