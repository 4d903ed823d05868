// RacingStore: a CatalogStore where other changes come first: as many swaps and conditional drops
// as a test says are refused with kLostRace, the next one passes.
//
// Thread-safety: one thread at a time.
#pragma once

#include <variant>

#include "server/store/testing/forwarding_store.h"

namespace firn::store::testing {

class RacingStore final : public ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;

  Result<MutationResult> Execute(const Mutation& mutation,
                                 const MutationContext& context) override {
    if (races_left == 0 || !MayLose(mutation)) {
      return ForwardingStore::Execute(mutation, context);
    }
    --races_left;
    ++races_lost;
    return Error(ErrorCode::kLostRace, "Another change came first");
  }

  int races_left = 0;
  int races_lost = 0;

 private:
  static bool MayLose(const Mutation& mutation) {
    if (const auto* drop = std::get_if<DropObject>(&mutation)) {
      return drop->expected_version.has_value();
    }
    const auto* commit = std::get_if<CommitObjects>(&mutation);
    return commit != nullptr && !commit->changes.empty() &&
           std::holds_alternative<SwapObject>(commit->changes.front());
  }
};

}  // namespace firn::store::testing
