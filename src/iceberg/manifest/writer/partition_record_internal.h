// PartitionRecord: the record of partition values in a manifest's schema and entries. Source:
// Iceberg specification, Appendix A "Avro", and "Partitioning".
//
// Thread-safety: immutable.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "iceberg/manifest/avro/encoder.h"
#include "iceberg/schema/literal.h"
#include "iceberg/schema/type.h"

namespace firn::iceberg {

/// A valid Avro name for any name, as Java makes it: a leading digit gets `_` before it, another
/// character that is no letter, digit or `_` becomes `_x` and its UTF-16 code in hexadecimal.
/// Letters beyond ASCII count as other characters, because not every reader takes them.
std::string AvroFieldName(std::string_view name);

class PartitionRecord {
 public:
  /// `type` is the struct of PartitionType(). Errors: kUnsupported for a type that partition values
  /// cannot have.
  static Result<PartitionRecord> Make(TypePtr type);

  const Type& type() const { return *type_; }
  /// The Avro JSON of the record `r102`.
  const std::string& schema_text() const { return schema_text_; }

  /// Appends the values in the order of the fields; what `tuple` lacks is null.
  /// Errors: kInvalidArgument for a value that is not of its field's type or of no field.
  Status Write(avro::Encoder& encoder, const StructValue& tuple) const;

 private:
  TypePtr type_;
  std::string schema_text_;
};

/// The value as `type` has it: an int where the column became long is widened, a float likewise.
/// Errors: kInvalidArgument where it is something else.
Result<Literal> FitToType(const Literal& literal, const Type& type);

}  // namespace firn::iceberg
