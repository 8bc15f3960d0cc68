// Real processes, connected by Gloo over the loopback interface.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <torch/torch.h>
#include <unistd.h>

#include "recognizer/safetensors.h"
#include "tests/recognizer/shared_job.h"
#include "tests/support/temporary_folder.h"

namespace ocrbatch::recognizer {
namespace {

using ocrbatch::testing::kArchitectures;
using ocrbatch::testing::PartlyUsableLines;
using ocrbatch::testing::shared_job;
using ocrbatch::testing::TemporaryFolder;

int free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  if (::bind(socket, reinterpret_cast<sockaddr*>(&address), length) != 0 ||
      ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length) != 0)
    throw std::runtime_error("no free port");
  ::close(socket);
  return ntohs(address.sin_port);
}

pid_t start(int rank, int processes, int port, const std::vector<std::string>& arguments) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  ::setenv("RANK", std::to_string(rank).c_str(), 1);
  ::setenv("WORLD_SIZE", std::to_string(processes).c_str(), 1);
  ::setenv("MASTER_ADDR", "127.0.0.1", 1);
  ::setenv("MASTER_PORT", std::to_string(port).c_str(), 1);
  ::setenv("OCRBATCH_PEER_TIMEOUT", "120", 1);
  std::vector<char*> argv{const_cast<char*>(TRAIN_PART)};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  ::execv(TRAIN_PART, argv.data());
  ::_exit(127);
}

void train_in_processes(int processes, const std::string& architecture, const std::filesystem::path& out,
                        int batch_size) {
  const int port = free_port();
  std::vector<pid_t> children;
  for (int rank = 0; rank < processes; ++rank)
    children.push_back(start(rank, processes, port, {architecture, out, std::to_string(batch_size)}));
  for (const pid_t child : children) {
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  }
}

class TrainProcessesTest : public ::testing::TestWithParam<const char*> {};

TEST_P(TrainProcessesTest, GiveTheWeightsOfOneProcessWithTheirLinesTogether) {
  const TemporaryFolder folder;
  const std::string architecture = GetParam();
  // Of every three lines one cannot be used: parts of two lines have all, one or none left.
  TrainJob one = shared_job(architecture, folder.path() / "one", 4);
  const PartlyUsableLines lines(one.model.img_height);
  train(one, lines, lines, {});
  train_in_processes(2, architecture, folder.path() / "two", 2);

  const TensorFile expected = read_safetensors(folder.path() / "one/checkpoint.safetensors");
  const TensorFile actual = read_safetensors(folder.path() / "two/checkpoint.safetensors");
  for (const char* key : {"step", "lines_seen", "lines_too_short"})
    EXPECT_EQ(actual.metadata.at(key), expected.metadata.at(key)) << key;
  ASSERT_EQ(actual.tensors.size(), expected.tensors.size());
  for (const auto& [name, tensor] : expected.tensors) {
    const torch::Tensor difference =
        (actual.tensors.at(name).to(torch::kDouble) - tensor.to(torch::kDouble)).abs();
    const double largest = difference.max().item<double>();
    std::printf("%s %g of %g\n", name.c_str(), largest, tensor.to(torch::kDouble).abs().max().item<double>());
  }
}

INSTANTIATE_TEST_SUITE_P(Architectures, TrainProcessesTest, ::testing::ValuesIn(kArchitectures),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace ocrbatch::recognizer
