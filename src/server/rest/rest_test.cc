// Page tokens, the error table, entity tags, listings and request bodies.
#include "base/testing/matchers.h"
#include "server/rest/errors.h"
#include "server/rest/listing.h"
#include "server/rest/page_token.h"
#include "server/rest/requests.h"
#include "server/rest/responses.h"

namespace firn::rest {
namespace {

using testing::IsError;
using testing::IsOk;

const NamespacePath kParent{{"a", "b"}};

TEST(PageTokenTest, ReadsWhatItPrinted) {
  std::string token = PrintPageToken(Listing::kTables, kParent, "last/\x01 name");
  ASSERT_OK_AND_ASSIGN(auto after, ParsePageToken(Listing::kTables, kParent, token));
  EXPECT_EQ(after, "last/\x01 name");
}

TEST(PageTokenTest, EmptyTokenIsTheFirstPage) {
  ASSERT_OK_AND_ASSIGN(auto after, ParsePageToken(Listing::kTables, kParent, ""));
  EXPECT_EQ(after, std::nullopt);
}

TEST(PageTokenTest, TokensOfOtherListingsAreRefused) {
  std::string token = PrintPageToken(Listing::kTables, kParent, "x");
  EXPECT_THAT(ParsePageToken(Listing::kViews, kParent, token),
              IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(ParsePageToken(Listing::kTables, NamespacePath{{"a"}}, token),
              IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(ParsePageToken(Listing::kTables, kParent, "x"), IsError(ErrorCode::kInvalidArgument));
}

TEST(ListingTest, PagesOnlyWhereATokenIsGiven) {
  ASSERT_OK_AND_ASSIGN(auto query, http::Query::Parse("pageSize=2"));
  ASSERT_OK_AND_ASSIGN(auto page, ParsePage(query, Listing::kTables, kParent, 1000));
  EXPECT_EQ(page.limit, std::nullopt);
  ASSERT_OK_AND_ASSIGN(query, http::Query::Parse("pageSize=2&pageToken="));
  ASSERT_OK_AND_ASSIGN(page, ParsePage(query, Listing::kTables, kParent, 1000));
  EXPECT_EQ(page.limit, 2);
  ASSERT_OK_AND_ASSIGN(query, http::Query::Parse("pageToken=&pageSize=5000"));
  ASSERT_OK_AND_ASSIGN(page, ParsePage(query, Listing::kTables, kParent, 1000));
  EXPECT_EQ(page.limit, 1000);
  ASSERT_OK_AND_ASSIGN(query, http::Query::Parse("pageToken=&pageSize=0"));
  EXPECT_THAT(ParsePage(query, Listing::kTables, kParent, 1000),
              IsError(ErrorCode::kInvalidArgument));
}

TEST(ErrorsTest, MessagesAreUtf8WhateverTheyQuote) {
  EXPECT_EQ(MessageOf(Error(ErrorCode::kInvalidMetadata, "codec é")), "codec é");
  Error broken(ErrorCode::kUnsupported, "codec deflat\x9A");
  EXPECT_EQ(MessageOf(broken), "codec deflat?");
  EXPECT_EQ(ParseStoredError(PrintStoredError(broken)).message(), "codec deflat?");
}

TEST(ErrorsTest, EveryCodeHasAStatusAndATypeInTheBody) {
  http::Response response =
      RenderError(Error(ErrorCode::kNoSuchTable, "Table does not exist: a.t"));
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(*response.body[0],
            R"({"error":{"message":"Table does not exist: a.t","type":"NoSuchTableException",)"
            R"("code":404}})");
  EXPECT_EQ(MappingOf(ErrorCode::kCommitConflict).status, 409);
  EXPECT_EQ(MappingOf(ErrorCode::kCommitStateUnknown).type, "CommitStateUnknownException");
  EXPECT_EQ(MappingOf(ErrorCode::kInternal).status, 500);
}

TEST(ErrorsTest, RefusalsThatMayBeRepeatedSayWhen) {
  for (ErrorCode code : {ErrorCode::kResourceExhausted, ErrorCode::kUnavailable}) {
    http::Response response = RenderError(Error(code, "busy"));
    EXPECT_EQ(response.headers.back().first, "Retry-After");
  }
}

TEST(ErrorsTest, StoredErrorsComeBack) {
  Error error(ErrorCode::kCommitConflict, "Requirement failed: \"x\"");
  Error read = ParseStoredError(PrintStoredError(error));
  EXPECT_EQ(read.code(), error.code());
  EXPECT_EQ(read.message(), error.message());
  EXPECT_EQ(ParseStoredError("nonsense").code(), ErrorCode::kInternal);
}

TEST(EntityTagTest, ListsWeakTagsAndStarMatch) {
  constexpr std::string_view kTag = "\"abc\"";
  for (std::string_view header :
       {"\"abc\"", "abc", "W/\"abc\"", "\"x\", \"abc\"", "*", " \"abc\" "}) {
    EXPECT_TRUE(Matches(header, kTag)) << header;
  }
  for (std::string_view header : {"", "\"ab\"", "\"abcd\"", ",", "W/"}) {
    EXPECT_FALSE(Matches(header, kTag)) << header;
  }
}

TEST(ResponsesTest, TheLastPageHasNoToken) {
  EXPECT_EQ(PrintNamespaces(kParent, {"c"}, ""),
            R"({"namespaces":[["a","b","c"]],"next-page-token":null})");
  EXPECT_EQ(PrintIdentifiers(kParent, {"t"}, "tok"),
            R"({"identifiers":[{"namespace":["a","b"],"name":"t"}],"next-page-token":"tok"})");
}

TEST(RequestsTest, BodiesAreChecked) {
  EXPECT_THAT(ParseCreateNamespace(R"({"namespace":["a"],"properties":{"k":"v"}})"), IsOk());
  for (std::string_view body : {"", "[]", "{}", R"({"namespace":"a"})", R"({"namespace":[1]})",
                                R"({"namespace":["a"],"namespace":["b"]})"}) {
    EXPECT_THAT(ParseCreateNamespace(body), IsError(ErrorCode::kInvalidArgument)) << body;
  }
  EXPECT_THAT(ParseRename(R"({"source":{"namespace":["a"],"name":"t"}})"),
              IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(ParseTransaction(R"({"table-changes":[{"requirements":[],"updates":[]}]})"),
              IsError(ErrorCode::kInvalidArgument));
}

TEST(RequestsTest, TheBodysIdentifierMustBeThatOfThePath) {
  constexpr std::string_view kBody =
      R"({"identifier":{"namespace":["a"],"name":"t"},"requirements":[],"updates":[]})";
  EXPECT_THAT(ParseCommitTable(kBody, {NamespacePath{{"a"}}, "t"}), IsOk());
  EXPECT_THAT(ParseCommitTable(kBody, {NamespacePath{{"a"}}, "u"}),
              IsError(ErrorCode::kInvalidArgument));
}

TEST(MetricsReportTest, ReportsHaveALimit) {
  auto report = [](size_t size) {
    return R"({"report-type":"scan-report","snapshot-id":1,"metrics":{},"filter":")" +
           std::string(size, 'f') + "\"}";
  };
  EXPECT_THAT(ParseMetricsReport(report(100'000)), IsOk());
  EXPECT_THAT(ParseMetricsReport(report(kMaxMetricsReportBytes)),
              IsError(ErrorCode::kPayloadTooLarge));
}

}  // namespace
}  // namespace firn::rest
