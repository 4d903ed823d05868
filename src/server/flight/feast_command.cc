#include "server/flight/feast_command.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "base/json_reader.h"
#include "iceberg/schema/time_text.h"

namespace firn::flight {
namespace {

constexpr json::ParseLimits kLimits{.max_bytes = kMaxCommandBytes, .max_depth = 16};
constexpr int64_t kMicrosOfMinute = 60'000'000;
/// `+05:30`.
constexpr size_t kOffsetLength = 6;

Result<std::string> Text(const json::Object& object, std::string_view key) {
  ASSIGN_OR_RETURN(auto found, json::FindString(object, key));
  return std::string(found.value_or(""));
}

/// Texts, null for the empty one.
Result<std::vector<std::string>> Texts(const json::Object& object, std::string_view key) {
  std::vector<std::string> texts;
  ASSIGN_OR_RETURN(auto found, json::FindArray(object, key));
  if (!found) {
    return texts;
  }
  for (json::Element each : *found) {
    if (each.is_null()) {
      texts.emplace_back();
      continue;
    }
    ASSIGN_OR_RETURN(std::string_view text, json::AsString(each, key));
    texts.emplace_back(text);
  }
  return texts;
}

Result<std::optional<TimestampUs>> Time(const json::Object& object, std::string_view key) {
  ASSIGN_OR_RETURN(auto text, json::FindString(object, key));
  if (!text) {
    return std::optional<TimestampUs>();
  }
  ASSIGN_OR_RETURN(TimestampUs time, ReadPythonTime(*text));
  return std::optional(time);
}

bool IsOffset(std::string_view text) {
  constexpr std::string_view kForm = "+00:00";
  for (size_t i = 1; i < kForm.size(); ++i) {
    const bool fits =
        kForm[i] == ':' ? text[i] == ':' : std::isdigit(static_cast<unsigned char>(text[i])) != 0;
    if (!fits) {
      return false;
    }
  }
  return text[0] == '+' || text[0] == '-';
}

}  // namespace

Result<TimestampUs> ReadPythonTime(std::string_view text) {
  // A date alone ends like an offset.
  if (text.find_first_of("T ") == std::string_view::npos || text.size() <= kOffsetLength ||
      !IsOffset(text.substr(text.size() - kOffsetLength))) {
    return iceberg::ReadTimeUs(text);
  }
  const std::string_view offset = text.substr(text.size() - kOffsetLength);
  const auto two = [&offset](size_t at) { return (offset[at] - '0') * 10 + offset[at + 1] - '0'; };
  const int64_t minutes = two(1) * 60 + two(4);
  ASSIGN_OR_RETURN(TimestampUs local,
                   iceberg::ReadTimeUs(text.substr(0, text.size() - kOffsetLength)));
  const int64_t ahead = (offset[0] == '-' ? -minutes : minutes) * kMicrosOfMinute;
  return TimestampUs(local.value() - ahead);
}

Result<FeastCommand> ParseFeastCommand(std::string_view text) {
  ASSIGN_OR_RETURN(json::Document document, json::Document::Parse(text, kLimits));
  ASSIGN_OR_RETURN(json::Object root, json::AsObject(document.root(), "command"));
  FeastCommand command;
  ASSIGN_OR_RETURN(std::string_view api, json::GetString(root, "api"));
  command.api = api;
  ASSIGN_OR_RETURN(command.feature_view_names, Texts(root, "feature_view_names"));
  ASSIGN_OR_RETURN(command.name_aliases, Texts(root, "name_aliases"));
  command.name_aliases.resize(command.feature_view_names.size());
  ASSIGN_OR_RETURN(command.feature_refs, Texts(root, "feature_refs"));
  ASSIGN_OR_RETURN(command.project, Text(root, "project"));
  ASSIGN_OR_RETURN(auto full_feature_names, json::FindBool(root, "full_feature_names"));
  command.full_feature_names = full_feature_names.value_or(false);
  command.has_entity_sql = json::Find(root, "entity_df_sql").has_value();
  ASSIGN_OR_RETURN(command.data_source_name, Text(root, "data_source_name"));
  ASSIGN_OR_RETURN(command.join_key_columns, Texts(root, "join_key_columns"));
  ASSIGN_OR_RETURN(command.feature_name_columns, Texts(root, "feature_name_columns"));
  ASSIGN_OR_RETURN(command.timestamp_field, Text(root, "timestamp_field"));
  ASSIGN_OR_RETURN(command.created_timestamp_column, Text(root, "created_timestamp_column"));
  ASSIGN_OR_RETURN(command.start, Time(root, "start_date"));
  ASSIGN_OR_RETURN(command.end, Time(root, "end_date"));
  ASSIGN_OR_RETURN(command.data_source_proto, Text(root, "data_source_proto"));
  return command;
}

}  // namespace firn::flight
