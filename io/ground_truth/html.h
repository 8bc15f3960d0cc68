// HTML's differences from XML, as far as hOCR files show them.
#pragma once

#include <string>

namespace ocrbatch::io {

// Closes elements that HTML leaves open (`<meta ...>`, `<br>`) and writes its named characters out
// (`&eacute;`). Line breaks stay where they are.
std::string html_as_xml(const std::string& html);

}  // namespace ocrbatch::io
