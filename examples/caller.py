"""A program that calls what provider.py offers.

FAKTS_URL=http://localhost:8000 FAKTS_MANDATE_KEY=... python caller.py
"""

import asyncio

from arkitekt import aeasy
from rekuest.api.schema import Action
from rekuest.arkitekt import rekuest_service
from rekuest.client.client import Rekuest
from rekuest.protocol.schema import ActionFilter


async def offered(rekuest: Rekuest) -> dict[str, Action]:
    """Waits for the provider, then fetches what it offers: a listed action is only a row."""
    here = ActionFilter(assignable=True, appIdentifier="example-provider")
    while not (listed := await rekuest.alist_actions(filters=here)):
        print("Waiting for provider.py ...")
        await asyncio.sleep(1)
    return {row.name: await rekuest.afind(id=row.id) for row in listed}


async def show_progress(rekuest: Rekuest) -> None:
    """Prints what our tasks report while they run."""
    async for change in rekuest.awatch_my_tasks():
        if change.event and change.event.message:
            print(f"   {change.event.kind.value.lower()}: {change.event.message}")


async def main() -> None:
    async with aeasy("example-caller", rekuest_service) as rekuest:
        actions = await offered(rekuest)
        print("Offered:", ", ".join(sorted(actions)))

        print("greet() ->", await rekuest.acall(actions["Greet"]))
        print("greet('Ada', 2) ->", await rekuest.acall(actions["Greet"], name="Ada", times=2))

        async for number in rekuest.aiterate(actions["Count To"], n=3):
            print("count_to(3) yields", number)

        watching = asyncio.create_task(show_progress(rekuest))
        print("measure(4) ->", await rekuest.acall(actions["Measure"], samples=4))
        watching.cancel()
        await asyncio.wait([watching])

        try:
            await rekuest.acall(actions["Divide"], a=1, b=0)
        except Exception as error:
            print("divide(1, 0) failed:", error)

        sums = await asyncio.gather(*(rekuest.acall(actions["Divide"], a=n, b=2) for n in range(20)))
        print("Twenty calls at once ->", sums)

        exposing = asyncio.create_task(rekuest.acall(actions["Expose"], seconds=60))
        await asyncio.sleep(1)
        exposing.cancel()
        await asyncio.wait([exposing])
        print("expose(60) was cancelled:", exposing.cancelled())


if __name__ == "__main__":
    asyncio.run(main())
