#include "server/rest/router.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "server/http/url.h"
#include "server/service/names.h"

namespace firn::rest {
namespace {

constexpr char kUnitSeparator = '\x1F';

/// A first segment behind /v1 that is no warehouse.
bool IsReserved(std::string_view segment) {
  return std::ranges::find(service::kReservedWords, segment) != service::kReservedWords.end();
}

bool IsPrefixed(const std::vector<std::string_view>& segments) {
  if (!segments.empty() && segments[0] == "features") {
    return segments.size() > 3;
  }
  return segments.size() > 1 && segments[0] == "v1" && !IsReserved(segments[1]);
}

}  // namespace

Result<Router> Router::Make(std::string_view separator) {
  ASSIGN_OR_RETURN(std::string decoded, http::PercentDecode(separator));
  if (decoded.size() != 1) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("catalog.namespace_separator takes one percent-encoded character, "
                             "not: {}",
                             separator));
  }
  return Router(std::move(decoded));
}

Router::Router(std::string separator) : separator_(std::move(separator)) {
  for (const OperationSpec& spec : Operations()) {
    Pattern pattern{&spec, {}};
    for (std::string_view text : http::SplitPath(spec.path)) {
      SegmentKind kind = SegmentKind::kLiteral;
      if (text == "{prefix}") {
        kind = SegmentKind::kPrefix;
      } else if (text == "{namespace}") {
        kind = SegmentKind::kNamespace;
      } else if (text.starts_with('{')) {
        kind = SegmentKind::kName;
      }
      pattern.segments.push_back({kind, text});
    }
    patterns_.push_back(std::move(pattern));
  }
}

Result<Route> Router::Match(http::Method method, std::string_view path) const {
  std::vector<std::string_view> segments = http::SplitPath(path);
  bool prefixed = IsPrefixed(segments);
  bool path_known = false;
  for (const Pattern& pattern : patterns_) {
    if (!Fits(pattern, segments, prefixed)) {
      continue;
    }
    path_known = true;
    if (pattern.spec->method == method) {
      return Bind(pattern, segments, prefixed);
    }
  }
  if (path_known) {
    return Error(ErrorCode::kUnsupported,
                 fmt::format("Method not allowed here: {}", http::ToString(method)));
  }
  return Error(ErrorCode::kNotFound,
               fmt::format("No route for request: {} {}", http::ToString(method), path));
}

std::string Router::AllowedMethods(std::string_view path) const {
  std::vector<std::string_view> segments = http::SplitPath(path);
  bool prefixed = IsPrefixed(segments);
  std::string allowed;
  for (const Pattern& pattern : patterns_) {
    if (Fits(pattern, segments, prefixed)) {
      allowed += allowed.empty() ? "" : ", ";
      allowed += http::ToString(pattern.spec->method);
    }
  }
  return allowed;
}

bool Router::Fits(const Pattern& pattern,
                  const std::vector<std::string_view>& segments,
                  bool prefixed) {
  size_t position = 0;
  for (const Segment& segment : pattern.segments) {
    if (segment.kind == SegmentKind::kPrefix && !prefixed) {
      continue;
    }
    if (position == segments.size()) {
      return false;
    }
    if (segment.kind == SegmentKind::kLiteral && segment.text != segments[position]) {
      return false;
    }
    if (segment.kind == SegmentKind::kName && segments[position].empty()) {
      return false;
    }
    ++position;
  }
  return position == segments.size();
}

Result<Route> Router::Bind(const Pattern& pattern,
                           const std::vector<std::string_view>& segments,
                           bool prefixed) const {
  Route route;
  route.spec = pattern.spec;
  size_t position = 0;
  for (const Segment& segment : pattern.segments) {
    if (segment.kind == SegmentKind::kPrefix && !prefixed) {
      continue;
    }
    std::string_view text = segments[position++];
    if (segment.kind == SegmentKind::kLiteral) {
      continue;
    }
    ASSIGN_OR_RETURN(std::string decoded, http::PercentDecode(text, /*plus_is_space=*/true));
    if (segment.kind == SegmentKind::kPrefix) {
      route.prefix = std::move(decoded);
    } else if (segment.kind == SegmentKind::kNamespace) {
      ASSIGN_OR_RETURN(route.name_space, SplitNamespace(decoded));
    } else {
      (route.name.empty() ? route.name : route.item) = std::move(decoded);
    }
  }
  return route;
}

Result<NamespacePath> Router::SplitNamespace(std::string_view text) const {
  NamespacePath path;
  if (text.empty()) {
    return path;
  }
  char separator =
      text.find(kUnitSeparator) != std::string_view::npos ? kUnitSeparator : separator_.front();
  while (true) {
    size_t end = text.find(separator);
    std::string_view level = text.substr(0, end);
    if (level.empty()) {
      return Error(ErrorCode::kInvalidArgument, "Invalid namespace: it has an empty level");
    }
    path.levels.emplace_back(level);
    if (end == std::string_view::npos) {
      return path;
    }
    text.remove_prefix(end + 1);
  }
}

}  // namespace firn::rest
