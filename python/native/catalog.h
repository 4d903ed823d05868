// CatalogHandle: an open catalog as Python holds it, with the configuration to open it anew in a
// child process. TableHandle: a state of one of its tables.
//
// Thread-safety: with the GIL held, but for what the sessions and tables that they give do.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <nanobind/nanobind.h>

#include "base/table_identifier.h"
#include "catalog/catalog_config.h"
#include "catalog/session/session.h"
#include "table/table_store.h"

namespace firn::python {

using SessionPtr = std::shared_ptr<catalog::Session>;
using TablePtr = std::shared_ptr<const table::Table>;

class CatalogHandle {
 public:
  CatalogHandle(catalog::CatalogConfig config, SessionPtr session)
      : config_(std::move(config)), session_(std::move(session)) {}

  const catalog::CatalogConfig& config() const { return config_; }
  /// Of this process.
  SessionPtr session();

 private:
  const catalog::CatalogConfig config_;
  SessionPtr session_;
};

using CatalogPtr = std::shared_ptr<CatalogHandle>;

class TableHandle {
 public:
  TableHandle(CatalogPtr catalog, table::Table table);

  const table::Table& table() const { return *table_; }
  SessionPtr session() { return catalog_->session(); }
  /// To read and write its files in this process.
  TablePtr usable();
  void Set(table::Table table);
  void Refresh();

 private:
  CatalogPtr catalog_;
  TablePtr table_;
};

/// The last level is the name. Errors: kInvalidArgument where there is none.
TableIdentifier IdentifierOf(std::vector<std::string> levels);
std::vector<std::string> LevelsOf(const TableIdentifier& identifier);

void BindCatalog(nanobind::module_& module);

}  // namespace firn::python
