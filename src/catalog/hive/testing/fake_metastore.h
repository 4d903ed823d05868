// FakeMetastore: as much of a Hive Metastore as firn uses, in memory, behind thrift::Dialer; it
// reads and writes the real protocol. Databases, tables, locks in the order in which they were
// asked for; alter_table checks expectations where it is one of those that do. Loses requests and
// answers, refuses and fails as told.
//
// Thread-safety: any thread.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "catalog/hive/thrift/stream.h"
#include "catalog/hive/thrift/thrift_value.h"
#include "catalog/hive/thrift/thrift_writer.h"

namespace firn::catalog::hive::testing {

/// What becomes of one call.
enum class Loss : uint8_t {
  kNone,
  kAnswer,   ///< It is carried out; the connection is cut before the answer.
  kRequest,  ///< The connection is cut; it is never carried out.
  kLate,     ///< As kRequest, but that it is carried out before the next call.
  kUnsent,   ///< The connection is cut before all of it is sent.
};

class FakeMetastore {
 public:
  /// How messages are framed, for all connections.
  thrift::Framing framing = thrift::Framing::kNone;
  /// Whether alter_table checks what a change expects.
  bool checks_expectations = true;
  /// Whether it knows the calls of locks.
  bool has_locks = true;
  std::string version = "4.0.1";

  /// For one catalog; this must outlive it.
  std::unique_ptr<thrift::Dialer> Connections();

  /// Of the next call of this method.
  void LoseNext(const std::string& method, Loss loss);
  /// Fails the next call: an exception in this field of the result. It is carried out before where
  /// `done`.
  enum class Done : uint8_t { kNot, kBefore };
  void FailNext(const std::string& method, int16_t field, const std::string& message, Done done);
  /// Before the next call of this method, on the thread that calls, `work` is done.
  void BeforeNext(const std::string& method, std::function<void()> work);
  /// Hosts that take no connections.
  void Down(const std::string& host);
  /// Hosts that do not answer one who connects, until the deadline, to which `clock` is moved.
  void Silent(const std::string& host, ManualClock& clock);
  /// Closes kept connections.
  void CutAll();
  /// Somebody else's lock; its id.
  int64_t LockAsOther(const std::string& database, const std::string& table);
  void Unlock(int64_t id);
  /// Locks that are held or waited for.
  size_t lock_count();
  /// Names of methods, in order.
  std::vector<std::string> calls();
  /// Arguments of the last call of this method.
  thrift::Value last(const std::string& method);
  /// What another program does.
  void PutTable(const std::string& database, const thrift::Value& table);
  thrift::Value table(const std::string& database, const std::string& name);

 private:
  friend class FakeStream;

  struct Database {
    thrift::Value value;
    std::map<std::string, thrift::Value> tables;
  };
  struct HeldLock {
    int64_t id = 0;
    std::string table;
    std::string mark;
  };
  struct Failure {
    int16_t field = 0;
    std::string message;
    Done done = Done::kNot;
  };

  /// What comes back; nullopt: the connection is cut.
  std::optional<std::string> Answer(const thrift::Message& call);
  bool IsUnsent(const std::string& method);
  /// The result struct.
  thrift::Value Serve(const std::string& method, const thrift::Value& arguments);
  thrift::Value OfDatabase(const std::string& method, const thrift::Value& arguments);
  thrift::Value OfTable(const std::string& method, const thrift::Value& arguments);
  thrift::Value Alter(const thrift::Value& arguments);
  thrift::Value OfLock(const std::string& method, const thrift::Value& arguments);
  int64_t StateOf(const HeldLock& lock) const;

  std::mutex mutex_;
  std::map<std::string, Database> databases_;
  std::vector<HeldLock> locks_;
  int64_t next_lock_ = 1;
  std::map<std::string, Loss> losses_;
  std::map<std::string, Failure> failures_;
  std::map<std::string, std::function<void()>> before_;
  std::set<std::string> down_;
  std::map<std::string, ManualClock*> silent_;
  std::atomic<int> generation_ = 0;
  std::vector<std::string> calls_;
  std::map<std::string, thrift::Value> last_;
  std::vector<thrift::Message> late_;
};

}  // namespace firn::catalog::hive::testing
