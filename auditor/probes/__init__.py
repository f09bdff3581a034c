"""Probes: one question to one port of one device each. They collect facts, never opinions.

Each public file with a ``PROBE`` is one; ``ports`` holds the plan of ports. What all of them
together may send is listed in ``tests/unit/probes/test_send_list.py``, which fails for anything
else.
"""
