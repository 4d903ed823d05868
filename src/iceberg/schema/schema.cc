#include "iceberg/schema/schema.h"

#include <algorithm>
#include <deque>
#include <functional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/ascii.h"
#include "iceberg/schema/type_text.h"

namespace firn::iceberg {
namespace {

struct FieldEntry {
  FieldId id;
  const NestedField* field = nullptr;
  std::string full_name;
  std::optional<FieldId> parent;
};

struct NameEntry {
  std::string_view name;
  FieldId id;
  /// Full names come before short ones, and short names in the order of the walk.
  size_t rank = 0;

  friend bool operator<(const NameEntry& a, const NameEntry& b) {
    return a.name != b.name ? a.name < b.name : a.rank < b.rank;
  }
};

std::string Join(const std::string& prefix, const std::string& name) {
  return prefix.empty() ? name : fmt::format("{}.{}", prefix, name);
}

/// Walks a type and collects its fields with their names, short names included.
class Indexer {
 public:
  void Visit(const Type& type,
             const std::string& prefix,
             const std::string& short_prefix,
             std::optional<FieldId> parent) {
    for (const NestedField& field : type.fields()) {
      names_bytes += 2 * (prefix.size() + field.name.size());
      if (names_bytes > kMaxNamesBytes) {
        return;
      }
      std::string name = Join(prefix, field.name);
      std::string short_name = Join(short_prefix, field.name);
      bool skipped =
          field.type->is_struct() && (type.is_list() || (type.is_map() && &field == &type.value()));
      Visit(*field.type, name, skipped ? short_prefix : short_name, field.id);
      if (short_name != name) {
        short_names.emplace_back(std::move(short_name), field.id);
      }
      fields.push_back({field.id, &field, std::move(name), parent});
    }
  }

  std::vector<FieldEntry> fields;
  std::vector<std::pair<std::string, FieldId>> short_names;
  /// Of full and short names; the walk ends above kMaxNamesBytes.
  size_t names_bytes = 0;
};

void Mix(size_t& hash, size_t value) { hash = (hash ^ value) * 0x9E3779B97F4A7C15 + (hash >> 29); }

}  // namespace

struct Schema::Body {
  TypePtr root;
  std::vector<FieldId> identifier_field_ids;
  std::vector<FieldEntry> by_id;
  std::vector<std::pair<std::string, FieldId>> short_names;
  /// Sorted; views into by_id and short_names.
  std::vector<NameEntry> by_name;

  const FieldEntry* Find(FieldId id) const {
    auto found = std::lower_bound(by_id.begin(), by_id.end(), id,
                                  [](const FieldEntry& e, FieldId key) { return e.id < key; });
    return found != by_id.end() && found->id == id ? &*found : nullptr;
  }
  const FieldEntry* Find(std::string_view name) const {
    auto found =
        std::lower_bound(by_name.begin(), by_name.end(), name,
                         [](const NameEntry& e, std::string_view key) { return e.name < key; });
    return found != by_name.end() && found->name == name ? Find(found->id) : nullptr;
  }

  Status Index();
  Status IndexNames();
  Status CheckIdentifierField(FieldId id) const;
  Status CheckIdentifierParents(const FieldEntry& entry) const;
};

Status Schema::Body::Index() {
  Indexer indexer;
  indexer.Visit(*root, "", "", std::nullopt);
  if (indexer.names_bytes > kMaxNamesBytes) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("Invalid schema: its names are longer than {} bytes", kMaxNamesBytes));
  }
  by_id = std::move(indexer.fields);
  short_names = std::move(indexer.short_names);
  std::sort(by_id.begin(), by_id.end(),
            [](const FieldEntry& a, const FieldEntry& b) { return a.id < b.id; });
  auto twin = std::adjacent_find(by_id.begin(), by_id.end(),
                                 [](const auto& a, const auto& b) { return a.id == b.id; });
  if (twin != by_id.end()) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("Invalid schema: multiple fields for id {}: {} and {}",
                             twin->id.value(), twin->full_name, std::next(twin)->full_name));
  }
  return IndexNames();
}

Status Schema::Body::IndexNames() {
  by_name.reserve(by_id.size() + short_names.size());
  for (const FieldEntry& entry : by_id) {
    by_name.push_back({entry.full_name, entry.id, 0});
  }
  std::sort(by_name.begin(), by_name.end());
  auto twin = std::adjacent_find(by_name.begin(), by_name.end(),
                                 [](const auto& a, const auto& b) { return a.name == b.name; });
  if (twin != by_name.end()) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("Invalid schema: multiple fields for name {}: {} and {}", twin->name,
                             twin->id.value(), std::next(twin)->id.value()));
  }
  // A search finds the first of a name: the full one, where there is one.
  for (const auto& [name, id] : short_names) {
    by_name.push_back({name, id, by_name.size()});
  }
  std::sort(by_name.begin(), by_name.end());
  return {};
}

