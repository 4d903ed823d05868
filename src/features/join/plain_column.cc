#include "features/join/plain_column.h"

#include <arrow/array/array_dict.h>
#include <arrow/array/concatenate.h>
#include <arrow/array/util.h>
#include <arrow/compute/api_vector.h>
#include <arrow/compute/cast.h>
#include <arrow/datum.h>

#include "columnar/io/arrow_status.h"

namespace firn::features {
namespace {

using columnar::ToResult;
using ArrayPtr = std::shared_ptr<arrow::Array>;

/// What texts and bytes become, in whatever form they are; other types as they are.
std::shared_ptr<arrow::DataType> LargeTypeOf(const std::shared_ptr<arrow::DataType>& type) {
  switch (type->id()) {
    case arrow::Type::STRING:
    case arrow::Type::STRING_VIEW:
      return arrow::large_utf8();
    case arrow::Type::BINARY:
    case arrow::Type::BINARY_VIEW:
      return arrow::large_binary();
    default:
      return type;
  }
}

Result<ArrayPtr> Decoded(const ArrayPtr& array) {
  if (array->type_id() != arrow::Type::DICTIONARY) {
    return array;
  }
  const auto& encoded = static_cast<const arrow::DictionaryArray&>(*array);
  ArrayPtr dictionary = encoded.dictionary();
  const auto type = LargeTypeOf(dictionary->type());
  if (type != dictionary->type()) {
    ASSIGN_OR_RETURN(
        dictionary, ToResult(arrow::compute::Cast(*dictionary, type), ErrorCode::kInvalidArgument));
  }
  ASSIGN_OR_RETURN(
      arrow::Datum values,
      ToResult(arrow::compute::Take(dictionary, encoded.indices()), ErrorCode::kPayloadTooLarge));
  return values.make_array();
}

}  // namespace

const arrow::DataType& PlainTypeOf(const arrow::DataType& type) {
  return type.id() == arrow::Type::DICTIONARY
             ? *static_cast<const arrow::DictionaryType&>(type).value_type()
             : type;
}

Result<ArrayPtr> PlainColumn(const arrow::ChunkedArray& column) {
  arrow::ArrayVector chunks;
  for (const ArrayPtr& chunk : column.chunks()) {
    ASSIGN_OR_RETURN(chunks.emplace_back(), Decoded(chunk));
  }
  if (chunks.empty()) {
    const arrow::DataType& type = PlainTypeOf(*column.type());
    return ToResult(arrow::MakeEmptyArray(type.GetSharedPtr()), ErrorCode::kInternal);
  }
  return chunks.size() == 1 ? Result<ArrayPtr>(chunks.front())
                            : ToResult(arrow::Concatenate(chunks), ErrorCode::kPayloadTooLarge);
}

}  // namespace firn::features
