#include "cli/describe.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/clock.h"
#include "base/json_reader.h"
#include "base/table_identifier.h"
#include "iceberg/metadata/table_metadata_json.h"
#include "iceberg/schema/type_text.h"
#include "iceberg/view/view_metadata_json.h"

namespace firn::cli {
namespace {

/// Runs `read` on the answer's root object; whatever it finds wrong is the server's doing.
template <class Read>
Result<std::string> FromAnswer(std::string_view answer, Read read) {
  auto text = [&]() -> Result<std::string> {
    ASSIGN_OR_RETURN(json::Document document, json::Document::Parse(answer, json::kFileLimits));
    ASSIGN_OR_RETURN(json::Object root, json::AsObject(document.root(), "answer"));
    return read(root);
  }();
  if (!text.has_value()) {
    return Error(ErrorCode::kInternal,
                 "The server's answer is not that of a catalog: " + text.error().message());
  }
  return text;
}

/// `name:  value`.
void AppendField(std::string& text, std::string_view name, std::string_view value) {
  text += fmt::format("{:<13} {}\n", fmt::format("{}:", name), value);
}

void AppendProperties(std::string& text, const iceberg::PropertyMap& properties) {
  if (properties.empty()) {
    return;
  }
  text += "properties:\n";
  for (const auto& [key, value] : properties) {
    text += fmt::format("  {} = {}\n", key, value);
  }
}

void AppendSchema(std::string& text, const iceberg::Schema& schema) {
  text += fmt::format("schema {}:\n", schema.id().value());
  for (const iceberg::NestedField& field : schema.fields()) {
    text += fmt::format("  {}\n", iceberg::ToString(field));
  }
}

std::string ColumnName(const iceberg::Schema& schema, iceberg::FieldId id) {
  const std::string* name = schema.FindName(id);
  return name != nullptr ? *name : fmt::format("field {}", id.value());
}

void AppendPartitioning(std::string& text, const iceberg::TableMetadata& metadata) {
  std::string fields;
  for (const iceberg::PartitionField& field : metadata.default_spec().fields) {
    fields += fields.empty() ? "" : ", ";
    fields += fmt::format("{}({}) as {}", field.transform.ToString(),
                          ColumnName(metadata.current_schema(), field.source_id), field.name);
  }
  AppendField(text, "partitioned", fields.empty() ? "no" : fields);
}

void AppendOrder(std::string& text, const iceberg::TableMetadata& metadata) {
  std::string fields;
  for (const iceberg::SortField& field : metadata.default_sort_order().fields) {
    fields += fields.empty() ? "" : ", ";
    fields += fmt::format("{}({}) {} nulls {}", field.transform.ToString(),
                          ColumnName(metadata.current_schema(), field.source_id),
                          field.direction == iceberg::SortDirection::kAscending ? "asc" : "desc",
                          field.null_order == iceberg::NullOrder::kNullsFirst ? "first" : "last");
  }
  AppendField(text, "sorted", fields.empty() ? "no" : fields);
}

void AppendSnapshots(std::string& text, const iceberg::TableMetadata& metadata) {
  const iceberg::Snapshot* current = metadata.current_snapshot();
  if (current == nullptr) {
    AppendField(text, "snapshot", "none: the table is empty");
  } else {
    AppendField(text, "snapshot",
                fmt::format("{} ({}, {})", current->id.value(),
                            current->operation.value_or("unknown operation"),
                            FormatUtc(current->timestamp)));
  }
  AppendField(text, "snapshots", fmt::format("{}", metadata.snapshots.size()));
  for (const iceberg::NamedRef& ref : metadata.refs) {
    AppendField(text, ref.ref.is_branch() ? "branch" : "tag",
                fmt::format("{} at {}", ref.name, ref.ref.snapshot_id.value()));
  }
}

/// Columns as wide as their widest cell; the last one as it is.
std::string Align(const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths(rows.front().size(), 0);
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], row[i].size());
    }
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      line += i + 1 < row.size() ? fmt::format("{:<{}}", row[i], widths[i] + 2) : row[i];
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

struct Job {
  int64_t id = 0;
  std::string_view kind;
  std::string_view state;
  int64_t attempts = 0;
  int64_t run_after_ms = 0;
  std::string_view warehouse;
  std::string_view error;
};

