"""An app with everything an app can have beside plain actions: memory, state, locks, every kind of value."""

import asyncio
import datetime
from dataclasses import dataclass
from enum import Enum
from typing import Annotated

from arkitekt import (
    App,
    Description,
    PortGroupInput,
    Provides,
    Requires,
    Task,
    TestTargetInput,
    run,
    withEffect,
    withValidator,
)
from arkitekt.widgets import ParagraphWidget, SearchWidget, SliderWidget

app = App("test-laboratory", "2.1.0", description="Everything an app can have.")


# --- what stays in the app's memory --------------------------------------------


class Culture:
    """Cells in a dish: too much to send around."""

    def __init__(self, name: str, cells: int) -> None:
        self.name = name
        self.cells = cells

    async def aget_label(self) -> str:
        return f"Culture {self.name}"

    async def aget_description(self) -> str:
        return f"{self.cells} cells"


app.memory_structure(Culture, identifier="@test-laboratory/culture", description="A dish of cells")


@app.action
def grow(name: str, cells: int) -> Culture:
    """Grows a culture, and keeps it."""
    return Culture(name, cells)


@app.action
def split(culture: Culture, parts: int = 2) -> list[Culture]:
    """Splits a culture into several."""
    return [Culture(f"{culture.name}{n}", culture.cells // parts) for n in range(parts)]


@app.action
def count_cells(culture: Culture) -> int:
    """Counts what grew."""
    return culture.cells


# --- state and locks -----------------------------------------------------------


@app.state(name="stage", required_locks=["stage"])
class Stage:
    """Where the stage is."""

    x: float = 0.0
    y: float = 0.0
    visited: list[str] | None = None


@app.startup
async def home_the_stage() -> Stage:
    """Finds the origin."""
    return Stage(x=1.0, y=2.0, visited=[])


@app.action
async def move(x: float, y: float, stage: Stage) -> float:
    """Moves the stage, which nobody else may move meanwhile."""
    stage.x = x
    await asyncio.sleep(0)
    stage.y = y
    return stage.x + stage.y


@app.action(locks=["laser"], concurrency="parallel")
async def burn(seconds: float) -> str:
    """Holds the laser for a while."""
    await asyncio.sleep(seconds)
    return "burnt"


# --- every kind of value --------------------------------------------------------


class Objective(Enum):
    """A lens."""

    AIR = 10
    OIL = 63


@app.model
@dataclass
class Region:
    """A part of the field of view."""

    left: int
    top: int
    label: str | None = None


class Slide:
    """Glass that others can fetch by its id."""

    def __init__(self, id: str) -> None:
        self.id = id


async def expand_slide(id: str) -> Slide:
    """Fetches a slide."""
    return Slide(id)


app.register_structure(Slide, "@test-laboratory/slide", expand=expand_slide, description="A slide")


@app.action
def echo_everything(
    whole: int,
    real: float,
    yes: bool,
    text: str,
    when: datetime.datetime,
    lens: Objective,
    either: int | str,
    perhaps: int | None,
    many: list[int],
    table: dict[str, float],
    nested: list[dict[str, int]],
    region: Region,
    slide: Slide,
) -> tuple[
    int,
    float,
    bool,
    str,
    datetime.datetime,
    Objective,
    int | str,
    int | None,
    list[int],
    dict[str, float],
    list[dict[str, int]],
    Region,
    Slide,
]:
    """Gives back what it was given, of every kind."""
    return (whole, real, yes, text, when, lens, either, perhaps, many, table, nested, region, slide)


@app.action
def weigh(text: str) -> int:
    """Says how long a text is."""
    return len(text)


@app.action
def repeat(text: str, times: int) -> str:
    """Gives back more than it was given."""
    return text * times


# --- everything a declaration can say --------------------------------------------


@app.action(
    name="Segment Cells",
    collections=["segmentation", "cells"],
    widgets={"notes": ParagraphWidget(), "threshold": SliderWidget(min=0, max=1, step=0.1)},
    port_groups=[PortGroupInput(key="advanced", title="Advanced", ports=("threshold", "notes"))],
    is_test_for=[TestTargetInput(key="weigh")],
    protocols=["segmenter"],
    stateful=True,
)
def segment(
    slide: Annotated[
        Slide,
        Requires(key="@test-laboratory/channels", operator="GTE", value=2),
        SearchWidget(
            query="query ($search: String, $values: [ID!]) { options: slides { value label } }",
            ward="test-laboratory",
        ),
    ],
    threshold: Annotated[
        float,
        Description("Where cells begin"),
        withValidator("value > 0", error_message="Must be positive", label="positive"),
    ] = 0.5,
    notes: Annotated[str, withEffect("MESSAGE", "threshold > 0.9", message="That is a lot")] = "",
) -> Annotated[Slide, Provides(key="@test-laboratory/is-mask", operator="EQUALS", value=True)]:
    """Finds the cells on a slide."""
    return slide


@app.action
async def step_by_step(steps: int, task: Task) -> str:
    """Stops before each of its steps while it is paused."""
    for step in range(1, steps + 1):
        await task.apausepoint()
        await task.alog(f"step {step}")
        await asyncio.sleep(0.05)
    return f"{steps} steps"


if __name__ == "__main__":
    run(app)
