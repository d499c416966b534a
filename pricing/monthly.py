"""When a stay is sold by the month, and how long a month is."""

# A stay of four weeks or more has a monthly rate.
MONTHLY_FROM_NIGHTS = 28
NIGHTS_PER_MONTH = 30
