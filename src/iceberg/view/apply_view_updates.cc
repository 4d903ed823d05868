#include "iceberg/view/apply_view_updates.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/ascii.h"

namespace firn::iceberg {
namespace {

using Dialects = std::set<std::string>;

Dialects DialectsOf(const ViewVersion& version) {
  Dialects dialects;
  for (const ViewRepresentation& representation : version.representations) {
    if (representation.is_sql()) {
      dialects.insert(ToLowerAscii(representation.dialect));
    }
  }
  return dialects;
}

/// How far ids may run ahead: one commit cannot use them up.
constexpr int32_t kMaxIdStep = 1'000'000;

/// The version's id is not below the others', and leaves room for more.
Status CheckVersionId(ViewVersionId id, const std::vector<ViewVersion>& versions) {
  ViewVersionId last{0};
  for (const ViewVersion& version : versions) {
    last = std::max(last, version.id);
  }
  if (id.value() < 0 || int64_t{id.value()} - last.value() > kMaxIdStep) {
    return InvalidArgument(fmt::format("Invalid view version id: {}", id.value()));
  }
  return {};
}

Status CheckRepresentations(const ViewVersion& version) {
  if (version.representations.empty()) {
    return InvalidArgument("Invalid view version: it has no representation");
  }
  Dialects dialects;
  for (const ViewRepresentation& representation : version.representations) {
    if (!representation.is_sql()) {
      return InvalidArgument(
          fmt::format("Found unsupported view representations: [{}]", representation.type));
    }
    std::string dialect = ToLowerAscii(representation.dialect);
    if (!dialects.insert(dialect).second) {
      return Error(
          ErrorCode::kIllegalView,
          fmt::format("Invalid view version: Cannot add multiple queries for dialect {}", dialect));
    }
  }
  return {};
}

/// Whether two versions say the same, whatever their ids and times.
bool SameVersion(const ViewVersion& a, const ViewVersion& b) {
  return a.schema_id == b.schema_id && a.summary == b.summary &&
         a.representations == b.representations && a.default_catalog == b.default_catalog &&
         a.default_namespace == b.default_namespace;
}

class Builder {
 public:
  Builder(ViewMetadataPtr base, TimestampMs now) : base_(std::move(base)), now_(now) {
    if (base_) {
      next_ = *base_;
    }
  }

  Status Apply(const AssignUuid& update) {
    if (EqualsIgnoringCase(update.uuid, next_.uuid)) {
      return {};
    }
    if (!next_.uuid.empty()) {
      return InvalidArgument("Cannot reassign uuid");
    }
    next_.uuid = update.uuid;
    changed_ = true;
    return {};
  }

  Status Apply(const UpgradeFormatVersion& update) {
    if (update.format_version < next_.format_version) {
      return InvalidArgument(fmt::format("Cannot downgrade v{} view to v{}", next_.format_version,
                                         update.format_version));
    }
    if (update.format_version > kMaxViewFormatVersion) {
      return InvalidArgument(fmt::format("Unsupported format version: {}", update.format_version));
    }
    return {};
  }

  Status Apply(const AddSchema& update) {
    SchemaId id{0};
    for (const Schema& schema : next_.schemas) {
      if (schema.SameAs(update.schema)) {
        last_added_schema_ = schema.id();
        return {};
      }
      id = schema.id() >= id ? NextId(schema.id()) : id;
    }
    next_.schemas.push_back(update.schema.WithId(id));
    last_added_schema_ = id;
    changed_ = true;
    return {};
  }

  Status Apply(const SetLocation& update) {
    changed_ = changed_ || update.location != next_.location;
    next_.location = update.location;
    return {};
  }

  Status Apply(const SetProperties& update) {
    for (const auto& [name, value] : update.updates) {
      next_.properties.insert_or_assign(name, value);
    }
    changed_ = changed_ || !update.updates.empty();
    return {};
  }

  Status Apply(const RemoveProperties& update) {
    for (const std::string& name : update.removals) {
      next_.properties.erase(name);
    }
    changed_ = changed_ || !update.removals.empty();
    return {};
  }

  Status Apply(const AddViewVersion& update) {
    ViewVersion version = update.version;
    if (version.schema_id.value() == kLastAdded) {
      if (!last_added_schema_) {
        return InvalidArgument("Cannot set last added schema: no schema has been added");
      }
      version.schema_id = *last_added_schema_;
    }
    for (const ViewVersion& existing : next_.versions) {
      if (SameVersion(existing, version)) {
        last_added_version_ = existing.id;
        return {};
      }
      version.id = existing.id >= version.id ? NextId(existing.id) : version.id;
    }
    if (next_.FindSchema(version.schema_id) == nullptr) {
      return InvalidArgument(
          fmt::format("Cannot add version with unknown schema: {}", version.schema_id.value()));
    }
    RETURN_IF_ERROR(CheckRepresentations(version));
    RETURN_IF_ERROR(CheckVersionId(version.id, next_.versions));
    last_added_version_ = version.id;
    added_versions_.insert(version.id);
    next_.versions.push_back(std::move(version));
    changed_ = true;
    return {};
  }

