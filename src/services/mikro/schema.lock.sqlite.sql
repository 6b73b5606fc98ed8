-- version 1
create table "acquisition_window" (
  "id" integer primary key autoincrement,
  "anchor_id" integer not null references "coordinate_anchor"(id) on delete cascade,
  "start" integer not null,
  "end" integer not null
);

create table "channel_label" (
  "id" integer primary key autoincrement,
  "anchor_id" integer not null references "coordinate_anchor"(id) on delete cascade,
  "label" text not null
);

create table "coordinate_anchor" (
  "id" integer primary key autoincrement,
  "organization_id" integer not null references "organization"(id) on delete cascade,
  "dataset_id" integer references "array_dataset"(id) on delete cascade,
  "table_id" integer references "table_dataset"(id) on delete cascade,
  "coordinates" text not null,
  "place" text not null
);

create table "meta_schema" (
  "id" integer primary key autoincrement,
  "organization_id" integer not null references "organization"(id) on delete cascade,
  "name" text not null,
  "schema" text not null
);

create table "ome_metadata" (
  "id" integer primary key autoincrement,
  "anchor_id" integer not null references "coordinate_anchor"(id) on delete cascade,
  "metadata" text not null
);

create table "unstructured_meta" (
  "id" integer primary key autoincrement,
  "organization_id" integer not null references "organization"(id) on delete cascade,
  "name" text not null,
  "meta" text not null,
  "schema_id" integer references "meta_schema"(id) on delete set null,
  "file_id" integer not null references "file"(id) on delete cascade,
  "creator_id" integer references "user_account"(id) on delete set null,
  "created_through_id" integer references "task"(id) on delete set null,
  "created_at" integer not null
);

create table "value_histogram" (
  "id" integer primary key autoincrement,
  "anchor_id" integer not null references "coordinate_anchor"(id) on delete cascade,
  "p1" real,
  "p99" real,
  "histogram" text not null,
  "bins" text not null,
  "min" real,
  "max" real
);

create table "annotation" (
  "id" integer primary key autoincrement,
  "organization_id" integer not null references "organization"(id) on delete cascade,
  "uuid" text not null,
  "collection_id" integer not null references "annotation_collection"(id) on delete cascade,
  "name" text not null,
  "description" text,
  "kind" text not null,
  "vectors" text not null,
  "created_with_transforms" integer not null,
  "stroke_color" text,
  "fill_color" text,
  "stroke_width" real not null,
  "filled" integer not null,
  "creator_id" integer references "user_account"(id) on delete set null,
  "coordinates" text not null,
  "intrinsic_bbox" text,
  "created_through_id" integer references "task"(id) on delete set null,
  "created_at" integer not null,
  "batch" integer,
  "box_rank" integer not null default 0,
  "box_min0" real,
  "box_max0" real,
  "box_min1" real,
  "box_max1" real,
  "box_min2" real,
  "box_max2" real
);

create table "annotation_cut" (
  "id" integer primary key autoincrement,
  "annotation_id" integer not null references "annotation"(id) on delete cascade,
  "lens_id" integer not null references "lens"(id) on delete cascade
);

create table "annotation_batch" (
  "id" integer primary key autoincrement,
  "collection_id" integer not null references "annotation_collection"(id) on delete cascade,
  "began_at" integer not null,
  "is_lost" integer not null default 0
);

create table "annotation_collection" (
  "id" integer primary key autoincrement,
  "organization_id" integer not null references "organization"(id) on delete cascade,
  "folder_id" integer references "folder"(id) on delete set null,
  "name" text not null,
  "description" text,
  "coordinate_system_id" integer not null references "coordinate_system"(id) on delete restrict,
  "created_at" integer not null,
  "creator_id" integer references "user_account"(id) on delete set null,
  "created_through_id" integer references "task"(id) on delete set null,
  "space_axes" integer not null,
  "time_axes" integer not null
);

create table "annotation_pin" (
  "id" integer primary key autoincrement,
  "annotation_id" integer not null references "annotation"(id) on delete cascade,
  "name" text not null,
  "value" integer not null
);

