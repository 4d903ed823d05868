#include "catalog/files/table_files.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>

#include "catalog/files/access_renewal.h"
#include "storage/local_object_store.h"
#include "storage/location.h"
#include "storage/s3/s3_object_store.h"
#include "storage/s3/s3_options.h"

namespace firn::catalog {
namespace {

using iceberg::PropertyMap;
using storage::ObjectStore;
using storage::http::RequestSigner;

constexpr std::string_view kSigningOption = "s3.remote-signing-enabled";
/// PyIceberg's name for it: a signer.
constexpr std::string_view kSignerOption = "s3.signer";

/// Of S3, but for who hands out access to it.
bool IsOptionOfAccess(std::string_view name) {
  return name == kExpiryOption || name == kSigningOption || name == kSignerOption ||
         name.starts_with("s3.signer.");
}

bool IsOptionOfS3(std::string_view name) {
  return (name.starts_with("s3.") && !IsOptionOfAccess(name)) || storage::s3::IsS3Option(name);
}

bool WantsSigner(const PropertyMap& options) {
  auto enabled = options.find(std::string(kSigningOption));
  auto signer = options.find(std::string(kSignerOption));
  return enabled != options.end() ? enabled->second == "true"
                                  : signer != options.end() && !signer->second.empty();
}

/// What an S3 store is made of, and told apart by.
storage::s3::Properties OptionsOfS3(const PropertyMap& options) {
  storage::s3::Properties chosen;
  for (const auto& [name, value] : options) {
    if (IsOptionOfS3(name)) {
      chosen.emplace(name, value);
    }
  }
  return chosen;
}

}  // namespace

PropertyMap KnownFileOptions(const PropertyMap& config) {
  PropertyMap known;
  std::ranges::copy_if(config, std::inserter(known, known.end()), [](const auto& entry) {
    return storage::s3::IsS3Option(entry.first) || IsOptionOfAccess(entry.first);
  });
  return known;
}

PropertyMap WithOptions(PropertyMap base, const PropertyMap& over) {
  if (over.contains("s3.access-key-id")) {
    for (std::string_view name :
         {std::string_view("s3.access-key-id"), std::string_view("s3.secret-access-key"),
          std::string_view("s3.session-token"), kExpiryOption}) {
      base.erase(std::string(name));
    }
  }
  for (const auto& [name, value] : over) {
    base.insert_or_assign(name, value);
  }
  return base;
}

/// The stores, made when first asked for.
class FileStores::State {
 public:
  State(storage::aws::EnvironmentLookup variables, const Clock& clock)
      : variables_(std::move(variables)), clock_(clock) {}

  Result<std::shared_ptr<ObjectStore>> Local() {
    std::scoped_lock lock(mutex_);
    if (local_ == nullptr) {
      ASSIGN_OR_RETURN(local_, storage::LocalObjectStore::Make({.roots = std::nullopt}));
    }
    return local_;
  }

  const Clock& clock() const { return clock_; }

  /// `signer`: in place of keys; may be none.
  Result<std::shared_ptr<ObjectStore>> S3(const storage::s3::Properties& options,
                                          const std::shared_ptr<RequestSigner>& signer) {
    std::scoped_lock lock(mutex_);
    auto found = std::ranges::find_if(
        kept_, [&](const Kept& kept) { return kept.options == options && kept.signer == signer; });
    if (found != kept_.end()) {
      std::rotate(kept_.begin(), found, found + 1);
      return kept_.front().store;
    }
    ASSIGN_OR_RETURN(auto parsed, storage::s3::ParseS3Options(options, variables_));
    ASSIGN_OR_RETURN(std::shared_ptr<ObjectStore> store,
                     signer != nullptr
                         ? storage::s3::S3ObjectStore::MakeSigned(parsed, signer, clock_)
                         : storage::s3::S3ObjectStore::Make(parsed, variables_, clock_));
    if (kept_.size() >= kMaxKept) {
      kept_.pop_back();
    }
    kept_.insert(kept_.begin(), {options, signer, store});
    return store;
  }

 private:
  struct Kept {
    storage::s3::Properties options;
    std::shared_ptr<RequestSigner> signer;
    std::shared_ptr<ObjectStore> store;
  };

  storage::aws::EnvironmentLookup variables_;
  const Clock& clock_;
  std::mutex mutex_;
  std::shared_ptr<ObjectStore> local_;
  /// The one used last at the front.
  std::vector<Kept> kept_;
};

namespace {

/// Locations come out of metadata, not from who asks.
Result<storage::Location> ParseLocation(std::string_view text) {
  auto location = storage::Location::Parse(text);
  return location.has_value() ? std::move(location)
                              : TakeError(std::move(location)).As(ErrorCode::kInvalidMetadata);
}

/// One table's files: picks the store by location.
class TableFiles final : public ObjectStore {
 public:
  TableFiles(std::shared_ptr<FileStores::State> stores, FileAccess access)
      : stores_(std::move(stores)), access_(std::move(access), stores_->clock()) {}

