#include "catalog/hive/testing/fake_metastore.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "catalog/hive/thrift/thrift_reader.h"

namespace firn::catalog::hive::testing {

using thrift::Message;
using thrift::MessageKind;
using thrift::Type;
using thrift::Value;

namespace {

std::string Lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char letter) {
    return static_cast<char>(letter < 128 ? std::tolower(letter) : letter);
  });
  return text;
}

Value Exception(int16_t field, const std::string& message) {
  return Value::Struct().With(field, Value::Struct().With(1, Value::Text(message)));
}

Value Success(Value value) { return Value::Struct().With(0, std::move(value)); }

/// Bytes that are there already.
class Bytes final : public thrift::Stream {
 public:
  explicit Bytes(std::string_view bytes) : bytes_(bytes) {}
  Status Send(std::string_view, MonotonicTime) override { return {}; }
  Result<size_t> Receive(std::span<char> out, MonotonicTime) override {
    if (bytes_.empty()) {
      return Error(ErrorCode::kIoError, "the end");
    }
    size_t count = std::min(out.size(), bytes_.size());
    std::copy_n(bytes_.begin(), count, out.begin());
    bytes_.remove_prefix(count);
    return count;
  }

 private:
  std::string_view bytes_;
};

}  // namespace

/// A connection: what is sent is a whole call.
class FakeStream final : public thrift::Stream {
 public:
  FakeStream(FakeMetastore& metastore, int generation)
      : metastore_(metastore), generation_(generation) {}

  Status Send(std::string_view bytes, MonotonicTime) override {
    Bytes stream(bytes);
    Message call = thrift::ReadMessage(stream, metastore_.framing, {}, kNoDeadline).value();
    if (metastore_.IsUnsent(call.name)) {
      return Error(ErrorCode::kUnavailable, "cut while it was sent");
    }
    bool is_cut = generation_ != metastore_.generation_;
    auto answer = is_cut ? std::nullopt : metastore_.Answer(call);
    cut_ = !answer.has_value();
    answer_ = answer.value_or("");
    return {};
  }

  Result<size_t> Receive(std::span<char> out, MonotonicTime) override {
    if (cut_ || answer_.empty()) {
      return Error(ErrorCode::kIoError, "cut");
    }
    size_t count = std::min(out.size(), answer_.size());
    std::copy_n(answer_.begin(), count, out.begin());
    answer_.erase(0, count);
    return count;
  }

 private:
  FakeMetastore& metastore_;
  int generation_;
  bool cut_ = false;
  std::string answer_;
};

std::unique_ptr<thrift::Dialer> FakeMetastore::Connections() {
  class Connections final : public thrift::Dialer {
   public:
    explicit Connections(FakeMetastore& metastore) : metastore_(metastore) {}
    Result<std::unique_ptr<thrift::Stream>> Dial(const std::string& host,
                                                 uint16_t,
                                                 MonotonicTime deadline) override {
      std::scoped_lock lock(metastore_.mutex_);
      if (auto found = metastore_.silent_.find(host); found != metastore_.silent_.end()) {
        ManualClock& clock = *found->second;
        clock.Advance(std::chrono::ceil<std::chrono::milliseconds>(deadline - clock.Monotonic()));
        return Error(ErrorCode::kDeadlineExceeded, "silent");
      }
      if (metastore_.down_.contains(host)) {
        return Error(ErrorCode::kUnavailable, "down");
      }
      return std::make_unique<FakeStream>(metastore_, metastore_.generation_);
    }

   private:
    FakeMetastore& metastore_;
  };
  return std::make_unique<Connections>(*this);
}

void FakeMetastore::LoseNext(const std::string& method, Loss loss) {
  std::scoped_lock lock(mutex_);
  losses_[method] = loss;
}

void FakeMetastore::FailNext(const std::string& method,
                             int16_t field,
                             const std::string& message,
                             Done done) {
  std::scoped_lock lock(mutex_);
  failures_[method] = {field, message, done};
}

void FakeMetastore::BeforeNext(const std::string& method, std::function<void()> work) {
  std::scoped_lock lock(mutex_);
  before_[method] = std::move(work);
}

void FakeMetastore::Down(const std::string& host) {
  std::scoped_lock lock(mutex_);
  down_.insert(host);
}

void FakeMetastore::Silent(const std::string& host, ManualClock& clock) {
  std::scoped_lock lock(mutex_);
  silent_[host] = &clock;
}

void FakeMetastore::CutAll() {
  std::scoped_lock lock(mutex_);
  ++generation_;
}

int64_t FakeMetastore::LockAsOther(const std::string& database, const std::string& table) {
  std::scoped_lock lock(mutex_);
  locks_.push_back({next_lock_, database + "." + table, "other"});
  return next_lock_++;
}

