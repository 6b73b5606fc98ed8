-- version 4
create table "action" (
  "id" integer primary key autoincrement,
  "organization_id" integer not null references "organization"(id) on delete cascade,
  "hash" text not null,
  "name" text not null,
  "key" text not null,
  "app_id" integer not null references "app"(id) on delete cascade,
  "version" text not null,
  "kind" text not null,
  "stateful" integer not null default 0,
  "pure" integer not null default 0,
  "idempotent" integer not null default 0,
  "allow_probe" integer not null default 0,
  "description" text,
  "scope" text not null,
  "is_dev" integer not null default 0,
  "defined_at" integer not null,
  "args" text not null,
  "returns" text not null,
  "port_groups" text not null,
  "arg_count" integer not null default 0,
  "return_count" integer not null default 0
);

create table "collection" (
  "id" integer primary key autoincrement,
  "organization_id" integer not null references "organization"(id) on delete cascade,
  "name" text not null,
  "description" text,
  "creator_id" integer references "user_account"(id) on delete set null
);

create table "protocol" (
  "id" integer primary key autoincrement,
  "organization_id" integer not null references "organization"(id) on delete cascade,
  "name" text not null,
  "description" text
);

create table "agent" (
  "id" integer primary key autoincrement,
  "organization_id" integer not null references "organization"(id) on delete cascade,
  "hash" text not null default '',
  "client_id" integer not null references "client"(id) on delete cascade,
  "user_id" integer not null references "user_account"(id) on delete cascade,
  "last_seen" integer,
  "installed_at" integer not null,
  "connected" integer not null default 0,
  "declared_name" text not null,
  "description" text,
  "supervisor" text,
  "kind" text not null default 'WEBSOCKET',
  "hook_url" text,
  "app_id" integer not null references "app"(id) on delete cascade,
  "release_id" integer not null references "release"(id) on delete cascade,
  "blocked" integer not null default 0,
  "user_name" text,
  "hook_url_secret" text,
  "features" text not null default '[]',
  "session_id" text,
  "connection_id" text,
  "epoch" integer not null default 0,
  "disconnected_at" integer,
  "replica" text
);

create table "agent_asset" (
  "id" integer primary key autoincrement,
  "name" text not null,
  "kind" text not null,
  "ref" text not null,
  "size" integer,
  "source" text,
  "agent_id" integer not null references "agent"(id) on delete cascade
);

create table "agent_pin" (
  "id" integer primary key autoincrement,
  "agent_id" integer not null references "agent"(id) on delete cascade,
  "user_id" integer not null references "user_account"(id) on delete cascade
);

create table "journal_position" (
  "id" integer primary key autoincrement,
  "agent_id" integer not null references "agent"(id) on delete cascade,
  "journal_session" text not null,
  "position" integer not null,
  "updated_at" integer not null
);

create table "signing_key" (
  "id" integer primary key autoincrement,
  "key_id" text not null,
  "private_pem" text not null,
  "created_at" integer not null
);

create table "asset" (
  "id" integer primary key autoincrement,
  "organization_id" integer not null references "organization"(id) on delete cascade,
  "ref" text not null,
  "kind" text not null,
  "size" integer not null,
  "created_at" integer not null,
  "joints" text not null default '[]',
  "nodes" text not null default '[]',
  "stats" text,
  "width" integer,
  "height" integer,
  "model_id" integer references "kulisse_store"(id) on delete restrict,
  "image_id" integer references "media_store"(id) on delete restrict,
  "creator_id" integer references "user_account"(id) on delete set null
);

create table "kulisse_store" (
  "id" integer primary key autoincrement,
  "organization_id" integer not null references "organization"(id) on delete cascade,
  "bucket" text not null,
  "key" text not null,
  "max_bytes" integer,
  "size_bytes" integer,
  "original_file_name" text,
  "ref" text,
  "spec_version" text,
  "generator" text,
  "bounds" text,
  "nodes" text,
  "joints" text,
  "extensions_used" text,
  "warnings" text,
  "stats" text,
  "for_asset" text,
  "content_type" text,
  "creator_id" integer references "user_account"(id) on delete set null,
  "created_at" integer not null,
  "populated" integer not null default 0,
  "orphaned_at" integer
);

