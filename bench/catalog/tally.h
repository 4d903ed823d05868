// Tally: what came of the requests, by kind: statuses, latencies, bytes. One a thread, added up.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "options.h"

namespace firn::bench {

struct KindTally {
  std::map<int, int64_t> statuses;
  std::vector<uint32_t> latencies_us;
  int64_t body_bytes = 0;
};

struct Tally {
  std::array<KindTally, kKinds> kinds;
  /// Connections lost with a request under way, or never made.
  int64_t broken = 0;
  /// Requests without an answer at the end.
  int64_t unanswered = 0;
  /// Seconds from the start to the last answer.
  double last_answer_s = 0;

  void Add(const Tally& other);
};

/// One JSON object.
std::string PrintTally(Tally& tally, const Options& options, double client_cpu_s);

}  // namespace firn::bench
