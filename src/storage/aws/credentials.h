// AWS credentials and where they come from: given, environment, profile files, tried in that order.
// Used by whatever signs for AWS (sigv4.h).
//
// Errors: kUnauthenticated where nobody knows credentials; its message says where was looked, never
// what was found. Thread-safety: providers may be used from any thread.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace firn::storage::aws {

struct Credentials {
  std::string access_key_id;
  std::string secret_access_key;
  /// Empty for long-lived keys.
  std::string session_token;

  friend bool operator==(const Credentials&, const Credentials&) = default;
};

class CredentialsProvider {
 public:
  virtual ~CredentialsProvider() = default;
  /// Called for every request: what is slow to find is kept.
  virtual Result<Credentials> Get() = 0;
};

/// Asks for an environment variable.
using EnvironmentLookup = std::function<std::optional<std::string>(std::string_view name)>;
EnvironmentLookup ProcessEnvironment();

class StaticCredentials final : public CredentialsProvider {
 public:
  explicit StaticCredentials(Credentials credentials) : credentials_(std::move(credentials)) {}
  Result<Credentials> Get() override { return credentials_; }

 private:
  Credentials credentials_;
};

/// AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN.
class EnvironmentCredentials final : public CredentialsProvider {
 public:
  explicit EnvironmentCredentials(EnvironmentLookup lookup) : lookup_(std::move(lookup)) {}
  Result<Credentials> Get() override;

 private:
  EnvironmentLookup lookup_;
};

/// A profile of the shared files (profile_file.h), read again once kProfileLifetime is over, so
/// that keys that another program renews there are taken up.
class ProfileCredentials final : public CredentialsProvider {
 public:
  static constexpr std::chrono::seconds kProfileLifetime{60};

  /// `profile` empty: AWS_PROFILE, else `default`. `clock` must outlive the provider.
  ProfileCredentials(EnvironmentLookup lookup, std::string profile, const Clock& clock);
  Result<Credentials> Get() override;

 private:
  EnvironmentLookup lookup_;
  std::string profile_;
  const Clock& clock_;
  std::mutex mutex_;
  std::optional<Credentials> kept_;
  MonotonicTime kept_until_;
};

/// The first that knows some. One that fails for another reason than kUnauthenticated ends the
/// search.
class ChainedCredentials final : public CredentialsProvider {
 public:
  explicit ChainedCredentials(std::vector<std::unique_ptr<CredentialsProvider>> providers)
      : providers_(std::move(providers)) {}
  Result<Credentials> Get() override;

 private:
  std::vector<std::unique_ptr<CredentialsProvider>> providers_;
};

}  // namespace firn::storage::aws
