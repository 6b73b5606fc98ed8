"""An app that offers actions. Start it, then run caller.py.

FAKTS_URL=http://localhost:8000 FAKTS_MANDATE_KEY=... python provider.py
"""

import asyncio
from collections.abc import Generator

from arkitekt import App, Task, run

app = App("example-provider", "0.1.0")


@app.action
def greet(name: str = "world", times: int = 1) -> str:
    """Says hello, as often as you like."""
    return " ".join([f"Hello {name}!"] * times)


@app.action
def count_to(n: int) -> Generator[int, None, None]:
    """Counts, and hands over every number as it goes."""
    yield from range(1, n + 1)


@app.action
async def measure(samples: int, task: Task) -> float:
    """Measures a few samples, and says how far it is."""
    await task.alog("The lamp is warm.")
    for sample in range(1, samples + 1):
        await asyncio.sleep(0.2)
        await task.aprogress(100 * sample // samples, f"Sample {sample} of {samples}")
    return samples / 2


@app.action
def divide(a: int, b: int) -> float:
    """Divides, and fails with a message where there is nothing to divide by."""
    if b == 0:
        raise ValueError("b must not be zero")
    return a / b


@app.action
async def expose(seconds: float) -> str:
    """Takes its time: cancel it by dropping the call."""
    await asyncio.sleep(seconds)
    return f"Exposed for {seconds} s"


if __name__ == "__main__":
    run(app)
