// CallWatch: ends a call once its client has gone, its time is over or the server stops: work is
// asked to stop by a token, and what the call holds is given back at once. A call's thread may wait
// for its client as long as that likes (nothing interrupts a read or write of gRPC's): it then
// holds nothing that others wait for.
//
// Thread-safety: any thread. A thread of its own looks, and gives back.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

#include "base/clock.h"
#include "base/result.h"

namespace firn::flight {

/// What a call holds while it waits for its client.
class Held {
 public:
  virtual ~Held() = default;
  /// Lets go of everything, on any thread; who asks for it from then on is told `why`.
  virtual void GiveBack(const Error& why) = 0;
};

class CallWatch {
 public:
  /// `is_gone` says whether the client has gone; from any thread, as long as the watch lives.
  CallWatch(std::function<bool()> is_gone, std::stop_token server, MonotonicTime deadline);

  std::stop_token token() const { return stop_.get_token(); }
  MonotonicTime deadline() const { return deadline_; }

  /// In the place of what it held before, which is not given back. At once, where the call is over.
  void Holds(const std::shared_ptr<Held>& held);
  /// An error of the call as its client should see it: why it is over, where it is.
  Error Explained(Error error) const;

 private:
  void Look(const std::stop_token& ended);
  std::optional<Error> WhyOver() const;

  const std::function<bool()> is_gone_;
  const std::stop_token server_;
  const MonotonicTime deadline_;
  std::stop_source stop_;
  mutable std::mutex mutex_;
  std::shared_ptr<Held> held_;
  std::optional<Error> over_;
  /// Last: it uses what is above.
  std::jthread watcher_;
};

}  // namespace firn::flight
