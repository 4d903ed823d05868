// What surrounds a call for features, with somebody else who answers it.
#include <memory>
#include <string>
#include <utility>

#include "base/testing/matchers.h"
#include "server/http/testing/test_request.h"
#include "server/rest/catalog_handler.h"
#include "server/service/testing/test_catalog.h"
#include "storage/memory_object_store.h"

namespace firn::rest {
namespace {

using http::Method;
using ::testing::HasSubstr;
using testing::IsOk;

class NoSystemEndpoints final : public http::SystemEndpoints {
 public:
  std::optional<http::Response> TryAnswer(const http::Request&) override { return std::nullopt; }
};

/// Answers with what it was asked, or fails.
class EchoPort final : public FeaturePort {
 public:
  Result<std::shared_ptr<http::BodyStream>> Join(const service::CallContext& call,
                                                 const FeatureCall& request) override {
    return Answer("join", call, request);
  }
  Result<std::shared_ptr<http::BodyStream>> Latest(const service::CallContext& call,
                                                   const FeatureCall& request) override {
    return Answer("latest", call, request);
  }

 private:
  class Pieces final : public http::BodyStream {
   public:
    explicit Pieces(std::string text) : text_(std::move(text)) {}
    Result<http::Body> Next() override {
      if (text_.find("fails") != std::string::npos) {
        return Error(ErrorCode::kNoSuchTable, "no such table");
      }
      return std::make_shared<const std::string>(text_);
    }

   private:
    std::string text_;
  };

  static Result<std::shared_ptr<http::BodyStream>> Answer(std::string_view what,
                                                          const service::CallContext& call,
                                                          const FeatureCall& request) {
    std::string text(what);
    text += request.form == FeatureBody::kArrow ? " arrow " : " json ";
    text += call.warehouse.name + " " + call.principal + " ";
    text += request.body;
    return std::make_shared<Pieces>(std::move(text));
  }
};

class FeatureOperationsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_THAT(warehouses_.Open("default", "s3://warehouse", clock_.Now()), IsOk());
    Make(&port_);
  }
  void Make(FeaturePort* port) {
    auto made =
        CatalogHandler::Make(catalog_.environment(), warehouses_, system_,
                             {.features = port, .feature_time = std::chrono::milliseconds(77)});
    ASSERT_THAT(made, IsOk());
    handler_ = *std::move(made);
  }
  http::Response Post(std::string target,
                      std::string body,
                      http::testing::TestRequest::Headers headers = {}) {
    http::testing::TestRequest request(Method::kPost, std::move(target), std::move(body), headers);
    request.set_deadline(std::chrono::steady_clock::now() + std::chrono::seconds(20));
    work_ = handler_->WorkOf(request.get());
    return handler_->Handle(request.get());
  }

  SystemClock clock_;
  storage::InMemoryObjectStore files_{clock_};
  service::testing::TestCatalog catalog_{files_};
  service::WarehouseDirectory warehouses_{catalog_.store(),
                                          [](const std::string&) { return Status(); }};
  NoSystemEndpoints system_;
  EchoPort port_;
  std::unique_ptr<CatalogHandler> handler_;
  http::Work work_;
};

TEST_F(FeatureOperationsTest, BodiesOfBothKindsReachThePort) {
  http::Response join = Post("/features/v1/join", "{}");
  ASSERT_EQ(join.status, 200);
  EXPECT_EQ(join.route, "joinFeatures");
  EXPECT_EQ(*join.body.at(0), "join json default anonymous {}");
  EXPECT_NE(join.rest, nullptr);
  EXPECT_EQ(join.headers.at(0).second, "application/vnd.apache.arrow.stream");
  EXPECT_EQ(work_.lane, http::Lane::kLong);
  EXPECT_EQ(work_.time.count(), 77);

  http::Response latest = Post("/features/v1/default/latest", "bytes",
                               {{"Content-Type", "application/vnd.apache.arrow.stream; x=y"}});
  ASSERT_EQ(latest.status, 200);
  EXPECT_EQ(latest.route, "latestFeatures");
  EXPECT_EQ(*latest.body.at(0), "latest arrow default anonymous bytes");
}

TEST_F(FeatureOperationsTest, WhatFailsBeforeTheFirstByteIsAnError) {
  http::Response failed = Post("/features/v1/join", "fails");
  EXPECT_EQ(failed.status, 404);
  EXPECT_EQ(failed.error_type, "NoSuchTableException");
  EXPECT_EQ(failed.rest, nullptr);
  EXPECT_EQ(Post("/features/v1/nowhere/join", "{}").status, 404);
  EXPECT_EQ(Post("/features/v1/join", "{}", {{"Content-Type", "text/plain"}}).status, 400);
  EXPECT_EQ(Post("/features/v1/join", "{}", {{"Origin", "http://page"}}).status, 400);
  EXPECT_EQ(Post("/features/v1/other", "{}").status, 404);
  EXPECT_EQ(Post("/features/v1/default/join/more", "{}").status, 404);
}

TEST_F(FeatureOperationsTest, ArrowIsForFeaturesAlone) {
  http::Response refused = Post("/v1/namespaces", R"({"namespace":["other"]})",
                                {{"Content-Type", "application/vnd.apache.arrow.stream"}});
  EXPECT_EQ(refused.status, 400);
}

TEST_F(FeatureOperationsTest, AServerWithoutFeaturesSaysSo) {
  Make(nullptr);
  EXPECT_EQ(Post("/features/v1/join", "{}").status, 406);
}

}  // namespace
}  // namespace firn::rest
