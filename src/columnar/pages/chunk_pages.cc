#include "columnar/pages/chunk_pages.h"

#include <algorithm>

#include <parquet/types.h>

namespace firn::columnar {
namespace {

std::optional<ByteRange> PlaceOf(const std::optional<parquet::IndexLocation>& location,
                                 int64_t file_bytes) {
  if (!location) {
    return std::nullopt;
  }
  ByteRange range{location->offset, location->length};
  return range.length > 0 && IsInside(range, file_bytes) ? std::optional(range) : std::nullopt;
}

bool IsDataPage(parquet::PageType::type type) {
  return type == parquet::PageType::DATA_PAGE || type == parquet::PageType::DATA_PAGE_V2;
}

/// How many of `pages` may be coded with a dictionary. A writer that gives its dictionary up does
/// so once.
size_t CodedPages(const parquet::ColumnChunkMetaData& chunk, size_t pages) {
  const auto& known = chunk.encoding_stats();
  if (known.empty()) {
    return pages;
  }
  int64_t coded = 0;
  for (const parquet::PageEncodingStats& stats : known) {
    bool by_dictionary = stats.encoding == parquet::Encoding::PLAIN_DICTIONARY ||
                         stats.encoding == parquet::Encoding::RLE_DICTIONARY;
    if (IsDataPage(stats.page_type) && by_dictionary) {
      coded += std::max(stats.count, 0);
    }
  }
  return std::min(static_cast<size_t>(coded), pages);
}

}  // namespace

ByteRange BytesOf(const parquet::ColumnChunkMetaData& chunk) {
  int64_t begin = chunk.data_page_offset();
  if (chunk.has_dictionary_page() && chunk.dictionary_page_offset() > 0) {
    begin = std::min(begin, chunk.dictionary_page_offset());
  }
  return {begin, chunk.total_compressed_size()};
}

std::optional<int64_t> DataPagesOf(const parquet::ColumnChunkMetaData& chunk) {
  if (chunk.encoding_stats().empty()) {
    return std::nullopt;
  }
  int64_t pages = 0;
  for (const parquet::PageEncodingStats& stats : chunk.encoding_stats()) {
    pages += IsDataPage(stats.page_type) ? stats.count : 0;
  }
  return pages;
}

bool IsInside(const ByteRange& range, int64_t file_bytes) {
  return range.offset >= 0 && range.length >= 0 && range.offset <= file_bytes &&
         range.length <= file_bytes - range.offset;
}

std::optional<ByteRange> OffsetIndexOf(const parquet::ColumnChunkMetaData& chunk,
                                       int64_t file_bytes) {
  return PlaceOf(chunk.GetOffsetIndexLocation(), file_bytes);
}

std::optional<ByteRange> ColumnIndexOf(const parquet::ColumnChunkMetaData& chunk,
                                       int64_t file_bytes) {
  return PlaceOf(chunk.GetColumnIndexLocation(), file_bytes);
}

std::optional<ChunkPages> PagesOf(const parquet::OffsetIndex& index,
                                  const parquet::ColumnChunkMetaData& chunk,
                                  int64_t rows) {
  const auto& locations = index.page_locations();
  ByteRange bytes = BytesOf(chunk);
  int64_t chunk_end = bytes.offset + bytes.length;
  if (locations.empty() || locations.front().first_row_index != 0) {
    return std::nullopt;
  }
  const std::optional<int64_t> counted = DataPagesOf(chunk);
  if (counted && *counted != static_cast<int64_t>(locations.size())) {
    return std::nullopt;
  }
  ChunkPages chunk_pages;
  // Only a dictionary may lie before the first page, nothing between them or after the last: a page
  // that the index leaves out would be read as another.
  const bool has_dictionary = bytes.offset < chunk.data_page_offset();
  int64_t end = has_dictionary ? std::max(locations.front().offset, bytes.offset) : bytes.offset;
  for (size_t i = 0; i < locations.size(); ++i) {
    const parquet::PageLocation& page = locations[i];
    int64_t next_row = i + 1 < locations.size() ? locations[i + 1].first_row_index : rows;
    bool fits = page.offset == end && page.offset <= chunk_end && page.compressed_page_size > 0 &&
                page.compressed_page_size <= chunk_end - page.offset;
    if (!fits || next_row <= page.first_row_index || next_row > rows) {
      return std::nullopt;
    }
    end = page.offset + page.compressed_page_size;
    chunk_pages.pages.push_back(
        {{page.offset, page.compressed_page_size}, {page.first_row_index, next_row}});
  }
  if (end != chunk_end) {
    return std::nullopt;
  }
  chunk_pages.dictionary = {bytes.offset, locations.front().offset - bytes.offset};
  if (chunk_pages.dictionary.length > 0) {
    chunk_pages.coded = CodedPages(chunk, locations.size());
  }
  return chunk_pages;
}

bool Covers(const parquet::ColumnIndex& index, size_t pages) {
  return index.null_pages().size() == pages && index.encoded_min_values().size() == pages &&
         index.encoded_max_values().size() == pages &&
         (!index.has_null_counts() || index.null_counts().size() == pages);
}

}  // namespace firn::columnar
