#include "recognizer/train/run_report.h"

#include <algorithm>

#include "recognizer/printf_text.h"
#include "recognizer/text_difference.h"
#include "recognizer/train/curve_panel.h"
#include "recognizer/train/html.h"
#include "recognizer/whole_file.h"

namespace ocrbatch::recognizer {
namespace {

constexpr std::size_t kWorstLines = 40;

constexpr const char* kHead = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>ocrbatch: training run</title>
<style>
:root { color-scheme: light dark; --line: #0003; --missed: #1f77b444; --wrong: #d6272844; }
@media (prefers-color-scheme: dark) { :root { --line: #fff4; --missed: #4ea3e066; --wrong: #ff6b6b66; } }
body { font: 15px/1.45 sans-serif; max-width: 900px; margin: 2em auto; padding: 0 1em; }
svg { display: block; max-width: 100%; height: auto; }
table { border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: .15em .8em .15em 0; border-bottom: 1px solid var(--line); }
td.number, th.number { text-align: right; }
td { overflow-wrap: anywhere; }
meter { width: 12em; }
figure { margin: 0 0 1.2em; }
figure img { max-width: 100%; border: 1px solid var(--line); }
figure div { white-space: pre-wrap; }
figcaption { font-size: 85%; opacity: .75; overflow-wrap: anywhere; }
mark { color: inherit; }
mark.missed { background: var(--missed); }
mark.wrong { background: var(--wrong); }
</style>
</head>
<body>
)";

std::string percent(std::optional<double> share) {
  return share ? format("%.2f %%", 100 * *share) : "-";
}

std::string row(const std::string& name, const std::string& value) {
  return "<tr><th>" + name + "</th><td>" + value + "</td></tr>\n";
}

std::string summary(const RunReport& report) {
  const CurvePoint& now = report.points.back();
  std::string table = "<table>\n" +
                      row("step", format("%lld of %lld", static_cast<long long>(now.step),
                                         static_cast<long long>(report.total_steps))) +
                      row("lines seen", format("%llu", static_cast<unsigned long long>(now.lines))) +
                      row("CER", percent(now.cer)) + row("best CER", percent(report.best_cer)) +
                      row("WER", percent(now.wer));
  if (now.base_cer) {
    table += row("CER on the base's lines", percent(now.base_cer)) +
             row("that CER before the first step", percent(report.base_cer_before));
  }
  return table + "</table>\n";
}

CurvePanel panel_of(const RunReport& report, const char* title, bool logarithmic) {
  CurvePanel panel;
  panel.title = title;
  panel.logarithmic = logarithmic;
  panel.last_x = std::max(1.0, static_cast<double>(report.points.back().step));
  return panel;
}

template <class F>
void add_series(CurvePanel& panel, const RunReport& report, const char* name, const char* color, F value_of) {
  CurveSeries series{name, color, {}};
  for (const CurvePoint& point : report.points) {
    const std::optional<double> value = value_of(point);
    if (value) series.points.emplace_back(static_cast<double>(point.step), *value);
  }
  if (!series.points.empty()) panel.series.push_back(std::move(series));
}

std::string curves(const RunReport& report) {
  using Point = const CurvePoint&;
  using Value = std::optional<double>;
  constexpr const char *kBlue = "#2a8ad4", *kRed = "#d6453d", *kGreen = "#2ca02c";
  std::vector<CurvePanel> panels;
  panels.push_back(panel_of(report, "loss, over steps", true));
  add_series(panels.back(), report, "training", kBlue, [](Point p) { return Value(p.loss); });
  add_series(panels.back(), report, "validation", kRed, [](Point p) { return p.validation_loss; });
  panels.push_back(panel_of(report, "CER", true));
  add_series(panels.back(), report, "new lines", kRed, [](Point p) { return p.cer; });
  add_series(panels.back(), report, "base lines", kGreen, [](Point p) { return p.base_cer; });
  panels.push_back(panel_of(report, "WER", true));
  add_series(panels.back(), report, "", kRed, [](Point p) { return p.wer; });
  panels.push_back(panel_of(report, "learning rate", false));
  add_series(panels.back(), report, "", kBlue, [](Point p) { return Value(p.learning_rate); });
  panels.push_back(panel_of(report, "lines a second", false));
  add_series(panels.back(), report, "", kBlue, [](Point p) { return Value(p.lines_per_second); });
  panels.push_back(panel_of(report, "share of the time that training waited for lines", false));
  add_series(panels.back(), report, "", kBlue, [](Point p) { return p.wait_share; });

  constexpr double kWidth = 860, kHeight = 220;
  std::string drawn;
  double top = 0;
  for (CurvePanel& panel : panels) {
    fit_axis(panel);
    drawn += draw_panel(panel, top, kWidth, kHeight);
    top += kHeight;
  }
  return format("<svg viewBox=\"0 0 %g %g\" width=\"%g\" height=\"%g\" font-size=\"12\" role=\"img\">\n",
                kWidth, top, kWidth, top) +
         drawn + "</svg>\n";
}

std::string phases(const PhaseSeconds& p) {
  const double all = p.wait_for_lines + p.forward + p.loss + p.backward + p.optimizer;
  std::string table = "<table>\n";
  for (const auto& [name, seconds] : {std::pair{"waiting for lines", p.wait_for_lines},
                                      {"forward", p.forward},
                                      {"loss", p.loss},
                                      {"backward", p.backward},
                                      {"optimizer", p.optimizer}}) {
    const double share = all > 0 ? seconds / all : 0;
    table += format(
        "<tr><th>%s</th><td><meter value=\"%.4f\"></meter></td><td class=\"number\">%.1f %%</td>"
        "<td class=\"number\">%.1f s</td></tr>\n",
        name, share, 100 * share, seconds);
  }
  return table + "</table>\n";
}

std::string parameters(const std::vector<ParameterGroup>& groups) {
  std::string table =
      "<table>\n<tr><th>part</th><th class=\"number\">trainable</th><th class=\"number\">frozen</th></tr>\n";
  for (const ParameterGroup& group : groups) {
    table += "<tr><td>" + html_escape(group.name) +
             format("</td><td class=\"number\">%lld</td><td class=\"number\">%lld</td></tr>\n",
                    static_cast<long long>(group.trainable), static_cast<long long>(group.frozen));
  }
  return table + "</table>\n";
}

// Objects are opened up: a row for each value, named by its path.
std::string value_rows(const std::string& path, const boost::json::value& value) {
  if (!value.is_object()) {
    return row(html_escape(path), html_escape(value.is_string() ? std::string(value.as_string())
                                                                : boost::json::serialize(value)));
  }
  std::string rows;
  for (const auto& [key, inner] : value.as_object())
    rows += value_rows((path.empty() ? "" : path + ".") + std::string(key), inner);
  return rows;
}

std::string marked(const TextDifference& difference, std::string TextPart::*side, const char* mark) {
  std::string html;
  for (const TextPart& part : difference.parts) {
    const std::string text = html_escape(part.*side);
    if (part.same || text.empty())
      html += text;
    else
      html += std::string("<mark class=\"") + mark + "\">" + text + "</mark>";
  }
  return html;
}

std::string line_figure(const LineReading& line) {
  const TextDifference found = difference(line.truth, line.read);
  std::string html = "<figure>\n";
  if (!line.pixels.empty()) html += "<img alt=\"\" src=\"" + png_data_uri(line.pixels) + "\">\n";
  html += "<div>" + marked(found, &TextPart::truth, "missed") + "</div>\n";
  html += "<div>" + marked(found, &TextPart::read, "wrong") + "</div>\n";
  return html + "<figcaption>" +
         format("%llu of %llu characters: ", static_cast<unsigned long long>(found.errors),
                static_cast<unsigned long long>(found.characters)) +
         html_escape(line.name) + "</figcaption>\n</figure>\n";
}

}  // namespace

std::vector<LineReading> worst_lines(const std::vector<LineReading>& lines, std::size_t most) {
  struct Ranked {
    std::uint64_t errors;
    double share;
    const LineReading* line;
  };
  std::vector<Ranked> ranked;
  for (const LineReading& line : lines) {
    if (line.truth == line.read) continue;
    const TextDifference found = difference(line.truth, line.read);
    ranked.push_back({found.errors,
                      static_cast<double>(found.errors) /
                          static_cast<double>(std::max<std::uint64_t>(1, found.characters)),
                      &line});
  }
  std::stable_sort(ranked.begin(), ranked.end(), [](const Ranked& a, const Ranked& b) {
    return a.errors != b.errors ? a.errors > b.errors : a.share > b.share;
  });
  std::vector<LineReading> worst;
  for (std::size_t i = 0; i < std::min(most, ranked.size()); ++i) worst.push_back(*ranked[i].line);
  return worst;
}

std::string run_report_html(const RunReport& report) {
  std::string html = kHead;
  html += "<h1>Training run</h1>\n" + summary(report);
  html += "<h2>Curves</h2>\n" + curves(report);
  html += "<h2>Where the time went</h2>\n" + phases(report.phases);
  html += "<h2>Parameters</h2>\n" + parameters(report.parameters);
  const std::vector<LineReading> worst = worst_lines(report.lines, kWorstLines);
  html += format(
      "<h2>Worst validation lines</h2>\n<p>The %zu worst of %zu. The picture, the <mark "
      "class=\"missed\">truth"
      "</mark>, the <mark class=\"wrong\">reading</mark>.</p>\n",
      worst.size(), report.lines.size());
  for (const LineReading& line : worst) html += line_figure(line);
  html += "<h2>Provenance</h2>\n<table>\n" + value_rows("", report.recipe) + "</table>\n";
  html += "<h2>Model</h2>\n<table>\n" + value_rows("", report.model) + "</table>\n";
  return html + "</body>\n</html>\n";
}

void write_run_report(const std::filesystem::path& file, const RunReport& report) {
  write_whole_file(file, [&](std::ostream& stream) { stream << run_report_html(report); });
}

}  // namespace ocrbatch::recognizer
