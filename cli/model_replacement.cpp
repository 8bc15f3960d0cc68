#include "cli/model_replacement.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <map>

#include "io/sha256.h"
#include "io/writers/output_file.h"
#include "recognizer/recognizer.h"

namespace ocrbatch::cli {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path, const std::string& what) {
  throw io::OutputError(path.string() + ": " + what + ": " + std::strerror(errno));
}

// What a rename makes visible must be on the disk before it.
void sync(const fs::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0 || ::fsync(descriptor) != 0) {
    if (descriptor >= 0) ::close(descriptor);
    fail(path, "cannot be brought to the disk");
  }
  ::close(descriptor);
}

void write_file(const fs::path& file, const std::string& text) {
  io::OutputFile out(file);
  out.write(text);
  out.commit();
}

void move(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) fail(to, "cannot be put in place");
}

void exchange(const fs::path& a, const fs::path& b) {
  if (::renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE) == 0) return;
  if (errno != EINVAL && errno != ENOSYS) fail(b, "cannot be put in place");
  // A file system that cannot exchange (NFS): for a moment there is no folder of that name.
  const fs::path aside = b.parent_path() / ("." + b.filename().string() + ".aside");
  move(b, aside);
  move(a, b);
  move(aside, a);
}

void stage(const fs::path& fresh, const fs::path& staged, const std::string& record) try {
  fs::remove_all(staged);  // of a run that was killed
  fs::create_directory(staged);
  fs::copy(fresh, staged, fs::copy_options::recursive);
  write_file(staged / "promotion.json", record);
  fs::remove(staged / "SHA256SUMS");
  std::map<std::string, std::string> sums;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(staged)) {
    if (!entry.is_regular_file()) continue;
    const auto sum = io::sha256_of_file(entry.path());
    if (!sum) throw io::OutputError(entry.path().string() + ": " + sum.error().message);
    sums[entry.path().lexically_relative(staged).string()] = sum.value();
    sync(entry.path());
  }
  std::string list;
  for (const auto& [name, sum] : sums) list += sum + "  " + name + "\n";
  write_file(staged / "SHA256SUMS", list);
  sync(staged);
} catch (const fs::filesystem_error& error) {
  throw io::OutputError(error.what());
}

// In place of the older one that may lie there.
void keep(const fs::path& old_model, const fs::path& previous) {
  if (!fs::exists(fs::symlink_status(previous))) return move(old_model, previous);
  exchange(old_model, previous);
  std::error_code ignored;
  fs::remove_all(old_model, ignored);
}

}  // namespace

fs::path previous_of(const fs::path& installed) {
  return installed.parent_path() / (installed.filename().string() + ".previous");
}

void replace_model(const fs::path& fresh, const fs::path& installed, const std::string& record) {
  const fs::path staged = installed.parent_path() / ("." + installed.filename().string() + ".incoming");
  bool exchanged = false;
  try {
    stage(fresh, staged, record);
    exchange(staged, installed);
    exchanged = true;
    keep(staged, previous_of(installed));
  } catch (...) {
    if (exchanged) exchange(staged, installed);
    std::error_code ignored;
    fs::remove_all(staged, ignored);
    throw;
  }
  sync(installed.parent_path());
}

void restore_model(const fs::path& installed) {
  const fs::path previous = previous_of(installed);
  if (!fs::is_regular_file(previous / "model.json"))
    throw recognizer::ModelError(previous.string() + ": there is no previous model to put back");
  exchange(previous, installed);
  sync(installed.parent_path());
}

}  // namespace ocrbatch::cli
