#include "catalog/hive/hive_lock.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "base/uuid.h"
#include "storage/call_deadline.h"

namespace firn::catalog::hive {
namespace {

using pointer::TableKey;
using thrift::Type;
using thrift::Value;

// Of hive_metastore.thrift.
constexpr int32_t kExclusive = 3;
constexpr int32_t kTableLevel = 2;
constexpr int64_t kAcquired = 1;
constexpr int64_t kWaiting = 2;

struct Asked {
  int64_t id = 0;
  int64_t state = 0;
};

std::string HostName() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

Error NoLock(const TableKey& table, std::string_view why) {
  return Error(ErrorCode::kUnavailable,
               fmt::format("There is no lock on {}.{}: {}", table.name_space, table.name, why));
}

/// The lock that was asked for with this mark, where the metastore has it.
Result<std::optional<Asked>> FindMarked(HiveClient& client,
                                        const TableKey& table,
                                        const std::string& mark) {
  Value request =
      Value::Struct().With(1, Value::Text(table.name_space)).With(2, Value::Text(table.name));
  ASSIGN_OR_RETURN(Value answer,
                   client.Call(method::kShowLocks, Value::Struct().With(1, std::move(request)),
                               Effect::kCleanup));
  const Value* locks = answer.Find(1, Type::kList);
  if (locks != nullptr) {
    for (const Value& lock : locks->items) {
      if (lock.TextAt(13) == mark) {
        return std::optional(Asked{.id = lock.NumberAt(1), .state = lock.NumberAt(5)});
      }
    }
  }
  return std::optional<Asked>();
}

Result<Asked> Ask(const LockContext& context, const TableKey& table) {
  std::string mark = "firn-" + Uuid::Random().ToString();
  Value component = Value::Struct()
                        .With(1, Value::I32(kExclusive))
                        .With(2, Value::I32(kTableLevel))
                        .With(3, Value::Text(table.name_space))
                        .With(4, Value::Text(table.name));
  Value request = Value::Struct()
                      .With(1, Value::List(Type::kStruct, {std::move(component)}))
                      .With(3, Value::Text(context.options.user))
                      .With(4, Value::Text(HostName()))
                      .With(5, Value::Text(mark));
  auto answer = context.client.Call(method::kLock, Value::Struct().With(1, std::move(request)),
                                    Effect::kChange);
  if (answer.has_value()) {
    return Asked{.id = answer->NumberAt(1), .state = answer->NumberAt(2)};
  }
  Error error = TakeError(std::move(answer));
  if (error.code() == ErrorCode::kConflict || error.code() == ErrorCode::kUnsupported) {
    return Error(ErrorCode::kUnsupported,
                 fmt::format("The metastore has no locks (it takes "
                             "iceberg.engine.hive.lock-enabled = false): {}",
                             error.message()));
  }
  if (error.code() == ErrorCode::kCommitStateUnknown || error.code() == kMetaException) {
    for (int look = 0; look < kLooks; ++look) {
      if (look > 0) {
        context.sleeper.Sleep(kLookPause);
      }
      auto found = FindMarked(context.client, table, mark);
      if (found.has_value() && *found) {
        return **found;
      }
    }
  }
  return std::move(error).As(ErrorCode::kUnavailable);
}

}  // namespace

HiveLock::HiveLock(HiveLock&& other) noexcept
    : client_(other.client_), id_(std::exchange(other.id_, 0)) {}

HiveLock::~HiveLock() {
  if (id_ != 0) {
    // What is not heard of ends by itself.
    Value request = Value::Struct().With(1, Value::I64(id_));
    static_cast<void>(client_.Call(method::kUnlock, Value::Struct().With(1, std::move(request)),
                                   Effect::kCleanup));
  }
}

Result<HiveLock> HiveLock::Take(const LockContext& context, const TableKey& table) {
  ASSIGN_OR_RETURN(Asked asked, Ask(context, table));
  HiveLock lock(context.client, asked.id);
  if (asked.state == kWaiting) {
    RETURN_IF_ERROR(lock.Await(context, table));
  } else if (asked.state != kAcquired) {
    return NoLock(table, "the metastore denies it");
  }
  return lock;
}

Status HiveLock::Await(const LockContext& context, const TableKey& table) {
  const LockOptions& options = context.options.lock;
  MonotonicTime deadline =
      std::min(storage::CallDeadline::Current(), context.clock.Monotonic() + options.timeout);
  auto pause = options.min_wait;
  Value request = Value::Struct().With(1, Value::I64(id_));
  for (int looks = 0; looks < options.max_looks.value_or(INT32_MAX); ++looks) {
    if (context.clock.Monotonic() + pause > deadline) {
      break;
    }
    context.sleeper.Sleep(pause);
    pause = std::min(pause * 3 / 2, std::max(options.max_wait, options.min_wait));
    auto answer = client_.Call(method::kCheckLock, Value::Struct().With(1, request), Effect::kRead);
    if (!answer.has_value()) {
      return TakeError(std::move(answer)).As(ErrorCode::kUnavailable);
    }
    int64_t state = answer->NumberAt(2);
    if (state == kAcquired) {
      return {};
    }
    if (state != kWaiting) {
      return NoLock(table, "the metastore denies it");
    }
  }
  return NoLock(table, "others hold it");
}

Status HiveLock::Renew() {
  Value request = Value::Struct().With(1, Value::I64(id_));
  auto beaten =
      client_.Call(method::kHeartbeat, Value::Struct().With(1, std::move(request)), Effect::kRead);
  return beaten.has_value() ? Status()
                            : Status(TakeError(std::move(beaten)).As(ErrorCode::kUnavailable));
}

}  // namespace firn::catalog::hive
