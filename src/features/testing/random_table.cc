#include "features/testing/random_table.h"

#include <utility>

#include <fmt/format.h>

#include "iceberg/schema/type.h"

namespace firn::features::testing {
namespace {

RandomShape ShapeOf(Random& random, const std::string& key_type) {
  RandomShape shape{.key_type = key_type};
  shape.version = random.OneIn(2) ? 3 : 2;
  shape.second_key = !shape.key_type.empty() && random.OneIn(3);
  shape.time_type = random.Of<std::string>({"timestamptz", "timestamptz", "timestamp", "date"});
  shape.created_type = random.Of<std::string>({"", "timestamptz", "timestamp", "date"});
  shape.number_type = random.Of<std::string>({"double", "float"});
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

std::string FieldsOf(const RandomShape& shape) {
  auto field = [](int id, std::string_view name, std::string_view type) {
    return fmt::format(R"({{"id":{},"name":"{}","required":false,"type":"{}"}})", id, name, type);
  };
  const std::string key = shape.key_type.empty() ? "long" : shape.key_type;
  std::string fields = field(1, "k", key) + "," + field(2, "k2", "string") + "," +
                       field(3, "ts", shape.time_type) + "," +
                       field(5, "number", shape.number_type) + "," + field(6, "text", "string") +
                       "," + field(7, "flag", "boolean") +
                       R"(,{"id":8,"name":"items","required":false,
                           "type":{"type":"list","element-id":9,"element-required":false,
                                   "element":"int"}})";
  return shape.created_type.empty() ? fields
                                    : fields + "," + field(4, "created", shape.created_type);
}

std::string MaybeNull(Random& random, std::string value) {
  return random.OneIn(6) ? std::string("null") : std::move(value);
}

}  // namespace

std::string RandomKey(Random& random, std::string_view type) {
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

/// In the type's own steps; sometimes far away.
std::string RandomTime(Random& random, std::string_view type) {
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

RandomTable::RandomTable(Random& random, const std::string& key_type)
    : RandomTable(random, ShapeOf(random, key_type)) {}

RandomTable::RandomTable(Random& random, RandomShape shape)
    : shape_(std::move(shape)),
      table_({.fields = FieldsOf(shape_),
              .partition_fields = shape_.partition,
              .version = shape_.version,
              .row_group_rows = 1 + random.Below(12)}) {
  Fill(random);
}

std::string RandomTable::NameOf(const std::string& column) const {
  auto found = renamed_.find(column);
  return found == renamed_.end() ? column : found->second;
}

void RandomTable::Fill(Random& random) {
  for (int64_t left = random.Below(5); left >= 0; --left) {
    if (random.OneIn(3)) {
      Change(random);
    }
    table_.Append(Rows(random));
    if (random.OneIn(3)) {
      DeleteSome(random);
    }
  }
  if (random.OneIn(4)) {
    Change(random);
  }
}

std::string RandomTable::Rows(Random& random) const {
  std::string rows;
  for (int64_t left = random.Below(30); left >= 0; --left) {
    rows += rows.empty() ? "{" : ",{";
    const auto add = [&](const char* column, std::string value) {
      rows += fmt::format(R"({}"{}":{})", rows.ends_with('{') ? "" : ",", NameOf(column), value);
    };
    add("k", RandomKey(random, shape_.key_type.empty() ? "long" : shape_.key_type));
    add("k2", RandomKey(random, "string"));
    add("ts", RandomTime(random, shape_.time_type));
    add("number", MaybeNull(random, std::to_string(random.Below(1000))));
    add("text", MaybeNull(random, fmt::format("\"t{}\"", random.Below(1000))));
    add("flag", MaybeNull(random, random.OneIn(2) ? "true" : "false"));
    add("items",
        MaybeNull(random, random.OneIn(2) ? "[]" : fmt::format("[{},null]", random.Below(99))));
    if (!shape_.created_type.empty()) {
      add("created", RandomTime(random, shape_.created_type));
    }
    if (shape_.has_extra) {
      add("extra", MaybeNull(random, std::to_string(random.Below(1000))));
    }
    rows += "}";
  }
  return "[" + rows + "]";
}

void RandomTable::DeleteSome(Random& random) {
  if (shape_.partition.empty() && random.OneIn(2)) {
    const std::string key = shape_.key_type.empty() ? "long" : shape_.key_type;
    const bool both = random.OneIn(2);
    std::string rows = fmt::format(R"({{"{}":{})", NameOf("k"), RandomKey(random, key));
    if (both) {
      rows += fmt::format(R"(,"{}":{})", NameOf("k2"), RandomKey(random, "string"));
    }
    table_.DeleteEqual(both ? std::vector{NameOf("k"), NameOf("k2")} : std::vector{NameOf("k")},
                       "[" + rows + "}]");
    return;
  }
  const auto mode =
      random.OneIn(2) ? table::RowDeletionMode::kCopyOnWrite : table::RowDeletionMode::kMergeOnRead;
  const int64_t from = random.Below(1000);
  table_.Delete(fmt::format("{0} >= {1} and {0} < {2}", NameOf("number"), from, from + 300), mode);
}

/// What cannot be changed any more stays.
void RandomTable::Change(Random& random) {
  const int64_t choice = random.Below(6);
  if (choice == 0 && !shape_.has_extra) {
    table::AddColumn extra{.name = "extra", .type = iceberg::Type::Plain(iceberg::TypeId::kInt)};
    if (shape_.version == 3 && random.OneIn(2)) {
      extra.default_value = iceberg::Literal(int32_t{-7});
    }
    table_.Evolve({extra});
    shape_.has_extra = true;
  } else if (choice == 1 && shape_.number_type == "float") {
    Promote("number", "double");
    shape_.number_type = "double";
  } else if (choice == 2 && shape_.key_type == "int") {
    Promote("k", "long");
    shape_.key_type = "long";
  } else if (choice == 3 && shape_.version == 3 && shape_.time_type == "date" &&
             shape_.partition.empty()) {
    Promote("ts", "timestamp");
    shape_.time_type = "timestamp";
  } else {
    const std::string column =
        random.Of<std::string>({"k", "k2", "ts", "number", "text", "items", "created"});
    if (column != "created" || !shape_.created_type.empty()) {
      Rename(column);
    }
  }
}

void RandomTable::Rename(const std::string& column) {
  const std::string name = NameOf(column);
  table_.Evolve({table::RenameColumn{.name = name, .new_name = name + "_"}});
  renamed_[column] = name + "_";
}

void RandomTable::Promote(const std::string& column, const std::string& type) {
  table::UpdateColumn step{.name = NameOf(column)};
  step.type = iceberg::Type::Plain(type == "long"     ? iceberg::TypeId::kLong
                                   : type == "double" ? iceberg::TypeId::kDouble
                                                      : iceberg::TypeId::kTimestamp);
  table_.Evolve({step});
}

}  // namespace firn::features::testing
