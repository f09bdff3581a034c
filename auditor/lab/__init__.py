"""A simulated fleet for the demo, the tests and the benchmarks: replies as data, real sockets.

A *persona* (one TOML file) says how one kind of device answers. A *device* is one instance of it
with its own address, MAC and serial. Devices run on the loopback, unprivileged, or each in a
network namespace of its own, as root. Every device keeps a *witness*: what it was sent.
"""
