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
    FieldHandler<FieldSummary>{509, "contains_null",
                               [](Decoder& d, const Node& n, FieldSummary& out) {
                                 out.contains_null = d.ReadBool(n).value_or(false);
                               }},
    FieldHandler<FieldSummary>{
        518, "contains_nan",
        [](Decoder& d, const Node& n, FieldSummary& out) { out.contains_nan = d.ReadBool(n); }},
    FieldHandler<FieldSummary>{510, "lower_bound",
                               [](Decoder& d, const Node& n, FieldSummary& out) {
                                 out.lower_bound = ReadOptionalString(d, n);
                               }},
    FieldHandler<FieldSummary>{511, "upper_bound",
                               [](Decoder& d, const Node& n, FieldSummary& out) {
                                 out.upper_bound = ReadOptionalString(d, n);
                               }},
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
    Handler{500, "manifest_path",
            [](Decoder& d, const Node& n, ManifestFile& out) {
              out.path = d.ReadBytes(n).value_or("");
            }},
    Handler{501, "manifest_length",
            [](Decoder& d, const Node& n, ManifestFile& out) {
              out.length_bytes = d.ReadInt64(n).value_or(0);
            }},
    Handler{502, "partition_spec_id",
            [](Decoder& d, const Node& n, ManifestFile& out) {
              out.spec_id = SpecId(d.ReadInt32(n).value_or(0));
            }},
    Handler{517, "content", ReadContent},
    Handler{515, "sequence_number",
            [](Decoder& d, const Node& n, ManifestFile& out) {
              out.sequence_number = SequenceNumber(d.ReadInt64(n).value_or(0));
            }},
    Handler{516, "min_sequence_number",
            [](Decoder& d, const Node& n, ManifestFile& out) {
              out.min_sequence_number = SequenceNumber(d.ReadInt64(n).value_or(0));
            }},
    Handler{503, "added_snapshot_id",
            [](Decoder& d, const Node& n, ManifestFile& out) {
              out.added_snapshot_id = SnapshotId(d.ReadInt64(n).value_or(0));
            }},
    Handler{504, "added_files_count",
            [](Decoder& d, const Node& n, ManifestFile& out) {
              out.added_files_count = d.ReadInt32(n);
            }},
    Handler{505, "existing_files_count",
            [](Decoder& d, const Node& n, ManifestFile& out) {
              out.existing_files_count = d.ReadInt32(n);
            }},
    Handler{506, "deleted_files_count",
            [](Decoder& d, const Node& n, ManifestFile& out) {
              out.deleted_files_count = d.ReadInt32(n);
            }},
    Handler{512, "added_rows_count",
            [](Decoder& d, const Node& n, ManifestFile& out) {
              out.added_rows_count = d.ReadInt64(n);
            }},
    Handler{513, "existing_rows_count",
            [](Decoder& d, const Node& n, ManifestFile& out) {
              out.existing_rows_count = d.ReadInt64(n);
            }},
    Handler{514, "deleted_rows_count",
            [](Decoder& d, const Node& n, ManifestFile& out) {
              out.deleted_rows_count = d.ReadInt64(n);
            }},
    Handler{507, "partitions", ReadSummaries},
    Handler{519, "key_metadata",
            [](Decoder& d, const Node& n, ManifestFile& out) {
              out.key_metadata = ReadOptionalString(d, n);
            }},
    Handler{
        520, "first_row_id",
        [](Decoder& d, const Node& n, ManifestFile& out) { out.first_row_id = d.ReadInt64(n); }},
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
