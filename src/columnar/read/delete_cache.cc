#include "columnar/read/delete_cache.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <arrow/array.h>
#include <arrow/array/array_nested.h>
#include <arrow/array/concatenate.h>
#include <fmt/format.h>

#include "columnar/io/arrow_status.h"
#include "columnar/read/data_file_reader.h"
#include "iceberg/manifest/puffin/deletion_vector.h"
#include "iceberg/schema/pruned_column.h"

namespace firn::columnar {
namespace {

using iceberg::BoundExpression;
using iceberg::FieldId;
using iceberg::NestedField;

/// Beside the positions of a data file.
constexpr int64_t kBytesPerDataFile = 100;

std::string KeyOf(const DeleteFile& file) {
  return fmt::format("{}@{}", file.file.path, file.file.content_offset.value_or(-1));
}

FileToRead ToRead(const DeleteFile& file) {
  return {.path = file.file.path,
          .size_bytes = file.file.file_size_bytes > 0 ? file.file.file_size_bytes : -1,
          .spec_id = file.spec_id};
}

bool IsVector(const DeleteFile& file) { return file.file.format == iceberg::FileFormat::kPuffin; }

Error NotParquet(const DeleteFile& file) {
  return Error(ErrorCode::kUnsupported, "Only Parquet delete files and Puffin vectors are read")
      .With("path", file.file.path);
}

/// The field with this id, at any depth outside lists and maps, and the columns it lies in.
const NestedField* FindLeaf(std::span<const NestedField> fields, FieldId id) {
  for (const NestedField& field : fields) {
    if (field.id == id) {
      return &field;
    }
    if (field.type->is_struct()) {
      if (const NestedField* found = FindLeaf(field.type->fields(), id)) {
        return found;
      }
    }
  }
  return nullptr;
}

Result<std::shared_ptr<arrow::Array>> LeafOf(std::shared_ptr<arrow::Array> column) {
  while (column->type_id() == arrow::Type::STRUCT) {
    const auto& rows = static_cast<const arrow::StructArray&>(*column);
    ASSIGN_OR_RETURN(column, ToResult(rows.GetFlattenedField(0), ErrorCode::kInternal));
  }
  return column;
}

template <class Visit>
Status ForEachBatch(const ReadContext& context,
                    const ReadRequest& request,
                    const DeleteFile& file,
                    Visit&& visit) {
  ASSIGN_OR_RETURN(auto reader, DataFileReader::Open(context, request, ToRead(file),
                                                     BoundExpression::True(), {}));
  // Absent columns are null and equal nulls: such deletes would take rows that nobody named.
  if (!reader->holds_all()) {
    return Error(ErrorCode::kInvalidMetadata,
                 "An equality delete file lacks a column that it is to compare")
        .With("path", file.file.path);
  }
  while (true) {
    ASSIGN_OR_RETURN(auto batch, reader->Next());
    if (batch == nullptr) {
      return {};
    }
    RETURN_IF_ERROR(visit(*batch));
  }
}

}  // namespace

Result<FileDeletes> DeleteCache::Load(const ReadRequest& request,
                                      const std::string& data_file,
                                      std::span<const DeleteFile> deletes) {
  FileDeletes loaded;
  std::vector<std::shared_ptr<const PositionLists>> files;
  std::vector<const std::vector<int64_t>*> lists;
  for (const DeleteFile& file : deletes) {
    if (file.file.content == iceberg::FileContent::kEqualityDeletes) {
      ASSIGN_OR_RETURN(auto set, Equality(request, file));
      loaded.equality.push_back(std::move(set));
    } else if (IsVector(file)) {
      // Replaces all position deletes of the file.
      ASSIGN_OR_RETURN(loaded.positions, Vector(file));
    } else {
      ASSIGN_OR_RETURN(auto positions, Positions(file));
      auto found = positions->find(data_file);
      if (found != positions->end()) {
        lists.push_back(&found->second);
        files.push_back(std::move(positions));
      }
    }
  }
  if (loaded.positions == nullptr && !lists.empty()) {
    loaded.positions = std::make_shared<const DeletedPositions>(DeletedPositions::FromLists(lists));
  }
  return loaded;
}

DeleteCache::EntryPtr DeleteCache::Find(const std::string& key) {
  std::scoped_lock lock(mutex_);
  auto [at, is_new] = entries_.try_emplace(key);
  if (is_new) {
    at->second = std::make_shared<Entry>();
    at->second->used = order_.insert(order_.begin(), key);
  } else {
    order_.splice(order_.begin(), order_, at->second->used);
  }
  return at->second;
}

void DeleteCache::Keep(const std::string& key, const EntryPtr& entry, int64_t bytes) {
  std::scoped_lock lock(mutex_);
  auto at = entries_.find(key);
  if (at == entries_.end() || at->second != entry) {
    return;
  }
  entry->bytes = bytes;
  kept_bytes_ += bytes;
  while (kept_bytes_ > budget_bytes_ && !order_.empty()) {
    auto oldest = entries_.find(order_.back());
    kept_bytes_ -= oldest->second->bytes;
    entries_.erase(oldest);
    order_.pop_back();
  }
}

int64_t DeleteCache::kept_bytes() const {
  std::scoped_lock lock(mutex_);
  return kept_bytes_;
}

Result<std::shared_ptr<const PositionLists>> DeleteCache::Positions(const DeleteFile& file) {
  if (file.file.format != iceberg::FileFormat::kParquet) {
    return NotParquet(file);
  }
  std::string key = KeyOf(file);
  EntryPtr entry = Find(key);
  std::scoped_lock lock(entry->mutex);
  if (entry->positions != nullptr) {
    return entry->positions;
  }
  ASSIGN_OR_RETURN(PositionLists lists, ReadPositionDeletes(context_, ToRead(file)));
  int64_t bytes = 0;
  for (const auto& [path, list] : lists) {
    bytes +=
        kBytesPerDataFile + static_cast<int64_t>(path.size() + list.capacity() * sizeof(int64_t));
  }
  entry->positions = std::make_shared<const PositionLists>(std::move(lists));
  Keep(key, entry, bytes);
  return entry->positions;
}

Result<std::shared_ptr<const DeletedPositions>> DeleteCache::Vector(const DeleteFile& file) {
  std::string key = KeyOf(file);
  EntryPtr entry = Find(key);
  std::scoped_lock lock(entry->mutex);
  if (entry->vector != nullptr) {
    return entry->vector;
  }
  if (!file.file.content_offset || !file.file.content_size_bytes) {
    return Error(ErrorCode::kInvalidMetadata, "A deletion vector has no content offset and size")
        .With("path", file.file.path);
  }
  auto blob = context_.store.ReadRange(file.file.path, *file.file.content_offset,
                                       *file.file.content_size_bytes);
  if (!blob.has_value()) {
    // A file that ends before the place is shorter than its manifest says.
    bool cut = blob.error().code() == ErrorCode::kInvalidArgument;
    return cut ? TakeError(std::move(blob)).As(ErrorCode::kInvalidMetadata)
               : TakeError(std::move(blob));
  }
  auto parsed = iceberg::DeletionVector::Parse(*blob, file.file.record_count);
  if (!parsed.has_value()) {
    return std::move(parsed).error().With("path", file.file.path);
  }
  auto vector = std::make_shared<const iceberg::DeletionVector>(*std::move(parsed));
  entry->vector =
      std::make_shared<const DeletedPositions>(DeletedPositions::FromVector(std::move(vector)));
  Keep(key, entry, static_cast<int64_t>(blob->size()));
  return entry->vector;
}

Result<std::shared_ptr<const EqualityDeleteSet>> DeleteCache::Equality(const ReadRequest& request,
                                                                       const DeleteFile& file) {
  if (file.file.format != iceberg::FileFormat::kParquet) {
    return NotParquet(file);
  }
  // Keys have the types of the schema.
  std::string key = fmt::format("{}#{}", KeyOf(file), request.schema.id().value());
  EntryPtr entry = Find(key);
  std::scoped_lock lock(entry->mutex);
  if (entry->equality != nullptr) {
    return entry->equality;
  }
  ReadRequest keys{
      .schema = request.schema, .dropped = request.dropped, .name_mapping = request.name_mapping};
  if (file.file.equality_ids.empty()) {
    return Error(ErrorCode::kInvalidMetadata, "An equality delete file compares no columns")
        .With("path", file.file.path);
  }
  std::vector<arrow::ArrayVector> parts(file.file.equality_ids.size());
  // A column at a time, so that two of one struct do not meet.
  for (size_t i = 0; i < parts.size(); ++i) {
    FieldId id = file.file.equality_ids[i];
    std::vector<NestedField> all(request.schema.fields().begin(), request.schema.fields().end());
    all.insert(all.end(), request.dropped.begin(), request.dropped.end());
    const NestedField* leaf = FindLeaf(all, id);
    if (leaf == nullptr || leaf->type->is_nested()) {
      return Error(ErrorCode::kInvalidMetadata,
                   fmt::format("An equality delete compares the field {}, which is no plain column",
                               id.value()))
          .With("path", file.file.path);
    }
    keys.columns = {*iceberg::PrunedColumn(all, id)};
    RETURN_IF_ERROR(
        ForEachBatch(context_, keys, file, [&](const arrow::RecordBatch& batch) -> Status {
          ASSIGN_OR_RETURN(auto column, LeafOf(batch.column(0)));
          parts[i].push_back(std::move(column));
          return {};
        }));
  }
  arrow::ArrayVector columns;
  for (arrow::ArrayVector& part : parts) {
    if (part.empty()) {
      break;
    }
    ASSIGN_OR_RETURN(auto column, ToResult(arrow::Concatenate(part, context_.memory)));
    columns.push_back(std::move(column));
  }
  ASSIGN_OR_RETURN(EqualityDeleteSet set,
                   EqualityDeleteSet::Make(file.file.equality_ids, std::move(columns)));
  int64_t bytes = set.MemoryBytes();
  entry->equality = std::make_shared<const EqualityDeleteSet>(std::move(set));
  Keep(key, entry, bytes);
  return entry->equality;
}

}  // namespace firn::columnar
