// Progress: one line on the terminal about long work, written over itself; nothing where standard
// error is no terminal, or where rows go to the same terminal.
//
// Thread-safety: one thread at a time.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"

namespace firn::cli {

class Progress {
 public:
  /// `rows_on_screen`: standard output has what the command is for.
  explicit Progress(bool rows_on_screen);
  /// Takes the line away.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  bool shown() const { return shown_; }
  /// Now and then, not each time.
  void Tell(std::string_view text);
  /// `done` of `total` as a bar before `text`; no bar where `total` is 0.
  void Tell(int64_t done, int64_t total, std::string_view text);

 private:
  const bool shown_;
  MonotonicTime next_{};
  size_t width_ = 0;
};

}  // namespace firn::cli
