"""The app whose actions the workflows of workflows.py call."""

import asyncio
import os
from collections.abc import AsyncGenerator
from pathlib import Path

from arkitekt import App, Effects, Task, run

app = App("test-steps", "1.0.0")
home = Path(os.environ["HOME"])


def note(what: str) -> None:
    """Leaves a line behind, so that a test knows which code ran."""
    with (home / "ran").open("a") as lines:
        lines.write(what + "\n")


async def pass_through(door: str, task: Task) -> str:
    """Stands before a door until the test opens it."""
    await task.aprogress(40, "at the door")
    note(f"before {door}")
    try:
        while not (home / door).exists():
            await asyncio.sleep(0.02)
    except asyncio.CancelledError:
        note(f"away from {door}")
        raise
    return door


@app.action
def add(a: int, b: int) -> int:
    """Adds two numbers."""
    note(f"add {a} {b}")
    return a + b


@app.action
async def count(n: int) -> AsyncGenerator[int, None]:
    """Counts up."""
    for i in range(n):
        yield i


@app.action
def fail(message: str) -> str:
    """Fails with a message."""
    raise ValueError(message)


@app.action(concurrency="parallel")
async def wait(door: str, task: Task) -> str:
    """Waits before a door."""
    return await pass_through(door, task)


@app.action(concurrency="parallel", effects=Effects.IRREVERSIBLE)
async def burn(door: str, task: Task) -> str:
    """Waits before a door, with the laser on."""
    return await pass_through(door, task)


@app.action(concurrency="parallel")
async def confirm(question: str, task: Task) -> str:
    """Asks before it does anything."""
    decision = await task.ahold(question)
    return f"{decision.approved} {decision.answer} {decision.auto}"


@app.action(concurrency="parallel")
async def confirm_busily(question: str, door: str, task: Task) -> str:
    """Works on while it asks."""

    async def work() -> None:
        await pass_through(door, task)
        await task.aprogress(90)

    asked, _ = await asyncio.gather(confirm(question, task), work())
    return asked


if __name__ == "__main__":
    run(app)
