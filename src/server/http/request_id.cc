#include "server/http/request_id.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/random.h"

namespace firn::http {
namespace {

constexpr std::string_view kDigits = "0123456789abcdefghijklmnopqrstuvwxyz";
constexpr size_t kPrefixDigits = 7;
constexpr size_t kDigitsInAll = 15;
constexpr size_t kMaxGivenBytes = 128;

/// The last digits of `number`, lowest last.
void Write(uint64_t number, std::span<char> out) {
  for (size_t i = out.size(); i-- > 0; number /= kDigits.size()) {
    out[i] = kDigits[number % kDigits.size()];
  }
}

bool IsToken(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7F'; });
}

}  // namespace

std::string NewRequestId() {
  static const uint64_t kPrefix = RandomBits();
  static std::atomic<uint64_t> next = 0;
  std::array<char, kDigitsInAll> digits{};
  Write(kPrefix, std::span(digits).first(kPrefixDigits));
  Write(next.fetch_add(1, std::memory_order_relaxed), std::span(digits).subspan(kPrefixDigits));
  return {digits.data(), digits.size()};
}

std::string RequestIdOf(const Request& request) {
  std::string_view given = request.Header("X-Request-Id");
  bool usable = !given.empty() && given.size() <= kMaxGivenBytes && IsToken(given);
  return usable ? std::string(given) : NewRequestId();
}

}  // namespace firn::http