create table "dependency" (
  "id" integer primary key autoincrement,
  "implementation_id" integer not null references "implementation"(id) on delete cascade,
  "key" text not null,
  "optional" integer not null default 0,
  "description" text,
  "auto_resolvable" integer not null default 0,
  "app_filter" text,
  "version_filter" text,
  "min_viable_instances" integer,
  "max_viable_instances" integer,
  "action_dependencies" text not null,
  "state_dependencies" text not null,
  "name_filter" text,
  "prefered_instances" integer,
  "mutually_exclusive_keys" text
);

create table "organization" (
  "id" integer primary key autoincrement,
  "slug" text not null
);

create table "user_account" (
  "id" integer primary key autoincrement,
  "sub" text not null,
  "iss" text not null,
  "preferred_username" text,
  "name" text,
  "given_name" text,
  "family_name" text,
  "nickname" text,
  "email" text,
  "email_verified" integer,
  "picture" text,
  "locale" text,
  "zoneinfo" text,
  "active_organization_id" integer references "organization"(id) on delete set null,
  "fingerprint" text
);

create table "app" (
  "id" integer primary key autoincrement,
  "identifier" text not null
);

create table "release" (
  "id" integer primary key autoincrement,
  "app_id" integer not null references "app"(id) on delete cascade,
  "version" text not null
);

create table "device" (
  "id" integer primary key autoincrement,
  "device_id" text not null
);

create table "client" (
  "id" integer primary key autoincrement,
  "client_id" text not null,
  "release_id" integer references "release"(id) on delete set null,
  "device_id" integer references "device"(id) on delete set null,
  "iss" text not null
);

create table "caller" (
  "id" integer primary key autoincrement,
  "organization_id" integer not null references "organization"(id) on delete cascade,
  "client_id" integer not null references "client"(id) on delete cascade,
  "user_id" integer not null references "user_account"(id) on delete cascade
);

create table "membership" (
  "id" integer primary key autoincrement,
  "organization_id" integer not null references "organization"(id) on delete cascade,
  "user_id" integer not null references "user_account"(id) on delete cascade,
  "roles" text not null default '[]',
  "blocked" integer not null default 0
);

create table "implementation" (
  "id" integer primary key autoincrement,
  "interface" text not null,
  "agent_id" integer not null references "agent"(id) on delete cascade,
  "action_id" integer not null references "action"(id) on delete cascade,
  "params" text not null default '{}',
  "higher_order_for_id" integer references "implementation"(id) on delete set null,
  "higher_order_config" text not null default '{}',
  "needs_token" integer not null default 1,
  "provenance_audience" text,
  "effects" text not null default 'UNKNOWN',
  "execution" text not null default 'PLAIN',
  "code_hash" text,
  "tracks" text not null default '[]',
  "diagnostics" text not null default '[]',
  "release_id" integer not null references "release"(id) on delete cascade,
  "created_at" integer not null,
  "updated_at" integer not null
);

create table "implementation_param" (
  "id" integer primary key autoincrement,
  "implementation_id" integer not null references "implementation"(id) on delete cascade,
  "key" text not null,
  "value" text not null
);

create table "lock" (
  "id" integer primary key autoincrement,
  "key" text not null,
  "description" text,
  "agent_id" integer not null references "agent"(id) on delete cascade,
  "held_by_id" integer references "task"(id) on delete set null,
  "updated_at" integer not null,
  "created_at" integer not null
);

create table "media_store" (
  "id" integer primary key autoincrement,
  "organization_id" integer not null references "organization"(id) on delete cascade,
  "bucket" text not null,
  "key" text not null,
  "max_bytes" integer,
  "size_bytes" integer,
  "original_file_name" text,
  "content_type" text,
  "for_asset" text,
  "creator_id" integer references "user_account"(id) on delete set null,
  "created_at" integer not null,
  "populated" integer not null default 0,
  "orphaned_at" integer
);

create table "memory_shelve" (
  "id" integer primary key autoincrement,
  "agent_id" integer not null references "agent"(id) on delete cascade,
  "name" text not null,
  "description" text,
  "creator_id" integer references "user_account"(id) on delete set null
);

create table "memory_drawer" (
  "id" integer primary key autoincrement,
  "resource_id" text not null,
  "shelve_id" integer not null references "memory_shelve"(id) on delete cascade,
  "identifier" text not null,
  "description" text,
  "created_at" integer not null,
  "agent_minted" integer not null default 0,
  "label" text
);

