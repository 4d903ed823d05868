// FakeS3: as much of S3 as firn uses, in memory, behind HttpTransport: checks signatures and body
// hashes, knows conditions, ranges, multipart uploads, batch deletion and paged listings.
// Path-style URLs.
//
// Thread-safety: any thread.
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "storage/aws/sigv4.h"
#include "storage/http/http_transport.h"

namespace firn::storage::s3::testing {

struct FakeObject {
  std::string bytes;
  std::string etag;
  std::string marker;
};

class FakeS3 final : public http::HttpTransport {
 public:
  /// Has one bucket, `bucket`. `clock` must outlive it.
  FakeS3(aws::Credentials credentials, aws::SigningScope scope, const Clock& clock)
      : credentials_(std::move(credentials)), scope_(std::move(scope)), clock_(clock) {}

  Result<http::HttpResponse> RoundTrip(const http::HttpRequest& request,
                                       MonotonicTime deadline) override;

  /// Keys of the bucket in order.
  std::vector<std::string> keys();
  /// Multipart uploads that were begun and neither completed nor aborted.
  size_t open_uploads();
  /// Requests by method and the query's first name: `PUT`, `POST uploads`.
  std::map<std::string, int> counts();

  /// Objects a listing gives at most, whatever was asked for.
  size_t max_page = 1000;
  /// Answers DeleteObjects with 501.
  bool has_batch_delete = true;
  /// Keys that no deletion removes, with the code it gets.
  std::map<std::string, std::string> undeletable;

 private:
  struct Upload {
    std::string key;
    std::string marker;
    std::map<int, std::string> parts;
  };
  struct Call;

  http::HttpResponse Serve(const Call& call);
  http::HttpResponse Put(const Call& call);
  http::HttpResponse Get(const Call& call);
  http::HttpResponse Remove(const Call& call);
  http::HttpResponse Post(const Call& call);
  http::HttpResponse Complete(const Call& call);
  http::HttpResponse RemoveMany(const Call& call);
  http::HttpResponse List(const Call& call);
  /// The refusal of a conditional write; status 0 where it may go on.
  http::HttpResponse CheckCondition(const Call& call);
  std::string NextTag();

  aws::Credentials credentials_;
  aws::SigningScope scope_;
  const Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, FakeObject> objects_;
  std::map<std::string, Upload> uploads_;
  std::map<std::string, int> counts_;
  int tags_ = 0;
};

}  // namespace firn::storage::s3::testing
