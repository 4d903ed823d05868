// OrderedLoop: work that is done on many threads, its results taken in order. What lets a plan read
// manifests in parallel and still give its files in the order of the manifest list.
//
// Thread-safety: `produce` is called on many threads, `consume` by one at a time (not always the
// same thread).
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <utility>

#include "base/result.h"
#include "base/thread_pool.h"
#include "base/waiting_scope.h"

namespace firn::table {

/// Calls `produce(i)` for each i below `count` and `consume` with the results from 0 on. At most
/// twice `parallelism` results are made before they are consumed. Returns the first error of either
/// by index; all results before it were consumed.
template <class T>
Status OrderedLoop(ThreadPool& pool,
                   size_t count,
                   size_t parallelism,
                   const std::function<Result<T>(size_t)>& produce,
                   const std::function<Status(T)>& consume) {
  struct State {
    std::mutex mutex;
    std::condition_variable advanced;
    std::map<size_t, Result<T>> made;
    size_t next = 0;
    /// Nothing from here on is needed.
    size_t end = 0;
    bool consuming = false;
  } state;
  state.end = count;
  const size_t window = 2 * std::max<size_t>(parallelism, 1);

  auto end_at = [&](size_t i) {  // with the mutex held
    state.end = std::min(state.end, i);
    state.advanced.notify_all();
  };
  // Whoever brings the result that is due hands on all that are ready.
  auto hand_on = [&](std::unique_lock<std::mutex>& lock) -> Status {
    while (!state.made.empty() && state.made.begin()->first == state.next) {
      Result<T> due = std::move(state.made.extract(state.made.begin()).mapped());
      lock.unlock();
      Status status = due ? consume(*std::move(due)) : Status(std::move(due).error());
      lock.lock();
      if (!status) {
        end_at(0);  // and consuming stays: nobody hands on any more
        return status;
      }
      ++state.next;
      state.advanced.notify_all();
    }
    return {};
  };
  return ParallelFor(pool, count, parallelism, [&](size_t i) -> Status {
    {
      WaitingScope waiting;  // who brings the result that is due may need this thread's turn
      std::unique_lock lock(state.mutex);
      state.advanced.wait(lock, [&] { return i >= state.end || i < state.next + window; });
      if (i >= state.end) {
        return {};
      }
    }
    Result<T> made = produce(i);
    std::unique_lock lock(state.mutex);
    if (!made) {
      end_at(i + 1);
    }
    state.made.emplace(i, std::move(made));
    if (state.consuming) {
      return {};
    }
    state.consuming = true;
    RETURN_IF_ERROR(hand_on(lock));
    state.consuming = false;
    return {};
  });
}

}  // namespace firn::table
