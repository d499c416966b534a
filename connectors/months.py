"""Months as channels that sell by them count them, whatever the year."""

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
NIGHTS_A_MONTH = 30  # of every month: what a night costs is a thirtieth of its month's price
