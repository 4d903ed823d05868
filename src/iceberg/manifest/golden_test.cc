// Manifests of other writers, against what another reader found in them (tests/golden/manifests).
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/hex.h"
#include "base/json_writer.h"
#include "base/testing/matchers.h"
#include "iceberg/manifest/manifest_list.h"
#include "iceberg/manifest/manifest_reader.h"

namespace firn::iceberg {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
namespace fs = std::filesystem;

std::string ReadFile(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

/// Prints records the way describe.py does.
class Printer {
 public:
  std::string Line(const ManifestFile& manifest) {
    out_.clear();
    writer_.BeginObject();
    writer_.Field("path", std::string_view(manifest.path)).Field("length", manifest.length_bytes);
    writer_.Field("spec", manifest.spec_id.value());
    writer_.Field("content", static_cast<int>(manifest.content));
    writer_.Field("sequence", manifest.sequence_number.value());
    writer_.Field("min_sequence", manifest.min_sequence_number.value());
    writer_.Field("snapshot", manifest.added_snapshot_id.value());
    writer_.Key("files").BeginArray();
    Optional(manifest.added_files_count);
    Optional(manifest.existing_files_count);
    Optional(manifest.deleted_files_count);
    writer_.EndArray().Key("rows").BeginArray();
    Optional(manifest.added_rows_count);
    Optional(manifest.existing_rows_count);
    Optional(manifest.deleted_rows_count);
    writer_.EndArray();
    Summaries(manifest);
    writer_.Key("first_row_id");
    Optional(manifest.first_row_id);
    writer_.EndObject();
    return out_;
  }

  std::string Line(const ManifestEntry& entry) {
    const DataFile& file = entry.file;
    out_.clear();
    writer_.BeginObject().Field("status", static_cast<int>(entry.status));
    writer_.Field("snapshot", entry.snapshot_id.value());
    writer_.Key("sequence");
    OptionalId(entry.sequence_number);
    writer_.Key("file_sequence");
    OptionalId(entry.file_sequence_number);
    writer_.Field("content", static_cast<int>(file.content));
    writer_.Field("path", std::string_view(file.path));
    constexpr std::string_view kFormats[] = {"avro", "orc", "parquet", "puffin", "?"};
    writer_.Field("format", kFormats[static_cast<size_t>(file.format)]);
    writer_.Field("records", file.record_count).Field("size", file.file_size_bytes);
    Partition(file.partition);
    Counts("column_sizes", file.column_sizes);
    Counts("value_counts", file.value_counts);
    Counts("null_value_counts", file.null_value_counts);
    Counts("nan_value_counts", file.nan_value_counts);
    Bounds("lower_bounds", file.lower_bounds);
    Bounds("upper_bounds", file.upper_bounds);
    writer_.Key("split_offsets").BeginArray();
    for (int64_t offset : file.split_offsets) {
      writer_.Int(offset);
    }
    writer_.EndArray().Key("equality_ids").BeginArray();
    for (FieldId id : file.equality_ids) {
      writer_.Int(id.value());
    }
    writer_.EndArray().Key("sort_order");
    OptionalId(file.sort_order_id);
    writer_.Key("first_row_id");
    Optional(file.first_row_id);
    writer_.Key("referenced");
    file.referenced_data_file.has_value() ? writer_.String(*file.referenced_data_file)
                                          : writer_.Null();
    writer_.Key("offset");
    Optional(file.content_offset);
    writer_.Key("length");
    Optional(file.content_size_bytes);
    writer_.EndObject();
    return out_;
  }

 private:
  template <class T>
  void Optional(const std::optional<T>& number) {
    number.has_value() ? writer_.Int(*number) : writer_.Null();
  }
  template <class T>
  void OptionalId(const std::optional<T>& id) {
    id.has_value() ? writer_.Int(id->value()) : writer_.Null();
  }
  void OptionalHex(const std::optional<std::string>& bytes) {
    bytes.has_value() ? writer_.String(HexEncode(*bytes)) : writer_.Null();
  }

  void Summaries(const ManifestFile& manifest) {
    writer_.Key("partitions");
    if (!manifest.partitions.has_value()) {
      writer_.Null();
      return;
    }
    writer_.BeginArray();
    for (const FieldSummary& summary : *manifest.partitions) {
      writer_.BeginArray().Bool(summary.contains_null);
      summary.contains_nan.has_value() ? writer_.Bool(*summary.contains_nan) : writer_.Null();
      OptionalHex(summary.lower_bound);
      OptionalHex(summary.upper_bound);
      writer_.EndArray();
    }
    writer_.EndArray();
  }

  void Partition(const StructValue& partition) {
    writer_.Key("partition").BeginObject();
    for (const auto& [id, literal] : partition.fields) {
      writer_.Key(std::to_string(id.value()));
      if (const auto* boolean = literal.As<bool>()) {
        writer_.Bool(*boolean);
      } else if (const auto* number = literal.As<int32_t>()) {
        writer_.Int(*number);
      } else if (const auto* wide = literal.As<int64_t>()) {
        writer_.Int(*wide);
      } else if (const auto* decimal = literal.As<Decimal>()) {
        writer_.Int(static_cast<int64_t>(decimal->unscaled));
      } else if (const auto* text = literal.As<std::string>()) {
        writer_.String(*text);
      } else {
        writer_.String("?");
      }
    }
    writer_.EndObject();
  }

  void Counts(std::string_view key, const CountsByField& counts) {
    writer_.Key(key).BeginObject();
    for (const auto& [id, count] : counts) {
      writer_.Field(std::to_string(id.value()), count);
    }
    writer_.EndObject();
  }

  void Bounds(std::string_view key, const BoundsByField& bounds) {
    writer_.Key(key).BeginObject();
    for (const auto& [id, bound] : bounds) {
      writer_.Field(std::to_string(id.value()), std::string_view(HexEncode(bound)));
    }
    writer_.EndObject();
  }

  std::string out_;
  JsonWriter writer_{out_};
};

TEST(GoldenManifestTest, OtherWritersAreReadAsAnotherReaderReadsThem) {
  int folders = 0;
  for (const auto& folder :
       fs::directory_iterator(fs::path(FIRN_SOURCE_DIR) / "tests/golden/manifests")) {
    if (!folder.is_directory()) {
      continue;
    }
    ++folders;
    std::string list_bytes = ReadFile(folder.path() / "list.avro");
    auto list = ReadManifestList(list_bytes, "list.avro");
    ASSERT_THAT(list, IsOk()) << folder.path();
    std::ifstream expected(folder.path() / "expected.jsonl");
    std::string line;
    for (const ManifestFile& manifest : *list) {
      ASSERT_TRUE(std::getline(expected, line));
      EXPECT_EQ(Printer().Line(manifest), line) << folder.path();
      std::string bytes = ReadFile(folder.path() / fs::path(manifest.path).filename());
      auto entries = ReadManifest(bytes, manifest);
      ASSERT_THAT(entries, IsOk()) << manifest.path;
      for (const ManifestEntry& entry : *entries) {
        ASSERT_TRUE(std::getline(expected, line));
        EXPECT_EQ(Printer().Line(entry), line) << manifest.path;
      }
    }
    EXPECT_FALSE(std::getline(expected, line)) << folder.path();
  }
  EXPECT_GE(folders, 7);
}

TEST(GoldenManifestTest, TruncationsAndFlipsAreErrorsOrValues) {
  // Coprime to the record sizes; the fuzzers do the rest.
  constexpr size_t kStep = 29;
  fs::path folder = fs::path(FIRN_SOURCE_DIR) / "tests/golden/manifests/spark_v2_to_v3";
  for (const auto& file : fs::directory_iterator(folder)) {
    if (file.path().extension() != ".avro") {
      continue;
    }
    std::string bytes = ReadFile(file.path());
    ManifestFile manifest{.path = "m", .length_bytes = static_cast<int64_t>(bytes.size())};
    for (size_t size = 0; size < bytes.size(); size += kStep) {
      std::string_view cut(bytes.data(), size);
      EXPECT_THAT(ReadManifest(cut, manifest), IsError(ErrorCode::kInvalidMetadata));
      auto list = ReadManifestList(cut, "m");
      EXPECT_TRUE(!list.has_value() || list->empty());
    }
    for (size_t i = 0; i < bytes.size(); i += kStep) {
      std::string flipped = bytes;
      flipped[i] = static_cast<char>(flipped[i] ^ (1 << (i % 8)));
      static_cast<void>(ReadManifest(flipped, manifest).has_value());
      static_cast<void>(ReadManifestList(flipped, "m").has_value());
    }
  }
}

}  // namespace
}  // namespace firn::iceberg
