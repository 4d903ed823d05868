// Random schemas, rows and filters for property tests. Values come from small domains with extremes
// (least and greatest numbers, NaN, infinities, both zeros, times around 1970, texts of wide
// characters), so that filters match some rows and boundaries meet.
//
// Thread-safety: one thread at a time; the same seed gives the same cases.
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "iceberg/expression/bound_expression.h"
#include "iceberg/expression/expression.h"
#include "iceberg/schema/literal.h"
#include "iceberg/schema/schema.h"
#include "iceberg/schema/transform.h"
#include "iceberg/schema/type.h"

namespace firn::iceberg::testing {

class RandomCases {
 public:
  explicit RandomCases(uint32_t seed) : random_(seed) {}

  /// Less than `limit`.
  uint32_t Below(uint32_t limit) { return static_cast<uint32_t>(random_()) % limit; }
  /// True once in `n` times.
  bool OneIn(uint32_t n) { return Below(n) == 0; }

  /// Two to six columns of primitive types and maybe a struct; names need quotes at times.
  Schema NewSchema();
  /// Of the type; may be NaN.
  Literal Value(const Type& type);
  /// The non-null values of a row, nested ones by their own id beside the others.
  StructValue Row(const Schema& schema);
  /// One that the type takes; identity, bucket, truncate or a part of time.
  Transform TransformFor(const Type& type);
  /// Most bind to the schema. `rows` lend values.
  Expression Filter(const Schema& schema, const std::vector<StructValue>& rows, int depth);

  /// The leaves of a schema: columns and fields of structs that have values of their own.
  static std::vector<const NestedField*> Leaves(const Schema& schema);

 private:
  Expression Leaf(const Schema& schema, const std::vector<StructValue>& rows);
  Constant ConstantFor(const Type& type, const std::optional<Literal>& near);
  Constant Respell(const Type& type, const Literal& value);
  Literal Nudged(const Literal& value);
  int64_t Integer(int64_t least, int64_t greatest);
  int64_t Time(int64_t units_per_second);
  double Floating();
  std::string Text();
  std::string ByteText(size_t length);

  std::mt19937 random_;
};

}  // namespace firn::iceberg::testing
