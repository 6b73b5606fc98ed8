"""Every document of the official `unlok` client, sent by its own function."""

from __future__ import annotations

import inspect
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import unlok.api.schema as documents
from graphql import OperationDefinitionNode, parse
from unlok.api.schema import (
    ClientFilter,
    ClientKind,
    MandateOrigin,
    ManifestInput,
    OffsetPaginationInput,
)

from platform_under_test import hub, wire
from platform_under_test.apps import client_environment
from platform_under_test.command import CommandLine
from platform_under_test.server import Server

CALLED: set[str] = set()


def calls(*names: str) -> Callable[[Any], Any]:
    """Says which documents a test calls."""
    CALLED.update(names)
    return lambda test: test


def client_documents() -> dict[str, set[str]]:
    """The client's operations by name, with their root fields."""
    found: dict[str, set[str]] = {}
    for _, model in inspect.getmembers(documents, inspect.isclass):
        text = getattr(getattr(model, "Meta", None), "document", "")
        for node in parse(text).definitions if text else ():
            if isinstance(node, OperationDefinitionNode):
                assert node.name
                found[node.name.value] = {field.name.value for field in node.selection_set.selections}  # type: ignore[union-attr]
    return found


def test_every_document_that_is_built_is_called_here(repository: Path) -> None:
    page = (repository / "docs" / "status.md").read_text()
    lok = page[page.index("## Lok") : page.index("## Rekuest")]
    lines = re.findall(r"^\*\*\w+, not built:\*\*(.*?)(?=^\*\*|^##|\Z)", lok, re.S | re.M)
    not_built = {name for line in lines for name in re.findall(r"`(\w+)`", line)}
    built = {name for name, roots in client_documents().items() if not roots & not_built}
    assert built == CALLED


@pytest.fixture(scope="module")
def platform(platform: Server) -> Server:
    """With an address that belongs to a network."""
    hub.add_address(platform)
    return platform


@pytest.fixture(scope="module")
def command(platform: Server) -> CommandLine:
    line = CommandLine(platform.data)
    organization = platform.access["organization"]
    line.json("user", "add", "grace", "--email", "grace@lab.org", "--group", "imaging")
    line.json("membership", "add", "--user", "grace", "--organization", organization, "--role", "viewer")
    return line


@pytest.fixture(scope="module")
async def lok(platform: Server, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Any]:
    """The official client of an administrator, connected as a user's script connects it."""
    from arkitekt import aeasy
    from unlok.arkitekt import unlok as unlok_service

    with pytest.MonkeyPatch.context() as environment:
        home = tmp_path_factory.mktemp("caller")
        for name, value in client_environment(platform, home, platform.take_key()).items():
            environment.setenv(name, value)
        async with aeasy("test-unlok", unlok_service) as client:
            yield client


@pytest.fixture
async def grace(lok: Any, command: CommandLine) -> Any:
    (found,) = [user for user in await lok.ausers() if user.username == "grace"]
    return found


@calls("Me", "User", "DetailUser", "Users", "UserOptions", "Profile")
async def test_people(lok: Any, grace: Any, platform: Server) -> None:
    mine = await lok.ame()
    assert mine.username == platform.access["users"][0]["username"]
    assert (await lok.aprofile()).id == mine.id
    assert (await lok.auser(id=grace.id)).email == "grace@lab.org"
    detail = await lok.adetail_user(id=grace.id)
    assert [group.name for group in detail.groups] == ["imaging"]
    (option,) = await lok.auser_options(search="GRACE")
    assert (option.value, option.label) == (grace.id, "grace")
    assert await lok.auser_options(values=[grace.id]) == (option,)
    assert len(await lok.ausers(pagination=OffsetPaginationInput(limit=1))) == 1


@calls("CreateUserProfile", "UpdateUserProfile")
async def test_a_profile(lok: Any, grace: Any) -> None:
    made = await lok.acreate_user_profile(user=grace.id, name="Grace")
    assert made.name == "Grace"
    changed = await lok.aupdate_user_profile(id=made.id, name="Grace H.", avatar="")
    assert (changed.id, changed.name, changed.avatar) == (made.id, "Grace H.", None)
    with pytest.raises(Exception, match="No media"):
        await lok.aupdate_user_profile(id=made.id, name="Grace", avatar="999999")


@calls("Groups", "GroupOptions", "DetailGroup", "GlobalSearch", "CreateGroupProfile", "UpdateGroupProfile")
async def test_groups(lok: Any, grace: Any) -> None:
    (group,) = await lok.agroups()
    assert (group.name, group.profile) == ("imaging", None)
    (option,) = await lok.agroup_options(search="IMAG")
    assert option.value == group.id
    found = await lok.aglobal_search(no_users=False, no_groups=False, search="gra")
    assert [user.username for user in found.users] == ["grace"]
    assert found.groups == ()
    made = await lok.acreate_group_profile(group=group.id, name="Imagers", avatar="")
    assert made.name == "Imagers"
    changed = await lok.aupdate_group_profile(id=made.id, name="The imagers", avatar="")
    assert changed.name == "The imagers"
    assert (await lok.adetail_group(id=group.id)).users[0].username == "grace"


