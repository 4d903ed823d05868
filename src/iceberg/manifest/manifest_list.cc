#include "iceberg/manifest/manifest_list.h"

#include <array>
#include <string>

#include "iceberg/manifest/avro/file_reader.h"
#include "iceberg/manifest/avro/record_plan.h"
#include "iceberg/manifest/field_values_internal.h"

namespace firn::iceberg {
namespace {

using avro::Decoder;
using avro::FieldHandler;
using avro::Node;

constexpr std::array kSummaryFields = {
    FieldHandler<FieldSummary>{509, "contains_null", Into<&FieldSummary::contains_null>},
    FieldHandler<FieldSummary>{518, "contains_nan", Into<&FieldSummary::contains_nan>},
    FieldHandler<FieldSummary>{510, "lower_bound", Into<&FieldSummary::lower_bound>},
    FieldHandler<FieldSummary>{511, "upper_bound", Into<&FieldSummary::upper_bound>},
};

void ReadSummaries(Decoder& decoder, const Node& node, ManifestFile& out) {
  std::vector<FieldSummary> summaries;
  avro::RecordPlan<FieldSummary> plan;
  bool planned = false;
  bool present = decoder.ReadArray(node, [&](const Node& item) {
    const Node& record = decoder.Resolve(item);
    if (!planned && record.kind == avro::Kind::kRecord) {
      plan = avro::RecordPlan<FieldSummary>(record, kSummaryFields);
      planned = true;
    }
    if (!planned) {
      decoder.Fail("a partition summary is a record");
      return;
    }
    plan.Read(decoder, summaries.emplace_back());
  });
  if (present) {
    out.partitions = std::move(summaries);
  }
}

void ReadContent(Decoder& decoder, const Node& node, ManifestFile& out) {
  int32_t content = decoder.ReadInt32(node).value_or(0);
  if (content != 0 && content != 1) {
    decoder.Fail("manifest content is neither data nor deletes");
  }
  out.content = content == 0 ? ManifestContent::kData : ManifestContent::kDeletes;
}

using Handler = FieldHandler<ManifestFile>;

constexpr std::array kFields = {
    Handler{500, "manifest_path", Into<&ManifestFile::path>},
    Handler{501, "manifest_length", Into<&ManifestFile::length_bytes>},
    Handler{502, "partition_spec_id", Into<&ManifestFile::spec_id>},
    Handler{517, "content", ReadContent},
    Handler{515, "sequence_number", Into<&ManifestFile::sequence_number>},
    Handler{516, "min_sequence_number", Into<&ManifestFile::min_sequence_number>},
    Handler{503, "added_snapshot_id", Into<&ManifestFile::added_snapshot_id>},
    Handler{504, "added_files_count", Into<&ManifestFile::added_files_count>},
    Handler{505, "existing_files_count", Into<&ManifestFile::existing_files_count>},
    Handler{506, "deleted_files_count", Into<&ManifestFile::deleted_files_count>},
    Handler{512, "added_rows_count", Into<&ManifestFile::added_rows_count>},
    Handler{513, "existing_rows_count", Into<&ManifestFile::existing_rows_count>},
    Handler{514, "deleted_rows_count", Into<&ManifestFile::deleted_rows_count>},
    Handler{507, "partitions", ReadSummaries},
    Handler{519, "key_metadata", Into<&ManifestFile::key_metadata>},
    Handler{520, "first_row_id", Into<&ManifestFile::first_row_id>},
};

}  // namespace

Result<std::vector<ManifestFile>> ReadManifestList(std::string_view bytes, std::string_view path) {
  ASSIGN_OR_RETURN(avro::FileReader file, avro::FileReader::Open(bytes, std::string(path)));
  avro::RecordPlan<ManifestFile> plan(file.schema().root(), kFields);
  std::vector<ManifestFile> manifests;
  while (true) {
    ASSIGN_OR_RETURN(auto block, file.NextBlock());
    if (!block.has_value()) {
      return manifests;
    }
    Decoder decoder(block->content);
    for (int64_t i = 0; i < block->count; ++i) {
      if (manifests.size() == kMaxManifests) {
        decoder.Fail("too many manifests");
        return file.BlockError(decoder);
      }
      ManifestFile& manifest = manifests.emplace_back();
      plan.Read(decoder, manifest);
      if (manifest.path.empty()) {
        decoder.Fail("a manifest without a path");
      }
      if (!decoder.ok()) {
        return file.BlockError(decoder);
      }
    }
  }
}

}  // namespace firn::iceberg
