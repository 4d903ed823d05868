// FakeGlue: as much of AWS Glue as firn uses, in memory, behind HttpTransport: databases, tables,
// names of tables kept in lower case, versions that UpdateTable must name, pages of two. Loses
// replies and requests as told.
//
// Thread-safety: any thread.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "base/json_reader.h"
#include "storage/http/http_transport.h"

namespace firn::catalog::glue::testing {

/// What becomes of one request.
enum class Loss : uint8_t {
  kNone,
  kReply,    ///< It is carried out; the reply is lost.
  kRequest,  ///< It never comes.
  kLate,     ///< As kRequest, but that it comes after the next request.
};

class FakeGlue final : public storage::http::HttpTransport {
 public:
  Result<storage::http::HttpResponse> RoundTrip(const storage::http::HttpRequest& request,
                                                MonotonicTime deadline) override;

  /// Of the next request of this operation.
  void LoseNext(const std::string& operation, Loss loss);
  /// Answers the next request of this operation, which does nothing else.
  void AnswerNext(const std::string& operation, int status, const std::string& body);
  /// `UpdateTable`, ... in order.
  std::vector<std::string> operations();
  /// Of the last request.
  storage::http::HttpRequest last_request();
  /// What another program does.
  void PutTable(const std::string& database, const std::string& input);

 private:
  struct Table {
    std::string input;
    int version = 0;
  };
  struct Database {
    std::string input;
    std::map<std::string, Table> tables;
  };
  struct Answer {
    int status = 200;
    std::string body = "{}";
  };

  Answer Serve(const std::string& operation, const std::string& body);
  Answer OfDatabase(const std::string& operation, const json::Object& root);
  Answer OfTable(const std::string& operation, const json::Object& root);
  Answer Update(Database& database, const json::Object& root);
  static std::string Shown(const Table& table);
  static Answer Page(const std::string& list,
                     const std::vector<std::string>& items,
                     const json::Object& root);

  std::mutex mutex_;
  std::map<std::string, Database> databases_;
  std::map<std::string, Loss> losses_;
  std::map<std::string, Answer> answers_;
  std::vector<std::string> operations_;
  storage::http::HttpRequest last_;
  std::string last_body_;
  /// Operation and body of a request that comes late.
  std::vector<std::pair<std::string, std::string>> late_;
};

}  // namespace firn::catalog::glue::testing
