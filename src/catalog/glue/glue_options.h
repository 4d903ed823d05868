// GlueOptions: how AWS Glue's Data Catalog is reached, by the property names of PyIceberg and Java.
//
// | name | meaning | default |
// | --- | --- | --- |
// | warehouse | location below which new databases and tables lie | required |
// | glue.endpoint | `http(s)://host[:port]` | AWS in the region |
// | glue.region, client.region | | AWS_REGION, AWS_DEFAULT_REGION, the profile's |
// | glue.access-key-id, glue.secret-access-key, glue.session-token; `client.` too | given keys |
// environment, profile |
// | glue.profile-name, client.profile-name | profile in AWS' shared files | AWS_PROFILE, `default`
// | | glue.id | the catalog's id: of another account | the account's | | glue.skip-archive | false:
// Glue keeps a version of the table for every commit | true | | glue.max-retries | attempts after
// the first | 5 |
//
// Errors: kInvalidArgument that names the option, never its value. Reads the shared files for the
// region. Thread-safety: plain values.
#pragma once

#include <string>

#include "base/result.h"
#include "catalog/catalog_config.h"
#include "storage/aws/credentials.h"
#include "storage/http/http_client.h"

namespace firn::catalog::glue {

struct GlueOptions {
  /// Without a trailing slash.
  std::string endpoint;
  std::string region;
  /// Without an access key: environment, then profile.
  storage::aws::Credentials credentials;
  std::string profile;
  std::string catalog_id;
  bool skips_archive = true;
  /// Without trailing slashes.
  std::string warehouse;
  storage::http::RetryPolicy retry;
};

Result<GlueOptions> ParseGlueOptions(const CatalogConfig& config,
                                     const storage::aws::EnvironmentLookup& environment);

}  // namespace firn::catalog::glue
