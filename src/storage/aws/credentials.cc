#include "storage/aws/credentials.h"

#include <cstdlib>
#include <utility>

#include "storage/aws/profile_file.h"

namespace firn::storage::aws {

EnvironmentLookup ProcessEnvironment() {
  return [](std::string_view name) -> std::optional<std::string> {
    // Nothing in this program changes its environment. NOLINTNEXTLINE(concurrency-mt-unsafe)
    const char* value = std::getenv(std::string(name).c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
}

Result<Credentials> EnvironmentCredentials::Get() {
  Credentials credentials{.access_key_id = lookup_("AWS_ACCESS_KEY_ID").value_or(""),
                          .secret_access_key = lookup_("AWS_SECRET_ACCESS_KEY").value_or(""),
                          .session_token = lookup_("AWS_SESSION_TOKEN").value_or("")};
  if (credentials.access_key_id.empty() || credentials.secret_access_key.empty()) {
    return Error(ErrorCode::kUnauthenticated,
                 "No AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY in the environment");
  }
  return credentials;
}

ProfileCredentials::ProfileCredentials(EnvironmentLookup lookup,
                                       std::string profile,
                                       const Clock& clock)
    : lookup_(std::move(lookup)), profile_(std::move(profile)), clock_(clock) {}

Result<Credentials> ProfileCredentials::Get() {
  std::scoped_lock lock(mutex_);
  if (kept_.has_value() && clock_.Monotonic() < kept_until_) {
    return *kept_;
  }
  ASSIGN_OR_RETURN(Profile profile, LoadProfile(lookup_, profile_));
  if (!profile.credentials.has_value()) {
    return Error(ErrorCode::kUnauthenticated, "No keys in the AWS profile " + profile.name);
  }
  kept_ = std::move(profile.credentials);
  kept_until_ = clock_.Monotonic() + kProfileLifetime;
  return *kept_;
}

Result<Credentials> ChainedCredentials::Get() {
  std::string looked;
  for (const auto& provider : providers_) {
    Result<Credentials> found = provider->Get();
    if (found.has_value() || found.error().code() != ErrorCode::kUnauthenticated) {
      return found;
    }
    looked += (looked.empty() ? "" : "; ") + found.error().message();
  }
  return Error(ErrorCode::kUnauthenticated, "No AWS credentials found: " + looked);
}

}  // namespace firn::storage::aws
