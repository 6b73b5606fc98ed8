#include "net/request_reader.h"

#include <gtest/gtest.h>

namespace net {
namespace {

struct Outcome {
  int refused = 0;  ///< status, or 0
  bool done = false;
  std::string body;
  std::size_t used = 0;
};

Outcome read(std::string_view bytes, std::size_t piece) {
  RequestReader reader(1000);
  Outcome outcome;
  std::string buffer;
  while (true) {
    const RequestReader::Step step = reader.feed(buffer);
    buffer.erase(0, step.used);
    outcome.used += step.used;
    switch (step.progress) {
      case RequestReader::Progress::kMore:
        if (bytes.empty()) return outcome;
        buffer += bytes.substr(0, piece);
        bytes.remove_prefix(std::min(piece, bytes.size()));
        break;
      case RequestReader::Progress::kHead:
        if (reader.limit_body(100)) break;
        outcome.refused = reader.refusal().status;
        return outcome;
      case RequestReader::Progress::kDone:
        outcome.done = true;
        outcome.body = reader.request().body;
        return outcome;
      case RequestReader::Progress::kRefused:
        outcome.refused = reader.refusal().status;
        return outcome;
    }
  }
}

struct Row {
  const char* name;
  std::string bytes;
  Outcome expected;
};

class RequestReaderTest : public ::testing::TestWithParam<Row> {};

TEST_P(RequestReaderTest, JudgesBytesAlikeHoweverTheyArrive) {
  const Row& row = GetParam();
  for (std::size_t piece = 1; piece <= row.bytes.size(); ++piece) {
    const Outcome outcome = read(row.bytes, piece);
    ASSERT_EQ(outcome.refused, row.expected.refused) << "in pieces of " << piece;
    ASSERT_EQ(outcome.done, row.expected.done) << "in pieces of " << piece;
    if (!outcome.done) continue;
    ASSERT_EQ(outcome.body, row.expected.body) << "in pieces of " << piece;
    ASSERT_EQ(outcome.used, row.expected.used) << "in pieces of " << piece;
  }
}

const std::string kHead = "POST / HTTP/1.1\r\nHost: h\r\n";
const std::string kChunked = kHead + "Transfer-Encoding: chunked\r\n\r\n";
const std::string kBody = "3\r\nabc\r\n0\r\n\r\n";

Outcome done(std::string body, std::size_t used) { return {0, true, std::move(body), used}; }
Outcome refused(int status) { return {status, false, {}, 0}; }
const Outcome kIncomplete;

INSTANTIATE_TEST_SUITE_P(
    Table, RequestReaderTest,
    ::testing::Values(Row{"NoBody", kHead + "\r\n", done("", kHead.size() + 2)},
                      Row{"NextRequestStays", kHead + "\r\nGET ", done("", kHead.size() + 2)},
                      Row{"Length", kHead + "Content-Length: 2\r\n\r\nabc", done("ab", kHead.size() + 23)},
                      Row{"EqualLengths", kHead + "Content-Length: 2\r\nContent-Length: 2\r\n\r\nab",
                          done("ab", kHead.size() + 42)},
                      Row{"Chunks", kChunked + kBody + "x", done("abc", kChunked.size() + kBody.size())},
                      Row{"Trailers", kChunked + "1;a=b\r\nx\r\n0\r\nContent-Type: y\r\n\r\n",
                          done("x", kChunked.size() + 32)},
                      Row{"Incomplete", kHead, kIncomplete},
                      Row{"IncompleteBody", kHead + "Content-Length: 9\r\n\r\nabc", kIncomplete},
                      Row{"Folded", kHead + "A: b\r\n c\r\n\r\n", refused(400)},
                      Row{"FoldedWithTab", kHead + "A: b\r\n\tc\r\n\r\n", refused(400)},
                      Row{"FoldedBlank", kHead + " \r\n\r\n", refused(400)},
                      Row{"LineFeeds", "GET / HTTP/1.1\nHost: h\n\n", refused(400)},
                      Row{"OneLineFeed", kHead + "A: b\nC: d\r\n\r\n", refused(400)},
                      Row{"ChunkLineFeed", kChunked + "3\nabc\n0\n\n", refused(400)},
                      Row{"ChunkTooLong", kChunked + "65\r\nx", refused(413)},
                      Row{"ChunksTooLong", kChunked + "60\r\n" + std::string(96, 'x') + "\r\n5\r\n",
                          refused(413)},
                      Row{"ChunkWithoutEnd", kChunked + "1\r\nxy\r\n0\r\n\r\n", refused(400)},
                      Row{"LengthTooLong", kHead + "Content-Length: 101\r\n\r\n", refused(413)},
                      Row{"HeadTooLong", kHead + "A: " + std::string(1000, 'x'), refused(431)}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace net
