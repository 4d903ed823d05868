#include "storage/s3/s3_xml.h"

#include "base/testing/matchers.h"

namespace firn::storage::s3 {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using firn::testing::IsOkAnd;

TEST(S3XmlTest, AListingIsRead) {
  auto page = ParseObjectPage(R"(<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name>
 <Prefix>a%2F</Prefix><KeyCount>2</KeyCount><MaxKeys>2</MaxKeys><IsTruncated>true</IsTruncated>
 <Contents><Key>a%2Fb+c%2Bd</Key><LastModified>2009-10-12T17:50:30.123Z</LastModified>
  <ETag>&quot;fba9&quot;</ETag><Size>434234</Size><StorageClass>STANDARD</StorageClass>
  <Owner><ID>1</ID><Key>not this</Key></Owner></Contents>
 <Contents><Key>a%2F%C3%BC</Key><LastModified>1970-01-01T00:00:00Z</LastModified>
  <Size>0</Size></Contents>
 <CommonPrefixes><Prefix>x</Prefix></CommonPrefixes>
</ListBucketResult>)");
  ASSERT_THAT(page, IsOk());
  EXPECT_TRUE(page->is_truncated);
  ASSERT_EQ(page->objects.size(), 2U);
  EXPECT_EQ(page->objects[0].key, "a/b c+d");
  EXPECT_EQ(page->objects[0].size_bytes, 434'234);
  EXPECT_EQ(page->objects[0].modified, TimestampMs(1'255'369'830'123));
  EXPECT_EQ(page->objects[1].key, "a/ü");
  EXPECT_EQ(page->objects[1].modified, TimestampMs(0));
}

TEST(S3XmlTest, AnEmptyListingIsRead) {
  auto page =
      ParseObjectPage("<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>");
  ASSERT_THAT(page, IsOk());
  EXPECT_TRUE(page->objects.empty());
}

std::string Listing(std::string_view contents) {
  return "<ListBucketResult><IsTruncated>false</IsTruncated><Contents>" + std::string(contents) +
         "</Contents></ListBucketResult>";
}

TEST(S3XmlTest, WhatIsNoListingIsRefused) {
  const std::string kGood =
      "<Key>k</Key><Size>1</Size><LastModified>2026-01-31T00:00:00Z</LastModified>";
  ASSERT_THAT(ParseObjectPage(Listing(kGood)), IsOk());
  const std::string kBad[] = {
      "",
      "no xml",
      "<ListBucketResult>",
      "<ListBucketResult/>",
      "<Error><Code>SlowDown</Code></Error>",
      Listing("<Size>1</Size>"),
      Listing("<Key>k</Key><Size>-1</Size>"),
      Listing("<Key>k</Key><Size>1x</Size>"),
      Listing("<Key>k</Key><LastModified>yesterday</LastModified>"),
      Listing("<Key>k</Key><LastModified>2026-02-31T00:00:00Z</LastModified>"),
      Listing(kGood) + "<More/>",
      Listing("<Key>\xFF</Key>"),
      "<!DOCTYPE a [<!ENTITY b \"cccc\">]>" + Listing("<Key>&b;</Key>"),
      Listing("<Key>&undefined;</Key>"),
      Listing("<Key>" + std::string(70'000, 'k') + "</Key>"),
  };
  for (const std::string& xml : kBad) {
    EXPECT_THAT(ParseObjectPage(xml), IsError(ErrorCode::kIoError)) << xml.substr(0, 200);
  }
}

TEST(S3XmlTest, DepthAndNumberAreLimited) {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) {
    deep += "<a>";
  }
  EXPECT_THAT(ParseObjectPage(deep), IsError(ErrorCode::kIoError));
  std::string many = "<ListBucketResult><IsTruncated>false</IsTruncated>";
  for (size_t i = 0; i <= kMaxXmlItems; ++i) {
    many += "<Contents><Key>k</Key></Contents>";
  }
  EXPECT_THAT(ParseObjectPage(many + "</ListBucketResult>"), IsError(ErrorCode::kIoError));
}

TEST(S3XmlTest, WhatADeletionCouldNotDoIsRead) {
  auto failures = ParseDeleteResult(
      "<DeleteResult><Deleted><Key>a</Key></Deleted><Error><Key>b&amp;c</Key>"
      "<Code>AccessDenied</Code><Message>No</Message></Error><Error><Code>X</Code></Error>"
      "</DeleteResult>");
  ASSERT_THAT(failures, IsOk());
  ASSERT_EQ(failures->size(), 2U);
  EXPECT_EQ((*failures)[0].key, "b&c");
  EXPECT_EQ((*failures)[0].code, "AccessDenied");
  EXPECT_EQ((*failures)[1].key, "");
  EXPECT_THAT(ParseDeleteResult("<DeleteResult/>"), IsOk());
  EXPECT_THAT(ParseDeleteResult("<Other/>"), IsError(ErrorCode::kIoError));
}

TEST(S3XmlTest, UploadIdsAndFailuresAreRead) {
  EXPECT_THAT(ParseUploadId("<InitiateMultipartUploadResult><UploadId>u</UploadId>"
                            "</InitiateMultipartUploadResult>"),
              IsOkAnd("u"));
  EXPECT_THAT(ParseUploadId("<InitiateMultipartUploadResult/>"), IsError(ErrorCode::kIoError));
  EXPECT_EQ(ParseFailure("<Error><Code>NoSuchKey</Code><Message>m</Message></Error>").code,
            "NoSuchKey");
  EXPECT_EQ(ParseFailure("<html>").code, "");
  EXPECT_EQ(ParseFailure("").code, "");
}

TEST(S3XmlTest, RequestsArePrinted) {
  const std::string keys[] = {"a&<>\"b", "c"};
  EXPECT_EQ(PrintDelete(keys),
            "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Quiet>true</Quiet>"
            "<Object><Key>a&amp;&lt;&gt;&quot;b</Key></Object><Object><Key>c</Key></Object>"
            "</Delete>");
  const UploadedPart parts[] = {{1, "\"x\""}};
  EXPECT_EQ(PrintCompleteUpload(parts),
            "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Part>"
            "<PartNumber>1</PartNumber><ETag>&quot;x&quot;</ETag></Part>"
            "</CompleteMultipartUpload>");
}

TEST(S3XmlTest, NotEveryKeyFitsIntoXml) {
  EXPECT_TRUE(FitsIntoXml("a/ü b"));
  EXPECT_FALSE(FitsIntoXml("a\x01"));
  EXPECT_FALSE(FitsIntoXml("a\n"));
  EXPECT_FALSE(FitsIntoXml("\xFF"));
  EXPECT_FALSE(FitsIntoXml("\xEF\xBF\xBF"));
}

}  // namespace
}  // namespace firn::storage::s3
