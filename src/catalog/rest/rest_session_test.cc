// What a session proves about a change, for each way in which a network and a catalog can fail.
#include "catalog/rest/rest_session.h"

#include "base/testing/matchers.h"
#include "base/uuid.h"
#include "catalog/rest/testing/scripted_catalog.h"
#include "storage/call_deadline.h"
#include "storage/http/testing/recording_sleeper.h"

namespace firn::catalog::rest {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using storage::http::ConnectionUse;
using testing::Failure;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Refusal;
using testing::Reply;
using testing::ScriptedCatalog;
using testing::SeenRequest;
using ::testing::SizeIs;

const storage::http::HeaderList kRetryAfter = {{"retry-after", "2"}};

class RestSessionTest : public ::testing::Test {
 protected:
  RestSession Session() { return {options_, catalog_, sleeper_, clock_}; }

  Call Change() const {
    return {.method = "POST",
            .url = "http://c/v1/x",
            .effect = Effect::kChange,
            .body = "{}",
            .meaning = {.conflict = ErrorCode::kCommitConflict}};
  }
  Call Read() const { return {.method = "GET", .url = "http://c/v1/x"}; }
  std::vector<SeenRequest> Changes() const { return catalog_.requests("POST /v1/x"); }

  RestOptions options_{.uri = "http://c", .retry = {.max_attempts = 3}};
  ManualClock clock_{TimestampMs(1'700'000'000'000)};
  storage::http::testing::RecordingSleeper sleeper_{&clock_};
  ScriptedCatalog catalog_;
};

TEST_F(RestSessionTest, AReadIsTriedAgainAfterWhatMayPass) {
  for (auto passing : {Failure(ErrorCode::kIoError), Failure(ErrorCode::kUnavailable), Reply(503),
                       Reply(502), Reply(504), Reply(429, "", kRetryAfter)}) {
    catalog_.Reset("GET /v1/x");
    catalog_.On("GET /v1/x", passing);
    catalog_.On("GET /v1/x", Reply(200, "here"));
    auto session = Session();
    auto response = session.Send(Read());
    ASSERT_THAT(response, IsOk());
    EXPECT_EQ(response->body, "here");
  }
  EXPECT_GE(sleeper_.pauses().back().count(), 2'000) << "Retry-After";
}

TEST_F(RestSessionTest, AReadEndsWithWhatTheCatalogSaid) {
  struct Case {
    ScriptedCatalog::Answer answer;
    ErrorCode code;
    size_t sent;
  };
  for (const Case& read :
       {Case{Reply(500), ErrorCode::kIoError, 1}, Case{Reply(503), ErrorCode::kUnavailable, 3},
        Case{Failure(ErrorCode::kIoError), ErrorCode::kUnavailable, 3},
        Case{Reply(429), ErrorCode::kResourceExhausted, 3},
        Case{Reply(401), ErrorCode::kUnauthenticated, 1},
        Case{Reply(403), ErrorCode::kForbidden, 1}, Case{Reply(301), ErrorCode::kUnsupported, 1},
        Case{Reply(400), ErrorCode::kInvalidArgument, 1},
        Case{Refusal(404, "NoSuchTableException"), ErrorCode::kNoSuchTable, 1},
        Case{Refusal(404, "NoSuchNamespaceException"), ErrorCode::kNoSuchNamespace, 1},
        Case{Refusal(404, "NotFoundException"), ErrorCode::kNotFound, 1},
        Case{Refusal(404, "SomethingElse"), ErrorCode::kNotFound, 1}}) {
    ScriptedCatalog catalog;
    catalog.On("GET /v1/x", read.answer);
    RestSession session(options_, catalog, sleeper_, clock_);
    EXPECT_THAT(session.Send(Read()), IsError(read.code));
    EXPECT_THAT(catalog.requests(), SizeIs(read.sent));
  }
}

TEST_F(RestSessionTest, WithoutKeysAChangeThatMayBeDoneIsUnknownAndSentOnce) {
  for (auto answer : {Failure(ErrorCode::kIoError), Failure(ErrorCode::kDeadlineExceeded),
                      Failure(ErrorCode::kPayloadTooLarge), Reply(500), Reply(502), Reply(503),
                      Reply(504), Reply(408), Refusal(500, "CommitFailedException")}) {
    ScriptedCatalog catalog;
    catalog.On("POST /v1/x", answer);
    RestSession session(options_, catalog, sleeper_, clock_);
    EXPECT_THAT(session.Send(Change()), IsError(ErrorCode::kCommitStateUnknown));
    ASSERT_THAT(catalog.requests(), SizeIs(1));
    EXPECT_EQ(catalog.requests()[0].Header("idempotency-key"), "");
    EXPECT_EQ(catalog.requests()[0].connection, ConnectionUse::kFresh);
  }
}

TEST_F(RestSessionTest, WithoutKeysWhatWasNotCarriedOutIsSentAgain) {
  for (auto refused : {Failure(ErrorCode::kUnavailable), Reply(429), Reply(503, "", kRetryAfter)}) {
    ScriptedCatalog catalog;
    catalog.On("POST /v1/x", refused);
    catalog.On("POST /v1/x", Reply(204));
    RestSession session(options_, catalog, sleeper_, clock_);
    EXPECT_THAT(session.Send(Change()), IsOk());
    EXPECT_THAT(catalog.requests(), SizeIs(2));
  }
}

TEST_F(RestSessionTest, AChangeThatWasNeverCarriedOutIsNotUnknown) {
  struct Case {
    ScriptedCatalog::Answer answer;
    ErrorCode code;
  };
  for (const Case& change :
       {Case{Failure(ErrorCode::kUnavailable), ErrorCode::kUnavailable},
        Case{Reply(429), ErrorCode::kResourceExhausted},
        Case{Reply(503, "", kRetryAfter), ErrorCode::kUnavailable},
        Case{Reply(409), ErrorCode::kCommitConflict},
        Case{Refusal(409, "AlreadyExistsException"), ErrorCode::kAlreadyExists},
        Case{Reply(501), ErrorCode::kUnsupported}}) {
    for (bool keys : {false, true}) {
      ScriptedCatalog catalog;
      catalog.On("POST /v1/x", change.answer);
      RestSession session(options_, catalog, sleeper_, clock_);
      if (keys) {
        session.SendIdempotencyKeys();
      }
      EXPECT_THAT(session.Send(Change()), IsError(change.code));
    }
  }
}

TEST_F(RestSessionTest, WithAKeyALostReplyIsAskedForAgain) {
  catalog_.On("POST /v1/x", Failure(ErrorCode::kIoError));
  catalog_.On("POST /v1/x", Reply(502));
  catalog_.On("POST /v1/x", Reply(200, "done"));
  auto session = Session();
  session.SendIdempotencyKeys();
  ASSERT_THAT(session.Send(Change()), IsOk());
  ASSERT_THAT(Changes(), SizeIs(3));
  std::string key = Changes()[0].Header("idempotency-key");
  auto uuid = Uuid::Parse(key);
  ASSERT_TRUE(uuid.has_value());
  EXPECT_EQ(uuid->version(), 7);
  EXPECT_EQ(Changes()[2].Header("idempotency-key"), key);
  EXPECT_EQ(Changes()[0].connection, ConnectionUse::kPooled);
  ASSERT_THAT(session.Send(Change()), IsOk());
  EXPECT_NE(Changes()[3].Header("idempotency-key"), key) << "another change, another key";
}

TEST_F(RestSessionTest, WithAKeyOnlyAFinalAnswerSettlesALostReply) {
  struct Case {
    ScriptedCatalog::Answer second;
    ErrorCode code;
  };
  for (const Case& change :
       {Case{Reply(409), ErrorCode::kCommitConflict}, Case{Reply(422), ErrorCode::kUnprocessable},
        Case{Reply(400), ErrorCode::kCommitStateUnknown},
        Case{Reply(401), ErrorCode::kCommitStateUnknown},
        Case{Reply(403), ErrorCode::kCommitStateUnknown},
        Case{Reply(429), ErrorCode::kCommitStateUnknown},
        Case{Reply(503, "", kRetryAfter), ErrorCode::kCommitStateUnknown},
        Case{Failure(ErrorCode::kUnavailable), ErrorCode::kCommitStateUnknown}}) {
    ScriptedCatalog catalog;
    catalog.On("POST /v1/x", Failure(ErrorCode::kIoError));
    catalog.On("POST /v1/x", change.second);
    RestSession session(options_, catalog, sleeper_, clock_);
    session.SendIdempotencyKeys();
    EXPECT_THAT(session.Send(Change()), IsError(change.code));
  }
}

TEST_F(RestSessionTest, RetriesEndAtTheCallersDeadline) {
  catalog_.On("GET /v1/x", Reply(503));
  options_.retry = {.max_attempts = 100, .min_wait = std::chrono::milliseconds(1'000)};
  auto session = Session();
  storage::CallDeadline deadline(clock_.Monotonic() + std::chrono::milliseconds(4'000));
  EXPECT_THAT(session.Send(Read()), IsError(ErrorCode::kUnavailable));
  EXPECT_LE(clock_.Now().value(), 1'700'000'004'000);
  EXPECT_THAT(catalog_.requests(), Not(SizeIs(1)));
}

class TokenTest : public RestSessionTest {
 protected:
  TokenTest() {
    options_.oauth = {.token_uri = "http://auth/token",
                      .client_id = "me",
                      .client_secret = "s3cr&t",
                      .scope = "catalog"};
    catalog_.On("GET /v1/x", Reply(200));
  }
  void Give(const std::string& token, int seconds) {
    catalog_.On("POST /token", Reply(200, R"({"access_token": ")" + token +
                                              R"(", "token_type": "bearer", "expires_in": )" +
                                              std::to_string(seconds) + "}"));
  }
  std::string LastToken() { return catalog_.requests("GET /v1/x").back().Header("authorization"); }
};

TEST_F(TokenTest, ATokenIsAskedForOnceAndRenewedBeforeItsEnd) {
  Give("one", 1000);
  Give("two", 1000);
  auto session = Session();
  ASSERT_THAT(session.Send(Read()), IsOk());
  ASSERT_THAT(session.Send(Read()), IsOk());
  EXPECT_EQ(LastToken(), "Bearer one");
  ASSERT_THAT(catalog_.requests("POST /token"), SizeIs(1));
  EXPECT_EQ(catalog_.requests("POST /token")[0].body,
            "grant_type=client_credentials&client_id=me&client_secret=s3cr%26t&scope=catalog");
  clock_.Advance(std::chrono::seconds(939));
  ASSERT_THAT(session.Send(Read()), IsOk());
  EXPECT_EQ(LastToken(), "Bearer one");
  clock_.Advance(std::chrono::seconds(1));
  ASSERT_THAT(session.Send(Read()), IsOk());
  EXPECT_EQ(LastToken(), "Bearer two");
}

TEST_F(TokenTest, ARefusedTokenIsRenewedOnce) {
  Give("stale", 1000);
  Give("fresh", 1000);
  catalog_.Reset("GET /v1/x");
  catalog_.On("GET /v1/x", Reply(401));
  catalog_.On("GET /v1/x", Reply(200));
  catalog_.On("GET /v1/x", Reply(401));
  auto session = Session();
  ASSERT_THAT(session.Send(Read()), IsOk());
  EXPECT_EQ(LastToken(), "Bearer fresh");
  EXPECT_THAT(session.Send(Read()), IsError(ErrorCode::kUnauthenticated));
  EXPECT_THAT(catalog_.requests("GET /v1/x"), SizeIs(4));
}

TEST_F(TokenTest, AGivenTokenIsUsedUntilItIsRefused) {
  options_.token = "given";
  Give("asked", 1000);
  catalog_.Reset("GET /v1/x");
  catalog_.On("GET /v1/x", Reply(200));
  catalog_.On("GET /v1/x", Reply(401));
  catalog_.On("GET /v1/x", Reply(200));
  auto session = Session();
  ASSERT_THAT(session.Send(Read()), IsOk());
  EXPECT_EQ(LastToken(), "Bearer given");
  ASSERT_THAT(session.Send(Read()), IsOk());
  EXPECT_EQ(LastToken(), "Bearer asked");
}

TEST_F(TokenTest, WithoutACredentialA401IsTheAnswer) {
  options_.oauth = {};
  options_.token = "given";
  catalog_.Reset("GET /v1/x");
  catalog_.On("GET /v1/x", Reply(401));
  auto session = Session();
  EXPECT_THAT(session.Send(Read()), IsError(ErrorCode::kUnauthenticated));
  EXPECT_THAT(catalog_.requests(), SizeIs(1));
}

TEST_F(TokenTest, ARefusedCredentialIsToldWithoutIt) {
  for (auto answer : {Reply(400, R"({"error": "invalid_client", "hint": "s3cr&t"})"), Reply(401),
                      Reply(200, "s3cr&t"), Reply(200, R"({"access_token": ""})")}) {
    catalog_.Reset("POST /token");
    catalog_.On("POST /token", answer);
    auto session = Session();
    auto sent = session.Send(Read());
    ASSERT_THAT(sent, IsError(ErrorCode::kUnauthenticated));
    EXPECT_THAT(sent.error().Describe(), Not(HasSubstr("s3cr")));
  }
  EXPECT_THAT(catalog_.requests("GET /v1/x"), SizeIs(0));
  catalog_.Reset("POST /token");
  catalog_.On("POST /token", Failure(ErrorCode::kIoError));
  auto session = Session();
  EXPECT_THAT(session.Send(Change()), IsError(ErrorCode::kUnavailable)) << "nothing was changed";
}

}  // namespace
}  // namespace firn::catalog::rest
