-- version 4
create table "app" (
  "id" integer primary key autoincrement,
  "organization_id" integer not null references "organization"(id) on delete cascade,
  "name" text not null,
  "identifier" text not null
);

create table "release" (
  "id" integer primary key autoincrement,
  "app_id" integer not null references "app"(id) on delete cascade,
  "version" text not null,
  "name" text not null,
  "scopes" text not null default '[]',
  "requirements" text not null default '[]'
);

create table "client" (
  "id" integer primary key autoincrement,
  "organization_id" integer not null references "organization"(id) on delete cascade,
  "functional" integer not null default 0,
  "release_id" integer references "release"(id) on delete set null,
  "client_id" text not null,
  "mandate_id" integer references "mandate"(id) on delete cascade,
  "public" integer not null default 1,
  "node_id" integer references "device"(id) on delete set null,
  "user_id" integer references "user_account"(id) on delete cascade,
  "kind" text not null,
  "role" text not null,
  "public_sources" text not null,
  "hub_id" integer references "hub"(id) on delete cascade,
  "membership_id" integer references "membership"(id) on delete cascade,
  "relying_party_id" integer references "relying_party"(id) on delete cascade,
  "device_key" text not null default '',
  "manifest" text not null default '{}',
  "statuses" text not null default '{}',
  "scopes" text not null default '[]',
  "created_at" integer not null,
  "last_reported_at" integer
);

create table "used_alias" (
  "id" integer primary key autoincrement,
  "client_id" integer not null references "client"(id) on delete cascade,
  "key" text not null,
  "alias_id" integer references "instance_alias"(id) on delete set null,
  "valid" integer not null,
  "reason" text,
  "reported_at" integer not null
);

create table "login_context" (
  "id" integer primary key autoincrement,
  "organization_id" integer not null references "organization"(id) on delete cascade,
  "user_id" integer not null references "user_account"(id) on delete cascade,
  "hub_id" integer references "hub"(id) on delete set null,
  "client_id" integer not null references "client"(id) on delete cascade
);

create table "device" (
  "id" integer primary key autoincrement,
  "organization_id" integer not null references "organization"(id) on delete cascade,
  "name" text,
  "device_id" text not null
);

create table "device_group" (
  "id" integer primary key autoincrement,
  "organization_id" integer not null references "organization"(id) on delete cascade,
  "name" text not null
);

create table "device_login" (
  "id" integer primary key autoincrement,
  "device_code_hash" text not null,
  "user_code" text not null,
  "client_id" text not null,
  "kind" text not null,
  "role" text not null,
  "manifest" text not null,
  "device_id" text not null,
  "state" text not null,
  "created_at" integer not null,
  "expires_at" integer not null,
  "membership_id" integer references "membership"(id) on delete cascade,
  "hub_id" integer references "hub"(id) on delete cascade,
  "declined" text not null default '[]'
);

create table "web_session" (
  "id" integer primary key autoincrement,
  "token_hash" text not null,
  "user_id" integer not null references "user_account"(id) on delete cascade,
  "created_at" integer not null,
  "expires_at" integer not null
);

create table "refresh_chain" (
  "id" integer primary key autoincrement,
  "client_id" integer not null references "client"(id) on delete cascade,
  "current_hash" text not null,
  "previous_hash" text,
  "started_at" integer not null,
  "rotated_at" integer not null
);

create table "user_group" (
  "id" integer primary key autoincrement,
  "name" text not null
);

create table "group_profile" (
  "id" integer primary key autoincrement,
  "bio" text,
  "name" text,
  "group_id" integer not null references "user_group"(id) on delete cascade
);

create table "hub" (
  "id" integer primary key autoincrement,
  "organization_id" integer not null references "organization"(id) on delete cascade,
  "identifier" text not null,
  "description" text,
  "name" text not null,
  "last_seen_at" integer,
  "last_healthy" integer,
  "version" text not null default '',
  "mesh_connected" integer,
  "mesh_host" text not null default '',
  "uid" text not null,
  "tls_certificate" text
);

create table "invite" (
  "id" integer primary key autoincrement,
  "organization_id" integer not null references "organization"(id) on delete cascade,
  "token" text not null,
  "email" text,
  "created_by_id" integer not null references "user_account"(id) on delete cascade,
  "created_at" integer not null,
  "expires_at" integer,
  "status" text not null,
  "accepted_by_id" integer references "user_account"(id) on delete set null,
  "declined_by_id" integer references "user_account"(id) on delete set null,
  "responded_at" integer,
  "public" integer not null default 0,
  "max_uses" integer,
  "uses" integer not null default 0,
  "mesh" integer not null
);

