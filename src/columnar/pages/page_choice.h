// Which rows of a row group a filter may keep, by the page index, and which pages of the projected
// columns hold them. Comes after row groups were chosen by statistics and bloom filters, and is as
// careful: never excludes a row that matches; a column without a (usable) index excludes nothing.
// Source: Parquet format, "Page Index"; Iceberg specification, "Scan Planning".
//
// Rows that the caller does not want count as rows that cannot match.
//
// A column whose leaf stands alone and is not repeated is read by pages; a struct of several leaves
// where their pages hold the same rows; lists, maps and the rest whole.
//
// Errors: those of the store. Thread-safety: one thread at a time.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include <parquet/metadata.h>
#include <parquet/properties.h>

#include "base/result.h"
#include "columnar/io/object_file.h"
#include "columnar/kernels/projection.h"
#include "columnar/pages/chunk_pages.h"
#include "columnar/pages/row_ranges.h"
#include "iceberg/expression/bound_expression.h"

namespace firn::columnar {

enum class PageIndexUse : uint8_t {
  kNever,
  /// Where few of the rows are left and whole pages need not be fetched or decoded.
  kWhereItSaves,
  /// Wherever there is one: for tests.
  kAlways,
};

/// The pages of one leaf that are read.
struct ChosenPages {
  /// Length 0 where there is none.
  ByteRange dictionary;
  /// True where one of the pages may be coded with the dictionary.
  bool needs_dictionary = false;
  std::vector<DataPagePlace> pages;
  /// What the pages hold.
  RowRanges rows;
  /// Of the leaf, all.
  int64_t all_pages = 0;
};

/// The bytes of pages, those that touch as one range.
std::vector<ByteRange> RunsOf(const std::vector<DataPagePlace>& pages);

/// What is read of one row group.
struct RowSelection {
  /// Not empty: rows that may match.
  RowRanges rows;
  /// By leaf; a projected leaf that is not here is read whole.
  std::map<int, ChosenPages> leaves;
};

struct ChosenRowGroup {
  int group = 0;
  /// nullopt: all rows.
  std::optional<RowSelection> selection;
};

/// What is chosen of one row group.
struct WantedRowGroup {
  int group = 0;
  /// Of the group, not empty; nullopt: all.
  std::optional<RowRanges> rows;
};

/// What is chosen from.
struct PagedFile {
  ObjectFile& file;
  const parquet::FileMetaData& metadata;
  const parquet::ReaderProperties& properties;
  /// The file's, with ids.
  const std::vector<SourceField>& fields;
};

/// Of `groups`, ascending, those that may hold matching rows that are wanted. `filter` is on the
/// columns of the table, without not; `leaves` are the projected ones, ascending. Fetches the
/// indexes of all groups at once.
Result<std::vector<ChosenRowGroup>> ChoosePages(const PagedFile& file,
                                                const iceberg::BoundExpression& filter,
                                                const std::vector<int>& leaves,
                                                std::span<const WantedRowGroup> groups,
                                                PageIndexUse use);

}  // namespace firn::columnar
