// Random tables, deletes, entity frames and views: the join gives what the definition gives, row
// for row. The definition is spelled out in Naive: every feature row is looked at for every entity
// row.
//
// FIRN_PROPERTY_CASES sets how many joins are compared, FIRN_PROPERTY_SEED where the first begins.
#include <algorithm>
#include <cstdlib>
#include <limits>
#include <map>
#include <random>
#include <set>
#include <string>
#include <tuple>

#include <arrow/scalar.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "features/join/event_times.h"
#include "features/join/point_in_time_join.h"
#include "features/testing/feature_table.h"
#include "table/scan/file_scan.h"

namespace firn::features {
namespace {

using firn::testing::IsError;
using testing::FeatureTable;
using testing::TableOfJson;
__extension__ using Wide = __int128;

constexpr int kJoinsOfATable = 20;
constexpr const char* kArrivalColumns[] = {"_file", "_pos"};

uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}

  int64_t Below(int64_t limit) {
    return std::uniform_int_distribution<int64_t>(0, limit - 1)(engine_);
  }
  bool OneIn(int64_t n) { return Below(n) == 0; }
  template <class T>
  const T& Of(const std::vector<T>& choices) {
    return choices[static_cast<size_t>(Below(static_cast<int64_t>(choices.size())))];
  }

 private:
  std::mt19937_64 engine_;
};

/// What one table and its entity frames look like.
struct Shape {
  std::string key_type;  ///< Of Iceberg; "" for no keys.
  bool second_key = false;
  std::string time_type;
  std::string created_type;  ///< "" for none.
  int version = 2;
  std::string partition;
};

Shape RandomShape(Random& random) {
  Shape shape;
  shape.version = random.OneIn(2) ? 3 : 2;
  shape.key_type = random.Of<std::string>({"long", "int", "string", "double", "date", ""});
  shape.second_key = !shape.key_type.empty() && random.OneIn(3);
  shape.time_type = random.Of<std::string>({"timestamptz", "timestamptz", "timestamp", "date"});
  shape.created_type = random.Of<std::string>({"", "timestamptz", "timestamp", "date"});
  if (shape.version == 3 && random.OneIn(3)) {
    shape.time_type = "timestamptz_ns";
  }
  if (shape.version == 3 && shape.created_type == "timestamptz" && random.OneIn(2)) {
    shape.created_type = "timestamptz_ns";
  }
  if (shape.key_type == "long" && random.OneIn(2)) {
    shape.partition = R"({"name":"p","transform":"bucket[3]","source-id":1})";
  } else if (random.OneIn(3)) {
    shape.partition = R"({"name":"p","transform":"day","source-id":3})";
  }
  return shape;
}

std::string FieldsOf(const Shape& shape) {
  auto field = [](int id, std::string_view name, std::string_view type) {
    return fmt::format(R"({{"id":{},"name":"{}","required":false,"type":"{}"}})", id, name, type);
  };
  const std::string key = shape.key_type.empty() ? "long" : shape.key_type;
  std::string fields = field(1, "k", key) + "," + field(2, "k2", "string") + "," +
                       field(3, "ts", shape.time_type) + "," + field(5, "number", "double") + "," +
                       field(6, "text", "string") + "," + field(7, "flag", "boolean") +
                       R"(,{"id":8,"name":"items","required":false,
                           "type":{"type":"list","element-id":9,"element-required":false,
                                   "element":"int"}})";
  return shape.created_type.empty() ? fields
                                    : fields + "," + field(4, "created", shape.created_type);
}

/// Few keys, so that they meet.
std::string RandomKey(Random& random, const std::string& type) {
  if (random.OneIn(10)) {
    return "null";
  }
  const int64_t number = random.Below(4);
  if (type == "string") {
    return fmt::format("\"{}\"", std::string(static_cast<size_t>(number), 'x'));
  }
  if (type == "double") {
    return random.Of<std::string>({"0.0", "-0.0", "1.5", "NaN"});
  }
  return std::to_string(number - 1);
}