create table "layer" (
  "id" integer primary key autoincrement,
  "organization_id" integer not null references "organization"(id) on delete cascade,
  "name" text not null,
  "identifier" text not null,
  "description" text
);

create table "mandate" (
  "id" integer primary key autoincrement,
  "organization_id" integer not null references "organization"(id) on delete cascade,
  "hub_id" integer not null references "hub"(id) on delete cascade,
  "label" text not null default '',
  "key_prefix" text not null default '',
  "agent_identifier" text,
  "agent_device_id" integer references "device"(id) on delete set null,
  "attestation" text not null default '',
  "max_clients" integer,
  "allow_mesh" integer not null default 0,
  "created_at" integer not null,
  "expires_at" integer,
  "revoked_at" integer,
  "last_used_at" integer,
  "parent_id" integer references "mandate"(id) on delete cascade,
  "issuing_client_id" integer references "client"(id) on delete cascade,
  "claimant" text not null,
  "origin" text not null,
  "revocation_reason" text,
  "subject" text not null,
  "grantor_id" integer not null references "user_account"(id) on delete cascade,
  "agent_user_id" integer references "user_account"(id) on delete set null,
  "membership_id" integer not null references "membership"(id) on delete cascade,
  "key_hash" text,
  "config_name" text,
  "any_app" integer not null default 0
);

create table "membership" (
  "id" integer primary key autoincrement,
  "organization_id" integer not null references "organization"(id) on delete cascade,
  "user_id" integer not null references "user_account"(id) on delete cascade,
  "brand_hue" real,
  "brand_chroma" real,
  "blocked" integer not null default 0,
  "created_through_id" integer references "invite"(id) on delete set null
);

create table "membership_request" (
  "id" integer primary key autoincrement,
  "organization_id" integer not null references "organization"(id) on delete cascade,
  "reason" text,
  "status" text not null,
  "created_at" integer not null,
  "resolved_by_id" integer references "user_account"(id) on delete set null,
  "responded_at" integer,
  "user_id" integer not null references "user_account"(id) on delete cascade
);

create table "system_message" (
  "id" integer primary key autoincrement,
  "title" text,
  "message" text,
  "action" text not null,
  "user_id" integer not null references "user_account"(id) on delete cascade,
  "acknowledged" integer not null default 0,
  "created_at" integer not null
);

create table "com_channel" (
  "id" integer primary key autoincrement,
  "user_id" integer not null references "user_account"(id) on delete cascade,
  "token" text not null
);

create table "organization" (
  "id" integer primary key autoincrement,
  "slug" text not null,
  "description" text,
  "brand_hue" real,
  "brand_chroma" real,
  "name" text not null,
  "owner_id" integer references "user_account"(id) on delete set null,
  "device_salt" text not null,
  "config_mark" text
);

create table "relying_party" (
  "id" integer primary key autoincrement,
  "client_id" text not null,
  "name" text not null,
  "secret_hash" text,
  "redirect_uris" text not null,
  "post_logout_redirect_uris" text not null,
  "organization_id" integer references "organization"(id) on delete cascade,
  "created_at" integer not null
);

create table "sign_in_consent" (
  "id" integer primary key autoincrement,
  "relying_party_id" integer not null references "relying_party"(id) on delete cascade,
  "membership_id" integer not null references "membership"(id) on delete cascade,
  "scopes" text not null,
  "given_at" integer not null
);

create table "authorization_code" (
  "id" integer primary key autoincrement,
  "code_hash" text not null,
  "relying_party_id" integer not null references "relying_party"(id) on delete cascade,
  "membership_id" integer not null references "membership"(id) on delete cascade,
  "hub_id" integer not null references "hub"(id) on delete cascade,
  "scopes" text not null,
  "redirect_uri" text not null,
  "code_challenge" text,
  "nonce" text,
  "issuer" text not null,
  "signed_in_at" integer not null,
  "expires_at" integer not null,
  "collected" integer not null default 0,
  "client_id" integer references "client"(id) on delete cascade
);

create table "role" (
  "id" integer primary key autoincrement,
  "organization_id" integer not null references "organization"(id) on delete cascade,
  "identifier" text not null,
  "description" text not null,
  "builtin" integer not null default 0
);

