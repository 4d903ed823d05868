// LineWriter: log lines on their way to a descriptor. Any thread hands a line over without a lock,
// a system call or a wait; one thread of its own writes. So a stalled pipe or disk stalls no
// request: what does not fit into the buffers is dropped and counted.
//
// Each thread appends to chunks of its own, which the writer takes over in order: a thread's lines
// keep their order, those of different threads need not.
// Thread-safety: any thread; the destructor when nobody appends any more.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

namespace firn::observe {

struct LineWriterLimits {
  /// Bytes of all buffers: lines handed over and not yet written, rounded up to chunks.
  size_t max_buffered_bytes = size_t{16} << 20;
  /// How long the end waits for a descriptor that takes nothing.
  std::chrono::milliseconds stop_time{2'000};
};

class LineWriter {
 public:
  /// Closes `descriptor` at the end, unless it is standard error.
  LineWriter(int descriptor, const LineWriterLimits& limits);
  /// Writes what was handed over, as long as the descriptor takes it.
  ~LineWriter();
  LineWriter(const LineWriter&) = delete;
  LineWriter& operator=(const LineWriter&) = delete;

  /// Hands over `line`, without its newline.
  void Append(std::string_view line);

  /// Waits until what was handed over before is written, at most for `time`. False: it is not.
  bool Flush(std::chrono::milliseconds time);

  /// Lines lost: the buffers were full, or the descriptor refused them.
  uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  struct Chunk;
  struct Channel;

  Channel& Mine();
  Channel& FindOrMake();
  /// A new chunk at the channel's end; null where the limit is reached.
  Chunk* Extend(Channel& channel, size_t line_bytes);

  void Run();
  /// Writes what the channels hold now, but a bounded piece of each; false where more is left.
  bool WritePass(const std::vector<Channel*>& channels);
  bool WriteChannel(Channel& channel);
  void Write(std::string_view text);
  /// False once the end gave up waiting.
  bool WaitWritable() const;

  const int descriptor_;
  const LineWriterLimits limits_;
  /// A write may take its time: to a pipe, a socket, a terminal.
  const bool may_stall_;
  /// Tells this object from one that was at the same address before.
  const uint64_t id_;

  std::atomic<size_t> buffered_bytes_ = 0;
  std::atomic<uint64_t> dropped_ = 0;
  std::atomic<std::chrono::steady_clock::time_point> give_up_;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable written_;
  std::map<std::thread::id, std::unique_ptr<Channel>> channels_;
  uint64_t flushes_wanted_ = 0;
  uint64_t flushes_done_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace firn::observe
