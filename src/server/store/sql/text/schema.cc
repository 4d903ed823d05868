#include "server/store/sql/text/schema.h"

#include <array>

namespace firn::store::sql {
namespace {

// Names compare by bytes. `path` is NamespaceKey text (sql/session/namespace_key.h); the row with
// path '.' is the hidden parent of a warehouse's top-level namespaces. `location_key` is
// Location::Canonical().
constexpr std::string_view kFirst = R"sql(
CREATE TABLE warehouses (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  location TEXT NOT NULL,
  location_key TEXT NOT NULL UNIQUE,
  properties TEXT NOT NULL,
  is_default INTEGER NOT NULL,
  last_event INTEGER NOT NULL,
  created_ms INTEGER NOT NULL
);

CREATE TABLE namespaces (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  warehouse_id INTEGER NOT NULL REFERENCES warehouses (id),
  parent_id INTEGER REFERENCES namespaces (id),
  path TEXT NOT NULL,
  name TEXT NOT NULL,
  properties TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  UNIQUE (warehouse_id, path)
);
CREATE INDEX namespaces_by_parent ON namespaces (parent_id, name);

CREATE TABLE objects (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  namespace_id INTEGER NOT NULL REFERENCES namespaces (id),
  name TEXT NOT NULL,
  kind INTEGER NOT NULL,
  uuid TEXT NOT NULL,
  metadata_location TEXT NOT NULL,
  location TEXT NOT NULL,
  location_key TEXT,
  format_version INTEGER NOT NULL,
  last_sequence_number INTEGER NOT NULL,
  version INTEGER NOT NULL,
  created_ms INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL,
  UNIQUE (namespace_id, name)
);
CREATE INDEX objects_by_uuid ON objects (uuid);
CREATE INDEX objects_by_location ON objects (location_key);

CREATE TABLE object_versions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  object_id INTEGER NOT NULL,
  version INTEGER NOT NULL,
  warehouse_id INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  metadata_location TEXT NOT NULL,
  time_ms INTEGER NOT NULL,
  UNIQUE (object_id, version)
);

CREATE TABLE staged_tables (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  warehouse_id INTEGER NOT NULL,
  path TEXT NOT NULL,
  name TEXT NOT NULL,
  uuid TEXT NOT NULL,
  location TEXT NOT NULL,
  location_key TEXT NOT NULL,
  expires_ms INTEGER NOT NULL
);
CREATE INDEX staged_tables_by_location ON staged_tables (location_key);
CREATE INDEX staged_tables_by_uuid ON staged_tables (uuid);
CREATE INDEX staged_tables_by_expiry ON staged_tables (expires_ms);

CREATE TABLE events (
  warehouse_id INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  transaction_id TEXT NOT NULL,
  time_ms INTEGER NOT NULL,
  type TEXT NOT NULL,
  path TEXT NOT NULL,
  name TEXT NOT NULL,
  detail TEXT NOT NULL,
  PRIMARY KEY (warehouse_id, sequence)
);

CREATE TABLE commit_attempts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  attempt TEXT NOT NULL UNIQUE,
  committed INTEGER NOT NULL,
  time_ms INTEGER NOT NULL
);

CREATE TABLE idempotency (
  key TEXT PRIMARY KEY,
  principal TEXT NOT NULL,
  warehouse_id INTEGER NOT NULL,
  operation TEXT NOT NULL,
  body_hash TEXT NOT NULL,
  http_status INTEGER NOT NULL,
  reference TEXT NOT NULL,
  expires_ms INTEGER NOT NULL
);
CREATE INDEX idempotency_by_expiry ON idempotency (expires_ms);

CREATE TABLE metrics_reports (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  object_id INTEGER NOT NULL,
  time_ms INTEGER NOT NULL,
  type TEXT NOT NULL,
  report TEXT NOT NULL
);

CREATE TABLE jobs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  warehouse_id INTEGER NOT NULL,
  kind TEXT NOT NULL,
  payload TEXT NOT NULL,
  progress TEXT NOT NULL,
  state INTEGER NOT NULL,
  run_after_ms INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  last_error TEXT NOT NULL,
  token INTEGER NOT NULL,
  owner TEXT NOT NULL,
  lease_until_ms INTEGER NOT NULL,
  location_key TEXT
);
CREATE INDEX jobs_by_due ON jobs (state, run_after_ms);
CREATE INDEX jobs_by_location ON jobs (location_key);

CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  time_ms INTEGER NOT NULL,
  principal TEXT NOT NULL,
  request_id TEXT NOT NULL,
  warehouse_id INTEGER NOT NULL,
  action TEXT NOT NULL,
  target TEXT NOT NULL
);

CREATE TABLE commit_fence (
  id INTEGER PRIMARY KEY,
  number INTEGER NOT NULL
);
INSERT INTO commit_fence (id, number) VALUES (1, 0);
)sql";

