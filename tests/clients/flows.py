"""Workflows that call another app's actions and rest on its state."""

import asyncio
from pathlib import Path
from typing import Protocol

from arkitekt import App, Task, run

app = App("test-flows", "1.0.0", description="Runs a camera.")
home = Path.home()


class Sensor:
    """What is asked of the camera's state."""

    gain: int


@app.declare(app="test-camera", auto_resolvable=True)
class Camera(Protocol):
    """Any camera."""

    sensor: Sensor

    async def snap(self, exposure: int) -> int:
        """Takes a picture."""
        ...


@app.declare(app="test-camera")
class ChosenCamera(Protocol):
    """A camera that somebody chose."""

    async def snap(self, exposure: int) -> int:
        """Takes a picture."""
        ...


@app.workflow
async def measure(camera: Camera, exposure: int) -> int:
    """Takes two pictures."""
    first = await camera.snap(exposure=exposure)
    return first + await camera.snap(exposure=first)


@app.workflow
async def measure_with(camera: ChosenCamera) -> int:
    """Takes a picture with the camera it is given."""
    return await camera.snap(exposure=1)


@app.workflow
async def watch(camera: Camera, task: Task) -> int:
    """Goes on only if the camera is as it was."""
    before = await camera.snap(exposure=5)
    async with task.aguard(camera.sensor, "gain"):
        (home / "watching").touch()
        while not (home / "go").exists():
            await asyncio.sleep(0.05)
        return before + await camera.snap(exposure=1)


if __name__ == "__main__":
    run(app, force=True)
