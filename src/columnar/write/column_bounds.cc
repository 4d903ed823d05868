#include "columnar/write/column_bounds.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <string_view>
#include <utility>

#include "columnar/write/bound_truncation.h"
#include "iceberg/schema/literal_binary.h"

namespace firn::columnar {
namespace {

using iceberg::Int128;
using iceberg::Literal;
using iceberg::TypeId;

template <class Visit>
void ForEachValid(const arrow::Array& array, Visit&& visit) {
  bool nulls = array.null_count() > 0;
  for (int64_t row = 0; row < array.length(); ++row) {
    if (!nulls || array.IsValid(row)) {
      visit(row);
    }
  }
}

bool IsBytes(TypeId id) {
  return id == TypeId::kString || id == TypeId::kBinary || id == TypeId::kFixed ||
         id == TypeId::kUuid;
}

bool IsFloat(TypeId id) { return id == TypeId::kFloat || id == TypeId::kDouble; }

bool HasBounds(TypeId id) { return id != TypeId::kVariant && id != TypeId::kUnknown; }

}  // namespace

ColumnBounds::ColumnBounds(iceberg::TypePtr type, MetricsMode mode)
    : type_(std::move(type)), mode_(mode) {
  if (type_->id() == TypeId::kGeometry) {
    box_.emplace(iceberg::GeoBox::Edges::kLinear);
  } else if (type_->id() == TypeId::kGeography) {
    box_.emplace(iceberg::GeoBox::Edges::kGeodesic);
  }
}

template <class T>
void ColumnBounds::AddIntegers(const arrow::Array& array) {
  const T* values = array.data()->GetValues<T>(1);
  T least = std::numeric_limits<T>::max();
  T greatest = std::numeric_limits<T>::min();
  ForEachValid(array, [&](int64_t row) {
    least = std::min(least, values[row]);
    greatest = std::max(greatest, values[row]);
  });
  least_ = any_ ? std::min<Int128>(least_, least) : Int128{least};
  greatest_ = any_ ? std::max<Int128>(greatest_, greatest) : Int128{greatest};
  any_ = true;
}

template <class T>
void ColumnBounds::AddFloats(const arrow::Array& array) {
  const T* values = array.data()->GetValues<T>(1);
  ForEachValid(array, [&](int64_t row) {
    double value = static_cast<double>(values[row]);
    if (std::isnan(value)) {
      ++nans_;
      return;
    }
    if (value == 0) {
      (std::signbit(value) ? negative_zero_ : positive_zero_) = true;
    }
    low_ = any_ ? std::min(low_, value) : value;
    high_ = any_ ? std::max(high_, value) : value;
    any_ = true;
  });
}

template <class Array>
void ColumnBounds::AddBytes(const arrow::Array& array) {
  const auto& values = static_cast<const Array&>(array);
  std::string_view least = first_;
  std::string_view greatest = last_;
  bool any = any_;
  ForEachValid(array, [&](int64_t row) {
    std::string_view value(values.GetView(row));
    least = any ? std::min(least, value) : value;
    greatest = any ? std::max(greatest, value) : value;
    any = true;
  });
  any_ = any;
  std::string last(greatest);
  first_ = std::string(least);
  last_ = std::move(last);
}

void ColumnBounds::AddDecimals(const arrow::Array& array) {
  const auto& values = static_cast<const arrow::FixedSizeBinaryArray&>(array);
  ForEachValid(array, [&](int64_t row) {
    Int128 value;
    std::memcpy(&value, values.GetValue(row), sizeof(value));
    least_ = any_ ? std::min(least_, value) : value;
    greatest_ = any_ ? std::max(greatest_, value) : value;
    any_ = true;
  });
}

void ColumnBounds::AddFlags(const arrow::Array& array) {
  const auto& flags = static_cast<const arrow::BooleanArray&>(array);
  ForEachValid(array, [&](int64_t row) {
    Int128 value = flags.Value(row) ? 1 : 0;
    least_ = any_ ? std::min(least_, value) : value;
    greatest_ = any_ ? std::max(greatest_, value) : value;
    any_ = true;
  });
}

void ColumnBounds::AddShapes(const arrow::Array& array) {
  const auto& values = static_cast<const arrow::BinaryArray&>(array);
  ForEachValid(array, [&](int64_t row) { box_->Add(values.GetView(row)); });
}

void ColumnBounds::Add(const arrow::Array& array) {
  values_ += array.length();
  nulls_ += array.null_count();
  TypeId id = type_->id();
  if (array.null_count() == array.length() || mode_.kind == MetricsMode::Kind::kNone) {
    return;
  }
  if (id == TypeId::kFloat) {
    return AddFloats<float>(array);
  }
  if (id == TypeId::kDouble) {
    return AddFloats<double>(array);
  }
  if (!mode_.bounds() || !HasBounds(id)) {
    return;
  }
  if (box_) {
    return AddShapes(array);
  }
  if (id == TypeId::kBoolean) {
    return AddFlags(array);
  }
  if (id == TypeId::kDecimal) {
    return AddDecimals(array);
  }
  if (id == TypeId::kString || id == TypeId::kBinary) {
    return AddBytes<arrow::BinaryArray>(array);
  }
  if (IsBytes(id)) {
    return AddBytes<arrow::FixedSizeBinaryArray>(array);
  }
  if (id == TypeId::kInt || id == TypeId::kDate) {
    return AddIntegers<int32_t>(array);
  }
  AddIntegers<int64_t>(array);
}

std::string ColumnBounds::EncodeNumber(bool upper) const {
  Int128 whole = upper ? greatest_ : least_;
  double number = upper ? high_ : low_;
  if (number == 0 && IsFloat(type_->id())) {
    bool negative = upper ? !positive_zero_ : negative_zero_;
    number = negative ? -0.0 : 0.0;
  }
  switch (type_->id()) {
    case TypeId::kBoolean:
      return iceberg::EncodeLiteral(Literal(whole != 0));
    case TypeId::kInt:
    case TypeId::kDate:
      return iceberg::EncodeLiteral(Literal(static_cast<int32_t>(whole)));
    case TypeId::kFloat:
      return iceberg::EncodeLiteral(Literal(static_cast<float>(number)));
    case TypeId::kDouble:
      return iceberg::EncodeLiteral(Literal(number));
    case TypeId::kDecimal:
      return iceberg::EncodeLiteral(Literal(iceberg::Decimal{whole, type_->scale()}));
    default:
      return iceberg::EncodeLiteral(Literal(static_cast<int64_t>(whole)));
  }
}

std::optional<std::string> ColumnBounds::Lower() const {
  if (box_) {
    return box_->Lower();
  }
  if (!any_ || !mode_.bounds()) {
    return std::nullopt;
  }
  TypeId id = type_->id();
  if (!IsBytes(id)) {
    return EncodeNumber(false);
  }
  bool cut = mode_.kind == MetricsMode::Kind::kTruncate && id != TypeId::kUuid;
  if (!cut) {
    return first_;
  }
  return id == TypeId::kString ? TruncateText(first_, mode_.length)
                               : first_.substr(0, static_cast<size_t>(mode_.length));
}

std::optional<std::string> ColumnBounds::Upper() const {
  if (box_) {
    return box_->Upper();
  }
  if (!any_ || !mode_.bounds()) {
    return std::nullopt;
  }
  TypeId id = type_->id();
  if (!IsBytes(id)) {
    return EncodeNumber(true);
  }
  bool cut = mode_.kind == MetricsMode::Kind::kTruncate && id != TypeId::kUuid;
  if (!cut) {
    return last_;
  }
  return id == TypeId::kString ? TruncateTextUp(last_, mode_.length)
                               : TruncateBytesUp(last_, mode_.length);
}

}  // namespace firn::columnar
