// ServedCatalog: a `firn serve` process with a data folder of its own, on a free port of the
// loopback. Stops with the object.
//
// Thread-safety: one thread.
#pragma once

#include <string>

#include <sys/types.h>

#include "storage/testing/test_folder.h"

namespace firn::catalog::testing {

class ServedCatalog {
 public:
  /// Runs the program at `binary` and waits until it serves; one that does not ends the test
  /// program, with its log.
  explicit ServedCatalog(const std::string& binary);
  ~ServedCatalog();
  ServedCatalog(const ServedCatalog&) = delete;
  ServedCatalog& operator=(const ServedCatalog&) = delete;

  /// `http://127.0.0.1:PORT`.
  const std::string& uri() const { return uri_; }
  std::string data_folder() const { return folder_.At("data"); }

 private:
  storage::testing::TestFolder folder_;
  pid_t process_ = -1;
  std::string uri_;
};

}  // namespace firn::catalog::testing