  Result<std::string> Read(std::string_view location, int64_t max_bytes) override {
    ASSIGN_OR_RETURN(auto store, Find(location));
    return store->Read(location, max_bytes);
  }
  Result<std::string> ReadRange(std::string_view location,
                                int64_t offset,
                                int64_t length) override {
    ASSIGN_OR_RETURN(auto store, Find(location));
    return store->ReadRange(location, offset, length);
  }
  Result<std::unique_ptr<storage::OpenFile>> OpenLocal(std::string_view location) override {
    ASSIGN_OR_RETURN(auto store, Find(location));
    return store->OpenLocal(location);
  }
  Status Write(std::string_view location,
               std::string_view bytes,
               storage::WriteMode mode) override {
    ASSIGN_OR_RETURN(auto store, Find(location));
    return store->Write(location, bytes, mode);
  }
  Result<storage::FileStat> Stat(std::string_view location) override {
    ASSIGN_OR_RETURN(auto store, Find(location));
    return store->Stat(location);
  }
  Status Delete(std::string_view location) override {
    ASSIGN_OR_RETURN(auto store, Find(location));
    return store->Delete(location);
  }
  Status DeleteMany(std::span<const std::string> locations) override {
    std::map<std::shared_ptr<ObjectStore>, std::vector<std::string>> by_store;
    Status first;
    for (const std::string& location : locations) {
      auto store = Find(location);
      if (store.has_value()) {
        by_store[*std::move(store)].push_back(location);
      } else if (first.has_value()) {
        first = TakeError(std::move(store));
      }
    }
    for (const auto& [store, files] : by_store) {
      Status deleted = store->DeleteMany(files);
      if (first.has_value()) {
        first = std::move(deleted);
      }
    }
    return first;
  }
  Result<storage::ListPage> List(std::string_view prefix,
                                 const storage::ListOptions& options) override {
    ASSIGN_OR_RETURN(auto store, Find(prefix));
    return store->List(prefix, options);
  }
  Status EnsureDirectory(std::string_view location) override {
    ASSIGN_OR_RETURN(auto store, Find(location));
    return store->EnsureDirectory(location);
  }
  Result<bool> RemoveEmptyFolder(std::string_view location) override {
    ASSIGN_OR_RETURN(auto store, Find(location));
    return store->RemoveEmptyFolder(location);
  }

 private:
  Result<std::shared_ptr<ObjectStore>> Find(std::string_view text) {
    ASSIGN_OR_RETURN(storage::Location location, ParseLocation(text));
    if (location.scheme() == "file") {
      return stores_->Local();
    }
    if (location.scheme() == "s3") {
      ASSIGN_OR_RETURN(auto access, access_.Get());
      const PropertyMap* scoped = ScopedFor(*access, location);
      PropertyMap options =
          scoped == nullptr ? access->options : WithOptions(access->options, *scoped);
      bool wants_signer = WantsSigner(options);
      if (wants_signer && access->signer == nullptr) {
        return Error(ErrorCode::kUnsupported, "This catalog signs no requests to S3");
      }
      return stores_->S3(OptionsOfS3(options), wants_signer ? access->signer : nullptr);
    }
    return Error(ErrorCode::kUnsupported, "No storage here serves locations of this scheme")
        .With("scheme", location.scheme());
  }

  /// Prefixes are texts: `s3://bucket/a` may stand for `s3://bucket/ab` too.
  static const PropertyMap* ScopedFor(const FileAccess& access, const storage::Location& location) {
    const ScopedOptions* best = nullptr;
    std::string text = location.Canonical();
    for (const ScopedOptions& scoped : access.scoped) {
      bool fits = text.starts_with(CanonicalPrefix(scoped.prefix));
      if (fits && (best == nullptr || scoped.prefix.size() > best->prefix.size())) {
        best = &scoped;
      }
    }
    return best == nullptr ? nullptr : &best->options;
  }

  /// `s3a://` and `s3n://` are `s3://`. A bare scheme stands for all that has it.
  static std::string CanonicalPrefix(std::string_view prefix) {
    for (std::string_view other : {"s3a://", "s3n://"}) {
      if (prefix.starts_with(other)) {
        return "s3://" + std::string(prefix.substr(other.size()));
      }
    }
    return std::string(prefix);
  }

  std::shared_ptr<FileStores::State> stores_;
  AccessRenewal access_;
};

}  // namespace

FileStores::FileStores(storage::aws::EnvironmentLookup variables, const Clock& clock)
    : state_(std::make_shared<State>(std::move(variables), clock)) {}

std::shared_ptr<ObjectStore> FileStores::Open(FileAccess access) {
  return std::make_shared<TableFiles>(state_, std::move(access));
}

}  // namespace firn::catalog
