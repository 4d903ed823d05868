#include "server/flight/feast_views.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "iceberg/schema/civil_time.h"

namespace firn::flight {
namespace {

using features::FeastProjection;
using features::FeastView;

constexpr int64_t kDefaultRangeUs = 30 * iceberg::kMicrosPerDay;

/// A view that the command names, and what it is called in it.
struct Named {
  const FeastView* view;
  /// Null: no service renames its keys.
  const FeastProjection* projection;
  std::string name;
  /// In FeastViews::join; nullopt while no feature of it is wanted.
  std::optional<size_t> place;
};

Result<std::vector<Named>> NamedViews(const features::FeastRegistry& registry,
                                      const FeastCommand& command) {
  std::vector<Named> named;
  for (size_t i = 0; i < command.feature_view_names.size(); ++i) {
    ASSIGN_OR_RETURN(const FeastView* view,
                     registry.FindView(command.project, command.feature_view_names[i]));
    const std::string& alias = command.name_aliases[i];
    ASSIGN_OR_RETURN(const FeastProjection* projection, registry.FindProjection(*view, alias));
    named.push_back({view, projection, alias.empty() ? view->name : alias, std::nullopt});
  }
  return named;
}

Result<features::ViewText> TextOf(const Named& named, std::string_view warehouse) {
  const features::FeastSource& source = named.view->source;
  features::ViewText text{.name = named.name, .ttl_us = named.view->ttl_us};
  ASSIGN_OR_RETURN(text.table, source.TableIn(warehouse));
  for (const std::string& key : named.view->join_keys) {
    const std::string& entity =
        named.projection == nullptr ? key : named.projection->EntityColumnOf(key);
    text.keys.push_back({entity, source.ColumnOf(key)});
  }
  text.no_keys = features::NoKeys::kByTimeAlone;
  if (!source.timestamp_field.empty()) {
    text.timestamp_column = source.ColumnOf(source.timestamp_field);
  }
  if (!source.created_timestamp_column.empty()) {
    text.created_column = source.ColumnOf(source.created_timestamp_column);
  } else {
    // None that is not named counts: the event time decides nothing among its equals.
    text.created_column = text.timestamp_column;
  }
  return text;
}

template <class T>
void AddOnce(std::vector<T>& all, T value) {
  if (std::ranges::find(all, value) == all.end()) {
    all.push_back(std::move(value));
  }
}

}  // namespace

Result<FeastViews> ViewsOf(const features::FeastRegistry& registry,
                           const FeastCommand& command,
                           std::string_view warehouse) {
  ASSIGN_OR_RETURN(std::vector<Named> named, NamedViews(registry, command));
  FeastViews result;
  for (const std::string& ref : command.feature_refs) {
    const size_t colon = ref.rfind(':');
    const std::string_view name = std::string_view(ref).substr(0, colon);
    auto found = std::ranges::find(named, name,
                                   [](const Named& each) { return std::string_view(each.name); });
    if (colon == std::string::npos || found == named.end()) {
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("feature {}: of none of the feature views that were asked for; "
                               "features on demand are computed by no server",
                               ref));
    }
    if (!found->place) {
      ASSIGN_OR_RETURN(features::ViewText text, TextOf(*found, warehouse));
      for (const features::JoinKey& key : text.keys) {
        AddOnce(result.keys, key.entity_column);
      }
      found->place = result.views.size();
      result.views.push_back(found->view);
      result.join.views.push_back({std::move(text), std::nullopt});
    }
    const std::string feature = ref.substr(colon + 1);
    const std::string output =
        command.full_feature_names ? fmt::format("{}__{}", found->name, feature) : feature;
    auto& features = result.join.views[*found->place].text.features;
    const std::string column = found->view->source.ColumnOf(feature);
    if (std::ranges::find(features, output, &features::FeatureColumn::output_name) ==
        features.end()) {
      features.push_back({column, output});
    }
    AddOnce(result.outputs, output);
  }
  if (result.views.empty()) {
    return Error(ErrorCode::kInvalidArgument, "No features were asked for");
  }
  return result;
}

DateRange DateRangeOf(const FeastViews& views, const FeastCommand& command, TimestampUs now) {
  int64_t range_us = 0;
  for (const FeastView* view : views.views) {
    range_us = std::max(range_us, view->ttl_us);
  }
  const TimestampUs end = command.end.value_or(now);
  range_us = range_us == 0 ? kDefaultRangeUs : range_us;
  const int64_t earliest = std::numeric_limits<int64_t>::min() + range_us;
  const TimestampUs start(std::max(end.value(), earliest) - range_us);
  return {.start = command.start.value_or(start), .end = end};
}

}  // namespace firn::flight
