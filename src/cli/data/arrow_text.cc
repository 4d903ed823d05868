#include "cli/data/arrow_text.h"

#include <array>
#include <cmath>
#include <optional>
#include <string_view>

#include <arrow/array/array_dict.h>
#include <arrow/array/array_nested.h>
#include <arrow/array/array_primitive.h>
#include <arrow/extension/uuid.h>
#include <arrow/scalar.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include "base/hex.h"
#include "base/uuid.h"
#include "cli/command/terminal_text.h"
#include "iceberg/schema/civil_time.h"

namespace firn::cli {
namespace {

using arrow::Array;
using arrow::Type;
using iceberg::TimeUnit;
using iceberg::ZoneText;

constexpr int64_t kUuidBytes = 16;

template <class ArrayType>
const ArrayType& As(const Array& array) {
  return static_cast<const ArrayType&>(array);
}

std::optional<int64_t> IntegerAt(const Array& array, int64_t row) {
  switch (array.type_id()) {
    case Type::INT8:
      return As<arrow::Int8Array>(array).Value(row);
    case Type::INT16:
      return As<arrow::Int16Array>(array).Value(row);
    case Type::INT32:
      return As<arrow::Int32Array>(array).Value(row);
    case Type::INT64:
      return As<arrow::Int64Array>(array).Value(row);
    default:
      return std::nullopt;
  }
}

std::optional<double> RealAt(const Array& array, int64_t row) {
  switch (array.type_id()) {
    case Type::FLOAT:
      return As<arrow::FloatArray>(array).Value(row);
    case Type::DOUBLE:
      return As<arrow::DoubleArray>(array).Value(row);
    default:
      return std::nullopt;
  }
}

std::string TimestampText(const Array& array, int64_t row) {
  const auto& type = static_cast<const arrow::TimestampType&>(*array.type());
  int64_t value = As<arrow::TimestampArray>(array).Value(row);
  bool nanos = type.unit() == arrow::TimeUnit::NANO;
  return iceberg::FormatIsoTimestamp(value, nanos ? TimeUnit::kNanos : TimeUnit::kMicros,
                                     type.timezone().empty() ? ZoneText::kNone : ZoneText::kUtc);
}

std::string BytesText(const Array& array, std::string_view bytes) {
  bool uuid =
      array.type_id() == Type::EXTENSION &&
      static_cast<const arrow::ExtensionType&>(*array.type()).extension_name() == "arrow.uuid" &&
      std::ssize(bytes) == kUuidBytes;
  if (!uuid) {
    return HexEncode(bytes);
  }
  std::array<uint8_t, kUuidBytes> id{};
  std::copy(bytes.begin(), bytes.end(), id.begin());
  return Uuid(id).ToString();
}

/// What is text in JSON too; nullopt for numbers, booleans and nested values.
std::optional<std::string> TextAt(const Array& array, int64_t row) {
  switch (array.type_id()) {
    case Type::STRING:
      return ValidUtf8(As<arrow::StringArray>(array).GetView(row));
    case Type::LARGE_STRING:
      return ValidUtf8(As<arrow::LargeStringArray>(array).GetView(row));
    case Type::BINARY:
      return BytesText(array, As<arrow::BinaryArray>(array).GetView(row));
    case Type::LARGE_BINARY:
      return BytesText(array, As<arrow::LargeBinaryArray>(array).GetView(row));
    case Type::FIXED_SIZE_BINARY:
      return BytesText(array, As<arrow::FixedSizeBinaryArray>(array).GetView(row));
    case Type::DATE32:
      return iceberg::FormatIsoDate(As<arrow::Date32Array>(array).Value(row));
    case Type::TIME64:
      return iceberg::FormatIsoTime(As<arrow::Time64Array>(array).Value(row));
    case Type::TIMESTAMP:
      return TimestampText(array, row);
    case Type::DECIMAL128:
      return As<arrow::Decimal128Array>(array).FormatValue(row);
    default:
      return std::nullopt;
  }
}

/// With the digits that a float needs, not those of the double that it makes.
void AppendFloat(float value, JsonWriter& out) {
  if (std::isfinite(value)) {
    out.Raw(fmt::format("{}", value));
  } else {
    out.Null();
  }
}

void AppendList(const Array& values, int64_t begin, int64_t end, JsonWriter& out) {
  out.BeginArray();
  for (int64_t i = begin; i < end; ++i) {
    AppendJsonValue(values, i, out);
  }
  out.EndArray();
}

void AppendStruct(const arrow::StructArray& array, int64_t row, JsonWriter& out) {
  out.BeginObject();
  for (int i = 0; i < array.num_fields(); ++i) {
    out.Key(array.struct_type()->field(i)->name());
    AppendJsonValue(*array.field(i), row, out);
  }
  out.EndObject();
}

void AppendMap(const arrow::MapArray& array, int64_t row, JsonWriter& out) {
  const Array& keys = *array.keys();
  const Array& items = *array.items();
  const int64_t begin = array.value_offset(row);
  const int64_t end = array.value_offset(row + 1);
  if (keys.type_id() == Type::STRING || keys.type_id() == Type::LARGE_STRING) {
    out.BeginObject();
    for (int64_t i = begin; i < end; ++i) {
      out.Key(*TextAt(keys, i));
      AppendJsonValue(items, i, out);
    }
    out.EndObject();
    return;
  }
  out.BeginArray();
  for (int64_t i = begin; i < end; ++i) {
    out.BeginArray();
    AppendJsonValue(keys, i, out);
    AppendJsonValue(items, i, out);
    out.EndArray();
  }
  out.EndArray();
}

/// False where the value is not nested.
bool AppendNested(const Array& array, int64_t row, JsonWriter& out) {
  switch (array.type_id()) {
    case Type::LIST: {
      const auto& list = As<arrow::ListArray>(array);
      AppendList(*list.values(), list.value_offset(row), list.value_offset(row + 1), out);
      return true;
    }
    case Type::LARGE_LIST: {
      const auto& list = As<arrow::LargeListArray>(array);
      AppendList(*list.values(), list.value_offset(row), list.value_offset(row + 1), out);
      return true;
    }
    case Type::STRUCT:
      AppendStruct(As<arrow::StructArray>(array), row, out);
      return true;
    case Type::MAP:
      AppendMap(As<arrow::MapArray>(array), row, out);
      return true;
    case Type::DICTIONARY: {
      const auto& dictionary = As<arrow::DictionaryArray>(array);
      AppendJsonValue(*dictionary.dictionary(), dictionary.GetValueIndex(row), out);
      return true;
    }
    default:
      return false;
  }
}

/// Types that tables do not have: as Arrow prints them.
std::string AnyText(const Array& array, int64_t row) {
  auto scalar = array.GetScalar(row);
  return scalar.ok() ? (*scalar)->ToString() : std::string("?");
}

/// The storage of an extension type; a UUID's text needs the type itself.
std::optional<std::string> UuidAt(const Array& array, int64_t row) {
  const auto& extension = As<arrow::ExtensionArray>(array);
  const Array& storage = *extension.storage();
  if (storage.type_id() != Type::FIXED_SIZE_BINARY) {
    return std::nullopt;
  }
  return BytesText(array, As<arrow::FixedSizeBinaryArray>(storage).GetView(row));
}

}  // namespace

void AppendJsonValue(const Array& array, int64_t row, JsonWriter& out) {
  if (array.IsNull(row)) {
    out.Null();
  } else if (auto integer = IntegerAt(array, row)) {
    out.Int(*integer);
  } else if (array.type_id() == Type::FLOAT) {
    AppendFloat(As<arrow::FloatArray>(array).Value(row), out);
  } else if (auto real = RealAt(array, row)) {
    out.Double(*real);
  } else if (array.type_id() == Type::BOOL) {
    out.Bool(As<arrow::BooleanArray>(array).Value(row));
  } else if (auto text = TextAt(array, row)) {
    out.String(*text);
  } else if (array.type_id() == Type::EXTENSION) {
    auto uuid = UuidAt(array, row);
    uuid ? static_cast<void>(out.String(*uuid))
         : AppendJsonValue(*As<arrow::ExtensionArray>(array).storage(), row, out);
  } else if (!AppendNested(array, row, out)) {
    out.String(AnyText(array, row));
  }
}

std::string PlainText(const Array& array, int64_t row) {
  if (array.IsNull(row)) {
    return {};
  }
  if (auto real = RealAt(array, row)) {
    return array.type_id() == Type::FLOAT ? fmt::format("{}", static_cast<float>(*real))
                                          : fmt::format("{}", *real);
  }
  if (auto text = TextAt(array, row)) {
    return *std::move(text);
  }
  if (array.type_id() == Type::DICTIONARY) {
    const auto& dictionary = As<arrow::DictionaryArray>(array);
    return PlainText(*dictionary.dictionary(), dictionary.GetValueIndex(row));
  }
  std::string json;
  JsonWriter out(json);
  AppendJsonValue(array, row, out);
  bool quoted = array.type_id() == Type::EXTENSION && json.size() >= 2 && json.front() == '"';
  return quoted ? json.substr(1, json.size() - 2) : json;
}

bool IsNumber(const arrow::DataType& type) {
  return arrow::is_integer(type.id()) || arrow::is_floating(type.id()) ||
         arrow::is_decimal(type.id());
}

}  // namespace firn::cli
