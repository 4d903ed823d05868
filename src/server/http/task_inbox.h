// TaskInbox: hands tasks from many threads to a pool without a lock, so that who gives never waits
// for who takes. What is taken comes in the order in which it was given.
//
// Thread-safety: Put from any thread; TakeAll and CloseIfEmpty from one thread at a time.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <utility>

namespace firn::http {

class TaskInbox {
 public:
  using Task = std::move_only_function<void()>;

  TaskInbox() = default;
  ~TaskInbox() {
    TakeAll([](uint64_t, Task) {});
  }
  TaskInbox(const TaskInbox&) = delete;
  TaskInbox& operator=(const TaskInbox&) = delete;

  /// Moves `task` in, with a number that TakeAll gives back; false where the inbox is closed, and
  /// then `task` is left as it was.
  bool Put(uint64_t tag, Task& task) {
    auto* node = new Node{std::move(task), tag, head_.load(std::memory_order_relaxed)};
    do {
      if (node->next == Closed()) {
        task = std::move(node->task);
        delete node;
        return false;
      }
    } while (!head_.compare_exchange_weak(node->next, node, std::memory_order_release,
                                          std::memory_order_relaxed));
    return true;
  }

  /// Empties it into `take(tag, task)`, oldest first.
  template <class Take>
  void TakeAll(Take take) {
    Node* newest = head_.load(std::memory_order_relaxed);
    if (newest == nullptr || newest == Closed()) {
      return;
    }
    newest = head_.exchange(nullptr, std::memory_order_acquire);
    Node* oldest = nullptr;
    while (newest != nullptr) {
      oldest = std::exchange(newest, std::exchange(newest->next, oldest));
    }
    while (oldest != nullptr) {
      take(oldest->tag, std::move(oldest->task));
      delete std::exchange(oldest, oldest->next);
    }
  }

  /// Takes nothing more from now on, unless something is in it. Returns whether it is closed.
  bool CloseIfEmpty() {
    Node* expected = nullptr;
    return head_.compare_exchange_strong(expected, Closed()) || expected == Closed();
  }

 private:
  struct Node {
    Task task;
    uint64_t tag;
    Node* next;
  };

  /// What the head is when nothing more may come: an address that no node has.
  Node* Closed() { return reinterpret_cast<Node*>(this); }

  std::atomic<Node*> head_ = nullptr;
};

}  // namespace firn::http
