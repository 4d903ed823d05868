#include "storage/aws/sigv4.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <map>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <openssl/crypto.h>

#include "base/hex.h"
#include "base/hmac.h"
#include "base/sha256.h"
#include "storage/http/uri.h"

namespace firn::storage::aws {
namespace {

using http::Slash;
using http::UriDecode;
using http::UriEncode;

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view kSignatureParameter = "X-Amz-Signature";
constexpr std::array<std::string_view, 6> kSignedNames = {"content-type", "content-md5",   "date",
                                                          "if-match",     "if-none-match", "range"};

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower;
}

/// `20130524T000000Z`.
std::string AmzDate(TimestampMs now) {
  time_t seconds = now.value() / 1000;
  tm parts{};
  gmtime_r(&seconds, &parts);
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", parts.tm_year + 1900, parts.tm_mon + 1,
                     parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

/// -1 where the text is none.
int64_t SecondsOf(const std::string& amz_date) {
  tm parts{};
  char zone = 0;
  int read = std::sscanf(amz_date.c_str(), "%4d%2d%2dT%2d%2d%2d%c", &parts.tm_year, &parts.tm_mon,
                         &parts.tm_mday, &parts.tm_hour, &parts.tm_min, &parts.tm_sec, &zone);
  if (read != 7 || zone != 'Z' || amz_date.size() != 16) {
    return -1;
  }
  parts.tm_year -= 1900;
  parts.tm_mon -= 1;
  return timegm(&parts);
}

std::string ScopeText(std::string_view amz_date, const SigningScope& scope) {
  return fmt::format("{}/{}/{}/aws4_request", amz_date.substr(0, 8), scope.region, scope.service);
}

bool IsS3(const SigningScope& scope) { return scope.service.starts_with("s3"); }

/// Dot segments and empty ones taken out (RFC 3986 section 5.2.4), then encoded once more.
std::string NormalPath(std::string_view path) {
  std::vector<std::string_view> segments;
  for (size_t at = 0; at < path.size();) {
    size_t end = std::min(path.find('/', at), path.size());
    std::string_view segment = path.substr(at, end - at);
    if (segment == ".." && !segments.empty()) {
      segments.pop_back();
    } else if (!segment.empty() && segment != "." && segment != "..") {
      segments.push_back(segment);
    }
    at = end + 1;
  }
  std::string normal;
  for (std::string_view segment : segments) {
    normal += "/" + UriEncode(segment, Slash::kEncode);
  }
  return normal.empty() || path.ends_with('/') ? normal + "/" : normal;
}

using QueryPairs = std::vector<std::pair<std::string, std::string>>;

/// Names and values decoded, in the order they came.
QueryPairs SplitQuery(std::string_view query) {
  QueryPairs pairs;
  while (!query.empty()) {
    size_t end = std::min(query.find('&'), query.size());
    std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (!pair.empty()) {
      std::string_view name(pair.begin(), std::ranges::find(pair, '='));
      std::string_view value = pair.substr(std::min(name.size() + 1, pair.size()));
      pairs.emplace_back(UriDecode(name), UriDecode(value));
    }
  }
  return pairs;
}

std::string CanonicalQuery(std::string_view query) {
  QueryPairs encoded;
  for (const auto& [name, value] : SplitQuery(query)) {
    if (name != kSignatureParameter) {
      encoded.emplace_back(UriEncode(name, Slash::kEncode), UriEncode(value, Slash::kEncode));
    }
  }
  std::ranges::sort(encoded);
  std::string text;
  for (const auto& [name, value] : encoded) {
    text += (text.empty() ? "" : "&") + name + "=" + value;
  }
  return text;
}

/// Outer blanks taken off, inner ones joined.
std::string CanonicalValue(std::string_view value) {
  std::string text;
  for (char c : value) {
    bool blank = c == ' ' || c == '\t';
    if (!blank) {
      text += c;
    } else if (!text.empty() && text.back() != ' ') {
      text += ' ';
    }
  }
  if (text.ends_with(' ')) {
    text.pop_back();
  }
  return text;
}

/// By name in lower case; values of one name joined by commas.
std::map<std::string, std::string> CanonicalHeaders(const http::HeaderList& headers) {
  std::map<std::string, std::string> canonical;
  for (const http::Header& header : headers) {
    auto [entry, fresh] = canonical.emplace(Lower(header.name), CanonicalValue(header.value));
    if (!fresh) {
      entry->second += "," + CanonicalValue(header.value);
    }
  }
  return canonical;
}

std::string SignedNames(const http::HeaderList& headers) {
  std::string names;
  for (const auto& [name, value] : CanonicalHeaders(headers)) {
    names += (names.empty() ? "" : ";") + name;
  }
  return names;
}

std::string Signature(const SignedParts& parts,
                      const Credentials& credentials,
                      const SigningScope& scope,
                      std::string_view amz_date) {
  std::string text = fmt::format("{}\n{}\n{}\n{}", kAlgorithm, amz_date, ScopeText(amz_date, scope),
                                 Sha256Hex(CanonicalRequest(parts, scope)));
  std::string key = HmacSha256("AWS4" + credentials.secret_access_key, amz_date.substr(0, 8));
  for (std::string_view step : {std::string_view(scope.region), std::string_view(scope.service),
                                std::string_view("aws4_request")}) {
    key = HmacSha256(key, step);
  }
  return HexEncode(HmacSha256(key, text));
}

/// As libcurl writes the header: without the port that the scheme has anyway.
std::string HostHeader(const http::UrlParts& url) {
  std::string_view host = url.authority;
  std::string_view usual = url.scheme == "https" ? ":443" : ":80";
  if (host.ends_with(usual)) {
    host.remove_suffix(usual.size());
  }
  return std::string(host);
}

bool IsSignedName(std::string_view lower) {
  return lower.starts_with("x-amz-") ||
         std::ranges::find(kSignedNames, lower) != kSignedNames.end();
}

http::HeaderList HeadersToSign(const http::HttpRequest& request, const http::UrlParts& url) {
  http::HeaderList chosen = {{"host", HostHeader(url)}};
  for (const http::Header& header : request.headers) {
    if (IsSignedName(Lower(header.name))) {
      chosen.push_back(header);
    }
  }
  return chosen;
}

Error Refused(std::string_view why) {
  return Error(ErrorCode::kUnauthenticated, fmt::format("The request's signature: {}", why));
}

/// What a signed request says about its signature, from header or query.
struct Claim {
  std::string credential;
  std::string signed_names;
  std::string signature;
  std::string amz_date;
  /// Empty for presigned ones.
  std::string payload_hash;
  /// 0: in the header, no end but the skew.
  int64_t lifetime_s = 0;
};

/// `Name=value` of an Authorization header.
std::string Part(std::string_view header, std::string_view name) {
  size_t begin = header.find(std::string(name) + "=");
  if (begin == std::string_view::npos) {
    return {};
  }
  begin += name.size() + 1;
  return std::string(
      header.substr(begin, std::min(header.find(',', begin), header.size()) - begin));
}

std::string ValueOf(const http::HeaderList& headers, std::string_view name) {
  const std::string* value = http::FindHeader(headers, name);
  return value == nullptr ? std::string() : *value;
}

Claim HeaderClaim(const http::HttpRequest& request, std::string_view authorization) {
  Claim claim{.credential = Part(authorization, "Credential"),
              .signed_names = Part(authorization, "SignedHeaders"),
              .signature = Part(authorization, "Signature"),
              .amz_date = ValueOf(request.headers, "x-amz-date"),
              .payload_hash = ValueOf(request.headers, "x-amz-content-sha256")};
  if (claim.payload_hash.empty()) {
    claim.payload_hash = Sha256Hex(request.body);
  }
  return claim;
}

/// What a presigned URL signs in place of the body's hash.
std::string PresignedPayload(const SigningScope& scope) {
  return IsS3(scope) ? std::string(kUnsignedPayload) : Sha256Hex("");
}

Claim QueryClaim(std::string_view query) {
  Claim claim;
  for (auto& [name, value] : SplitQuery(query)) {
    if (name == "X-Amz-Credential") {
      claim.credential = value;
    } else if (name == "X-Amz-SignedHeaders") {
      claim.signed_names = value;
    } else if (name == kSignatureParameter) {
      claim.signature = value;
    } else if (name == "X-Amz-Date") {
      claim.amz_date = value;
    } else if (name == "X-Amz-Expires") {
      bool digits = !value.empty() && value.size() <= 6 &&
                    std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; });
      claim.lifetime_s = digits ? std::stol(value) : -1;
    }
  }
  return claim;
}

