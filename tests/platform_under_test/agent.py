"""The agent socket, spoken by hand."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import websockets

from .access import Access

DEFINITION = {
    "key": "twice",
    "version": "1",
    "name": "Twice",
    "description": "Doubles",
    "kind": "FUNCTION",
    "stateful": False,
    "is_dev": False,
    "is_test_for": [],
    "collections": [],
    "port_groups": [],
    "args": [{"key": "a", "label": "a", "kind": "INT", "nullable": False, "effects": [], "validators": []}],
    "returns": [{"key": "return0", "kind": "INT", "nullable": False, "effects": []}],
}


def registration(token: str, session: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid4()),
        "type": "REGISTER",
        "name": "by-hand:0.1.0",
        "description": None,
        "hash": "0" * 64,
        "implementations": [
            {
                "interface": "twice",
                "definition": DEFINITION,
                "dependencies": [],
                "tracks": [],
                "locks": [],
                "optimistics": [],
                "manipulates": [],
                "needs_token": False,
                "effects": "UNKNOWN",
                "execution": "PLAIN",
                "code_hash": "1" * 64,
            }
        ],
        "states": [],
        "locks": [],
        "bloks": [],
        "assets": None,
        "token": token,
        "force": False,
        "session_id": session,
        "supervisor": None,
        "features": ["state_requires"],
        **changes,
    }


class Agent:
    """An agent's socket; numbers its frames the way the journal wants them."""

    def __init__(self, socket: Any, session: str) -> None:
        self.socket = socket
        self.session = session
        self.pos = 0
        self.id = ""
        self.unread: list[dict[str, Any]] = []

    async def send(self, frame: dict[str, Any]) -> None:
        await self.socket.send(json.dumps({"id": str(uuid.uuid4()), **frame}))

    async def journal(self, frame: dict[str, Any]) -> int:
        self.pos += 1
        stamps = {"pos": self.pos, "journal_session": self.session, "agent_ts": 1.0}
        await self.send({**stamps, **frame})
        return self.pos

    async def receive(self, kind: str, within: float = 10) -> dict[str, Any]:
        """The next frame of this kind; heartbeats are answered on the way, others kept."""
        for index, frame in enumerate(self.unread):
            if frame["type"] == kind:
                return self.unread.pop(index)
        async with asyncio.timeout(within):
            while True:
                frame = json.loads(await self.socket.recv())
                if frame["type"] == "HEARTBEAT":
                    await self.send({"type": "HEARTBEAT_ANSWER"})
                elif frame["type"] == kind:
                    return frame
                else:
                    self.unread.append(frame)

    async def acknowledged(self, pos: int) -> None:
        while (await self.receive("JOURNAL_ACK"))["pos"] < pos:
            pass


@asynccontextmanager
async def connected(server: Access) -> AsyncIterator[Any]:
    url = server.rekuest_url.replace("http", "ws", 1) + "/agi"
    async with websockets.connect(url) as socket:
        yield socket


@asynccontextmanager
async def agent(server: Access, token: str, session: str = "", **changes: Any) -> AsyncIterator[Agent]:
    """A registered agent after its INIT and the acknowledgement of its SESSION_INIT."""
    session = session or str(uuid.uuid4())
    async with connected(server) as socket:
        spoken = Agent(socket, session)
        await socket.send(json.dumps(registration(token, session, **changes)))
        init = await spoken.receive("INIT")
        assert isinstance(init["agent"], str)
        assert init["hash"] == changes.get("hash", "0" * 64)
        spoken.id = init["agent"]
        pos = await spoken.journal({"type": "SESSION_INIT", "session_id": session, "states": {}})
        await spoken.acknowledged(pos)
        yield spoken
