// Random tables (features/testing/random_table.h), entity frames and one to three views: the join
// gives what the definition gives, row for row, whole and in parts. The definition is spelled out
// in Naive: every feature row is looked at for every entity row.
//
// FIRN_PROPERTY_CASES sets how many joins are compared, FIRN_PROPERTY_SEED where the first begins.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>
#include <map>
#include <memory>
#include <numeric>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <arrow/scalar.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "features/join/event_times.h"
#include "features/join/join_stream.h"
#include "features/join/point_in_time_join.h"
#include "features/testing/random_table.h"
#include "table/scan/file_scan.h"

namespace firn::features {
namespace {

using firn::testing::IsError;
using testing::FeatureTable;
using testing::Random;
using testing::RandomKey;
using testing::RandomShape;
using testing::RandomTable;
using testing::RandomTime;
using testing::TableOfJson;
__extension__ using Wide = __int128;

constexpr int kJoinsOfTwoTables = 40;
/// So often is a frame repeated that is joined in parts.
constexpr int kRepeats = 16;
constexpr const char* kArrivalColumns[] = {"_file", "_pos"};

uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
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

/// A table with all of its rows.
struct ReadTable {
  ReadTable(Random& random, const std::string& key_type) : table(random, key_type) {
    FeatureTable& features = table.table();
    auto scan = table::FileScan::Open(features.context, features.table, {});
    for (size_t file = 0; file < (*scan)->size(); ++file) {
      file_numbers.emplace((*scan)->path(file), file);
    }
    std::vector<std::string> columns(std::begin(kArrivalColumns), std::end(kArrivalColumns));
    for (const auto& field : features.fields()) {
      columns.push_back(field->name());
    }
    if (features.table.metadata->format_version >= 3) {
      columns.insert(columns.end(), {"_last_updated_sequence_number", "_row_id"});
    }
    rows = RowsOf(*features.Rows(columns));
  }

  RandomTable table;
  std::map<std::string, size_t> file_numbers;
  std::vector<Scalars> rows;
};

class Naive {
 public:
  Naive(const ReadTable& table, const JoinView& view) : view_(view) {
    for (const Scalars& row : table.rows) {
      rows_.push_back(Read(table, row));
    }
  }

  /// The row that wins for an entity row, by the definition; null where none does.
  const Scalars* WinnerOf(const Scalars& entity) const {
    std::vector<std::optional<std::string>> keys;
    for (const JoinKey& key : view_.keys) {
      keys.push_back(KeyText(*entity.at(key.entity_column)));
    }
    const auto now = Instant(*entity.at("event_timestamp"));
    const bool has_keys =
        std::ranges::all_of(keys, [](const auto& key) { return key.has_value(); });
    const Row* best = nullptr;
    for (const Row& row : rows_) {
      if (has_keys && now && row.keys == keys && CanBeAt(row, *now) &&
          (best == nullptr || best->rank < row.rank)) {
        best = &row;
      }
    }
    return best == nullptr ? nullptr : best->values;
  }

 private:
  struct Row {
    const Scalars* values = nullptr;
    std::vector<std::optional<std::string>> keys;
    std::optional<Wide> time;
    std::optional<Wide> created;
    Rank rank;
  };

  Row Read(const ReadTable& table, const Scalars& values) const {
    Row row{.values = &values};
    for (const JoinKey& key : view_.keys) {
      row.keys.push_back(KeyText(*values.at(key.table_column)));
    }
    row.time = Instant(*values.at(view_.timestamp_column));
    if (!view_.created_column.empty()) {
      row.created = Instant(*values.at(view_.created_column));
    }
    auto number = [&values](const char* name) {
      auto found = values.find(name);
      return found == values.end() || !found->second->is_valid
                 ? std::numeric_limits<int64_t>::min()
                 : static_cast<const arrow::Int64Scalar&>(*found->second).value;
    };
    row.rank = {row.time.value_or(0),    row.created.has_value(),
                row.created.value_or(0), number("_last_updated_sequence_number"),
                number("_row_id"),       table.file_numbers.at(values.at("_file")->ToString()),
                number("_pos")};
    return row;
  }

