#include "server/store/sql/session/namespace_key.h"

#include <set>

#include <gtest/gtest.h>

namespace firn::store::sql {
namespace {

TEST(NamespaceKeyTest, EveryPathHasItsOwnKeyAndComesBack) {
  std::vector<std::vector<std::string>> paths = {{},           {""},
                                                 {"", ""},     {"."},
                                                 {"a"},        {"a", "b"},
                                                 {"a/b"},      {"a.b"},
                                                 {"a\\", "b"}, {"a\\/b"},
                                                 {"a\\"},      {"a/"},
                                                 {"a\\0"},     {std::string("a\0", 2)},
                                                 {"\x1f"},     {"\xc3\xa9", " "}};
  std::set<std::string> keys;
  for (auto& levels : paths) {
    NamespacePath path{levels};
    std::string key = NamespaceKey(path);
    EXPECT_TRUE(keys.insert(key).second) << key;
    EXPECT_NE(key, kTopKey);
    EXPECT_EQ(key.find('\0'), std::string::npos);
    EXPECT_EQ(ParseNamespaceKey(key), path) << key;
  }
}

TEST(NamespaceKeyTest, ParentsLeadToTheTop) {
  EXPECT_EQ(ParentKey(NamespacePath{{"a", "b"}}), "a/");
  EXPECT_EQ(ParentKey(NamespacePath{{"a"}}), kTopKey);
  EXPECT_EQ(ParentKey(NamespacePath{}), kTopKey);
}

}  // namespace
}  // namespace firn::store::sql
