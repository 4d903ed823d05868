#include "table/compact/group_rewriter.h"

#include <utility>

#include <fmt/format.h>

#include "columnar/read/data_file_reader.h"
#include "columnar/schema/arrow_type.h"
#include "table/scan/reader_input.h"
#include "table/write/row_removal.h"
#include "table/write/writer_input.h"

namespace firn::table {

GroupRewriter::GroupRewriter(const ScanContext& context,
                             const Table& table,
                             const CompactionPlan& plan,
                             columnar::TableWriteRequest write)
    : plan_(plan),
      context_{*table.files, context.pool, context.read},
      deletes_(context_, context.delete_bytes),
      write_(std::move(write)) {}

Result<std::unique_ptr<GroupRewriter>> GroupRewriter::Make(const ScanContext& context,
                                                           const Table& table,
                                                           const CompactionPlan& plan,
                                                           const CompactionOptions& options) {
  ASSIGN_OR_RETURN(columnar::TableWriteRequest write, MakeMoveRequest(table, options.limits));
  ASSIGN_OR_RETURN(write.sort_order, ReadSortOrder(*table.metadata, options));
  std::unique_ptr<GroupRewriter> rewriter(
      new GroupRewriter(context, table, plan, std::move(write)));
  ASSIGN_OR_RETURN(rewriter->read_,
                   MakeReadRequest(plan.scan, ColumnsOfMovedRows(*table.metadata)));
  return rewriter;
}

Result<std::vector<iceberg::DataFile>> GroupRewriter::Rewrite(const FileGroup& group,
                                                              size_t number) {
  columnar::TableWriteRequest request = write_;
  request.properties.target_file_bytes = group.output_bytes;
  request.properties.target_file_rows = group.output_rows;
  LeaveRoomForOneFile(request);
  request.target.prefix = fmt::format("{}-{:06}", request.target.prefix, number + 1);
  ASSIGN_OR_RETURN(auto writer, columnar::TableFileWriter::Make(
                                    request, *columnar::ArrowSchemaOf(read_.columns)));
  int64_t read = 0;
  for (const ScanFile& file : group.files) {
    ASSIGN_OR_RETURN(int64_t rows, Copy(file, *writer));
    read += rows;
  }
  ASSIGN_OR_RETURN(std::vector<iceberg::DataFile> files, writer->Finish());
  int64_t written = 0;
  for (const iceberg::DataFile& file : files) {
    written += file.record_count;
  }
  if (written != read) {
    StoredFiles discarded(context_.store);
    discarded.Add(std::move(files), write_.spec.id);
    return Error(ErrorCode::kInternal,
                 fmt::format("Of {} rows {} were written by a compaction", read, written));
  }
  return files;
}

Result<int64_t> GroupRewriter::Copy(const ScanFile& file, columnar::TableFileWriter& writer) {
  ASSIGN_OR_RETURN(columnar::FileToRead to_read, FileToReadOf(plan_.scan, file));
  ASSIGN_OR_RETURN(columnar::FileDeletes deletes, DeletesOf(file));
  ASSIGN_OR_RETURN(auto reader, columnar::DataFileReader::Open(context_, read_, to_read,
                                                               iceberg::BoundExpression::True(),
                                                               std::move(deletes)));
  int64_t rows = 0;
  while (true) {
    ASSIGN_OR_RETURN(auto batch, reader->Next());
    if (batch == nullptr) {
      return rows;
    }
    rows += batch->num_rows();
    RETURN_IF_ERROR(writer.Write(*batch));
  }
}

Result<columnar::FileDeletes> GroupRewriter::DeletesOf(const ScanFile& file) {
  if (file.file().deletes.empty()) {
    return columnar::FileDeletes();
  }
  const std::string path(file.tasks->manifest->paths[file.file().row]);
  return deletes_.Load(read_, path, DeleteFilesOf(plan_.scan, file));
}

}  // namespace firn::table
