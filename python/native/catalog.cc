#include "native/catalog.h"

#include <optional>

#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "catalog/open/open_catalog.h"
#include "catalog/session/table_request.h"
#include "native/arrow_exchange.h"
#include "native/calls.h"
#include "native/errors.h"

namespace firn::python {
namespace {

namespace nb = nanobind;
using catalog::CatalogConfig;
using catalog::PropertyMap;
using Levels = std::vector<std::string>;

SessionPtr OpenSession(const CatalogConfig& config) {
  auto opened =
      Released([&] { return catalog::OpenCatalog(config, catalog::ProcessEnvironment()); });
  return SharedAtHome(
      std::make_unique<catalog::Session>(ValueOf(std::move(opened)), catalog::SessionOptions{}));
}

CatalogPtr Open(const std::optional<std::string>& uri, const PropertyMap& keys) {
  const auto variables = catalog::ProcessEnvironment().variables;
  CatalogConfig config = ValueOf(uri ? catalog::ReadCatalogUri(*uri, keys, variables)
                                     : catalog::ReadCatalogProfile("", keys, variables));
  SessionPtr session = OpenSession(config);
  return std::make_shared<CatalogHandle>(std::move(config), std::move(session));
}

/// What a call to the catalog returns; nothing of a Status.
template <class Body>
auto Ask(CatalogHandle& handle, Body body) {
  SessionPtr session = handle.session();
  return ValueOf(Released([&] { return body(session->catalog()); }));
}

void BindNamespaces(nb::class_<CatalogHandle>& bound) {
  bound.def("list_namespaces", [](CatalogHandle& self, Levels parent) {
    std::vector<Levels> found;
    for (NamespacePath& path : Ask(self, [&](catalog::Catalog& catalog) {
           return catalog.ListNamespaces({std::move(parent)});
         })) {
      found.push_back(std::move(path.levels));
    }
    return found;
  });
  bound.def("namespace_exists", [](CatalogHandle& self, Levels path) {
    return Ask(self, [&](catalog::Catalog& catalog) {
      return catalog.NamespaceExists({std::move(path)});
    });
  });
  bound.def("namespace_properties", [](CatalogHandle& self, Levels path) {
    return Ask(self,
               [&](catalog::Catalog& catalog) { return catalog.LoadNamespace({std::move(path)}); });
  });
  bound.def("create_namespace",
            [](CatalogHandle& self, Levels path, const PropertyMap& properties) {
              Ask(self, [&](catalog::Catalog& catalog) {
                return catalog.CreateNamespace({std::move(path)}, properties);
              });
            });
  bound.def("drop_namespace", [](CatalogHandle& self, Levels path) {
    Ask(self, [&](catalog::Catalog& catalog) { return catalog.DropNamespace({std::move(path)}); });
  });
}

std::shared_ptr<TableHandle> CreateTable(const CatalogPtr& self,
                                         Levels levels,
                                         nb::handle schema,
                                         const catalog::TableRequest& request) {
  const TableIdentifier identifier = IdentifierOf(std::move(levels));
  const auto wanted = ValueOf(catalog::MakeNewTable(*SchemaOf(schema), request));
  table::Table table = Ask(
      *self, [&](catalog::Catalog& catalog) { return catalog.CreateTable(identifier, wanted); });
  return std::make_shared<TableHandle>(self, std::move(table));
}

void BindTables(nb::class_<CatalogHandle>& bound) {
  bound.def("list_tables", [](CatalogHandle& self, Levels path) {
    std::vector<Levels> found;
    for (const TableIdentifier& table : Ask(self, [&](catalog::Catalog& catalog) {
           return catalog.ListTables({std::move(path)});
         })) {
      found.push_back(LevelsOf(table));
    }
    return found;
  });
  bound.def("table_exists", [](CatalogHandle& self, Levels levels) {
    const TableIdentifier identifier = IdentifierOf(std::move(levels));
    return Ask(self, [&](catalog::Catalog& catalog) { return catalog.TableExists(identifier); });
  });
  bound.def("load_table", [](const CatalogPtr& self, Levels levels) {
    const TableIdentifier identifier = IdentifierOf(std::move(levels));
    table::Table table =
        Ask(*self, [&](catalog::Catalog& catalog) { return catalog.Load(identifier); });
    return std::make_shared<TableHandle>(self, std::move(table));
  });
  bound.def(
      "create_table",
      [](const CatalogPtr& self, Levels levels, nb::handle schema, Levels partition_by,
         Levels sort_by, Levels identifier_fields, PropertyMap properties,
         std::optional<std::string> location) {
        return CreateTable(self, std::move(levels), schema,
                           {.partition_by = std::move(partition_by),
                            .sort_by = std::move(sort_by),
                            .identifier_fields = std::move(identifier_fields),
                            .properties = std::move(properties),
                            .location = std::move(location)});
      },
      nb::arg(), nb::arg().none(), nb::arg(), nb::arg(), nb::arg(), nb::arg(), nb::arg().none());
  bound.def("drop_table", [](CatalogHandle& self, Levels levels, bool purge) {
    const TableIdentifier identifier = IdentifierOf(std::move(levels));
    const auto mode = purge ? catalog::DropMode::kPurge : catalog::DropMode::kKeepFiles;
    Ask(self, [&](catalog::Catalog& catalog) { return catalog.DropTable(identifier, mode); });
  });
  bound.def("rename_table", [](CatalogHandle& self, Levels levels, Levels new_levels) {
    const TableIdentifier from = IdentifierOf(std::move(levels));
    const TableIdentifier to = IdentifierOf(std::move(new_levels));
    Ask(self, [&](catalog::Catalog& catalog) { return catalog.RenameTable(from, to); });
  });
}

}  // namespace

SessionPtr CatalogHandle::session() {
  if (!IsHome(session_)) {
    session_ = OpenSession(config_);
  }
  return session_;
}

TableHandle::TableHandle(CatalogPtr catalog, table::Table table) : catalog_(std::move(catalog)) {
  Set(std::move(table));
}

void TableHandle::Set(table::Table table) {
  table_ = SharedAtHome(std::make_unique<const table::Table>(std::move(table)));
}

TablePtr TableHandle::usable() {
  if (!IsHome(table_)) {
    // Its state stays; only the way to its files is another.
    table::Table here = *table_;
    here.files = Ask(*catalog_, [&](catalog::Catalog& catalog) {
                   return catalog.Load(here.identifier);
                 }).files;
    Set(std::move(here));
  }
  return table_;
}

void TableHandle::Refresh() {
  Set(Ask(*catalog_, [&](catalog::Catalog& catalog) { return catalog.Load(table_->identifier); }));
}

TableIdentifier IdentifierOf(std::vector<std::string> levels) {
  if (levels.empty()) {
    Raise(Error(ErrorCode::kInvalidArgument, "A table's identifier has a name at least"));
  }
  TableIdentifier identifier{.name_space = {}, .name = std::move(levels.back())};
  levels.pop_back();
  identifier.name_space.levels = std::move(levels);
  return identifier;
}

std::vector<std::string> LevelsOf(const TableIdentifier& identifier) {
  std::vector<std::string> levels = identifier.name_space.levels;
  levels.push_back(identifier.name);
  return levels;
}

void BindCatalog(nb::module_& module) {
  module.def("open_catalog", &Open, nb::arg("uri").none(), nb::arg("keys"));
  nb::class_<CatalogHandle> bound(module, "Catalog");
  bound.def("name", [](const CatalogHandle& self) { return self.config().name; });
  bound.def("type", [](const CatalogHandle& self) {
    return std::string(catalog::ToString(self.config().type));
  });
  BindNamespaces(bound);
  BindTables(bound);
}

}  // namespace firn::python
