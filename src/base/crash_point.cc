#include "base/crash_point.h"

#include <array>
#include <csignal>
#include <cstdlib>

namespace firn {
namespace {

constexpr std::array kNames = {
    std::string_view("metadata.before_write"), std::string_view("metadata.after_write"),
    std::string_view("store.before_commit"),   std::string_view("store.after_commit"),
    std::string_view("commit.before_reply"),   std::string_view("purge.before_delete"),
    std::string_view("purge.after_delete"),
};

std::string_view Armed() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): read once, before any thread changes the environment.
  static const char* const kArmed = std::getenv("FIRN_CRASH_POINT");
  return kArmed == nullptr ? std::string_view() : std::string_view(kArmed);
}

}  // namespace

std::span<const std::string_view> CrashPointNames() { return kNames; }

void CrashPoint(std::string_view name) {
  if (!Armed().empty() && Armed() == name) {
    std::raise(SIGKILL);
  }
}

}  // namespace firn
