"""Agents and callers at work, on a network and a platform that fail under them."""

from __future__ import annotations

import asyncio
import random
from typing import Any

from .agents import AgentProcess, Journal
from .callers import Caller
from .evidence import Evidence
from .faulty_network import FaultyNetwork
from .platforms import Fault, Platform

AGENTS = 3
CALLERS = 3
TASKS_AT_A_TIME = 4
"""Of each caller."""

SETTLES_WITHIN = 60
"""Seconds in which everything that was accepted must end once nothing fails any more."""

READ_AT_A_TIME = 200


class Load:
    """One round: work, faults, and the dust settling. The evidence may have that of earlier ones in it."""

    def __init__(
        self, platform: Platform, network: FaultyNetwork, dice: random.Random, evidence: Evidence
    ) -> None:
        self.platform = platform
        self.network = network
        self.evidence = evidence
        self._dice = dice
        self._apps = [f"agent-{number}" for number in range(AGENTS)]
        self._journals = {app: Journal(self.evidence) for app in self._apps}
        self._processes: dict[str, AgentProcess] = {}
        self._agents: list[str] = []
        self._callers: list[Caller] = []
        self._work: list[asyncio.Task[None]] = []
        self._is_ending = False

    async def __aenter__(self) -> Load:
        for app in self._apps:
            await self._start(app)
        for process in self._processes.values():
            async with asyncio.timeout(10):
                await process.is_up.wait()
            self._agents.append(process.agent)
        address = f"http://127.0.0.1:{self.network.port}/rekuest"
        for number in range(CALLERS):
            token = await asyncio.to_thread(self.platform.log_in, f"caller-{number}")
            self._callers.append(Caller(address, token, self.evidence, self._dice))
        self._work = [
            asyncio.create_task(self._keep_busy(caller))
            for caller in self._callers
            for _ in range(TASKS_AT_A_TIME)
        ]
        return self

    async def __aexit__(self, *_: object) -> None:
        for work in self._work:
            work.cancel()
        await asyncio.gather(*self._work, return_exceptions=True)
        for process in self._processes.values():
            await process.kill()
        for caller in self._callers:
            await caller.close()

    def faults(self) -> dict[str, Fault]:
        """Everything that can go wrong, by name."""
        return {
            **self.platform.faults,
            "kill an agent": self._kill_an_agent,
            "cut the network": self._cut,
            "cut the network in mid-frame": self._cut_mid_frame,
            "lose what is sent": lambda: self.network.swallow(self._dice.uniform(0.1, 0.7)),
            "delay what is sent": lambda: self.network.delay(self._dice.uniform(0.02, 0.2), 0.7),
        }

    async def settle(self) -> list[dict[str, Any]]:
        """No new work; waits until what was accepted has ended, and reads all that ever was."""
        self._is_ending = True
        async with asyncio.timeout(SETTLES_WITHIN):
            await asyncio.gather(*self._work)
        try:
            async with asyncio.timeout(SETTLES_WITHIN):
                while (tasks := await self._read()) and not all(task["isDone"] for task in tasks):
                    await asyncio.sleep(0.3)
                while any(journal.frames for journal in self._journals.values()):
                    await asyncio.sleep(0.1)
        except TimeoutError:
            kept = [frame.text for journal in self._journals.values() for frame in journal.frames]
            raise AssertionError(
                f"not settled: {_open(await self._read())}, unacknowledged: {kept}"
            ) from None
        return await self._read()

    async def _read(self) -> list[dict[str, Any]]:
        ids = list(self.evidence.accepted.values())
        tasks: list[dict[str, Any]] = []
        for first in range(0, len(ids), READ_AT_A_TIME):
            tasks += await self._callers[0].read(ids[first : first + READ_AT_A_TIME])
        return tasks

    async def _keep_busy(self, caller: Caller) -> None:
        while not self._is_ending:
            await caller.use_an_agent(self._dice.choice(self._agents))
            if self._dice.random() < 0.05:
                await caller.assign_again()

    async def _start(self, app: str) -> None:
        url = f"ws://127.0.0.1:{self.network.port}/rekuest/agi"
        token = await asyncio.to_thread(self.platform.log_in, app)
        self._processes[app] = AgentProcess(url, token, self._journals[app], self._dice)

    async def _kill_an_agent(self) -> None:
        app = self._dice.choice(self._apps)
        killed = self._processes[app]
        await killed.kill()
        await asyncio.sleep(self._dice.uniform(0, 1))
        self._processes[app] = AgentProcess(killed.url, killed.token, self._journals[app], self._dice)

    async def _cut(self) -> None:
        self.network.cut()

    async def _cut_mid_frame(self) -> None:
        self.network.cut_mid_frame()


def _open(tasks: list[dict[str, Any]]) -> list[tuple[str, list[str]]]:
    return [(task["id"], [event["kind"] for event in task["events"]]) for task in tasks if not task["isDone"]]
