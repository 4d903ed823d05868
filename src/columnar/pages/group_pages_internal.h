// GroupPages: the page indexes of one row group's columns, each read when it is first asked for.
//
// An index that is missing, cannot be parsed or does not fit is none. Errors: those of the store.
// Thread-safety: one thread at a time; what it is made of outlives it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>

#include <parquet/metadata.h>
#include <parquet/page_index.h>

#include "base/result.h"
#include "columnar/io/object_file.h"
#include "columnar/pages/chunk_pages.h"
#include "columnar/pages/page_choice.h"

namespace firn::columnar {

class GroupPages {
 public:
  GroupPages(const PagedFile& file, int number);

  const parquet::RowGroupMetaData& metadata() const { return *group_; }
  int64_t rows() const { return group_->num_rows(); }

  /// Where the offset index of a leaf is that can be read by pages.
  std::optional<ByteRange> OffsetIndexRange(int leaf) const;
  /// Where the column index of such a leaf is, if its values have an order.
  std::optional<ByteRange> ColumnIndexRange(int leaf) const;
  /// False where the footer says that the leaf has one data page.
  bool MayHaveManyPages(int leaf) const;

  /// nullptr where there is no usable index.
  Result<const ChunkPages*> Pages(int leaf);
  /// nullptr where it is missing or does not fit `pages`, which are of the leaf.
  Result<const parquet::ColumnIndex*> Values(int leaf, const ChunkPages& pages);

 private:
  Result<std::optional<ChunkPages>> ReadPages(int leaf) const;
  Result<std::unique_ptr<parquet::ColumnIndex>> ReadValues(int leaf, const ChunkPages& pages) const;

  const PagedFile& file_;
  std::unique_ptr<parquet::RowGroupMetaData> group_;
  int64_t file_bytes_;
  std::map<int, std::optional<ChunkPages>> pages_;
  std::map<int, std::unique_ptr<parquet::ColumnIndex>> values_;
};

}  // namespace firn::columnar
