"""Finds what is there: from a scope to sightings, one method per file."""
