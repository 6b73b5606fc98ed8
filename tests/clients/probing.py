"""An app with an action that may be probed, and one that probes what it is told to."""

import asyncio
from typing import Any

from arkitekt import App, Task, run

app = App("test-probing", "1.0.0")


@app.action(concurrency="parallel")
async def preview(a: int, seconds: float, task: Task) -> int:
    """Doubles, and says how far it is before it takes its time."""
    await task.aprogress(50, "half")
    await asyncio.sleep(seconds)
    return 2 * a


@app.action(concurrency="parallel")
async def ask(action: str, a: int, task: Task) -> list[str]:
    """Probes an action with the client's own call."""
    said: list[str] = []
    values: dict[str, Any] = {"a": a, "seconds": 0.0}
    async for event in task.agent.caller_postman.aprobe(args=values, action=action):
        said.append(f"{event.kind.value} {event.returns}")
    return said


# The client's decorators do not say it, its definitions do.
offered = app.registry.implementations["preview"]
allowed = offered.definition.model_copy(update={"allow_probe": True})
app.registry.implementations["preview"] = offered.model_copy(update={"definition": allowed})

if __name__ == "__main__":
    run(app)
