// ColumnBounds: the least and greatest value of one column, and how many are null or NaN, over
// batches as they are written; of geometries the box around them (geo_box.h). Variants have counts
// alone: bounds of their fields are optional. Source: Iceberg specification, "Data File Fields",
// notes 1 and 2, "Bounds for Variant".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include <arrow/array.h>

#include "columnar/write/write_properties.h"
#include "iceberg/schema/geo_box.h"
#include "iceberg/schema/literal.h"
#include "iceberg/schema/type.h"

namespace firn::columnar {

class ColumnBounds {
 public:
  ColumnBounds(iceberg::TypePtr type, MetricsMode mode);

  /// An array of the column's Arrow type; nulls of structs above it count as its own.
  void Add(const arrow::Array& array);

  int64_t values() const { return values_; }
  int64_t nulls() const { return nulls_; }
  int64_t nans() const { return nans_; }
  const iceberg::Type& type() const { return *type_; }
  const MetricsMode& mode() const { return mode_; }

  /// Single-value serialised, cut as the mode says; nullopt where there is no value or the type has
  /// no bounds.
  std::optional<std::string> Lower() const;
  std::optional<std::string> Upper() const;

 private:
  template <class T>
  void AddIntegers(const arrow::Array& array);
  template <class T>
  void AddFloats(const arrow::Array& array);
  template <class Array>
  void AddBytes(const arrow::Array& array);
  void AddDecimals(const arrow::Array& array);
  void AddFlags(const arrow::Array& array);
  void AddShapes(const arrow::Array& array);
  std::string EncodeNumber(bool upper) const;

  iceberg::TypePtr type_;
  MetricsMode mode_;
  int64_t values_ = 0;
  int64_t nulls_ = 0;
  int64_t nans_ = 0;
  bool any_ = false;
  /// Integers, booleans, decimals.
  iceberg::Int128 least_ = 0;
  iceberg::Int128 greatest_ = 0;
  double low_ = 0;
  double high_ = 0;
  bool negative_zero_ = false;
  bool positive_zero_ = false;
  std::string first_;
  std::string last_;
  /// Of geometry and geography.
  std::optional<iceberg::GeoBox> box_;
};

}  // namespace firn::columnar
