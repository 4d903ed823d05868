// Plan tasks as opaque tokens: which slice of which plan, signed. A token names nothing but the
// slice: the plan's row says what is planned and for whom, and the signature covers that text, so
// a token fits only the very plan that it was given with. Ruling: nothing is stored for a task.
// Of a plan that was given whole nothing is stored at all: its id is a token of an empty slice.
//
// Form: base64url of version, plan id, key id, slice and HMAC-SHA256.
//
// Errors of Parse: kNotFound for what Print did not make. Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/uuid.h"
#include "server/store/records.h"

namespace firn::planning {

/// Manifests [begin, end) of a plan: of the first the rows from `first_row` on, of the last those
/// before `end_row`.
struct PlanSlice {
  uint32_t begin = 0;
  uint32_t end = 0;
  uint32_t first_row = 0;
  uint32_t end_row = std::numeric_limits<uint32_t>::max();

  bool empty() const { return begin >= end; }

  friend bool operator==(const PlanSlice&, const PlanSlice&) = default;
};

/// A token; one that was read is not trusted yet.
struct PlanToken {
  Uuid plan;
  PlanSlice slice = {};
  /// Of the whole plan: a version that prunes otherwise does not take the slice for its own.
  uint32_t manifests = 0;
  /// By whom it says it is signed.
  Uuid key = {};
  std::string signature = {};
};

/// Names and hashes everything that a token of the plan stands for.
std::string PlanDigest(const store::PlanRecord& plan);

std::string PrintPlanToken(const PlanToken& token,
                           const store::SigningKey& key,
                           std::string_view digest);
Result<PlanToken> ParsePlanToken(std::string_view text);
/// True where `key` signed the token for the plan with this digest.
bool IsSignedBy(const PlanToken& token, const store::SigningKey& key, std::string_view digest);

/// A key with a fresh secret of the operating system.
Result<store::SigningKey> NewSigningKey();

}  // namespace firn::planning
