"""Work that waits for a person: calls that need approval, and tasks that ask."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from rekuest.api.schema import TaskPolicy

from .stories import Restartable, check_ends, event, held_child, kinds, story, until

AUTO = TaskPolicy.AUTO


def waits(told: dict[str, Any]) -> Any:
    """The task, while it waits for an answer to its own question."""
    return told["latestEventKind"] == "HELD" and told


# --- calls that need approval --------------------------------------------------


async def test_a_call_waits_until_a_person_approves(
    rekuest: Any, flows: dict[str, Any], steps: Restartable
) -> None:
    before = steps.ran()
    call = asyncio.create_task(
        rekuest.acall(flows["Add Up"], add=flows["Add"].id, numbers=[20, 22], reference="ask")
    )
    child = await until(rekuest, "ask", held_child)
    shown = event(child, "HELD")["value"]
    assert shown["kind"] == "assign"
    assert (shown["action"], shown["args"]) == (flows["Add"].id, {"a": 0, "b": 20})
    root = await story(rekuest, "ask")
    assert shown["caller_task"] == root["id"]
    # The workflow is told of as running, though it waits; who watches it learns which task to decide about.
    assert root["latestEventKind"] in ("STARTED", "PROGRESS")
    assert event(root, "HELD")["value"]["held"] == child["id"]
    assert steps.ran() == before
    await rekuest.adecide(task=child["id"], approved=True, answer="go on")
    second = await until(rekuest, "ask", held_child)
    assert second["args"] == {"a": 20, "b": 22}
    await rekuest.adecide(task=second["id"], approved=True)
    assert await call == 42

    root = await story(rekuest, "ask")
    check_ends(root)
    first = root["children"][0]
    assert kinds(first)[:4] == ["HELD", "DECIDED", "QUEUED", "STARTED"]
    decided = event(first, "DECIDED")["value"]
    assert (decided["approved"], decided["answer"], decided["auto"]) == (True, "go on", False)
    assert decided["user"]


async def test_a_refused_call_raises_and_nothing_ran(
    rekuest: Any, flows: dict[str, Any], steps: Restartable
) -> None:
    call = asyncio.create_task(
        rekuest.acall(flows["Attempt"], step=flows["Burn"].id, words="h1", reference="refused")
    )
    child = await until(rekuest, "refused", held_child)
    assert event(child, "HELD")["value"]["prompt"]["title"] == "May I, h1?"
    await rekuest.adecide(task=child["id"], approved=False, answer="not with that sample")
    assert await call == "denied: not with that sample"
    root = await story(rekuest, "refused")
    check_ends(root)
    assert kinds(root["children"][0]) == ["HELD", "DENIED"]
    assert "before h1" not in steps.ran()


async def test_a_call_is_decided_about_once(rekuest: Any, flows: dict[str, Any]) -> None:
    call = asyncio.create_task(
        rekuest.acall(flows["Attempt"], step=flows["Fail"].id, words="x", reference="once")
    )
    child = await until(rekuest, "once", held_child)
    answers = await asyncio.gather(
        *(rekuest.adecide(task=child["id"], approved=approved) for approved in (True, False, True, False)),
        return_exceptions=True,
    )
    assert sum(not isinstance(answer, Exception) for answer in answers) == 1, answers
    await call
    check_ends(await story(rekuest, "once"))


async def test_an_app_cannot_approve_its_own_call(rekuest: Any, flows: dict[str, Any]) -> None:
    told = await rekuest.acall(flows["Approve Itself"], add=flows["Add"].id, reference="itself")
    assert "cannot decide for a person" in told
    root = await story(rekuest, "itself")
    # Given up by the workflow, the call ends at once: nobody had begun it.
    assert kinds(root["children"][0]) == ["HELD", "CANCELLING", "CANCELLED"]


async def test_a_call_approved_while_its_workflow_was_away_is_found_again(
    rekuest: Any, flows: dict[str, Any], workflows: Restartable, steps: Restartable
) -> None:
    call = asyncio.create_task(
        rekuest.acall(flows["Attempt"], step=flows["Wait"].id, words="h3", reference="away")
    )
    child = await until(rekuest, "away", held_child)
    workflows.kill()
    await rekuest.adecide(task=child["id"], approved=True)
    await steps.reaches("h3")
    workflows.start()
    steps.open("h3")
    assert await call == "h3"
    root = await story(rekuest, "away")
    check_ends(root)
    assert kinds(root["children"][0]).count("DECIDED") == len(root["children"]) == 1


# --- tasks that ask ------------------------------------------------------------


@pytest.mark.parametrize("approved", [True, False])
async def test_a_task_asks_and_goes_on_with_the_answer(
    rekuest: Any, flows: dict[str, Any], workflows: Restartable, approved: bool
) -> None:
    """A refusal does not end a task that asks for itself: it is told."""
    reference = f"consult-{approved}"
    workflows.open("open")
    call = asyncio.create_task(
        rekuest.acall(flows["Consult"], question="Sure?", door="open", reference=reference)
    )
    root = await until(rekuest, reference, waits)
    held = event(root, "HELD")
    assert held["message"] == "Sure?"
    assert held["value"]["kind"] == "self"
    assert held["value"]["prompt"] == {"title": "Sure?", "description": "It is about to begin."}
    await rekuest.adecide(task=root["id"], approved=approved, answer="as you like")
    assert await call == f"{approved} as you like False"
    root = await story(rekuest, reference)
    check_ends(root)
    assert kinds(root)[-5:] == ["HELD", "DECIDED", "EFFECT", "YIELD", "COMPLETED"]
    with pytest.raises(Exception, match="terminal"):
        await rekuest.adecide(task=root["id"], approved=True)


async def test_a_plain_action_may_ask_too(rekuest: Any, flows: dict[str, Any]) -> None:
    call = asyncio.create_task(rekuest.acall(flows["Confirm"], question="Really?", reference="confirm"))
    root = await until(rekuest, "confirm", waits)
    await rekuest.adecide(task=root["id"], approved=True)
    assert await call == "True None False"


async def test_in_auto_mode_nobody_is_asked(
    rekuest: Any, flows: dict[str, Any], workflows: Restartable
) -> None:
    workflows.open("auto")
    told = await rekuest.acall(flows["Consult"], question="Sure?", door="auto", policy=AUTO, reference="auto")
    assert told == "True None True"
    # Nor for what the workflow calls.
    told = await rekuest.acall(flows["Attempt"], step=flows["Confirm"].id, words="Sure?", policy=AUTO)
    assert told == "True None True"
    root = await story(rekuest, "auto")
    assert event(root, "DECIDED")["value"]["auto"] is True


async def test_a_resumed_workflow_has_the_answer_it_got(
    rekuest: Any, flows: dict[str, Any], workflows: Restartable
) -> None:
    call = asyncio.create_task(
        rekuest.acall(flows["Consult"], question="Sure?", door="h4", reference="answered")
    )
    root = await until(rekuest, "answered", waits)
    await rekuest.adecide(task=root["id"], approved=False, answer="no")
    await workflows.reaches("h4")
    workflows.kill()
    workflows.start()
    await workflows.reaches("h4", times=2)
    workflows.open("h4")
    assert await call == "False no False"
    assert kinds(await story(rekuest, "answered")).count("HELD") == 1


async def test_a_workflow_that_died_while_it_asked_asks_again(
    rekuest: Any, flows: dict[str, Any], workflows: Restartable
) -> None:
    workflows.open("h5")
    call = asyncio.create_task(
        rekuest.acall(flows["Consult"], question="Sure?", door="h5", reference="asks-again")
    )
    await until(rekuest, "asks-again", waits)
    workflows.kill()
    workflows.start()
    root = await until(rekuest, "asks-again", lambda told: kinds(told).count("HELD") == 2 and told)
    await rekuest.adecide(task=root["id"], approved=True)
    assert await call == "True None False"
    check_ends(await story(rekuest, "asks-again"))


async def test_an_answer_given_while_the_app_was_away_is_not_lost(
    rekuest: Any, flows: dict[str, Any], workflows: Restartable
) -> None:
    """That its app died meanwhile is no reason to ask the person once more."""
    workflows.open("h6")
    call = asyncio.create_task(
        rekuest.acall(flows["Consult"], question="Sure?", door="h6", reference="unheard")
    )
    root = await until(rekuest, "unheard", waits)
    workflows.kill()
    await rekuest.adecide(task=root["id"], approved=True, answer="go")
    workflows.start()
    assert await call == "True go False"
    root = await story(rekuest, "unheard")
    check_ends(root)
    assert kinds(root).count("DECIDED") == 1


async def test_a_task_that_asks_can_be_cancelled(rekuest: Any, flows: dict[str, Any]) -> None:
    call = asyncio.create_task(
        rekuest.acall(flows["Consult"], question="Sure?", door="h7", reference="unasked")
    )
    await until(rekuest, "unasked", waits)
    call.cancel()
    await asyncio.wait([call])
    root = await story(rekuest, "unasked")
    check_ends(root)
    assert kinds(root)[-2:] == ["CANCELLING", "CANCELLED"]


async def test_a_task_that_asks_can_be_answered_though_it_was_paused_meanwhile(
    rekuest: Any, flows: dict[str, Any], workflows: Restartable
) -> None:
    workflows.open("h8")
    call = asyncio.create_task(
        rekuest.acall(flows["Consult"], question="Sure?", door="h8", reference="paused")
    )
    root = await until(rekuest, "paused", waits)
    await rekuest.apause(task=root["id"])
    await rekuest.aresume(task=root["id"], step=False)
    await rekuest.adecide(task=root["id"], approved=True)
    assert await asyncio.wait_for(call, 20) == "True None False"
    check_ends(await story(rekuest, "paused"))


async def test_a_task_that_works_on_while_it_asks_can_be_answered(
    rekuest: Any, flows: dict[str, Any], steps: Restartable
) -> None:
    call = asyncio.create_task(
        rekuest.acall(flows["Confirm Busily"], question="Still?", door="h9", reference="busy")
    )
    root = await until(rekuest, "busy", lambda told: "HELD" in kinds(told) and told)
    steps.open("h9")
    await until(rekuest, "busy", lambda told: told["latestProgress"] == 90)
    await rekuest.adecide(task=root["id"], approved=True)
    assert await asyncio.wait_for(call, 20) == "True None False"
    check_ends(await story(rekuest, "busy"))


async def test_cancelling_a_workflow_that_waits_for_approval_takes_its_call_back(
    rekuest: Any, flows: dict[str, Any], steps: Restartable
) -> None:
    call = asyncio.create_task(
        rekuest.acall(flows["Attempt"], step=flows["Wait"].id, words="h2", reference="taken-back")
    )
    child = await until(rekuest, "taken-back", held_child)
    call.cancel()
    await asyncio.wait([call])
    root = await until(rekuest, "taken-back", lambda told: told["children"][0]["isDone"] and told)
    check_ends(root)
    assert kinds(root["children"][0]) == ["HELD", "CANCELLING", "CANCELLED"]
    with pytest.raises(Exception, match="terminal"):
        await rekuest.adecide(task=child["id"], approved=True)
    assert "before h2" not in steps.ran()
