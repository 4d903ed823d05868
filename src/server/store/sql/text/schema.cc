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

constexpr std::array kMigrations = {kFirst};

}  // namespace

std::span<const std::string_view> Migrations() { return kMigrations; }

}  // namespace firn::store::sql