create table "port" (
  "id" integer primary key autoincrement,
  "organization_id" integer not null references "organization"(id) on delete cascade,
  "action_id" integer references "action"(id) on delete cascade,
  "definition_id" integer references "state_definition"(id) on delete cascade,
  "side" text not null,
  "parent_id" integer references "port"(id) on delete cascade,
  "position" integer not null,
  "key" text not null,
  "key_path" text not null,
  "kind" text not null,
  "identifier" text,
  "dimension" text,
  "nullable" integer not null default 0
);

create table "port_constraint" (
  "id" integer primary key autoincrement,
  "port_id" integer not null references "port"(id) on delete cascade,
  "ordinal" integer not null,
  "key" text not null,
  "operator" text not null,
  "canonical" text,
  "number" real
);

create table "resolution" (
  "id" integer primary key autoincrement,
  "organization_id" integer not null references "organization"(id) on delete cascade,
  "name" text not null,
  "implementation_id" integer not null references "implementation"(id) on delete cascade,
  "resolved_at" integer not null,
  "creator_id" integer not null references "user_account"(id) on delete cascade
);

create table "resolved_dependency" (
  "id" integer primary key autoincrement,
  "key" text not null,
  "resolution_key" text not null,
  "dependency_id" integer not null references "dependency"(id) on delete cascade,
  "implementation_id" integer not null references "implementation"(id) on delete cascade,
  "down_stream_resolution_id" integer references "resolution"(id) on delete set null,
  "resolution_id" integer not null references "resolution"(id) on delete cascade
);

create table "state_definition" (
  "id" integer primary key autoincrement,
  "organization_id" integer not null references "organization"(id) on delete cascade,
  "hash" text not null,
  "name" text not null,
  "ports" text not null,
  "description" text
);

create table "state" (
  "id" integer primary key autoincrement,
  "definition_id" integer not null references "state_definition"(id) on delete cascade,
  "agent_id" integer not null references "agent"(id) on delete cascade,
  "interface" text not null,
  "key" text,
  "app_identifier" text,
  "created_at" integer not null,
  "updated_at" integer not null,
  "value" text not null default '{}',
  "session_id" integer references "session"(id) on delete set null,
  "global_rev" integer not null default 0
);

create table "patch" (
  "id" integer primary key autoincrement,
  "op" text not null,
  "path" text not null,
  "value" text not null,
  "old_value" text,
  "timestamp" integer not null,
  "task_id" integer references "task"(id) on delete set null,
  "state_id" integer not null references "state"(id) on delete cascade,
  "interface" text not null,
  "global_rev" integer not null,
  "agent_id" integer not null references "agent"(id) on delete cascade,
  "session_id" integer not null references "session"(id) on delete cascade,
  "from_path" text
);

create table "snapshot" (
  "id" integer primary key autoincrement,
  "value" text not null,
  "timestamp" integer not null,
  "state_id" integer not null references "state"(id) on delete cascade,
  "global_rev" integer not null,
  "agent_id" integer not null references "agent"(id) on delete cascade,
  "session_id" integer not null references "session"(id) on delete cascade
);

create table "session" (
  "id" integer primary key autoincrement,
  "agent_id" integer not null references "agent"(id) on delete cascade,
  "started_at" integer not null,
  "session_id" text not null
);

create table "task" (
  "id" integer primary key autoincrement,
  "organization_id" integer not null references "organization"(id) on delete cascade,
  "reference" text,
  "is_done" integer not null default 0,
  "args" text not null default '{}',
  "args_hash" text,
  "dependencies" text not null default '{}',
  "resolution_id" integer references "resolution"(id) on delete set null,
  "root_id" integer references "task"(id) on delete cascade,
  "parent_id" integer references "task"(id) on delete cascade,
  "parent_step" integer,
  "call_key" text,
  "action_id" integer not null references "action"(id) on delete cascade,
  "capture" integer not null default 0,
  "implementation_id" integer references "implementation"(id) on delete set null,
  "latest_event_kind" text not null default 'QUEUED',
  "latest_instruct_kind" text not null default 'ASSIGN',
  "policy" text not null default 'ASK',
  "caller_id" integer references "caller"(id) on delete cascade,
  "created_at" integer not null,
  "updated_at" integer not null,
  "revision" integer not null default 0,
  "finished_at" integer,
  "latest_progress" integer,
  "latest_message" text,
  "latest_returns" text,
  "not_before" integer,
  "acted_on" text not null default '[]',
  "agent_id" integer references "agent"(id) on delete set null,
  "dependency" text,
  "dependency_method" text,
  "step" integer not null default 0,
  "state_requires" text not null default '[]',
  "reported" integer not null default 0,
  "last_step" integer,
  "withheld" integer not null default 0,
  "due_at" integer,
  "approval_note" text,
  "request_id" text,
  "code_hash" text,
  "settled" integer not null default 0,
  "hold" text
);

