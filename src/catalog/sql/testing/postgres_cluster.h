// PostgresCluster: a PostgreSQL server of this test program's own on the loopback, by
// tests/harness/postgres-cluster; it stops with the object. PostgresProxy: what lies between a
// client and it, and cuts connections at COMMIT.
//
// Thread-safety: any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <sys/types.h>

#include "catalog/sql/postgres_uri.h"
#include "storage/testing/test_folder.h"

namespace firn::catalog::sql::testing {

class PostgresCluster {
 public:
  /// The one of this program, started when it is first asked for; null where PostgreSQL is not
  /// installed, which a line on standard error says. `script` is postgres-cluster.
  static PostgresCluster* Shared(const std::string& script);
  ~PostgresCluster();
  PostgresCluster(const PostgresCluster&) = delete;
  PostgresCluster& operator=(const PostgresCluster&) = delete;

  /// How to reach a new, empty database.
  PostgresParameters MakeDatabase();
  int port() const { return port_; }
  const std::string& password() const { return password_; }

 private:
  explicit PostgresCluster(const std::string& script);

  storage::testing::TestFolder folder_;
  pid_t process_ = -1;
  /// The script serves as long as it is open.
  int input_ = -1;
  int port_ = 0;
  std::string user_;
  std::string password_;
  std::atomic<int> databases_ = 0;
};

/// What becomes of the next COMMIT.
enum class Cut : uint8_t {
  kNone,
  kBeforeCommit,  ///< It does not arrive; both sides are cut off.
  kAfterCommit,   ///< It is carried out; both sides are cut off before the reply.
  /// As kAfterCommit, and nobody is let in any more.
  kAfterCommitForGood,
  kHeldCommit,  ///< The client is cut off, the server waits on for what never comes.
  kLateCommit,  ///< The client is cut off, the server gets it a while later.
};

class PostgresProxy {
 public:
  explicit PostgresProxy(int server_port);
  ~PostgresProxy();
  PostgresProxy(const PostgresProxy&) = delete;
  PostgresProxy& operator=(const PostgresProxy&) = delete;

  int port() const { return port_; }
  /// From now on; once.
  void CutNext(Cut cut) { cut_ = cut; }
  void LetIn() { lets_in_ = true; }

 private:
  void Accept();
  void Serve(int client);
  /// Passes on what comes, until a side closes or a COMMIT is cut.
  void Pass(int client, int server);
  /// True where `bytes` were dealt with and the connection ends.
  bool CutCommit(Cut cut, int& client, int server, const std::string& bytes);

  int listener_ = -1;
  int port_ = 0;
  const int server_port_;
  std::atomic<Cut> cut_ = Cut::kNone;
  std::atomic<bool> lets_in_ = true;
  std::atomic<bool> stops_ = false;
  std::thread acceptor_;
  std::mutex mutex_;
  std::vector<std::thread> servers_;
};

}  // namespace firn::catalog::sql::testing
