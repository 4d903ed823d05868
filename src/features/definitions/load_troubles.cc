#include "features/definitions/load_troubles.h"

namespace firn::features {

void LoadTroubles::Tell(LoadTrouble trouble, const Error& error) {
  {
    std::lock_guard lock(mutex_);
    if (told_.size() == kMaxCauses || !told_.emplace(trouble, error.Describe()).second) {
      return;
    }
  }
  if (on_trouble_) {
    on_trouble_(trouble, error);
  }
}

void LoadTroubles::Over() {
  std::lock_guard lock(mutex_);
  told_.clear();
}

}  // namespace firn::features
