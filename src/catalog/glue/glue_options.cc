#include "catalog/glue/glue_options.h"

#include <charconv>
#include <initializer_list>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "storage/aws/profile_file.h"
#include "storage/http/uri.h"
#include "storage/location.h"

namespace firn::catalog::glue {
namespace {

std::string FirstOf(const CatalogConfig& config, std::initializer_list<std::string_view> names) {
  for (std::string_view name : names) {
    if (std::string value = config.Get(name); !value.empty()) {
      return value;
    }
  }
  return {};
}

Error Bad(std::string_view name, std::string_view takes) {
  return Error(ErrorCode::kInvalidArgument, fmt::format("{} takes {}", name, takes));
}

Result<std::string> ReadEndpoint(std::string endpoint, const std::string& region) {
  if (endpoint.empty()) {
    return fmt::format("https://glue.{}.amazonaws.com", region);
  }
  while (endpoint.ends_with('/')) {
    endpoint.pop_back();
  }
  storage::http::UrlParts parts = storage::http::SplitUrl(endpoint);
  bool is_http = parts.scheme == "http" || parts.scheme == "https";
  if (!is_http || parts.authority.empty() || parts.authority.contains('@') || !parts.path.empty() ||
      endpoint.contains('?')) {
    return Bad("glue.endpoint", "http(s)://host[:port]");
  }
  return endpoint;
}

Result<std::string> ReadRegion(const CatalogConfig& config,
                               const storage::aws::EnvironmentLookup& environment,
                               const std::string& profile) {
  std::string region = FirstOf(config, {"glue.region", "client.region"});
  for (std::string_view variable : {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
    if (region.empty()) {
      region = environment(variable).value_or("");
    }
  }
  if (region.empty()) {
    ASSIGN_OR_RETURN(auto read, storage::aws::LoadProfile(environment, profile));
    region = read.region;
  }
  if (region.empty()) {
    return Error(ErrorCode::kInvalidArgument,
                 "A catalog of type glue needs the key glue.region, or AWS_REGION");
  }
  return region;
}

}  // namespace

Result<GlueOptions> ParseGlueOptions(const CatalogConfig& config,
                                     const storage::aws::EnvironmentLookup& environment) {
  GlueOptions options{.catalog_id = config.Get("glue.id")};
  options.profile = FirstOf(config, {"glue.profile-name", "client.profile-name"});
  ASSIGN_OR_RETURN(options.region, ReadRegion(config, environment, options.profile));
  ASSIGN_OR_RETURN(options.endpoint, ReadEndpoint(config.Get("glue.endpoint"), options.region));
  options.credentials = {
      .access_key_id = FirstOf(config, {"glue.access-key-id", "client.access-key-id"}),
      .secret_access_key = FirstOf(config, {"glue.secret-access-key", "client.secret-access-key"}),
      .session_token = FirstOf(config, {"glue.session-token", "client.session-token"})};
  if (options.credentials.access_key_id.empty() != options.credentials.secret_access_key.empty()) {
    return Error(ErrorCode::kInvalidArgument,
                 "glue.access-key-id and glue.secret-access-key go together");
  }
  std::string skips = config.Get("glue.skip-archive");
  if (!skips.empty() && skips != "true" && skips != "false") {
    return Bad("glue.skip-archive", "true or false");
  }
  options.skips_archive = skips != "false";
  if (std::string retries = config.Get("glue.max-retries"); !retries.empty()) {
    constexpr int kMost = 100;
    int count = -1;
    auto [end, error] = std::from_chars(retries.data(), retries.data() + retries.size(), count);
    if (error != std::errc() || end != retries.data() + retries.size() || count < 0 ||
        count > kMost) {
      return Bad("glue.max-retries", "a whole number from 0 to 100");
    }
    options.retry.max_attempts = count + 1;
  }
  std::string warehouse = config.Get("warehouse");
  RETURN_IF_ERROR(storage::Location::Parse(warehouse));
  options.warehouse = storage::TrimTrailingSlashes(warehouse);
  return options;
}

}  // namespace firn::catalog::glue