Claim ClaimOf(const http::HttpRequest& request) {
  const std::string* authorization = http::FindHeader(request.headers, "authorization");
  return authorization != nullptr ? HeaderClaim(request, *authorization)
                                  : QueryClaim(http::SplitUrl(request.url).query);
}

Status CheckTime(const Claim& claim, TimestampMs now) {
  int64_t signed_at = SecondsOf(claim.amz_date);
  int64_t age = now.value() / 1000 - signed_at;
  int64_t skew = std::chrono::seconds(kMaxClockSkew).count();
  if (signed_at < 0 || claim.lifetime_s < 0 || claim.lifetime_s > kMaxPresignedLifetime.count()) {
    return Refused("no valid time");
  }
  if (age < -skew || age > (claim.lifetime_s > 0 ? claim.lifetime_s : skew)) {
    return Refused("expired, or made by a clock that is wrong");
  }
  return {};
}

/// The headers a claim names; all x-amz- headers and the host must be among them.
Result<http::HeaderList> ClaimedHeaders(const http::HttpRequest& request, const Claim& claim) {
  std::string names = ";" + claim.signed_names + ";";
  http::HeaderList chosen = {{"host", HostHeader(http::SplitUrl(request.url))}};
  if (names.find(";host;") == std::string::npos) {
    return Refused("the host is not signed");
  }
  for (const http::Header& header : request.headers) {
    std::string lower = Lower(header.name);
    if (lower != "host" && names.find(";" + lower + ";") != std::string::npos) {
      chosen.push_back(header);
    } else if (lower.starts_with("x-amz-")) {
      return Refused("an x-amz- header is not signed");
    }
  }
  return chosen;
}

}  // namespace

