"""What changed between two scans, by itself: one form per file, found by its ``CHANGES``.

A form has a ``name``, the ``suffixes`` of files that choose it, a line ``about`` it, and
``render(difference, page)``, which gives the whole text as bytes.
"""