create table "task_instruct" (
  "id" integer primary key autoincrement,
  "task_id" integer not null references "task"(id) on delete cascade,
  "kind" text not null,
  "created_at" integer not null,
  "caller_id" integer references "caller"(id) on delete set null
);

create table "task_object" (
  "id" integer primary key autoincrement,
  "task_id" integer not null references "task"(id) on delete cascade,
  "object" text not null
);

create table "task_event" (
  "id" integer primary key autoincrement,
  "returns" text,
  "task_id" integer not null references "task"(id) on delete cascade,
  "kind" text not null,
  "message" text,
  "progress" integer,
  "created_at" integer not null,
  "delegated_to_id" integer references "task"(id) on delete set null,
  "agent_pos" integer,
  "agent_ts" integer,
  "step" integer,
  "effect" text,
  "key" text,
  "value" text,
  "level" text not null default 'INFO'
);

create table "action_collection" (
  "action_id" bigint not null references "action"(id) on delete cascade,
  "collection_id" bigint not null references "collection"(id) on delete cascade,
  primary key ("action_id", "collection_id")
);

create table "action_test" (
  "test_id" bigint not null references "action"(id) on delete cascade,
  "target_id" bigint not null references "action"(id) on delete cascade,
  primary key ("test_id", "target_id")
);

create table "action_protocol" (
  "action_id" bigint not null references "action"(id) on delete cascade,
  "protocol_id" bigint not null references "protocol"(id) on delete cascade,
  primary key ("action_id", "protocol_id")
);

create table "implementation_lock" (
  "implementation_id" bigint not null references "implementation"(id) on delete cascade,
  "lock_id" bigint not null references "lock"(id) on delete cascade,
  primary key ("implementation_id", "lock_id")
);

create table "implementation_state" (
  "implementation_id" bigint not null references "implementation"(id) on delete cascade,
  "state_id" bigint not null references "state"(id) on delete cascade,
  primary key ("implementation_id", "state_id")
);

create unique index if not exists "action_organization_id_app_id_key_version_idx" on "action" ("organization_id", "app_id", "key", "version");

create index if not exists "action_organization_id_hash_idx" on "action" ("organization_id", "hash");

create index if not exists "action_organization_id_key_idx" on "action" ("organization_id", "key");

create index if not exists "action_organization_id_name_idx" on "action" ("organization_id", "name");

create index if not exists "action_app_id_idx" on "action" ("app_id");

create index if not exists "action_organization_id_id_idx" on "action" ("organization_id", "id");

create unique index if not exists "collection_organization_id_name_idx" on "collection" ("organization_id", "name");

create index if not exists "collection_organization_id_id_idx" on "collection" ("organization_id", "id");

create index if not exists "collection_creator_id_some_idx" on "collection" ("creator_id") where "creator_id" is not null;

create unique index if not exists "protocol_organization_id_name_idx" on "protocol" ("organization_id", "name");

create index if not exists "protocol_organization_id_id_idx" on "protocol" ("organization_id", "id");

create unique index if not exists "agent_client_id_user_id_organization_id_idx" on "agent" ("client_id", "user_id", "organization_id");

create index if not exists "agent_organization_id_app_id_idx" on "agent" ("organization_id", "app_id");

create index if not exists "agent_user_id_idx" on "agent" ("user_id");

create index if not exists "agent_app_id_idx" on "agent" ("app_id");

create index if not exists "agent_release_id_idx" on "agent" ("release_id");

create index if not exists "agent_connected_last_seen_idx" on "agent" ("connected", "last_seen");

create index if not exists "agent_organization_id_id_idx" on "agent" ("organization_id", "id");

create unique index if not exists "agent_asset_agent_id_name_idx" on "agent_asset" ("agent_id", "name");

create unique index if not exists "agent_pin_agent_id_user_id_idx" on "agent_pin" ("agent_id", "user_id");

create index if not exists "agent_pin_user_id_idx" on "agent_pin" ("user_id");

create unique index if not exists "journal_position_agent_id_journal_session_idx" on "journal_position" ("agent_id", "journal_session");

create unique index if not exists "signing_key_key_id_idx" on "signing_key" ("key_id");

