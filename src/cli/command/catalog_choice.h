// CatalogChoice: which catalog a command is about: a running server, or one elsewhere.
//
// Errors of OpenChosen: kInvalidArgument for a URI or profile that is none; those of
// catalog::OpenCatalog. Thread-safety: one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "base/result.h"
#include "catalog/catalog.h"

namespace firn::cli {

inline constexpr const char* kDefaultUri = "http://127.0.0.1:8181";

struct CatalogChoice {
  /// The server's, where `catalog` is empty.
  std::string uri;
  std::string warehouse;
  /// A catalog elsewhere: a URI, or a profile of `config`.
  std::string catalog;
  std::string config;
};

// Each writes to `choice`, which outlives the parser.
void AddServerFlag(CLI::App& app, CatalogChoice& choice);
void AddWarehouseFlag(CLI::App& app, CatalogChoice& choice);
/// --catalog and --config.
void AddElsewhereFlags(CLI::App& app, CatalogChoice& choice);

/// Whether a command can be about a catalog elsewhere.
enum class Elsewhere : uint8_t { kNo, kMayBe };

/// Fills in what no flag said: flags before variables, of those FIRN_CATALOG before FIRN_URI, else
/// kDefaultUri. Errors: kInvalidArgument for flags that contradict each other.
Status Resolve(CatalogChoice& choice, Elsewhere elsewhere);

/// The catalog of a choice that was resolved.
Result<std::unique_ptr<catalog::Catalog>> OpenChosen(const CatalogChoice& choice);

}  // namespace firn::cli
