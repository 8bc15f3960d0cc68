#include "cli/summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace ocrbatch::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

ScanOutcome outcome_of(std::vector<pipeline::DeviceSummary> devices) {
  ScanOutcome outcome;
  outcome.models.emplace_back();
  outcome.summary.wall_seconds = 50;
  outcome.summary.devices = std::move(devices);
  return outcome;
}

TEST(Summary, SaysWhichShareOfTheRunADeviceWasBusy) {
  const ScanOutcome outcome = outcome_of({{"cuda:0", 40}, {"cuda:1", 12.5}});
  EXPECT_THAT(summary_text(outcome), HasSubstr("\n  devices cuda:0 80 %, cuda:1 25 % busy\n"));
  const boost::json::value stats = boost::json::parse(summary_json(outcome, "1.0"));
  const boost::json::value& first = stats.at("devices").at("cuda:0");
  EXPECT_EQ(first.at("busy_seconds").to_number<double>(), 40);
  EXPECT_EQ(first.at("busy_share").to_number<double>(), 0.8);
  EXPECT_EQ(stats.at("devices").at("cuda:1").at("busy_share").to_number<double>(), 0.25);
}

TEST(Summary, HasNoDevicesWhereThreadsRecognize) {
  const ScanOutcome outcome = outcome_of({});
  EXPECT_THAT(summary_text(outcome), Not(HasSubstr("devices")));
  EXPECT_EQ(boost::json::parse(summary_json(outcome, "1.0")).at("devices"), boost::json::object());
}

}  // namespace
}  // namespace ocrbatch::cli
