#include "table/plan/delete_index.h"

#include <algorithm>
#include <compare>
#include <iterator>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "iceberg/expression/bound_expression.h"
#include "iceberg/expression/literal_order.h"
#include "iceberg/schema/literal_binary.h"
#include "iceberg/schema/partition_key.h"

namespace firn::table {
namespace {

using iceberg::FieldMetrics;
using iceberg::FileContent;
using iceberg::Literal;
using iceberg::ManifestColumns;
using iceberg::SequenceNumber;

/// What an entry says of one column.
struct ColumnRange {
  bool may_have_null = true;
  bool may_have_value = true;
  std::optional<Literal> lower;
  std::optional<Literal> upper;
};

std::optional<Literal> Decode(const iceberg::BoundColumn& bounds,
                              size_t row,
                              const iceberg::Type& type) {
  auto bytes = bounds.Value(row);
  auto literal = bytes ? iceberg::DecodeLiteral(type, *bytes)
                       : Result<Literal>(Error(ErrorCode::kNotFound, ""));
  return literal ? std::optional(*std::move(literal)) : std::nullopt;
}

ColumnRange RangeOf(const ManifestColumns& manifest,
                    size_t row,
                    const iceberg::NestedField& field) {
  ColumnRange range;
  const FieldMetrics* metrics = manifest.FindMetrics(field.id);
  if (metrics == nullptr) {
    return range;
  }
  int64_t nulls = metrics->null_value_counts[row];
  int64_t values = metrics->value_counts[row];
  range.may_have_null = nulls != 0;
  range.may_have_value = nulls == iceberg::kAbsent || values == iceberg::kAbsent || nulls < values;
  range.lower = Decode(metrics->lower_bounds, row, *field.type);
  range.upper = Decode(metrics->upper_bounds, row, *field.type);
  return range;
}

bool Below(const std::optional<Literal>& a, const std::optional<Literal>& b) {
  return a && b && iceberg::CompareLiterals(*a, *b) == std::partial_ordering::less;
}

/// True where bounds do not tell which values there are: of floats, whose NaN they leave out, of
/// uuids, which Java's writers bound by another order, and where the lower one is above the upper.
bool BoundsSayNothing(const ColumnRange& range, const iceberg::Type& type) {
  return iceberg::IsFloating(type) || type.id() == iceberg::TypeId::kUuid ||
         Below(range.upper, range.lower);
}

bool MayShareAValue(const ColumnRange& a, const ColumnRange& b, const iceberg::Type& type) {
  if (a.may_have_null && b.may_have_null) {
    return true;
  }
  if (BoundsSayNothing(a, type) || BoundsSayNothing(b, type)) {
    return a.may_have_value && b.may_have_value;
  }
  return a.may_have_value && b.may_have_value && !Below(a.upper, b.lower) &&
         !Below(b.upper, a.lower);
}

/// A position delete file whose every row names one data file: that file.
std::string_view OnlyPath(const ManifestColumns& manifest, size_t row) {
  if (!manifest.referenced_data_files.empty() && !manifest.referenced_data_files[row].empty()) {
    return manifest.referenced_data_files[row];
  }
  const FieldMetrics* paths = manifest.FindMetrics(kDeleteFilePathField);
  if (paths == nullptr) {
    return {};
  }
  auto lower = paths->lower_bounds.Value(row);
  auto upper = paths->upper_bounds.Value(row);
  // A cut upper bound was raised, so it equals the lower one only where both are whole.
  return lower && upper && *lower == *upper ? *lower : std::string_view();
}

/// False where the bounds of file_path exclude the data file.
bool MayNamePath(const ManifestColumns& manifest, size_t row, std::string_view path) {
  const FieldMetrics* paths = manifest.FindMetrics(kDeleteFilePathField);
  if (paths == nullptr) {
    return true;
  }
  auto lower = paths->lower_bounds.Value(row);
  auto upper = paths->upper_bounds.Value(row);
  return !(lower && path < *lower) && !(upper && path > *upper);
}

std::string PartitionOf(const DeleteFileRef& file) {
  const ManifestColumns& manifest = *file.manifest;
  return iceberg::PartitionKey(manifest.spec_id,
                               manifest.partitions[manifest.partition_ids[file.row]]);
}

bool IsUnpartitioned(const ManifestColumns& manifest, const iceberg::TableMetadata& table) {
  const iceberg::PartitionSpec* spec = table.FindSpec(manifest.spec_id);
  return spec != nullptr && !spec->is_partitioned();
}

}  // namespace

bool DeleteFileRef::is_deletion_vector() const {
  return content() == FileContent::kPositionDeletes &&
         manifest->formats[row] == iceberg::FileFormat::kPuffin;
}

Result<DeleteIndex> DeleteIndex::Build(iceberg::TableMetadataPtr table,
                                       const iceberg::Schema& schema,
                                       std::vector<DeleteFileRef> files) {
  DeleteIndex index;
  index.table_ = std::move(table);
  index.schema_ = schema;
  index.files_ = std::move(files);
  for (uint32_t file = 0; file < index.files_.size(); ++file) {
    RETURN_IF_ERROR(index.Add(file));
  }
  index.Finish();
  return index;
}

Status DeleteIndex::Add(uint32_t file) {
  if (files_[file].content() == FileContent::kEqualityDeletes) {
    AddEqualityDeletes(file);
    return {};
  }
  return AddPositionDeletes(file);
}

void DeleteIndex::AddEqualityDeletes(uint32_t file) {
  const DeleteFileRef& ref = files_[file];
  auto ids = ref.manifest->equality_ids.empty() ? std::span<const iceberg::FieldId>()
                                                : ref.manifest->equality_ids[ref.row];
  equality_fields_.insert(equality_fields_.end(), ids.begin(), ids.end());
  if (IsUnpartitioned(*ref.manifest, *table_)) {
    global_.push_back(file);
    return;
  }
  by_partition_[PartitionOf(ref)].equality.push_back(file);
}

Status DeleteIndex::AddPositionDeletes(uint32_t file) {
  const DeleteFileRef& ref = files_[file];
  std::string_view path = OnlyPath(*ref.manifest, ref.row);
  if (ref.is_deletion_vector()) {
    if (path.empty()) {
      return Error(ErrorCode::kInvalidMetadata,
                   fmt::format("The deletion vector in {} names no data file", ref.path()));
    }
    auto [known, added] = vectors_.emplace(path, file);
    if (!added) {
      return Error(ErrorCode::kInvalidMetadata,
                   fmt::format("Two deletion vectors name {}: in {} and in {}", path,
                               files_[known->second].path(), ref.path()));
    }
  } else if (!path.empty()) {
    by_path_[path].push_back(file);
  } else {
    by_partition_[PartitionOf(ref)].position.push_back(file);
  }
  return {};
}

void DeleteIndex::SortBySequence(std::vector<uint32_t>& files) const {
  std::ranges::stable_sort(files, {},
                           [&](uint32_t file) { return files_[file].sequence_number(); });
}

void DeleteIndex::Finish() {
  std::ranges::sort(equality_fields_);
  auto repeated = std::ranges::unique(equality_fields_);
  equality_fields_.erase(repeated.begin(), repeated.end());
  SortBySequence(global_);
  for (auto& [key, group] : by_partition_) {
    SortBySequence(group.equality);
    SortBySequence(group.position);
  }
  for (auto& [path, files] : by_path_) {
    SortBySequence(files);
  }
}

std::span<const uint32_t> DeleteIndex::From(const std::vector<uint32_t>& group,
                                            SequenceNumber lowest) const {
  auto first = std::ranges::lower_bound(
      group, lowest, {}, [&](uint32_t file) { return files_[file].sequence_number(); });
  return std::span(group).subspan(static_cast<size_t>(first - group.begin()));
}

bool DeleteIndex::EqualityMayMatch(uint32_t file, const ManifestColumns& data, size_t row) const {
  const DeleteFileRef& ref = files_[file];
  if (ref.manifest->equality_ids.empty()) {
    return true;
  }
  return std::ranges::all_of(ref.manifest->equality_ids[ref.row], [&](iceberg::FieldId id) {
    const iceberg::NestedField* field = schema_.FindField(id);
    return field == nullptr || MayShareAValue(RangeOf(*ref.manifest, ref.row, *field),
                                              RangeOf(data, row, *field), *field->type);
  });
}

void DeleteIndex::AddPositionMatches(size_t row,
                                     const Group* group,
                                     Matches& matches,
                                     const ManifestColumns& data) const {
  SequenceNumber sequence = data.sequence_numbers[row];
  std::string_view path = data.paths[row];
  auto vector = vectors_.find(path);
  if (vector != vectors_.end() && files_[vector->second].sequence_number() >= sequence) {
    matches.push_back(vector->second);
    return;
  }
  if (auto found = by_path_.find(path); found != by_path_.end()) {
    auto files = From(found->second, sequence);
    matches.insert(matches.end(), files.begin(), files.end());
  }
  if (group != nullptr) {
    std::ranges::copy_if(
        From(group->position, sequence), std::back_inserter(matches),
        [&](uint32_t file) { return MayNamePath(*files_[file].manifest, files_[file].row, path); });
  }
}

size_t DeleteIndex::MemoryBytes() const {
  constexpr size_t kEntryBytes = 64;  // of a hash table, with its key's view
  size_t bytes = files_.capacity() * sizeof(DeleteFileRef) +
                 (vectors_.size() + by_path_.size() + by_partition_.size()) * kEntryBytes;
  std::set<const ManifestColumns*> manifests;
  for (const DeleteFileRef& file : files_) {
    if (manifests.insert(file.manifest.get()).second) {
      bytes += file.manifest->MemoryBytes();
    }
  }
  return bytes;
}

DeleteIndex::Lookup::Lookup(const DeleteIndex& index, const ManifestColumns& data)
    : index_(index), data_(data), groups_(data.partitions.size()) {}

const DeleteIndex::Group* DeleteIndex::Lookup::GroupOf(size_t row) {
  if (index_.by_partition_.empty()) {
    return nullptr;
  }
  uint32_t partition = data_.partition_ids[row];
  auto& group = groups_[partition];
  if (!group) {
    auto found = index_.by_partition_.find(
        iceberg::PartitionKey(data_.spec_id, data_.partitions[partition]));
    group = found == index_.by_partition_.end() ? nullptr : &found->second;
  }
  return *group;
}

DeleteIndex::Matches DeleteIndex::Lookup::Find(size_t row) {
  Matches matches;
  if (index_.empty()) {
    return matches;
  }
  const Group* group = GroupOf(row);
  index_.AddPositionMatches(row, group, matches, data_);
  SequenceNumber above(data_.sequence_numbers[row].value() + 1);
  auto add_equality = [&](std::span<const uint32_t> files) {
    std::ranges::copy_if(files, std::back_inserter(matches),
                         [&](uint32_t file) { return index_.EqualityMayMatch(file, data_, row); });
  };
  add_equality(index_.From(index_.global_, above));
  if (group != nullptr) {
    add_equality(index_.From(group->equality, above));
  }
  std::ranges::sort(matches);
  return matches;
}

}  // namespace firn::table
