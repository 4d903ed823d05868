#include "features/definitions/feast_registry.h"

#include <algorithm>
#include <array>
#include <functional>
#include <utility>

#include <fmt/format.h>

#include "base/json_reader.h"
#include "features/definitions/protobuf_wire.h"

namespace firn::features {
namespace {

constexpr int64_t kMicrosOfSecond = 1'000'000;
constexpr int64_t kNanosOfMicro = 1'000;
/// Beyond it a TTL is no limit: 290,000 years.
constexpr int64_t kMaxSeconds = int64_t{9'000'000'000'000};
/// The key of views that have none.
constexpr std::string_view kDummyKey = "__dummy_id";
constexpr std::string_view kFeastClass = "IcebergSource";
constexpr std::string_view kFeastModule = "feast.infra.data_sources.contrib.iceberg_catalog.";
constexpr std::string_view kFirnModule = "firn.feast.";
/// feast.core.DataSource.SourceType, by value.
constexpr std::array<std::string_view, 14> kSourceTypes = {
    "INVALID",        "BATCH_FILE",    "BATCH_BIGQUERY", "STREAM_KAFKA",    "STREAM_KINESIS",
    "BATCH_REDSHIFT", "CUSTOM_SOURCE", "REQUEST_SOURCE", "BATCH_SNOWFLAKE", "PUSH_SOURCE",
    "BATCH_TRINO",    "BATCH_SPARK",   "BATCH_ATHENA",   "BATCH_ICEBERG"};

using OnField = std::function<Status(const WireField&)>;

Status ForEachField(std::string_view bytes, const OnField& on_field) {
  ProtobufWire wire(bytes);
  while (true) {
    ASSIGN_OR_RETURN(auto field, wire.Next());
    if (!field) {
      return {};
    }
    RETURN_IF_ERROR(on_field(*field));
  }
}

/// An entry of a map of texts.
Status ReadEntry(std::string_view bytes, std::map<std::string, std::string>& map) {
  std::string key;
  std::string value;
  RETURN_IF_ERROR(ForEachField(bytes, [&](const WireField& field) -> Status {
    if (field.Is(1, WireType::kBytes)) {
      key = field.bytes;
    } else if (field.Is(2, WireType::kBytes)) {
      value = field.bytes;
    }
    return {};
  }));
  map.insert_or_assign(std::move(key), std::move(value));
  return {};
}

/// google.protobuf.Duration.
Result<int64_t> ReadDurationUs(std::string_view bytes) {
  int64_t seconds = 0;
  int64_t nanos = 0;
  RETURN_IF_ERROR(ForEachField(bytes, [&](const WireField& field) -> Status {
    if (field.Is(1, WireType::kVarint)) {
      seconds = static_cast<int64_t>(field.value);
    } else if (field.Is(2, WireType::kVarint)) {
      nanos = static_cast<int32_t>(field.value);
    }
    return {};
  }));
  if (seconds < 0 || seconds > kMaxSeconds) {
    return 0;
  }
  return seconds * kMicrosOfSecond + nanos / kNanosOfMicro;
}

/// The first field 1 of a message: the name of a column, the configuration of a custom source.
Result<std::string> FirstText(std::string_view bytes) {
  std::string text;
  RETURN_IF_ERROR(ForEachField(bytes, [&](const WireField& field) -> Status {
    if (field.Is(1, WireType::kBytes)) {
      text = field.bytes;
    }
    return {};
  }));
  return text;
}

/// Of firn.feast.IcebergSource: what may name an older state of its table.
constexpr std::array<std::string_view, 3> kOlderStates = {"snapshot_id", "as_of", "ref"};

/// Reads what the configuration of an Iceberg source says of its table; `source.words` are set.
Status ReadTable(std::string_view configuration, FeastSource& source) {
  ASSIGN_OR_RETURN(json::Document document, json::Document::Parse(configuration));
  ASSIGN_OR_RETURN(json::Object root, json::AsObject(document.root(), "configuration"));
  if (source.words == SourceWords::kArrow) {
    for (std::string_view key : kOlderStates) {
      if (json::Has(root, key)) {
        return Error(ErrorCode::kUnsupported,
                     fmt::format("{} is not served: `type: iceberg` reads older states", key));
      }
    }
    ASSIGN_OR_RETURN(std::string_view table, json::GetString(root, "table_identifier"));
    ASSIGN_OR_RETURN(source.table, ParseDottedIdentifier(table));
    return {};
  }
  ASSIGN_OR_RETURN(std::string_view name_space, json::GetString(root, "namespace"));
  ASSIGN_OR_RETURN(std::string_view table, json::GetString(root, "table"));
  TableIdentifier identifier{.name_space = {}, .name = std::string(table)};
  ASSIGN_OR_RETURN(identifier.name_space, ParseDottedNamespace(name_space));
  ASSIGN_OR_RETURN(auto warehouse, json::FindString(root, "warehouse"));
  source.warehouse = warehouse.value_or("");
  source.table = std::move(identifier);
  return {};
}

/// A source's class, type and configuration as it is kept.
struct SourceKind {
  uint64_t type = 0;
  std::string class_path;
  std::string configuration;
};

bool IsClassOf(std::string_view path, std::string_view module) {
  return path.starts_with(module) && path.ends_with(kFeastClass);
}

void SetKind(const SourceKind& kind, FeastSource& source) {
  const bool is_firn = IsClassOf(kind.class_path, kFirnModule);
  source.kind = !kind.class_path.empty()          ? kind.class_path
                : kind.type < kSourceTypes.size() ? std::string(kSourceTypes[kind.type])
                                                  : std::to_string(kind.type);
  if (!is_firn && !IsClassOf(kind.class_path, kFeastModule)) {
    return;
  }
  source.words = is_firn ? SourceWords::kArrow : SourceWords::kIceberg;
  const Status read = ReadTable(kind.configuration, source);
  if (!read.has_value()) {
    source.kind += fmt::format(" ({})", read.error().message());
  }
}

Status ReadSourceField(const WireField& field, FeastSource& source, SourceKind& kind) {
  if (field.Is(1, WireType::kVarint)) {
    kind.type = field.value;
  }
  if (field.type != WireType::kBytes) {
    return {};
  }
  switch (field.number) {
    case 2:
      return ReadEntry(field.bytes, source.field_mapping);
    case 3:
      source.timestamp_field = field.bytes;
      break;
    case 5:
      source.created_timestamp_column = field.bytes;
      break;
    case 16: {
      ASSIGN_OR_RETURN(kind.configuration, FirstText(field.bytes));
      break;
    }
    case 17:
      kind.class_path = field.bytes;
      break;
    case 20:
      source.name = field.bytes;
      break;
    case 21:
      source.project = field.bytes;
      break;
    default:
      break;
  }
  return {};
}

Result<FeastSource> ReadSource(std::string_view bytes) {
  FeastSource source;
  SourceKind kind;
  RETURN_IF_ERROR(ForEachField(
      bytes, [&](const WireField& field) { return ReadSourceField(field, source, kind); }));
  SetKind(kind, source);
  return source;
}

/// Which fields of FeatureViewSpec and StreamFeatureViewSpec are which.
struct SpecFields {
  uint32_t entity_columns;
  uint32_t ttl;
  uint32_t batch_source;
};
constexpr SpecFields kViewFields{.entity_columns = 12, .ttl = 6, .batch_source = 7};
constexpr SpecFields kStreamViewFields{.entity_columns = 5, .ttl = 9, .batch_source = 10};

Status ReadViewField(const WireField& field, const SpecFields& fields, FeastView& view) {
  if (field.type != WireType::kBytes) {
    return {};
  }
  if (field.number == 1) {
    view.name = field.bytes;
  } else if (field.number == 2) {
    view.project = field.bytes;
  } else if (field.number == 4) {
    ASSIGN_OR_RETURN(view.features.emplace_back(), FirstText(field.bytes));
  } else if (field.number == fields.entity_columns) {
    ASSIGN_OR_RETURN(std::string name, FirstText(field.bytes));
    if (name != kDummyKey) {
      view.join_keys.push_back(std::move(name));
    }
  } else if (field.number == fields.ttl) {
    ASSIGN_OR_RETURN(view.ttl_us, ReadDurationUs(field.bytes));
  } else if (field.number == fields.batch_source) {
    ASSIGN_OR_RETURN(view.source, ReadSource(field.bytes));
  }
  return {};
}

/// `bytes` has the spec in its field 1.
Result<FeastView> ReadView(std::string_view bytes, const SpecFields& fields) {
  FeastView view;
  RETURN_IF_ERROR(ForEachField(bytes, [&](const WireField& field) -> Status {
    if (!field.Is(1, WireType::kBytes)) {
      return {};
    }
    return ForEachField(field.bytes,
                        [&](const WireField& inner) { return ReadViewField(inner, fields, view); });
  }));
  return view;
}

Result<FeastProjection> ReadProjection(std::string_view bytes) {
  FeastProjection projection;
  RETURN_IF_ERROR(ForEachField(bytes, [&](const WireField& field) -> Status {
    if (field.Is(1, WireType::kBytes)) {
      projection.view = field.bytes;
    } else if (field.Is(3, WireType::kBytes)) {
      projection.alias = field.bytes;
    } else if (field.Is(4, WireType::kBytes)) {
      return ReadEntry(field.bytes, projection.join_keys);
    }
    return {};
  }));
  return projection;
}

/// The projections of a feature service.
Status ReadService(std::string_view bytes, std::vector<FeastProjection>& projections) {
  std::string project;
  std::string name;
  std::vector<FeastProjection> found;
  RETURN_IF_ERROR(ForEachField(bytes, [&](const WireField& field) -> Status {
    if (!field.Is(1, WireType::kBytes)) {
      return {};
    }
    return ForEachField(field.bytes, [&](const WireField& inner) -> Status {
      if (inner.Is(1, WireType::kBytes)) {
        name = inner.bytes;
      } else if (inner.Is(2, WireType::kBytes)) {
        project = inner.bytes;
      } else if (inner.Is(3, WireType::kBytes)) {
        ASSIGN_OR_RETURN(found.emplace_back(), ReadProjection(inner.bytes));
      }
      return {};
    });
  }));
  for (FeastProjection& each : found) {
    each.project = project;
    each.service = name;
    projections.push_back(std::move(each));
  }
  return {};
}

Status ReadRegistryField(const WireField& field, FeastRegistry& registry) {
  if (field.type != WireType::kBytes) {
    return {};
  }
  if (field.number == 6) {
    ASSIGN_OR_RETURN(registry.views.emplace_back(), ReadView(field.bytes, kViewFields));
  } else if (field.number == 14) {
    ASSIGN_OR_RETURN(registry.views.emplace_back(), ReadView(field.bytes, kStreamViewFields));
  } else if (field.number == 12) {
    ASSIGN_OR_RETURN(registry.sources.emplace_back(), ReadSource(field.bytes));
  } else if (field.number == 7) {
    return ReadService(field.bytes, registry.projections);
  }
  return {};
}

template <class T>
Result<const T*> FindOne(const std::vector<T>& all,
                         std::string_view what,
                         std::string_view project,
                         std::string_view name) {
  const T* found = nullptr;
  for (const T& each : all) {
    if (each.name != name || (!project.empty() && each.project != project)) {
      continue;
    }
    if (found != nullptr && found->project != each.project) {
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("The {} {} is in the projects {} and {}: features.project says "
                               "which is served",
                               what, name, found->project, each.project));
    }
    found = found == nullptr ? &each : found;
  }
  if (found == nullptr) {
    return Error(ErrorCode::kNotFound, fmt::format("The registry has no {} {}", what, name));
  }
  return found;
}

bool HaveSameKeys(const FeastView& view, const FeastProjection& one, const FeastProjection& other) {
  return std::ranges::all_of(view.join_keys, [&](const std::string& key) {
    return one.EntityColumnOf(key) == other.EntityColumnOf(key);
  });
}

/// Base64, RFC 4648.
Result<std::string> Decode(std::string_view text) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  uint32_t bits = 0;
  int count = 0;
  while (text.ends_with('=')) {
    text.remove_suffix(1);
  }
  for (char c : text) {
    const size_t digit = kDigits.find(c);
    if (digit == std::string_view::npos) {
      return Error(ErrorCode::kInvalidArgument, "The configuration is no base64");
    }
    bits = (bits << 6) | static_cast<uint32_t>(digit);
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes += static_cast<char>((bits >> count) & 0xFF);
    }
  }
  return bytes;
}

}  // namespace

