"""The program against the model: random lives of tasks, agents and servers, step by step.

Hypothesis draws the steps and shrinks a run that fails to the shortest one that does. MODEL_RUNS
says how many runs (`./dev test faults-long` asks for more), SEED repeats them.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import hypothesis
import hypothesis.strategies as st
import pytest
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from platform_under_test import wire

from . import properties
from .evidence import READ
from .model import ASKED, Model, Refused, Report
from .platforms import Platform
from .puppet import Process, Puppet
from .test_faults import SEED

RUNS = int(os.environ.get("MODEL_RUNS", "30"))
CALLER = "model-caller"
AGENTS = ("model-agent-0", "model-agent-1")

ASSIGN = "mutation ($input: AssignInput!) { assign(input: $input) { id } }"
CONTROL = "mutation ($task: ID!) {{ {0}(input: {{task: $task}}) {{ id }} }}"
CONNECTED = "query ($id: ID!) { agent(id: $id) { connected } }"
OPEN = "query ($agent: ID!) { tasks(filters: {agent: $agent, isDone: false}) { id } }"
TASKS = """query ($ids: [ID!]!) { tasks(filters: {ids: $ids}) {
  id isDone latestEventKind latestInstructKind revision
  events(ordering: [{createdAt: ASC}]) { kind message progress agentPos } } }"""

REPORTS = (
    "STARTED", "PROGRESS", "LOG", "YIELD", "EFFECT", "PAUSED", "RESUMED",
    "COMPLETED", "FAILED", "CRITICAL", "CANCELLED", "INTERRUPTED",
)  # fmt: skip

agents = st.sampled_from(AGENTS)
which = st.integers(0, 7)


class Lives(RuleBasedStateMachine):
    """Each rule is one thing that happens; it is told to the server and to the model."""

    platform: Platform
    tokens: dict[str, str]

    def __init__(self) -> None:
        super().__init__()
        self.url = f"http://127.0.0.1:{self.platform.port}/rekuest"
        socket_url = self.url.replace("http", "ws", 1) + "/agi"
        self.puppets = {name: Puppet(socket_url, self.tokens[name]) for name in AGENTS}
        self.model = Model(list(AGENTS))
        self.ids: dict[str, str] = {}
        self.references: dict[str, str] = {}
        for name in AGENTS:
            self._clear(name)
            self._begin_afresh(name)

    def teardown(self) -> None:
        """The dust settles: new processes take up what is left, and every task has its one end."""
        if sys.exc_info()[0] is None:
            self._settle()
        for puppet in self.puppets.values():
            puppet.kill()

    def _settle(self) -> None:
        for name, puppet in self.puppets.items():
            self._notices_loss(name, puppet.kill)
            self._begin_afresh(name)
            self.sent_is_as_expected()
            for task in list(self.model.tasks.values()):
                if task.agent == name and not task.is_done:
                    self._send(name, puppet.write_down("COMPLETED", task.id))
        self.tasks_are_as_expected()
        for task in self._ask(READ, ids=list(self.model.tasks))["data"]["tasks"]:
            assert task["isDone"]
            assert not list(properties.of_one_task(task))

    # Callers -----------------------------------------------------------------------------------

    @rule(name=agents, interface=st.sampled_from(("twice", "again")))
    def assign(self, name: str, interface: str) -> None:
        reference = f"{time.time_ns()}"
        sent = {"agent": self.ids[name], "interface": interface, "args": {"a": 1}, "capture": False}
        answer = self._ask(ASSIGN, input={**sent, "reference": reference})
        if self._is_allowed(answer, lambda: self.model.assign(name)):
            task = answer["data"]["assign"]["id"]
            self.references[task] = reference
            self.model.assigned(name, task, interface == "again")

    @precondition(lambda self: self.model.tasks)
    @rule(task=which)
    def assign_again(self, task: int) -> None:
        known = self._task(task)
        sent = {"agent": self.ids[AGENTS[0]], "interface": "twice", "args": {}, "capture": False}
        answer = self._ask(ASSIGN, input={**sent, "reference": self.references[known]})
        assert answer["data"]["assign"]["id"] == known

    @precondition(lambda self: self.model.tasks)
    @rule(task=which, what=st.sampled_from(sorted(ASKED)))
    def control(self, task: int, what: str) -> None:
        known = self._task(task)
        answer = self._ask(CONTROL.format(what.lower()), task=known)
        self._is_allowed(answer, lambda: self.model.control(known, what))

    # Agents ------------------------------------------------------------------------------------

    @rule(name=agents, task=which, kind=st.sampled_from(REPORTS), percent=st.integers(0, 100))
    def report(self, name: str, task: int, kind: str, percent: int) -> None:
        """Of a task it was sent; written down if there is no connection."""
        puppet = self.puppets[name]
        if not puppet.process or not puppet.process.pos or not puppet.process.known:
            return
        known = puppet.process.known[task % len(puppet.process.known)]
        progress = percent if kind == "PROGRESS" else None
        report = puppet.write_down(kind, known, message=f"{kind} {puppet.process.pos}", progress=progress)
        if kind in properties.TERMINAL:
            puppet.process.ended.add(known)
        if puppet.is_connected:
            self._send(name, report)

    @rule(name=agents, task=which)
    def report_on_what_is_not_its_own(self, name: str, task: int) -> None:
        puppet = self.puppets[name]
        if not puppet.process or not puppet.process.pos or not puppet.is_connected:
            return
        others = [known for known, model in self.model.tasks.items() if model.agent != name]
        strange = others[task % len(others)] if others else "987654321"
        self._send(name, puppet.write_down("COMPLETED", strange))

    @rule(name=agents, kind=st.sampled_from(REPORTS))
    def lose_the_acknowledgement(self, name: str, kind: str) -> None:
        """What was stored stays in the journal, because the connection broke too soon."""
        puppet = self.puppets[name]
        if not puppet.is_connected or not puppet.process or not puppet.process.pos:
            return
        for known in puppet.process.known[-1:]:
            report = puppet.write_down(kind, known, message=f"{kind} {puppet.process.pos}")
            self._send(name, report, forget=False)
        self.drop(name)

    @rule(name=agents)
    def drop(self, name: str) -> None:
        self._notices_loss(name, self.puppets[name].drop)

    @rule(name=agents)
    def kill(self, name: str) -> None:
        self._notices_loss(name, self.puppets[name].kill)

    @rule(name=agents)
    def connect(self, name: str) -> None:
        """The process there is, or a new one; also before the server noticed that it is gone."""
        puppet = self.puppets[name]
        self._register(name, puppet.process or Process())

    @rule(name=agents, force=st.booleans())
    def connect_a_second_process(self, name: str, force: bool) -> None:
        self._register(name, Process(), force)

    @rule(name=agents, is_cut=st.booleans())
    def begin(self, name: str, is_cut: bool = False) -> None:
        """SESSION_INIT, which the official client sends after the start-up hooks."""
        puppet = self.puppets[name]
        if not puppet.process or puppet.process.pos:
            return
        init = puppet.write_down("SESSION_INIT")
        if puppet.is_connected:
            self._send(name, init, forget=not is_cut)
        if is_cut:
            self.drop(name)

    # The server --------------------------------------------------------------------------------

    @precondition(lambda self: self.platform.restarts)
    @rule(how=st.integers(0, 1))
    def restart(self, how: int) -> None:
        asyncio.run(self.platform.faults[self.platform.restarts[how]]())
        for puppet in self.puppets.values():
            puppet.drop()
        self.model.restart()

    # What must hold ----------------------------------------------------------------------------

    @invariant()
    def tasks_are_as_expected(self) -> None:
        rows = self._ask(TASKS, ids=list(self.model.tasks))["data"]["tasks"]
        answered = {row.pop("id"): row for row in rows}
        for row in answered.values():
            row["events"] = [tuple(event.values()) for event in row["events"]]
        assert answered == {task: self.model.expected(task) for task in self.model.tasks}

    @invariant()
    def sent_is_as_expected(self) -> None:
        for name, puppet in self.puppets.items():
            if puppet.is_connected:
                self._was_sent(name)

    # Steps of rules ----------------------------------------------------------------------------

    def _ask(self, query: str, **variables: Any) -> dict[str, Any]:
        return wire.graphql(self.url, query, variables, self.tokens[CALLER]).json()

    def _task(self, number: int) -> str:
        """One of the latest."""
        return list(self.model.tasks)[-1 - number % len(self.model.tasks)]

    def _is_allowed(self, answer: dict[str, Any], ask_the_model: Callable[[], Any]) -> bool:
        refusal = _refusal(ask_the_model)
        if refusal:
            assert refusal in answer["errors"][0]["message"]
        else:
            assert "errors" not in answer, answer
        return not refusal

    def _send(self, name: str, report: Report, forget: bool = True) -> None:
        self.puppets[name].send(report)
        self.model.take(name, report)
        self.puppets[name].is_acknowledged(report)
        if forget:
            self.puppets[name].forget()
        if report.kind == "SESSION_INIT":
            self._was_sent(name)  # before anything else changes what is sent

    def _was_sent(self, name: str) -> None:
        expected = self.model.agents[name].sent
        assert self.puppets[name].read_until(len(expected)) == expected

    def _register(self, name: str, process: Process, force: bool = False) -> None:
        puppet = self.puppets[name]
        inquiries, refusal = puppet.register(process, force)
        expected: list[str] = []
        refused = _refusal(lambda: expected.extend(self.model.register(name, process.session, force)))
        if refused:
            assert refused in refusal
            return
        assert (inquiries, refusal) == (expected, "")
        self._was_sent(name)
        for report in list(puppet.journal):
            self._send(name, report)
        for task in inquiries:
            answer = puppet.answer(task)
            if answer:
                self._send(name, answer)

    def _clear(self, name: str) -> None:
        """Ends what a run that failed left behind: no run may depend on the one before."""
        puppet = self.puppets[name]
        puppet.register(Process(), force=True)
        self.ids[name] = puppet.id
        init = puppet.write_down("SESSION_INIT")
        puppet.send(init)
        puppet.is_acknowledged(init)
        for task in self._ask(OPEN, agent=puppet.id)["data"]["tasks"]:
            end = puppet.write_down("COMPLETED", task["id"])
            puppet.send(end)
            puppet.is_acknowledged(end)
        puppet.forget()
        self._notices_loss(name, puppet.kill)

    def _begin_afresh(self, name: str) -> None:
        self._register(name, Process())
        self.begin(name)

    def _notices_loss(self, name: str, lose: Callable[[], None]) -> None:
        lose()
        self.model.disconnect(name)
        deadline = time.monotonic() + 10
        while self._ask(CONNECTED, id=self.ids[name])["data"]["agent"]["connected"]:
            assert time.monotonic() < deadline, f"{name} still counts as connected"
            time.sleep(0.002)


def _refusal(question: Callable[[], Any]) -> str:
    """Why the model refuses; empty if it does not."""
    try:
        question()
    except Refused as refused:
        return str(refused)
    return ""


@pytest.mark.timeout(600 + 10 * RUNS)
def test_tasks_live_as_the_model_says(platform: Platform) -> None:
    print(f"SEED={SEED}")
    tokens = {name: platform.log_in(name) for name in (CALLER, *AGENTS)}
    machine = type("Lives", (Lives,), {"platform": platform, "tokens": tokens})
    settings = hypothesis.settings(
        max_examples=RUNS,
        stateful_step_count=40,
        deadline=None,
        database=None,
        phases=(hypothesis.Phase.generate, hypothesis.Phase.shrink),
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    run_state_machine_as_test(hypothesis.seed(SEED)(machine), settings=settings)
