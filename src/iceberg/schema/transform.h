// Transform: how a partition or sort value comes from a column. Specification: "Partition
// Transforms". Unknown transforms of later versions are kept by name and transform nothing.
//
// Errors of Parse: kInvalidArgument on a bad parameter.
// Thread-safety: immutable values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "iceberg/schema/type.h"

namespace firn::iceberg {

enum class TransformKind : uint8_t {
  kIdentity,
  kBucket,
  kTruncate,
  kYear,
  kMonth,
  kDay,
  kHour,
  kVoid,
  kUnknown,
};

class Transform {
 public:
  /// identity, year, month, day, hour or void.
  static Transform Plain(TransformKind kind) { return Transform(kind, 0, {}); }
  /// `count` and `width` are positive.
  static Transform Bucket(int32_t count) { return Transform(TransformKind::kBucket, count, {}); }
  static Transform Truncate(int32_t width) {
    return Transform(TransformKind::kTruncate, width, {});
  }
  /// Reads `bucket[16]`; any case.
  static Result<Transform> Parse(std::string_view text);

  TransformKind kind() const { return kind_; }
  int32_t parameter() const { return parameter_; }  ///< bucket: count; truncate: width

  /// The form Parse reads.
  std::string ToString() const;
  bool CanTransform(const Type& source) const;
  /// The type of transformed values; `source` is one CanTransform accepts.
  TypePtr ResultType(const TypePtr& source) const;

  friend bool operator==(const Transform&, const Transform&) = default;

 private:
  Transform(TransformKind kind, int32_t parameter, std::string name)
      : kind_(kind), parameter_(parameter), name_(std::move(name)) {}

  TransformKind kind_;
  int32_t parameter_;
  std::string name_;  // of an unknown transform
};

}  // namespace firn::iceberg