  bool CanBeAt(const Row& row, Wide now) const {
    if (!row.time || *row.time > now) {
      return false;
    }
    if (view_.created_later == CreatedLater::kDoesNot && (!row.created || *row.created > now)) {
      return false;
    }
    return view_.ttl_us == 0 || now - *row.time <= Wide{view_.ttl_us} * 1'000;
  }

  const JoinView& view_;
  std::vector<Row> rows_;
};

arrow::FieldVector EntityFields(Random& random, RandomTable& table) {
  auto key = table.table().fields()[0]->type();
  if (key->id() == arrow::Type::INT64 && random.OneIn(2)) {
    key = arrow::int16();
  } else if (key->id() == arrow::Type::DOUBLE && random.OneIn(2)) {
    key = arrow::float32();
  }
  const auto time = random.Of<std::shared_ptr<arrow::DataType>>(
      {arrow::timestamp(arrow::TimeUnit::MICRO, "UTC"), arrow::timestamp(arrow::TimeUnit::NANO),
       arrow::date32()});
  return {
      arrow::field("entity", key), arrow::field("entity2", arrow::utf8()),
      arrow::field("event_timestamp",
                   table.shape().time_type == "date" && random.OneIn(2) ? arrow::date32() : time)};
}

std::string RandomEntities(Random& random, const RandomShape& shape, const arrow::DataType& time) {
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

JoinView RandomView(Random& random, RandomTable& table, const std::string& name) {
  const RandomShape& shape = table.shape();
  JoinView view{.name = name,
                .table = table.table().table,
                .timestamp_column = table.NameOf("ts"),
                .created_column = shape.created_type.empty() ? "" : table.NameOf("created")};
  for (const char* column : {"number", "text", "flag", "items", "extra"}) {
    if (column != std::string_view("extra") || shape.has_extra) {
      view.features.push_back({table.NameOf(column), name + "_" + column});
    }
  }
  if (!shape.key_type.empty()) {
    view.keys.push_back({"entity", table.NameOf("k")});
  }
  if (shape.second_key) {
    view.keys.push_back({"entity2", table.NameOf("k2")});
  }
  view.ttl_us = random.Of<int64_t>({0, 1, 3, 10, int64_t{86'400} * 1'000'000});
  if (!view.created_column.empty() && random.OneIn(3)) {
    view.created_later = CreatedLater::kDoesNot;
  }
  return view;
}

/// Where rows are left out by when they were created, and one of their times alone has nanoseconds:
/// whether an entity row that has its key is at a time that those cannot hold. Source:
/// docs/behaviour.md, "Limits".
bool IsRefused(const RandomShape& shape, const JoinView& view, const arrow::Table& entities) {
  if (view.created_later != CreatedLater::kDoesNot ||
      (shape.created_type == "timestamptz_ns") == (shape.time_type == "timestamptz_ns")) {
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

/// Views of some of the tables, by index.
struct JoinCase {
  std::shared_ptr<arrow::Table> entities;
  std::vector<size_t> tables;
  std::vector<JoinView> views;

  JoinRequest request() const { return {.event_timestamp = "event_timestamp", .views = views}; }
};
using Tables = std::array<std::unique_ptr<ReadTable>, 2>;

JoinCase RandomCase(Random& random, const Tables& tables) {
  JoinCase made;
  for (int64_t left = random.Of<int64_t>({1, 1, 2, 3}); left > 0; --left) {
    made.tables.push_back(static_cast<size_t>(random.Below(tables.size())));
    made.views.push_back(RandomView(random, tables[made.tables.back()]->table,
                                    fmt::format("v{}", made.views.size())));
  }
  RandomTable& first = tables[made.tables.front()]->table;
  const arrow::FieldVector fields = EntityFields(random, first);
  made.entities = TableOfJson(fields, RandomEntities(random, first.shape(), *fields[2]->type()),
                              1 + random.Below(20));
  return made;
}

void ExpectWinners(const JoinCase& made, const Tables& tables, const arrow::Table& joined) {
  const std::vector<Scalars> answer = RowsOf(joined);
  for (size_t i = 0; i < made.views.size(); ++i) {
    const JoinView& view = made.views[i];
    const Naive naive(*tables[made.tables[i]], view);
    for (size_t row = 0; row < answer.size(); ++row) {
      const Scalars* winner = naive.WinnerOf(answer[row]);
      for (const FeatureColumn& feature : view.features) {
        const std::string expected =
            winner == nullptr ? "null" : winner->at(feature.table_column)->ToString();
        ASSERT_EQ(answer[row].at(feature.output_name)->ToString(), expected)
            << "row " << row << ", " << feature.output_name << "\n"
            << made.entities->ToString();
      }
    }
  }
}

/// The frame kRepeats times, within the smallest limit: `joined` as often.
void ExpectParts(const JoinContext& context, const JoinCase& made, const arrow::Table& joined) {
  std::vector<std::shared_ptr<arrow::Table>> frames(kRepeats, made.entities);
  auto frame =
      std::make_shared<arrow::TableBatchReader>(arrow::ConcatenateTables(frames).ValueOrDie());
  ASSERT_OK_AND_ASSIGN(auto stream,
                       JoinStream::Open(context, frame, made.request(), kMinJoinBytes));
  std::vector<int> features(joined.num_columns() - made.entities->num_columns());
  std::iota(features.begin(), features.end(), made.entities->num_columns());
  auto expected = joined.SelectColumns(features).ValueOrDie();
  int64_t done = 0;
  while (true) {
    ASSERT_OK_AND_ASSIGN(auto part, stream->Next());
    if (part == nullptr) {
      break;
    }
    auto got = part->SelectColumns(features).ValueOrDie();
    for (int64_t row = 0; row < got->num_rows();) {
      const int64_t begin = (done + row) % expected->num_rows();
      const int64_t rows = std::min(expected->num_rows() - begin, got->num_rows() - row);
      ASSERT_TRUE(got->Slice(row, rows)->Equals(*expected->Slice(begin, rows)))
          << "rows from " << done + row << " in parts\n"
          << made.entities->ToString();
      row += rows;
    }
    done += got->num_rows();
  }
  ASSERT_EQ(done, kRepeats * made.entities->num_rows());
}

void CompareOne(Random& random, const Tables& tables) {
  const JoinCase made = RandomCase(random, tables);
  table::ScanContext& scan = tables[0]->table.table().context;
  scan.readers = static_cast<size_t>(1 + random.Below(3));
  const JoinContext context{.scan = scan,
                            .match_unit_bytes = random.OneIn(2) ? 1 : 1 << 20,
                            .gather_unit_rows = 1 + random.Below(20)};
  auto joined = PointInTimeJoin(context, made.entities, made.request());
  for (size_t i = 0; i < made.views.size(); ++i) {
    if (IsRefused(tables[made.tables[i]]->table.shape(), made.views[i], *made.entities)) {
      ASSERT_THAT(joined, IsError(ErrorCode::kInvalidArgument));
      return;
    }
  }
  ASSERT_TRUE(joined.has_value()) << joined.error().Describe();
  ASSERT_TRUE((*joined)->ValidateFull().ok());
  ASSERT_EQ((*joined)->num_rows(), made.entities->num_rows());
  ExpectWinners(made, tables, **joined);
  if (random.OneIn(10)) {
    ExpectParts(context, made, **joined);
  }
}

TEST(JoinPropertyTest, EqualsTheDefinition) {
  const uint64_t cases = FromEnvironment("FIRN_PROPERTY_CASES", 1'000);
  const uint64_t first = FromEnvironment("FIRN_PROPERTY_SEED", 20261129);
  for (uint64_t seed = first; seed < first + cases / kJoinsOfTwoTables; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    Random random(seed);
    const auto key = random.Of<std::string>({"long", "int", "string", "double", "date", ""});
    const Tables tables = {std::make_unique<ReadTable>(random, key),
                           std::make_unique<ReadTable>(random, key)};
    for (int i = 0; i < kJoinsOfTwoTables && !HasFatalFailure(); ++i) {
      CompareOne(random, tables);
    }
    if (HasFatalFailure()) {
      return;
    }
  }
}

}  // namespace
}  // namespace firn::features
