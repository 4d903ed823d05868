#include <map>
#include <set>
#include <string>
#include <utility>

#include "table/commit/added_files_internal.h"

namespace firn::table {
namespace {

using iceberg::FileContent;
using iceberg::ManifestContent;

Error Unfit(std::string why, const iceberg::DataFile& file) {
  return Error(ErrorCode::kInvalidArgument, std::move(why)).With("file", file.path);
}

/// Source: specification, "Delete Formats": vectors from v3 on, position delete files in v2.
Status CheckDeleteFile(const iceberg::DataFile& file, iceberg::FormatVersion version) {
  bool is_vector = file.format == iceberg::FileFormat::kPuffin;
  if (version < 2) {
    return Unfit("Deletes are supported in V2 and above", file);
  }
  if (file.content == FileContent::kEqualityDeletes) {
    return is_vector ? Unfit("Equality deletes are no deletion vectors", file) : Status();
  }
  if (version == 2 && is_vector) {
    return Unfit("Must not use DVs for position deletes in V2", file);
  }
  if (version > 2 && !is_vector) {
    return Unfit("Must use DVs for position deletes in V" + std::to_string(version), file);
  }
  if (is_vector &&
      (!file.referenced_data_file || !file.content_offset || !file.content_size_bytes)) {
    return Unfit("A deletion vector says which file it is for and where it is stored", file);
  }
  return {};
}

Status AppendTo(iceberg::RollingManifestWriter& writer, const AddedFile& added) {
  return added.sequence_number.has_value() ? writer.Add(added.file, *added.sequence_number)
                                           : writer.Add(added.file);
}

}  // namespace

Status CheckAddedFiles(const SnapshotChange& change, const iceberg::TableMetadata& table) {
  std::set<FileKey> keys;
  std::set<std::string_view> with_vector;
  for (const AddedFile& added : change.added) {
    const iceberg::DataFile& file = added.file;
    if (table.FindSpec(added.spec_id) == nullptr) {
      return Unfit(
          "Cannot find partition spec " + std::to_string(added.spec_id.value()) + " for file",
          file);
    }
    if (!keys.insert(KeyOf(file)).second) {
      return Unfit("A file is added twice", file);
    }
    if (file.content == FileContent::kData) {
      continue;
    }
    RETURN_IF_ERROR(CheckDeleteFile(file, table.format_version));
    if (file.format == iceberg::FileFormat::kPuffin &&
        !with_vector.insert(*file.referenced_data_file).second) {
      return Unfit("A data file has two deletion vectors", file);
    }
  }
  return {};
}

Result<std::vector<iceberg::ManifestFile>> WriteAddedFiles(std::span<const AddedFile> added,
                                                           const ManifestOutput& output,
                                                           ManifestFiles& files) {
  using Group = std::pair<ManifestContent, iceberg::SpecId>;
  std::map<Group, iceberg::RollingManifestWriter> writers;
  for (const AddedFile& one : added) {
    Group group{
        one.file.content == FileContent::kData ? ManifestContent::kData : ManifestContent::kDeletes,
        one.spec_id};
    auto writer = writers.find(group);
    if (writer == writers.end()) {
      ASSIGN_OR_RETURN(auto made, output.RollingWriter(group.second, group.first));
      writer = writers.emplace(group, std::move(made)).first;
    }
    RETURN_IF_ERROR(AppendTo(writer->second, one));
  }
  std::vector<iceberg::ManifestFile> manifests;
  for (auto& [group, writer] : writers) {
    ASSIGN_OR_RETURN(auto written, std::move(writer).Finish());
    for (iceberg::WrittenManifest& manifest : written) {
      manifests.push_back(files.Keep(std::move(manifest), output.folder()));
    }
  }
  return manifests;
}

}  // namespace firn::table
