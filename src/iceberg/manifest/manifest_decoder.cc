#include "iceberg/manifest/manifest_decoder.h"

#include <algorithm>
#include <string>
#include <utility>

#include "iceberg/manifest/avro/file_reader.h"
#include "iceberg/manifest/columns_builder_internal.h"
#include "iceberg/manifest/entry_program_internal.h"
#include "iceberg/manifest/entry_reader_internal.h"
#include "iceberg/manifest/read_metadata_internal.h"

namespace firn::iceberg {
namespace {

Error TooLarge(std::string_view what, const ManifestFile& manifest) {
  return Error(ErrorCode::kPayloadTooLarge, "Manifest " + std::string(what) + ": " + manifest.path);
}

/// The type of the tuples as the partition step leaves them: without the union around it, which the
/// fast path has read.
const avro::Node* PartitionNode(const EntryProgram& program) {
  auto is_partition = [](const Step& step) { return step.target == EntryTarget::kPartition; };
  auto found = std::ranges::find_if(program.steps(), is_partition);
  if (found == program.steps().end()) {
    return nullptr;
  }
  bool union_is_read = found->null_branch != Step::kNotNull;
  return union_is_read ? found->node->children[found->null_branch == 0 ? 1 : 0] : found->node;
}

/// Cut at the end of a block a file would look whole.
Status CheckLength(std::string_view bytes, const ManifestFile& manifest) {
  if (std::ssize(bytes) < manifest.length_bytes) {
    return Error(ErrorCode::kInvalidMetadata, "Truncated manifest " + manifest.path +
                                                  ": ends at byte " + std::to_string(bytes.size()) +
                                                  " of " + std::to_string(manifest.length_bytes));
  }
  return {};
}

}  // namespace

Result<std::shared_ptr<const ManifestColumns>> DecodeManifest(std::string_view bytes,
                                                              const ManifestFile& manifest,
                                                              const DecodeOptions& asked) {
  DecodeOptions options = asked;
  options.max_memory_bytes = std::min(options.max_memory_bytes, kMaxDecodeMemoryBytes);
  RETURN_IF_ERROR(CheckLength(bytes, manifest));
  ASSIGN_OR_RETURN(avro::FileReader file, avro::FileReader::Open(bytes, manifest.path));
  bool metrics = options.projection.is_all() || !options.projection.fields().empty();
  auto program =
      EntryProgram::Compile(file.schema().root(), metrics ? MetricsUse::kSome : MetricsUse::kNone);
  if (!program.has_value()) {
    return TakeError(std::move(program)).With("file", manifest.path);
  }
  ColumnsBuilder builder(manifest, MetadataOf(file), options, PartitionNode(*program));
  EntryReader reader(*program, builder);
  while (true) {
    ASSIGN_OR_RETURN(auto block, file.NextBlock());
    if (!block.has_value()) {
      return std::move(builder).Finish();
    }
    reader.BeginBlock(block->content);
    for (int64_t left = block->count; left > 0; --left) {
      if (builder.size() == options.max_entries) {
        return TooLarge("has too many entries", manifest);
      }
      if (!reader.Next()) {
        return file.BlockError(reader.defect(), reader.position());
      }
      if (builder.memory_bytes() > options.max_memory_bytes) {
        return TooLarge("takes too much memory", manifest);
      }
    }
  }
}

}  // namespace firn::iceberg
