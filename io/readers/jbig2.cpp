#include "io/readers/jbig2.h"

#ifdef OCRBATCH_POPPLER_STREAMS
#include <poppler/Object.h>
// After Object.h, which needs them and which they include.
#include <poppler/Dict.h>
#include <poppler/Stream.h>

#include <utility>
#endif

namespace ocrbatch::io {

#ifdef OCRBATCH_POPPLER_STREAMS
namespace {

Dict* empty_dictionary() {
  return new Dict(static_cast<XRef*>(nullptr));
}

// Owned by whoever takes it, as it owns `entries`.
Stream* stream_of(std::span<const std::uint8_t> bytes, Dict* entries) {
  return new MemStream(reinterpret_cast<const char*>(bytes.data()), 0, static_cast<Goffset>(bytes.size()),
                       Object(entries));
}

}  // namespace

// Rendering a page of one image takes Poppler three to six times as long as decoding it.
std::optional<std::vector<std::uint8_t>> decode_jbig2(std::span<const std::uint8_t> data,
                                                      std::span<const std::uint8_t> shared_segments,
                                                      std::size_t wanted) {
  Object parameters(empty_dictionary());
  if (!shared_segments.empty())
    parameters.dictAdd("JBIG2Globals", Object(stream_of(shared_segments, empty_dictionary())));
  auto* const entries = empty_dictionary();
  entries->add("Filter", Object(objName, "JBIG2Decode"));
  entries->add("DecodeParms", std::move(parameters));
  Object decoded(stream_of(data, entries)->addFilters(entries));
  decoded.streamReset();
  std::vector<std::uint8_t> rows;
  rows.reserve(wanted);
  for (int byte = 0; rows.size() <= wanted && (byte = decoded.streamGetChar()) != EOF;)
    rows.push_back(static_cast<std::uint8_t>(byte));
  return rows.size() == wanted ? std::optional(std::move(rows)) : std::nullopt;
}
#else
std::optional<std::vector<std::uint8_t>> decode_jbig2(std::span<const std::uint8_t>,
                                                      std::span<const std::uint8_t>, std::size_t) {
  return std::nullopt;
}
#endif

}  // namespace ocrbatch::io