create table "scope" (
  "id" integer primary key autoincrement,
  "organization_id" integer not null references "organization"(id) on delete cascade,
  "label" text not null,
  "description" text not null,
  "value" text not null
);

create table "service" (
  "id" integer primary key autoincrement,
  "organization_id" integer not null references "organization"(id) on delete cascade,
  "name" text not null,
  "identifier" text not null,
  "description" text
);

create table "service_release" (
  "id" integer primary key autoincrement,
  "version" text not null,
  "service_id" integer not null references "service"(id) on delete cascade
);

create table "service_instance" (
  "id" integer primary key autoincrement,
  "release_id" integer not null references "service_release"(id) on delete cascade,
  "instance_id" text not null,
  "name" text not null,
  "hub_id" integer not null references "hub"(id) on delete cascade,
  "description" text,
  "challenge_key" text
);

create table "instance_alias" (
  "id" integer primary key autoincrement,
  "layer_id" integer references "layer"(id) on delete cascade,
  "instance_id" integer not null references "service_instance"(id) on delete cascade,
  "kind" text not null,
  "host" text,
  "port" integer,
  "path" text,
  "ssl" integer not null,
  "challenge" text not null,
  "public" integer not null,
  "key" text not null,
  "reach" text,
  "position" integer not null default 0
);

create table "service_instance_mapping" (
  "id" integer primary key autoincrement,
  "instance_id" integer not null references "service_instance"(id) on delete cascade,
  "client_id" integer not null references "client"(id) on delete cascade,
  "key" text not null,
  "optional" integer not null default 0
);

create table "setting" (
  "id" integer primary key autoincrement,
  "name" text not null,
  "value" text not null
);

create table "user_account" (
  "id" integer primary key autoincrement,
  "username" text not null,
  "first_name" text,
  "last_name" text,
  "email" text,
  "active" integer not null default 1,
  "superuser" integer not null default 0,
  "password_hash" text,
  "password_mark" text,
  "created_at" integer not null
);

create table "profile" (
  "id" integer primary key autoincrement,
  "bio" text,
  "name" text,
  "user_id" integer not null references "user_account"(id) on delete cascade
);

create table "device_group_member" (
  "device_id" bigint not null references "device"(id) on delete cascade,
  "group_id" bigint not null references "device_group"(id) on delete cascade,
  primary key ("device_id", "group_id")
);

create table "user_group_member" (
  "group_id" bigint not null references "user_group"(id) on delete cascade,
  "user_id" bigint not null references "user_account"(id) on delete cascade,
  primary key ("group_id", "user_id")
);

create table "invite_role" (
  "invite_id" bigint not null references "invite"(id) on delete cascade,
  "role_id" bigint not null references "role"(id) on delete cascade,
  primary key ("invite_id", "role_id")
);

create table "membership_role" (
  "membership_id" bigint not null references "membership"(id) on delete cascade,
  "role_id" bigint not null references "role"(id) on delete cascade,
  primary key ("membership_id", "role_id")
);

create table "instance_allowed_user" (
  "instance_id" bigint not null references "service_instance"(id) on delete cascade,
  "user_id" bigint not null references "user_account"(id) on delete cascade,
  primary key ("instance_id", "user_id")
);

create table "instance_denied_user" (
  "instance_id" bigint not null references "service_instance"(id) on delete cascade,
  "user_id" bigint not null references "user_account"(id) on delete cascade,
  primary key ("instance_id", "user_id")
);

create table "instance_allowed_group" (
  "instance_id" bigint not null references "service_instance"(id) on delete cascade,
  "group_id" bigint not null references "user_group"(id) on delete cascade,
  primary key ("instance_id", "group_id")
);

create table "instance_denied_group" (
  "instance_id" bigint not null references "service_instance"(id) on delete cascade,
  "group_id" bigint not null references "user_group"(id) on delete cascade,
  primary key ("instance_id", "group_id")
);

create unique index if not exists "app_organization_id_identifier_idx" on "app" ("organization_id", "identifier");

create index if not exists "app_organization_id_id_idx" on "app" ("organization_id", "id");

create unique index if not exists "release_app_id_version_idx" on "release" ("app_id", "version");

create unique index if not exists "client_client_id_idx" on "client" ("client_id");

create unique index if not exists "client_mandate_id_device_key_idx" on "client" ("mandate_id", "device_key");

create index if not exists "client_organization_id_id_idx" on "client" ("organization_id", "id");

create index if not exists "client_release_id_some_idx" on "client" ("release_id") where "release_id" is not null;

