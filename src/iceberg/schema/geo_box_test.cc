#include "iceberg/schema/geo_box.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/hex.h"

namespace firn::iceberg {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Edges = GeoBox::Edges;

template <class T>
void Put(std::string& wkb, T value, bool big = false) {
  std::string bytes(reinterpret_cast<const char*>(&value), sizeof(value));
  wkb += big ? std::string(bytes.rbegin(), bytes.rend()) : bytes;
}

std::string Header(uint32_t type, bool big = false) {
  std::string wkb(1, big ? '\0' : '\1');
  Put(wkb, type, big);
  return wkb;
}

std::string Point(const std::vector<double>& coordinates, uint32_t type = 1, bool big = false) {
  std::string wkb = Header(type, big);
  for (double coordinate : coordinates) {
    Put(wkb, coordinate, big);
  }
  return wkb;
}

/// `numbers` are the points' coordinates one after the other.
std::string Line(const std::vector<double>& numbers) {
  std::string wkb = Header(2);
  Put(wkb, static_cast<uint32_t>(numbers.size() / 2));
  for (double number : numbers) {
    Put(wkb, number);
  }
  return wkb;
}

std::string Collection(uint32_t type, const std::vector<std::string>& parts) {
  std::string wkb = Header(type);
  Put(wkb, static_cast<uint32_t>(parts.size()));
  for (const std::string& part : parts) {
    wkb += part;
  }
  return wkb;
}

std::vector<double> NumbersOf(const std::optional<std::string>& bound) {
  std::vector<double> numbers(bound ? bound->size() / sizeof(double) : 0);
  if (bound) {
    std::memcpy(numbers.data(), bound->data(), bound->size());
  }
  return numbers;
}

GeoBox BoxOf(const std::vector<std::string>& values, Edges edges = Edges::kLinear) {
  GeoBox box(edges);
  for (const std::string& value : values) {
    box.Add(value);
  }
  return box;
}

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(GeoBoxTest, Points) {
  const GeoBox box = BoxOf({Point({3, -4}), Point({-1, 5}, 1, true), Point({0, 0})});
  EXPECT_THAT(NumbersOf(box.Lower()), ElementsAre(-1, -4));
  EXPECT_THAT(NumbersOf(box.Upper()), ElementsAre(3, 5));
  EXPECT_EQ(HexEncode(*BoxOf({Point({1, 2})}).Lower()), "000000000000f03f0000000000000040")
      << "x:y, eight bytes each, the lowest first";
}

TEST(GeoBoxTest, LinesPolygonsAndCollections) {
  std::string polygon = Header(3);
  Put(polygon, uint32_t{2});
  for (double at : {10.0, 11.0}) {
    Put(polygon, uint32_t{2});
    for (double number : {at, at, at + 1, at - 9}) {
      Put(polygon, number);
    }
  }
  const GeoBox box = BoxOf({Collection(7, {Line({0, 1, 2, 3}), Collection(6, {polygon})}),
                            Collection(4, {Point({-7, 0})}), Collection(5, {Line({0, 8, 0, 0})})});
  EXPECT_THAT(NumbersOf(box.Lower()), ElementsAre(-7, 0));
  EXPECT_THAT(NumbersOf(box.Upper()), ElementsAre(12, 11));
}

TEST(GeoBoxTest, OtherDimensions) {
  EXPECT_THAT(NumbersOf(BoxOf({Point({1, 2, 3}, 1001)}).Upper()), ElementsAre(1, 2, 3));
  EXPECT_THAT(NumbersOf(BoxOf({Point({1, 2, 4}, 2001)}).Upper()),
              ElementsAre(1, 2, ::testing::IsNan(), 4));
  const GeoBox mixed = BoxOf({Point({1, 2, 3, 4}, 3001), Point({9, 9}), Point({0, 0, 5}, 1001)});
  EXPECT_THAT(NumbersOf(mixed.Lower()), ElementsAre(0, 0, 3, 4));
  EXPECT_THAT(NumbersOf(mixed.Upper()), ElementsAre(9, 9, 5, 4));
}

TEST(GeoBoxTest, NanIsPassedOver) {
  const GeoBox box = BoxOf({Point({1, kNan}), Point({kNan, 7}), Point({kNan, kNan})});
  EXPECT_THAT(NumbersOf(box.Lower()), ElementsAre(1, 7));
  EXPECT_THAT(NumbersOf(box.Upper()), ElementsAre(1, 7));
  EXPECT_THAT(NumbersOf(BoxOf({Point({1, kNan})}).Lower()), IsEmpty()) << "no Y, no box";
  EXPECT_THAT(NumbersOf(BoxOf({Point({kNan, kNan}), Collection(7, {})}).Lower()), IsEmpty());
  EXPECT_THAT(NumbersOf(BoxOf({Point({1, 2, kNan}, 1001)}).Lower()), ElementsAre(1, 2));
}

TEST(GeoBoxTest, WhatIsNotUnderstoodHasNoBox) {
  const std::string point = Point({1, 2});
  std::string deep = point;
  for (int i = 0; i < 40; ++i) {
    deep = Collection(7, {deep});
  }
  std::string many = Header(7);
  Put(many, uint32_t{0xffffffff});
  for (const std::string& broken :
       {std::string(), std::string("\2", 1), point.substr(0, point.size() - 1), point + "x",
        Header(8), Header(0), Header(4001), Header(0x20000001), std::string("POINT (1 2)"), deep,
        many}) {
    EXPECT_THAT(NumbersOf(BoxOf({point, broken, point}).Lower()), IsEmpty()) << HexEncode(broken);
    EXPECT_THAT(NumbersOf(BoxOf({point, broken}).Upper()), IsEmpty());
  }
}

TEST(GeoBoxTest, GeographiesOfPointsAlone) {
  const GeoBox box =
      BoxOf({Point({-180, -90}), Collection(4, {Point({180, 90})})}, Edges::kGeodesic);
  EXPECT_THAT(NumbersOf(box.Lower()), ElementsAre(-180, -90));
  EXPECT_THAT(NumbersOf(box.Upper()), ElementsAre(180, 90));
  // The great circle between the two runs far north of both.
  EXPECT_THAT(NumbersOf(BoxOf({Line({-80, 45, 80, 45})}, Edges::kGeodesic).Upper()), IsEmpty());
  EXPECT_THAT(NumbersOf(BoxOf({Point({181, 0})}, Edges::kGeodesic).Upper()), IsEmpty());
  EXPECT_THAT(NumbersOf(BoxOf({Point({0, -91})}, Edges::kGeodesic).Upper()), IsEmpty());
}

TEST(GeoBoxTest, AnyBytes) {
  std::mt19937 random(1);
  const std::string whole = Collection(7, {Line({0, 1, 2, 3}), Point({1, 2, 3}, 1001)});
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes = whole.substr(0, random() % (whole.size() + 1));
    if (!bytes.empty()) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    const GeoBox box = BoxOf({bytes});
    EXPECT_EQ(box.Lower().has_value(), box.Upper().has_value());
  }
}

}  // namespace
}  // namespace firn::iceberg
