#include <utility>

#include <parquet/schema.h>

#include "columnar/io/arrow_status.h"
#include "columnar/pages/group_pages_internal.h"

namespace firn::columnar {
namespace {

/// An index that cannot be parsed is a missing one.
template <class Body>
Status Parse(Body&& body) {
  Status parsed = Guarded([&]() -> Status {
    body();
    return {};
  });
  bool malformed = !parsed.has_value() && parsed.error().code() == ErrorCode::kInvalidMetadata;
  return malformed ? Status() : parsed;
}

}  // namespace

GroupPages::GroupPages(const PagedFile& file, int number)
    : file_(file),
      group_(file.metadata.RowGroup(number)),
      file_bytes_(file.file.GetSize().ValueOrDie()) {}

std::optional<ByteRange> GroupPages::OffsetIndexRange(int leaf) const {
  auto chunk = group_->ColumnChunk(leaf);
  bool by_pages = file_.metadata.schema()->Column(leaf)->max_repetition_level() == 0 &&
                  chunk->crypto_metadata() == nullptr && IsInside(BytesOf(*chunk), file_bytes_);
  return by_pages ? OffsetIndexOf(*chunk, file_bytes_) : std::nullopt;
}

std::optional<ByteRange> GroupPages::ColumnIndexRange(int leaf) const {
  const parquet::ColumnDescriptor& column = *file_.metadata.schema()->Column(leaf);
  bool ordered = column.column_order().get_order() == parquet::ColumnOrder::TYPE_DEFINED_ORDER &&
                 column.can_use_min_max();
  return ordered && OffsetIndexRange(leaf) ? ColumnIndexOf(*group_->ColumnChunk(leaf), file_bytes_)
                                           : std::nullopt;
}

bool GroupPages::MayHaveManyPages(int leaf) const {
  return DataPagesOf(*group_->ColumnChunk(leaf)).value_or(2) > 1;
}

Result<const ChunkPages*> GroupPages::Pages(int leaf) {
  auto known = pages_.find(leaf);
  if (known == pages_.end()) {
    ASSIGN_OR_RETURN(auto read, ReadPages(leaf));
    known = pages_.emplace(leaf, std::move(read)).first;
  }
  return known->second ? &*known->second : nullptr;
}

Result<const parquet::ColumnIndex*> GroupPages::Values(int leaf, const ChunkPages& pages) {
  auto known = values_.find(leaf);
  if (known == values_.end()) {
    ASSIGN_OR_RETURN(auto read, ReadValues(leaf, pages));
    known = values_.emplace(leaf, std::move(read)).first;
  }
  return known->second.get();
}

Result<std::unique_ptr<parquet::ColumnIndex>> GroupPages::ReadValues(
    int leaf, const ChunkPages& pages) const {
  std::unique_ptr<parquet::ColumnIndex> index;
  auto range = ColumnIndexRange(leaf);
  if (!range) {
    return index;
  }
  ASSIGN_OR_RETURN(auto bytes, ToResult(file_.file.ReadAt(range->offset, range->length)));
  RETURN_IF_ERROR(Parse([&] {
    index = parquet::ColumnIndex::Make(*file_.metadata.schema()->Column(leaf), bytes->data(),
                                       bytes->size(), file_.properties);
  }));
  if (index != nullptr && !Covers(*index, pages.pages.size())) {
    index.reset();
  }
  return index;
}

Result<std::optional<ChunkPages>> GroupPages::ReadPages(int leaf) const {
  std::optional<ChunkPages> pages;
  auto range = OffsetIndexRange(leaf);
  if (!range) {
    return pages;
  }
  ASSIGN_OR_RETURN(auto bytes, ToResult(file_.file.ReadAt(range->offset, range->length)));
  RETURN_IF_ERROR(Parse([&] {
    auto index = parquet::OffsetIndex::Make(bytes->data(), bytes->size(), file_.properties);
    pages = PagesOf(*index, *group_->ColumnChunk(leaf), rows());
  }));
  return pages;
}

}  // namespace firn::columnar
