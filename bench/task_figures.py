"""What tasks and agents cost, measured by bench/load."""

from __future__ import annotations

import json
import subprocess
import time
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from platform_under_test.agent import registration
from platform_under_test.program import BINARY

if TYPE_CHECKING:
    from subject import Subject

GENERATOR = BINARY.parent / "bench" / "load" / "load"
IDLE_AGENTS = 500
LOGINS = IDLE_AGENTS + 2


class TaskLoad:
    """Runs the generator against one platform, as one caller and one agent."""

    def __init__(self, subject: Subject, implementations: list[dict[str, Any]]) -> None:
        self.subject = subject
        self.implementations = implementations
        self.token = subject.log_in("bench-caller")
        self.agent_token = subject.log_in("bench-agent")

    def plan(self, seconds: float, in_flight: int = 1, tokens: list[str] | None = None) -> str:
        agents = []
        for token in tokens or [self.agent_token]:
            session = str(uuid.uuid4())
            frame = registration(token, session, implementations=self.implementations)
            agents.append({"session": session, "registration": json.dumps(frame)})
        return json.dumps(
            {
                **{"port": self.subject.port, "path": "/rekuest", "token": self.token, "interface": "twice"},
                **{"in_flight": in_flight, "seconds": seconds, "agents": agents},
            }
        )

    def run(self, kind: str, seconds: float, in_flight: int) -> dict[str, Any]:
        """What the generator says, and the server's CPU meanwhile in seconds as `cpu`."""
        before = self.subject.cpu_seconds()
        said = subprocess.run(
            [str(GENERATOR), kind],
            input=self.plan(seconds, in_flight),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout
        return {**json.loads(said), "cpu": self.subject.cpu_seconds() - before}

    def idle(self, seconds: float) -> dict[str, Any]:
        """As `run`; `cpu` is a share of a core, `bytes` is memory per agent, both while all are idle."""
        tokens = [self.subject.log_in(f"idle-{i}") for i in range(IDLE_AGENTS)]
        time.sleep(1)
        memory = self.subject.proportional_kib()
        with subprocess.Popen(
            [str(GENERATOR), "idle"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as generator:
            assert generator.stdin is not None and generator.stdout is not None
            generator.stdin.write(self.plan(seconds + 4, 1, tokens))
            generator.stdin.close()
            assert "connected" in generator.stdout.readline()
            time.sleep(2)
            before = self.subject.cpu_seconds()
            time.sleep(seconds)
            cpu = (self.subject.cpu_seconds() - before) / seconds
            memory = self.subject.proportional_kib() - memory
            said = json.loads(generator.stdout.readline())
        return {**said, "cpu": cpu, "bytes": memory * 1024 / IDLE_AGENTS}


def dropped(figure: dict[str, Any]) -> str:
    return f"{figure['heartbeats']} heartbeats, {'AGENT DROPPED' if figure['dropped'] else 'none dropped'}"


def measure(
    load: TaskLoad,
    row: Callable[[str, str, str], None],
    commit_us: Callable[[], float],
    echo_us: float,
    seconds: float,
) -> None:
    """Prints the rows of tasks and agents. A commit is measured before and after: disks change."""
    before = commit_us()
    one = load.run("tasks", seconds, 1)
    commit = (before + commit_us()) / 2
    bound = 8 * commit + 6 * echo_us
    row("one durable commit, one TCP echo", f"{commit:.0f} us, {echo_us:.0f} us", "")
    row(
        "sequential, p50 / p99",
        f"{one['task_p50_us'] / 1000:.2f} / {one['task_p99_us'] / 1000:.2f} ms",
        f"{one['task_p50_us'] / bound:.2f} x the goal of {bound / 1000:.2f} ms (8 commits + 6 echoes)",
    )
    cpu = one["cpu"] / one["tasks"] * 1e6
    row("sequential, CPU per task", f"{cpu:.0f} us", f"goal 300 us; Python {134_000 / cpu:.0f} x")
    many = load.run("tasks", 20, 100)
    row("100 in flight for 20 s", f"{many['per_second']:.0f} tasks/s", f"goal 3,000; {dropped(many)}")
    row("", f"{many['cpu'] / many['tasks'] * 1e6:.0f} us CPU per task", "goal <= 1.2 x sequential")
    row(
        "  a ping's answer meanwhile, p99 / longest",
        f"{many['pong_p99_us'] / 1000:.1f} / {many['pong_max_us'] / 1000:.1f} ms",
        "the agent gives up after 20 s",
    )
    progress = load.run("progress", seconds, 1000)
    row("PROGRESS acknowledged, one agent", f"{progress['per_second']:.0f} frames/s", "goal 5,000")
    idle = load.idle(max(20, seconds))
    row(
        f"{IDLE_AGENTS} idle agents, CPU",
        f"{idle['cpu'] * 100:.2f} % of a core",
        f"goal < 1 %; {dropped(idle)}",
    )
    row(
        f"{IDLE_AGENTS} idle agents, memory each",
        f"{idle['bytes'] / 1000:.1f} KB",
        "goal < 20 KB; Python 72-76 KB",
    )
