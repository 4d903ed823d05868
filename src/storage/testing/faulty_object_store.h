// FaultyObjectStore: passes calls on to another store and fails the ones it is told to: call k
// once, or call k and all later ones; before it is applied, or after ("applied, reply lost").
//
// Thread-safety: any thread; calls are numbered in the order in which they arrive.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>

#include "storage/object_store.h"

namespace firn::storage::testing {

struct FaultPlan {
  /// The first failing call, from 1; 0: none fails.
  int64_t call = 0;
  /// False: only that call. True: that and every later one.
  bool from_then_on = false;
  /// True: the inner store does the work, the caller gets the error all the same.
  bool applied = false;
  ErrorCode code = ErrorCode::kIoError;
};

class FaultyObjectStore final : public ObjectStore {
 public:
  /// `inner` must outlive this store.
  explicit FaultyObjectStore(ObjectStore& inner) : inner_(inner) {}

  /// Starts counting anew.
  void Arm(const FaultPlan& plan);
  /// Called before each Delete on the thread that deletes. Set before the first call.
  void BeforeDelete(std::function<void()> hook) { before_delete_ = std::move(hook); }
  /// Calls since Arm.
  int64_t calls() const { return calls_; }

  Result<std::string> Read(std::string_view location, int64_t max_bytes) override;
  Result<std::string> ReadRange(std::string_view location, int64_t offset, int64_t length) override;
  /// Opening is a call where the inner store has such files, and so is each of the file's reads. It
  /// must not outlive this store.
  Result<std::unique_ptr<OpenFile>> OpenLocal(std::string_view location) override;
  Status Write(std::string_view location, std::string_view bytes, WriteMode mode) override;
  Result<FileStat> Stat(std::string_view location) override;
  Status Delete(std::string_view location) override;
  Result<ListPage> List(std::string_view prefix, const ListOptions& options) override;
  Status EnsureDirectory(std::string_view location) override;
  /// Never fails and is not counted: callers ignore it.
  Result<bool> RemoveEmptyFolder(std::string_view location) override;

 private:
  class FaultyFile;

  template <class Call>
  auto Run(Call call) -> decltype(call());

  ObjectStore& inner_;
  std::mutex mutex_;
  FaultPlan plan_;
  std::atomic<int64_t> calls_ = 0;
  std::function<void()> before_delete_;
};

}  // namespace firn::storage::testing
