"""The app the client tests call: one action for each way an action can behave."""

import asyncio
import os
from collections.abc import AsyncGenerator, Generator
from enum import Enum
from pathlib import Path

from arkitekt import App, LogLevel, Task, run

app = App("test-offering", "1.0.0")
ran = Path(os.environ["HOME"]) / "ran"


def note(what: str) -> None:
    """Leaves a line behind, so that a test knows which code ran."""
    with ran.open("a") as lines:
        lines.write(what + "\n")


class Speed(Enum):
    """How fast."""

    SLOW = 1
    FAST = 2


@app.action
def add(a: int, b: int = 2) -> int:
    """Adds two numbers."""
    note(f"add {a} {b}")
    return a + b


@app.action
def describe(text: str, flag: bool = False, ratio: float = 0.5, names: list[str] | None = None) -> str:
    """Says what it was given."""
    return f"{text}|{flag}|{ratio}|{names}"


@app.action
def divide_with_rest(a: int, b: int) -> tuple[int, int]:
    """Returns two values."""
    return a // b, a % b


@app.action
def drive(speed: Speed) -> str:
    """Takes one of a few choices."""
    return speed.name


@app.action
def nothing() -> None:
    """Returns nothing at all."""
    note("nothing")


@app.action
def count(n: int) -> Generator[int, None, None]:
    """Counts up."""
    yield from range(n)


@app.action
async def count_slowly(n: int) -> AsyncGenerator[int, None]:
    """Counts up without blocking."""
    for i in range(n):
        await asyncio.sleep(0.01)
        yield i


@app.action
async def think(text: str) -> str:
    """An async function."""
    await asyncio.sleep(0)
    return text.upper()


@app.action
def report(steps: int, task: Task) -> str:
    """Says how far it is, and logs at two levels."""
    task.log("starting")
    for step in range(1, steps + 1):
        task.progress(100 * step // steps, f"step {step}")
    task.log("that was odd", LogLevel.WARN)
    return "done"


@app.action
def fail(message: str) -> str:
    """Fails with a message."""
    raise ValueError(message)


@app.action(concurrency="parallel")
async def expose(seconds: float) -> str:
    """Takes its time, and notices when it is stopped."""
    note("expose started")
    try:
        await asyncio.sleep(seconds)
    except asyncio.CancelledError:
        note("expose stopped")
        raise
    return "exposed"


@app.action(concurrency="parallel")
async def step_by_step(task: Task) -> str:
    """Stops where it is asked to pause."""
    for _ in range(200):
        await task.apausepoint()
        await asyncio.sleep(0.05)
    return "walked"


if __name__ == "__main__":
    run(app)
