#include "columnar/read/position_delete_file.h"

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include <parquet/column_reader.h>
#include <parquet/file_reader.h>

#include "columnar/io/arrow_status.h"
#include "columnar/read/parquet_source.h"
#include "columnar/schema/metadata_columns.h"

namespace firn::columnar {
namespace {

/// Rows that are read at a time.
constexpr int64_t kBlockRows = 4096;

/// The plain column with this id and physical type.
Result<int> LeafOf(const ParquetSource& source,
                   std::span<const SourceField> fields,
                   iceberg::FieldId id,
                   parquet::Type::type type) {
  for (const SourceField& field : fields) {
    if (field.id == id && field.leaf >= 0 && field.children.empty() &&
        source.metadata().schema()->Column(field.leaf)->physical_type() == type) {
      return field.leaf;
    }
  }
  return Error(ErrorCode::kInvalidMetadata, "A position delete file lacks file_path or pos");
}

/// A column of a row group, a block at a time.
template <class Reader>
class Column {
 public:
  using Value = typename Reader::T;

  Column(parquet::RowGroupReader& group, int leaf)
      : reader_(std::static_pointer_cast<Reader>(group.Column(leaf))) {}

  /// At most `rows` more, fewer where a page ends, none at the end. Valid until the next call.
  Result<std::span<const Value>> Next(int64_t rows) {
    int64_t count = 0;
    const int64_t levels = reader_->ReadBatch(std::min(rows, kBlockRows), levels_.data(), nullptr,
                                              values_.data(), &count);
    if (count < levels) {
      return Error(ErrorCode::kInvalidMetadata, "A position delete holds a null");
    }
    return std::span<const Value>(values_.data(), static_cast<size_t>(count));
  }

 private:
  std::shared_ptr<Reader> reader_;
  std::array<int16_t, kBlockRows> levels_;
  std::array<Value, kBlockRows> values_;
};

/// Rows of one data file lie together in files that writers sorted.
class Lists {
 public:
  std::vector<int64_t>& Of(parquet::ByteArray path) {
    // Values of one dictionary entry are at one place.
    const bool same = list_ != nullptr && path.len == current_.len &&
                      (path.ptr == current_.ptr || View(path) == *name_);
    if (!same) {
      auto found = lists_.find(View(path));
      if (found == lists_.end()) {
        found = lists_.emplace(std::string(View(path)), std::vector<int64_t>()).first;
      }
      name_ = &found->first;
      list_ = &found->second;
    }
    current_ = path;
    return *list_;
  }

  /// The pages that paths lay in are gone.
  void EndBlock() { current_.ptr = nullptr; }

  PositionLists Take() && {
    for (auto& [path, list] : lists_) {
      if (!std::is_sorted(list.begin(), list.end())) {
        std::sort(list.begin(), list.end());
      }
    }
    return std::move(lists_);
  }

 private:
  static std::string_view View(parquet::ByteArray value) {
    return {reinterpret_cast<const char*>(value.ptr), value.len};
  }

  PositionLists lists_;
  parquet::ByteArray current_;
  const std::string* name_ = nullptr;
  std::vector<int64_t>* list_ = nullptr;
};

Error Uneven() {
  return Error(ErrorCode::kInvalidMetadata,
               "Parquet: a row group does not have the rows that its footer says");
}

Status AddGroup(ParquetSource& source, int number, int path_leaf, int pos_leaf, Lists& lists) {
  RETURN_IF_ERROR(source.Fetch({.group = number},
                               {std::min(path_leaf, pos_leaf), std::max(path_leaf, pos_leaf)}));
  auto group = source.parquet().RowGroup(number);
  auto paths = std::make_unique<Column<parquet::ByteArrayReader>>(*group, path_leaf);
  auto positions = std::make_unique<Column<parquet::Int64Reader>>(*group, pos_leaf);
  int64_t left = group->metadata()->num_rows();
  while (left > 0) {
    ASSIGN_OR_RETURN(auto block, paths->Next(left));
    if (block.empty()) {
      return Uneven();
    }
    left -= static_cast<int64_t>(block.size());
    while (!block.empty()) {
      ASSIGN_OR_RETURN(auto rows, positions->Next(static_cast<int64_t>(block.size())));
      if (rows.empty()) {
        return Uneven();
      }
      for (size_t row = 0; row < rows.size(); ++row) {
        lists.Of(block[row]).push_back(rows[row]);
      }
      block = block.subspan(rows.size());
    }
    lists.EndBlock();
  }
  return {};
}

}  // namespace

Result<PositionLists> ReadPositionDeletes(const ReadContext& context, const FileToRead& file) {
  ASSIGN_OR_RETURN(auto source, ParquetSource::Open(context, file));
  auto read = [&]() -> Result<PositionLists> {
    std::vector<SourceField> fields = source->fields();
    if (!AnyIds(fields)) {
      // Writers that give no ids use these names.
      ApplyNameMapping(
          {{{kDeleteFilePathColumn, {"file_path"}, {}}, {kDeletePosColumn, {"pos"}, {}}}}, fields);
    }
    ASSIGN_OR_RETURN(int paths,
                     LeafOf(*source, fields, kDeleteFilePathColumn, parquet::Type::BYTE_ARRAY));
    ASSIGN_OR_RETURN(int positions,
                     LeafOf(*source, fields, kDeletePosColumn, parquet::Type::INT64));
    Lists lists;
    for (int group = 0; group < source->row_groups(); ++group) {
      if (context.options.stop.stop_requested()) {
        return Error(ErrorCode::kUnavailable, "Reading was stopped");
      }
      RETURN_IF_ERROR(AddGroup(*source, group, paths, positions, lists));
    }
    return std::move(lists).Take();
  };
  auto lists = Guarded(read);
  if (!lists.has_value()) {
    return source->Explain(std::move(lists).error());
  }
  return lists;
}

}  // namespace firn::columnar
