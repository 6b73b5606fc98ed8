"""A TCP proxy before the platform: a network that is slow, swallows bytes, and breaks anywhere."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from platform_under_test.relay import Relay


@dataclass(eq=False)
class Link:
    """One connection: a client on one end, the platform on the other."""

    client: asyncio.StreamWriter
    platform: asyncio.StreamWriter
    breaks_next: bool = False
    is_half_open: bool = False

    def cut(self) -> None:
        self.client.transport.abort()
        self.platform.transport.abort()


@dataclass
class FaultyNetwork(Relay):
    """Forwards to the platform, as well as it can."""

    latency: float = 0
    swallows: bool = False
    _links: set[Link] = field(default_factory=set)

    def cut(self) -> None:
        """Every connection breaks, on both sides."""
        for link in list(self._links):
            link.cut()

    def cut_mid_frame(self) -> None:
        """Every connection breaks in the middle of what it sends next."""
        for link in self._links:
            link.breaks_next = True

    async def swallow(self, seconds: float) -> None:
        """Nothing arrives for a while; then only the clients learn that their connections are gone."""
        self.swallows = True
        await asyncio.sleep(seconds)
        for link in list(self._links):
            link.is_half_open = True
            link.client.transport.abort()
        self.swallows = False

    async def delay(self, latency: float, seconds: float) -> None:
        self.latency = latency
        await asyncio.sleep(seconds)
        self.latency = 0

    def _end(self, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers, requests = await asyncio.open_connection("127.0.0.1", self.target)
        link = Link(writer, requests)
        self._links.add(link)
        to_platform = asyncio.create_task(self._carry(reader, requests, link))
        to_client = asyncio.create_task(self._carry(answers, writer, link))
        try:
            await asyncio.wait([to_platform, to_client], return_when=asyncio.FIRST_COMPLETED)
            await _ended(to_platform, to_client)
            while link.is_half_open and await answers.read(65536):
                pass
        finally:
            await _ended(to_platform, to_client)
            self._links.discard(link)
            link.cut()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, link: Link) -> None:
        while chunk := await reader.read(65536):
            if self.latency:
                await asyncio.sleep(self.latency)
            if self.swallows:
                continue
            if link.breaks_next:
                writer.write(chunk[: len(chunk) // 2])
                await asyncio.wait_for(writer.drain(), 1)
                return
            writer.write(chunk)
            await writer.drain()


async def _ended(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
