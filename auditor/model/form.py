"""What a person adds to a federal form: facts that no scan can know."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The answers of a form file; everything is optional and left blank in the form if absent."""
