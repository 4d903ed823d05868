// What people see of a server's answers.
#include "cli/describe.h"

#include "base/testing/matchers.h"

namespace firn::cli {
namespace {

using ::testing::HasSubstr;
using testing::IsError;
using testing::IsOkAnd;

TEST(DescribeTest, NamesAreListedAsTheyAreRead) {
  EXPECT_THAT(DescribeListing(R"({"namespaces":[["a"],["a","x.y"],["a","\"q"]]})"),
              IsOkAnd("a\na.\"x.y\"\na.\"\"\"q\"\n"));
  EXPECT_THAT(DescribeListing(
                  R"({"identifiers":[{"namespace":["a","b"],"name":"t.1"},
                                     {"namespace":[],"name":"t"}],"next-page-token":null})"),
              IsOkAnd("a.b.\"t.1\"\nt\n"));
  EXPECT_THAT(DescribeListing(R"({"namespaces":[]})"), IsOkAnd(""));
}

TEST(DescribeTest, PropertiesAreSorted) {
  EXPECT_THAT(DescribeNamespace(R"({"namespace":["a"],"properties":{"z":"1","b":"x = y"}})"),
              IsOkAnd("namespace:    a\nproperties:\n  b = x = y\n  z = 1\n"));
  EXPECT_THAT(DescribeProperties(R"({"updated":["k","l"],"removed":[],"missing":["m"]})"),
              IsOkAnd("set:          k, l\nnot there:    m\n"));
}

constexpr const char* kTable = R"({
  "metadata-location": "file:///w/t/metadata/00001.json",
  "metadata": {
    "format-version": 2, "table-uuid": "9c12d441-03fe-4693-9a96-a0705ddf69c1",
    "location": "file:///w/t", "last-sequence-number": 1, "last-updated-ms": 1700000000000,
    "last-column-id": 2, "current-schema-id": 0,
    "schemas": [{"type": "struct", "schema-id": 0, "fields": [
      {"id": 1, "name": "id", "required": true, "type": "long"},
      {"id": 2, "name": "data", "required": false, "type": "string", "doc": "free text"}]}],
    "default-spec-id": 0, "last-partition-id": 1000,
    "partition-specs": [{"spec-id": 0, "fields": [
      {"source-id": 1, "field-id": 1000, "name": "id_bucket", "transform": "bucket[16]"}]}],
    "default-sort-order-id": 1,
    "sort-orders": [{"order-id": 1, "fields": [
      {"source-id": 2, "transform": "identity", "direction": "desc",
       "null-order": "nulls-last"}]}],
    "properties": {"owner": "ann"}, "current-snapshot-id": 7,
    "refs": {"main": {"snapshot-id": 7, "type": "branch"},
             "v1": {"snapshot-id": 7, "type": "tag"}},
    "snapshots": [{"snapshot-id": 7, "sequence-number": 1, "timestamp-ms": 1700000000000,
      "manifest-list": "file:///w/t/metadata/snap.avro", "schema-id": 0,
      "summary": {"operation": "append"}}]
  }, "config": {}})";

TEST(DescribeTest, ATableIsToldInShort) {
  ASSERT_OK_AND_ASSIGN(std::string text, DescribeTable(kTable));
  for (const char* line : {
           "uuid:         9c12d441-03fe-4693-9a96-a0705ddf69c1\n",
           "format:       version 2\n",
           "location:     file:///w/t\n",
           "metadata:     file:///w/t/metadata/00001.json\n",
           "updated:      2023-11-14T22:13:20.000Z\n",
           "snapshot:     7 (append, 2023-11-14T22:13:20.000Z)\n",
           "snapshots:    1\n",
           "branch:       main at 7\n",
           "tag:          v1 at 7\n",
           "partitioned:  bucket[16](id) as id_bucket\n",
           "sorted:       identity(data) desc nulls last\n",
           "schema 0:\n  1: id: required long\n  2: data: optional string (free text)\n",
           "properties:\n  owner = ann\n",
       }) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST(DescribeTest, JobsAreAlignedUnderAHead) {
  ASSERT_OK_AND_ASSIGN(std::string text, DescribeJobs(R"({"jobs":[
        {"id":12,"kind":"purge","state":"failed","attempts":50,"error":"disk is full",
         "run-after-ms":0,"warehouse":"default","payload":{},"progress":{}},
        {"id":3,"kind":"purge","state":"done","attempts":1,"error":"","run-after-ms":0,
         "payload":{},"progress":{}}]})"));
  EXPECT_EQ(text,
            "ID  KIND   STATE   ATTEMPTS  WAREHOUSE  ERROR\n"
            "12  purge  failed  50        default    disk is full\n"
            "3   purge  done    1\n");
}

TEST(DescribeTest, AJobTellsWhatItIsAbout) {
  ASSERT_OK_AND_ASSIGN(
      std::string text,
      DescribeJob(R"({"id":3,"kind":"purge","state":"queued","attempts":1,"error":"no rights",
        "run-after-ms":1700000000000,"warehouse":"default",
        "payload":{"location":"file:///w/t"},"progress":{"files-deleted":5}})"));
  EXPECT_EQ(text,
            "job:          3 (purge)\n"
            "state:        queued\n"
            "attempts:     1\n"
            "next try:     2023-11-14T22:13:20.000Z\n"
            "error:        no rights\n"
            "warehouse:    default\n"
            "location:     file:///w/t\n"
            "files-deleted: 5\n");
}

TEST(DescribeTest, WhatIsNoCatalogsAnswerIsRefused) {
  for (const char* answer : {"", "{}", "[]", "nonsense", R"({"namespaces":5})",
                             R"({"namespaces":["a"]})", R"({"metadata-location":"x"})"}) {
    EXPECT_THAT(DescribeListing(answer), IsError(ErrorCode::kInternal)) << answer;
    EXPECT_THAT(DescribeTable(answer), IsError(ErrorCode::kInternal)) << answer;
    EXPECT_THAT(DescribeView(answer), IsError(ErrorCode::kInternal)) << answer;
    EXPECT_THAT(DescribeJobs(answer), IsError(ErrorCode::kInternal)) << answer;
    EXPECT_THAT(DescribeWarehouses(answer), IsError(ErrorCode::kInternal)) << answer;
  }
}

}  // namespace
}  // namespace firn::cli