/// A time in the type's own steps: few, so that they tie; sometimes far away.
std::string RandomTime(Random& random, const std::string& type) {
  if (random.OneIn(15)) {
    return "null";
  }
  int64_t time = random.Below(24) - 6;
  if (type == "date") {
    return std::to_string(random.OneIn(20) ? time * 10'000 : time);
  }
  constexpr int64_t kDay = int64_t{86'400} * 1'000'000;
  if (random.OneIn(4)) {
    time += kDay * (random.Below(5) - 2);
  } else if (random.OneIn(20)) {
    time += kDay * 365 * (random.Below(400) - 200);
  }
  return std::to_string(type == "timestamptz_ns" ? time * 500 : time);
}

std::string RandomFeatures(Random& random) {
  auto maybe = [&random](std::string value) {
    return random.OneIn(6) ? std::string("null") : std::move(value);
  };
  return fmt::format(
      R"("number":{},"text":{},"flag":{},"items":{})", maybe(std::to_string(random.Below(1000))),
      maybe(fmt::format("\"t{}\"", random.Below(1000))), maybe(random.OneIn(2) ? "true" : "false"),
      maybe(random.OneIn(2) ? "[]" : fmt::format("[{},null]", random.Below(99))));
}

std::string RandomRows(Random& random, const Shape& shape) {
  std::string rows;
  for (int64_t left = random.Below(30); left >= 0; --left) {
    rows += rows.empty() ? "" : ",";
    rows += fmt::format(R"({{"k":{},"k2":{},"ts":{},{})",
                        RandomKey(random, shape.key_type.empty() ? "long" : shape.key_type),
                        RandomKey(random, "string"), RandomTime(random, shape.time_type),
                        RandomFeatures(random));
    if (!shape.created_type.empty()) {
      rows += fmt::format(R"(,"created":{})", RandomTime(random, shape.created_type));
    }
    rows += "}";
  }
  return "[" + rows + "]";
}

void FillTable(Random& random, const Shape& shape, FeatureTable& table) {
  for (int64_t left = random.Below(5); left >= 0; --left) {
    table.Append(RandomRows(random, shape));
    if (random.OneIn(3)) {
      const auto mode = random.OneIn(2) ? table::RowDeletionMode::kCopyOnWrite
                                        : table::RowDeletionMode::kMergeOnRead;
      const int64_t from = random.Below(1000);
      table.Delete(fmt::format("number >= {} and number < {}", from, from + 300), mode);
    }
  }
}

/// Nanoseconds since 1970; of dates at midnight.
std::optional<Wide> Instant(const arrow::Scalar& scalar) {
  if (!scalar.is_valid) {
    return std::nullopt;
  }
  if (scalar.type->id() == arrow::Type::DATE32) {
    return Wide{static_cast<const arrow::Date32Scalar&>(scalar).value} * 86'400 * 1'000'000'000;
  }
  const auto& type = static_cast<const arrow::TimestampType&>(*scalar.type);
  const int64_t nanos = type.unit() == arrow::TimeUnit::NANO ? 1 : 1'000;
  return Wide{static_cast<const arrow::TimestampScalar&>(scalar).value} * nanos;
}

/// What keys are compared by; nullopt for null.
std::optional<std::string> KeyText(const arrow::Scalar& scalar) {
  if (!scalar.is_valid) {
    return std::nullopt;
  }
  std::string text = scalar.ToString();
  return text == "-0" ? "0" : text;
}

using Scalars = std::map<std::string, std::shared_ptr<arrow::Scalar>>;

std::vector<Scalars> RowsOf(const arrow::Table& table) {
  std::vector<Scalars> rows(static_cast<size_t>(table.num_rows()));
  for (const std::string& name : table.ColumnNames()) {
    auto column = table.GetColumnByName(name);
    for (size_t row = 0; row < rows.size(); ++row) {
      rows[row][name] = column->GetScalar(static_cast<int64_t>(row)).ValueOrDie();
    }
  }
  return rows;
}

/// Of one feature row, what decides between rows that can be of an entity row.
using Rank = std::tuple<Wide, bool, Wide, int64_t, int64_t, size_t, int64_t>;

class Naive {
 public:
  Naive(FeatureTable& table, const JoinView& view) : view_(view) {
    auto scan = table::FileScan::Open(table.context, table.table, {});
    for (size_t file = 0; file < (*scan)->size(); ++file) {
      file_numbers_.emplace((*scan)->path(file), file);
    }
    std::vector<std::string> columns = {"k", "k2", "ts", "number", "text", "flag", "items"};
    if (!view.created_column.empty()) {
      columns.push_back("created");
    }
    columns.insert(columns.end(), std::begin(kArrivalColumns), std::end(kArrivalColumns));
    if (table.table.metadata->format_version >= 3) {
      columns.insert(columns.end(), {"_last_updated_sequence_number", "_row_id"});
    }
    rows_ = RowsOf(*table.Rows(columns));
  }

  /// The row that wins for an entity row, by the definition; null where none does.
  const Scalars* WinnerOf(const Scalars& entity) const {
    const Scalars* best = nullptr;
    std::optional<Rank> best_rank;
    for (const Scalars& row : rows_) {
      if (!CanBeOf(row, entity)) {
        continue;
      }
      Rank rank = RankOf(row);
      if (!best_rank || *best_rank < rank) {
        best = &row;
        best_rank = rank;
      }
    }
    return best;
  }

 private:
  bool CanBeOf(const Scalars& row, const Scalars& entity) const {
    for (const JoinKey& key : view_.keys) {
      auto mine = KeyText(*row.at(key.table_column));
      if (!mine || mine != KeyText(*entity.at(key.entity_column))) {
        return false;
      }
    }
    const auto time = Instant(*row.at("ts"));
    const auto now = Instant(*entity.at("event_timestamp"));
    if (!time || !now || *time > *now) {
      return false;
    }
    if (view_.created_later == CreatedLater::kDoesNot) {
      const auto created = Instant(*row.at("created"));
      if (!created || *created > *now) {
        return false;
      }
    }
    return view_.ttl_us == 0 || *now - *time <= Wide{view_.ttl_us} * 1'000;
  }

  Rank RankOf(const Scalars& row) const {
    auto number = [&row](const char* name) {
      auto found = row.find(name);
      return found == row.end() || !found->second->is_valid
                 ? std::numeric_limits<int64_t>::min()
                 : static_cast<const arrow::Int64Scalar&>(*found->second).value;
    };
    std::optional<Wide> created;
    if (!view_.created_column.empty()) {
      created = Instant(*row.at("created"));
    }
    return {*Instant(*row.at("ts")), created.has_value(),
            created.value_or(0),     number("_last_updated_sequence_number"),
            number("_row_id"),       file_numbers_.at(row.at("_file")->ToString()),
            number("_pos")};
  }

  const JoinView& view_;
  std::map<std::string, size_t> file_numbers_;
  std::vector<Scalars> rows_;
};

arrow::FieldVector EntityFields(Random& random, const Shape& shape, const FeatureTable& table) {
  auto key = table.fields()[0]->type();
  if (key->id() == arrow::Type::INT64 && random.OneIn(2)) {
    key = arrow::int16();
  } else if (key->id() == arrow::Type::DOUBLE && random.OneIn(2)) {
    key = arrow::float32();
  }
  const auto time = random.Of<std::shared_ptr<arrow::DataType>>(
      {arrow::timestamp(arrow::TimeUnit::MICRO, "UTC"), arrow::timestamp(arrow::TimeUnit::NANO),
       arrow::date32()});
  return {arrow::field("entity", key), arrow::field("entity2", arrow::utf8()),
          arrow::field("event_timestamp",
                       shape.time_type == "date" && random.OneIn(2) ? arrow::date32() : time)};
}

std::string RandomEntities(Random& random, const Shape& shape, const arrow::DataType& time) {
  const bool nanos = time.id() == arrow::Type::TIMESTAMP &&
                     static_cast<const arrow::TimestampType&>(time).unit() == arrow::TimeUnit::NANO;
  const std::string unit = time.id() == arrow::Type::DATE32 ? "date"
                           : nanos                          ? "timestamptz_ns"
                                                            : "timestamptz";
  std::string rows;
  for (int64_t left = random.Below(40); left > 0; --left) {
    rows += rows.empty() ? "" : ",";
    rows += fmt::format("[{},{},{}]",
                        RandomKey(random, shape.key_type.empty() ? "long" : shape.key_type),
                        RandomKey(random, "string"), RandomTime(random, unit));
  }
  return "[" + rows + "]";
}

JoinView RandomView(Random& random, const Shape& shape, const FeatureTable& table) {
  JoinView view{.name = "view",
                .table = table.table,
                .timestamp_column = "ts",
                .created_column = shape.created_type.empty() ? "" : "created",
                .features = {{"number", "n"}, {"text", "t"}, {"flag", "f"}, {"items", "i"}}};
  if (!shape.key_type.empty()) {
    view.keys.push_back({"entity", "k"});
  }
  if (shape.second_key) {
    view.keys.push_back({"entity2", "k2"});
  }
  view.ttl_us = random.Of<int64_t>({0, 1, 3, 10, int64_t{86'400} * 1'000'000});
  if (!view.created_column.empty() && random.OneIn(3)) {
    view.created_later = CreatedLater::kDoesNot;
  }
  return view;
}

/// Of a created column in nanoseconds that rows are left out by: whether an entity row that has its
/// key is at a time that nanoseconds cannot hold. Source: docs/behaviour.md, "Limits".
bool IsRefused(const Shape& shape, const JoinView& view, const arrow::Table& entities) {
  if (view.created_later != CreatedLater::kDoesNot || shape.created_type != "timestamptz_ns" ||
      shape.time_type == "timestamptz_ns") {
    return false;
  }
  return std::ranges::any_of(RowsOf(entities), [&view](const Scalars& entity) {
    const auto time = Instant(*entity.at("event_timestamp"));
    const bool has_key = std::ranges::all_of(view.keys, [&entity](const JoinKey& key) {
      return entity.at(key.entity_column)->is_valid;
    });
    return has_key && time &&
           (*time >= std::numeric_limits<int64_t>::max() || *time <= kNoTime + 1);
  });
}

void CompareOne(Random& random, const Shape& shape, FeatureTable& table) {
  const JoinView view = RandomView(random, shape, table);
  const arrow::FieldVector fields = EntityFields(random, shape, table);
  auto entities =
      TableOfJson(fields, RandomEntities(random, shape, *fields[2]->type()), 1 + random.Below(20));
  const JoinContext context{.scan = table.context,
                            .match_unit_bytes = random.OneIn(2) ? 1 : 1 << 20,
                            .gather_unit_rows = 1 + random.Below(20)};
  auto joined =
      PointInTimeJoin(context, entities, {.event_timestamp = "event_timestamp", .views = {view}});
  if (IsRefused(shape, view, *entities)) {
    ASSERT_THAT(joined, IsError(ErrorCode::kInvalidArgument));
    return;
  }
  ASSERT_TRUE(joined.has_value()) << joined.error().Describe();
  ASSERT_TRUE((*joined)->ValidateFull().ok());
  ASSERT_EQ((*joined)->num_rows(), entities->num_rows());
  const Naive naive(table, view);
  const std::vector<Scalars> answer = RowsOf(**joined);
  for (size_t row = 0; row < answer.size(); ++row) {
    const Scalars* winner = naive.WinnerOf(answer[row]);
    for (const FeatureColumn& feature : view.features) {
      const std::string expected =
          winner == nullptr ? "null" : winner->at(feature.table_column)->ToString();
      ASSERT_EQ(answer[row].at(feature.output_name)->ToString(), expected)
          << "row " << row << ", " << feature.output_name << "\n"
          << entities->ToString();
    }
  }
}

TEST(JoinPropertyTest, EqualsTheDefinition) {
  const uint64_t cases = FromEnvironment("FIRN_PROPERTY_CASES", 1'000);
  const uint64_t first = FromEnvironment("FIRN_PROPERTY_SEED", 20261129);
  for (uint64_t seed = first; seed < first + cases / kJoinsOfATable; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    Random random(seed);
    const Shape shape = RandomShape(random);
    FeatureTable table({.fields = FieldsOf(shape),
                        .partition_fields = shape.partition,
                        .version = shape.version,
                        .row_group_rows = 1 + random.Below(12)});
    FillTable(random, shape, table);
    for (int i = 0; i < kJoinsOfATable && !HasFatalFailure(); ++i) {
      table.context.readers = static_cast<size_t>(1 + random.Below(3));
      CompareOne(random, shape, table);
    }
    if (HasFatalFailure()) {
      return;
    }
  }
}

}  // namespace
}  // namespace firn::features
