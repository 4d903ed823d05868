#include "cli/data/progress.h"

#include <algorithm>
#include <chrono>
#include <cstdio>

#include <fmt/format.h>
#include <unistd.h>

#include "cli/command/terminal_text.h"

namespace firn::cli {
namespace {

constexpr std::chrono::milliseconds kPause{100};
constexpr int64_t kBarCells = 24;

}  // namespace

Progress::Progress(bool rows_on_screen)
    : shown_(::isatty(STDERR_FILENO) == 1 && !(rows_on_screen && ::isatty(STDOUT_FILENO) == 1)) {}

Progress::~Progress() {
  if (width_ > 0) {
    fmt::print(stderr, "\r{}\r", std::string(width_, ' '));
  }
}

void Progress::Tell(std::string_view text) {
  MonotonicTime now = std::chrono::steady_clock::now();
  if (!shown_ || now < next_) {
    return;
  }
  next_ = now + kPause;
  size_t width = DisplayWidth(text);
  fmt::print(stderr, "\r{}{}", text, std::string(width_ - std::min(width, width_), ' '));
  std::fflush(stderr);
  width_ = std::max(width, width_);
}

void Progress::Tell(int64_t done, int64_t total, std::string_view text) {
  if (total <= 0) {
    Tell(text);
    return;
  }
  int64_t full = std::clamp<int64_t>(done * kBarCells / total, 0, kBarCells);
  std::string bar;
  for (int64_t i = 0; i < kBarCells; ++i) {
    bar += i < full ? "█" : "░";
  }
  Tell(fmt::format("{} {}", bar, text));
}

}  // namespace firn::cli
