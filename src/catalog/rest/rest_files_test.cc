// The files of a REST catalog's tables: vended credentials and their renewal, requests that the
// catalog signs. The S3 behind them checks every signature.
#include <map>

#include "base/json_reader.h"
#include "base/json_writer.h"
#include "base/testing/matchers.h"
#include "catalog/rest/rest_catalog.h"
#include "catalog/rest/rest_endpoints.h"
#include "catalog/rest/testing/scripted_catalog.h"
#include "iceberg/metadata/new_table.h"
#include "iceberg/metadata/table_metadata_json.h"
#include "storage/http/testing/loopback_server.h"
#include "storage/http/testing/recording_sleeper.h"
#include "storage/http/uri.h"
#include "storage/s3/testing/fake_s3.h"

namespace firn::catalog::rest {
namespace {

namespace http = storage::http;
using firn::testing::IsError;
using firn::testing::IsOk;
using http::testing::Answer;
using http::testing::LoopbackServer;
using ::testing::HasSubstr;
using testing::Refusal;
using testing::Reply;
using testing::ScriptedCatalog;
using testing::SeenRequest;
using ::testing::SizeIs;

const TableIdentifier kTable{{{"db"}}, "t"};
const std::string kTableLine = "GET /v1/namespaces/db/tables/t";
const std::string kCredentialsLine = "GET /v1/namespaces/db/tables/t/credentials";
const storage::aws::Credentials kKeys{.access_key_id = "catalogs", .secret_access_key = "own"};
const storage::aws::SigningScope kScope{.region = "eu-test-1", .service = "s3"};

/// Signs what `POST .../sign` asks for, with the keys that only it has; else as it is told.
class SigningCatalog final : public http::HttpTransport {
 public:
  explicit SigningCatalog(const Clock& clock) : clock_(clock) {}

  Result<http::HttpResponse> RoundTrip(const http::HttpRequest& request,
                                       MonotonicTime deadline) override {
    auto answer = scripted.RoundTrip(request, deadline);
    bool signs = answer.has_value() && answer->status == 200 && answer->body == "sign";
    return signs ? Signed(std::string(request.body)) : answer;
  }

  ScriptedCatalog scripted;

 private:
  http::HttpResponse Signed(const std::string& body) {
    auto document = json::Document::Parse(body).value();
    auto root = json::AsObject(document.root(), "request").value();
    http::HttpRequest request{.method = std::string(json::GetString(root, "method").value()),
                              .url = std::string(json::GetString(root, "uri").value())};
    std::string hash;
    json::Object headers = json::GetObject(root, "headers").value();
    for (auto [name, values] : headers) {
      json::Array list = json::AsArray(values, "values").value();
      std::string value(json::AsString(list.at(0).value(), "value").value());
      if (name == "x-amz-content-sha256") {
        hash = value;
      } else if (name != "Host") {
        request.headers.push_back({std::string(name), value});
      }
    }
    storage::aws::Sign(request, kKeys, kScope, hash, clock_.Now());
    std::string answer;
    JsonWriter out(answer);
    out.BeginObject().Field("uri", request.url).Key("headers").BeginObject();
    for (const http::Header& header : request.headers) {
      out.Key(header.name).BeginArray().String(header.value).EndArray();
    }
    out.EndObject().EndObject();
    return {.status = 200, .headers = {}, .body = answer};
  }

