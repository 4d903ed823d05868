#include "features/keys/encoded_keys.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "columnar/kernels/hash_mix.h"

namespace firn::features {
namespace {

__extension__ using Wide = __int128;

uint64_t BitsOf(double value) {
  if (std::isnan(value)) {
    value = std::numeric_limits<double>::quiet_NaN();
  }
  return std::bit_cast<uint64_t>(value == 0 ? 0.0 : value);
}

/// Calls `take(row, word)` for the rows of a column whose values fit a word, null or not.
template <class T, class Take>
void EachNumber(const arrow::Array& column, Take&& take) {
  const T* values = column.data()->GetValues<T>(1);
  for (int64_t row = 0; row < column.length(); ++row) {
    if constexpr (std::is_floating_point_v<T>) {
      take(static_cast<size_t>(row), BitsOf(values[row]));
    } else {
      take(static_cast<size_t>(row), static_cast<uint64_t>(static_cast<int64_t>(values[row])));
    }
  }
}

template <class Take>
void EachWord(const arrow::Array& column, Take&& take) {
  switch (column.type_id()) {
    case arrow::Type::INT8:
      return EachNumber<int8_t>(column, take);
    case arrow::Type::INT16:
      return EachNumber<int16_t>(column, take);
    case arrow::Type::INT32:
    case arrow::Type::DATE32:
      return EachNumber<int32_t>(column, take);
    case arrow::Type::UINT8:
      return EachNumber<uint8_t>(column, take);
    case arrow::Type::UINT16:
      return EachNumber<uint16_t>(column, take);
    case arrow::Type::UINT32:
      return EachNumber<uint32_t>(column, take);
    case arrow::Type::FLOAT:
      return EachNumber<float>(column, take);
    case arrow::Type::DOUBLE:
      return EachNumber<double>(column, take);
    case arrow::Type::BOOL: {
      const auto& flags = static_cast<const arrow::BooleanArray&>(column);
      for (int64_t row = 0; row < flags.length(); ++row) {
        take(static_cast<size_t>(row), flags.Value(row) ? 1U : 0U);
      }
      return;
    }
    default:
      return EachNumber<int64_t>(column, take);
  }
}

int64_t NanosOf(arrow::TimeUnit::type unit) {
  constexpr std::array<int64_t, 4> kNanos = {1'000'000'000, 1'000'000, 1'000, 1};
  return kNanos.at(static_cast<size_t>(unit));
}

/// A view of the value; of instants and numbers, through `room`.
class ByteValues {
 public:
  explicit ByteValues(const arrow::Array& column) : column_(column) {
    if (column.type_id() == arrow::Type::TIMESTAMP) {
      nanos_ = NanosOf(static_cast<const arrow::TimestampType&>(*column.type()).unit());
    } else if (FitsWord(*KeyTypeOf(*column.type()))) {
      words_.resize(static_cast<size_t>(column.length()));
      EachWord(column, [this](size_t row, uint64_t word) { words_[row] = word; });
    }
  }

  bool IsNull(size_t row) const { return column_.IsNull(static_cast<int64_t>(row)); }

  std::string_view At(size_t row, std::array<char, sizeof(Wide)>& room) const {
    if (!words_.empty()) {
      std::memcpy(room.data(), &words_[row], sizeof(uint64_t));
      return {room.data(), sizeof(uint64_t)};
    }
    auto at = static_cast<int64_t>(row);
    if (nanos_ != 0) {
      Wide instant = Wide{static_cast<const arrow::TimestampArray&>(column_).Value(at)} * nanos_;
      std::memcpy(room.data(), &instant, sizeof(instant));
      return {room.data(), sizeof(instant)};
    }
    return View(at);
  }

 private:
  std::string_view View(int64_t row) const {
    switch (column_.type_id()) {
      case arrow::Type::LARGE_STRING:
      case arrow::Type::LARGE_BINARY:
        return static_cast<const arrow::LargeBinaryArray&>(column_).GetView(row);
      case arrow::Type::STRING_VIEW:
      case arrow::Type::BINARY_VIEW:
        return static_cast<const arrow::BinaryViewArray&>(column_).GetView(row);
      case arrow::Type::FIXED_SIZE_BINARY:
      case arrow::Type::DECIMAL128:
        return static_cast<const arrow::FixedSizeBinaryArray&>(column_).GetView(row);
      default:
        return static_cast<const arrow::BinaryArray&>(column_).GetView(row);
    }
  }

  const arrow::Array& column_;
  int64_t nanos_ = 0;
  std::vector<uint64_t> words_;
};

/// The parts after one another, each but the last behind its length: no two keys look alike.
void AppendKey(std::span<const ByteValues> parts, size_t row, std::string& out) {
  std::array<char, sizeof(Wide)> room;
  for (size_t i = 0; i < parts.size(); ++i) {
    std::string_view part = parts[i].At(row, room);
    if (i + 1 < parts.size()) {
      auto length = static_cast<uint32_t>(part.size());
      out.append(reinterpret_cast<const char*>(&length), sizeof(length));
    }
    out.append(part);
  }
}

}  // namespace

void EncodedKeys::MarkNulls(const arrow::Array& column) {
  if (column.null_count() == 0) {
    return;
  }
  valid_.resize(rows_, 1);
  for (size_t row = 0; row < rows_; ++row) {
    if (column.IsNull(static_cast<int64_t>(row))) {
      valid_[row] = 0;
    }
  }
}

void EncodedKeys::HashAll() {
  hashes_.resize(rows_);
  for (size_t row = 0; row < rows_; ++row) {
    hashes_[row] = is_words_ ? columnar::Mix(0, words_[row]) : columnar::MixBytes(0, bytes(row));
  }
}

Result<EncodedKeys> EncodeKeys(std::span<const KeyType> types,
                               std::span<const std::shared_ptr<arrow::Array>> columns,
                               int64_t rows) {
  for (size_t i = 0; i < columns.size(); ++i) {
    ASSIGN_OR_RETURN(KeyType type, KeyTypeOf(*columns[i]->type()));
    if (type != types[i]) {
      return Error(ErrorCode::kInvalidArgument, "The types of a key's columns differ");
    }
  }
  EncodedKeys keys;
  keys.rows_ = static_cast<size_t>(rows);
  keys.is_words_ = columns.size() == 1 && FitsWord(types[0]);
  for (const auto& column : columns) {
    keys.MarkNulls(*column);
  }
  if (keys.is_words_) {
    keys.words_.resize(keys.rows_);
    EachWord(*columns[0], [&keys](size_t row, uint64_t word) { keys.words_[row] = word; });
  } else {
    std::vector<ByteValues> parts;
    parts.reserve(columns.size());
    for (const auto& column : columns) {
      parts.emplace_back(*column);
    }
    keys.offsets_.reserve(keys.rows_ + 1);
    keys.offsets_.push_back(0);
    for (size_t row = 0; row < keys.rows_; ++row) {
      if (keys.valid(row)) {
        AppendKey(parts, row, keys.bytes_);
      }
      keys.offsets_.push_back(keys.bytes_.size());
    }
  }
  keys.HashAll();
  return keys;
}

}  // namespace firn::features
