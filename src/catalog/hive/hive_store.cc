#include "catalog/hive/hive_store.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/ascii.h"
#include "catalog/pointer/places.h"
#include "catalog/pointer/pointer_errors.h"

namespace firn::catalog::hive {
namespace {

using pointer::Kind;
using pointer::NameTaken;
using pointer::NewPointer;
using pointer::NewView;
using pointer::NoSuch;
using pointer::NoSuchNamespace;
using pointer::PointerChange;
using pointer::TableKey;
using pointer::TablePointer;
using thrift::Type;
using thrift::Value;

constexpr std::string_view kLocksTable = "engine.hive.lock-enabled";
/// No table's metadata is there.
constexpr std::string_view kNowhere = "firn:nowhere";

/// The structs GetTableRequest and GetTablesRequest begin alike.
Value TableRequest(const std::string& name_space, Value names) {
  // INSERT_ONLY_TABLES: such tables are not read here, but may be among others.
  Value capabilities = Value::Struct().With(1, Value::List(Type::kI32, {Value::I32(2)}));
  return Value::Struct()
      .With(1, Value::Text(name_space))
      .With(2, std::move(names))
      .With(3, std::move(capabilities));
}

bool IsAt(const TablePointer& pointer, const std::string& location) {
  return pointer.metadata_location == location || pointer.previous_metadata_location == location;
}

/// After a failure that the metastore told: over, and not done.
Error NotDone(Error failure) {
  return failure.code() == kMetaException ? std::move(failure).As(ErrorCode::kUnavailable)
                                          : std::move(failure);
}

bool IsOpen(const Error& error) {
  return error.code() == kMetaException || error.code() == ErrorCode::kCommitStateUnknown;
}

}  // namespace

HiveStore::HiveStore(HiveOptions options,
                     std::unique_ptr<HiveClient> client,
                     const Clock& clock,
                     storage::http::Sleeper* sleeper)
    : options_(std::move(options)),
      client_(std::move(client)),
      clock_(clock),
      sleeper_(sleeper != nullptr ? *sleeper : own_sleeper_) {}

Result<std::string> HiveStore::NamespaceKey(const NamespacePath& path) const {
  if (path.levels.size() != 1) {
    return Error(ErrorCode::kInvalidArgument, "A Hive Metastore has namespaces of one level")
        .With("namespace", path.ToString());
  }
  // A name that begins with `@` names a catalog of the metastore too.
  const std::string& name = path.levels[0];
  if (name.empty() || name.contains('\0') || name.starts_with('@')) {
    return Error(ErrorCode::kInvalidArgument, "A Hive Metastore has no such name");
  }
  return ToLowerAscii(name);  // as the metastore keeps names
}

Status HiveStore::CheckProperties(const PropertyMap&) const { return {}; }

bool HiveStore::IsSeen(const std::function<Result<bool>()>& happened) {
  for (int look = 0; look < kLooks; ++look) {
    if (look > 0) {
      sleeper_.Sleep(kLookPause);
    }
    auto seen = happened();
    if (seen.has_value() && *seen) {
      return true;
    }
  }
  return false;
}

Status HiveStore::ForEachTable(const std::string& name_space, const OnTable& on_table) {
  ASSIGN_OR_RETURN(Value names, client_->Call(method::kGetAllTables,
                                              Arguments(Value::Text(name_space)), Effect::kRead));
  std::vector<std::string> all = names.AllTexts();
  for (size_t begin = 0; begin < all.size(); begin += kTablesOfACall) {
    size_t end = std::min(all.size(), begin + kTablesOfACall);
    std::vector<std::string> some(all.begin() + static_cast<std::ptrdiff_t>(begin),
                                  all.begin() + static_cast<std::ptrdiff_t>(end));
    auto answer =
        client_->Call(method::kGetTables,
                      Arguments(TableRequest(name_space, Value::TextList(some))), Effect::kRead);
    if (!answer.has_value() && answer.error().code() == ErrorCode::kNotFound) {
      return NoSuchNamespace(name_space);
    }
    RETURN_IF_ERROR(answer);
    if (const Value* tables = answer->Find(1, Type::kList)) {
      for (const Value& table : tables->items) {
        on_table({table});
      }
    }
  }
  return {};
}

Result<std::vector<std::string>> HiveStore::TableNames(const std::string& name_space) {
  return Names(Kind::kTable, name_space);
}

Result<std::vector<std::string>> HiveStore::Names(Kind kind, const std::string& name_space) {
  RETURN_IF_ERROR(GetDatabase(name_space));
  std::vector<std::string> names;
  RETURN_IF_ERROR(ForEachTable(name_space, [&](const HiveTable& table) {
    if (table.Is(kind)) {
      names.push_back(table.name());
    }
  }));
  return names;
}

Result<std::optional<HiveTable>> HiveStore::GetTable(const TableKey& key) {
  auto answer =
      client_->Call(method::kGetTable,
                    Arguments(TableRequest(key.name_space, Value::Text(key.name))), Effect::kRead);
  if (!answer.has_value()) {
    Error error = TakeError(std::move(answer));
    return error.code() == ErrorCode::kNotFound
               ? Result<std::optional<HiveTable>>(std::nullopt)
               : Result<std::optional<HiveTable>>(std::move(error));
  }
  const Value* table = answer->Find(1, Type::kStruct);
  if (table == nullptr) {
    return Error(ErrorCode::kInternal, "The metastore tells of no table");
  }
  return std::optional(HiveTable{*table});
}

Result<HiveTable> HiveStore::Require(Kind kind, const TableKey& key) {
  ASSIGN_OR_RETURN(auto table, GetTable(key));
  return table && table->Is(kind) ? Result<HiveTable>(*std::move(table))
                                  : Result<HiveTable>(NoSuch(kind, key));
}

Result<std::optional<TablePointer>> HiveStore::Find(Kind kind, const TableKey& key) {
  ASSIGN_OR_RETURN(auto table, GetTable(key));
  return table && table->Is(kind) ? std::optional(table->pointer()) : std::nullopt;
}

Result<std::optional<TablePointer>> HiveStore::FindTable(const TableKey& key) {
  return Find(Kind::kTable, key);
}

Result<std::optional<TablePointer>> HiveStore::FindTableSettled(const TableKey&) {
  return Error(ErrorCode::kUnsupported, "What was sent to a metastore may come late");
}

Result<std::optional<HiveLock>> HiveStore::Lock(const TableKey& key, bool wanted) {
  if (!wanted) {
    return std::optional<HiveLock>();
  }
  TableKey kept{.name_space = key.name_space, .name = ToLowerAscii(key.name)};
  ASSIGN_OR_RETURN(HiveLock lock, HiveLock::Take({*client_, options_, clock_, sleeper_}, kept));
  return std::optional<HiveLock>(std::move(lock));
}

Status HiveStore::Guard(Kind kind, const TableKey& key, std::optional<HiveLock>& lock) {
  if (lock) {
    return lock->Renew();
  }
  if (!checks_expectations_) {
    RETURN_IF_ERROR(FindOutWhetherItChecks(kind, key));
    checks_expectations_ = true;
  }
  return {};
}

Status HiveStore::FindOutWhetherItChecks(Kind kind, const TableKey& key) {
  ASSIGN_OR_RETURN(Value version,
                   client_->Call(method::kGetVersion, Value::Struct(), Effect::kRead));
  bool is_new = version.text.starts_with("4.") && !version.text.contains("alpha");
  if (is_new) {
    return {};
  }
  // Older ones may have it too. A change of nothing, from where the pointer cannot be: a metastore
  // that does not check carries it out. Under the lock, so that no commit of others is undone by
  // that; without one only where nobody has any.
  auto lock = Lock(key, true);
  if (!lock.has_value() && lock.error().code() != ErrorCode::kUnsupported) {
    return TakeError(std::move(lock));
  }
  ASSIGN_OR_RETURN(HiveTable now, Require(kind, key));
  if (lock.has_value()) {
    RETURN_IF_ERROR((*lock)->Renew());
  }
  Status changed = Alter(key, now.value, std::string(kNowhere));
  if (changed.has_value()) {
    return Error(ErrorCode::kUnsupported,
                 "The metastore does not check what a change expects: "
                 "iceberg.engine.hive.lock-enabled has to be true there");
  }
  Error error = TakeError(std::move(changed));
  bool refused = error.code() == kMetaException && error.message().contains("has been modified");
  return refused ? Status() : Status(std::move(error).As(ErrorCode::kUnavailable));
}

Status HiveStore::Alter(const TableKey& key, Value table, const std::string& expected) {
  Value context = Value::Struct().With(
      1, Value::Texts({{"DO_NOT_UPDATE_STATS", "true"},
                       {"expected_parameter_key", std::string(kPointerParameter)},
                       {"expected_parameter_value", expected}}));
  auto altered = client_->Call(method::kAlterTable,
                               Value::Struct()
                                   .With(1, Value::Text(key.name_space))
                                   .With(2, Value::Text(key.name))
                                   .With(3, std::move(table))
                                   .With(4, std::move(context)),
                               Effect::kChange);
  return altered.has_value() ? Status() : Status(TakeError(std::move(altered)));
}

NewHiveTable HiveStore::NewTable(const TableKey& key) const {
  return {.key = key, .owner = options_.user, .now = clock_.Now(), .zones = options_.zones};
}

Status HiveStore::InsertTable(const TableKey& key, const NewPointer& to) {
  return Insert(Kind::kTable, key, MakeTable(NewTable(key), to), to.metadata_location);
}

Status HiveStore::Insert(Kind kind, const TableKey& key, Value table, const std::string& location) {
  ASSIGN_OR_RETURN(auto taken, GetTable(key));
  if (taken) {
    return NameTaken(key);
  }
  auto made = client_->Call(method::kCreateTable, Arguments(std::move(table)), Effect::kChange);
  if (made.has_value()) {
    return {};
  }
  Error error = TakeError(std::move(made));
  if (error.code() == ErrorCode::kNotFound || error.code() == ErrorCode::kInvalidArgument) {
    auto exists = NamespaceExists(key.name_space);
    return exists.has_value() && !*exists ? NoSuchNamespace(key.name_space) : std::move(error);
  }
  if (error.code() != ErrorCode::kAlreadyExists && error.code() != kMetaException) {
    return error;
  }
  // A metastore tries again by itself what its database failed at: the table may be ours.
  auto found = Find(kind, key);
  if (found.has_value() && *found && (*found)->metadata_location == location) {
    return {};
  }
  if (!found.has_value()) {
    return std::move(error).As(ErrorCode::kCommitStateUnknown);
  }
  return error.code() == ErrorCode::kAlreadyExists ? NameTaken(key) : NotDone(std::move(error));
}

Result<PointerChange> HiveStore::SwapTable(const TableKey& key,
                                           const std::string& from,
                                           const NewPointer& to) {
  bool locks = options_.lock.enabled || IsTrue(to.metadata.FindProperty(kLocksTable));
  ASSIGN_OR_RETURN(auto lock, Lock(key, locks));
  ASSIGN_OR_RETURN(auto table, GetTable(key));
  if (!table || !table->Is(Kind::kTable) || table->pointer().metadata_location != from) {
    return PointerChange::kMoved;
  }
  RETURN_IF_ERROR(Guard(Kind::kTable, key, lock));
  Status moved = Alter(key, MovedTable(*table, to, options_.zones), from);
  if (moved.has_value()) {
    return PointerChange::kDone;
  }
  Error error = TakeError(std::move(moved));
  if (error.code() == ErrorCode::kConflict || error.code() == kMetaException) {
    return AfterFailure(key, from, to.metadata_location, std::move(error));
  }
  bool seen = error.code() == ErrorCode::kCommitStateUnknown && IsSeen([&]() -> Result<bool> {
                ASSIGN_OR_RETURN(auto found, FindTable(key));
                return found && IsAt(*found, to.metadata_location);
              });
  return seen ? Result<PointerChange>(PointerChange::kDone) : std::move(error);
}

Result<PointerChange> HiveStore::AfterFailure(const TableKey& key,
                                              const std::string& from,
                                              const std::string& to,
                                              Error failure) {
  bool refused = failure.code() == ErrorCode::kConflict;
  auto found = FindTable(key);
  if (found.has_value() && !*found && refused) {
    return PointerChange::kMoved;
  }
  if (refused) {
    return failure;
  }
  if (!found.has_value() || !*found) {
    return std::move(failure).As(ErrorCode::kCommitStateUnknown);
  }
  const TablePointer& now = **found;
  if (IsAt(now, to)) {
    return PointerChange::kDone;  // it was done, and then tried again by the metastore itself
  }
  if (now.metadata_location == from) {
    return NotDone(std::move(failure));
  }
  return now.previous_metadata_location == from ? PointerChange::kMoved : PointerChange::kPassed;
}

Status HiveStore::RenameTable(const TableKey& from, const TableKey& to) {
  return Rename(Kind::kTable, from, to);
}

Status HiveStore::Rename(Kind kind, const TableKey& from, const TableKey& to) {
  RETURN_IF_ERROR(Require(kind, from));
  RETURN_IF_ERROR(GetDatabase(to.name_space));
  ASSIGN_OR_RETURN(auto taken, GetTable(to));
  if (taken) {
    return NameTaken(to);
  }
  ASSIGN_OR_RETURN(auto lock, Lock(from, options_.lock.enabled));
  ASSIGN_OR_RETURN(HiveTable table, Require(kind, from));
  RETURN_IF_ERROR(Guard(kind, from, lock));
  std::string pointer = table.pointer().metadata_location;
  Status renamed = Alter(from, RenamedTable(table, to), pointer);
  if (renamed.has_value()) {
    return {};
  }
  Error error = TakeError(std::move(renamed));
  auto happened = [&]() -> Result<bool> {
    ASSIGN_OR_RETURN(auto old, Find(kind, from));
    ASSIGN_OR_RETURN(auto made, Find(kind, to));
    return !old && made && IsAt(*made, pointer);
  };
  if (error.code() == ErrorCode::kConflict && error.message().contains("already exists")) {
    // It may be ours: done, and then tried again by the metastore itself.
    auto done = happened();
    if (!done.has_value()) {
      return std::move(error).As(ErrorCode::kCommitStateUnknown);
    }
    return *done ? Status() : Status(NameTaken(to));
  }
  if (!IsOpen(error)) {
    return error;
  }
  if (IsSeen(happened)) {
    return {};
  }
  auto old = Find(kind, from);
  bool stays = error.code() == kMetaException && old.has_value() && *old;
  return stays ? NotDone(std::move(error)) : std::move(error).As(ErrorCode::kCommitStateUnknown);
}

Status HiveStore::Remove(Kind kind, const TableKey& key) {
  // Files are the caller's.
  Value arguments = Value::Struct()
                        .With(1, Value::Text(key.name_space))
                        .With(2, Value::Text(key.name))
                        .With(3, Value::Truth(false));
  auto dropped = client_->Call(method::kDropTable, arguments, Effect::kChange);
  if (dropped.has_value()) {
    return {};
  }
  Error error = TakeError(std::move(dropped));
  if (error.code() == ErrorCode::kNotFound) {
    return NoSuch(kind, key);
  }
  if (!IsOpen(error)) {
    return error;
  }
  auto found = GetTable(key);
  if (found.has_value() && !*found) {
    return {};
  }
  bool stays = error.code() == kMetaException && found.has_value();
  return stays ? NotDone(std::move(error)) : std::move(error).As(ErrorCode::kCommitStateUnknown);
}

Status HiveStore::DeleteTable(const TableKey& key) { return Delete(Kind::kTable, key); }

Status HiveStore::Delete(Kind kind, const TableKey& key) {
  // Who renames does so under the lock: so what goes with a view's name is no table. Tables go
  // without it, as Java drops them.
  ASSIGN_OR_RETURN(auto lock, Lock(key, options_.lock.enabled && kind == Kind::kView));
  RETURN_IF_ERROR(Require(kind, key));
  if (lock) {
    RETURN_IF_ERROR(lock->Renew());
  }
  return Remove(kind, key);
}

Result<PointerChange> HiveStore::DeleteTableAlone(const TableKey& key,
                                                  const std::string& metadata_location,
                                                  const std::string& location) {
  const auto places = pointer::Places::Of(location, metadata_location);
  ASSIGN_OR_RETURN(auto lock, Lock(key, options_.lock.enabled));
  ASSIGN_OR_RETURN(HiveTable table, Require(Kind::kTable, key));
  if (table.pointer().metadata_location != metadata_location) {
    return PointerChange::kMoved;
  }
  bool shared = false;
  RETURN_IF_ERROR(ForEachTable(key.name_space, [&](const HiveTable& other) {
    shared =
        shared || (other.name() != table.name() && places.Hold(other.pointer().metadata_location));
  }));
  if (shared) {
    return PointerChange::kShared;
  }
  if (lock) {
    RETURN_IF_ERROR(lock->Renew());
  }
  RETURN_IF_ERROR(Remove(Kind::kTable, key));
  return PointerChange::kDone;
}

Result<std::vector<std::string>> HiveStore::ViewNames(const std::string& name_space) {
  return Names(Kind::kView, name_space);
}

Result<std::optional<TablePointer>> HiveStore::FindView(const TableKey& key) {
  return Find(Kind::kView, key);
}

Status HiveStore::InsertView(const TableKey& key, const NewView& to) {
  return Insert(Kind::kView, key, MakeView(NewTable(key), to), to.metadata_location);
}

Status HiveStore::RenameView(const TableKey& from, const TableKey& to) {
  return Rename(Kind::kView, from, to);
}

Status HiveStore::DeleteView(const TableKey& key) { return Delete(Kind::kView, key); }

}  // namespace firn::catalog::hive