std::string FeastSource::ColumnOf(std::string_view feature) const {
  for (const auto& [column, mapped] : field_mapping) {
    if (mapped == feature) {
      return column;
    }
  }
  return std::string(feature);
}

Result<TableIdentifier> FeastSource::TableIn(std::string_view served) const {
  if (!table) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("The data source {} is not served here: {}", name, kind));
  }
  if (!warehouse.empty() && warehouse != served) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("The data source {} is of the warehouse {}, but {} is served here",
                             name, warehouse, served));
  }
  return *table;
}

Result<const FeastView*> FeastRegistry::FindView(std::string_view project,
                                                 std::string_view name) const {
  return FindOne(views, "feature view", project, name);
}

Result<const FeastSource*> FeastRegistry::FindSource(std::string_view project,
                                                     std::string_view name) const {
  return FindOne(sources, "data source", project, name);
}

const std::string& FeastProjection::EntityColumnOf(const std::string& key) const {
  const auto renamed = join_keys.find(key);
  return renamed == join_keys.end() ? key : renamed->second;
}

Result<const FeastProjection*> FeastRegistry::FindProjection(const FeastView& view,
                                                             std::string_view alias) const {
  const FeastProjection as_it_is;
  const FeastProjection* found = nullptr;
  for (const FeastProjection& each : projections) {
    if (each.project != view.project || each.view != view.name || each.alias != alias) {
      continue;
    }
    if (alias.empty() && !HaveSameKeys(view, as_it_is, each)) {
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("Feature service {} gives the keys of feature view {} other names, "
                               "but the view none, by which a call could say so: give it one there "
                               "(with_name)",
                               each.service, view.name));
    }
    if (found != nullptr && !HaveSameKeys(view, *found, each)) {
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("Feature services {} and {} have feature view {} as {} by keys of "
                               "different names, and a call does not say which service it is of: "
                               "give it another name in one of them (with_name)",
                               found->service, each.service, view.name, alias));
    }
    found = found == nullptr ? &each : found;
  }
  return found;
}