create table "array_dataset" (
  "id" integer primary key autoincrement,
  "organization_id" integer not null references "organization"(id) on delete cascade,
  "folder_id" integer references "folder"(id) on delete set null,
  "name" text not null,
  "description" text,
  "created_through_id" integer references "task"(id) on delete set null,
  "acquisition_start" integer,
  "acquisition_end" integer,
  "intrinsic_system_id" integer references "coordinate_system"(id) on delete restrict,
  "multiscale" integer not null default 0,
  "axis_names" text not null,
  "pyramid_is_label_compliant" integer,
  "spec" text not null,
  "shape" text not null,
  "creator_id" integer references "user_account"(id) on delete set null,
  "created_at" integer not null,
  "n_space_axes" integer not null,
  "n_time_axes" integer not null,
  "n_channel_axes" integer not null,
  "n_spectrum_axes" integer not null,
  "n_microtime_axes" integer not null,
  "n_channels" integer not null,
  "n_timepoints" integer not null,
  "dtype" text not null,
  "value_kind" text
);

create table "data_array" (
  "id" integer primary key autoincrement,
  "store_id" integer not null references "zarr_store"(id) on delete restrict,
  "shape" text not null,
  "chunk_shape" text not null,
  "level" integer not null,
  "scale_method" text,
  "coordinate_system_id" integer references "coordinate_system"(id) on delete restrict,
  "dataset_id" integer not null references "array_dataset"(id) on delete cascade
);

create table "axis" (
  "id" integer primary key autoincrement,
  "order" integer not null,
  "name" text not null,
  "type" text not null,
  "unit" text,
  "long_name" text,
  "description" text,
  "coordinate_system_id" integer not null references "coordinate_system"(id) on delete cascade
);

create table "coordinate_system" (
  "id" integer primary key autoincrement,
  "organization_id" integer not null references "organization"(id) on delete cascade,
  "name" text not null,
  "epoch" integer,
  "reference" text,
  "reference_app" text,
  "created_at" integer not null,
  "creator_id" integer references "user_account"(id) on delete set null,
  "created_through_id" integer references "task"(id) on delete set null,
  "use" text not null,
  "reference_key" text
);

create table "file" (
  "id" integer primary key autoincrement,
  "organization_id" integer not null references "organization"(id) on delete cascade,
  "name" text not null,
  "store_id" integer not null references "big_file_store"(id) on delete restrict,
  "folder_id" integer references "folder"(id) on delete set null,
  "creator_id" integer not null references "user_account"(id) on delete restrict,
  "created_through_id" integer references "task"(id) on delete set null,
  "size" real,
  "content_type" text,
  "created_at" integer not null
);

create table "file_link" (
  "id" integer primary key autoincrement,
  "organization_id" integer not null references "organization"(id) on delete cascade,
  "file_id" integer not null references "file"(id) on delete cascade,
  "direction" text not null,
  "series_identifier" text,
  "value_relation" text,
  "created_at" integer not null,
  "creator_id" integer references "user_account"(id) on delete set null,
  "created_through_id" integer references "task"(id) on delete set null,
  "dataset_id" integer references "array_dataset"(id) on delete cascade,
  "table_dataset_id" integer references "table_dataset"(id) on delete cascade,
  "annotation_collection_id" integer references "annotation_collection"(id) on delete cascade,
  "identity" text not null
);

create table "folder" (
  "id" integer primary key autoincrement,
  "organization_id" integer not null references "organization"(id) on delete cascade,
  "parent_id" integer references "folder"(id) on delete set null,
  "description" text,
  "name" text not null,
  "is_default" integer not null default 0,
  "created_at" integer not null,
  "creator_id" integer references "user_account"(id) on delete set null,
  "created_through_id" integer references "task"(id) on delete set null,
  "tags" text not null default '[]',
  "default_of" text,
  "membership_id" integer references "membership"(id) on delete set null
);

create table "provenance_entry" (
  "id" integer primary key autoincrement,
  "organization_id" integer not null references "organization"(id) on delete cascade,
  "client_id" integer references "client"(id) on delete set null,
  "task_id" integer references "task"(id) on delete set null,
  "user_id" integer references "user_account"(id) on delete set null,
  "kind" text not null,
  "date" integer not null,
  "effective_changes" text not null,
  "subject_type" text not null,
  "subject" integer not null
);

create table "client" (
  "id" integer primary key autoincrement,
  "client_id" text not null,
  "iss" text not null,
  "release_id" integer references "release"(id) on delete set null,
  "device_id" integer references "device"(id) on delete set null
);

create table "membership" (
  "id" integer primary key autoincrement,
  "organization_id" integer not null references "organization"(id) on delete cascade,
  "user_id" integer not null references "user_account"(id) on delete cascade,
  "roles" text not null default '[]',
  "blocked" integer not null default 0
);

create table "organization" (
  "id" integer primary key autoincrement,
  "slug" text not null
);

