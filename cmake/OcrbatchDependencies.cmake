# Every library that ocrbatch is built on, found here and nowhere else.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS program_options json)
find_package(TBB REQUIRED)
find_package(spdlog REQUIRED)
find_package(cereal REQUIRED)
find_package(Torch REQUIRED MODULE)
pkg_check_modules(LEPTONICA REQUIRED IMPORTED_TARGET lept)
pkg_check_modules(PNG REQUIRED IMPORTED_TARGET libpng)
pkg_check_modules(JPEG REQUIRED IMPORTED_TARGET libjpeg)
pkg_check_modules(TIFF REQUIRED IMPORTED_TARGET libtiff-4)
pkg_check_modules(EXIF REQUIRED IMPORTED_TARGET libexif)
pkg_check_modules(PUGIXML REQUIRED IMPORTED_TARGET pugixml)
pkg_check_modules(TESSERACT REQUIRED IMPORTED_TARGET tesseract)
pkg_check_modules(SECCOMP REQUIRED IMPORTED_TARGET libseccomp)
pkg_check_modules(LIBCRYPTO REQUIRED IMPORTED_TARGET libcrypto)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(ICU REQUIRED IMPORTED_TARGET icu-uc icu-i18n)
pkg_check_modules(PANGOCAIRO REQUIRED IMPORTED_TARGET pangocairo pangoft2 fontconfig)
pkg_check_modules(HWY REQUIRED IMPORTED_TARGET libhwy)
if(NOT OCRBATCH_SANITIZE)  # a sanitizer brings an allocator of its own
  pkg_check_modules(JEMALLOC REQUIRED IMPORTED_TARGET jemalloc)
endif()
if(OCRBATCH_POPPLER)
  pkg_check_modules(POPPLER REQUIRED IMPORTED_TARGET poppler-cpp)
  pkg_check_modules(QPDF REQUIRED IMPORTED_TARGET libqpdf)
  # JBIG2 scans are decoded without being rendered where Poppler's own streams, whose interface changes with its
  # versions, can be used as io/readers/jbig2.cpp does.
  pkg_check_modules(POPPLER_CORE IMPORTED_TARGET poppler)
  if(POPPLER_CORE_FOUND)
    include(CheckCXXSourceCompiles)
    set(CMAKE_REQUIRED_LIBRARIES PkgConfig::POPPLER_CORE)
    check_cxx_source_compiles("
      #include <poppler/Object.h>
      #include <poppler/Dict.h>
      #include <poppler/Stream.h>
      int main() {
        auto* entries = new Dict(static_cast<XRef*>(nullptr));
        entries->add(\"Filter\", Object(objName, \"JBIG2Decode\"));
        Stream* stored = new MemStream(\"\", 0, 0, Object(entries));
        Object decoded(stored->addFilters(entries));
        decoded.streamReset();
        return decoded.streamGetChar();
      }" OCRBATCH_POPPLER_STREAMS)
    unset(CMAKE_REQUIRED_LIBRARIES)
  endif()
endif()
if(OCRBATCH_TESTS)
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()

# OpenCV's own CMake package insists on modules that the core ones do not need (Debian splits them), so core and
# imgproc are imported by hand.
find_path(OCRBATCH_OPENCV_INCLUDE opencv2/core.hpp PATH_SUFFIXES opencv4 REQUIRED)
foreach(module core imgproc)
  find_library(OCRBATCH_OPENCV_${module} opencv_${module} REQUIRED)
  add_library(OpenCV::${module} UNKNOWN IMPORTED)
  set_target_properties(OpenCV::${module} PROPERTIES
    IMPORTED_LOCATION "${OCRBATCH_OPENCV_${module}}"
    INTERFACE_INCLUDE_DIRECTORIES "${OCRBATCH_OPENCV_INCLUDE}")
endforeach()
target_link_libraries(OpenCV::imgproc INTERFACE OpenCV::core)

include(OcrbatchCuda)
