// OutputFile: a file that appears when it is complete; what it replaces stays until then. It has no
// name before, where the file system can do that: then nothing is left however the process ends.
// Elsewhere it is `FILE.<uuid>.part`, which an error, SIGINT, SIGTERM and SIGHUP take away, but not
// SIGKILL. What is no regular file (a pipe, a device) is written as it is.
//
// Signals: while a named part is open their handlers are its own; what a signal did before it does
// afterwards. Errors: kIoError, naming the file.
// Thread-safety: one thread; one part with a name at a time in the process.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace firn::cli {

/// What a file is until it is complete.
enum class PartFile : uint8_t {
  kUnnamed,  ///< Without a name where the file system can, else with one.
  kNamed,
};

class OutputFile {
 public:
  /// Links are followed, to what they name.
  static Result<std::unique_ptr<OutputFile>> Open(const std::string& path,
                                                  PartFile part = PartFile::kUnnamed);
  /// Without Finish before: the file does not appear.
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  /// To be closed by whoever takes it, before Finish.
  int descriptor() const { return descriptor_; }
  const std::string& path() const { return path_; }

  /// The file gets its name.
  Status Finish();

 private:
  explicit OutputFile(std::string path) : path_(std::move(path)) {}

  Status OpenUnnamed();
  Status OpenNamed();
  std::string PartName() const;

  std::string path_;
  /// Empty where there is none to take away.
  std::string part_;
  int descriptor_ = -1;
  /// The same file without a name; -1 where it has one.
  int unnamed_ = -1;
};

/// An error with what errno says.
Error FileError(std::string_view what, std::string_view file);

}  // namespace firn::cli
