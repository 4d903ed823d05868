#include "server/rest/feature_requests.h"

#include <algorithm>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "iceberg/schema/time_text.h"

namespace firn::rest {
namespace {

constexpr std::string_view kJoinFields[] = {
    "views", "entities", "event-timestamp", "full-feature-names", "as-of", "start", "end"};
constexpr std::string_view kLatestFields[] = {"view", "as-of", "start", "end"};

Status CheckFields(const json::Object& object, std::span<const std::string_view> known) {
  for (const auto& field : object) {
    if (std::ranges::find(known, field.key) == known.end()) {
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("Unknown field in the request: {}", field.key));
    }
  }
  return {};
}

/// `read` gives a Result of a time.
template <class Time>
Result<std::optional<Time>> FindTime(const json::Object& object,
                                     std::string_view key,
                                     Result<Time> (*read)(std::string_view)) {
  ASSIGN_OR_RETURN(auto text, json::FindString(object, key));
  if (!text) {
    return std::optional<Time>();
  }
  auto time = read(*text);
  if (!time.has_value()) {
    return Error(ErrorCode::kInvalidArgument, fmt::format("{}: {}", key, time.error().message()));
  }
  return std::optional(*time);
}

}  // namespace

Result<JoinFeaturesRequest> ParseJoinFeatures(std::string_view json) {
  ASSIGN_OR_RETURN(json::Document document, json::Document::Parse(json));
  JoinFeaturesRequest request{.document = std::move(document)};
  ASSIGN_OR_RETURN(json::Object root, json::AsObject(request.document.root(), "request"));
  RETURN_IF_ERROR(CheckFields(root, kJoinFields));
  ASSIGN_OR_RETURN(request.views, json::GetStringList(root, "views"));
  if (request.views.empty() || request.views.size() > kMaxViews) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("views: 1 to {}, not {}", kMaxViews, request.views.size()));
  }
  ASSIGN_OR_RETURN(auto event_timestamp, json::FindString(root, "event-timestamp"));
  request.event_timestamp = event_timestamp.value_or("");
  ASSIGN_OR_RETURN(auto full_feature_names, json::FindBool(root, "full-feature-names"));
  request.full_feature_names = full_feature_names.value_or(false);
  ASSIGN_OR_RETURN(request.as_of, FindTime(root, "as-of", iceberg::ReadTime));
  ASSIGN_OR_RETURN(request.start, FindTime(root, "start", iceberg::ReadTimeUs));
  ASSIGN_OR_RETURN(request.end, FindTime(root, "end", iceberg::ReadTimeUs));
  ASSIGN_OR_RETURN(request.entities, json::FindArray(root, "entities"));
  return request;
}

Result<LatestFeaturesRequest> ParseLatestFeatures(std::string_view json) {
  ASSIGN_OR_RETURN(json::Document document, json::Document::Parse(json));
  ASSIGN_OR_RETURN(json::Object root, json::AsObject(document.root(), "request"));
  RETURN_IF_ERROR(CheckFields(root, kLatestFields));
  LatestFeaturesRequest request;
  ASSIGN_OR_RETURN(request.view, json::GetString(root, "view"));
  ASSIGN_OR_RETURN(request.as_of, FindTime(root, "as-of", iceberg::ReadTime));
  ASSIGN_OR_RETURN(request.start, FindTime(root, "start", iceberg::ReadTimeUs));
  ASSIGN_OR_RETURN(request.end, FindTime(root, "end", iceberg::ReadTimeUs));
  return request;
}

}  // namespace firn::rest
