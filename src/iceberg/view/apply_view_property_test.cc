// Random updates on random views: whatever is accepted prints what reads back as the same.
#include <array>
#include <limits>
#include <random>

#include <fmt/format.h>

#include "base/testing/matchers.h"
#include "iceberg/schema/testing/parse.h"
#include "iceberg/view/apply_view_updates.h"
#include "iceberg/view/view_metadata_json.h"

namespace firn::iceberg {
namespace {

constexpr TimestampMs kNow{1'700'000'000'000};

class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  unsigned Below(unsigned limit) { return static_cast<unsigned>(random_()) % limit; }

  ViewVersion SomeVersion() {
    ViewVersion version;
    version.id = ViewVersionId(SomeId());
    version.timestamp = TimestampMs(kNow.value() + Below(100));
    version.schema_id = SchemaId(Below(2) == 0 ? kLastAdded : static_cast<int32_t>(Below(3)));
    version.summary = {{"engine", "\x01\""}};
    version.default_namespace = {"ns", ""};
    for (unsigned i = Below(8) == 0 ? 0 : 1 + Below(2); i > 0; --i) {
      ViewRepresentation representation;
      representation.type = "sql";
      representation.sql = fmt::format("select {}", Below(20));
      representation.dialect = i == 1 ? "spark" : "trino";
      version.representations.push_back(representation);
    }
    return version;
  }

  ViewUpdate SomeUpdate() {
    switch (Below(7)) {
      case 0:
        return AddSchema{testing::SchemaOfFields(
            fmt::format(R"({{"id":{},"name":"c","required":false,"type":"int"}})", 1 + Below(5)))};
      case 1:
        return SetProperties{{{fmt::format("k{}", Below(3)), "v"}}};
      case 2:
        return SetCurrentViewVersion{
            ViewVersionId(Below(2) == 0 ? kLastAdded : static_cast<int32_t>(Below(6)))};
      case 3:
        return SetLocation{"file:///w/v"};
      case 4:
        return RemoveProperties{{"k1"}};
      default:
        return AddViewVersion{SomeVersion()};
    }
  }

 private:
  int32_t SomeId() {
    constexpr auto kIds = std::to_array<int32_t>(
        {0, -1, -7, std::numeric_limits<int32_t>::max(), std::numeric_limits<int32_t>::min()});
    return Below(8) == 0 ? kIds[Below(kIds.size())] : static_cast<int32_t>(1 + Below(30));
  }

  std::mt19937 random_;
};

ViewMetadataPtr NewView(Generator& generator) {
  while (true) {
    CreateViewSpec spec;
    spec.schema = testing::SchemaOfFields(R"({"id":5,"name":"a","required":false,"type":"int"})");
    spec.version = generator.SomeVersion();
    spec.location = "file:///w/v";
    spec.properties = {{"replace.drop-dialect.allowed", "true"},
                       {"version.history.num-entries", "4"}};
    spec.uuid = *Uuid::Parse("fa6506c3-7681-40c8-86dc-e36561f83385");
    auto view = NewViewMetadata(spec, kNow);
    if (view.has_value()) {
      return *view;
    }
  }
}

void ExpectSame(const ViewMetadata& a, const ViewMetadata& b) {
  EXPECT_EQ(a.uuid, b.uuid);
  EXPECT_EQ(a.location, b.location);
  EXPECT_EQ(a.properties, b.properties);
  EXPECT_EQ(a.schemas, b.schemas);
  EXPECT_EQ(a.current_version_id, b.current_version_id);
  EXPECT_EQ(a.versions, b.versions);
  EXPECT_EQ(a.history, b.history);
}

TEST(ApplyViewProperty, AcceptedUpdatesReadBackAndLeaveRoom) {
  int accepted = 0;
  for (unsigned seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    Generator generator(seed);
    ViewMetadataPtr view = NewView(generator);
    for (int step = 1; step <= 40; ++step) {
      std::vector<ViewUpdate> updates;
      for (unsigned i = generator.Below(3); i < 3; ++i) {
        updates.push_back(generator.SomeUpdate());
      }
      auto next = ApplyViewUpdates(view, updates, TimestampMs(kNow.value() + step));
      if (!next.has_value()) {
        EXPECT_NE(next.error().code(), ErrorCode::kInvalidMetadata);
        continue;
      }
      ++accepted;
      ASSERT_OK_AND_ASSIGN(auto again, ParseViewMetadata(PrintViewMetadata(**next)));
      ExpectSame(*again, **next);
      EXPECT_FALSE((*next)->current_version().representations.empty());
      ASSERT_FALSE(HasFailure());
      view = *next;
    }
  }
  EXPECT_GT(accepted, 1000);
}

}  // namespace
}  // namespace firn::iceberg
