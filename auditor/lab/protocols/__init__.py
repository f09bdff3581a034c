"""What the simulated devices speak: one protocol per file; see ``_api.py`` for the two shapes.

A UDP member defines ``RESPONDER``, a TCP member defines ``TALKER``.
"""
