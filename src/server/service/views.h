// ViewService: the rules of views. REST: operations on /views, /register-view, /views/rename.
//
// Errors: kNoSuchNamespace, kNoSuchView, kAlreadyExists, kInvalidArgument, kCommitConflict,
// kLostRace (all retries lost), kNotFound (the metadata file is gone). Thread-safety: any thread.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "iceberg/view/view_metadata.h"
#include "iceberg/view/view_update.h"
#include "server/service/environment.h"
#include "server/service/metadata_files.h"
#include "server/service/namespaces.h"

namespace firn::service {

struct CreateViewRequest {
  TableIdentifier identifier;
  std::optional<std::string> location;
  iceberg::Schema schema;
  iceberg::ViewVersion version;
  iceberg::PropertyMap properties;
};

struct ViewChange {
  TableIdentifier identifier;
  std::vector<iceberg::ViewRequirement> requirements;
  std::vector<iceberg::ViewUpdate> updates;
};

class ViewService {
 public:
  explicit ViewService(Environment environment) : environment_(environment) {}

  Result<store::Page<std::string>> List(const CallContext& call,
                                        const NamespacePath& name_space,
                                        const store::PageRequest& page);
  Result<MetadataEntryPtr> Load(const CallContext& call, const TableIdentifier& identifier);
  Result<bool> Exists(const CallContext& call, const TableIdentifier& identifier);
  Result<Answer<MetadataEntryPtr>> Create(const CallContext& call,
                                          const CreateViewRequest& request);
  /// Applied again inside the server where only the base moved.
  Result<Answer<MetadataEntryPtr>> Commit(const CallContext& call, const ViewChange& change);
  Result<Answer<MetadataEntryPtr>> Register(const CallContext& call,
                                            const TableIdentifier& identifier,
                                            const std::string& metadata_location);
  /// The metadata files stay: other catalogs may have registered them.
  Result<Answer<std::monostate>> Drop(const CallContext& call, const TableIdentifier& identifier);
  Result<Answer<std::monostate>> Rename(const CallContext& call,
                                        const TableIdentifier& from,
                                        const TableIdentifier& to);

 private:
  Result<store::ObjectRef> Find(const CallContext& call, const TableIdentifier& identifier);
  Result<Answer<MetadataEntryPtr>> TryCommit(const CallContext& call,
                                             const ViewChange& change,
                                             const Uuid& attempt);
  /// The answer of a commit that changes nothing.
  Result<Answer<MetadataEntryPtr>> KeepAsItIs(const CallContext& call,
                                              MetadataEntryPtr base,
                                              const Uuid& attempt);

  Environment environment_;
};

}  // namespace firn::service
