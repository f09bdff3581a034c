"""Ports of vendor SDKs: accept, say nothing (or one banner), and book whatever is sent."""

import asyncio

from auditor.lab.protocols._api import IDLE_SECONDS, Talk

_MOST_READS = 64


class _Sdk:
    """Says ``banner`` if the persona has one; never answers."""

    name = "tcp-sdk"
    names = frozenset({"tcp-sdk"})

    async def serve(self, talk: Talk) -> None:
        """Listen until the client goes away or stays silent too long."""
        banner = talk.services[0].data.text("banner", "")
        if banner:
            talk.writer.write(banner.encode("latin-1", "replace"))
            await talk.writer.drain()
        for _ in range(_MOST_READS):
            try:
                data = await asyncio.wait_for(talk.reader.read(4096), IDLE_SECONDS)
            except (TimeoutError, OSError):
                return
            if not data:
                return
            talk.witness.said(talk.port, data)


TALKER = _Sdk()
