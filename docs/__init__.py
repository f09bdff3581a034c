"""The documentation, and the code that keeps its reference true: ``python -m docs.generate``."""
