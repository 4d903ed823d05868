// Exposition: the numbers of one scrape, collected name by name and printed in Prometheus text
// format. `Metrics` makes one for each scrape and hands it to its sources.
//
// Calls with one name follow each other and differ in their labels; a label's values are bounded by
// whoever adds them. Thread-safety: one thread at a time.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/latency_histogram.h"

namespace firn::observe {

class Exposition {
 public:
  using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  Exposition();
  ~Exposition();

  void Counter(std::string_view name, std::string_view help, uint64_t value, Labels labels = {});
  void Gauge(std::string_view name, std::string_view help, double value, Labels labels = {});
  /// In seconds.
  void Histogram(std::string_view name,
                 std::string_view help,
                 const LatencySnapshot& value,
                 Labels labels = {});

  std::string Print() const;

 private:
  struct Families;
  std::unique_ptr<Families> families_;
};

}  // namespace firn::observe
