"""The language of the product: values that every room speaks.

Frozen, slotted, keyword-only dataclasses and string enums; standard library only; no I/O
and no clock. The words are those of ``docs/explanation/words.md``.
"""