void FakeMetastore::Unlock(int64_t id) {
  std::scoped_lock lock(mutex_);
  std::erase_if(locks_, [id](const HeldLock& held) { return held.id == id; });
}

size_t FakeMetastore::lock_count() {
  std::scoped_lock lock(mutex_);
  return locks_.size();
}

std::vector<std::string> FakeMetastore::calls() {
  std::scoped_lock lock(mutex_);
  return calls_;
}

Value FakeMetastore::last(const std::string& method) {
  std::scoped_lock lock(mutex_);
  return last_[method];
}

void FakeMetastore::PutTable(const std::string& database, const Value& table) {
  std::scoped_lock lock(mutex_);
  databases_[database].tables[table.TextAt(1)] = table;
}

Value FakeMetastore::table(const std::string& database, const std::string& name) {
  std::scoped_lock lock(mutex_);
  return databases_[database].tables[name];
}

bool FakeMetastore::IsUnsent(const std::string& method) {
  std::scoped_lock lock(mutex_);
  auto found = losses_.find(method);
  bool unsent = found != losses_.end() && found->second == Loss::kUnsent;
  if (unsent) {
    losses_.erase(found);
  }
  return unsent;
}

std::optional<std::string> FakeMetastore::Answer(const Message& call) {
  std::function<void()> work;
  {
    std::scoped_lock lock(mutex_);
    work = std::exchange(before_[call.name], nullptr);
  }
  if (work) {
    work();
  }
  std::scoped_lock lock(mutex_);
  calls_.push_back(call.name);
  last_[call.name] = call.body;
  for (const Message& late : std::exchange(late_, {})) {
    Serve(late.name, late.body);
  }
  Loss loss = std::exchange(losses_[call.name], Loss::kNone);
  if (loss == Loss::kLate) {
    late_.push_back(call);
  }
  if (loss == Loss::kRequest || loss == Loss::kLate) {
    return std::nullopt;
  }
  auto failure = failures_.extract(call.name);
  Value result;
  if (failure.empty() || failure.mapped().done == Done::kBefore) {
    result = Serve(call.name, call.body);
  }
  if (!failure.empty()) {
    result = Exception(failure.mapped().field, failure.mapped().message);
  }
  if (loss == Loss::kAnswer) {
    return std::nullopt;
  }
  bool known = result.type == Type::kStruct;
  Message answer{
      .kind = known ? MessageKind::kReply : MessageKind::kException,
      .name = call.name,
      .sequence = call.sequence,
      .body =
          known
              ? std::move(result)
              : Value::Struct().With(1, Value::Text("Invalid method name")).With(2, Value::I32(1))};
  return thrift::PrintMessage(answer, framing);
}

Value FakeMetastore::Serve(const std::string& method, const Value& arguments) {
  if (method == "getVersion") {
    return Success(Value::Text(version));
  }
  if (method == "set_ugi") {
    return Success(Value::TextList({arguments.TextAt(1)}));
  }
  if (method.ends_with("lock") || method == "show_locks" || method == "heartbeat") {
    return has_locks ? OfLock(method, arguments) : Value();
  }
  return method.contains("database") ? OfDatabase(method, arguments) : OfTable(method, arguments);
}

Value FakeMetastore::OfDatabase(const std::string& method, const Value& arguments) {
  if (method == "get_all_databases") {
    std::vector<std::string> names;
    for (const auto& [name, database] : databases_) {
      names.push_back(name);
    }
    return Success(Value::TextList(names));
  }
  if (method == "create_database") {
    Value database = *arguments.Find(1, Type::kStruct);
    std::string name = Lower(database.TextAt(1));
    if (database.TextAt(3).empty()) {
      database.With(3, Value::Text("file:/own/" + name + ".db"));
    }
    bool made = databases_.try_emplace(name, Database{.value = database, .tables = {}}).second;
    return made ? Value::Struct() : Exception(1, "there is one");
  }
  auto found = databases_.find(Lower(arguments.TextAt(1)));
  if (found == databases_.end()) {
    return Exception(method == "alter_database" ? 2 : 1, "no database");
  }
  if (method == "get_database") {
    return Success(found->second.value);
  }
  if (method == "alter_database") {
    found->second.value = *arguments.Find(2, Type::kStruct);
    return Value::Struct();
  }
  if (method == "drop_database") {
    if (!found->second.tables.empty()) {
      return Exception(2, "not empty");
    }
    databases_.erase(found);
    return Value::Struct();
  }
  return {};
}