Status Schema::Body::CheckIdentifierField(FieldId id) const {
  const FieldEntry* entry = Find(id);
  if (entry == nullptr) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("Cannot add fieldId {} as an identifier field: field does not exist",
                             id.value()));
  }
  const NestedField& field = *entry->field;
  auto refuse = [&field](std::string_view why) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("Cannot add field {} as an identifier field: {}", field.name, why));
  };
  if (!field.type->is_primitive()) {
    return refuse("not a primitive type field");
  }
  if (!field.required) {
    return refuse("not a required field");
  }
  if (field.type->id() == TypeId::kFloat || field.type->id() == TypeId::kDouble) {
    return refuse("must not be float or double field");
  }
  return CheckIdentifierParents(*entry);
}

/// From the root down: the outermost parent that is wrong is the one named.
Status Schema::Body::CheckIdentifierParents(const FieldEntry& entry) const {
  std::deque<const NestedField*> parents;
  for (auto parent = entry.parent; parent; parent = Find(*parent)->parent) {
    parents.push_front(Find(*parent)->field);
  }
  for (const NestedField* parent : parents) {
    if (!parent->type->is_struct()) {
      return Error(
          ErrorCode::kInvalidArgument,
          fmt::format("Cannot add field {} as an identifier field: must not be nested in {}",
                      entry.field->name, ToString(*parent)));
    }
    if (!parent->required) {
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("Cannot add field {} as an identifier field: must not be nested in "
                               "an optional field {}",
                               entry.field->name, ToString(*parent)));
    }
  }
  return {};
}

Schema::Schema() {
  static const auto kEmpty = [] {
    auto body = std::make_shared<Body>();
    body->root = Type::Struct({});
    return std::shared_ptr<const Body>(std::move(body));
  }();
  body_ = kEmpty;
}

Result<Schema> Schema::Make(SchemaId id,
                            std::vector<NestedField> fields,
                            const std::vector<FieldId>& identifier_field_ids) {
  auto body = std::make_shared<Body>();
  body->root = Type::Struct(std::move(fields));
  RETURN_IF_ERROR(body->Index());
  std::set<FieldId> kept;
  for (FieldId identifier : identifier_field_ids) {
    if (kept.insert(identifier).second) {
      RETURN_IF_ERROR(body->CheckIdentifierField(identifier));
      body->identifier_field_ids.push_back(identifier);
    }
  }
  Schema schema;
  schema.id_ = id;
  schema.body_ = std::move(body);
  return schema;
}

Schema Schema::WithId(SchemaId id) const {
  Schema copy = *this;
  copy.id_ = id;
  return copy;
}

const TypePtr& Schema::as_struct() const { return body_->root; }

std::span<const FieldId> Schema::identifier_field_ids() const {
  return body_->identifier_field_ids;
}

FieldId Schema::highest_field_id() const {
  return body_->by_id.empty() ? FieldId(0) : body_->by_id.back().id;
}

const NestedField* Schema::FindField(FieldId id) const {
  const FieldEntry* entry = body_->Find(id);
  return entry != nullptr ? entry->field : nullptr;
}

const NestedField* Schema::FindField(std::string_view full_name) const {
  const FieldEntry* entry = body_->Find(full_name);
  return entry != nullptr ? entry->field : nullptr;
}

const NestedField* Schema::FindFieldIgnoringCase(std::string_view full_name) const {
  for (const NameEntry& entry : body_->by_name) {
    if (EqualsIgnoringCase(entry.name, full_name)) {
      return FindField(entry.id);
    }
  }
  return nullptr;
}

const std::string* Schema::FindName(FieldId id) const {
  const FieldEntry* entry = body_->Find(id);
  return entry != nullptr ? &entry->full_name : nullptr;
}

std::optional<FieldId> Schema::FindParent(FieldId id) const {
  const FieldEntry* entry = body_->Find(id);
  return entry != nullptr ? entry->parent : std::nullopt;
}

std::vector<FieldId> Schema::field_ids() const {
  std::vector<FieldId> ids;
  ids.reserve(body_->by_id.size());
  for (const FieldEntry& entry : body_->by_id) {
    ids.push_back(entry.id);
  }
  return ids;
}

bool Schema::SameAs(const Schema& other) const {
  if (body_ == other.body_) {
    return true;
  }
  std::set<FieldId> mine(body_->identifier_field_ids.begin(), body_->identifier_field_ids.end());
  std::set<FieldId> theirs(other.body_->identifier_field_ids.begin(),
                           other.body_->identifier_field_ids.end());
  return mine == theirs && *body_->root == *other.body_->root;
}

size_t Schema::ContentHash() const {
  size_t hash = 0;
  for (const FieldEntry& entry : body_->by_id) {
    const NestedField& field = *entry.field;
    Mix(hash, static_cast<size_t>(entry.id.value()));
    Mix(hash, std::hash<std::string>{}(field.name));
    Mix(hash, std::hash<std::string>{}(field.doc.value_or("")));
    Mix(hash, static_cast<size_t>(field.type->id()) * 2 + (field.required ? 1 : 0));
  }
  return hash;
}

}  // namespace firn::iceberg
