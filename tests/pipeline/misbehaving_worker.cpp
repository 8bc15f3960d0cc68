// A worker that does to the process that asks it what a document could make a real one do: by the document's
// name. It is in no sandbox and reads nothing.
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <limits>
#include <string>

#include "pipeline/reading/message_socket.h"
#include "pipeline/reading/messages.h"
#include "pipeline/reading/shared_pixels.h"
#include "pipeline/reading/worker.h"

namespace {

using namespace ocrbatch::pipeline;

// Also with a sanitizer, which would make an exit status of it.
void end_by(int signal) {
  ::signal(signal, SIG_DFL);
  ::raise(signal);
}

void say_bytes(const std::string& bytes) {
  (void)!::write(kWorkerSocket, bytes.data(), bytes.size());
}

std::string length_of(std::uint32_t size) {
  return {reinterpret_cast<const char*>(&size), sizeof size};
}

// Two lines of 40 x 100 pixels, gray 7 and 8, in one block.
SentPage good_page() {
  SentPage sent;
  sent.page.width_px = 300;
  sent.page.height_px = 200;
  ocrbatch::io::Block block;
  block.bbox = {10, 10, 110, 90};
  block.paragraphs.resize(1);
  block.paragraphs[0].bbox = block.bbox;
  for (int i = 0; i < 2; ++i) {
    ocrbatch::io::Line line;
    line.bbox = {10, 10 + 40 * i, 110, 50 + 40 * i};
    block.paragraphs[0].lines.push_back(line);
    sent.page.layout.geometries.push_back({{10, 40.F + 40 * i}, {110, 40.F + 40 * i}, 20, 5, 12});
    sent.page.layout.doubts.push_back({});
    sent.page.lines.push_back(
        {cv::Mat(40, 100, CV_8UC1, cv::Scalar(7 + i)), cv::Matx23f(1, 0, 10, 0, 1, 10)});
  }
  sent.page.layout.blocks.push_back(block);
  return sent;
}

// What it says about a page, with one thing wrong.
SentPage page_for(const std::string& name, SharedPixelsWriter& pixels) {
  SentPage sent = good_page();
  pixels.write(sent);
  ReadPage& page = sent.page;
  ocrbatch::io::Paragraph& paragraph = page.layout.blocks[0].paragraphs[0];
  if (name == "box-outside") paragraph.lines[1].bbox.x1 = 301;
  if (name == "box-empty") paragraph.lines[1].bbox = {20, 20, 20, 30};
  if (name == "empty-paragraph") page.layout.blocks[0].paragraphs.emplace_back().bbox = {1, 1, 2, 2};
  if (name == "line-missing") paragraph.lines.pop_back();
  if (name == "line-too-many") page.lines.push_back(page.lines[0]);
  if (name == "doubt-missing") page.layout.doubts.pop_back();
  if (name == "doubt-unknown") page.layout.doubts[1] = static_cast<ocrbatch::pipeline::Doubt>(3);
  if (name == "doubt-of-nothing") page.layout.doubts[0] = ocrbatch::pipeline::Doubt::kOtherWay;
  if (name == "size-missing") sent.sizes.pop_back();
  if (name == "rows-wrong") sent.sizes[0].rows = 41;
  if (name == "cols-negative") sent.sizes[0].cols = -100;
  if (name == "cols-huge") sent.sizes[0].cols = std::numeric_limits<int>::max();
  if (name == "not-a-number") page.layout.geometries[0].ascent_px = std::numeric_limits<float>::quiet_NaN();
  if (name == "matrix-infinite") page.lines[0].to_page(0, 0) = std::numeric_limits<float>::infinity();
  if (name == "matrix-far") page.lines[0].to_page(1, 2) = 3e9F;
  if (name == "page-negative") page.width_px = -300;
  if (name == "rotation") page.rotation_deg = 45;
  if (name == "neighbours") page.layout.neighbours.beside = -1;
  if (name == "time") page.decode_ms = -1;
  if (name == "unknown-code") page.error = {static_cast<ocrbatch::io::ErrorCode>(1000), "what?"};
  if (name == "empty-message") page.error = {ocrbatch::io::ErrorCode::kCorrupt, ""};
  if (name == "message-of-lines") page.error = {ocrbatch::io::ErrorCode::kCorrupt, "one\ntwo\x1b[31m"};
  if (name == "pixels-missing") {  // more than the memory holds, each line within the limits
    for (int i = 0; i < 2; ++i) sent.sizes[static_cast<std::size_t>(i)] = {40, 2560};
    for (int i = 0; i < 60; ++i) {
      paragraph.lines.push_back(paragraph.lines[0]);
      page.layout.geometries.push_back(page.layout.geometries[0]);
      page.layout.doubts.push_back({});
      page.lines.push_back(page.lines[0]);
      sent.sizes.push_back({40, 2560});
    }
  }
  return sent;
}

void answer_read(const std::filesystem::path& document, SharedPixelsWriter& pixels) {
  const std::string name = document.filename().string();
  Deadline never = Deadline::never();
  const auto send = [&](const std::string& bytes) { send_message(kWorkerSocket, bytes, never); };
  if (name == "SIGSEGV") end_by(SIGSEGV);
  if (name == "SIGABRT") end_by(SIGABRT);
  if (name == "exit") ::_exit(3);
  if (name == "killed-once" || name == "crashed-once") {
    // O_EXCL: fails from the second time on.
    const int first = ::open((document.string() + ".tried").c_str(), O_CREAT | O_EXCL | O_WRONLY, 0600);
    if (first >= 0) end_by(name == "killed-once" ? SIGKILL : SIGSEGV);
  }
  if (name == "refused") {
    pixels.memory_refused() = 1;
    end_by(SIGABRT);
  }
  if (name == "hang") ::pause();
  if (name == "half") {
    say_bytes(length_of(1000) + "only this");
    ::pause();
  }
  if (name == "length-huge") {
    say_bytes(length_of(std::numeric_limits<std::uint32_t>::max()));
    ::pause();
  }
  if (name == "closed") {  // alive, but deaf and dumb
    ::close(kWorkerSocket);
    ::pause();
  }
  if (name == "garbage") return send("this is no message at all, whichever way it is read");
  if (name == "nothing") return send("");
  if (name == "vector-huge") {  // a page with 4 billion blocks
    std::string bytes = encode(page_for("", pixels));
    const std::size_t blocks = 1 + 3 * 8 + 2 * 4 + 8 + 4;
    std::memset(bytes.data() + blocks, 0xFF, 4);
    return send(bytes);
  }
  if (name == "goes-on") return send(encode(page_for("", pixels)) + "more");
  if (name == "memory-cut") {
    const SentPage page = page_for("", pixels);
    (void)!::ftruncate(kWorkerPixels, 0);
    return send(encode(page));
  }
  send(encode(page_for(name, pixels)));
  if (name == "talks-unasked") send(encode(page_for("", pixels)));
}

}  // namespace

int main() {
  Deadline never = Deadline::never();
  std::string bytes;
  if (receive_message(kWorkerSocket, bytes, never) != Transfer::kDone) return 0;
  SharedPixelsWriter pixels(kWorkerPixels);
  send_message(kWorkerSocket, encode(WorkerHello{kWorkerProtocol}), never);
  while (receive_message(kWorkerSocket, bytes, never) == Transfer::kDone) {
    WorkerRequest request;
    decode(bytes, request);
    const std::filesystem::path document = request.document;
    if (request.kind == WorkerRequest::Kind::kRead) {
      answer_read(document, pixels);
    } else if (request.kind == WorkerRequest::Kind::kPageCount) {
      if (document.filename() == "SIGSEGV") end_by(SIGSEGV);
      if (document.filename() == "hang") ::pause();
      send_message(kWorkerSocket,
                   encode(ocrbatch::io::Result<int>(document.filename() == "negative" ? -1 : 1)), never);
    } else {
      send_message(kWorkerSocket, encode(ocrbatch::io::Result<ocrbatch::io::PageSize>({0, 0, 0})), never);
    }
  }
}
