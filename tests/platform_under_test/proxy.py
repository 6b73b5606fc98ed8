"""A TCP proxy before the platform: a network that a test can break.

Everything passes untouched, until the test cuts connections, or makes the feed silent: then the
server's `data` frames disappear on GraphQL WebSockets, and the client sees a feed that is
connected and dead.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field

from .relay import Relay


@dataclass
class Proxy(Relay):
    """Forwards to the platform."""

    silent: bool = False
    swallowed: int = 0
    _sockets: dict[asyncio.StreamWriter, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def cut(self, path: str) -> int:
        """Breaks the WebSockets open on this path, without a goodbye; says how many."""
        cut = [writer for writer, target in self._sockets.items() if target.startswith(path)]
        for writer in cut:
            writer.transport.abort()
        return len(cut)

    def _end(self, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        target = head.split(b" ", 2)[1].decode()
        is_socket = b"upgrade: websocket" in head.lower()
        is_feed = is_socket and "/graphql" in target
        if is_feed:
            # Compressed frames could not be looked into.
            head = re.sub(rb"(?im)^sec-websocket-extensions:.*\r\n", b"", head)
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self.target)
        up_writer.write(head)
        if is_socket:
            self._sockets[writer] = target
            self._sockets[up_writer] = target
        down = self._frames(up_reader, writer) if is_feed else self._bytes(up_reader, writer)
        halves = [asyncio.create_task(self._bytes(reader, up_writer)), asyncio.create_task(down)]
        try:
            await asyncio.wait(halves, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for half in halves:
                half.cancel()
            await asyncio.gather(*halves, return_exceptions=True)
            self._sockets.pop(writer, None)
            self._sockets.pop(up_writer, None)
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