create table "task" (
  "id" integer primary key autoincrement,
  "organization_id" integer not null references "organization"(id) on delete cascade,
  "task_id" text not null,
  "parent_task_id" text,
  "root_task_id" text not null,
  "assigner_id" integer references "user_account"(id) on delete set null,
  "assigner_sub" text not null,
  "caller_sub" text not null,
  "agent_sub" text not null,
  "agent_client_id" text not null,
  "issuer" text not null,
  "token_id" text not null,
  "args_hash" text not null,
  "args_hash_algorithm" text not null,
  "created_at" integer not null
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

create table "lens" (
  "id" integer primary key autoincrement,
  "organization_id" integer not null references "organization"(id) on delete cascade,
  "name" text,
  "created_at" integer not null,
  "creator_id" integer references "user_account"(id) on delete set null,
  "created_through_id" integer references "task"(id) on delete set null,
  "kind" text not null,
  "coordinate_system_id" integer references "coordinate_system"(id) on delete restrict,
  "selection" text not null,
  "suffix" text not null default '',
  "annotation_collection_id" integer references "annotation_collection"(id) on delete cascade,
  "windows" text,
  "dataset_id" integer references "array_dataset"(id) on delete cascade,
  "spec" text,
  "axis_names" text,
  "shape" text,
  "slices" text,
  "n_space_axes" integer,
  "n_time_axes" integer,
  "n_channel_axes" integer,
  "n_spectrum_axes" integer,
  "n_microtime_axes" integer,
  "n_channels" integer,
  "n_timepoints" integer,
  "dtype" text,
  "value_kind" text,
  "table_dataset_id" integer references "table_dataset"(id) on delete cascade
);

create table "light_path" (
  "id" integer primary key autoincrement,
  "graph" text not null,
  "anchor_id" integer not null references "coordinate_anchor"(id) on delete cascade
);

create table "optikit_state" (
  "id" integer primary key autoincrement,
  "state" text not null,
  "anchor_id" integer not null references "coordinate_anchor"(id) on delete cascade
);

create table "phasor_calibration" (
  "id" integer primary key autoincrement,
  "anchor_id" integer not null references "coordinate_anchor"(id) on delete cascade,
  "axis" text not null,
  "harmonic" integer not null,
  "phase_offset" real,
  "modulation_factor" real,
  "reference" text
);

create table "phasor_histogram" (
  "id" integer primary key autoincrement,
  "anchor_id" integer not null references "coordinate_anchor"(id) on delete cascade,
  "axis" text not null,
  "harmonic" integer not null,
  "bins" integer not null,
  "g_min" real not null,
  "g_max" real not null,
  "s_min" real not null,
  "s_max" real not null,
  "total" integer,
  "calibrated" integer not null,
  "counts" text not null,
  "profile" text not null
);

create table "big_file_store" (
  "id" integer primary key autoincrement,
  "organization_id" integer not null references "organization"(id) on delete cascade,
  "bucket" text not null,
  "key" text not null,
  "max_bytes" integer,
  "size_bytes" integer,
  "original_file_name" text,
  "content_type" text,
  "creator_id" integer references "user_account"(id) on delete set null,
  "created_at" integer not null,
  "populated" integer not null default 0,
  "refreshed_at" integer,
  "orphaned_at" integer
);

create table "fabriks_store" (
  "id" integer primary key autoincrement,
  "organization_id" integer not null references "organization"(id) on delete cascade,
  "bucket" text not null,
  "key" text not null,
  "max_bytes" integer,
  "size_bytes" integer,
  "spec_version" text,
  "grid" text,
  "encoding" text,
  "axes" text,
  "counts" text,
  "files" text,
  "creator_id" integer references "user_account"(id) on delete set null,
  "created_at" integer not null,
  "populated" integer not null default 0,
  "refreshed_at" integer,
  "orphaned_at" integer,
  "original_file_name" text,
  "content_type" text
);

create table "konnektion_store" (
  "id" integer primary key autoincrement,
  "organization_id" integer not null references "organization"(id) on delete cascade,
  "bucket" text not null,
  "key" text not null,
  "max_bytes" integer,
  "size_bytes" integer,
  "spec_version" text,
  "grid" text,
  "encoding" text,
  "axes" text,
  "counts" text,
  "files" text,
  "attributes" text,
  "creator_id" integer references "user_account"(id) on delete set null,
  "created_at" integer not null,
  "populated" integer not null default 0,
  "refreshed_at" integer,
  "orphaned_at" integer,
  "original_file_name" text,
  "content_type" text
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
  "creator_id" integer references "user_account"(id) on delete set null,
  "created_at" integer not null,
  "populated" integer not null default 0,
  "refreshed_at" integer,
  "orphaned_at" integer,
  "content_type" text
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
  "creator_id" integer references "user_account"(id) on delete set null,
  "created_at" integer not null,
  "populated" integer not null default 0,
  "refreshed_at" integer,
  "orphaned_at" integer
);

create table "parquet_store" (
  "id" integer primary key autoincrement,
  "organization_id" integer not null references "organization"(id) on delete cascade,
  "bucket" text not null,
  "key" text not null,
  "max_bytes" integer,
  "size_bytes" integer,
  "original_file_name" text,
  "content_type" text,
  "creator_id" integer references "user_account"(id) on delete set null,
  "created_at" integer not null,
  "populated" integer not null default 0,
  "refreshed_at" integer,
  "orphaned_at" integer,
  "columns" text
);

create table "sparse_store" (
  "id" integer primary key autoincrement,
  "organization_id" integer not null references "organization"(id) on delete cascade,
  "bucket" text not null,
  "key" text not null,
  "max_bytes" integer,
  "size_bytes" integer,
  "spec" text,
  "shape" text,
  "layouts" text not null default '[]',
  "creator_id" integer references "user_account"(id) on delete set null,
  "created_at" integer not null,
  "populated" integer not null default 0,
  "refreshed_at" integer,
  "orphaned_at" integer,
  "original_file_name" text,
  "content_type" text
);

create table "zarr_store" (
  "id" integer primary key autoincrement,
  "organization_id" integer not null references "organization"(id) on delete cascade,
  "bucket" text not null,
  "key" text not null,
  "max_bytes" integer,
  "size_bytes" integer,
  "shape" text not null default '[]',
  "chunks" text not null default '[]',
  "shards" text,
  "version" text,
  "dtype" text,
  "dimension_names" text,
  "fill_value" text not null default 'null',
  "attributes" text,
  "storage_transformers" text,
  "chunk_key_encoding" text,
  "codecs" text,
  "creator_id" integer references "user_account"(id) on delete set null,
  "created_at" integer not null,
  "populated" integer not null default 0,
  "refreshed_at" integer,
  "orphaned_at" integer,
  "original_file_name" text,
  "content_type" text
);

create table "table_column" (
  "id" integer primary key autoincrement,
  "order" integer not null,
  "name" text not null,
  "dtype" text not null,
  "role" text not null,
  "axis_type" text,
  "unit" text,
  "long_name" text,
  "description" text,
  "table_id" integer not null references "table_dataset"(id) on delete cascade,
  "references_id" integer references "table_dataset"(id) on delete restrict
);

create table "table_dataset" (
  "id" integer primary key autoincrement,
  "organization_id" integer not null references "organization"(id) on delete cascade,
  "folder_id" integer references "folder"(id) on delete set null,
  "name" text not null,
  "description" text,
  "store_id" integer not null references "parquet_store"(id) on delete restrict,
  "coordinate_system_id" integer not null references "coordinate_system"(id) on delete restrict,
  "created_through_id" integer references "task"(id) on delete set null,
  "spec" text not null,
  "axis_names" text not null,
  "provenance_metadata" text not null default '{}',
  "creator_id" integer references "user_account"(id) on delete set null,
  "created_at" integer not null
);

create table "transformation" (
  "id" integer primary key autoincrement,
  "organization_id" integer not null references "organization"(id) on delete cascade,
  "kind" text not null,
  "name" text,
  "validity" text not null,
  "value_relation" text,
  "created_at" integer not null,
  "creator_id" integer references "user_account"(id) on delete set null,
  "input_id" integer not null references "coordinate_system"(id) on delete cascade,
  "output_id" integer not null references "coordinate_system"(id) on delete cascade,
  "version" integer not null default 1,
  "selector" text,
  "annotation_id" integer references "annotation"(id) on delete set null,
  "input_axes" text not null,
  "output_axes" text not null,
  "invariance" text not null,
  "created_through_id" integer references "task"(id) on delete set null,
  "role" text not null,
  "rank" integer not null default 0,
  "affine" text,
  "parts" text,
  "scale" text,
  "steps" text,
  "translation" text,
  "reason" text
);

create table "transformation_field" (
  "id" integer primary key autoincrement,
  "transformation_id" integer not null references "transformation"(id) on delete cascade,
  "system_id" integer not null references "coordinate_system"(id) on delete cascade
);

create table "derivation_conflict" (
  "id" integer primary key autoincrement,
  "dataset_id" integer not null references "array_dataset"(id) on delete cascade,
  "field" text not null,
  "reason" text not null,
  "anchors" text not null
);

create table "folder_pin" (
  "folder_id" bigint not null references "folder"(id) on delete cascade,
  "user_id" bigint not null references "user_account"(id) on delete cascade,
  primary key ("folder_id", "user_id")
);

create unique index if not exists "acquisition_window_anchor_id_idx" on "acquisition_window" ("anchor_id");

create unique index if not exists "channel_label_anchor_id_idx" on "channel_label" ("anchor_id");

create unique index if not exists "coordinate_anchor_dataset_id_place_idx" on "coordinate_anchor" ("dataset_id", "place");

create unique index if not exists "coordinate_anchor_table_id_place_idx" on "coordinate_anchor" ("table_id", "place");

create index if not exists "coordinate_anchor_organization_id_id_idx" on "coordinate_anchor" ("organization_id", "id");

create index if not exists "meta_schema_organization_id_id_idx" on "meta_schema" ("organization_id", "id");

create unique index if not exists "ome_metadata_anchor_id_idx" on "ome_metadata" ("anchor_id");

create index if not exists "unstructured_meta_organization_id_id_idx" on "unstructured_meta" ("organization_id", "id");

create index if not exists "unstructured_meta_schema_id_some_idx" on "unstructured_meta" ("schema_id") where "schema_id" is not null;

create index if not exists "unstructured_meta_file_id_idx" on "unstructured_meta" ("file_id");

create index if not exists "unstructured_meta_creator_id_some_idx" on "unstructured_meta" ("creator_id") where "creator_id" is not null;

create index if not exists "unstructured_meta_created_through_id_some_idx" on "unstructured_meta" ("created_through_id") where "created_through_id" is not null;

create unique index if not exists "value_histogram_anchor_id_idx" on "value_histogram" ("anchor_id");

create unique index if not exists "annotation_uuid_idx" on "annotation" ("uuid");

create index if not exists "annotation_collection_id_organization_id_id_batch__48c6464b_idx" on "annotation" ("collection_id", "organization_id", "id", "batch", "box_rank", "box_min0", "box_max0", "box_min1", "box_max1", "box_min2", "box_max2");

create index if not exists "annotation_organization_id_id_idx" on "annotation" ("organization_id", "id");

create index if not exists "annotation_creator_id_some_idx" on "annotation" ("creator_id") where "creator_id" is not null;

create index if not exists "annotation_created_through_id_some_idx" on "annotation" ("created_through_id") where "created_through_id" is not null;

create unique index if not exists "annotation_cut_annotation_id_lens_id_idx" on "annotation_cut" ("annotation_id", "lens_id");

create index if not exists "annotation_cut_lens_id_idx" on "annotation_cut" ("lens_id");

create index if not exists "annotation_batch_collection_id_idx" on "annotation_batch" ("collection_id");

create index if not exists "annotation_collection_organization_id_id_idx" on "annotation_collection" ("organization_id", "id");

create index if not exists "annotation_collection_folder_id_some_idx" on "annotation_collection" ("folder_id") where "folder_id" is not null;

create index if not exists "annotation_collection_coordinate_system_id_idx" on "annotation_collection" ("coordinate_system_id");

create index if not exists "annotation_collection_creator_id_some_idx" on "annotation_collection" ("creator_id") where "creator_id" is not null;

create index if not exists "annotation_collection_created_through_id_some_idx" on "annotation_collection" ("created_through_id") where "created_through_id" is not null;

create unique index if not exists "annotation_pin_annotation_id_name_idx" on "annotation_pin" ("annotation_id", "name");

create index if not exists "array_dataset_organization_id_created_at_idx" on "array_dataset" ("organization_id", "created_at");

create index if not exists "array_dataset_organization_id_id_idx" on "array_dataset" ("organization_id", "id");

create index if not exists "array_dataset_folder_id_some_idx" on "array_dataset" ("folder_id") where "folder_id" is not null;

create index if not exists "array_dataset_created_through_id_some_idx" on "array_dataset" ("created_through_id") where "created_through_id" is not null;

create index if not exists "array_dataset_intrinsic_system_id_some_idx" on "array_dataset" ("intrinsic_system_id") where "intrinsic_system_id" is not null;

create index if not exists "array_dataset_creator_id_some_idx" on "array_dataset" ("creator_id") where "creator_id" is not null;

create unique index if not exists "data_array_dataset_id_level_idx" on "data_array" ("dataset_id", "level");

create index if not exists "data_array_store_id_idx" on "data_array" ("store_id");

create index if not exists "data_array_coordinate_system_id_some_idx" on "data_array" ("coordinate_system_id") where "coordinate_system_id" is not null;

create unique index if not exists "axis_coordinate_system_id_order_idx" on "axis" ("coordinate_system_id", "order");

create unique index if not exists "axis_coordinate_system_id_name_idx" on "axis" ("coordinate_system_id", "name");

create unique index if not exists "coordinate_system_organization_id_reference_key_idx" on "coordinate_system" ("organization_id", "reference_key");

create index if not exists "coordinate_system_organization_id_id_idx" on "coordinate_system" ("organization_id", "id");

create index if not exists "coordinate_system_creator_id_some_idx" on "coordinate_system" ("creator_id") where "creator_id" is not null;

create index if not exists "coordinate_system_created_through_id_some_idx" on "coordinate_system" ("created_through_id") where "created_through_id" is not null;

create index if not exists "file_organization_id_created_at_idx" on "file" ("organization_id", "created_at");

create index if not exists "file_organization_id_id_idx" on "file" ("organization_id", "id");

create index if not exists "file_store_id_idx" on "file" ("store_id");

create index if not exists "file_folder_id_some_idx" on "file" ("folder_id") where "folder_id" is not null;

create index if not exists "file_creator_id_idx" on "file" ("creator_id");

create index if not exists "file_created_through_id_some_idx" on "file" ("created_through_id") where "created_through_id" is not null;

create unique index if not exists "file_link_identity_idx" on "file_link" ("identity");

create index if not exists "file_link_organization_id_id_idx" on "file_link" ("organization_id", "id");

create index if not exists "file_link_file_id_idx" on "file_link" ("file_id");

create index if not exists "file_link_creator_id_some_idx" on "file_link" ("creator_id") where "creator_id" is not null;

create index if not exists "file_link_created_through_id_some_idx" on "file_link" ("created_through_id") where "created_through_id" is not null;

create index if not exists "file_link_dataset_id_some_idx" on "file_link" ("dataset_id") where "dataset_id" is not null;

create index if not exists "file_link_table_dataset_id_some_idx" on "file_link" ("table_dataset_id") where "table_dataset_id" is not null;

create index if not exists "file_link_annotation_collection_id_some_idx" on "file_link" ("annotation_collection_id") where "annotation_collection_id" is not null;

create unique index if not exists "folder_default_of_idx" on "folder" ("default_of");

create index if not exists "folder_organization_id_id_idx" on "folder" ("organization_id", "id");

create index if not exists "folder_parent_id_some_idx" on "folder" ("parent_id") where "parent_id" is not null;

create index if not exists "folder_creator_id_some_idx" on "folder" ("creator_id") where "creator_id" is not null;

create index if not exists "folder_created_through_id_some_idx" on "folder" ("created_through_id") where "created_through_id" is not null;

create index if not exists "folder_membership_id_some_idx" on "folder" ("membership_id") where "membership_id" is not null;

create index if not exists "provenance_entry_subject_subject_type_idx" on "provenance_entry" ("subject", "subject_type");

create index if not exists "provenance_entry_organization_id_id_idx" on "provenance_entry" ("organization_id", "id");

create index if not exists "provenance_entry_client_id_some_idx" on "provenance_entry" ("client_id") where "client_id" is not null;

create index if not exists "provenance_entry_task_id_some_idx" on "provenance_entry" ("task_id") where "task_id" is not null;

create index if not exists "provenance_entry_user_id_some_idx" on "provenance_entry" ("user_id") where "user_id" is not null;

create unique index if not exists "client_client_id_iss_idx" on "client" ("client_id", "iss");

create index if not exists "client_release_id_some_idx" on "client" ("release_id") where "release_id" is not null;

create index if not exists "client_device_id_some_idx" on "client" ("device_id") where "device_id" is not null;

create unique index if not exists "membership_user_id_organization_id_idx" on "membership" ("user_id", "organization_id");

create index if not exists "membership_organization_id_id_idx" on "membership" ("organization_id", "id");

create unique index if not exists "organization_slug_idx" on "organization" ("slug");

create unique index if not exists "task_issuer_task_id_idx" on "task" ("issuer", "task_id");

create index if not exists "task_organization_id_id_idx" on "task" ("organization_id", "id");

create index if not exists "task_assigner_id_some_idx" on "task" ("assigner_id") where "assigner_id" is not null;

create unique index if not exists "user_account_sub_iss_idx" on "user_account" ("sub", "iss");

create index if not exists "user_account_active_organization_id_some_idx" on "user_account" ("active_organization_id") where "active_organization_id" is not null;

create unique index if not exists "app_identifier_idx" on "app" ("identifier");

create unique index if not exists "release_app_id_version_idx" on "release" ("app_id", "version");

create unique index if not exists "device_device_id_idx" on "device" ("device_id");

create unique index if not exists "lens_dataset_id_selection_idx" on "lens" ("dataset_id", "selection");

create unique index if not exists "lens_annotation_collection_id_selection_idx" on "lens" ("annotation_collection_id", "selection");

create unique index if not exists "lens_table_dataset_id_selection_idx" on "lens" ("table_dataset_id", "selection");

create index if not exists "lens_organization_id_id_idx" on "lens" ("organization_id", "id");

create index if not exists "lens_creator_id_some_idx" on "lens" ("creator_id") where "creator_id" is not null;

create index if not exists "lens_created_through_id_some_idx" on "lens" ("created_through_id") where "created_through_id" is not null;

create index if not exists "lens_coordinate_system_id_some_idx" on "lens" ("coordinate_system_id") where "coordinate_system_id" is not null;

create unique index if not exists "light_path_anchor_id_idx" on "light_path" ("anchor_id");

create unique index if not exists "optikit_state_anchor_id_idx" on "optikit_state" ("anchor_id");

create unique index if not exists "phasor_calibration_anchor_id_axis_harmonic_idx" on "phasor_calibration" ("anchor_id", "axis", "harmonic");

create unique index if not exists "phasor_histogram_anchor_id_axis_harmonic_idx" on "phasor_histogram" ("anchor_id", "axis", "harmonic");

create unique index if not exists "big_file_store_bucket_key_idx" on "big_file_store" ("bucket", "key");

create index if not exists "big_file_store_orphaned_at_some_idx" on "big_file_store" ("orphaned_at") where "orphaned_at" is not null;

create index if not exists "big_file_store_organization_id_orphaned_at_creator_e97f1cb9_idx" on "big_file_store" ("organization_id", "orphaned_at", "creator_id", "size_bytes");

create index if not exists "big_file_store_organization_id_id_idx" on "big_file_store" ("organization_id", "id");

create index if not exists "big_file_store_creator_id_some_idx" on "big_file_store" ("creator_id") where "creator_id" is not null;

create unique index if not exists "fabriks_store_bucket_key_idx" on "fabriks_store" ("bucket", "key");

create index if not exists "fabriks_store_orphaned_at_some_idx" on "fabriks_store" ("orphaned_at") where "orphaned_at" is not null;

create index if not exists "fabriks_store_organization_id_orphaned_at_creator__141709e0_idx" on "fabriks_store" ("organization_id", "orphaned_at", "creator_id", "size_bytes");

create index if not exists "fabriks_store_organization_id_id_idx" on "fabriks_store" ("organization_id", "id");

create index if not exists "fabriks_store_creator_id_some_idx" on "fabriks_store" ("creator_id") where "creator_id" is not null;

create unique index if not exists "konnektion_store_bucket_key_idx" on "konnektion_store" ("bucket", "key");

create index if not exists "konnektion_store_orphaned_at_some_idx" on "konnektion_store" ("orphaned_at") where "orphaned_at" is not null;

create index if not exists "konnektion_store_organization_id_orphaned_at_creat_60ea1a5c_idx" on "konnektion_store" ("organization_id", "orphaned_at", "creator_id", "size_bytes");

create index if not exists "konnektion_store_organization_id_id_idx" on "konnektion_store" ("organization_id", "id");

create index if not exists "konnektion_store_creator_id_some_idx" on "konnektion_store" ("creator_id") where "creator_id" is not null;

create unique index if not exists "kulisse_store_bucket_key_idx" on "kulisse_store" ("bucket", "key");

create index if not exists "kulisse_store_orphaned_at_some_idx" on "kulisse_store" ("orphaned_at") where "orphaned_at" is not null;

create index if not exists "kulisse_store_organization_id_orphaned_at_creator__fb4b9a0a_idx" on "kulisse_store" ("organization_id", "orphaned_at", "creator_id", "size_bytes");

create index if not exists "kulisse_store_organization_id_id_idx" on "kulisse_store" ("organization_id", "id");

create index if not exists "kulisse_store_creator_id_some_idx" on "kulisse_store" ("creator_id") where "creator_id" is not null;

create unique index if not exists "media_store_bucket_key_idx" on "media_store" ("bucket", "key");

create index if not exists "media_store_orphaned_at_some_idx" on "media_store" ("orphaned_at") where "orphaned_at" is not null;

create index if not exists "media_store_organization_id_orphaned_at_creator_id_17053ec2_idx" on "media_store" ("organization_id", "orphaned_at", "creator_id", "size_bytes");

create index if not exists "media_store_organization_id_id_idx" on "media_store" ("organization_id", "id");

create index if not exists "media_store_creator_id_some_idx" on "media_store" ("creator_id") where "creator_id" is not null;

create unique index if not exists "parquet_store_bucket_key_idx" on "parquet_store" ("bucket", "key");

create index if not exists "parquet_store_orphaned_at_some_idx" on "parquet_store" ("orphaned_at") where "orphaned_at" is not null;

create index if not exists "parquet_store_organization_id_orphaned_at_creator__c42d257a_idx" on "parquet_store" ("organization_id", "orphaned_at", "creator_id", "size_bytes");

create index if not exists "parquet_store_organization_id_id_idx" on "parquet_store" ("organization_id", "id");

create index if not exists "parquet_store_creator_id_some_idx" on "parquet_store" ("creator_id") where "creator_id" is not null;

create unique index if not exists "sparse_store_bucket_key_idx" on "sparse_store" ("bucket", "key");

create index if not exists "sparse_store_orphaned_at_some_idx" on "sparse_store" ("orphaned_at") where "orphaned_at" is not null;

create index if not exists "sparse_store_organization_id_orphaned_at_creator_i_59d95720_idx" on "sparse_store" ("organization_id", "orphaned_at", "creator_id", "size_bytes");

create index if not exists "sparse_store_organization_id_id_idx" on "sparse_store" ("organization_id", "id");

create index if not exists "sparse_store_creator_id_some_idx" on "sparse_store" ("creator_id") where "creator_id" is not null;

create unique index if not exists "zarr_store_bucket_key_idx" on "zarr_store" ("bucket", "key");

create index if not exists "zarr_store_orphaned_at_some_idx" on "zarr_store" ("orphaned_at") where "orphaned_at" is not null;

create index if not exists "zarr_store_organization_id_orphaned_at_creator_id__eda09dbd_idx" on "zarr_store" ("organization_id", "orphaned_at", "creator_id", "size_bytes");

create index if not exists "zarr_store_organization_id_id_idx" on "zarr_store" ("organization_id", "id");

create index if not exists "zarr_store_creator_id_some_idx" on "zarr_store" ("creator_id") where "creator_id" is not null;

create unique index if not exists "table_column_table_id_order_idx" on "table_column" ("table_id", "order");

create unique index if not exists "table_column_table_id_name_idx" on "table_column" ("table_id", "name");

create index if not exists "table_column_references_id_some_idx" on "table_column" ("references_id") where "references_id" is not null;

create index if not exists "table_dataset_organization_id_created_at_idx" on "table_dataset" ("organization_id", "created_at");

create index if not exists "table_dataset_organization_id_id_idx" on "table_dataset" ("organization_id", "id");

create index if not exists "table_dataset_folder_id_some_idx" on "table_dataset" ("folder_id") where "folder_id" is not null;

create index if not exists "table_dataset_store_id_idx" on "table_dataset" ("store_id");

create index if not exists "table_dataset_coordinate_system_id_idx" on "table_dataset" ("coordinate_system_id");

create index if not exists "table_dataset_created_through_id_some_idx" on "table_dataset" ("created_through_id") where "created_through_id" is not null;

create index if not exists "table_dataset_creator_id_some_idx" on "table_dataset" ("creator_id") where "creator_id" is not null;

create index if not exists "transformation_output_id_role_idx" on "transformation" ("output_id", "role");

create index if not exists "transformation_organization_id_id_idx" on "transformation" ("organization_id", "id");

create index if not exists "transformation_creator_id_some_idx" on "transformation" ("creator_id") where "creator_id" is not null;

create index if not exists "transformation_input_id_idx" on "transformation" ("input_id");

create index if not exists "transformation_annotation_id_some_idx" on "transformation" ("annotation_id") where "annotation_id" is not null;

create index if not exists "transformation_created_through_id_some_idx" on "transformation" ("created_through_id") where "created_through_id" is not null;

create unique index if not exists "transformation_field_transformation_id_system_id_idx" on "transformation_field" ("transformation_id", "system_id");

create index if not exists "transformation_field_system_id_idx" on "transformation_field" ("system_id");

create unique index if not exists "derivation_conflict_dataset_id_field_idx" on "derivation_conflict" ("dataset_id", "field");

create index if not exists "folder_pin_user_id_idx" on "folder_pin" ("user_id");

