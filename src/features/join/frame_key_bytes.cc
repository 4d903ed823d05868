#include "features/join/frame_key_bytes.h"

#include <utility>

#include <arrow/array/array_binary.h>
#include <arrow/array/array_dict.h>
#include <arrow/type_traits.h>

#include "features/join/plain_column.h"

namespace firn::features {
namespace {

/// What every key is counted with has room for so many, as UUIDs have.
constexpr int32_t kSmallBytes = 16;

/// Whether a value may be larger than that.
bool Counts(const arrow::DataType& type) {
  if (type.id() == arrow::Type::FIXED_SIZE_BINARY) {
    return static_cast<const arrow::FixedSizeBinaryType&>(type).byte_width() > kSmallBytes;
  }
  return arrow::is_base_binary_like(type.id()) || arrow::is_binary_view_like(type.id());
}

/// Of a value of a type that counts, or of a dictionary of such.
int64_t ValueBytes(const arrow::Array& array, int64_t row) {
  if (array.IsNull(row)) {
    return 0;
  }
  switch (array.type_id()) {
    case arrow::Type::DICTIONARY: {
      const auto& encoded = static_cast<const arrow::DictionaryArray&>(array);
      return ValueBytes(*encoded.dictionary(), encoded.GetValueIndex(row));
    }
    case arrow::Type::LARGE_STRING:
    case arrow::Type::LARGE_BINARY:
      return static_cast<const arrow::LargeBinaryArray&>(array).value_length(row);
    case arrow::Type::STRING_VIEW:
    case arrow::Type::BINARY_VIEW:
      return std::ssize(static_cast<const arrow::BinaryViewArray&>(array).GetView(row));
    case arrow::Type::FIXED_SIZE_BINARY:
      return static_cast<const arrow::FixedSizeBinaryArray&>(array).byte_width();
    default:
      return static_cast<const arrow::BinaryArray&>(array).value_length(row);
  }
}

}  // namespace

FrameKeyBytes::FrameKeyBytes(const arrow::RecordBatch& batch, const KeyWeights& weights) {
  for (const auto& [name, weight] : weights) {
    auto values = batch.GetColumnByName(name);
    if (Counts(PlainTypeOf(*values->type()))) {
      columns_.push_back({std::move(values), weight});
    }
  }
}

int64_t FrameKeyBytes::Of(int64_t row) const {
  int64_t bytes = 0;
  for (const Column& column : columns_) {
    bytes += column.weight * ValueBytes(*column.values, row);
  }
  return bytes;
}

}  // namespace firn::features
