#include "iceberg/manifest/puffin/deletion_vector_file.h"

#include <utility>

#include "iceberg/manifest/puffin/puffin_writer.h"

namespace firn::iceberg {
namespace {

/// The reserved column `_pos`.
constexpr FieldId kRowPosition{2'147'483'645};

}  // namespace

Result<WrittenDeletionVectors> WriteDeletionVectors(std::span<const FileDeletes> deletes,
                                                    const std::string& path,
                                                    std::string created_by) {
  PuffinWriter writer(std::move(created_by));
  WrittenDeletionVectors written;
  for (const FileDeletes& file : deletes) {
    ASSIGN_OR_RETURN(std::string content, file.deleted.Print());
    int64_t cardinality = file.deleted.cardinality();
    PuffinBlob blob;
    blob.type = kDeletionVectorBlob;
    blob.fields = {kRowPosition};
    blob.properties = {{"referenced-data-file", file.data_file},
                       {"cardinality", std::to_string(cardinality)}};
    ASSIGN_OR_RETURN(PuffinBlob stored, writer.Add(std::move(blob), content));
    DataFile& entry = written.delete_files.emplace_back();
    entry.content = FileContent::kPositionDeletes;
    entry.path = path;
    entry.format = FileFormat::kPuffin;
    entry.partition = file.partition;
    entry.record_count = cardinality;
    entry.referenced_data_file = file.data_file;
    entry.content_offset = stored.offset;
    entry.content_size_bytes = stored.length_bytes;
  }
  ASSIGN_OR_RETURN(WrittenPuffin file, std::move(writer).Finish());
  written.bytes = std::move(file.bytes);
  for (DataFile& entry : written.delete_files) {
    entry.file_size_bytes = std::ssize(written.bytes);
  }
  return written;
}

}  // namespace firn::iceberg
