"""Bytes to fields and back, for every protocol that we speak or are answered in.

Pure: no sockets, no clock. Capped: every reply has a most size, depth and number of parts. Every
decoder raises :class:`auditor.model.errors.Malformed` and nothing else, whatever the bytes.
"""
