// A seeded random history compared with a simple model, restarts included.
#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "server/store/testing/store_test.h"

namespace firn::store::testing {
namespace {

/// What the store should hold: namespaces as dotted text, objects by dotted name.
struct Model {
  struct Object {
    ObjectKind kind;
    int64_t version;
  };
  std::set<std::string> namespaces = {"ns"};
  std::map<std::string, Object> objects;
  int64_t events = 1;

  bool IsEmpty(const std::string& name) const {
    auto below = [&](const std::string& other) { return other.starts_with(name + "."); };
    return std::ranges::none_of(namespaces, below) &&
           std::ranges::none_of(objects, [&](const auto& o) { return below(o.first); });
  }
};

class ModelSuite : public StoreTest {
 protected:
  std::string RandomNamespace() {
    static const std::vector<std::string> kNames = {"ns", "a", "a.b", "a.b.c", "d"};
    return kNames[random_() % kNames.size()];
  }
  std::string RandomName() {
    return RandomNamespace() + "." + std::string(1, static_cast<char>('s' + random_() % 4));
  }
  ObjectKind RandomKind() { return random_() % 3 == 0 ? ObjectKind::kView : ObjectKind::kTable; }
  static std::string ParentOf(const std::string& name) {
    size_t dot = name.rfind('.');
    return dot == std::string::npos ? "" : name.substr(0, dot);
  }

  void StepCreateNs() {
    std::string name = RandomNamespace();
    std::string parent = ParentOf(name);
    bool fits =
        !model_.namespaces.contains(name) && (parent.empty() || model_.namespaces.contains(parent));
    ASSERT_EQ(CreateNs(name).has_value(), fits) << name;
    if (fits) {
      model_.namespaces.insert(name);
      ++model_.events;
    }
  }

  void StepDropNs() {
    std::string name = RandomNamespace();
    bool fits = model_.namespaces.contains(name) && model_.IsEmpty(name);
    ASSERT_EQ(DropNs(name).has_value(), fits) << name;
    if (fits) {
      model_.namespaces.erase(name);
      ++model_.events;
    }
  }

  void StepCreate() {
    std::string name = RandomName();
    ObjectKind kind = RandomKind();
    bool fits = model_.namespaces.contains(ParentOf(name)) && !model_.objects.contains(name);
    ASSERT_EQ(Create(name, kind).has_value(), fits) << name;
    if (fits) {
      model_.objects[name] = {kind, 1};
      ++model_.events;
    }
  }

  void StepDrop() {
    std::string name = RandomName();
    ObjectKind kind = RandomKind();
    auto found = model_.objects.find(name);
    bool fits = found != model_.objects.end() && found->second.kind == kind;
    ASSERT_EQ(Drop(name, kind).has_value(), fits) << name;
    if (fits) {
      model_.objects.erase(found);
      ++model_.events;
    }
  }

  void StepSwap() {
    std::string name = RandomName();
    auto found = model_.objects.find(name);
    bool is_table = found != model_.objects.end() && found->second.kind == ObjectKind::kTable;
    int64_t version = static_cast<int64_t>(random_() % 3) + 1;
    bool fits = is_table && found->second.version == version;
    ASSERT_EQ(Swap(name, version, std::to_string(random_())).has_value(), fits) << name;
    if (fits) {
      ++found->second.version;
      ++model_.events;
    }
  }

  void StepRename() {
    std::string from = RandomName();
    std::string to = RandomName();
    ObjectKind kind = RandomKind();
    auto found = model_.objects.find(from);
    bool fits = found != model_.objects.end() && found->second.kind == kind &&
                model_.namespaces.contains(ParentOf(to)) &&
                (from == to || !model_.objects.contains(to));
    ASSERT_EQ(Rename(from, to, kind).has_value(), fits) << from << " to " << to;
    if (fits && from != to) {
      Model::Object object = found->second;
      model_.objects.erase(found);
      model_.objects[to] = object;
      ++model_.events;
    }
  }

  void Compare() {
    auto counts = store_->CountEntities(kNoDeadline);
    ASSERT_THAT(counts, IsOk());
    ASSERT_EQ(counts->namespaces, static_cast<int64_t>(model_.namespaces.size()));
    ASSERT_EQ(counts->tables + counts->views, static_cast<int64_t>(model_.objects.size()));
    for (const auto& [name, object] : model_.objects) {
      ObjectRef found = Find(name, object.kind);
      ASSERT_NE(found, nullptr) << name;
      ASSERT_EQ(found->version, object.version) << name;
    }
    ASSERT_EQ(Events().back().sequence, model_.events);
    ASSERT_EQ(static_cast<int64_t>(Events().size()), model_.events);
  }

  std::mt19937_64 random_;
  Model model_;
};

TEST_P(ModelSuite, RandomHistories) {
  uint64_t seed = ::testing::UnitTest::GetInstance()->random_seed() != 0
                      ? static_cast<uint64_t>(::testing::UnitTest::GetInstance()->random_seed())
                      : 1;
  RecordProperty("seed", std::to_string(seed));
  SCOPED_TRACE("seed " + std::to_string(seed));
  random_.seed(seed);
  for (int i = 0; i < 1500; ++i) {
    switch (random_() % 6) {
      case 0:
        StepCreateNs();
        break;
      case 1:
        StepDropNs();
        break;
      case 2:
        StepCreate();
        break;
      case 3:
        StepDrop();
        break;
      case 4:
        StepSwap();
        break;
      default:
        StepRename();
        break;
    }
    ASSERT_FALSE(HasFatalFailure()) << "step " << i;
    if (i % 300 == 299) {
      Reopen();
      Compare();
      ASSERT_FALSE(HasFatalFailure()) << "step " << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Stores, ModelSuite, ::testing::ValuesIn(StoreFactories()));

}  // namespace
}  // namespace firn::store::testing
