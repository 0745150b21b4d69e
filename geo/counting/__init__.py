"""The cube: how many reports, in any window of days, by cell."""
