#include "server/observe/line_writer.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <utility>

#include <poll.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

namespace firn::observe {
namespace {

constexpr size_t kChunkBytes = 64 << 10;
/// Of one thread before the next one's turn.
constexpr int kChunksPerTurn = 16;
/// A line is written at the latest so long after it was handed over, where the descriptor takes it.
constexpr std::chrono::milliseconds kPause{100};
constexpr int kPollMs = 20;

std::atomic<uint64_t> g_next_writer = 1;

bool MayStall(int descriptor) {
  struct stat status{};
  return fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode);
}

}  // namespace

/// Filled by one thread, written out by the writer.
struct LineWriter::Chunk {
  explicit Chunk(size_t bytes) : capacity(bytes), text(new char[bytes]) {}

  const size_t capacity;
  const std::unique_ptr<char[]> text;
  /// Bytes of whole lines.
  std::atomic<size_t> filled = 0;
  /// Set once nothing is added to this one any more.
  std::atomic<Chunk*> next = nullptr;
};

/// One thread's chunks, from the one being written out to the one being filled.
struct LineWriter::Channel {
  Channel() : first(new Chunk(0)), last(first) {}
  ~Channel() {
    while (first != nullptr) {
      delete std::exchange(first, first->next.load());
    }
  }
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  /// The writer's, with how much of it is written.
  Chunk* first;
  size_t written = 0;
  /// The appending thread's.
  Chunk* last;
};

LineWriter::LineWriter(int descriptor, const LineWriterLimits& limits)
    : descriptor_(descriptor),
      limits_(limits),
      may_stall_(MayStall(descriptor)),
      id_(g_next_writer.fetch_add(1)),
      give_up_(std::chrono::steady_clock::time_point::max()),
      thread_([this] { Run(); }) {
  pthread_setname_np(thread_.native_handle(), "firn-log");
}

LineWriter::~LineWriter() {
  give_up_ = std::chrono::steady_clock::now() + limits_.stop_time;
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
  if (descriptor_ != STDERR_FILENO) {
    ::close(descriptor_);
  }
}

LineWriter::Channel& LineWriter::Mine() {
  thread_local std::pair<uint64_t, Channel*> mine{0, nullptr};
  if (mine.first != id_) {
    mine = {id_, &FindOrMake()};
  }
  return *mine.second;
}

LineWriter::Channel& LineWriter::FindOrMake() {
  std::lock_guard lock(mutex_);
  auto& channel = channels_[std::this_thread::get_id()];
  if (channel == nullptr) {
    channel = std::make_unique<Channel>();
  }
  return *channel;
}

void LineWriter::Append(std::string_view line) {
  Channel& channel = Mine();
  Chunk* chunk = channel.last;
  size_t size = line.size() + 1;
  size_t filled = chunk->filled.load(std::memory_order_relaxed);
  if (chunk->capacity - filled < size) {
    chunk = Extend(channel, size);
    filled = 0;
  }
  if (chunk == nullptr) {
    dropped_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  char* end = chunk->text.get() + filled;
  std::memcpy(end, line.data(), line.size());
  end[line.size()] = '\n';
  chunk->filled.store(filled + size, std::memory_order_release);
}

LineWriter::Chunk* LineWriter::Extend(Channel& channel, size_t line_bytes) {
  size_t capacity = std::max(kChunkBytes, line_bytes);
  if (buffered_bytes_.fetch_add(capacity) + capacity > limits_.max_buffered_bytes) {
    buffered_bytes_.fetch_sub(capacity);
    return nullptr;
  }
  auto* chunk = new Chunk(capacity);
  channel.last->next.store(chunk, std::memory_order_release);
  channel.last = chunk;
  // Without the lock: where the writer misses it, it looks again after its pause.
  wake_.notify_one();
  return chunk;
}

bool LineWriter::Flush(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  uint64_t mine = ++flushes_wanted_;
  wake_.notify_all();
  return written_.wait_for(lock, time, [&] { return flushes_done_ >= mine; });
}

void LineWriter::Run() {
  std::vector<Channel*> channels;
  std::unique_lock lock(mutex_);
  while (true) {
    bool last = stopping_;
    uint64_t flushes = flushes_wanted_;
    channels.clear();
    for (const auto& [thread, channel] : channels_) {
      channels.push_back(channel.get());
    }
    lock.unlock();
    bool whole = WritePass(channels);
    lock.lock();
    if (!whole) {
      continue;
    }
    flushes_done_ = flushes;
    written_.notify_all();
    if (last) {
      return;
    }
    if (!stopping_ && flushes_wanted_ == flushes_done_) {
      wake_.wait_for(lock, kPause);
    }
  }
}

bool LineWriter::WritePass(const std::vector<Channel*>& channels) {
  bool whole = true;
  for (Channel* channel : channels) {
    whole = WriteChannel(*channel) && whole;
  }
  return whole;
}

bool LineWriter::WriteChannel(Channel& channel) {
  for (int turn = 0; turn < kChunksPerTurn; ++turn) {
    Chunk* chunk = channel.first;
    // In this order: where there is a next one, this one has got all it will ever hold.
    Chunk* next = chunk->next.load(std::memory_order_acquire);
    size_t filled = chunk->filled.load(std::memory_order_acquire);
    if (filled > channel.written) {
      Write({chunk->text.get() + channel.written, filled - channel.written});
      channel.written = filled;
    }
    if (next == nullptr) {
      return true;
    }
    channel.first = next;
    channel.written = 0;
    buffered_bytes_.fetch_sub(chunk->capacity);
    delete chunk;
  }
  return false;
}

void LineWriter::Write(std::string_view text) {
  while (!text.empty()) {
    // A pipe that polls as writable takes so much without blocking.
    size_t piece = may_stall_ ? std::min<size_t>(text.size(), PIPE_BUF) : text.size();
    if (may_stall_ && !WaitWritable()) {
      break;
    }
    ssize_t count = ::write(descriptor_, text.data(), piece);
    if (count < 0 && errno != EINTR && errno != EAGAIN) {
      break;
    }
    text.remove_prefix(count > 0 ? static_cast<size_t>(count) : 0);
  }
  dropped_.fetch_add(static_cast<uint64_t>(std::ranges::count(text, '\n')),
                     std::memory_order_relaxed);
}

bool LineWriter::WaitWritable() const {
  pollfd wanted{.fd = descriptor_, .events = POLLOUT, .revents = 0};
  while (true) {
    bool give_up = std::chrono::steady_clock::now() > give_up_.load();
    if (::poll(&wanted, 1, give_up ? 0 : kPollMs) > 0) {
      return true;
    }
    if (give_up) {
      return false;
    }
  }
}

}  // namespace firn::observe
