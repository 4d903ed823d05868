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

namespace firn::table {

/// Calls `produce(i)` for each i below `count` and `consume` with the results from 0 on. At most
/// twice `parallelism` results are made before they are consumed. Returns the first error of either
/// by index.
template <class T>
Status OrderedLoop(ThreadPool& pool,
                   size_t count,
                   size_t parallelism,
                   const std::function<Result<T>(size_t)>& produce,
                   const std::function<Status(T)>& consume) {
  struct State {
    std::mutex mutex;
    std::condition_variable advanced;
    std::map<size_t, T> made;
    size_t next = 0;
    bool consuming = false;
    bool failed = false;
  } state;
  const size_t window = 2 * std::max<size_t>(parallelism, 1);

  auto fail = [&](Error error) -> Status {
    std::scoped_lock lock(state.mutex);
    state.failed = true;
    state.advanced.notify_all();
    return error;
  };
  // Whoever brings the result that is due hands on all that are ready.
  auto hand_on = [&](std::unique_lock<std::mutex>& lock) -> Status {
    while (!state.failed && !state.made.empty() && state.made.begin()->first == state.next) {
      auto due = state.made.extract(state.made.begin());
      lock.unlock();
      Status status = consume(std::move(due.mapped()));
      if (!status) {
        return fail(std::move(status).error());
      }
      lock.lock();
      ++state.next;
      state.advanced.notify_all();
    }
    return {};
  };
  return ParallelFor(pool, count, parallelism, [&](size_t i) -> Status {
    {
      std::unique_lock lock(state.mutex);
      state.advanced.wait(lock, [&] { return state.failed || i < state.next + window; });
      if (state.failed) {
        return {};
      }
    }
    Result<T> made = produce(i);
    if (!made) {
      return fail(std::move(made).error());
    }
    std::unique_lock lock(state.mutex);
    state.made.emplace(i, *std::move(made));
    if (state.consuming) {
      return {};
    }
    state.consuming = true;
    Status status = hand_on(lock);
    if (lock.owns_lock()) {
      state.consuming = false;
    }
    return status;
  });
}

}  // namespace firn::table
