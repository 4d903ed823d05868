// RandomTable: a feature table of a random shape with random rows, deletes and changes of its
// columns, for property tests: few keys and times, so that rows meet and tie.
//
// Thread-safety: one thread.
#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "features/testing/feature_table.h"

namespace firn::features::testing {

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

/// As its columns are now.
struct RandomShape {
  std::string key_type;  ///< Of Iceberg; "" for no keys.
  bool second_key = false;
  std::string time_type;
  std::string created_type;  ///< "" for none.
  std::string number_type;
  int version = 2;
  std::string partition;
  /// A column `extra` was added.
  bool has_extra = false;
};

/// JSON of a key and of a time of an Iceberg type.
std::string RandomKey(Random& random, std::string_view type);
std::string RandomTime(Random& random, std::string_view type);

class RandomTable {
 public:
  /// Of keys of that type.
  RandomTable(Random& random, const std::string& key_type);

  const RandomShape& shape() const { return shape_; }
  FeatureTable& table() { return table_; }
  /// What a column is named that began as `k`, `k2`, `ts`, `created`, `number`, `text`, `flag`,
  /// `items` or `extra`.
  std::string NameOf(const std::string& column) const;

 private:
  RandomTable(Random& random, RandomShape shape);

  void Fill(Random& random);
  void DeleteSome(Random& random);
  void Change(Random& random);
  void Rename(const std::string& column);
  void Promote(const std::string& column, const std::string& type);
  std::string Rows(Random& random) const;

  RandomShape shape_;
  std::map<std::string, std::string> renamed_;
  FeatureTable table_;
};

}  // namespace firn::features::testing
