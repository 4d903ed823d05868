#include "features/definitions/sql/registry_url.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/ascii.h"
#include "storage/http/uri.h"

namespace firn::features {
namespace {

using storage::http::UriDecode;

constexpr std::string_view kSeparator = "://";

Error Malformed(std::string_view what) {
  return Error(ErrorCode::kInvalidArgument, fmt::format("The URL of the registry {}", what));
}

bool IsLetterOrDigit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool IsOfName(char c) { return IsLetterOrDigit(c) || c == '+' || c == '-' || c == '.' || c == '_'; }

/// `postgresql:`, `SQLite+`, `postgres//`, however far the rest is from a URL.
bool BeginsAsAUrl(std::string_view text) {
  constexpr std::array<std::string_view, 5> kBegins = {"postgre", "pgsql", "psql", "sqlite",
                                                       "jdbc"};
  const auto end = std::ranges::find_if_not(text, IsLetterOrDigit) - text.begin();
  const std::string name = ToLowerAscii(text.substr(0, static_cast<size_t>(end)));
  const std::string_view rest = text.substr(name.size());
  return (rest.find_first_of(":;+") == 0 || rest.starts_with("//")) &&
         std::ranges::any_of(kBegins,
                             [&name](std::string_view begin) { return name.starts_with(begin); });
}

/// `rest`: what is behind `sqlite://`.
Result<RegistryUrl> ParseSqlite(std::string_view rest) {
  if (rest.contains('?')) {
    return Malformed("has parameters: for SQLite it names a file");
  }
  const std::string file = rest.starts_with('/') ? UriDecode(rest.substr(1)) : "";
  if (file.empty() || file.starts_with(':') || file.starts_with("file:") || file.ends_with('/') ||
      file.contains('\0')) {
    return Malformed("names no file: sqlite:///FILE, with four slashes for an absolute path");
  }
  RegistryUrl url{.engine = RegistryEngine::kSqlite};
  std::error_code error;
  url.options.path = std::filesystem::absolute(file, error).string();
  if (error) {
    return Error(ErrorCode::kIoError, "The working folder is gone").With("cause", error.message());
  }
  url.shown = fmt::format("sqlite:///{}", url.options.path);
  return url;
}

/// `USER:PASSWORD@`, as far as `rest` begins with it: a password ends at the first `@`, whatever
/// else is in it.
std::string_view CredentialsOf(std::string_view rest) {
  const size_t end = rest.find_first_of(":/");
  if (end != std::string_view::npos && rest[end] == ':') {
    const size_t at = rest.find('@', end);
    if (at != std::string_view::npos) {
      return rest.substr(0, at + 1);
    }
  }
  const size_t at = rest.substr(0, end).rfind('@');
  return at == std::string_view::npos ? "" : rest.substr(0, at + 1);
}

/// As libpq's URIs have them: nothing in them is taken for a separator.
std::string EncodedCredentials(std::string_view credentials) {
  if (credentials.empty()) {
    return {};
  }
  std::string encoded;
  for (const char c : credentials.substr(0, credentials.size() - 1)) {
    if (c == '/' || c == '?' || c == '@') {
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    } else {
      encoded += c;
    }
  }
  return encoded + '@';
}

/// A plus between parameters is a space.
std::string WithSpaces(std::string_view rest) {
  std::string spaced(rest.substr(0, rest.find('?')));
  for (const char c : rest.substr(spaced.size())) {
    spaced += c == '+' ? "%20" : std::string(1, c);
  }
  return spaced;
}

std::string ShownPlace(const catalog::sql::PostgresParameters& parameters) {
  const auto value = [&parameters](const char* name, std::string_view before) {
    auto found = parameters.find(name);
    return found == parameters.end() ? "" : fmt::format("{}{}", before, found->second);
  };
  return fmt::format("postgresql://{}{}{}", value("host", ""), value("port", ":"),
                     value("dbname", "/"));
}

/// `rest`: what is behind `postgresql://`.
Result<RegistryUrl> ParsePostgres(std::string_view rest) {
  const std::string_view credentials = CredentialsOf(rest);
  const std::string_view place = rest.substr(credentials.size());
  if (place.contains('@')) {
    return Malformed("has an @ in its password or behind its host: write %40");
  }
  RegistryUrl url{.engine = RegistryEngine::kPostgres};
  ASSIGN_OR_RETURN(
      url.options.postgres,
      catalog::sql::ReadPostgresUri(
          fmt::format("postgresql://{}{}", EncodedCredentials(credentials), WithSpaces(place)),
          {}));
  url.shown = ShownPlace(url.options.postgres);
  return url;
}

}  // namespace

bool IsRegistryUrl(std::string_view text) {
  const size_t end = text.find(kSeparator);
  return end != std::string_view::npos && end > 0 &&
         std::ranges::all_of(text.substr(0, end), IsOfName);
}

Status CheckRegistryPath(std::string_view path) {
  if (path.contains(kSeparator) || BeginsAsAUrl(path)) {
    return Error(ErrorCode::kInvalidArgument,
                 "The registry is neither a URL, sqlite:///FILE or "
                 "postgresql://USER:PASSWORD@HOST:PORT/DATABASE, nor a file's path, which has no "
                 ":// in it and does not begin like a URL");
  }
  return {};
}

Result<RegistryUrl> ParseRegistryUrl(std::string_view url) {
  const std::string_view name = url.substr(0, url.find(kSeparator));
  const std::string_view rest = url.substr(std::min(name.size() + kSeparator.size(), url.size()));
  if (name == "sqlite" || name == "sqlite+pysqlite") {
    return ParseSqlite(rest);
  }
  if (name == "postgresql" || name == "postgresql+psycopg" || name == "postgresql+psycopg2") {
    return ParsePostgres(rest);
  }
  return Error(ErrorCode::kInvalidArgument,
               fmt::format("A registry of {} is not read: it may be a file, or in a database of "
                           "sqlite, postgresql, postgresql+psycopg or postgresql+psycopg2",
                           name));
}

}  // namespace firn::features
