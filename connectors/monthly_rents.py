"""Rents by the month, for channels that sell months. A rent belongs to a calendar month, whatever the year."""

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
NIGHTS_PER_RENT = 30  # In every month a night costs a thirtieth of the rent.