create unique index if not exists "asset_organization_id_ref_idx" on "asset" ("organization_id", "ref");

create index if not exists "asset_organization_id_id_idx" on "asset" ("organization_id", "id");

create index if not exists "asset_model_id_some_idx" on "asset" ("model_id") where "model_id" is not null;

create index if not exists "asset_image_id_some_idx" on "asset" ("image_id") where "image_id" is not null;

create index if not exists "asset_creator_id_some_idx" on "asset" ("creator_id") where "creator_id" is not null;

create unique index if not exists "kulisse_store_bucket_key_idx" on "kulisse_store" ("bucket", "key");

create index if not exists "kulisse_store_creator_id_some_idx" on "kulisse_store" ("creator_id") where "creator_id" is not null;

create index if not exists "kulisse_store_organization_id_id_idx" on "kulisse_store" ("organization_id", "id");

create unique index if not exists "dependency_implementation_id_key_idx" on "dependency" ("implementation_id", "key");

create unique index if not exists "organization_slug_idx" on "organization" ("slug");

create unique index if not exists "user_account_sub_iss_idx" on "user_account" ("sub", "iss");

create index if not exists "user_account_active_organization_id_some_idx" on "user_account" ("active_organization_id") where "active_organization_id" is not null;

create unique index if not exists "app_identifier_idx" on "app" ("identifier");

create unique index if not exists "release_app_id_version_idx" on "release" ("app_id", "version");

create unique index if not exists "device_device_id_idx" on "device" ("device_id");

create unique index if not exists "client_client_id_iss_idx" on "client" ("client_id", "iss");

create index if not exists "client_release_id_some_idx" on "client" ("release_id") where "release_id" is not null;

create index if not exists "client_device_id_some_idx" on "client" ("device_id") where "device_id" is not null;

create unique index if not exists "caller_client_id_user_id_organization_id_idx" on "caller" ("client_id", "user_id", "organization_id");

create index if not exists "caller_user_id_idx" on "caller" ("user_id");

create index if not exists "caller_organization_id_id_idx" on "caller" ("organization_id", "id");

create unique index if not exists "membership_user_id_organization_id_idx" on "membership" ("user_id", "organization_id");

create index if not exists "membership_organization_id_id_idx" on "membership" ("organization_id", "id");

create unique index if not exists "implementation_agent_id_interface_idx" on "implementation" ("agent_id", "interface");

create index if not exists "implementation_agent_id_action_id_idx" on "implementation" ("agent_id", "action_id");

create index if not exists "implementation_action_id_idx" on "implementation" ("action_id");

create index if not exists "implementation_release_id_idx" on "implementation" ("release_id");

create index if not exists "implementation_higher_order_for_id_some_idx" on "implementation" ("higher_order_for_id") where "higher_order_for_id" is not null;

create unique index if not exists "implementation_param_implementation_id_key_idx" on "implementation_param" ("implementation_id", "key");

create unique index if not exists "lock_agent_id_key_idx" on "lock" ("agent_id", "key");

create index if not exists "lock_held_by_id_some_idx" on "lock" ("held_by_id") where "held_by_id" is not null;

create unique index if not exists "media_store_bucket_key_idx" on "media_store" ("bucket", "key");

create index if not exists "media_store_creator_id_some_idx" on "media_store" ("creator_id") where "creator_id" is not null;

create index if not exists "media_store_organization_id_id_idx" on "media_store" ("organization_id", "id");

create unique index if not exists "memory_shelve_agent_id_idx" on "memory_shelve" ("agent_id");

create index if not exists "memory_shelve_creator_id_some_idx" on "memory_shelve" ("creator_id") where "creator_id" is not null;

create unique index if not exists "memory_drawer_shelve_id_resource_id_idx" on "memory_drawer" ("shelve_id", "resource_id");

create index if not exists "port_action_id_side_kind_identifier_some_idx" on "port" ("action_id", "side", "kind", "identifier") where "action_id" is not null;

create index if not exists "port_definition_id_some_idx" on "port" ("definition_id") where "definition_id" is not null;

create index if not exists "port_parent_id_some_idx" on "port" ("parent_id") where "parent_id" is not null;

create index if not exists "port_organization_id_kind_identifier_idx" on "port" ("organization_id", "kind", "identifier");

create index if not exists "port_organization_id_id_idx" on "port" ("organization_id", "id");

create index if not exists "port_constraint_port_id_key_idx" on "port_constraint" ("port_id", "key");