@calls("Apps", "App", "DetailApp", "Releases", "Release", "DetailRelease")
async def test_apps(lok: Any) -> None:
    (app,) = [app for app in await lok.aapps() if app.identifier == "test-unlok"]
    assert (await lok.aapp(identifier="test-unlok")).id == app.id
    assert (await lok.adetail_app(id=app.id)).identifier == "test-unlok"
    (release,) = [row for row in await lok.areleases() if row.app.identifier == "test-unlok"]
    detail = await lok.adetail_release(id=release.id)
    assert await lok.arelease(identifier="test-unlok", version=detail.version)
    with pytest.raises(Exception, match="(?i)no app"):
        await lok.aapp(identifier="nothing")


@calls("Clients", "DetailClient", "Client", "MyManagedClients")
async def test_clients(lok: Any) -> None:
    (row,) = await lok.aclients(filters=ClientFilter(search="test-unlok"))
    assert row.id in {mine.id for mine in await lok.amy_managed_clients(kind=ClientKind.DEVELOPMENT)}
    detail = await lok.adetail_client(id=row.id)
    assert detail.release.app.identifier == "test-unlok"
    assert (await lok.aclient(client_id=detail.client_id)).id == row.id


@calls("Layers", "DetailLayer")
async def test_layers(lok: Any) -> None:
    (row,) = await lok.alayers()
    assert row.name == "This machine"
    assert (await lok.adetail_layer(id=row.id)).identifier == "live.arkitekt.layer.loopback"


@calls("Scopes", "ScopesOptions")
async def test_scopes(lok: Any) -> None:
    values = {scope.value for scope in await lok.ascopes()}
    assert {"openid", "profile", "email"} <= values
    assert {option.value for option in await lok.ascopes_options()} == values


@calls("ListServices", "GetService", "ListServiceReleases", "GetServiceRelease")
async def test_services(lok: Any) -> None:
    (service,) = [row for row in await lok.alist_services() if row.identifier == "live.arkitekt.rekuest"]
    assert (await lok.aget_service(id=service.id)).identifier == "live.arkitekt.rekuest"
    (release,) = [row for row in await lok.alist_service_releases() if row.service.id == service.id]
    assert (await lok.aget_service_release(id=release.id)).service.id == service.id


@calls("ListServiceInstances", "GetServiceInstance", "CreateServiceInstance", "UpdateServiceInstance")
async def test_service_instances(lok: Any, grace: Any) -> None:
    (service,) = [row for row in await lok.alist_services() if row.identifier == "live.arkitekt.rekuest"]
    made = await lok.acreate_service_instance(
        identifier="second", service=service.id, allowed_users=[grace.id]
    )
    assert (made.instance_id, [user.username for user in made.allowed_users]) == ("second", ["grace"])
    changed = await lok.aupdate_service_instance(id=made.id, denied_users=[grace.id], allowed_users=[])
    assert (changed.allowed_users, [user.id for user in changed.denied_users]) == ((), [grace.id])
    assert (await lok.aget_service_instance(id=made.id)).denied_users == changed.denied_users
    assert made.id in {row.id for row in await lok.alist_service_instances()}


@calls(
    "CreateMandate", "IssueMandateKey", "IssueChildMandateKey", "GetMandate", "ListMandates", "RevokeMandate"
)
async def test_mandates(lok: Any, platform: Server) -> None:
    manifest = ManifestInput(identifier="plugin", version="0.1.0", scopes=["openid"])
    agent = await lok.acreate_mandate(agent="test-unlok", manifest=manifest, expires_in_days=2, max_clients=1)
    assert (agent.origin, agent.is_live, agent.agent_identifier) == (MandateOrigin.CLIENT, True, "test-unlok")

    issued = await lok.aissue_child_mandate_key(mandate=agent.id, device_id="pod")
    assert (issued.mandate.origin, issued.mandate.parent.id) == (MandateOrigin.AGENT, agent.id)
    session = wire.log_in(platform.url, issued.key, "plugin", device_id="pod", requirements=[])
    (client,) = (await lok.aget_mandate(id=issued.mandate.id)).clients
    assert client.client_id == session["client_id"]

    key = await lok.aissue_mandate_key(
        manifest=manifest, expires_in_days=1, any_version=True, allow_mesh=False, label="by hand"
    )
    assert key.key.startswith(key.mandate.key_prefix)
    assert {agent.id, issued.mandate.id, key.mandate.id} <= {row.id for row in await lok.alist_mandates()}

    revoked = await lok.arevoke_mandate(id=agent.id)
    assert revoked.is_live is False
    assert (await lok.aget_mandate(id=issued.mandate.id)).is_live is False
    answer = wire.graphql(platform.lok_url, "{ me { id } }", token=session["access_token"])
    assert answer.error_code() == "UNAUTHENTICATED"


@calls("RequestMediaUpload")
async def test_pictures(lok: Any) -> None:
    """What becomes of them is in test_media.py."""
    grant = await lok.arequest_media_upload(key="a.png", datalayer="s3")
    assert (grant.datalayer, grant.bucket, grant.x_amz_algorithm) == ("s3", "lok-media", "AWS4-HMAC-SHA256")
    profile = (await lok.adetail_user(id=(await lok.ame()).id)).profile
    with pytest.raises(Exception, match="Nothing was uploaded"):
        await lok.aupdate_user_profile(id=profile.id, name="Ada", avatar=grant.store)
