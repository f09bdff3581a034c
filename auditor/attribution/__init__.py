"""Observations × Catalog → who made it. Pure: no clock, no I/O."""
