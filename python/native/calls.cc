#include "native/calls.h"

#include <atomic>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include <pthread.h>

namespace firn::python {
namespace {

namespace nb = nanobind;

/// Threads that work longer are left to the end of the process.
constexpr std::chrono::seconds kEndPause{5};
constexpr std::chrono::milliseconds kLook{1};

struct Registry {
  std::mutex mutex;
  std::map<uint64_t, std::function<void()>> ends;
  uint64_t last = 0;

  // Threads without the GIL, and of those the ones that are about to take it.
  std::atomic<int> away = 0;
  std::atomic<int> returning = 0;
  std::atomic<bool> ended = false;
};

// Never destroyed: threads may outlive static objects. A child of fork has a new one, whose lock
// nobody holds.
std::atomic<Registry*> registry{new Registry};
std::atomic<uint64_t> process_number{1};
std::atomic<unsigned long> main_thread{0};

void AfterForkInChild() {
  registry = new Registry;
  ++process_number;
  main_thread = PyThread_get_thread_ident();
}

}  // namespace

void PrepareCalls() {
  static std::once_flag once;
  std::call_once(once, [] { pthread_atfork(nullptr, nullptr, AfterForkInChild); });
  nb::object main = nb::module_::import_("threading").attr("main_thread")();
  main_thread = nb::cast<unsigned long>(main.attr("ident"));
}

uint64_t ProcessNumber() { return process_number; }

bool OnMainThread() { return PyThread_get_thread_ident() == main_thread; }

void HandleSignals() {
  if (!OnMainThread()) {
    return;
  }
  nb::gil_scoped_acquire gil;
  if (gil && PyErr_CheckSignals() != 0) {
    throw nb::python_error();
  }
}

Registration::Registration(std::function<void()> end) : process_(ProcessNumber()) {
  Registry& all = *registry;
  std::lock_guard lock(all.mutex);
  number_ = ++all.last;
  all.ends.emplace(number_, std::move(end));
}

Registration::~Registration() {
  if (process_ != ProcessNumber()) {
    return;
  }
  Registry& all = *registry;
  std::lock_guard lock(all.mutex);
  all.ends.erase(number_);
}

void EndAll() {
  Registry& all = *registry;
  all.ended = true;
  std::vector<std::function<void()>> ends;
  {
    std::lock_guard lock(all.mutex);
    for (const auto& [number, end] : all.ends) {
      ends.push_back(end);
    }
  }
  for (const auto& end : ends) {
    end();
  }
  // This thread is away itself.
  const auto deadline = std::chrono::steady_clock::now() + kEndPause;
  while ((all.away > 1 || all.returning > 0) && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(kLook);
  }
}

WithoutGil::WithoutGil() : state_(PyEval_SaveThread()) { ++registry.load()->away; }

WithoutGil::~WithoutGil() {
  Registry& all = *registry;
  ++all.returning;
  --all.away;
  if (all.ended && !OnMainThread()) {
    --all.returning;
    while (true) {
      std::this_thread::sleep_for(std::chrono::hours(1));
    }
  }
  PyEval_RestoreThread(state_);
  --all.returning;
}

void Call::LookForSignals() {
  try {
    HandleSignals();
  } catch (...) {
    interrupt_ = std::current_exception();
    stop_.request_stop();
  }
}

}  // namespace firn::python