// Access, leases and plans: part of the first release's schema. Filled so far are `plans` and, with
// the keys of plan tasks, `signing_keys`: those are not sealed (`sealed_with` is empty), because
// they give nothing but the plans that are in here as well.
//
// A secret is here as its hash, or sealed under a key that the database does not hold
// (`sealed_with` names it). `security_epoch.epoch` is what caches of principals and grants compare:
// whatever changes those raises it in the same transaction. A grant is for one principal or one
// role, on a warehouse, or on one namespace or object of it, and goes with what it is about.
constexpr std::string_view kSecond = R"sql(
CREATE TABLE principals (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  enabled INTEGER NOT NULL,
  issuer TEXT,
  subject TEXT,
  created_ms INTEGER NOT NULL,
  UNIQUE (issuer, subject),
  CHECK ((issuer IS NULL) = (subject IS NULL))
);

CREATE TABLE credentials (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  principal_id INTEGER NOT NULL REFERENCES principals (id) ON DELETE CASCADE,
  kind INTEGER NOT NULL,
  public_id TEXT NOT NULL UNIQUE,
  secret_hash TEXT NOT NULL,
  scopes TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  expires_ms INTEGER,
  revoked_ms INTEGER
);
CREATE INDEX credentials_by_principal ON credentials (principal_id);

CREATE TABLE roles (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  created_ms INTEGER NOT NULL
);

CREATE TABLE role_members (
  role_id INTEGER NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
  principal_id INTEGER NOT NULL REFERENCES principals (id) ON DELETE CASCADE,
  created_ms INTEGER NOT NULL,
  PRIMARY KEY (role_id, principal_id)
);
CREATE INDEX role_members_by_principal ON role_members (principal_id);

CREATE TABLE grants (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  principal_id INTEGER REFERENCES principals (id) ON DELETE CASCADE,
  role_id INTEGER REFERENCES roles (id) ON DELETE CASCADE,
  privilege INTEGER NOT NULL,
  warehouse_id INTEGER NOT NULL REFERENCES warehouses (id) ON DELETE CASCADE,
  namespace_id INTEGER REFERENCES namespaces (id) ON DELETE CASCADE,
  object_id INTEGER REFERENCES objects (id) ON DELETE CASCADE,
  created_ms INTEGER NOT NULL,
  CHECK ((principal_id IS NULL) <> (role_id IS NULL)),
  CHECK (namespace_id IS NULL OR object_id IS NULL)
);
CREATE UNIQUE INDEX grants_once ON grants (
  COALESCE(principal_id, 0), COALESCE(role_id, 0), privilege,
  warehouse_id, COALESCE(namespace_id, 0), COALESCE(object_id, 0)
);
CREATE INDEX grants_by_principal ON grants (principal_id);
CREATE INDEX grants_by_role ON grants (role_id);
CREATE INDEX grants_by_warehouse ON grants (warehouse_id);
CREATE INDEX grants_by_namespace ON grants (namespace_id);
CREATE INDEX grants_by_object ON grants (object_id);

CREATE TABLE security_epoch (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  epoch INTEGER NOT NULL
);
INSERT INTO security_epoch (id, epoch) VALUES (1, 1);

CREATE TABLE signing_keys (
  id TEXT PRIMARY KEY,
  purpose TEXT NOT NULL,
  algorithm TEXT NOT NULL,
  sealed_key TEXT NOT NULL,
  sealed_with TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  retired_ms INTEGER
);

CREATE TABLE leases (
  name TEXT PRIMARY KEY,
  owner TEXT NOT NULL,
  token INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL
);

CREATE TABLE plans (
  id TEXT PRIMARY KEY,
  warehouse_id INTEGER NOT NULL,
  object_id INTEGER NOT NULL,
  principal TEXT NOT NULL,
  request TEXT NOT NULL,
  status INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL
);
CREATE INDEX plans_by_expiry ON plans (expires_ms);
)sql";

// What a purge must leave: `objects.metadata_key` is the canonical location of a metadata file that
// does not lie below its object's location, else NULL. From here on `objects.location_key` is set
// for views too.
constexpr std::string_view kThird = R"sql(
ALTER TABLE objects ADD COLUMN metadata_key TEXT;
CREATE INDEX objects_by_metadata ON objects (metadata_key) WHERE metadata_key IS NOT NULL;
)sql";

// Nothing in SQL: sql/changes/object_keys.h fills both keys in the rows of servers that did not
// write them.
constexpr std::string_view kFourth = "-- objects.location_key, objects.metadata_key: filled\n";
static_assert(kFillsObjectKeys == 4);

constexpr std::array kMigrations = {kFirst, kSecond, kThird, kFourth};

}  // namespace

std::span<const std::string_view> Migrations() { return kMigrations; }

}  // namespace firn::store::sql
