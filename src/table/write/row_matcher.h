// MatchRows: a filter on rows as a FileMatcher: which files of a table hold rows that match, as far
// as metadata tells: manifest summaries, then the partition, then counts and bounds. What an
// overwrite by filter replaces, what a delete drops unread, what a conflict check looks for.
//
// Of a delete file only the partition is asked: its metrics are not those of the rows it deletes.
//
// Errors of Match: kCommitConflict for a partition spec that the table did not have: it is newer.
// Thread-safety: immutable, any thread.
#pragma once

#include "iceberg/expression/bound_expression.h"
#include "iceberg/metadata/table_metadata.h"
#include "table/commit/file_matcher.h"

namespace firn::table {

/// `filter` is bound to a schema of the table. Specs that come later are not known to it: a file of
/// one is an error, so that a change is never made on what nobody looked at.
FileMatcherPtr MatchRows(const iceberg::TableMetadata& table,
                         const iceberg::BoundExpression& filter);

}  // namespace firn::table
