"""Dates as people write them, and thousands in threes as on every receipt; Django groups nothing, and writes 03月5日."""

MONTH_DAY_FORMAT = "n月j日"
THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 3
