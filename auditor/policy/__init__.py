"""Attributions × regimes × policy × date → verdicts. Pure: the date is an argument."""
