// Administration: what is done to a server's database without serving it: `firn admin ...`.
//
// Each call takes the locks that a server would hold, so it and a server keep each other out.
// Errors of all: kNotFound where there is no database; kUnavailable where another process holds the
// data folder or the database, naming it; kInvalidArgument for settings that are wrong.
// Thread-safety: from one thread.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "server/config/settings.h"

namespace firn::app {

/// What a migration did, or would do. Schema versions; equal where nothing is to be done.
struct MigrationReport {
  std::string database;
  int64_t from = 0;
  int64_t to = 0;
};

/// Brings the database to this program's schema. Errors: kUnsupported where it is newer.
Result<MigrationReport> MigrateDatabase(const config::Settings& settings);
/// Runs the same and takes it back.
Result<MigrationReport> TryMigrateDatabase(const config::Settings& settings);

struct BackupReport {
  std::string database;
  std::string file;
  int64_t size_bytes = 0;
  int64_t schema_version = 0;
};

/// Copies the database to `file`, checked and durable. Errors: kAlreadyExists where there is such a
/// file; kInvalidMetadata for a damaged database; kIoError.
Result<BackupReport> BackUp(const config::Settings& settings, const std::string& file);
/// The same beside a server that may be running: takes no lock. The copy is one state of the
/// database; table files go on changing meanwhile.
Result<BackupReport> BackUpOnline(const config::Settings& settings, const std::string& file);

}  // namespace firn::app