  Status Apply(const SetCurrentViewVersion& update) {
    ViewVersionId id = update.version_id;
    if (id.value() == kLastAdded) {
      if (!last_added_version_) {
        return InvalidArgument("Cannot set last version id: no current version id has been set");
      }
      id = *last_added_version_;
    }
    const ViewVersion* version = next_.FindVersion(id);
    if (version == nullptr) {
      return InvalidArgument(
          fmt::format("Cannot set current version to unknown version: {}", id.value()));
    }
    if (id == next_.current_version_id && !next_.history.empty()) {
      return {};
    }
    next_.current_version_id = id;
    // Going back to an older version happens now, not when the version was made.
    new_entry_ = ViewHistoryEntry{added_versions_.contains(id) ? version->timestamp : now_, id};
    changed_ = true;
    return {};
  }

  Result<ViewMetadataPtr> Build() {
    if (base_ && !changed_) {
      return base_;
    }
    RETURN_IF_ERROR(CheckPropertiesSize(next_.properties));
    if (next_.location.empty()) {
      return InvalidArgument("Invalid location: null");
    }
    if (next_.versions.empty()) {
      return InvalidArgument("Invalid view: no versions were added");
    }
    if (next_.FindVersion(next_.current_version_id) == nullptr) {
      return InvalidArgument(fmt::format("Cannot find current version {} in view versions",
                                         next_.current_version_id.value()));
    }
    if (next_.uuid.empty()) {
      next_.uuid = Uuid::Random().ToString();
    }
    if (new_entry_) {
      next_.history.push_back(*new_entry_);
    }
    RETURN_IF_ERROR(CheckDialectsKept());
    RETURN_IF_ERROR(ExpireVersions());
    return std::make_shared<const ViewMetadata>(std::move(next_));
  }

 private:
  Status CheckDialectsKept() const {
    if (!base_ || BoolProperty(next_.properties, kDropDialectProperty, false)) {
      return {};
    }
    Dialects before = DialectsOf(base_->current_version());
    Dialects after = DialectsOf(next_.current_version());
    if (std::includes(after.begin(), after.end(), before.begin(), before.end())) {
      return {};
    }
    return InvalidArgument(fmt::format(
        "Cannot replace view due to loss of view dialects ({}=false):\nPrevious dialects: "
        "[{}]\nNew dialects: [{}]",
        kDropDialectProperty, fmt::join(before, ", "), fmt::join(after, ", ")));
  }

  /// Keeps the current version, those added here, and the newest up to the limit.
  Status ExpireVersions() {
    ASSIGN_OR_RETURN(int32_t limit, IntProperty(next_.properties, kVersionHistoryProperty,
                                                kVersionHistoryDefault));
    if (limit <= 0) {
      return InvalidArgument(
          fmt::format("{} must be positive but was {}", kVersionHistoryProperty, limit));
    }
    std::set<ViewVersionId> kept = added_versions_;
    kept.insert(next_.current_version_id);
    size_t most = std::max(kept.size(), static_cast<size_t>(limit));
    if (next_.versions.size() <= most) {
      return {};
    }
    std::vector<ViewVersionId> newest_first;
    newest_first.reserve(next_.versions.size());
    for (const ViewVersion& version : next_.versions) {
      newest_first.push_back(version.id);
    }
    std::sort(newest_first.rbegin(), newest_first.rend());
    for (auto id = newest_first.begin(); id != newest_first.end() && kept.size() < most; ++id) {
      kept.insert(*id);
    }
    std::erase_if(next_.versions,
                  [&kept](const ViewVersion& version) { return !kept.contains(version.id); });
    DropHistoryBeforeGap(kept);
    return {};
  }

  void DropHistoryBeforeGap(const std::set<ViewVersionId>& kept) {
    auto gap = std::find_if(
        next_.history.rbegin(), next_.history.rend(),
        [&kept](const ViewHistoryEntry& entry) { return !kept.contains(entry.version_id); });
    next_.history.erase(next_.history.begin(), gap.base());
  }

  ViewMetadataPtr base_;
  TimestampMs now_;
  ViewMetadata next_;
  bool changed_ = false;
  std::optional<SchemaId> last_added_schema_;
  std::optional<ViewVersionId> last_added_version_;
  std::set<ViewVersionId> added_versions_;
  std::optional<ViewHistoryEntry> new_entry_;
};

}  // namespace

Result<ViewMetadataPtr> ApplyViewUpdates(ViewMetadataPtr base,
                                         std::span<const ViewUpdate> updates,
                                         TimestampMs now) {
  if (updates.size() > kMaxViewUpdates) {
    return InvalidArgument(fmt::format("Too many updates in one commit: {} (limit: {})",
                                       updates.size(), kMaxViewUpdates));
  }
  Builder builder(std::move(base), now);
  for (const ViewUpdate& update : updates) {
    RETURN_IF_ERROR(std::visit([&builder](const auto& one) { return builder.Apply(one); }, update));
  }
  return builder.Build();
}

Result<ViewMetadataPtr> NewViewMetadata(const CreateViewSpec& spec, TimestampMs now) {
  if (spec.version.representations.empty()) {
    return InvalidArgument("Cannot create view without specifying a query");
  }
  ViewVersion version = spec.version;
  version.schema_id = SchemaId(kLastAdded);
  std::vector<ViewUpdate> updates;
  updates.emplace_back(AssignUuid{spec.uuid.ToString()});
  updates.emplace_back(SetLocation{spec.location});
  updates.emplace_back(SetProperties{spec.properties});
  updates.emplace_back(AddSchema{spec.schema});
  updates.emplace_back(AddViewVersion{std::move(version)});
  updates.emplace_back(SetCurrentViewVersion{ViewVersionId(kLastAdded)});
  return ApplyViewUpdates(nullptr, updates, now);
}

}  // namespace firn::iceberg
