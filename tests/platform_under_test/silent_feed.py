"""A TCP proxy before the platform that can swallow what subscriptions deliver.

Everything passes untouched, except that on GraphQL WebSockets the server's `data` frames
disappear while the proxy is silent. The client sees a feed that is connected and dead.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field


@dataclass
class SilentFeed:
    """Listens on a port of its own and forwards to the platform's."""

    target: int
    silent: bool = True
    swallowed: int = 0
    port: int = 0
    _server: asyncio.Server | None = None
    _connections: set[asyncio.Task[None]] = field(default_factory=set)

    async def __aenter__(self) -> SilentFeed:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for connection in list(self._connections):
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            await self._forward(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._connections.discard(task)
            writer.close()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        is_feed = b"upgrade: websocket" in head.lower() and b"/graphql" in head.split(b"\r\n")[0]
        if is_feed:
            # Compressed frames could not be looked into.
            head = re.sub(rb"(?im)^sec-websocket-extensions:.*\r\n", b"", head)
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self.target)
        up_writer.write(head)
        down = self._frames(up_reader, writer) if is_feed else self._bytes(up_reader, writer)
        halves = [asyncio.create_task(self._bytes(reader, up_writer)), asyncio.create_task(down)]
        try:
            await asyncio.wait(halves, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for half in halves:
                half.cancel()
            await asyncio.gather(*halves, return_exceptions=True)
            up_writer.close()

    async def _bytes(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(65536):
            writer.write(chunk)
            await writer.drain()

    async def _frames(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readuntil(b"\r\n\r\n"))
        while True:
            frame = await reader.readexactly(2)
            length = frame[1] & 0x7F
            if length >= 126:
                extended = await reader.readexactly(2 if length == 126 else 8)
                frame += extended
                length = int.from_bytes(extended)
            payload = await reader.readexactly(length)
            if self.silent and re.search(rb'"type"\s*:\s*"data"', payload):
                self.swallowed += 1
                continue
            writer.write(frame + payload)
            await writer.drain()
