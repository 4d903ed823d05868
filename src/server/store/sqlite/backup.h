// A copy of a SQLite database as one finished file, for `firn admin backup`.
//
// The copy is one consistent state, whoever reads or writes the database meanwhile; it is checked
// (pages, indices, foreign keys), synced and only then named, so the name never stands for less
// than a whole backup. A process that is killed leaves at most `<file>.<16 digits>.partial` and
// what SQLite keeps beside it.
//
// Errors: kNotFound where there is no database; kAlreadyExists where `file` is there;
// kInvalidMetadata where the database is damaged or not Firn's; kUnavailable, kIoError. Nothing is
// left then. Thread-safety: any thread.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace firn::store::sqlite {

struct Backup {
  int64_t size_bytes = 0;
  /// Of the database; a program of another version may have written it.
  int64_t schema_version = 0;
};

/// Takes no lock of Firn's: DataFolderLock keeps others out where that is wanted. The copy is
/// readable by its owner only.
Result<Backup> BackUpDatabase(const std::string& database, const std::string& file);

}  // namespace firn::store::sqlite