  const Clock& clock_;
};

class RestFilesTest : public ::testing::Test {
 protected:
  std::unique_ptr<Catalog> Open(PropertyMap properties = {}) {
    properties.emplace("uri", "http://c");
    return RestCatalog::Open({.properties = properties}, environment_).value();
  }
  /// With this beside the metadata.
  void AnswerTable(const std::string& rest) {
    auto schema = iceberg::Schema::Make(iceberg::SchemaId(0), {}, {}).value();
    auto metadata = iceberg::NewTableMetadata(
        {.schema = schema, .location = "s3://bucket/t", .uuid = Uuid::Random()}, TimestampMs(1));
    scripted().On(kTableLine, Reply(200, R"({"metadata-location": "s3://bucket/t/0.json", )" +
                                             std::string(R"("metadata": )") +
                                             iceberg::PrintTableMetadata(*metadata.value()) + ", " +
                                             rest + "}"));
  }
  std::string Endpoint() {
    return R"("s3.endpoint": ")" + s3_.uri() + R"(", "client.region": "eu-test-1")";
  }
  std::string Credential(const std::string& prefix, const std::string& key, int64_t life_ms) {
    return R"({"prefix": ")" + prefix + R"(", "config": {"s3.access-key-id": ")" + key +
           R"(", "s3.secret-access-key": "s", "s3.session-token": "token-of-)" + key +
           R"(", "s3.session-token-expires-at-ms": ")" +
           std::to_string(clock_.Now().value() + life_ms) + R"("}})";
  }
  void Offer(const std::string& endpoints, const std::string& overrides = "") {
    scripted().Reset("GET /v1/config");
    scripted().On("GET /v1/config",
                  Reply(200, R"({"overrides": {)" + overrides + R"(}, "endpoints": [)" + "\"" +
                                 std::string(endpoint::kLoadTable) + "\"" + endpoints + "]}"));
  }
  static std::string Quoted(std::string_view endpoint) {
    return ",\"" + std::string(endpoint) + "\"";
  }
  std::string LastSigner() {
    return *http::FindHeader(s3_.requests().back().headers, "authorization");
  }
  ScriptedCatalog& scripted() { return catalog_.scripted; }

  ManualClock clock_{TimestampMs(1'700'000'000'000)};
  http::testing::RecordingSleeper sleeper_{&clock_};
  SigningCatalog catalog_{clock_};
  storage::s3::testing::FakeS3 fake_{kKeys, kScope, clock_};
  /// True: all that comes is answered, whoever signed it.
  bool anybody_ = true;
  LoopbackServer s3_{[this](const http::testing::ReceivedRequest& request, int) {
    if (anybody_) {
      return Answer(200, "bytes");
    }
    http::HttpRequest asked{.method = request.method,
                            .url = s3_.uri() + request.target,
                            .headers = request.headers,
                            .body = request.body};
    auto answer = fake_.RoundTrip(asked, kNoDeadline).value();
    std::string headers;
    std::string length;
    for (const http::Header& header : answer.headers) {
      std::string line = header.name + ": " + header.value + "\r\n";
      (header.name == "content-length" ? length : headers) += line;
    }
    if (request.method == "HEAD" && answer.status == 200) {
      return http::testing::ScriptedAnswer{"HTTP/1.1 200 OK\r\n" + length + headers + "\r\n"};
    }
    return Answer(answer.status, answer.body, headers);
  }};
  CatalogEnvironment environment_{.clock = clock_,
                                  .variables = [](std::string_view) { return std::nullopt; },
                                  .transport = &catalog_,
                                  .sleeper = &sleeper_};
};

TEST_F(RestFilesTest, CredentialsAreRenewedAtTheirEndpoint) {
  Offer(Quoted(endpoint::kLoadCredentials));
  AnswerTable(R"("config": {)" + Endpoint() + R"(}, "storage-credentials": [)" +
              Credential("s3://bucket", "wide-1", 3'600'000) + "," +
              Credential("s3://bucket/t", "narrow-1", 3'600'000) + "]");
  auto catalog = Open();
  ASSERT_OK_AND_ASSIGN(auto table, catalog->Load(kTable));
  ASSERT_THAT(table.files->Read("s3://bucket/t/f", 100), IsOk());
  EXPECT_THAT(LastSigner(), HasSubstr("Credential=narrow-1/"));
  clock_.Advance(std::chrono::minutes(56));
  scripted().On(
      kCredentialsLine,
      Reply(200, R"({"storage-credentials": [)" + Credential("s3://bucket", "wide-2", 3'600'000) +
                     "," + Credential("s3://bucket/t", "narrow-2", 3'600'000) + "]}"));
  catalog.reset();  // the files live on
  for (const auto& [file, key] : std::map<std::string, std::string>{
           {"s3://bucket/t/f", "narrow-2"}, {"s3://bucket/other", "wide-2"}}) {
    ASSERT_THAT(table.files->Read(file, 100), IsOk());
    EXPECT_THAT(LastSigner(), HasSubstr("Credential=" + key + "/"));
    EXPECT_EQ(*http::FindHeader(s3_.requests().back().headers, "x-amz-security-token"),
              "token-of-" + key);
  }
  EXPECT_THAT(scripted().requests(kCredentialsLine), SizeIs(1));
  EXPECT_THAT(scripted().requests(kTableLine), SizeIs(1));
}