create index if not exists "client_node_id_some_idx" on "client" ("node_id") where "node_id" is not null;

create index if not exists "client_user_id_some_idx" on "client" ("user_id") where "user_id" is not null;

create index if not exists "client_hub_id_some_idx" on "client" ("hub_id") where "hub_id" is not null;

create index if not exists "client_membership_id_some_idx" on "client" ("membership_id") where "membership_id" is not null;

create index if not exists "client_relying_party_id_some_idx" on "client" ("relying_party_id") where "relying_party_id" is not null;

create unique index if not exists "used_alias_client_id_key_idx" on "used_alias" ("client_id", "key");

create index if not exists "used_alias_alias_id_some_idx" on "used_alias" ("alias_id") where "alias_id" is not null;

create unique index if not exists "login_context_client_id_idx" on "login_context" ("client_id");

create index if not exists "login_context_organization_id_id_idx" on "login_context" ("organization_id", "id");

create index if not exists "login_context_user_id_idx" on "login_context" ("user_id");

create index if not exists "login_context_hub_id_some_idx" on "login_context" ("hub_id") where "hub_id" is not null;

create unique index if not exists "device_organization_id_device_id_idx" on "device" ("organization_id", "device_id");

create index if not exists "device_organization_id_id_idx" on "device" ("organization_id", "id");

create unique index if not exists "device_group_organization_id_name_idx" on "device_group" ("organization_id", "name");

create index if not exists "device_group_organization_id_id_idx" on "device_group" ("organization_id", "id");

create unique index if not exists "device_login_device_code_hash_idx" on "device_login" ("device_code_hash");

create unique index if not exists "device_login_user_code_idx" on "device_login" ("user_code");

create index if not exists "device_login_expires_at_idx" on "device_login" ("expires_at");

create index if not exists "device_login_membership_id_some_idx" on "device_login" ("membership_id") where "membership_id" is not null;

create index if not exists "device_login_hub_id_some_idx" on "device_login" ("hub_id") where "hub_id" is not null;

create unique index if not exists "web_session_token_hash_idx" on "web_session" ("token_hash");

create index if not exists "web_session_expires_at_idx" on "web_session" ("expires_at");

create index if not exists "web_session_user_id_idx" on "web_session" ("user_id");

create unique index if not exists "refresh_chain_client_id_idx" on "refresh_chain" ("client_id");

create unique index if not exists "user_group_name_idx" on "user_group" ("name");

create unique index if not exists "group_profile_group_id_idx" on "group_profile" ("group_id");

create unique index if not exists "hub_organization_id_identifier_idx" on "hub" ("organization_id", "identifier");

create index if not exists "hub_uid_idx" on "hub" ("uid");

create index if not exists "hub_organization_id_id_idx" on "hub" ("organization_id", "id");

create unique index if not exists "invite_token_idx" on "invite" ("token");

create index if not exists "invite_organization_id_id_idx" on "invite" ("organization_id", "id");

create index if not exists "invite_created_by_id_idx" on "invite" ("created_by_id");

create index if not exists "invite_accepted_by_id_some_idx" on "invite" ("accepted_by_id") where "accepted_by_id" is not null;

create index if not exists "invite_declined_by_id_some_idx" on "invite" ("declined_by_id") where "declined_by_id" is not null;

create unique index if not exists "layer_organization_id_identifier_idx" on "layer" ("organization_id", "identifier");

create index if not exists "layer_organization_id_id_idx" on "layer" ("organization_id", "id");

create unique index if not exists "mandate_key_hash_idx" on "mandate" ("key_hash");

create index if not exists "mandate_organization_id_id_idx" on "mandate" ("organization_id", "id");

create index if not exists "mandate_hub_id_idx" on "mandate" ("hub_id");

create index if not exists "mandate_agent_device_id_some_idx" on "mandate" ("agent_device_id") where "agent_device_id" is not null;

create index if not exists "mandate_parent_id_some_idx" on "mandate" ("parent_id") where "parent_id" is not null;

create index if not exists "mandate_issuing_client_id_some_idx" on "mandate" ("issuing_client_id") where "issuing_client_id" is not null;

create index if not exists "mandate_grantor_id_idx" on "mandate" ("grantor_id");

create index if not exists "mandate_agent_user_id_some_idx" on "mandate" ("agent_user_id") where "agent_user_id" is not null;

create index if not exists "mandate_membership_id_idx" on "mandate" ("membership_id");

