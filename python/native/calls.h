// Calls from Python that work: without the GIL, ended by Ctrl-C, ended at the end of the process,
// and safe in a process that was forked from another.
//
// - Python runs signal handlers on its main thread alone. A Call on it works on a thread of its own
//   while the main one looks for signals; a handler that raises (KeyboardInterrupt) requests the
//   stop of the call's token, and what it raised is told once the work has ended.
// - At the end of the process EndAll stops what still runs, so that no thread works while libraries
//   are torn down, and none waits for a GIL that it will never have: Python would end it in the
//   midst of C++.
// - A child of fork() has none of its parent's threads and must not use its connections. What holds
//   such is owned by DeleteAtHome: in a child it is never destroyed, and IsHome says that it cannot
//   be used there.
//
// Thread-safety: any thread. Nothing here is called with the GIL held, but for PrepareCalls and
// Released.
#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <stop_token>
#include <thread>
#include <type_traits>
#include <utility>

#include <nanobind/nanobind.h>

namespace firn::python {

/// Once, at import.
void PrepareCalls();

/// Which process this is among its ancestors: a child of fork has another number.
uint64_t ProcessNumber();

/// True on Python's main thread, where signals are handled.
bool OnMainThread();

/// How long a signal waits at most.
inline constexpr std::chrono::milliseconds kSignalPause{50};

/// Runs the handlers of signals that came; throws what they raise. Does nothing but on the main
/// thread.
void HandleSignals();

/// Deletes only in the process that made it.
template <class T>
struct DeleteAtHome {
  uint64_t home = ProcessNumber();

  bool IsHome() const { return home == ProcessNumber(); }
  void operator()(T* owned) const {
    if (IsHome()) {
      delete owned;
    }
  }
};

template <class T>
using UniqueAtHome = std::unique_ptr<T, DeleteAtHome<T>>;

template <class T>
std::shared_ptr<T> SharedAtHome(std::unique_ptr<T> made) {
  return std::shared_ptr<T>(made.release(), DeleteAtHome<T>{});
}

/// Of what SharedAtHome made.
template <class T>
bool IsHome(const std::shared_ptr<T>& shared) {
  return std::get_deleter<DeleteAtHome<T>>(shared)->IsHome();
}

/// What EndAll calls. `end` may come after the registration has gone.
class Registration {
 public:
  explicit Registration(std::function<void()> end);
  ~Registration();
  Registration(const Registration&) = delete;
  Registration& operator=(const Registration&) = delete;

 private:
  const uint64_t process_;
  uint64_t number_ = 0;
};

/// Ends what is registered, and waits a little for threads that work without the GIL. From then on
/// none but the main thread comes back to Python.
void EndAll();

/// Gives the GIL away, which the thread holds, while it lives.
class WithoutGil {
 public:
  WithoutGil();
  ~WithoutGil();
  WithoutGil(const WithoutGil&) = delete;
  WithoutGil& operator=(const WithoutGil&) = delete;

 private:
  PyThreadState* const state_;
};

/// One call into Firn.
class Call {
 public:
  Call() : registration_([stop = stop_]() mutable { stop.request_stop(); }) {}

  std::stop_token token() const { return stop_.get_token(); }
  void RequestStop() { stop_.request_stop(); }

  /// What `body` returns, which touches no Python. What was done when Ctrl-C came was done:
  /// interrupt() says that it came.
  template <class Body>
  std::invoke_result_t<Body> Run(Body body) {
    if (!OnMainThread()) {
      return body();
    }
    std::packaged_task<std::invoke_result_t<Body>()> task(std::move(body));
    auto answer = task.get_future();
    std::thread worker(std::move(task));
    while (answer.wait_for(kSignalPause) == std::future_status::timeout) {
      LookForSignals();
    }
    worker.join();
    return answer.get();
  }

  /// What a signal's handler raised; null where none did.
  const std::exception_ptr& interrupt() const { return interrupt_; }

 private:
  void LookForSignals();

  std::stop_source stop_;
  std::exception_ptr interrupt_;
  Registration registration_;
};

/// `body`, without the GIL, which the caller holds: what is short, or must not end halfway.
template <class Body>
std::invoke_result_t<Body> Released(Body body) {
  WithoutGil released;
  return body();
}

}  // namespace firn::python