Result<Job> ReadJob(const json::Object& object) {
  Job job;
  ASSIGN_OR_RETURN(job.id, json::GetInt64(object, "id"));
  ASSIGN_OR_RETURN(job.kind, json::GetString(object, "kind"));
  ASSIGN_OR_RETURN(job.state, json::GetString(object, "state"));
  ASSIGN_OR_RETURN(job.attempts, json::GetInt64(object, "attempts"));
  ASSIGN_OR_RETURN(job.run_after_ms, json::GetInt64(object, "run-after-ms"));
  ASSIGN_OR_RETURN(job.error, json::GetString(object, "error"));
  ASSIGN_OR_RETURN(auto warehouse, json::FindString(object, "warehouse"));
  job.warehouse = warehouse.value_or("");
  return job;
}

Result<std::string> Joined(const json::Object& object, std::string_view key) {
  ASSIGN_OR_RETURN(auto words, json::GetStringList(object, key));
  std::string text;
  for (const std::string& word : words) {
    text += (text.empty() ? "" : ", ") + word;
  }
  return text;
}

}  // namespace

Result<std::string> DescribeListing(std::string_view answer) {
  return FromAnswer(answer, [](const json::Object& root) -> Result<std::string> {
    std::string text;
    bool objects = json::Has(root, "identifiers");
    ASSIGN_OR_RETURN(json::Array items,
                     json::GetArray(root, objects ? "identifiers" : "namespaces"));
    for (json::Element item : items) {
      TableIdentifier identifier;
      json::Element levels = item;
      if (objects) {
        ASSIGN_OR_RETURN(json::Object object, json::AsObject(item, "identifier"));
        ASSIGN_OR_RETURN(identifier.name, json::GetString(object, "name"));
        ASSIGN_OR_RETURN(levels, json::Get(object, "namespace"));
      }
      ASSIGN_OR_RETURN(json::Array parts, json::AsArray(levels, "namespace"));
      for (json::Element part : parts) {
        ASSIGN_OR_RETURN(std::string_view level, json::AsString(part, "namespace"));
        identifier.name_space.levels.emplace_back(level);
      }
      text += (objects ? ToDotted(identifier) : ToDotted(identifier.name_space)) + "\n";
    }
    return text;
  });
}

Result<std::string> DescribeNamespace(std::string_view answer) {
  return FromAnswer(answer, [](const json::Object& root) -> Result<std::string> {
    NamespacePath path;
    ASSIGN_OR_RETURN(path.levels, json::GetStringList(root, "namespace"));
    ASSIGN_OR_RETURN(iceberg::PropertyMap properties, json::FindStringMap(root, "properties"));
    std::string text;
    AppendField(text, "namespace", ToDotted(path));
    AppendProperties(text, properties);
    return text;
  });
}

Result<std::string> DescribeProperties(std::string_view answer) {
  return FromAnswer(answer, [](const json::Object& root) -> Result<std::string> {
    std::string text;
    const std::pair<std::string_view, std::string_view> kinds[] = {
        {"updated", "set"}, {"removed", "removed"}, {"missing", "not there"}};
    for (const auto& [key, word] : kinds) {
      ASSIGN_OR_RETURN(std::string names, Joined(root, key));
      if (!names.empty()) {
        AppendField(text, word, names);
      }
    }
    return text;
  });
}

Result<std::string> DescribeTable(std::string_view answer) {
  return FromAnswer(answer, [](const json::Object& root) -> Result<std::string> {
    ASSIGN_OR_RETURN(std::string_view location, json::GetString(root, "metadata-location"));
    ASSIGN_OR_RETURN(json::Element element, json::Get(root, "metadata"));
    ASSIGN_OR_RETURN(auto parsed, iceberg::ParseTableMetadata(json::ToJson(element)));
    const iceberg::TableMetadata& metadata = *parsed;
    std::string text;
    AppendField(text, "uuid", metadata.uuid);
    AppendField(text, "format", fmt::format("version {}", metadata.format_version));
    AppendField(text, "location", metadata.location);
    AppendField(text, "metadata", location);
    AppendField(text, "updated", FormatUtc(metadata.last_updated));
    AppendSnapshots(text, metadata);
    AppendPartitioning(text, metadata);
    AppendOrder(text, metadata);
    AppendSchema(text, metadata.current_schema());
    AppendProperties(text, *metadata.properties);
    return text;
  });
}

