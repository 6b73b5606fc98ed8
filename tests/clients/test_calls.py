"""What one app sees when it calls another through the platform, with the official client."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from arkitekt_spec.declare.errors import CriticalCallError, ErrorCallError
from rekuest.api.schema import TaskEventKind
from rekuest.protocol.schema import ActionFilter

pytestmark = pytest.mark.usefixtures("offering")


async def test_lists_what_can_be_called_now(rekuest: Any) -> None:
    listed = await rekuest.alist_actions(filters=ActionFilter(assignable=True, appIdentifier="test-offering"))
    names = {row.name for row in listed}
    assert {"Add", "Count", "Expose", "Fail", "Nothing", "Report", "Think"} <= names


async def test_a_listed_row_is_found_before_it_is_called(rekuest: Any) -> None:
    filters = ActionFilter(assignable=True, appIdentifier="test-offering", search="add")
    row = next(r for r in await rekuest.alist_actions(filters=filters) if r.name == "Add")
    with pytest.raises(Exception, match="call target|hash|kind"):
        await rekuest.acall(row, a=1)
    action = await rekuest.afind(id=row.id)
    assert await rekuest.acall(action, a=1, b=2) == 3


async def test_finds_an_action_by_its_hash(rekuest: Any, actions: dict[str, Any]) -> None:
    found = await rekuest.afind(hash=actions["Add"].hash)
    assert found.id == actions["Add"].id
    assert await rekuest.acall(found, a=20, b=22) == 42


async def test_calls_by_id_alone(rekuest: Any, actions: dict[str, Any]) -> None:
    assert await rekuest.acall(actions["Add"].id, a=1, b=1) == 2


async def test_calls_by_position(rekuest: Any, actions: dict[str, Any]) -> None:
    assert await rekuest.acall(actions["Add"], 40, 2) == 42


async def test_leaves_defaults_to_the_action(rekuest: Any, actions: dict[str, Any]) -> None:
    assert await rekuest.acall(actions["Add"], a=40) == 42
    assert await rekuest.acall(actions["Describe"], text="x") == "x|False|0.5|None"


async def test_passes_values_through_untouched(rekuest: Any, actions: dict[str, Any]) -> None:
    text = 'Müller \u00b5m 顕微鏡 \U0001f52c "quoted" \\ \t end'
    got = await rekuest.acall(actions["Describe"], text=text, flag=True, ratio=1e-7, names=["a", "ü"])
    assert got == f"{text}|True|1e-07|['a', 'ü']"


async def test_carries_an_enum_by_its_member_name(rekuest: Any, actions: dict[str, Any]) -> None:
    assert await rekuest.acall(actions["Drive"], speed="FAST") == "FAST"


async def test_returns_several_values(rekuest: Any, actions: dict[str, Any]) -> None:
    assert await rekuest.acall(actions["Divide With Rest"], a=17, b=5) == (3, 2)


async def test_returns_nothing(rekuest: Any, actions: dict[str, Any], ran: Any) -> None:
    assert not await rekuest.acall(actions["Nothing"])
    assert ran() == ["nothing"]


async def test_streams_a_generator(rekuest: Any, actions: dict[str, Any]) -> None:
    assert [n async for n in rekuest.aiterate(actions["Count"], n=5)] == [0, 1, 2, 3, 4]
    assert [n async for n in rekuest.aiterate(actions["Count Slowly"], n=3)] == [0, 1, 2]


async def test_calling_a_generator_gives_its_last_value(rekuest: Any, actions: dict[str, Any]) -> None:
    assert await rekuest.acall(actions["Count"], n=5) == 4


async def test_calls_an_async_action(rekuest: Any, actions: dict[str, Any]) -> None:
    assert await rekuest.acall(actions["Think"], text="quiet") == "QUIET"


async def test_progress_and_logs_reach_the_feed(rekuest: Any, actions: dict[str, Any]) -> None:
    seen: list[tuple[str, int | None, str | None]] = []

    async def watch() -> None:
        async for change in rekuest.awatch_my_tasks():
            if change.event:
                seen.append((change.event.kind.value, change.event.progress, change.event.message))

    watching = asyncio.create_task(watch())
    # One call makes sure the feed is subscribed before the one that is watched.
    await rekuest.acall(actions["Add"], a=1)
    await asyncio.sleep(0.3)
    assert await rekuest.acall(actions["Report"], steps=4) == "done"
    await asyncio.sleep(0.3)
    watching.cancel()
    assert ("LOG", None, "starting") in [(k, None, m) for k, _, m in seen]
    progress = [(p, m) for k, p, m in seen if k == "PROGRESS" and m and m.startswith("step")]
    assert progress == [(25, "step 1"), (50, "step 2"), (75, "step 3"), (100, "step 4")]


async def test_the_history_of_a_task_is_whole_and_in_order(rekuest: Any, actions: dict[str, Any]) -> None:
    assert await rekuest.acall(actions["Report"], steps=2, reference="history-1") == "done"
    tasks = [task for task in await rekuest.arequests() if task.reference == "history-1"]
    assert len(tasks) == 1
    events = (await rekuest.atask_events(id=tasks[0].id)).events
    kinds = [event.kind.value for event in events]
    assert kinds[0] == "QUEUED"
    assert kinds[-1] == "COMPLETED"
    assert kinds.index("STARTED") < kinds.index("LOG") < kinds.index("YIELD")
    assert [int(e.id) for e in events] == sorted(int(e.id) for e in events)
    yielded = next(event for event in events if event.kind == TaskEventKind.YIELD)
    assert yielded.returns == {"return0": "done"}


async def test_a_failing_actions_message_reaches_the_caller(rekuest: Any, actions: dict[str, Any]) -> None:
    with pytest.raises(CriticalCallError, match="the lamp is broken: ü"):
        await rekuest.acall(actions["Fail"], message="the lamp is broken: ü")


async def test_the_client_refuses_a_wrong_type_before_it_sends(
    rekuest: Any, actions: dict[str, Any], ran: Any
) -> None:
    with pytest.raises(Exception, match="(?i)shrink|int|argument"):
        await rekuest.acall(actions["Add"], a="three")
    assert ran() == []


async def test_a_wrong_argument_fails_before_the_actions_code_runs(
    rekuest: Any, actions: dict[str, Any], ran: Any
) -> None:
    with pytest.raises((ErrorCallError, CriticalCallError), match="(?i)argument"):
        await rekuest.acall_raw({"b": 1}, action=actions["Add"])
    assert ran() == []


async def test_dropping_a_call_cancels_its_task(
    rekuest: Any, actions: dict[str, Any], ran: Any, eventually: Any
) -> None:
    call = asyncio.create_task(rekuest.acall(actions["Expose"], seconds=60, reference="dropped-1"))
    await eventually(lambda: "expose started" in ran())
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await eventually(lambda: "expose stopped" in ran())
    task = next(t for t in await rekuest.arequests() if t.reference == "dropped-1")
    assert task.latest_event_kind == TaskEventKind.CANCELLED


async def test_interrupts_a_task(rekuest: Any, actions: dict[str, Any], ran: Any, eventually: Any) -> None:
    call = asyncio.create_task(rekuest.acall(actions["Expose"], seconds=60, reference="interrupted-1"))
    await eventually(lambda: "expose started" in ran())
    task = next(t for t in await rekuest.arequests() if t.reference == "interrupted-1")
    await rekuest.ainterrupt(task=task.id)
    with pytest.raises(CriticalCallError, match="interrupted"):
        await call


async def test_pauses_and_resumes_a_task(rekuest: Any, actions: dict[str, Any], eventually: Any) -> None:
    call = asyncio.create_task(rekuest.acall(actions["Step By Step"], reference="paused-1"))

    async def latest(*kinds: TaskEventKind) -> Any:
        task = next((t for t in await rekuest.arequests() if t.reference == "paused-1"), None)
        return task if task and task.latest_event_kind in kinds else None

    task = await eventually(lambda: latest(TaskEventKind.STARTED, TaskEventKind.PROGRESS))
    await rekuest.apause(task=task.id)
    await eventually(lambda: latest(TaskEventKind.PAUSED))
    await rekuest.aresume(task=task.id, step=False)
    await eventually(lambda: latest(TaskEventKind.RESUMED))
    call.cancel()
    await asyncio.wait([call])


async def test_twenty_calls_at_once(rekuest: Any, actions: dict[str, Any]) -> None:
    sums = await asyncio.gather(*(rekuest.acall(actions["Add"], a=n, b=1000) for n in range(20)))
    assert sums == [n + 1000 for n in range(20)]


async def test_twenty_long_calls_run_side_by_side(rekuest: Any, actions: dict[str, Any]) -> None:
    calls = [rekuest.acall(actions["Expose"], seconds=0.5) for _ in range(20)]
    assert await asyncio.gather(*calls) == ["exposed"] * 20


async def test_the_same_reference_is_the_same_task(rekuest: Any, actions: dict[str, Any]) -> None:
    first = await rekuest.aassign(args={"a": 1}, capture=False, action=actions["Add"].id, reference="once")
    again = await rekuest.aassign(args={"a": 1}, capture=False, action=actions["Add"].id, reference="once")
    assert first.id == again.id


async def test_controlling_an_ended_task_is_an_error(rekuest: Any, actions: dict[str, Any]) -> None:
    await rekuest.acall(actions["Add"], a=1, reference="ended-1")
    task = next(t for t in await rekuest.arequests() if t.reference == "ended-1")
    with pytest.raises(Exception, match="terminal"):
        await rekuest.acancel(task=task.id)


async def test_calling_what_nobody_offers_says_so(rekuest: Any) -> None:
    with pytest.raises(Exception, match="(?i)no |not found|exist"):
        await rekuest.acall("999999", a=1)


def test_blocking_calls_work_as_documented(
    platform: Any, caller_key: str, offering: Any, tmp_path: Any, monkeypatch: Any
) -> None:
    from arkitekt import easy
    from rekuest.arkitekt import rekuest_service

    from platform_under_test.apps import client_environment

    for name, value in client_environment(platform, tmp_path, caller_key).items():
        monkeypatch.setenv(name, value)
    with easy("test-caller", rekuest_service) as client:
        listed = client.list_actions(filters=ActionFilter(appIdentifier="test-offering"))
        add = client.find(id=next(row.id for row in listed if row.name == "Add"))
        assert client.call(add, a=1, b=2) == 3
        assert add.call(a=3, b=4) == 7
