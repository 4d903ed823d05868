#include "iceberg/manifest/writer/rolling_manifest_writer.h"

#include <utility>

namespace firn::iceberg {

template <class Write>
Status RollingManifestWriter::Append(Write write) {
  if (!writer_.has_value()) {
    ASSIGN_OR_RETURN(writer_, ManifestWriter::Make(options_));
  }
  RETURN_IF_ERROR(write(*writer_));
  return writer_->EstimatedBytes() >= target_bytes_ ? Close() : Status();
}

Status RollingManifestWriter::Close() {
  ASSIGN_OR_RETURN(WrittenManifest manifest, (*std::move(writer_)).Finish());
  finished_.push_back(std::move(manifest));
  writer_.reset();
  return {};
}

Status RollingManifestWriter::Add(const DataFile& file) {
  return Append([&](ManifestWriter& writer) { return writer.Add(file); });
}

Status RollingManifestWriter::Add(const DataFile& file, SequenceNumber sequence_number) {
  return Append([&](ManifestWriter& writer) { return writer.Add(file, sequence_number); });
}

Status RollingManifestWriter::AddExisting(const ManifestEntry& entry) {
  return Append([&](ManifestWriter& writer) { return writer.AddExisting(entry); });
}

Status RollingManifestWriter::AddDeleted(const ManifestEntry& entry) {
  return Append([&](ManifestWriter& writer) { return writer.AddDeleted(entry); });
}

Result<std::vector<WrittenManifest>> RollingManifestWriter::Finish() && {
  // Nothing but entries that were refused leaves no manifest.
  if (writer_.has_value() && writer_->entries() > 0) {
    RETURN_IF_ERROR(Close());
  }
  return std::move(finished_);
}

}  // namespace firn::iceberg
