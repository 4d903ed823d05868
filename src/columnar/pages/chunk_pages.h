// ChunkPages: where the data pages of one column chunk lie, which rows they hold, and what its
// column index says of their values. Source: Parquet format, "Page Index" (`OffsetIndex`,
// `ColumnIndex`).
//
// An index is a hint that others wrote: one that contradicts itself, its chunk or its file counts
// as missing, and the chunk is read whole. Thread-safety: pure functions, plain values.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <parquet/metadata.h>
#include <parquet/page_index.h>

#include "columnar/io/object_file.h"
#include "columnar/pages/row_ranges.h"

namespace firn::columnar {

/// A data page with its header.
struct DataPagePlace {
  ByteRange bytes;
  RowRange rows;
};

struct ChunkPages {
  /// What lies before the first data page: the dictionary; length 0 where there is none.
  ByteRange dictionary;
  /// Of these, how many may be coded with the dictionary: the first ones.
  size_t coded = 0;
  /// In the file's order; together they hold every row of the group.
  std::vector<DataPagePlace> pages;
};

/// The bytes of a chunk: dictionary and data pages. Not checked against the file.
ByteRange BytesOf(const parquet::ColumnChunkMetaData& chunk);
/// As the footer counts them; nullopt where it does not.
std::optional<int64_t> DataPagesOf(const parquet::ColumnChunkMetaData& chunk);
bool IsInside(const ByteRange& range, int64_t file_bytes);

/// Indexes that are there and inside of the file.
std::optional<ByteRange> OffsetIndexOf(const parquet::ColumnChunkMetaData& chunk,
                                       int64_t file_bytes);
std::optional<ByteRange> ColumnIndexOf(const parquet::ColumnChunkMetaData& chunk,
                                       int64_t file_bytes);

/// `chunk` lies inside of its file, in a row group of `rows` rows. nullopt where the index does not
/// fit.
std::optional<ChunkPages> PagesOf(const parquet::OffsetIndex& index,
                                  const parquet::ColumnChunkMetaData& chunk,
                                  int64_t rows);

/// True where the index speaks of `pages` pages.
bool Covers(const parquet::ColumnIndex& index, size_t pages);

}  // namespace firn::columnar
