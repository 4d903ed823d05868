// Plan tasks and plan rows from outside: what is read prints as it was, and no token that was not
// signed passes.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "server/planning/plan_spec.h"
#include "server/planning/plan_token.h"

namespace {

/// Ends the program, which the fuzzer reports.
void Require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr std::string_view kDigest = "digest";
  std::string_view text(reinterpret_cast<const char*>(data), size);
  auto token = firn::planning::ParsePlanToken(text);
  if (token.has_value()) {
    const firn::store::SigningKey key{.id = token->key.ToString(),
                                      .secret = "00112233445566778899aabbccddeeff"};
    Require(!firn::planning::IsSignedBy(*token, key, kDigest));
    std::string ours = firn::planning::PrintPlanToken(*token, key, kDigest);
    auto again = firn::planning::ParsePlanToken(ours);
    Require(again.has_value() && again->slice == token->slice && again->plan == token->plan);
    Require(firn::planning::IsSignedBy(*again, key, kDigest));
  }
  auto spec = firn::planning::ParsePlanSpec(text);
  if (spec.has_value()) {
    std::string printed = firn::planning::PrintPlanSpec(*spec);
    auto again = firn::planning::ParsePlanSpec(printed);
    Require(again.has_value() && firn::planning::PrintPlanSpec(*again) == printed);
  }
  return 0;
}
