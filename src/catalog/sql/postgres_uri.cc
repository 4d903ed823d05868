#include "catalog/sql/postgres_uri.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "storage/http/uri.h"

namespace firn::catalog::sql {
namespace {

using storage::http::UriDecode;

constexpr std::string_view kJdbc = "jdbc:";

/// libpq's parameters that a URI or a property may give: which every libpq since version 14 has,
/// but for those that are ours (client_encoding, fallback_application_name) or mean nothing to a
/// client of tables (replication).
constexpr std::array<std::string_view, 32> kPostgresNames = {
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "passfile",
    "service",
    "connect_timeout",
    "application_name",
    "options",
    "keepalives",
    "keepalives_idle",
    "keepalives_interval",
    "keepalives_count",
    "tcp_user_timeout",
    "sslmode",
    "sslcompression",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "sslpassword",
    "sslcrl",
    "sslcrldir",
    "sslsni",
    "ssl_min_protocol_version",
    "ssl_max_protocol_version",
    "requirepeer",
    "channel_binding",
    "gssencmode",
    "krbsrvname",
    "target_session_attrs",
};

Error Malformed(std::string_view what) {
  return Error(ErrorCode::kInvalidArgument, fmt::format("The uri of the database has {}", what));
}

bool IsPort(std::string_view text) {
  return text.size() <= 5 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// `host`, `host:port`, `[address]:port`, several with commas between them.
Status AddHosts(std::string_view hosts, PostgresParameters& parameters) {
  std::string names;
  std::string ports;
  bool has_port = false;
  for (bool first = true; first || !hosts.empty(); first = false) {
    std::string_view host = hosts.substr(0, hosts.find(','));
    hosts.remove_prefix(std::min(host.size() + 1, hosts.size()));
    size_t colon = host.rfind(':');
    bool is_address = host.ends_with(']') && host.starts_with('[');
    std::string_view port;
    if (colon != std::string_view::npos && !is_address) {
      port = host.substr(colon + 1);
      host = host.substr(0, colon);
    }
    if (!IsPort(port)) {
      return Malformed("a port that is no number");
    }
    if (host.starts_with('[') && host.ends_with(']')) {
      host = host.substr(1, host.size() - 2);
    }
    names += (first ? "" : ",") + UriDecode(host);
    ports += (first ? "" : ",") + std::string(port);
    has_port = has_port || !port.empty();
  }
  if (!names.empty()) {
    parameters["host"] = names;
  }
  if (has_port) {
    parameters["port"] = ports;
  }
  return {};
}

/// `user:password@hosts`. What precedes the last `@` is no host: a password may hold one.
Status AddAuthority(std::string_view authority, PostgresParameters& parameters) {
  size_t at = authority.rfind('@');
  if (at == std::string_view::npos) {
    return AddHosts(authority, parameters);
  }
  std::string_view user = authority.substr(0, at);
  size_t colon = user.find(':');
  if (colon != std::string_view::npos) {
    parameters["password"] = UriDecode(user.substr(colon + 1));
    user = user.substr(0, colon);
  }
  if (!user.empty()) {
    parameters["user"] = UriDecode(user);
  }
  return AddHosts(authority.substr(at + 1), parameters);
}

/// One name of Java's driver, where it is another than libpq's.
bool AddOfJava(std::string_view name, const std::string& value, PostgresParameters& parameters) {
  if (name == "currentSchema") {
    parameters["options"] = "-c search_path=" + value;
  } else if (name == "connectTimeout") {
    parameters["connect_timeout"] = value;
  } else if (name == "ApplicationName") {
    parameters["application_name"] = value;
  } else if (name == "ssl") {
    if (value != "false") {
      parameters.emplace("sslmode", "verify-full");
    }
  } else {
    return false;
  }
  return true;
}

/// Whether a name in `query` can be told: not where it may be a piece of a password that was not
/// percent-encoded.
bool IsName(std::string_view name, std::string_view query) {
  return !name.empty() && !query.contains("password") && !query.contains('@') &&
         std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
         });
}

Status AddQuery(std::string_view query, bool is_java, PostgresParameters& parameters) {
  const std::string_view all = query;
  while (!query.empty()) {
    std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    size_t equals = pair.find('=');
    if (equals == std::string_view::npos) {
      return Malformed("a parameter without a value");
    }
    std::string_view name = pair.substr(0, equals);
    std::string value = UriDecode(pair.substr(equals + 1));
    if (is_java && AddOfJava(name, value, parameters)) {
      continue;
    }
    if (std::ranges::find(kPostgresNames, name) == kPostgresNames.end()) {
      return Malformed(fmt::format("a parameter that is not passed on to libpq{}{}",
                                   IsName(name, all) ? ": " : "", IsName(name, all) ? name : ""));
    }
    parameters[std::string(name)] = value;
  }
  return {};
}

/// What the URI leaves open.
void AddProperties(const iceberg::PropertyMap& properties, PostgresParameters& parameters) {
  auto add = [&](const std::string& key, std::string_view name) {
    auto found = properties.find(key);
    if (found != properties.end()) {
      parameters.emplace(name, found->second);
    }
  };
  add("jdbc.user", "user");
  add("jdbc.password", "password");
  for (std::string_view name : kPostgresNames) {
    add(std::string(name), name);
  }
}

}  // namespace

bool IsPostgresUri(std::string_view uri) {
  return uri.starts_with("postgresql://") || uri.starts_with("postgres://") ||
         uri.starts_with("postgresql+") || uri.starts_with("jdbc:postgresql:");
}

Result<PostgresParameters> ReadPostgresUri(std::string_view uri,
                                           const iceberg::PropertyMap& properties) {
  bool is_java = uri.starts_with(kJdbc);
  if (is_java) {
    uri.remove_prefix(kJdbc.size());
  }
  size_t colon = uri.find("://");
  if (colon == std::string_view::npos) {
    return Malformed("no // before the host");
  }
  uri.remove_prefix(colon + 3);
  std::string_view query;
  if (size_t question = uri.find('?'); question != std::string_view::npos) {
    query = uri.substr(question + 1);
    uri = uri.substr(0, question);
  }
  PostgresParameters parameters;
  std::string_view authority = uri.substr(0, uri.find('/'));
  RETURN_IF_ERROR(AddAuthority(authority, parameters));
  std::string_view name = uri.substr(std::min(authority.size() + 1, uri.size()));
  if (!name.empty()) {
    parameters["dbname"] = UriDecode(name);
  }
  RETURN_IF_ERROR(AddQuery(query, is_java, parameters));
  AddProperties(properties, parameters);
  for (const auto& [key, value] : parameters) {
    if (value.contains('\0')) {
      return Malformed("a byte of zero");
    }
  }
  return parameters;
}

}  // namespace firn::catalog::sql
