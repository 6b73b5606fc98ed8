"""Callers: they assign until they are answered, change their minds, and watch."""

from __future__ import annotations

import asyncio
import json
import random
import uuid
from typing import Any

import aiohttp
import websockets

from .evidence import READ, WATCH, Evidence

ASSIGN = "mutation ($input: AssignInput!) { assign(input: $input) { id } }"
CONTROL = "mutation ($task: ID!) {{ {0}(input: {{task: $task}}) {{ id }} }}"

NO_ANSWER = (aiohttp.ClientError, OSError, TimeoutError, ValueError)
TRY_AGAIN = ("UNAVAILABLE", "INTERNAL", "TIMEOUT")


class Caller:
    """One app that calls: its requests, and the feed it watches."""

    def __init__(self, url: str, token: str, evidence: Evidence, dice: random.Random) -> None:
        self.url = url
        self.token = token
        self.evidence = evidence
        self.dice = dice
        self._references: list[str] = []
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=4))
        self._feed = asyncio.create_task(self._watch())

    async def close(self) -> None:
        self._feed.cancel()
        await asyncio.gather(self._feed, return_exceptions=True)
        await self._http.close()

    async def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The answer, however often it has to be asked for."""
        headers = {"Authorization": f"Bearer {self.token}"}
        while True:
            try:
                sent = {"query": query, "variables": variables}
                async with self._http.post(f"{self.url}/graphql", json=sent, headers=headers) as got:
                    answer = await got.json(content_type=None)
                if not _is_refusal_for_now(answer):
                    return answer
            except NO_ANSWER:
                pass
            await asyncio.sleep(self.dice.uniform(0.02, 0.2))

    async def assign(self, agent: str, steps: int) -> str:
        """A task, accepted. What is sent again carries the same reference."""
        reference = str(uuid.uuid4())
        sent = {"agent": agent, "interface": "twice", "args": {"a": steps}, "capture": False}
        while True:
            answer = await self.ask(ASSIGN, input={**sent, "reference": reference})
            if "errors" not in answer:
                task = answer["data"]["assign"]["id"]
                self.evidence.accept(reference, task)
                self._references.append(reference)
                return task
            assert "Agent is not available" in answer["errors"][0]["message"], answer
            await asyncio.sleep(0.1)

    async def assign_again(self) -> None:
        """An `assign` whose answer got lost on the way: the same reference once more."""
        reference = self.dice.choice(self._references)
        sent = {
            "agent": "1",
            "interface": "twice",
            "args": {"a": 1},
            "capture": False,
            "reference": reference,
        }
        answer = await self.ask(ASSIGN, input=sent)
        assert "errors" not in answer, answer
        self.evidence.answers.append((reference, answer["data"]["assign"]["id"]))

    async def control(self, what: str, task: str) -> None:
        answer = await self.ask(CONTROL.format(what), task=task)
        assert "errors" not in answer or "already terminal" in answer["errors"][0]["message"], answer

    async def read(self, tasks: list[str]) -> list[dict[str, Any]]:
        answer = await self.ask(READ, ids=tasks)
        assert "errors" not in answer, answer
        return answer["data"]["tasks"]

    async def use_an_agent(self, agent: str) -> None:
        """One task, and what a person does with it."""
        task = await self.assign(agent, self.dice.randint(0, 9))
        await asyncio.sleep(self.dice.uniform(0, 0.15))
        match self.dice.randint(0, 9):
            case 0:
                await self.control("cancel", task)
            case 1:
                await self.control("interrupt", task)
            case 2 | 3:
                await self.control("pause", task)
                await asyncio.sleep(self.dice.uniform(0, 0.3))
                await self.control("resume", task)
            case 4:
                self.evidence.readings += await self.read([task])

    # The feed ----------------------------------------------------------------------------------

    async def _watch(self) -> None:
        while True:
            told: list[dict[str, Any]] = []
            self.evidence.watched.append(told)
            try:
                await self._listen(told)
            except (OSError, websockets.WebSocketException, TimeoutError):
                pass
            await asyncio.sleep(0.1)

    async def _listen(self, told: list[dict[str, Any]]) -> None:
        url = self.url.replace("http", "ws", 1) + "/graphql"
        async with websockets.connect(
            url, subprotocols=["graphql-transport-ws"], open_timeout=3, close_timeout=1, max_queue=None
        ) as socket:
            await socket.send(json.dumps({"type": "connection_init", "payload": {"token": self.token}}))
            await asyncio.wait_for(socket.recv(), 3)
            await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": WATCH}}))
            async for text in socket:
                frame = json.loads(text)
                assert frame["type"] in ("next", "ping"), frame
                change = frame["payload"]["data"]["mytasks"] if frame["type"] == "next" else {}
                if change.get("event"):
                    told.append(change["event"])


def _is_refusal_for_now(answer: dict[str, Any]) -> bool:
    errors = answer.get("errors") or [{}]
    return errors[0].get("extensions", {}).get("code") in TRY_AGAIN
