#include "storage/s3/s3_options.h"

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <optional>
#include <utility>
#include <vector>

#include "storage/aws/profile_file.h"
#include "storage/http/uri.h"

namespace firn::storage::s3 {
namespace {

constexpr std::string_view kKnown[] = {"s3.endpoint",
                                       "s3.region",
                                       "s3.access-key-id",
                                       "s3.secret-access-key",
                                       "s3.session-token",
                                       "s3.profile-name",
                                       "s3.path-style-access",
                                       "s3.force-virtual-addressing",
                                       "s3.connect-timeout",
                                       "s3.request-timeout",
                                       "s3.retry.num-retries",
                                       "s3.retry.min-wait-ms",
                                       "s3.retry.max-wait-ms",
                                       "s3.multipart.part-size-bytes",
                                       "s3.ca-file"};

Error BadOption(std::string_view name, std::string_view why) {
  return Error(ErrorCode::kInvalidArgument, std::string(name) + " " + std::string(why));
}

/// Reads typed values out of the properties.
class Reader {
 public:
  explicit Reader(const Properties& properties) : properties_(properties) {}

  /// The first of these that is there and not empty.
  std::string Text(std::initializer_list<std::string_view> names) const {
    for (std::string_view name : names) {
      auto found = properties_.find(name);
      if (found != properties_.end() && !found->second.empty()) {
        return found->second;
      }
    }
    return {};
  }

  Result<std::optional<bool>> Flag(std::string_view name) const {
    std::string text = Text({name});
    std::ranges::transform(text, text.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    });
    if (text.empty()) {
      return std::optional<bool>();
    }
    if (text != "true" && text != "false") {
      return BadOption(name, "takes true or false");
    }
    return std::optional<bool>(text == "true");
  }

  Result<int64_t> Integer(std::string_view name,
                          int64_t absent,
                          int64_t least,
                          int64_t most) const {
    std::string text = Text({name});
    if (text.empty()) {
      return absent;
    }
    int64_t value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < least || value > most) {
      return BadOption(name, "takes a whole number from " + std::to_string(least) + " to " +
                                 std::to_string(most));
    }
    return value;
  }

  Result<std::chrono::milliseconds> Seconds(std::string_view name,
                                            std::chrono::milliseconds absent) const {
    std::string text = Text({name});
    if (text.empty()) {
      return absent;
    }
    constexpr double kMost = 3600;
    double value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    bool whole = error == std::errc() && end == text.data() + text.size();
    if (!whole || !(value >= 0.001 && value <= kMost)) {
      return BadOption(name, "takes seconds from 0.001 to 3600");
    }
    return std::chrono::milliseconds(static_cast<int64_t>(value * 1000));
  }

 private:
  const Properties& properties_;
};

Status CheckNames(const Properties& properties) {
  for (const auto& [name, value] : properties) {
    if (name.starts_with("s3.") && !IsS3Option(name)) {
      return BadOption(name, "is no option");
    }
  }
  return {};
}

Result<std::string> Endpoint(std::string endpoint) {
  while (endpoint.ends_with('/')) {
    endpoint.pop_back();
  }
  if (endpoint.empty()) {
    return endpoint;
  }
  http::UrlParts parts = http::SplitUrl(endpoint);
  bool known = parts.scheme == "http" || parts.scheme == "https";
  bool plain = parts.query.empty() && !endpoint.contains('?') && !endpoint.contains('#') &&
               parts.authority.find('@') == std::string_view::npos;
  if (!known || parts.authority.empty() || !plain) {
    return BadOption("s3.endpoint", "takes http(s)://host[:port][/path] without keys");
  }
  return endpoint;
}