Value FakeMetastore::OfTable(const std::string& method, const Value& arguments) {
  if (method == "create_table") {
    const Value& table = *arguments.Find(1, Type::kStruct);
    auto database = databases_.find(Lower(table.TextAt(2)));
    if (database == databases_.end()) {
      return Exception(2, "no database");
    }
    std::string name = Lower(table.TextAt(1));
    Value own = table;
    own.With(1, Value::Text(name));
    bool made = database->second.tables.try_emplace(name, std::move(own)).second;
    return made ? Value::Struct() : Exception(1, "there is one");
  }
  if (method == "alter_table_with_environment_context") {
    return Alter(arguments);
  }
  const Value* request = arguments.Find(1, Type::kStruct);
  auto database =
      databases_.find(Lower(request == nullptr ? arguments.TextAt(1) : request->TextAt(1)));
  if (method == "get_all_tables") {
    std::vector<std::string> names;
    if (database != databases_.end()) {
      for (const auto& [name, table] : database->second.tables) {
        names.push_back(name);
      }
    }
    return Success(Value::TextList(names));
  }
  if (method == "get_table_objects_by_name_req") {
    if (database == databases_.end()) {
      return Exception(3, "no database");
    }
    std::vector<Value> tables;
    for (const std::string& name : request->Find(2, Type::kList)->AllTexts()) {
      if (auto found = database->second.tables.find(name); found != database->second.tables.end()) {
        tables.push_back(found->second);
      }
    }
    return Success(Value::Struct().With(1, Value::List(Type::kStruct, std::move(tables))));
  }
  std::string name = Lower(request == nullptr ? arguments.TextAt(2) : request->TextAt(2));
  bool is_get = method == "get_table_req";
  bool is_there = database != databases_.end() && database->second.tables.contains(name);
  if (!is_get && method != "drop_table") {
    return {};
  }
  if (!is_there) {
    return Exception(is_get ? 2 : 1, "no table");
  }
  if (is_get) {
    return Success(Value::Struct().With(1, database->second.tables[name]));
  }
  database->second.tables.erase(name);
  return Value::Struct();
}

Value FakeMetastore::Alter(const Value& arguments) {
  auto database = databases_.find(Lower(arguments.TextAt(1)));
  if (database == databases_.end()) {
    return Exception(1, "table not found");
  }
  auto& tables = database->second.tables;
  auto found = tables.find(Lower(arguments.TextAt(2)));
  if (found == tables.end()) {
    return Exception(1, "table not found");
  }
  auto context = arguments.Find(4, Type::kStruct)->TextsAt(1);
  if (checks_expectations && context.contains("expected_parameter_key")) {
    std::string now = found->second.TextsAt(9)[context["expected_parameter_key"]];
    if (now != context["expected_parameter_value"]) {
      return Exception(2, "The table has been modified. It is now " + now);
    }
  }
  Value table = *arguments.Find(3, Type::kStruct);
  std::string name = Lower(table.TextAt(1));
  auto target = databases_.find(Lower(table.TextAt(2)));
  if (target == databases_.end()) {
    return Exception(1, "database does not exist");
  }
  bool moves = target != database || name != found->first;
  if (moves && target->second.tables.contains(name)) {
    return Exception(1, "new table already exists");
  }
  tables.erase(found);
  target->second.tables[name] = table.With(1, Value::Text(name));
  return Value::Struct();
}

int64_t FakeMetastore::StateOf(const HeldLock& lock) const {
  auto first = std::ranges::find(locks_, lock.table, &HeldLock::table);
  return first->id == lock.id ? 1 : 2;
}

Value FakeMetastore::OfLock(const std::string& method, const Value& arguments) {
  const Value& request = *arguments.Find(1, Type::kStruct);
  if (method == "show_locks") {
    std::vector<Value> all;
    for (const HeldLock& lock : locks_) {
      all.push_back(Value::Struct()
                        .With(1, Value::I64(lock.id))
                        .With(5, Value::I32(static_cast<int32_t>(StateOf(lock))))
                        .With(13, Value::Text(lock.mark)));
    }
    return Success(Value::Struct().With(1, Value::List(Type::kStruct, std::move(all))));
  }
  if (method == "lock") {
    const Value& component = request.Find(1, Type::kList)->items.at(0);
    locks_.push_back(
        {next_lock_++, component.TextAt(3) + "." + component.TextAt(4), request.TextAt(5)});
    return Success(Value::Struct()
                       .With(1, Value::I64(locks_.back().id))
                       .With(2, Value::I32(static_cast<int32_t>(StateOf(locks_.back())))));
  }
  auto held = std::ranges::find(locks_, request.NumberAt(1), &HeldLock::id);
  if (held == locks_.end()) {
    return Exception(method == "check_lock" ? 3 : 1, "no such lock");
  }
  if (method == "check_lock") {
    return Success(Value::Struct()
                       .With(1, Value::I64(held->id))
                       .With(2, Value::I32(static_cast<int32_t>(StateOf(*held)))));
  }
  if (method == "unlock") {
    locks_.erase(held);
  }
  return Value::Struct();
}

}  // namespace firn::catalog::hive::testing
