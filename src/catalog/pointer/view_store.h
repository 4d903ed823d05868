// ViewStore: what PointerCatalog needs of a place that keeps, beside the pointers of tables, those
// of views: names, and changes of a pointer. Views and tables share their names.
//
// Errors: pointer_store.h; kUnsupported of all where the place has no views after all.
// Thread-safety: any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/pointer/pointer_store.h"
#include "iceberg/view/view_metadata.h"

namespace firn::catalog::pointer {

/// A view's metadata file, and what is in it.
struct NewView {
  const std::string& metadata_location;
  const iceberg::ViewMetadata& metadata;
};

class ViewStore {
 public:
  virtual ~ViewStore() = default;

  /// Errors: kNoSuchNamespace.
  virtual Result<std::vector<std::string>> ViewNames(const std::string& name_space) = 0;
  virtual Result<std::optional<TablePointer>> FindView(const TableKey& key) = 0;
  /// Errors: kAlreadyExists (a table too), kNoSuchNamespace.
  virtual Status InsertView(const TableKey& key, const NewView& to) = 0;
  /// Errors: kNoSuchView, kAlreadyExists, kNoSuchNamespace.
  virtual Status RenameView(const TableKey& from, const TableKey& to) = 0;
  /// Errors: kNoSuchView.
  virtual Status DeleteView(const TableKey& key) = 0;
};

}  // namespace firn::catalog::pointer
