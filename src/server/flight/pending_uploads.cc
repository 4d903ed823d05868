#include "server/flight/pending_uploads.h"

#include <iterator>
#include <utility>

#include <arrow/util/byte_size.h>

#include "columnar/io/arrow_status.h"

namespace firn::flight {

void PendingUploads::Remove(std::map<std::string, Upload>::iterator place) {
  bytes_ -= place->second.bytes;
  uploads_.erase(place);
}

void PendingUploads::RemoveOld() {
  const MonotonicTime now = clock_.Monotonic();
  for (auto place = uploads_.begin(); place != uploads_.end();) {
    auto next = std::next(place);
    if (place->second.until <= now) {
      Remove(place);
    }
    place = next;
  }
}

void PendingUploads::ForgetOld() {
  std::lock_guard lock(mutex_);
  RemoveOld();
}

Status PendingUploads::Put(const std::string& command, std::shared_ptr<arrow::Table> upload) {
  ASSIGN_OR_RETURN(int64_t bytes, columnar::ToResult(arrow::util::ReferencedBufferSize(*upload),
                                                     ErrorCode::kInternal));
  std::lock_guard lock(mutex_);
  RemoveOld();
  if (auto there = uploads_.find(command); there != uploads_.end()) {
    Remove(there);
  }
  if (uploads_.size() == kMaxUploads || bytes_ + bytes > max_bytes_) {
    return Error(ErrorCode::kResourceExhausted,
                 "Too many uploads wait to be asked for, try again later");
  }
  bytes_ += bytes;
  uploads_[command] = {std::move(upload), bytes, clock_.Monotonic() + kLifetime};
  return {};
}

bool PendingUploads::Has(const std::string& command) {
  std::lock_guard lock(mutex_);
  RemoveOld();
  return uploads_.contains(command);
}

std::shared_ptr<arrow::Table> PendingUploads::Take(const std::string& command) {
  std::lock_guard lock(mutex_);
  RemoveOld();
  auto found = uploads_.find(command);
  if (found == uploads_.end()) {
    return nullptr;
  }
  std::shared_ptr<arrow::Table> upload = std::move(found->second.table);
  Remove(found);
  return upload;
}

}  // namespace firn::flight