create unique index if not exists "membership_user_id_organization_id_idx" on "membership" ("user_id", "organization_id");

create index if not exists "membership_organization_id_id_idx" on "membership" ("organization_id", "id");

create index if not exists "membership_created_through_id_some_idx" on "membership" ("created_through_id") where "created_through_id" is not null;

create unique index if not exists "membership_request_user_id_organization_id_idx" on "membership_request" ("user_id", "organization_id");

create index if not exists "membership_request_organization_id_id_idx" on "membership_request" ("organization_id", "id");

create index if not exists "membership_request_resolved_by_id_some_idx" on "membership_request" ("resolved_by_id") where "resolved_by_id" is not null;

create index if not exists "system_message_user_id_idx" on "system_message" ("user_id");

create unique index if not exists "com_channel_token_idx" on "com_channel" ("token");

create index if not exists "com_channel_user_id_idx" on "com_channel" ("user_id");

create unique index if not exists "organization_slug_idx" on "organization" ("slug");

create index if not exists "organization_owner_id_some_idx" on "organization" ("owner_id") where "owner_id" is not null;

create unique index if not exists "relying_party_client_id_idx" on "relying_party" ("client_id");

create index if not exists "relying_party_organization_id_some_idx" on "relying_party" ("organization_id") where "organization_id" is not null;

create unique index if not exists "sign_in_consent_relying_party_id_membership_id_idx" on "sign_in_consent" ("relying_party_id", "membership_id");

create index if not exists "sign_in_consent_membership_id_idx" on "sign_in_consent" ("membership_id");

create unique index if not exists "authorization_code_code_hash_idx" on "authorization_code" ("code_hash");

create index if not exists "authorization_code_expires_at_idx" on "authorization_code" ("expires_at");

create index if not exists "authorization_code_relying_party_id_idx" on "authorization_code" ("relying_party_id");

create index if not exists "authorization_code_membership_id_idx" on "authorization_code" ("membership_id");

create index if not exists "authorization_code_hub_id_idx" on "authorization_code" ("hub_id");

create index if not exists "authorization_code_client_id_some_idx" on "authorization_code" ("client_id") where "client_id" is not null;

create unique index if not exists "role_organization_id_identifier_idx" on "role" ("organization_id", "identifier");

create index if not exists "role_organization_id_id_idx" on "role" ("organization_id", "id");

create unique index if not exists "scope_organization_id_value_idx" on "scope" ("organization_id", "value");

create index if not exists "scope_organization_id_id_idx" on "scope" ("organization_id", "id");

create unique index if not exists "service_organization_id_identifier_idx" on "service" ("organization_id", "identifier");

create index if not exists "service_organization_id_id_idx" on "service" ("organization_id", "id");

create unique index if not exists "service_release_service_id_version_idx" on "service_release" ("service_id", "version");

create unique index if not exists "service_instance_hub_id_instance_id_idx" on "service_instance" ("hub_id", "instance_id");

create index if not exists "service_instance_release_id_idx" on "service_instance" ("release_id");

create unique index if not exists "instance_alias_instance_id_key_idx" on "instance_alias" ("instance_id", "key");

create index if not exists "instance_alias_layer_id_some_idx" on "instance_alias" ("layer_id") where "layer_id" is not null;

create unique index if not exists "service_instance_mapping_client_id_key_idx" on "service_instance_mapping" ("client_id", "key");

create index if not exists "service_instance_mapping_instance_id_idx" on "service_instance_mapping" ("instance_id");

create unique index if not exists "setting_name_idx" on "setting" ("name");

create unique index if not exists "user_account_username_idx" on "user_account" ("username");

create unique index if not exists "profile_user_id_idx" on "profile" ("user_id");

create index if not exists "device_group_member_group_id_idx" on "device_group_member" ("group_id");

create index if not exists "user_group_member_user_id_idx" on "user_group_member" ("user_id");

create index if not exists "invite_role_role_id_idx" on "invite_role" ("role_id");

create index if not exists "membership_role_role_id_idx" on "membership_role" ("role_id");

create index if not exists "instance_allowed_user_user_id_idx" on "instance_allowed_user" ("user_id");

create index if not exists "instance_denied_user_user_id_idx" on "instance_denied_user" ("user_id");

create index if not exists "instance_allowed_group_group_id_idx" on "instance_allowed_group" ("group_id");

create index if not exists "instance_denied_group_group_id_idx" on "instance_denied_group" ("group_id");