Result<FeastRegistry> ReadFeastRegistry(std::string_view bytes) {
  FeastRegistry registry;
  RETURN_IF_ERROR(ForEachField(
      bytes, [&](const WireField& field) { return ReadRegistryField(field, registry); }));
  return registry;
}

Result<FeastSource> ReadFeastSourceJson(std::string_view text) {
  ASSIGN_OR_RETURN(json::Document document, json::Document::Parse(text));
  ASSIGN_OR_RETURN(json::Object root, json::AsObject(document.root(), "data source"));
  FeastSource source;
  SourceKind kind;
  const auto read = [&root](std::string_view key, std::string& into) -> Status {
    ASSIGN_OR_RETURN(auto found, json::FindString(root, key));
    into = found.value_or("");
    return {};
  };
  std::string type;
  RETURN_IF_ERROR(read("name", source.name));
  RETURN_IF_ERROR(read("project", source.project));
  RETURN_IF_ERROR(read("timestampField", source.timestamp_field));
  RETURN_IF_ERROR(read("createdTimestampColumn", source.created_timestamp_column));
  RETURN_IF_ERROR(read("dataSourceClassType", kind.class_path));
  RETURN_IF_ERROR(read("type", type));
  ASSIGN_OR_RETURN(source.field_mapping, json::FindStringMap(root, "fieldMapping"));
  ASSIGN_OR_RETURN(auto options, json::FindObject(root, "customOptions"));
  if (options) {
    ASSIGN_OR_RETURN(auto configuration, json::FindString(*options, "configuration"));
    ASSIGN_OR_RETURN(kind.configuration, Decode(configuration.value_or("")));
  }
  const auto* place = std::ranges::find(kSourceTypes, type);
  kind.type = static_cast<uint64_t>(place - kSourceTypes.begin());
  SetKind(kind, source);
  return source;
}

}  // namespace firn::features