TEST_F(RestFilesTest, WithoutThatEndpointTheTableIsLoadedAgain) {
  Offer("");
  // Copies for older clients, as catalogs send them.
  auto config = [this](const std::string& key) {
    return R"("config": {"s3.access-key-id": ")" + key +
           R"(", "s3.secret-access-key": "s", "s3.session-token-expires-at-ms": ")" +
           std::to_string(clock_.Now().value() + 60'000) + R"(", )" + Endpoint() + "}";
  };
  AnswerTable(config("first"));
  auto catalog = Open();
  ASSERT_OK_AND_ASSIGN(auto table, catalog->Load(kTable));
  ASSERT_THAT(table.files->Read("s3://bucket/t/f", 100), IsOk());
  EXPECT_THAT(LastSigner(), HasSubstr("Credential=first/"));
  clock_.Advance(std::chrono::seconds(50));
  scripted().Reset(kTableLine);
  AnswerTable(config("second"));
  ASSERT_THAT(table.files->Read("s3://bucket/t/f", 100), IsOk());
  EXPECT_THAT(LastSigner(), HasSubstr("Credential=second/"));
  EXPECT_EQ(scripted().requests().back().Header("x-iceberg-access-delegation"),
            "vended-credentials,remote-signing");
}

TEST_F(RestFilesTest, CopiesInTheConfigurationDoNotOutliveTheirRenewal) {
  Offer("");
  AnswerTable(R"("config": {"client.refresh-credentials-endpoint": "/v1/fresh",
      "s3.access-key-id": "first", "s3.secret-access-key": "s",
      "s3.session-token-expires-at-ms": ")" +
              std::to_string(clock_.Now().value() + 60'000) + R"(", )" + Endpoint() + "}");
  auto catalog = Open();
  ASSERT_OK_AND_ASSIGN(auto table, catalog->Load(kTable));
  clock_.Advance(std::chrono::seconds(50));
  scripted().On("GET /v1/fresh",
                Reply(200, R"({"storage-credentials": [)" +
                               Credential("s3://bucket/t", "second", 3'600'000) + "]}"));
  for (int i = 0; i < 3; ++i) {
    ASSERT_THAT(table.files->Read("s3://bucket/t/f", 100), IsOk());
    EXPECT_THAT(LastSigner(), HasSubstr("Credential=second/"));
    clock_.Advance(std::chrono::seconds(50));
  }
  EXPECT_THAT(scripted().requests("GET /v1/fresh"), SizeIs(1));
}

TEST_F(RestFilesTest, ACatalogThatIsGoneIsToldWhenTheCredentialsAre) {
  Offer(Quoted(endpoint::kLoadCredentials));
  AnswerTable(R"("config": {)" + Endpoint() + R"(}, "storage-credentials": [)" +
              Credential("s3://bucket", "first", 60'000) + "]");
  auto catalog = Open({{"rest.client.max-retries", "0"}});
  ASSERT_OK_AND_ASSIGN(auto table, catalog->Load(kTable));
  scripted().On(kCredentialsLine, Refusal(403, "ForbiddenException"));
  clock_.Advance(std::chrono::seconds(50));
  EXPECT_THAT(table.files->Read("s3://bucket/t/f", 100), IsOk()) << "they are valid";
  clock_.Advance(std::chrono::seconds(20));
  EXPECT_THAT(table.files->Read("s3://bucket/t/f", 100), IsError(ErrorCode::kForbidden));
}

TEST_F(RestFilesTest, TheCatalogSignsEveryKindOfRequest) {
  anybody_ = false;
  Offer(Quoted(endpoint::kSign));
  std::string line = "POST /v1/namespaces/db/tables/t/sign";
  scripted().On(line, Reply(200, "sign"));
  AnswerTable(R"("config": {"s3.remote-signing-enabled": "true", )" + Endpoint() + R"(},
      "remote-signing-config": {"properties": {"who": "me"}, "headers": {"X-Extra": ["1", "2"]}})");
  auto catalog = Open({{"token", "secret-token"}, {"s3.multipart.part-size-bytes", "5242880"}});
  ASSERT_OK_AND_ASSIGN(auto table, catalog->Load(kTable));
  storage::ObjectStore& files = *table.files;
  std::string large(6 << 20, 'x');
  ASSERT_THAT(files.Write("s3://bucket/t/a b", "small", storage::WriteMode::kCreateNew), IsOk());
  ASSERT_THAT(files.Write("s3://bucket/t/c", large, storage::WriteMode::kOverwrite), IsOk());
  EXPECT_THAT(files.Write("s3://bucket/t/a b", "again", storage::WriteMode::kCreateNew),
              IsError(ErrorCode::kAlreadyExists));
  EXPECT_EQ(files.Read("s3://bucket/t/a b", 100).value(), "small");
  EXPECT_EQ(files.ReadRange("s3://bucket/t/c", 5, 3).value(), "xxx");
  EXPECT_EQ(files.Stat("s3://bucket/t/c").value().size_bytes, 6 << 20);
  EXPECT_EQ(files.List("s3://bucket/t", {}).value().files.size(), 2U);
  ASSERT_THAT(files.Delete("s3://bucket/t/a b"), IsOk());
  std::vector<std::string> rest = {"s3://bucket/t/c", "s3://bucket/t/none"};
  ASSERT_THAT(files.DeleteMany(rest), IsOk());
  EXPECT_THAT(fake_.keys(), SizeIs(0));

  std::vector<SeenRequest> asked = scripted().requests(line);
  EXPECT_EQ(asked.front().Header("authorization"), "Bearer secret-token");
  EXPECT_EQ(asked.front().Header("x-extra"), "1, 2");
  EXPECT_THAT(asked.front().body, HasSubstr(R"("region":"eu-test-1")"));
  EXPECT_THAT(asked.front().body, HasSubstr(R"("properties":{"who":"me"})"));
  EXPECT_THAT(asked.front().body, HasSubstr(R"("provider":"s3")"));
  for (const SeenRequest& request : asked) {
    // What is deleted is in the body; what is written is none of the catalog's business.
    EXPECT_EQ(request.body.contains(R"("body":)"), request.body.contains("?delete="));
    EXPECT_LT(request.body.size(), 10'000U);
  }
}

TEST_F(RestFilesTest, ARefusedSignatureIsForbiddenAndNothingIsSent) {
  Offer(Quoted(endpoint::kSign));
  scripted().On("POST /v1/namespaces/db/tables/t/sign", Refusal(403, "ForbiddenException"));
  AnswerTable(R"("config": {"s3.remote-signing-enabled": "true", )" + Endpoint() + "}");
  auto catalog = Open();
  ASSERT_OK_AND_ASSIGN(auto table, catalog->Load(kTable));
  EXPECT_THAT(table.files->Read("s3://bucket/t/f", 100), IsError(ErrorCode::kForbidden));
  EXPECT_THAT(table.files->Write("s3://bucket/t/f", "x", storage::WriteMode::kOverwrite),
              IsError(ErrorCode::kForbidden));
  EXPECT_THAT(s3_.requests(), SizeIs(0));
}

TEST_F(RestFilesTest, OlderNamesOfTheSignerAreFollowed) {
  anybody_ = false;
  Offer("");
  scripted().On("POST /old/sign", Reply(200, "sign"));
  AnswerTable(R"("config": {"s3.remote-signing-enabled": "true", "s3.signer.uri": "http://c/old/",
      "s3.signer.endpoint": "sign", )" +
              Endpoint() + "}");
  auto catalog = Open();
  ASSERT_OK_AND_ASSIGN(auto table, catalog->Load(kTable));
  EXPECT_THAT(table.files->Write("s3://bucket/t/f", "x", storage::WriteMode::kOverwrite), IsOk());
  scripted().On("POST /v1/aws/s3/sign", Reply(200, "sign"));
  scripted().Reset(kTableLine);
  AnswerTable(R"("config": {"s3.signer": "S3V4RestSigner", )" + Endpoint() + "}");
  ASSERT_OK_AND_ASSIGN(table, catalog->Load(kTable));
  EXPECT_EQ(table.files->Read("s3://bucket/t/f", 100).value(), "x");
  EXPECT_EQ(scripted().requests().back().line, "POST /v1/aws/s3/sign");
}

TEST_F(RestFilesTest, OurTokenGoesToNoHostThatTheCatalogNames) {
  Offer("");
  AnswerTable(R"("config": {"s3.remote-signing-enabled": "true",
      "s3.signer.uri": "http://elsewhere", )" +
              Endpoint() + "}");
  scripted().On("POST /v1/aws/s3/sign", Reply(200, "sign"));
  auto catalog = Open({{"token", "secret-token"}});
  ASSERT_OK_AND_ASSIGN(auto table, catalog->Load(kTable));
  EXPECT_THAT(table.files->Read("s3://bucket/t/f", 100), IsError(ErrorCode::kForbidden));
  EXPECT_THAT(scripted().requests("POST /v1/aws/s3/sign"), SizeIs(0));
  auto allowed = Open({{"token", "secret-token"}, {"s3.signer.uri", "http://elsewhere"}});
  ASSERT_OK_AND_ASSIGN(table, allowed->Load(kTable));
  EXPECT_THAT(table.files->Read("s3://bucket/t/f", 100), IsOk());
}

}  // namespace
}  // namespace firn::catalog::rest
