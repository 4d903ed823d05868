#include "iceberg/manifest/writer/output_fields_internal.h"

namespace firn::iceberg {
namespace {

/// A list or map is one run of items and its end.
template <class Items, class WriteItem>
void WriteItems(avro::Encoder& encoder, const Items& items, WriteItem write_item) {
  if (!items.empty()) {
    encoder.Varint(std::ssize(items));
    for (const auto& item : items) {
      write_item(item);
    }
  }
  encoder.Varint(0);
}

std::string_view FormatName(FileFormat format) {
  switch (format) {
    case FileFormat::kAvro:
      return "AVRO";
    case FileFormat::kOrc:
      return "ORC";
    case FileFormat::kParquet:
      return "PARQUET";
    case FileFormat::kPuffin:
      return "PUFFIN";
    case FileFormat::kOther:
      break;
  }
  return "";
}

void WriteOptionalBytes(avro::Encoder& encoder, const std::optional<std::string>& bytes) {
  encoder.Varint(bytes.has_value() ? 1 : 0);
  if (bytes.has_value()) {
    encoder.Bytes(*bytes);
  }
}

}  // namespace

void Write(avro::Encoder& encoder, FileFormat format) { encoder.Bytes(FormatName(format)); }

void Write(avro::Encoder& encoder, const std::vector<int64_t>& values) {
  WriteItems(encoder, values, [&](int64_t value) { encoder.Varint(value); });
}

void Write(avro::Encoder& encoder, const std::vector<FieldId>& ids) {
  WriteItems(encoder, ids, [&](FieldId id) { encoder.Varint(id.value()); });
}

void Write(avro::Encoder& encoder, const CountsByField& counts) {
  WriteItems(encoder, counts, [&](const auto& pair) {
    encoder.Varint(pair.first.value());
    encoder.Varint(pair.second);
  });
}

void Write(avro::Encoder& encoder, const BoundsByField& bounds) {
  WriteItems(encoder, bounds, [&](const auto& pair) {
    encoder.Varint(pair.first.value());
    encoder.Bytes(pair.second);
  });
}

void Write(avro::Encoder& encoder, const std::vector<FieldSummary>& summaries) {
  WriteItems(encoder, summaries, [&](const FieldSummary& summary) {
    encoder.Bool(summary.contains_null);
    encoder.Varint(summary.contains_nan.has_value() ? 1 : 0);
    if (summary.contains_nan.has_value()) {
      encoder.Bool(*summary.contains_nan);
    }
    WriteOptionalBytes(encoder, summary.lower_bound);
    WriteOptionalBytes(encoder, summary.upper_bound);
  });
}

std::string FieldText(int32_t id, std::string_view name, std::string_view type, Presence presence) {
  std::string text = R"({"name":")" + std::string(name) + R"(","type":)";
  if (presence == Presence::kOptional) {
    text += R"(["null",)" + std::string(type) + R"(],"default":null)";
  } else {
    text += type;
  }
  return text + R"(,"field-id":)" + std::to_string(id) + "}";
}

}  // namespace firn::iceberg
