// LoadTroubles: passes on what goes wrong with a registry, each cause once until the registry was
// read again: what fails at every call would fill a log. Every kind of Definitions has one.
//
// Thread-safety: any thread; the listener is called on the one that tells.
#pragma once

#include <cstddef>
#include <mutex>
#include <set>
#include <string>
#include <utility>

#include "base/result.h"
#include "features/definitions/definitions.h"

namespace firn::features {

class LoadTroubles {
 public:
  /// Causes that are remembered; others are not told.
  static constexpr size_t kMaxCauses = 16;

  explicit LoadTroubles(OnLoadTrouble on_trouble) : on_trouble_(std::move(on_trouble)) {}

  void Tell(LoadTrouble trouble, const Error& error);
  /// The registry was read.
  void Over();

 private:
  const OnLoadTrouble on_trouble_;
  std::mutex mutex_;
  std::set<std::pair<LoadTrouble, std::string>> told_;
};

}  // namespace firn::features
