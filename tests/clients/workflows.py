"""The app whose workflows call the actions of steps.py; they get the actions' ids as arguments."""

import asyncio
import os
import time
from collections.abc import AsyncGenerator
from pathlib import Path

from arkitekt import AgentLost, App, AssignPrompt, DeniedError, Task, run
from arkitekt_spec.declare.errors import CriticalCallError
from rekuest.arkitekt import rekuest_service
from rekuest.client.client import Rekuest

app = App("test-workflows", "1.0.0", services=[rekuest_service])
home = Path(os.environ["HOME"])


def note(what: str) -> None:
    """Leaves a line behind, so that a test knows which code ran."""
    with (home / "ran").open("a") as lines:
        lines.write(what + "\n")


async def pass_through(door: str) -> None:
    """Stands before a door until the test opens it."""
    note(f"before {door}")
    while not (home / door).exists():
        await asyncio.sleep(0.02)


# --- calling -------------------------------------------------------------------


@app.workflow(concurrency="parallel")
async def add_up(add: str, numbers: list[int], task: Task, rekuest: Rekuest) -> int:
    """Adds numbers, one call after the other."""
    action = await rekuest.afind(id=add)
    total = 0
    for number in numbers:
        total = await task.acall(action, a=total, b=number)
    return total


@app.workflow(concurrency="parallel")
async def add_at_once(add: str, numbers: list[int], task: Task, rekuest: Rekuest) -> list[int]:
    """Makes all its calls at the same time, equal ones among them."""
    action = await rekuest.afind(id=add)
    return list(await asyncio.gather(*(task.acall(action, a=number, b=1) for number in numbers)))


@app.workflow
def add_blocking(add: str, a: int, task: Task, rekuest: Rekuest) -> int:
    """Waits for its call in a thread."""
    return task.call(rekuest.find(id=add), a=a, b=1)


@app.workflow(concurrency="parallel")
async def relay(count: str, n: int, task: Task, rekuest: Rekuest) -> AsyncGenerator[int, None]:
    """Passes on what its call yields, as it comes."""
    async for value in task.aiterate(await rekuest.afind(id=count), n=n):
        yield value * 10


@app.workflow(concurrency="parallel")
async def add_twice(add: str, task: Task, rekuest: Rekuest) -> int:
    """Calls another workflow of its own app."""
    return 2 * await task.acall(await rekuest.aresolve(add_up), add=add, numbers=[1, 2])


@app.action
async def not_a_workflow(add: str, task: Task, rekuest: Rekuest) -> int:
    """Calls another action, which only a workflow may."""
    return await task.acall(await rekuest.afind(id=add), a=1, b=1)


@app.workflow(concurrency="parallel")
async def attempt(step: str, words: str, task: Task, rekuest: Rekuest) -> str:
    """Says how its call ended."""
    action = await rekuest.afind(id=step)
    try:
        return await task.acall(action, words, prompt=AssignPrompt(title=f"May I, {words}?"))
    except AgentLost as lost:
        return f"lost: started={lost.started} progress={lost.last_progress} effects={lost.effects}"
    except DeniedError as denied:
        return f"denied: {denied.answer}"
    except CriticalCallError as error:
        return f"failed: {error}"


@app.workflow(concurrency="parallel")
async def add_slowly(add: str, door: str, task: Task, rekuest: Rekuest) -> int:
    """Waits before a door between its two calls."""
    action = await rekuest.afind(id=add)
    three = await task.acall(action, a=1, b=2)
    await pass_through(door)
    return await task.acall(action, a=three, b=4)


@app.workflow(concurrency="parallel")
async def insist(step: str, words: str, task: Task, rekuest: Rekuest) -> str:
    """Makes its call again when the app it called is lost."""
    action = await rekuest.afind(id=step)
    return await task.aretry(task.acall, action, words, if_started=True)


# --- being resumed -------------------------------------------------------------


def ask_the_oracle() -> str:
    """Knows something that is different each time."""
    note("oracle")
    return str(time.time_ns())


@app.workflow(concurrency="parallel")
async def remember(add: str, door: str, task: Task, rekuest: Rekuest) -> tuple[float, str, str, int]:
    """Takes all it can take from outside, then waits before a door."""
    now = await task.anow()
    chance = await task.arandom(8)
    answer = await task.arecord(ask_the_oracle)
    three = await task.acall(await rekuest.afind(id=add), a=1, b=2)
    await pass_through(door)
    return now, chance, answer, three


@app.workflow(concurrency="parallel")
async def sleep(seconds: float, task: Task) -> float:
    """Sleeps, and says when it woke."""
    await task.asleep(seconds)
    return time.time()


@app.workflow(concurrency="parallel")
async def waver(add: str, door: str, task: Task, rekuest: Rekuest) -> int:
    """Lets its call depend on what it did not record."""
    start = len((home / "ran").read_text().splitlines())
    total = await task.acall(await rekuest.afind(id=add), a=start, b=0, call_key="the call")
    await pass_through(door)
    return total


# --- asking a person -----------------------------------------------------------


@app.workflow(concurrency="parallel")
async def consult(question: str, door: str, task: Task) -> str:
    """Asks a person, then waits before a door."""
    decision = await task.ahold(
        question, prompt=AssignPrompt(title=question, description="It is about to begin.")
    )
    await pass_through(door)
    return f"{decision.approved} {decision.answer} {decision.auto}"


@app.workflow(concurrency="parallel")
async def approve_itself(add: str, task: Task, rekuest: Rekuest) -> str:
    """Tries to decide about its own call."""
    call = asyncio.create_task(task.acall(await rekuest.afind(id=add), a=1, b=1))
    try:
        while True:
            for held in await rekuest.arequests():
                if held.parent and held.parent.id == task.id:
                    await rekuest.adecide(task=held.id, approved=True)
                    return "approved"
            await asyncio.sleep(0.02)
    except Exception as refused:
        return str(refused)
    finally:
        call.cancel()
        await asyncio.wait([call])


if __name__ == "__main__":
    run(app)
