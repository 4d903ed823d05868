// What namespace, table and view commands do on a catalog elsewhere (`--catalog`): the answers are
// printed in the shapes that a server's have (describe.h).
//
// Errors: those of catalog::Catalog, and kInvalidArgument for names, settings and columns.
// Thread-safety: one thread.
#pragma once

#include "base/result.h"
#include "catalog/catalog.h"
#include "cli/command/remote_command.h"

namespace firn::cli {

Status ListNamespacesOf(catalog::Catalog& catalog, const Arguments& arguments);
Status CreateNamespaceIn(catalog::Catalog& catalog, const Arguments& arguments);
Status ShowNamespaceOf(catalog::Catalog& catalog, const Arguments& arguments);
Status SetNamespaceOf(catalog::Catalog& catalog, const Arguments& arguments);
Status DropNamespaceOf(catalog::Catalog& catalog, const Arguments& arguments);

Status ListTablesOf(catalog::Catalog& catalog, const Arguments& arguments);
Status ShowTableOf(catalog::Catalog& catalog, const Arguments& arguments);
Status CreateTableIn(catalog::Catalog& catalog, const Arguments& arguments);
Status SetTableOf(catalog::Catalog& catalog, const Arguments& arguments);
Status RegisterTableIn(catalog::Catalog& catalog, const Arguments& arguments);
Status RenameTableIn(catalog::Catalog& catalog, const Arguments& arguments);
Status DropTableOf(catalog::Catalog& catalog, const Arguments& arguments);

Status ListViewsOf(catalog::Catalog& catalog, const Arguments& arguments);
Status ShowViewOf(catalog::Catalog& catalog, const Arguments& arguments);
Status RegisterViewIn(catalog::Catalog& catalog, const Arguments& arguments);
Status RenameViewIn(catalog::Catalog& catalog, const Arguments& arguments);
Status DropViewOf(catalog::Catalog& catalog, const Arguments& arguments);

}  // namespace firn::cli
