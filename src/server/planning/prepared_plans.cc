#include "server/planning/prepared_plans.h"

#include <iterator>
#include <utility>

#include "base/waiting_scope.h"

namespace firn::planning {

PreparedPlans::~PreparedPlans() {
  std::lock_guard lock(mutex_);
  stopping_ = true;
  for (auto& [id, place] : places_) {
    place.slot->stop.request_stop();
  }
}

size_t PreparedPlans::preparing() const {
  std::lock_guard lock(mutex_);
  return preparing_;
}

size_t PreparedPlans::bytes() const {
  std::lock_guard lock(mutex_);
  return bytes_;
}

Result<std::optional<PreparedPlan>> PreparedPlans::Get(const std::string& id,
                                                       Make make,
                                                       MonotonicTime until) {
  WaitingScope waiting;
  std::unique_lock lock(mutex_);
  ASSIGN_OR_RETURN(std::shared_ptr<Slot> slot, FindOrBegin(id, std::move(make)));
  if (!done_.wait_until(lock, until, [&] { return slot->result.has_value(); })) {
    return std::nullopt;
  }
  if (!slot->result->has_value()) {
    if (auto found = places_.find(id); found != places_.end() && found->second.slot == slot) {
      Erase(found);
    }
    return slot->result->error();
  }
  slot->told = true;
  return std::optional(**slot->result);
}

Result<std::shared_ptr<PreparedPlans::Slot>> PreparedPlans::FindOrBegin(const std::string& id,
                                                                        Make make) {
  MonotonicTime now = std::chrono::steady_clock::now();
  if (auto found = places_.find(id); found != places_.end()) {
    found->second.used = now;
    by_use_.splice(by_use_.begin(), by_use_, found->second.order);
    return found->second.slot;
  }
  Evict(now);
  if (preparing_ >= limits_.max_preparing || stopping_) {
    return Error(ErrorCode::kUnavailable, "Too many scans are being planned, try again later");
  }
  auto slot = std::make_shared<Slot>();
  by_use_.push_front(id);
  places_.emplace(id, Place{slot, now, by_use_.begin()});
  ++preparing_;
  pool_.Submit([this, id, slot, make = std::move(make)] { Run(id, slot, make); });
  return slot;
}

void PreparedPlans::Run(const std::string& id,
                        const std::shared_ptr<Slot>& slot,
                        const Make& make) {
  Result<PreparedPlan> result = Error(ErrorCode::kUnavailable, "The plan was stopped");
  if (!slot->stop.stop_requested()) {
    result = make(slot->stop.get_token());
  }
  std::lock_guard lock(mutex_);
  --preparing_;
  slot->bytes = result.has_value() && *result != nullptr ? (*result)->MemoryBytes() : 0;
  slot->result.emplace(std::move(result));
  if (auto found = places_.find(id); found != places_.end() && found->second.slot == slot) {
    bytes_ += slot->bytes;
    found->second.used = std::chrono::steady_clock::now();
    Evict(found->second.used);
  }
  done_.notify_all();
}

bool PreparedPlans::HasTooMuch(size_t times) const {
  return bytes_ > times * limits_.max_bytes || places_.size() > times * limits_.max_plans;
}

void PreparedPlans::Evict(MonotonicTime now) {
  auto end = by_use_.end();
  while (end != by_use_.begin()) {
    auto oldest = std::prev(end);
    auto place = places_.find(*oldest);
    const Slot& slot = *place->second.slot;
    bool idle = place->second.used + limits_.max_idle <= now;
    if (!idle && !HasTooMuch(1)) {
      return;
    }
    bool goes = idle || (oldest != by_use_.begin() && HasTooMuch(slot.told ? 1 : 2));
    if (goes && slot.result.has_value()) {
      Erase(place);
    } else {
      end = oldest;  // those that are being begun are few
    }
  }
}

void PreparedPlans::Forget(const std::string& id) {
  std::lock_guard lock(mutex_);
  if (auto found = places_.find(id); found != places_.end()) {
    Erase(found);
  }
}

void PreparedPlans::Stop(const std::string& id) {
  std::lock_guard lock(mutex_);
  if (auto found = places_.find(id); found != places_.end()) {
    found->second.slot->stop.request_stop();
    Erase(found);
  }
}

void PreparedPlans::Erase(Places::iterator place) {
  bytes_ -= place->second.slot->result.has_value() ? place->second.slot->bytes : 0;
  by_use_.erase(place->second.order);
  places_.erase(place);
}

}  // namespace firn::planning
