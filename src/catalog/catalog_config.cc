#include "catalog/catalog_config.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "storage/http/uri.h"

namespace firn::catalog {
namespace {

using iceberg::PropertyMap;

constexpr std::string_view kType = "type";
constexpr std::string_view kName = "name";
constexpr std::string_view kUri = "uri";
constexpr std::string_view kWarehouse = "warehouse";

constexpr std::array<std::string_view, 1> kRestKeys = {kUri};
constexpr std::array<std::string_view, 2> kSqlKeys = {kUri, kWarehouse};
constexpr std::array<std::string_view, 1> kGlueKeys = {kWarehouse};
constexpr std::array<std::string_view, 1> kHiveKeys = {kUri};

struct TypeRow {
  CatalogType type;
  std::string_view name;
  std::span<const std::string_view> required;
};

constexpr std::array kTypes = {
    TypeRow{CatalogType::kRest, "rest", kRestKeys},
    TypeRow{CatalogType::kSql, "sql", kSqlKeys},
    TypeRow{CatalogType::kGlue, "glue", kGlueKeys},
    TypeRow{CatalogType::kHive, "hive", kHiveKeys},
};

struct SchemeRow {
  std::string_view begins;
  CatalogType type;
};

constexpr std::array kSchemes = {
    SchemeRow{"http://", CatalogType::kRest},      SchemeRow{"https://", CatalogType::kRest},
    SchemeRow{"sqlite:", CatalogType::kSql},       SchemeRow{"jdbc:", CatalogType::kSql},
    SchemeRow{"postgresql://", CatalogType::kSql}, SchemeRow{"postgresql+", CatalogType::kSql},
    SchemeRow{"postgres://", CatalogType::kSql},   SchemeRow{"thrift://", CatalogType::kHive},
};

const TypeRow& RowOf(CatalogType type) { return *std::ranges::find(kTypes, type, &TypeRow::type); }

std::optional<CatalogType> TypeOfUri(std::string_view uri) {
  auto found = std::ranges::find_if(
      kSchemes, [&](const SchemeRow& row) { return uri.starts_with(row.begins); });
  return found == kSchemes.end() ? std::nullopt : std::optional(found->type);
}

/// `text` with every `${VAR}` replaced.
Result<std::string> Expand(std::string_view key,
                           std::string_view text,
                           const VariableLookup& variables) {
  std::string expanded;
  while (true) {
    size_t begin = text.find("${");
    expanded += text.substr(0, begin);
    if (begin == std::string_view::npos) {
      return expanded;
    }
    size_t end = text.find('}', begin);
    if (end == std::string_view::npos) {
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("The catalog's key {} has a ${{ without its }}", key));
    }
    std::string_view variable = text.substr(begin + 2, end - begin - 2);
    auto value = variables(variable);
    if (!value) {
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("The catalog's key {} names the environment variable {}, which is "
                               "not set",
                               key, variable));
    }
    expanded += *value;
    text.remove_prefix(end + 1);
  }
}

Result<CatalogType> TypeOf(const PropertyMap& keys) {
  auto given = keys.find(std::string(kType));
  if (given != keys.end()) {
    auto row = std::ranges::find(kTypes, given->second, &TypeRow::name);
    if (row == kTypes.end()) {
      return Error(ErrorCode::kInvalidArgument,
                   "The catalog's key type takes rest, sql, glue or hive");
    }
    return row->type;
  }
  auto uri = keys.find(std::string(kUri));
  auto type = uri == keys.end() ? std::nullopt : TypeOfUri(uri->second);
  if (!type) {
    return Error(ErrorCode::kInvalidArgument,
                 "The catalog needs the key type: rest, sql, glue or hive");
  }
  return *type;
}

/// `a=b&c=d`, percent-decoded.
Status AddQuery(std::string_view query, PropertyMap& keys) {
  while (!query.empty()) {
    std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    size_t equals = pair.find('=');
    if (equals == std::string_view::npos || equals == 0) {
      return Error(ErrorCode::kInvalidArgument,
                   "A catalog's URI takes name=value pairs after its question mark");
    }
    std::string name = storage::http::UriDecode(pair.substr(0, equals));
    if (name == kUri || name == kType ||
        !keys.emplace(name, storage::http::UriDecode(pair.substr(equals + 1))).second) {
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("A catalog's URI has the key {} twice", name));
    }
  }
  return {};
}

}  // namespace

std::string_view ToString(CatalogType type) { return RowOf(type).name; }

std::string CatalogConfig::Get(std::string_view key) const {
  auto found = properties.find(std::string(key));
  return found == properties.end() ? std::string() : found->second;
}

bool LooksLikeCatalogUri(std::string_view text) { return text.contains(':'); }

Result<CatalogConfig> ReadCatalogUri(std::string_view uri, const VariableLookup& variables) {
  return ReadCatalogUri(uri, {}, variables);
}

Result<CatalogConfig> ReadCatalogUri(std::string_view uri,
                                     const PropertyMap& keys,
                                     const VariableLookup& variables) {
  if (!TypeOfUri(uri)) {
    return Error(ErrorCode::kInvalidArgument,
                 "A catalog's URI begins with http://, https://, sqlite:///, postgresql:// or "
                 "jdbc:");
  }
  size_t question = uri.find('?');
  PropertyMap all;
  if (question != std::string_view::npos) {
    RETURN_IF_ERROR(AddQuery(uri.substr(question + 1), all));
  }
  all.emplace(kUri, uri.substr(0, question));
  for (const auto& [key, value] : keys) {
    if (!all.emplace(key, value).second) {
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("The catalog's key {} is in its URI too", key));
    }
  }
  return ReadCatalogProfile("", all, variables);
}

Result<CatalogConfig> ReadCatalogProfile(std::string_view profile,
                                         const PropertyMap& keys,
                                         const VariableLookup& variables) {
  CatalogConfig config{.name = std::string(profile)};
  for (const auto& [key, text] : keys) {
    ASSIGN_OR_RETURN(std::string value, Expand(key, text, variables));
    config.properties.emplace(key, std::move(value));
  }
  ASSIGN_OR_RETURN(config.type, TypeOf(config.properties));
  config.properties.erase(std::string(kType));
  if (auto name = config.properties.extract(std::string(kName)); !name.empty()) {
    config.name = std::move(name.mapped());
  }
  RETURN_IF_ERROR(CheckRequiredKeys(config));
  return config;
}

Status CheckRequiredKeys(const CatalogConfig& config) {
  const TypeRow& row = RowOf(config.type);
  for (std::string_view key : row.required) {
    if (config.Get(key).empty()) {
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("A catalog of type {} needs the key {}", row.name, key));
    }
  }
  return {};
}

}  // namespace firn::catalog