create index if not exists "resolution_implementation_id_idx" on "resolution" ("implementation_id");

create index if not exists "resolution_organization_id_id_idx" on "resolution" ("organization_id", "id");

create index if not exists "resolution_creator_id_idx" on "resolution" ("creator_id");

create index if not exists "resolved_dependency_resolution_id_idx" on "resolved_dependency" ("resolution_id");

create index if not exists "resolved_dependency_dependency_id_idx" on "resolved_dependency" ("dependency_id");

create index if not exists "resolved_dependency_implementation_id_idx" on "resolved_dependency" ("implementation_id");

create index if not exists "resolved_dependency_down_stream_resolution_id_some_idx" on "resolved_dependency" ("down_stream_resolution_id") where "down_stream_resolution_id" is not null;

create unique index if not exists "state_definition_organization_id_hash_idx" on "state_definition" ("organization_id", "hash");

create index if not exists "state_definition_organization_id_id_idx" on "state_definition" ("organization_id", "id");

create unique index if not exists "state_agent_id_interface_idx" on "state" ("agent_id", "interface");

create index if not exists "state_definition_id_idx" on "state" ("definition_id");

create index if not exists "state_session_id_some_idx" on "state" ("session_id") where "session_id" is not null;

create index if not exists "patch_state_id_session_id_global_rev_idx" on "patch" ("state_id", "session_id", "global_rev");

create index if not exists "patch_agent_id_timestamp_idx" on "patch" ("agent_id", "timestamp");

create index if not exists "patch_session_id_global_rev_idx" on "patch" ("session_id", "global_rev");

create index if not exists "patch_task_id_some_idx" on "patch" ("task_id") where "task_id" is not null;

create index if not exists "snapshot_state_id_session_id_global_rev_idx" on "snapshot" ("state_id", "session_id", "global_rev");

create index if not exists "snapshot_agent_id_idx" on "snapshot" ("agent_id");

create index if not exists "snapshot_session_id_global_rev_idx" on "snapshot" ("session_id", "global_rev");

create unique index if not exists "session_agent_id_session_id_idx" on "session" ("agent_id", "session_id");

create index if not exists "task_reference_some_idx" on "task" ("reference") where "reference" is not null;

create index if not exists "task_caller_id_finished_at_some_idx" on "task" ("caller_id", "finished_at") where "caller_id" is not null;

create index if not exists "task_organization_id_created_at_idx" on "task" ("organization_id", "created_at");

create index if not exists "task_agent_id_is_done_id_some_idx" on "task" ("agent_id", "is_done", "id") where "agent_id" is not null;

create index if not exists "task_action_id_created_at_idx" on "task" ("action_id", "created_at");

create index if not exists "task_implementation_id_created_at_some_idx" on "task" ("implementation_id", "created_at") where "implementation_id" is not null;

create index if not exists "task_parent_id_call_key_some_idx" on "task" ("parent_id", "call_key") where "parent_id" is not null;

create index if not exists "task_root_id_some_idx" on "task" ("root_id") where "root_id" is not null;

create index if not exists "task_not_before_some_idx" on "task" ("not_before") where "not_before" is not null;

create index if not exists "task_due_at_some_idx" on "task" ("due_at") where "due_at" is not null;

create index if not exists "task_organization_id_id_idx" on "task" ("organization_id", "id");

create index if not exists "task_resolution_id_some_idx" on "task" ("resolution_id") where "resolution_id" is not null;

create index if not exists "task_instruct_task_id_idx" on "task_instruct" ("task_id");

create index if not exists "task_instruct_caller_id_some_idx" on "task_instruct" ("caller_id") where "caller_id" is not null;

create unique index if not exists "task_object_task_id_object_idx" on "task_object" ("task_id", "object");

create index if not exists "task_object_object_idx" on "task_object" ("object");

create index if not exists "task_event_task_id_idx" on "task_event" ("task_id");

create index if not exists "task_event_delegated_to_id_some_idx" on "task_event" ("delegated_to_id") where "delegated_to_id" is not null;

create index if not exists "action_collection_collection_id_idx" on "action_collection" ("collection_id");

create index if not exists "action_test_target_id_idx" on "action_test" ("target_id");

create index if not exists "action_protocol_protocol_id_idx" on "action_protocol" ("protocol_id");

create index if not exists "implementation_lock_lock_id_idx" on "implementation_lock" ("lock_id");

create index if not exists "implementation_state_state_id_idx" on "implementation_state" ("state_id");

