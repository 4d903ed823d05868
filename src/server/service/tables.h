// TableService: everything one does with a table but committing to it (table_commits.h). REST:
// operations on /tables, /register, /tables/rename.
//
// Files come before pointers: metadata is durable before the database names it, and a file of an
// attempt that is proven lost is deleted.
//
// Errors: kNoSuchNamespace, kNoSuchTable, kAlreadyExists, kInvalidArgument, kLostRace (all retries
// lost), kNotFound (the metadata file is gone), kInvalidMetadata.
// Thread-safety: any thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>

#include "base/result.h"
#include "iceberg/schema/partition_spec.h"
#include "iceberg/schema/schema.h"
#include "iceberg/schema/sort_order.h"
#include "server/service/environment.h"
#include "server/service/metadata_files.h"
#include "server/service/namespaces.h"

namespace firn::service {

struct CreateTableRequest {
  TableIdentifier identifier;
  std::optional<std::string> location;
  iceberg::Schema schema;
  std::optional<iceberg::UnboundPartitionSpec> spec;
  std::optional<iceberg::SortOrder> order;
  iceberg::PropertyMap properties;
};

class TableService {
 public:
  explicit TableService(Environment environment) : environment_(environment) {}

  Result<store::Page<std::string>> List(const CallContext& call,
                                        const NamespacePath& name_space,
                                        const store::PageRequest& page);
  /// Errors: kNoSuchTable, kNotFound.
  Result<MetadataEntryPtr> Load(const CallContext& call, const TableIdentifier& identifier);
  /// Load without any wait: null where memory does not know the table or its file is gone.
  MetadataEntryPtr LoadCached(const CallContext& call, const TableIdentifier& identifier);
  Result<bool> Exists(const CallContext& call, const TableIdentifier& identifier);

  Result<Answer<MetadataEntryPtr>> Create(const CallContext& call,
                                          const CreateTableRequest& request);
  /// Prepares identity, location and folders; the table exists once a commit with assert-create
  /// says so.
  Result<Answer<iceberg::TableMetadataPtr>> Stage(const CallContext& call,
                                                  const CreateTableRequest& request);
  /// Puts the table whose metadata file is at `metadata_location` under the name; with `overwrite`
  /// also in the place of another table. One without a uuid (old v1) gets one, and with it a
  /// metadata file that follows the given one.
  Result<Answer<MetadataEntryPtr>> Register(const CallContext& call,
                                            const TableIdentifier& identifier,
                                            const std::string& metadata_location,
                                            bool overwrite);
  /// Takes the table out of the catalog and leaves every file; returns what it was.
  Result<Answer<MetadataEntryPtr>> Unregister(const CallContext& call,
                                              const TableIdentifier& identifier);
  /// With `purge` its files are deleted by a job afterwards.
  Result<Answer<std::monostate>> Drop(const CallContext& call,
                                      const TableIdentifier& identifier,
                                      bool purge);
  Result<Answer<std::monostate>> Rename(const CallContext& call,
                                        const TableIdentifier& from,
                                        const TableIdentifier& to);
  Result<Answer<std::monostate>> SaveMetricsReport(const CallContext& call,
                                                   const store::SaveMetricsReport& report);

 private:
  /// What Register was asked for.
  struct Registration {
    const TableIdentifier& identifier;
    const std::string& metadata_location;
    bool overwrite;
  };

  Result<Answer<std::monostate>> TryDrop(const CallContext& call,
                                         const TableIdentifier& identifier,
                                         bool purge,
                                         const Uuid& attempt);
  Result<Answer<MetadataEntryPtr>> TryRegister(const CallContext& call,
                                               const Registration& registration,
                                               const Uuid& attempt);
  /// The table in `file` under a fresh uuid, in a metadata file of its own.
  Result<WrittenMetadata> GiveUuid(const CallContext& call,
                                   const MetadataEntry& file,
                                   const Uuid& attempt);
  Result<Answer<MetadataEntryPtr>> TryUnregister(const CallContext& call,
                                                 const TableIdentifier& identifier,
                                                 const Uuid& attempt);
  Result<iceberg::TableMetadataPtr> NewMetadata(const CallContext& call,
                                                const CreateTableRequest& request);
  Result<store::ObjectRef> Find(const CallContext& call, const TableIdentifier& identifier);

  Environment environment_;
};

/// "Table does not exist: ns.t".
Error NoSuchTable(const TableIdentifier& identifier);

/// Makes the folders that clients of a local warehouse expect.
Status MakeTableFolders(const Environment& environment, const std::string& location);

}  // namespace firn::service
