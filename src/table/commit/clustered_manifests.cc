#include <algorithm>
#include <compare>
#include <utility>

#include "iceberg/expression/literal_conversion.h"
#include "iceberg/expression/literal_order.h"
#include "iceberg/metadata/dropped_columns.h"
#include "table/commit/clustered_manifests_internal.h"

namespace firn::table {
namespace {

using iceberg::ManifestFile;
using iceberg::StructValue;
using ColumnsPtr = std::shared_ptr<const iceberg::ManifestColumns>;

const iceberg::Literal* ValueOf(const StructValue& partition, iceberg::FieldId id) {
  auto found =
      std::ranges::find_if(partition.fields, [id](const auto& field) { return field.first == id; });
  return found == partition.fields.end() ? nullptr : &found->second;
}

/// By the fields of the partition type. Values of before a promotion come where the promoted ones
/// do.
bool ComesBefore(const iceberg::Type& type, const StructValue& a, const StructValue& b) {
  for (const iceberg::NestedField& field : type.fields()) {
    const iceberg::Literal* left = ValueOf(a, field.id);
    const iceberg::Literal* right = ValueOf(b, field.id);
    if (left == nullptr || right == nullptr) {
      if (left != right) {
        return left == nullptr;
      }
      continue;
    }
    // NaN after all numbers, so that this stays an order.
    const bool left_nan = iceberg::IsNan(*left);
    if (left_nan || iceberg::IsNan(*right)) {
      if (left_nan != iceberg::IsNan(*right)) {
        return !left_nan;
      }
      continue;
    }
    std::partial_ordering order = iceberg::CompareLiterals(*left, *right);
    if (order == std::partial_ordering::unordered) {
      order = iceberg::CompareLiterals(iceberg::Promote(*field.type, *left),
                                       iceberg::Promote(*field.type, *right));
    }
    if (order == std::partial_ordering::less || order == std::partial_ordering::greater) {
      return order == std::partial_ordering::less;
    }
  }
  return false;
}

/// An entry: which manifest, which row, and where its partition comes in the order.
struct Place {
  uint32_t rank = 0;
  uint32_t manifest = 0;
  uint32_t row = 0;

  friend auto operator<=>(const Place&, const Place&) = default;
};

/// The live entries in their new order.
std::vector<Place> Order(const std::vector<ColumnsPtr>& all, const iceberg::Type& type) {
  std::vector<const StructValue*> partitions;
  std::vector<size_t> begins;
  for (const ColumnsPtr& columns : all) {
    begins.push_back(partitions.size());
    for (const StructValue& partition : columns->partitions) {
      partitions.push_back(&partition);
    }
  }
  std::vector<size_t> sorted(partitions.size());
  for (size_t i = 0; i < sorted.size(); ++i) {
    sorted[i] = i;
  }
  auto before = [&](size_t a, size_t b) {
    return ComesBefore(type, *partitions[a], *partitions[b]);
  };
  std::ranges::stable_sort(sorted, before);
  std::vector<uint32_t> ranks(partitions.size());
  uint32_t rank = 0;
  for (size_t i = 0; i < sorted.size(); ++i) {
    rank += i > 0 && before(sorted[i - 1], sorted[i]) ? 1 : 0;
    ranks[sorted[i]] = rank;
  }
  std::vector<Place> places;
  for (size_t i = 0; i < all.size(); ++i) {
    for (size_t row = 0; row < all[i]->size(); ++row) {
      if (all[i]->is_live(row)) {
        places.push_back({ranks[begins[i] + all[i]->partition_ids[row]], static_cast<uint32_t>(i),
                          static_cast<uint32_t>(row)});
      }
    }
  }
  std::ranges::sort(places);
  return places;
}

}  // namespace

Result<ClusteredManifests> WriteClustered(std::span<const ManifestFile> manifests,
                                          const ManifestOutput& output,
                                          const CommitTools& tools,
                                          ManifestFiles& files) {
  const ManifestFile& first = manifests.front();
  ASSIGN_OR_RETURN(auto writer, output.RollingWriter(first.spec_id, first.content));
  std::vector<ColumnsPtr> all(manifests.size());
  auto read = [&](size_t i) -> Status {
    ASSIGN_OR_RETURN(all[i], files.Columns(manifests[i]));
    return {};
  };
  RETURN_IF_ERROR(ParallelFor(tools.pool, all.size(), tools.parallelism, read));
  const iceberg::TableMetadata& table = output.table();
  const iceberg::TypePtr type =
      iceberg::PartitionTypeOf(table, *table.FindSpec(first.spec_id), table.current_schema());
  std::vector<Place> places = Order(all, *type);
  for (const Place& place : places) {
    RETURN_IF_ERROR(writer.AddExisting(all[place.manifest]->EntryAt(place.row)));
  }
  ClusteredManifests clustered{.manifests = {}, .entries = std::ssize(places)};
  ASSIGN_OR_RETURN(auto written, std::move(writer).Finish());
  for (iceberg::WrittenManifest& manifest : written) {
    clustered.manifests.push_back(files.Keep(std::move(manifest), output.folder()));
  }
  return clustered;
}

}  // namespace firn::table
