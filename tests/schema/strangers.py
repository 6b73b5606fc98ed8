"""Two organizations, and documents that ask one's token for what is the other's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_composite_type,
    is_enum_type,
    is_list_type,
    is_non_null_type,
    is_required_argument,
)

from platform_under_test import wire
from platform_under_test.command import CommandLine
from platform_under_test.server import Server

NOT_BUILT: set[str] = set()


def deep(type_: Any, schema: GraphQLSchema, depth: int) -> str:
    """A selection of everything below a type, so many levels deep."""
    named = get_named_type(type_)
    if not is_composite_type(named):
        return ""
    inner: list[str] = []
    assert isinstance(named, GraphQLObjectType)
    for name, field in named.fields.items():
        if any(is_required_argument(argument) for argument in field.args.values()):
            continue
        if not is_composite_type(get_named_type(field.type)):
            inner.append(name)
        elif depth > 1:
            inner.append(name + deep(field.type, schema, depth - 1))
    return " { " + (" ".join(inner) or "__typename") + " }"


def texts(value: Any) -> Iterator[str]:
    """Every text in an answer."""
    if isinstance(value, dict):
        for each in value.values():
            yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)
    elif isinstance(value, str):
        yield value


@dataclass
class Somebody:
    """An administrator of an organization, with a token for it."""

    url: str
    token: str
    user: str
    organization: str

    def ask(self, text: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
        answer = wire.graphql(self.url, text, variables, self.token)
        assert answer.status == 200, (text, answer.body)
        return answer.json()

    def data(self, text: str, variables: dict[str, Any] | None = None) -> Any:
        answer = self.ask(text, variables)
        assert "errors" not in answer, (text, answer)
        return answer["data"]

    def everything(self, schema: GraphQLSchema) -> dict[str, Any]:
        """What every query without required arguments answers, three levels deep."""
        assert schema.query_type
        seen: dict[str, Any] = {}
        for name, field in schema.query_type.fields.items():
            needs = [key for key, argument in field.args.items() if is_required_argument(argument)]
            if name in NOT_BUILT or name == "_service" or needs or name in ("app", "release", "client"):
                continue
            seen[name] = self.data(f"query {{ {name}{deep(field.type, schema, 3)} }}")[name]
        return seen


def settle(platform: Server, command: CommandLine, name: str) -> Somebody:
    """An organization with something of everything in it, and its owner."""
    owner, helper = f"{name}-owner", f"{name}-helper"
    command.json("user", "add", owner, "--email", f"{owner}@lab.org", "--name", f"{owner}-shown")
    command.json("user", "add", helper, "--email", f"{helper}@lab.org", "--group", f"{name}-group")
    command.json(
        "organization", "add", f"{name} lab", "--owner", owner, "--slug", name, "--description", f"of {name}"
    )
    command.json("membership", "add", "--user", helper, "--organization", name)
    command.json(
        "device",
        "add",
        f"{name}-pc",
        "--organization",
        name,
        "--name",
        f"{name}-pc",
        "--group",
        f"{name}-room",
    )
    key = command.json(
        "mandate", "add", "--user", owner, "--organization", name, "--any-app", "--label", f"{name}-key"
    )["key"]
    session = wire.log_in(platform.url, key, f"{name}-app", device_id=f"{name}-pc")
    data = wire.graphql(
        platform.lok_url, "{ mycontext { user { id } organization { id } } }", token=session["access_token"]
    ).json()["data"]["mycontext"]
    somebody = Somebody(
        platform.lok_url, session["access_token"], data["user"]["id"], data["organization"]["id"]
    )
    fill(somebody, name)
    return somebody


def fill(somebody: Somebody, name: str) -> None:
    """What only GraphQL makes."""
    manifest = {"identifier": f"{name}-plugin", "version": "1", "scopes": ["openid"]}
    somebody.data("mutation { createInvite(input: {}) { id } }")
    somebody.data(
        "mutation ($m: ManifestInput!, $a: String!) {"
        " createMandate(input: {agent: $a, manifest: $m, attestation: $a}) { id }"
        " issueMandateKey(input: {manifest: $m, expiresInDays: 3}) { key } }",
        {"m": manifest, "a": f"{name}-app"},
    )
    somebody.data(
        "mutation ($t: String!) { registerComChannel(input: {token: $t}) { id } }", {"t": f"{name}-phone"}
    )
    somebody.data(
        "mutation ($u: ID!, $m: String!) { notifyUser(input: {user: $u, message: $m, title: $m}) }",
        {"u": somebody.user, "m": f"{name}-note"},
    )
    (group,) = somebody.data("{ groups { id } }")["groups"]
    somebody.data(
        "mutation ($g: ID!, $n: String!) {"
        ' createGroupProfile(input: {group: $g, name: $n, avatar: ""}) { id } }',
        {"g": group["id"], "n": f"{name}-group-shown"},
    )


def rows_of(somebody: Somebody) -> dict[str, list[str]]:
    """The ids of somebody's rows by type, found from the rows a person sees."""
    lists = {
        "App": "apps", "Client": "clients", "Device": "devices", "DeviceGroup": "deviceGroups",
        "Group": "groups", "Hub": "hubs", "Invite": "invites", "Layer": "layers", "Mandate": "mandates",
        "Organization": "organizations", "Release": "releases", "Role": "roles", "Service": "services",
        "ServiceInstance": "serviceInstances", "ServiceRelease": "serviceReleases",
        "SystemMessage": "myActiveMessages", "User": "users",
    }  # fmt: skip
    ids = {
        type_: [row["id"] for row in somebody.data(f"{{ {name} {{ id }} }}")[name]]
        for type_, name in lists.items()
    }
    (organization,) = somebody.data("{ organizations { membershipRequests { id } memberships { id } } }")[
        "organizations"
    ]
    ids["MembershipRequest"] = [row["id"] for row in organization["membershipRequests"]]
    ids["Membership"] = [row["id"] for row in organization["memberships"]]
    people = somebody.data("{ users { profile { id } comChannels { id } } }")["users"]
    ids["Profile"] = [person["profile"]["id"] for person in people]
    ids["ComChannel"] = [row["id"] for person in people for row in person["comChannels"]]
    ids["GroupProfile"] = [
        row["profile"]["id"] for row in somebody.data("{ groups { profile { id } } }")["groups"]
    ]
    missing = [type_ for type_, found in ids.items() if not found]
    assert not missing, f"nothing there to be taken: {missing}"
    return ids


