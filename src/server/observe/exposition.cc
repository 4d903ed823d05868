#include "server/observe/exposition.h"

#include <limits>
#include <vector>

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

namespace firn::observe {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricType;

double Seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

}  // namespace

struct Exposition::Families {
  /// A new value of the family `name`, which is the last one or begins here.
  ClientMetric& Add(std::string_view name, std::string_view help, MetricType type, Labels labels) {
    if (all.empty() || all.back().name != name) {
      all.emplace_back();
      all.back().name = name;
      all.back().help = help;
      all.back().type = type;
    }
    ClientMetric& metric = all.back().metric.emplace_back();
    for (const auto& [label, value] : labels) {
      metric.label.push_back({std::string(label), std::string(value)});
    }
    return metric;
  }

  std::vector<prometheus::MetricFamily> all;
};

Exposition::Exposition() : families_(std::make_unique<Families>()) {}
Exposition::~Exposition() = default;

void Exposition::Counter(std::string_view name,
                         std::string_view help,
                         uint64_t value,
                         Labels labels) {
  families_->Add(name, help, MetricType::Counter, labels).counter.value =
      static_cast<double>(value);
}

void Exposition::Gauge(std::string_view name, std::string_view help, double value, Labels labels) {
  families_->Add(name, help, MetricType::Gauge, labels).gauge.value = value;
}

void Exposition::Histogram(std::string_view name,
                           std::string_view help,
                           const LatencySnapshot& value,
                           Labels labels) {
  ClientMetric::Histogram& histogram =
      families_->Add(name, help, MetricType::Histogram, labels).histogram;
  constexpr double kMicrosecondsPerSecond = 1e6;
  for (size_t i = 0; i < value.counts.size(); ++i) {
    histogram.sample_count += value.counts[i];
    double bound = i < kLatencyBoundsUs.size()
                       ? static_cast<double>(kLatencyBoundsUs[i]) / kMicrosecondsPerSecond
                       : std::numeric_limits<double>::infinity();
    histogram.bucket.push_back({histogram.sample_count, bound});
  }
  histogram.sample_sum = Seconds(value.sum);
}

std::string Exposition::Print() const {
  return prometheus::TextSerializer().Serialize(families_->all);
}

}  // namespace firn::observe
