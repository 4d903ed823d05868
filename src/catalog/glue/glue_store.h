// GlueStore: the pointers of tables in AWS Glue's Data Catalog, as Iceberg's Java library and
// PyIceberg keep them. A namespace is a database, of one level.
//
// A pointer moves by UpdateTable with the VersionId of the table that was looked at: Glue refuses
// it where another change came between. So that a request whose reply was lost can no longer be
// carried out, FindTableSettled changes the table to what it is: its version is another then.
// What Glue cannot do at once is done in steps, and what others do between them is not seen: a
// rename makes the new table before it drops the old one; a database is looked at for tables before
// it is dropped; properties of a database are read, changed and written.
//
// Errors: pointer_store.h. Thread-safety: any thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/glue/glue_client.h"
#include "catalog/glue/glue_options.h"
#include "catalog/glue/glue_table.h"
#include "catalog/pointer/pointer_store.h"

namespace firn::catalog::glue {

/// Pages of one listing; more is kPayloadTooLarge.
inline constexpr int kMaxPages = 10'000;
/// Changes of others that come between while a table is settled.
inline constexpr int kMaxSettleRaces = 8;

class GlueStore final : public pointer::PointerStore {
 public:
  GlueStore(GlueOptions options, std::unique_ptr<GlueClient> client)
      : options_(std::move(options)), client_(std::move(client)) {}

  Result<std::string> NamespaceKey(const NamespacePath& path) const override;
  Status CheckProperties(const PropertyMap& properties) const override;

  Result<bool> NamespaceExists(const std::string& name_space) override;
  Result<std::set<std::string>> ChildNamespaces(const std::string& parent) override;
  Result<PropertyMap> NamespaceProperties(const std::string& name_space) override;
  Status InsertNamespace(const std::string& name_space, const PropertyMap& properties) override;
  Status UpdateNamespace(const std::string& name_space, const NamespaceChange& change) override;
  Status DeleteNamespace(const std::string& name_space) override;

  Result<std::vector<std::string>> TableNames(const std::string& name_space) override;
  Result<std::optional<pointer::TablePointer>> FindTable(const pointer::TableKey& key) override;
  Result<std::optional<pointer::TablePointer>> FindTableSettled(
      const pointer::TableKey& key) override;
  Status InsertTable(const pointer::TableKey& key, const pointer::NewPointer& to) override;
  Result<pointer::PointerChange> SwapTable(const pointer::TableKey& key,
                                           const std::string& from,
                                           const pointer::NewPointer& to) override;
  Status RenameTable(const pointer::TableKey& from, const pointer::TableKey& to) override;
  Status DeleteTable(const pointer::TableKey& key) override;
  Result<pointer::PointerChange> DeleteTableAlone(const pointer::TableKey& key,
                                                  const std::string& metadata_location,
                                                  const std::string& location) override;

  Result<pointer::ViewStore*> Views() override;

 private:
  using OnItem = std::function<Status(json::Element item)>;

  /// The beginning of every request's body: the catalog's id where one is given.
  std::string Begin() const;
  /// Every item of all pages.
  Status ForEach(std::string_view operation,
                 std::string_view list,
                 const std::string& body,
                 const OnItem& on_item);
  /// Iceberg's or not; nullopt where there is none.
  Result<std::optional<GlueTable>> GetTable(const pointer::TableKey& key);
  Result<GlueTable> RequireTable(const pointer::TableKey& key);
  Status Create(const pointer::TableKey& key, const std::string& input);
  Status Update(const pointer::TableKey& key, const GlueTable& table, const std::string& input);
  Status Remove(const pointer::TableKey& key);

  const GlueOptions options_;
  const std::unique_ptr<GlueClient> client_;
};

}  // namespace firn::catalog::glue