NAMED = {
    "user": "User", "organization": "Organization", "hub": "Hub", "group": "Group", "client": "Client",
    "service": "Service", "mandate": "Mandate", "instance": "ServiceInstance", "agentUser": "User",
    "allowedUsers": "User", "deniedUsers": "User", "allowedGroups": "Group", "deniedGroups": "Group",
    "channels": "ComChannel",
}  # fmt: skip
"""Which rows a member of type ID names."""

OF = {"approveMembershipRequest": "MembershipRequest", "deviceByDeviceId": "Device"}
"""What `id` names where it is not a row of the type that is answered."""


def named_type(root: str, field: GraphQLField, member: str) -> str | None:
    if member == "avatar":
        return None
    if member == "id":
        return OF.get(root, get_named_type(field.type).name)
    if member == "clientId":
        return "Client"
    assert member in NAMED, f"{root}: say in NAMED which rows `{member}` names"
    return NAMED[member]


PLAIN = {
    "Int": 3,
    "Float": 0.5,
    "Boolean": True,
    "ID": "",
    "String": "taken",
    "AppIdentifier": "taken",
    "Version": "1",
}


def values(root: str, field: GraphQLField, member: str, type_: Any, ids: dict[str, list[str]]) -> list[Any]:
    """What to try for an argument or member: the other's ids where it is one, else one plain value."""
    if is_non_null_type(type_):
        return values(root, field, member, type_.of_type, ids)
    if is_list_type(type_):
        return [[value] for value in values(root, field, member, type_.of_type, ids)]
    if is_enum_type(type_):
        return [next(iter(type_.values))]
    if isinstance(type_, GraphQLInputObjectType):
        return inputs(root, field, type_, ids)
    if type_.name == "ID":
        target = named_type(root, field, member)
        return [""] if target is None else ids[target][:4]
    return [PLAIN[type_.name]]


SKIPPED = {
    "collaborations",
    "maxUses",
    "expiresInDays",
    "pagination",
    "ordering",
    "filters",
    "slug",
    "nodeId",
}
"""Members that would only be refused for themselves; those that are required are given."""


def inputs(
    root: str, field: GraphQLField, type_: GraphQLInputObjectType, ids: dict[str, list[str]]
) -> list[Any]:
    members = {
        key: values(root, field, key, member.type, ids)
        for key, member in type_.fields.items()
        if is_non_null_type(member.type) or key not in SKIPPED
    }
    return [dict(zip(members, chosen, strict=True)) for chosen in product(*members.values())]


def documents(
    operation: str, root: str, field: GraphQLField, schema: GraphQLSchema, ids: dict[str, list[str]]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """One root field with the other's ids: every choice of them."""
    wanted = {key: argument for key, argument in field.args.items() if key not in SKIPPED}
    head = ", ".join(f"${key}: {argument.type}" for key, argument in wanted.items())
    call = ", ".join(f"{key}: ${key}" for key in wanted)
    text = f"{operation} {f'({head})' if head else ''} {{ {root}{f'({call})' if call else ''}"
    text += f"{deep(field.type, schema, 3)} }}"
    choices = [values(root, field, key, argument.type, ids) for key, argument in wanted.items()]
    for chosen in product(*choices):
        yield text, dict(zip(wanted, chosen, strict=True))
