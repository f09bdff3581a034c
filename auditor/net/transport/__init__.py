"""Bytes on their way: TCP, TLS, UDP and raw Ethernet sockets, and one exchange over a connection."""
