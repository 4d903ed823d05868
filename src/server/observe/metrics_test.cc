// What a scrape prints: names, labels, sums over threads.
#include "server/observe/metrics.h"

#include <thread>

#include "base/testing/matchers.h"

namespace firn::observe {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(LatencyHistogramTest, BoundsAreInclusive) {
  LatencyHistogram histogram;
  histogram.Record(std::chrono::microseconds(50));
  histogram.Record(std::chrono::nanoseconds(50'001));
  histogram.Record(std::chrono::seconds(26));
  LatencySnapshot snapshot = histogram.snapshot();
  EXPECT_EQ(snapshot.counts[0], 1U);
  EXPECT_EQ(snapshot.counts[1], 1U);
  EXPECT_EQ(snapshot.counts.back(), 1U);
  EXPECT_EQ(snapshot.sum, std::chrono::nanoseconds(26'000'100'001));
}

TEST(ExpositionTest, FamiliesHaveOneHeadAndTheirValues) {
  Exposition exposition;
  exposition.Counter("a_total", "All of a.", 1, {{"kind", "x"}});
  exposition.Counter("a_total", "All of a.", 2, {{"kind", "y"}});
  exposition.Gauge("b", "Now.", 3);
  std::string text = exposition.Print();
  EXPECT_THAT(text, HasSubstr("# HELP a_total All of a.\n# TYPE a_total counter\n"
                              "a_total{kind=\"x\"} 1\na_total{kind=\"y\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("# TYPE b gauge\nb 3\n"));
}

TEST(ExpositionTest, HistogramsAreCumulativeAndInSeconds) {
  LatencyHistogram histogram;
  histogram.Record(std::chrono::microseconds(40));
  histogram.Record(std::chrono::microseconds(90));
  Exposition exposition;
  exposition.Histogram("h_seconds", "Help.", histogram.snapshot());
  std::string text = exposition.Print();
  EXPECT_THAT(text, HasSubstr("h_seconds_bucket{le=\"5e-05\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("h_seconds_bucket{le=\"0.0001\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("h_seconds_bucket{le=\"+Inf\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("h_seconds_count 2\n"));
  EXPECT_THAT(text, HasSubstr("h_seconds_sum 0.00013"));
}

TEST(RequestMetricsTest, ThreadsAddUp) {
  Metrics metrics;
  auto serve = [&] {
    for (int i = 0; i < 100; ++i) {
      metrics.requests().Started();
      metrics.requests().Ended("loadTable", 200, std::chrono::microseconds(1), 10);
    }
    metrics.requests().ErrorAnswered("NoSuchTableException");
  };
  {
    std::jthread one(serve);
    std::jthread two(serve);
    metrics.requests().Started();
    metrics.Render();
  }
  std::string text = metrics.Render();
  EXPECT_THAT(text, HasSubstr("firn_http_request_duration_seconds_count"
                              "{route=\"loadTable\",status=\"200\"} 200\n"));
  EXPECT_THAT(text, HasSubstr("firn_http_requests_in_flight 1\n"));
  EXPECT_THAT(text, HasSubstr("firn_http_response_bytes_total 2000\n"));
  EXPECT_THAT(text, HasSubstr("firn_http_errors_total{type=\"NoSuchTableException\"} 2\n"));
}

TEST(RequestMetricsTest, TwoOfThemInOneThreadDoNotMix) {
  Metrics one;
  Metrics two;
  one.requests().Started();
  two.requests().Started();
  one.requests().Started();
  EXPECT_THAT(one.Render(), HasSubstr("firn_http_requests_in_flight 2\n"));
  EXPECT_THAT(two.Render(), HasSubstr("firn_http_requests_in_flight 1\n"));
}

TEST(MetricsTest, SourcesAreAskedAtEachScrape) {
  Metrics metrics;
  uint64_t count = 0;
  metrics.AddSource(
      [&](Exposition& exposition) { exposition.Counter("firn_asked_total", "Scrapes.", ++count); });
  metrics.SetEntityCounts({.warehouses = 1, .namespaces = 2, .tables = 3, .views = 4});
  EXPECT_THAT(metrics.Render(), HasSubstr("firn_asked_total 1\n"));
  std::string text = metrics.Render();
  EXPECT_THAT(text, HasSubstr("firn_asked_total 2\n"));
  EXPECT_THAT(text, HasSubstr("firn_catalog_entities{kind=\"view\"} 4\n"));
  EXPECT_THAT(text, Not(HasSubstr("firn_http_errors_total")));
}

}  // namespace
}  // namespace firn::observe
