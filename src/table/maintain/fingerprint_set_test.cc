#include "table/maintain/fingerprint_set.h"

#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace firn::table {
namespace {

std::string NameOf(int i) { return "s3://bucket/t/data/" + std::to_string(i) + ".parquet"; }

TEST(FingerprintSetTest, HoldsWhatASetHolds) {
  FingerprintSet set;
  EXPECT_FALSE(set.Contains(NameOf(0)));
  EXPECT_FALSE(set.Erase(NameOf(0)));
  constexpr int kFiles = 100'000;
  for (int i = 0; i < kFiles; ++i) {
    EXPECT_TRUE(set.Insert(NameOf(i)));
  }
  EXPECT_EQ(set.size(), size_t{kFiles});
  for (int i = 0; i < kFiles; ++i) {
    EXPECT_FALSE(set.Insert(NameOf(i)));
    EXPECT_EQ(set.Contains(NameOf(i + kFiles)), false);
  }
  // At most three quarters full, at least three eighths.
  EXPECT_LE(set.memory_bytes(), size_t{kFiles} * 8 * 8 / 3);
}

TEST(FingerprintSetTest, WhatWasErasedDoesNotComeBack) {
  FingerprintSet set;
  for (int i = 0; i < 1000; ++i) {
    set.Insert(NameOf(i));
  }
  for (int i = 0; i < 1000; i += 2) {
    EXPECT_TRUE(set.Erase(NameOf(i)));
    EXPECT_FALSE(set.Erase(NameOf(i)));
  }
  for (int i = 1000; i < 5000; ++i) {
    set.Insert(NameOf(i));
  }
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(set.Contains(NameOf(i)), i % 2 == 1);
  }
  EXPECT_FALSE(set.Insert(NameOf(0)));
  EXPECT_EQ(set.size(), 4500U);
}

TEST(PlaceOfTest, SpellingsOfOnePlaceAreOne) {
  EXPECT_EQ(PlaceOf("s3a://b/t/f"), PlaceOf("s3://b/t/f"));
  EXPECT_EQ(PlaceOf("file:/t/f"), PlaceOf("file:///t/f"));
  EXPECT_EQ(PlaceOf("/t/f"), PlaceOf("file:///t/f"));
  EXPECT_NE(PlaceOf("s3://b/t/f"), PlaceOf("s3://c/t/f"));
  EXPECT_EQ(PlaceOf("hdfs://n/t//f"), "hdfs://n/t//f");
}

TEST(PathOfPlaceTest, SchemeAndHostAreLeftOut) {
  EXPECT_EQ(PathOfPlace("s3://b/t/f"), "/t/f");
  EXPECT_EQ(PathOfPlace("hdfs://name:8020/t//f"), "/t/f");
  EXPECT_EQ(PathOfPlace("file:/t/f"), "/t/f");
  EXPECT_EQ(PathOfPlace("/t/f:1"), "/t/f:1");
  EXPECT_EQ(PathOfPlace("s3://bucket"), "");
}

}  // namespace
}  // namespace firn::table
