#include "iceberg/metadata/printed_list.h"

#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace firn::iceberg {
namespace {

using List = PrintedList<int>;

List Counting(int count) {
  List list;
  for (int i = 0; i < count; ++i) {
    list.Append(i, std::to_string(i));
  }
  list.Seal();
  return list;
}

std::string Texts(const List& list) {
  std::string text;
  list.AppendTexts(text);
  return text;
}

std::string Expected(const std::vector<int>& items) {
  std::string text;
  for (int item : items) {
    text += text.empty() ? "" : ",";
    text += std::to_string(item);
  }
  return text;
}

void ExpectHolds(const List& list, const std::vector<int>& items) {
  EXPECT_EQ(list.size(), items.size());
  EXPECT_EQ(std::vector<int>(list.begin(), list.end()), items);
  EXPECT_EQ(Texts(list), Expected(items));
  EXPECT_GE(list.text_size(), Texts(list).size());
  for (auto it = list.begin(); it != list.end(); ++it) {
    EXPECT_EQ(it.json(), std::to_string(*it));
  }
}

TEST(PrintedList, Empty) {
  List list;
  ExpectHolds(list, {});
  EXPECT_EQ(list.FindLast([](int) { return true; }), nullptr);
  EXPECT_EQ(list.RemoveIf([](int) { return true; }), 0);
  list.RemoveFirst(3);
  ExpectHolds(list, {});
}

TEST(PrintedList, CopiesDoNotSeeLaterChanges) {
  List base = Counting(100);
  List first = base;
  first.Append(1000, "1000");
  List second = base;
  second.Append(2000, "2000");
  second.RemoveFirst(1);
  EXPECT_EQ(base.size(), 100);
  EXPECT_EQ(first.back(), 1000);
  EXPECT_EQ(second.back(), 2000);
  EXPECT_EQ(second.front(), 1);
  EXPECT_EQ(base.back(), 99);
}

TEST(PrintedList, CopyOfAnUnsealedList) {
  List list;
  list.Append(1, "1");
  List copy = list;
  list.Append(2, "2");
  copy.Append(3, "3");
  ExpectHolds(list, {1, 2});
  ExpectHolds(copy, {1, 3});
}

TEST(PrintedList, FindsTheLast) {
  List list = Counting(200);
  EXPECT_EQ(*list.FindLast([](int item) { return item % 50 == 7; }), 157);
}

TEST(PrintedList, ReplacesTheFirstOrAppends) {
  List list = Counting(70);
  list.Replace([](int item) { return item == 5; }, 500, "500");
  list.Replace([](int item) { return item == 999; }, 600, "600");
  list.Seal();
  EXPECT_EQ(list.size(), 71);
  EXPECT_EQ(*std::next(list.begin(), 5), 500);
  EXPECT_EQ(list.back(), 600);
}

TEST(PrintedList, BehavesLikeAVector) {
  for (unsigned seed = 0; seed < 40; ++seed) {
    std::mt19937 random(seed);
    List list;
    std::vector<int> model;
    for (int step = 0; step < 60; ++step) {
      int value = static_cast<int>(random() % 1000);
      switch (random() % 5) {
        case 0:
          std::erase_if(model, [value](int item) { return item % 7 == value % 7; });
          list.RemoveIf([value](int item) { return item % 7 == value % 7; });
          break;
        case 1: {
          size_t count = random() % 40;
          model.erase(model.begin(), model.begin() + std::min(count, model.size()));
          list.RemoveFirst(count);
          break;
        }
        default:
          for (int i = 0; i < value % 50; ++i) {
            model.push_back(value + i);
            list.Append(value + i, std::to_string(value + i));
          }
      }
      if (random() % 3 == 0) {
        list.Seal();
      }
    }
    SCOPED_TRACE(seed);
    ExpectHolds(list, model);
  }
}

}  // namespace
}  // namespace firn::iceberg
