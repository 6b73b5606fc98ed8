"""An app that others depend on: actions to call and a state to watch."""

from arkitekt import App, run

app = App("test-camera", "1.0.0", description="Takes pictures.")


@app.state(name="sensor")
class Sensor:
    """How the camera is set."""

    gain: int = 0


@app.startup
async def begin() -> Sensor:
    """Sets the camera up."""
    return Sensor(gain=1)


@app.action
def snap(exposure: int) -> int:
    """Takes a picture."""
    return exposure * 2


@app.action
async def tune(gain: int, sensor: Sensor) -> int:
    """Changes how the camera is set."""
    sensor.gain = gain
    return gain


if __name__ == "__main__":
    run(app, force=True)
