// Adds an item to one of the lists of TableMetadata together with its JSON text. Private to this
// folder.
#pragma once

#include <string>
#include <utility>

#include "base/json_writer.h"
#include "iceberg/metadata/snapshot_json.h"
#include "iceberg/metadata/table_metadata.h"
#include "iceberg/schema/partition_spec_json.h"
#include "iceberg/schema/schema_json.h"
#include "iceberg/schema/sort_order_json.h"

namespace firn::iceberg {

inline void AppendItem(const Schema& item, JsonWriter& out) { AppendSchema(item, out); }
inline void AppendItem(const PartitionSpec& item, JsonWriter& out) {
  AppendPartitionSpec(item, out);
}
inline void AppendItem(const SortOrder& item, JsonWriter& out) { AppendSortOrder(item, out); }
inline void AppendItem(const SnapshotEntry& item, JsonWriter& out) {
  AppendSnapshot(*item.snapshot, out);
}
inline void AppendItem(const SnapshotLogEntry& item, JsonWriter& out) {
  AppendSnapshotLogEntry(item, out);
}
inline void AppendItem(const MetadataLogEntry& item, JsonWriter& out) {
  AppendMetadataLogEntry(item, out);
}
inline void AppendItem(const StatisticsFile& item, JsonWriter& out) {
  AppendStatisticsFile(item, out);
}
inline void AppendItem(const PartitionStatisticsFile& item, JsonWriter& out) {
  AppendPartitionStatisticsFile(item, out);
}
inline void AppendItem(const EncryptedKey& item, JsonWriter& out) { AppendEncryptedKey(item, out); }
/// A member of the `refs` object: `"main":{...}`.
inline void AppendItem(const NamedRef& item, JsonWriter& out) {
  out.Key(item.name).BeginObject();
  AppendSnapshotRefFields(item.ref, out);
  out.EndObject();
}

template <class T>
std::string PrintItem(const T& item) {
  std::string text;
  JsonWriter out(text);
  AppendItem(item, out);
  return text;
}

template <class T>
void Add(PrintedList<T>& list, T item) {
  std::string text = PrintItem(item);
  list.Append(std::move(item), text);
}

/// In place of the item that satisfies `pred`, or at the end.
template <class T, class Pred>
void Put(PrintedList<T>& list, Pred pred, T item) {
  std::string text = PrintItem(item);
  list.Replace(pred, std::move(item), text);
}

/// Ends changes to every list: the metadata may be shared from here on.
void SealLists(TableMetadata& metadata);

}  // namespace firn::iceberg
