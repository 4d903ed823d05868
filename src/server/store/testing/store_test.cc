#include "server/store/testing/store_test.h"

#include "base/uuid.h"

namespace firn::store::testing {

namespace fs = std::filesystem;

TestFolder::TestFolder()
    : path_(fs::temp_directory_path() / ("firn-store-" + Uuid::Random().ToString())) {
  fs::create_directories(path_);
}

TestFolder::~TestFolder() { fs::remove_all(path_); }

StoreTest::StoreTest() = default;

void StoreTest::SetUp() {
  Reopen();
  auto created = Run(CreateWarehouse{
      .name = "main", .location = "file:///w", .properties = {}, .is_default = true});
  ASSERT_THAT(created, IsOk());
  warehouse_ = created->warehouse->id;
  ASSERT_THAT(CreateNs("ns"), IsOk());
}

void StoreTest::Reopen() {
  store_.reset();
  auto opened = GetParam().open(folder_.path(), clock_);
  ASSERT_THAT(opened, IsOk());
  store_ = *std::move(opened);
}

MutationContext StoreTest::Context() const {
  MutationContext context;
  context.warehouse = warehouse_;
  context.principal = "tester";
  context.request_id = "request";
  context.now = clock_.Now();
  return context;
}

NamespacePath StoreTest::Path(std::string_view dotted) {
  return dotted.empty() ? NamespacePath() : ParseDottedNamespace(dotted).value();
}

TableIdentifier StoreTest::Name(std::string_view dotted) {
  return ParseDottedIdentifier(dotted).value();
}

ObjectPointer StoreTest::Pointer(std::string_view label) {
  std::string location = "file:///w/" + std::string(label);
  return {.metadata_location = location + "/metadata/00000.json",
          .location = location,
          .uuid = Uuid::Random().ToString(),
          .format_version = 2,
          .last_sequence_number = 0};
}

Result<MutationResult> StoreTest::CreateNs(std::string_view dotted, Properties properties) {
  return Run(CreateNamespace{.path = Path(dotted), .properties = std::move(properties)});
}

Result<MutationResult> StoreTest::DropNs(std::string_view dotted) {
  return Run(DropNamespace{.path = Path(dotted)});
}

Result<MutationResult> StoreTest::Create(std::string_view dotted, ObjectKind kind) {
  std::string label = std::string(dotted) + "-" + Uuid::Random().ToString();
  return Run(CommitObjects{
      {CreateObject{.identifier = Name(dotted), .kind = kind, .pointer = Pointer(label)}}});
}

Result<MutationResult> StoreTest::CreateAt(std::string_view dotted, std::string location) {
  ObjectPointer pointer = Pointer("x");
  pointer.location = std::move(location);
  return Run(CommitObjects{{CreateObject{
      .identifier = Name(dotted), .kind = ObjectKind::kTable, .pointer = std::move(pointer)}}});
}

Result<MutationResult> StoreTest::Drop(std::string_view dotted, ObjectKind kind) {
  return Run(DropObject{.identifier = Name(dotted), .kind = kind});
}

Result<MutationResult> StoreTest::Rename(std::string_view from,
                                         std::string_view to,
                                         ObjectKind kind) {
  return Run(RenameObject{.from = Name(from), .to = Name(to), .kind = kind});
}

Result<MutationResult> StoreTest::Swap(std::string_view dotted,
                                       int64_t version,
                                       std::string_view label) {
  ASSIGN_OR_RETURN(ObjectRef object,
                   store_->FindObject(warehouse_, Name(dotted), ObjectKind::kTable, kNoDeadline));
  if (object == nullptr) {
    return Error(ErrorCode::kNotFound, "no such table");
  }
  ObjectPointer pointer = object->pointer;
  pointer.metadata_location = pointer.location + "/metadata/" + std::string(label);
  ++pointer.last_sequence_number;
  return Run(CommitObjects{{SwapObject{.identifier = Name(dotted),
                                       .kind = ObjectKind::kTable,
                                       .id = object->id,
                                       .expected_version = version,
                                       .pointer = std::move(pointer)}}});
}

ObjectRef StoreTest::Find(std::string_view dotted, ObjectKind kind) {
  auto found = store_->FindObject(warehouse_, Name(dotted), kind, kNoDeadline);
  EXPECT_THAT(found, IsOk());
  return found.has_value() ? *found : nullptr;
}

std::vector<std::string> StoreTest::Names(std::string_view dotted, ObjectKind kind) {
  auto page = store_->ListObjects(warehouse_, Path(dotted), kind, {}, kNoDeadline);
  EXPECT_THAT(page, IsOk());
  return page.has_value() ? page->items : std::vector<std::string>();
}

std::vector<EventRecord> StoreTest::Events(int64_t after) {
  auto events = store_->ListEvents(warehouse_, after, 1'000'000, kNoDeadline);
  EXPECT_THAT(events, IsOk());
  return events.has_value() ? *std::move(events) : std::vector<EventRecord>();
}

std::vector<std::string> StoreTest::EventTypes() {
  std::vector<std::string> types;
  for (const EventRecord& event : Events()) {
    types.push_back(event.type);
  }
  return types;
}

}  // namespace firn::store::testing
