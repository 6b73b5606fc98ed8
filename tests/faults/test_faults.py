"""Nothing is lost, whatever fails under load.

FAULTS says how many (50; `./dev test faults-long` asks for 1,000), SEED repeats a run's choices.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter

import pytest

from . import properties
from .evidence import Evidence
from .faulty_network import FaultyNetwork
from .load import Load
from .platforms import Platform

FAULTS = int(os.environ.get("FAULTS", "50"))
FAULTS_A_ROUND = 50
SEED = int(os.environ.get("SEED", random.SystemRandom().randrange(1 << 32)))


@pytest.mark.timeout(60 + 5 * FAULTS)
async def test_no_task_is_lost_under_load(platform: Platform) -> None:
    survived: Counter[str] = Counter()
    evidence = Evidence()
    for first in range(0, FAULTS, FAULTS_A_ROUND):
        print(f"SEED={SEED + first}")
        dice = random.Random(SEED + first)
        await survive(platform, dice, evidence, min(FAULTS_A_ROUND, FAULTS - first), survived)
    print(f"survived {survived.total()} faults: {dict(survived)}")


async def survive(
    platform: Platform, dice: random.Random, evidence: Evidence, count: int, survived: Counter[str]
) -> None:
    """One round of faults; then every task that was accepted has its one end, and all is told the same."""
    async with FaultyNetwork(platform.port) as network, Load(platform, network, dice, evidence) as load:
        faults = load.faults()
        for _ in range(count):
            await asyncio.sleep(dice.uniform(0, 0.8))
            name = dice.choice(list(faults))
            await faults[name]()
            survived[name] += 1
        tasks = await load.settle()
        wrong = properties.violations(tasks, evidence, platform.feeds_may_skip)
        print(f"{len(tasks)} tasks, {len(evidence.reports)} reports, {len(wrong)} violations")
        assert not wrong, "\n".join(wrong[:20])
