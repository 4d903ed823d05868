#include "columnar/kernels/row_hash.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <string_view>
#include <type_traits>

#include <arrow/type.h>

#include "columnar/kernels/hash_mix.h"

namespace firn::columnar {
namespace {

constexpr uint64_t kNullHash = 0xD1B54A32D192ED03;

/// The bits that equality goes by.
template <class T>
uint64_t BitsOf(T value) {
  if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(value)) {
      value = std::numeric_limits<T>::quiet_NaN();
    }
  }
  uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof(value));
  return bits;
}

template <class Value>
void HashEach(const arrow::Array& array, std::span<uint64_t> hashes, Value&& hash_of) {
  if (array.null_count() == 0) {
    for (size_t i = 0; i < hashes.size(); ++i) {
      hashes[i] = hash_of(hashes[i], static_cast<int64_t>(i));
    }
    return;
  }
  for (size_t i = 0; i < hashes.size(); ++i) {
    auto row = static_cast<int64_t>(i);
    hashes[i] = array.IsNull(row) ? Mix(hashes[i], kNullHash) : hash_of(hashes[i], row);
  }
}

template <class T>
void HashNumbers(const arrow::Array& array, std::span<uint64_t> hashes) {
  const T* values = array.data()->GetValues<T>(1);
  HashEach(array, hashes,
           [values](uint64_t seed, int64_t row) { return Mix(seed, BitsOf(values[row])); });
}

std::string_view FixedAt(const arrow::Array& array, int64_t row) {
  return static_cast<const arrow::FixedSizeBinaryArray&>(array).GetView(row);
}

std::string_view BytesAt(const arrow::Array& array, int64_t row) {
  return static_cast<const arrow::BinaryArray&>(array).GetView(row);
}

bool IsFixed(arrow::Type::type id) {
  return id == arrow::Type::FIXED_SIZE_BINARY || id == arrow::Type::DECIMAL128;
}

bool IsWide(arrow::Type::type id) {
  return id == arrow::Type::INT64 || id == arrow::Type::TIME64 || id == arrow::Type::TIMESTAMP;
}

void HashColumn(const arrow::Array& array, std::span<uint64_t> hashes) {
  arrow::Type::type id = array.type_id();
  if (id == arrow::Type::INT32 || id == arrow::Type::DATE32) {
    HashNumbers<int32_t>(array, hashes);
  } else if (IsWide(id)) {
    HashNumbers<int64_t>(array, hashes);
  } else if (id == arrow::Type::FLOAT) {
    HashNumbers<float>(array, hashes);
  } else if (id == arrow::Type::DOUBLE) {
    HashNumbers<double>(array, hashes);
  } else if (id == arrow::Type::BOOL) {
    const auto& flags = static_cast<const arrow::BooleanArray&>(array);
    HashEach(array, hashes,
             [&flags](uint64_t seed, int64_t row) { return Mix(seed, flags.Value(row) ? 1 : 0); });
  } else if (IsFixed(id)) {
    HashEach(array, hashes,
             [&array](uint64_t seed, int64_t row) { return MixBytes(seed, FixedAt(array, row)); });
  } else if (id == arrow::Type::STRING || id == arrow::Type::BINARY) {
    HashEach(array, hashes,
             [&array](uint64_t seed, int64_t row) { return MixBytes(seed, BytesAt(array, row)); });
  } else {
    // null: every value is the same.
    for (uint64_t& hash : hashes) {
      hash = Mix(hash, kNullHash);
    }
  }
}

template <class T>
bool SameNumber(const arrow::Array& a, int64_t row_a, const arrow::Array& b, int64_t row_b) {
  return BitsOf(a.data()->GetValues<T>(1)[row_a]) == BitsOf(b.data()->GetValues<T>(1)[row_b]);
}

}  // namespace

std::vector<uint64_t> HashRows(std::span<const std::shared_ptr<arrow::Array>> columns,
                               int64_t rows) {
  std::vector<uint64_t> hashes(static_cast<size_t>(rows), 0);
  for (const auto& column : columns) {
    HashColumn(*column, hashes);
  }
  return hashes;
}

bool SameValue(const arrow::Array& a, int64_t row_a, const arrow::Array& b, int64_t row_b) {
  bool null_a = a.IsNull(row_a);
  if (null_a || b.IsNull(row_b)) {
    return null_a == b.IsNull(row_b);
  }
  arrow::Type::type id = a.type_id();
  if (id == arrow::Type::INT32 || id == arrow::Type::DATE32) {
    return SameNumber<int32_t>(a, row_a, b, row_b);
  }
  if (IsWide(id)) {
    return SameNumber<int64_t>(a, row_a, b, row_b);
  }
  if (id == arrow::Type::FLOAT) {
    return SameNumber<float>(a, row_a, b, row_b);
  }
  if (id == arrow::Type::DOUBLE) {
    return SameNumber<double>(a, row_a, b, row_b);
  }
  if (id == arrow::Type::BOOL) {
    return static_cast<const arrow::BooleanArray&>(a).Value(row_a) ==
           static_cast<const arrow::BooleanArray&>(b).Value(row_b);
  }
  if (IsFixed(id)) {
    return FixedAt(a, row_a) == FixedAt(b, row_b);
  }
  return BytesAt(a, row_a) == BytesAt(b, row_b);
}

bool SameRow(std::span<const std::shared_ptr<arrow::Array>> a,
             int64_t row_a,
             std::span<const std::shared_ptr<arrow::Array>> b,
             int64_t row_b) {
  for (size_t i = 0; i < a.size(); ++i) {
    if (!SameValue(*a[i], row_a, *b[i], row_b)) {
      return false;
    }
  }
  return true;
}

}  // namespace firn::columnar
