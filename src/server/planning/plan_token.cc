#include "server/planning/plan_token.h"

#include <array>
#include <cerrno>

#include <sys/random.h>

#include "base/base64url.h"
#include "base/hex.h"
#include "base/hmac.h"
#include "base/sha256.h"

namespace firn::planning {
namespace {

constexpr char kVersion = '\x01';
constexpr size_t kUuidBytes = 16;
constexpr size_t kNumberBytes = 4;
constexpr size_t kPayloadBytes = 1 + 2 * kUuidBytes + 5 * kNumberBytes;
constexpr size_t kHashBytes = 32;

std::string Hash(std::string_view bytes) {
  auto hash = Sha256(bytes);
  return {hash.begin(), hash.end()};
}

void AppendNumber(std::string& out, uint32_t number) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>((number >> shift) & 0xFF));
  }
}

uint32_t NumberAt(std::string_view bytes, size_t at) {
  uint32_t number = 0;
  for (size_t i = 0; i < kNumberBytes; ++i) {
    number = (number << 8) | static_cast<uint8_t>(bytes[at + i]);
  }
  return number;
}

void AppendUuid(std::string& out, const Uuid& uuid) {
  out.append(uuid.bytes().begin(), uuid.bytes().end());
}

Uuid UuidAt(std::string_view bytes, size_t at) {
  std::array<uint8_t, kUuidBytes> uuid{};
  for (size_t i = 0; i < kUuidBytes; ++i) {
    uuid[i] = static_cast<uint8_t>(bytes[at + i]);
  }
  return Uuid(uuid);
}

std::string Payload(const PlanToken& token, const Uuid& key) {
  std::string payload(1, kVersion);
  AppendUuid(payload, token.plan);
  AppendUuid(payload, key);
  for (uint32_t number : {token.slice.begin, token.slice.end, token.slice.first_row,
                          token.slice.end_row, token.manifests}) {
    AppendNumber(payload, number);
  }
  return payload;
}

std::string Sign(std::string_view secret, std::string_view payload, std::string_view digest) {
  return HmacSha256(secret, std::string(payload) + std::string(digest));
}

}  // namespace

std::string PlanDigest(const store::PlanRecord& plan) {
  return Hash(Hash(plan.id) + Hash(plan.principal) + Hash(std::to_string(plan.object.value())) +
              Hash(plan.request));
}

std::string PrintPlanToken(const PlanToken& token,
                           const store::SigningKey& key,
                           std::string_view digest) {
  std::string payload = Payload(token, Uuid::Parse(key.id).value_or(Uuid()));
  return Base64UrlEncode(payload + Sign(key.secret, payload, digest));
}

Result<PlanToken> ParsePlanToken(std::string_view text) {
  auto bytes = Base64UrlDecode(text);
  if (!bytes || bytes->size() != kPayloadBytes + kHashBytes || bytes->front() != kVersion) {
    return Error(ErrorCode::kNotFound, "Plan task does not exist");
  }
  auto number = [&](size_t i) { return NumberAt(*bytes, 1 + 2 * kUuidBytes + i * kNumberBytes); };
  return PlanToken{
      .plan = UuidAt(*bytes, 1),
      .slice = {.begin = number(0), .end = number(1), .first_row = number(2), .end_row = number(3)},
      .manifests = number(4),
      .key = UuidAt(*bytes, 1 + kUuidBytes),
      .signature = bytes->substr(kPayloadBytes)};
}

bool IsSignedBy(const PlanToken& token, const store::SigningKey& key, std::string_view digest) {
  std::string expected = Sign(key.secret, Payload(token, token.key), digest);
  unsigned difference = 0;  // in constant time: how much was right stays untold
  for (size_t i = 0; i < kHashBytes; ++i) {
    difference |= static_cast<unsigned>(static_cast<uint8_t>(expected[i]) ^
                                        static_cast<uint8_t>(token.signature[i]));
  }
  return difference == 0 && key.id == token.key.ToString();
}

Result<store::SigningKey> NewSigningKey() {
  std::string secret(kHashBytes, '\0');
  ssize_t got = -1;
  do {
    got = getrandom(secret.data(), secret.size(), 0);
  } while (got < 0 && errno == EINTR);
  if (got != static_cast<ssize_t>(secret.size())) {
    return Error(ErrorCode::kInternal, "The operating system gave no random bytes");
  }
  return store::SigningKey{.id = Uuid::Random().ToString(), .secret = HexEncode(secret)};
}

}  // namespace firn::planning
