#include "features/join/part_size.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include <arrow/array/array_binary.h>
#include <arrow/array/array_nested.h>
#include <arrow/util/byte_size.h>
#include <fmt/format.h>

#include "columnar/io/arrow_status.h"

namespace firn::features {
namespace {

using columnar::ToResult;

/// Of an entity row: in an index while it is made, and beside it while a view's table is read.
constexpr int64_t kIndexBytes = 110;
constexpr int64_t kSlotBytes = 80;
/// What points at a value of no fixed width.
constexpr int64_t kPlaceBytes = 24;
/// Of such a value while nothing is known of it; of all of a view's at most.
constexpr int64_t kExpectedTextBytes = int64_t{4} << 10;
constexpr int64_t kExpectedListBytes = int64_t{8} << 10;
constexpr int64_t kMostExpectedBytes = int64_t{32} << 10;
/// What is not put in its place at once is held twice while a column is finished.
constexpr int64_t kHeldTimes = 2;

/// A text of a key or a time is held beside the frame while an index is made: spelled out, and
/// encoded. By each index it is held, and once more while that grows.
constexpr int64_t kMadeOf = 2;
constexpr int64_t kHeldByIndex = 2;
/// Of the keys of a part, as they are counted here: what fits Arrow's arrays by far.
constexpr int64_t kMostKeyBytes = int64_t{1} << 30;

constexpr int64_t kMinRows = 64;
/// Where there are such values: of the first part at most, and how many times as many the next may
/// have.
constexpr int64_t kFirstRows = int64_t{64} << 10;
constexpr int64_t kGrowth = 4;

bool IsFixed(const arrow::DataType& type) {
  return arrow::is_fixed_width(type.id()) && type.id() != arrow::Type::EXTENSION;
}

/// Of one value, whatever it holds.
int64_t FixedBytes(const arrow::DataType& type) {
  if (IsFixed(type)) {
    return 1 + std::max(type.bit_width() / 8, 1);
  }
  int64_t bytes = kPlaceBytes;
  if (type.id() == arrow::Type::STRUCT) {
    for (const auto& field : type.fields()) {
      bytes += FixedBytes(*field->type());
    }
  }
  return bytes;
}

/// Of a row of a column of the answer, without what varies.
int64_t ColumnBytes(const arrow::DataType& type) {
  if (type.id() == arrow::Type::FIXED_SIZE_BINARY) {
    return kPlaceBytes + kHeldTimes * FixedBytes(type);
  }
  return IsFixed(type) ? FixedBytes(type) : kHeldTimes * FixedBytes(type);
}

int64_t ExpectedBytes(const arrow::DataType& type) {
  if (IsFixed(type)) {
    return 0;
  }
  if (type.id() != arrow::Type::STRUCT) {
    return arrow::is_base_binary_like(type.id()) ? kExpectedTextBytes : kExpectedListBytes;
  }
  int64_t bytes = 0;
  for (const auto& field : type.fields()) {
    bytes += ExpectedBytes(*field->type());
  }
  return bytes;
}

/// Of the texts, lists and maps, without what points at them.
Result<int64_t> VaryingBytes(const arrow::Array& array) {
  switch (array.type_id()) {
    case arrow::Type::STRING:
    case arrow::Type::BINARY:
      return static_cast<const arrow::BinaryArray&>(array).total_values_length();
    case arrow::Type::LIST:
    case arrow::Type::MAP: {
      const auto& lists = static_cast<const arrow::ListArray&>(array);
      const int64_t begin = lists.value_offset(0);
      const auto values = lists.values()->Slice(begin, lists.value_offset(lists.length()) - begin);
      return ToResult(arrow::util::ReferencedBufferSize(*values), ErrorCode::kInternal);
    }
    case arrow::Type::STRUCT: {
      int64_t bytes = 0;
      for (const auto& field : static_cast<const arrow::StructArray&>(array).fields()) {
        ASSIGN_OR_RETURN(int64_t of_one, VaryingBytes(*field));
        bytes += of_one;
      }
      return bytes;
    }
    default:
      return IsFixed(*array.type())
                 ? Result<int64_t>(0)
                 : ToResult(arrow::util::ReferencedBufferSize(array), ErrorCode::kInternal);
  }
}

/// The columns that each index is of, and the unit of its times (EntityFrame).
std::set<std::pair<std::vector<std::string>, TimeUnit>> IndexesOf(const JoinPlan& plan) {
  std::set<std::pair<std::vector<std::string>, TimeUnit>> indexes;
  for (size_t i = 0; i < plan.schemas().size(); ++i) {
    std::vector<std::string> names;
    for (const JoinKey& key : plan.request().views[i].keys) {
      names.push_back(key.entity_column);
    }
    indexes.emplace(std::move(names), plan.schemas()[i].slot_unit);
  }
  return indexes;
}

}  // namespace

PartSize::PartSize(const JoinPlan& plan, int64_t part_bytes) : part_bytes_(part_bytes) {
  const auto indexes = IndexesOf(plan);
  fixed_row_bytes_ = kSlotBytes + std::ssize(indexes) * kIndexBytes;
  key_weights_[plan.request().event_timestamp] = kMadeOf;
  for (const auto& [names, unit] : indexes) {
    for (const std::string& name : names) {
      key_weights_.try_emplace(name, kMadeOf).first->second += kHeldByIndex;
    }
  }
  int end = plan.schema()->num_fields();
  for (auto view = plan.request().views.rbegin(); view != plan.request().views.rend(); ++view) {
    const int begin = end - static_cast<int>(view->features.size());
    int64_t expected = 0;
    bool all_fixed = true;
    for (int column = begin; column < end; ++column) {
      const arrow::DataType& type = *plan.schema()->field(column)->type();
      fixed_row_bytes_ += ColumnBytes(type);
      expected += ExpectedBytes(type);
      all_fixed = all_fixed && IsFixed(type);
    }
    if (!all_fixed) {
      views_.push_back({begin, end, std::min(expected, kMostExpectedBytes)});
      most_rows_ = kFirstRows;
    }
    end = begin;
  }
}

int64_t PartSize::RowBytes(int64_t frame_row_bytes) const {
  int64_t row_bytes = frame_row_bytes + fixed_row_bytes_;
  for (const View& view : views_) {
    row_bytes += kHeldTimes * view.match_bytes;
  }
  return row_bytes;
}

int64_t PartSize::Rows(int64_t frame_row_bytes) const {
  return std::clamp(part_bytes_ / RowBytes(frame_row_bytes), kMinRows,
                    std::max(kMinRows, most_rows_));
}

Result<int64_t> PartSize::Fit(const FrameKeyBytes& keys,
                              int64_t rows,
                              int64_t frame_row_bytes,
                              Taken& taken) const {
  if (!keys.vary()) {
    taken.rows += rows;
    return rows;
  }
  const int64_t row_bytes = std::min(RowBytes(frame_row_bytes), part_bytes_ / kMinRows);
  for (int64_t row = 0; row < rows; ++row) {
    const int64_t key_bytes = taken.key_bytes + keys.Of(row);
    if (key_bytes > kMostKeyBytes || key_bytes + taken.rows * row_bytes > part_bytes_) {
      if (taken.rows > 0) {
        return row;
      }
      return Error(ErrorCode::kPayloadTooLarge,
                   fmt::format("A row of the entity frame has keys that take {} MiB, more than the "
                               "memory limit has room for",
                               key_bytes >> 20));
    }
    taken.key_bytes = key_bytes;
    ++taken.rows;
  }
  return rows;
}

Status PartSize::Learn(const arrow::Table& part) {
  for (View& view : views_) {
    int64_t matches = 0;
    int64_t bytes = 0;
    for (int column = view.begin; column < view.end; ++column) {
      const arrow::ChunkedArray& values = *part.column(column);
      matches = std::max(matches, values.length() - values.null_count());
      for (const auto& chunk : values.chunks()) {
        ASSIGN_OR_RETURN(int64_t of_chunk, VaryingBytes(*chunk));
        bytes += of_chunk;
      }
    }
    if (matches > 0) {
      const int64_t seen = bytes / matches + 1;
      view.match_bytes = view.any_match ? std::max(view.match_bytes, seen) : seen;
      view.any_match = true;
    }
  }
  if (!views_.empty()) {
    most_rows_ = kGrowth * part.num_rows();
  }
  return {};
}

}  // namespace firn::features
