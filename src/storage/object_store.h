// ObjectStore: the port to where table files live, whole files by location. The catalog writes and
// reads metadata through it, purge deletes through it; its stores are local files, memory and, in
// tests, one that fails on demand.
//
// A location is the text as Iceberg metadata holds it (`file:/x`, `file:///x`, `/x`,
// `s3://bucket/key`). Stores never decode or rewrite it; what they return repeats the caller's
// text.
//
// Errors common to all calls: kInvalidArgument for a location this store does not serve (another
// scheme, `..`, control characters; location.h), kForbidden for one outside the allowed roots,
// kNotFound, kIoError.
// Thread-safety: every method may be called from any thread; calls block on I/O, on a network until
// the thread's CallDeadline (call_deadline.h) at most.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace firn::storage {

/// What Write does where the file is there already.
enum class WriteMode : uint8_t {
  kCreateNew,  ///< Fail with kAlreadyExists; of concurrent writers exactly one wins.
  kOverwrite,  ///< Replace it at once: readers see the old bytes or the new, never a mixture.
};

struct FileStat {
  int64_t size_bytes = 0;
  /// By the store's own clock.
  TimestampMs modified;
};

struct ListedFile {
  std::string location;
  FileStat stat;
};

struct ListPage {
  std::vector<ListedFile> files;
  /// Pass as `after` for the next page; nullopt on the last one.
  std::optional<std::string> next;
};

/// Where a page of a listing begins and how long it is.
struct ListOptions {
  /// Only locations after this one.
  std::optional<std::string> after;
  /// 1 to 10,000.
  int32_t limit = 1000;
};

/// What Glance tells.
enum class Sighting : uint8_t {
  kThere,
  kGone,
  kUnknown,  ///< Only a call that may wait can tell.
};

/// A file that is kept open on this machine: a read is a system call, not a request, so that pieces
/// may be read when they are needed. It stays what it was while its name is removed or given to
/// another. Thread-safety: any thread.
class OpenFile {
 public:
  virtual ~OpenFile() = default;

  /// Fills `out` with the bytes from `offset` on. Returns how many: fewer where the file ends.
  /// Errors: kIoError.
  virtual Result<int64_t> ReadAt(int64_t offset, std::span<char> out) = 0;
};

class ObjectStore {
 public:
  virtual ~ObjectStore() = default;

  /// The whole file. Errors: kNotFound ("Failed to open input stream for file: ...", the text that
  /// Iceberg clients know); kPayloadTooLarge where it is larger than `max_bytes`.
  virtual Result<std::string> Read(std::string_view location, int64_t max_bytes) = 0;

  /// `length` bytes from `offset`, fewer where the file ends before. Errors: kNotFound;
  /// kInvalidArgument where `offset` or `length` is negative or `offset` lies behind the end.
  virtual Result<std::string> ReadRange(std::string_view location,
                                        int64_t offset,
                                        int64_t length) = 0;

  /// Null where reads are requests, which are best made ahead and few: ReadRange makes them.
  /// Errors: as ReadRange.
  virtual Result<std::unique_ptr<OpenFile>> OpenLocal(std::string_view /*location*/) {
    return std::unique_ptr<OpenFile>();
  }

  /// Writes the whole file, making its folders. Success: bytes and directory entry are durable. An
  /// error other than kAlreadyExists: the name holds nothing, what it held before, or (when only
  /// the last sync failed) all of `bytes`, never a part of them.
  virtual Status Write(std::string_view location, std::string_view bytes, WriteMode mode) = 0;

  /// Cheap: one system call or one HEAD request. Errors: kNotFound (text as for Read).
  virtual Result<FileStat> Stat(std::string_view location) = 0;

  /// For a file that was read here before: whether its name still leads to a file. Cheaper than
  /// Stat: a local store does not look again whether a link on the way leaves the roots.
  virtual bool StillThere(std::string_view location) { return Stat(location).has_value(); }

  /// StillThere for a thread that many requests share: never waits for a network. kUnknown on
  /// object stores, and for local roots on a network file system, whose server may have gone.
  virtual Sighting Glance(std::string_view /*location*/) { return Sighting::kUnknown; }

  /// Stat where only the answer counts.
  Result<bool> Exists(std::string_view location);

  /// A missing file is success.
  virtual Status Delete(std::string_view location) = 0;

  /// Deletes each; goes on after a failure and returns the first one. A missing file is success.
  virtual Status DeleteMany(std::span<const std::string> locations);

  /// Files below the folder `prefix`, at any depth, in byte order; empty where it is missing.
  virtual Result<ListPage> List(std::string_view prefix, const ListOptions& options) = 0;

  /// Makes the folder and its parents, for clients that make none themselves. Object stores have no
  /// folders: success.
  virtual Status EnsureDirectory(std::string_view location) = 0;

  /// Removes the folder if nothing is in it and it is no root. True where it is gone. Object stores
  /// have no folders: false.
  virtual Result<bool> RemoveEmptyFolder(std::string_view /*location*/) { return false; }
};

}  // namespace firn::storage