Result<std::string> Region(const Reader& reader,
                           const aws::EnvironmentLookup& environment,
                           const std::string& profile) {
  std::string region = reader.Text({"s3.region", "client.region"});
  for (std::string_view variable : {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
    if (region.empty()) {
      region = environment(variable).value_or("");
    }
  }
  if (region.empty()) {
    ASSIGN_OR_RETURN(aws::Profile read, aws::LoadProfile(environment, profile));
    region = read.region;
  }
  return region.empty() ? std::string("us-east-1") : region;
}

Result<Addressing> ReadAddressing(const Reader& reader, bool has_endpoint) {
  ASSIGN_OR_RETURN(auto path_style, reader.Flag("s3.path-style-access"));
  ASSIGN_OR_RETURN(auto forced, reader.Flag("s3.force-virtual-addressing"));
  if (forced.value_or(false)) {
    return Addressing::kVirtualHost;
  }
  return path_style.value_or(has_endpoint) ? Addressing::kPath : Addressing::kVirtualHost;
}

}  // namespace

bool IsS3Option(std::string_view name) {
  return std::ranges::find(kKnown, name) != std::end(kKnown) || name == "client.region" ||
         name == "client.profile-name";
}

Result<S3Options> ParseS3Options(const Properties& properties,
                                 const aws::EnvironmentLookup& environment) {
  RETURN_IF_ERROR(CheckNames(properties));
  Reader reader(properties);
  S3Options options;
  ASSIGN_OR_RETURN(options.endpoint, Endpoint(reader.Text({"s3.endpoint"})));
  options.profile = reader.Text({"s3.profile-name", "client.profile-name"});
  ASSIGN_OR_RETURN(options.region, Region(reader, environment, options.profile));
  ASSIGN_OR_RETURN(options.addressing, ReadAddressing(reader, !options.endpoint.empty()));
  options.credentials = {.access_key_id = reader.Text({"s3.access-key-id"}),
                         .secret_access_key = reader.Text({"s3.secret-access-key"}),
                         .session_token = reader.Text({"s3.session-token"})};
  if (options.credentials.access_key_id.empty() != options.credentials.secret_access_key.empty()) {
    return BadOption("s3.access-key-id", "and s3.secret-access-key go together");
  }
  options.ca_file = reader.Text({"s3.ca-file"});
  ASSIGN_OR_RETURN(options.connect_timeout,
                   reader.Seconds("s3.connect-timeout", options.connect_timeout));
  ASSIGN_OR_RETURN(options.request_timeout,
                   reader.Seconds("s3.request-timeout", options.request_timeout));
  ASSIGN_OR_RETURN(int64_t retries, reader.Integer("s3.retry.num-retries", 5, 0, 100));
  options.retry.max_attempts = static_cast<int>(retries) + 1;
  ASSIGN_OR_RETURN(int64_t least, reader.Integer("s3.retry.min-wait-ms", 100, 1, 60'000));
  ASSIGN_OR_RETURN(int64_t most, reader.Integer("s3.retry.max-wait-ms", 5'000, 1, 600'000));
  options.retry.min_wait = std::chrono::milliseconds(least);
  options.retry.max_wait = std::chrono::milliseconds(std::max(least, most));
  ASSIGN_OR_RETURN(options.part_bytes,
                   reader.Integer("s3.multipart.part-size-bytes", options.part_bytes, kMinPartBytes,
                                  kMaxPartBytes));
  return options;
}

std::unique_ptr<aws::CredentialsProvider> MakeCredentials(const S3Options& options,
                                                          aws::EnvironmentLookup environment,
                                                          const Clock& clock) {
  if (!options.credentials.access_key_id.empty()) {
    return std::make_unique<aws::StaticCredentials>(options.credentials);
  }
  std::vector<std::unique_ptr<aws::CredentialsProvider>> providers;
  if (options.profile.empty()) {
    providers.push_back(std::make_unique<aws::EnvironmentCredentials>(environment));
  }
  providers.push_back(
      std::make_unique<aws::ProfileCredentials>(std::move(environment), options.profile, clock));
  return std::make_unique<aws::ChainedCredentials>(std::move(providers));
}

}  // namespace firn::storage::s3