Result<std::string> DescribeUnregistered(std::string_view answer) {
  return FromAnswer(answer, [](const json::Object& root) -> Result<std::string> {
    ASSIGN_OR_RETURN(std::string_view location, json::GetString(root, "metadata-location"));
    return std::string(location) + "\n";
  });
}

Result<std::string> DescribeView(std::string_view answer) {
  return FromAnswer(answer, [](const json::Object& root) -> Result<std::string> {
    ASSIGN_OR_RETURN(std::string_view location, json::GetString(root, "metadata-location"));
    ASSIGN_OR_RETURN(json::Element element, json::Get(root, "metadata"));
    ASSIGN_OR_RETURN(auto metadata, iceberg::ParseViewMetadata(json::ToJson(element)));
    const iceberg::ViewVersion& version = metadata->current_version();
    std::string text;
    AppendField(text, "uuid", metadata->uuid);
    AppendField(text, "location", metadata->location);
    AppendField(text, "metadata", location);
    AppendField(text, "version",
                fmt::format("{} of {} ({})", version.id.value(), metadata->versions.size(),
                            FormatUtc(version.timestamp)));
    AppendField(text, "namespace", ToDotted(NamespacePath{version.default_namespace}));
    for (const iceberg::ViewRepresentation& representation : version.representations) {
      AppendField(text, representation.is_sql() ? representation.dialect : representation.type,
                  representation.is_sql() ? representation.sql : representation.json);
    }
    AppendSchema(text, metadata->current_schema());
    AppendProperties(text, metadata->properties);
    return text;
  });
}

Result<std::string> DescribeWarehouses(std::string_view answer) {
  return FromAnswer(answer, [](const json::Object& root) -> Result<std::string> {
    std::vector<std::vector<std::string>> rows = {{"NAME", "DEFAULT", "LOCATION"}};
    ASSIGN_OR_RETURN(json::Array items, json::GetArray(root, "warehouses"));
    for (json::Element item : items) {
      ASSIGN_OR_RETURN(json::Object object, json::AsObject(item, "warehouse"));
      ASSIGN_OR_RETURN(std::string_view name, json::GetString(object, "name"));
      ASSIGN_OR_RETURN(std::string_view location, json::GetString(object, "location"));
      ASSIGN_OR_RETURN(bool is_default, json::GetBool(object, "default"));
      rows.push_back({std::string(name), is_default ? "yes" : "no", std::string(location)});
    }
    return Align(rows);
  });
}

Result<std::string> DescribeJobs(std::string_view answer) {
  return FromAnswer(answer, [](const json::Object& root) -> Result<std::string> {
    std::vector<std::vector<std::string>> rows = {
        {"ID", "KIND", "STATE", "ATTEMPTS", "WAREHOUSE", "ERROR"}};
    ASSIGN_OR_RETURN(json::Array items, json::GetArray(root, "jobs"));
    for (json::Element item : items) {
      ASSIGN_OR_RETURN(json::Object object, json::AsObject(item, "job"));
      ASSIGN_OR_RETURN(Job job, ReadJob(object));
      rows.push_back({fmt::format("{}", job.id), std::string(job.kind), std::string(job.state),
                      fmt::format("{}", job.attempts), std::string(job.warehouse),
                      std::string(job.error)});
    }
    return Align(rows);
  });
}

Result<std::string> DescribeJob(std::string_view answer) {
  return FromAnswer(answer, [](const json::Object& root) -> Result<std::string> {
    ASSIGN_OR_RETURN(Job job, ReadJob(root));
    std::string text;
    AppendField(text, "job", fmt::format("{} ({})", job.id, job.kind));
    AppendField(text, "state", job.state);
    AppendField(text, "attempts", fmt::format("{}", job.attempts));
    if (job.state == "queued") {
      AppendField(text, "next try", FormatUtc(TimestampMs(job.run_after_ms)));
    }
    if (!job.error.empty()) {
      AppendField(text, "error", job.error);
    }
    if (!job.warehouse.empty()) {
      AppendField(text, "warehouse", job.warehouse);
    }
    for (std::string_view part : {"payload", "progress"}) {
      ASSIGN_OR_RETURN(json::Object object, json::GetObject(root, part));
      for (auto field : object) {
        auto plain = json::AsString(field.value, field.key);
        AppendField(text, field.key,
                    plain.has_value() ? std::string(*plain) : json::ToJson(field.value));
      }
    }
    return text;
  });
}

}  // namespace firn::cli
