// PendingUploads: what clients before Feast 0.67 send in one call and ask for in the next: the
// upload of a command, until its rows are fetched.
//
// Bounded: kMaxUploads, their bytes together, kLifetime each: what is older goes with the next
// call, or with ForgetOld. They are of this process: another one behind the same address does not
// know them. Errors of Put: kResourceExhausted. Thread-safety: any thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include <arrow/table.h>

#include "base/clock.h"
#include "base/result.h"

namespace firn::flight {

class PendingUploads {
 public:
  static constexpr size_t kMaxUploads = 16;
  static constexpr std::chrono::minutes kLifetime{10};

  /// `clock` outlives this.
  PendingUploads(const Clock& clock, int64_t max_bytes) : clock_(clock), max_bytes_(max_bytes) {}

  /// In the place of what the command had before.
  Status Put(const std::string& command, std::shared_ptr<arrow::Table> upload);
  bool Has(const std::string& command);
  /// Null where there is none.
  std::shared_ptr<arrow::Table> Take(const std::string& command);
  /// For where no call comes any more.
  void ForgetOld();

 private:
  struct Upload {
    std::shared_ptr<arrow::Table> table;
    int64_t bytes = 0;
    MonotonicTime until;
  };

  void Remove(std::map<std::string, Upload>::iterator place);
  /// Under mutex_.
  void RemoveOld();

  const Clock& clock_;
  const int64_t max_bytes_;
  std::mutex mutex_;
  std::map<std::string, Upload> uploads_;
  int64_t bytes_ = 0;
};

}  // namespace firn::flight