std::string CanonicalRequest(const SignedParts& parts, const SigningScope& scope) {
  std::string path(parts.path.empty() ? std::string_view("/") : parts.path);
  std::string headers;
  for (const auto& [name, value] : CanonicalHeaders(parts.headers)) {
    headers += name + ":" + value + "\n";
  }
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}", parts.method, IsS3(scope) ? path : NormalPath(path),
                     CanonicalQuery(parts.query), headers, SignedNames(parts.headers),
                     parts.payload_hash);
}

void Sign(http::HttpRequest& request,
          const Credentials& credentials,
          const SigningScope& scope,
          std::string_view payload_hash,
          TimestampMs now) {
  std::string amz_date = AmzDate(now);
  http::SetHeader(request.headers, "X-Amz-Date", amz_date);
  if (IsS3(scope)) {
    http::SetHeader(request.headers, "X-Amz-Content-Sha256", std::string(payload_hash));
  }
  if (!credentials.session_token.empty()) {
    http::SetHeader(request.headers, "X-Amz-Security-Token", credentials.session_token);
  }
  http::UrlParts url = http::SplitUrl(request.url);
  SignedParts parts{.method = request.method,
                    .path = url.path,
                    .query = url.query,
                    .headers = HeadersToSign(request, url),
                    .payload_hash = payload_hash};
  http::SetHeader(
      request.headers, "Authorization",
      fmt::format("{} Credential={}/{}, SignedHeaders={}, Signature={}", kAlgorithm,
                  credentials.access_key_id, ScopeText(amz_date, scope), SignedNames(parts.headers),
                  Signature(parts, credentials, scope, amz_date)));
}

Result<std::string> Presign(std::string_view url,
                            const Credentials& credentials,
                            const SigningScope& scope,
                            const PresignOptions& options,
                            TimestampMs now) {
  if (options.lifetime.count() < 1 || options.lifetime > kMaxPresignedLifetime) {
    return Error(ErrorCode::kInvalidArgument, "A presigned URL lives from 1 second to 7 days");
  }
  http::UrlParts split = http::SplitUrl(url);
  http::HeaderList headers = options.headers;
  headers.push_back({"host", HostHeader(split)});
  std::string amz_date = AmzDate(now);
  std::string credential = credentials.access_key_id + "/" + ScopeText(amz_date, scope);
  std::string query(split.query);
  auto add = [&](std::string_view name, std::string_view value) {
    query +=
        (query.empty() ? "" : "&") + std::string(name) + "=" + UriEncode(value, Slash::kEncode);
  };
  add("X-Amz-Algorithm", kAlgorithm);
  add("X-Amz-Credential", credential);
  add("X-Amz-Date", amz_date);
  add("X-Amz-Expires", std::to_string(options.lifetime.count()));
  if (!credentials.session_token.empty()) {
    add("X-Amz-Security-Token", credentials.session_token);
  }
  add("X-Amz-SignedHeaders", SignedNames(headers));
  std::string payload_hash = PresignedPayload(scope);
  SignedParts parts{.method = options.method,
                    .path = split.path,
                    .query = query,
                    .headers = std::move(headers),
                    .payload_hash = payload_hash};
  add(kSignatureParameter, Signature(parts, credentials, scope, amz_date));
  return fmt::format("{}://{}{}?{}", split.scheme, split.authority, split.path, query);
}

std::string AccessKeyOf(const http::HttpRequest& request) {
  std::string credential = ClaimOf(request).credential;
  return credential.substr(0, credential.find('/'));
}

Status Verify(const http::HttpRequest& request,
              const Credentials& credentials,
              const SigningScope& scope,
              TimestampMs now) {
  Claim claim = ClaimOf(request);
  if (claim.credential.empty() || claim.signature.empty()) {
    return Refused("none");
  }
  if (claim.payload_hash.empty()) {
    claim.payload_hash = PresignedPayload(scope);
  }
  RETURN_IF_ERROR(CheckTime(claim, now));
  if (claim.credential != credentials.access_key_id + "/" + ScopeText(claim.amz_date, scope)) {
    return Refused("another key, day, region or service");
  }
  ASSIGN_OR_RETURN(http::HeaderList headers, ClaimedHeaders(request, claim));
  http::UrlParts url = http::SplitUrl(request.url);
  SignedParts parts{.method = request.method,
                    .path = url.path,
                    .query = url.query,
                    .headers = std::move(headers),
                    .payload_hash = claim.payload_hash};
  std::string expected = Signature(parts, credentials, scope, claim.amz_date);
  bool equal = expected.size() == claim.signature.size() &&
               CRYPTO_memcmp(expected.data(), claim.signature.data(), expected.size()) == 0;
  return equal ? Status() : Status(Refused("does not fit"));
}

Status SigV4Signer::Sign(http::HttpRequest& request) {
  ASSIGN_OR_RETURN(Credentials credentials, provider_.Get());
  aws::Sign(request, credentials, scope_, Sha256Hex(request.body), clock_.Now());
  return {};
}

}  // namespace firn::storage::aws
