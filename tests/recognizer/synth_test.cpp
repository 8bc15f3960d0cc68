#include "recognizer/synth/synthesizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unicode/normalizer2.h>
#include <unicode/unistr.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <thread>

#include "recognizer/synth/corpus.h"
#include "recognizer/synth/font_library.h"
#include "recognizer/synth/synth_config.h"
#include "recognizer/synth/text_kinds.h"
#include "recognizer/synth/text_maker.h"
#include "recognizer/synth/text_pieces.h"
#include "recognizer/synth/typesetter.h"

namespace ocrbatch::recognizer {
namespace {

namespace fs = std::filesystem;
using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

// A recipe that takes whatever fonts the machine has: the tests run without the training fonts.
constexpr const char* kRecipe = R"({
  "text": {"files": {"*.txt": "running", "*.numbers": "numbers"}, "kinds": {"running": 5, "price": 1, "rare": 3}},
  "fonts": {"exclude": ["*Symbol*", "*Math*"], "classes": {"any": ["*"]}},
  "document_defaults": {"fonts": {"any": 1}},
  "documents": {
    "clean": {"x_height_px": [10, 14]},
    "worn": {
      "x_height_px": [6, 20], "roughness": [0.8, 0.2, 1], "fade": [0.5, 0.1, 0.5], "glyph_jitter_share": [0.5, 0.01, 0.04],
      "glyph_fade": [0.5, 0.1, 0.5], "dot_matrix": [0.2, 5, 8], "print_dots": [0.2, 5, 8], "bleed": [0.3, 0.1, 0.3], "gradient": [0.5, 0.1, 0.4],
      "paper_texture": [0.5, 2, 6], "stain": [0.3, 0.1, 0.3], "motion_px": [0.2, 1, 2], "resample": [0.3, 0.5, 0.9],
      "noise": [0.7, 2, 12], "bilevel": [0.5, 0.3, 0.7], "dithered": 0.1, "salt_pepper": [0.3, 0.001, 0.01],
      "jpeg_quality": [0.5, 30, 90], "rule": [0.3, 0.05, 0.2], "box": [0.3, 0.05, 0.2], "dark_edge": [0.2, 0.5, 2],
      "picture": [0.2, 0.5, 2], "specks": [0.5, 1, 10], "crossing": [0.2, 0.1, 0.2], "underline": [0.2, 0.05, 0.1],
      "strike": [0.1, 0.05, 0.1], "inverted": 0.2, "hinted": 0.2, "emphasis": 0.3, "small_words": [0.2, 0.7, 0.9],
      "wide_gaps": [0.2, 2, 6], "curl_share": [0.3, 0.1, 0.4], "perspective": [0.3, 0.01, 0.05]
    }
  }
})";

constexpr const char* kText =
    "The quick brown fox jumps over the lazy dog, and the dog does not mind it at all.\n"
    "Sphinx of black quartz, judge my vow! Cafe\u0301 cre\u0300me costs 12 a cup; who would pay that?\n"
    "Zwo\u0308lf Boxka\u0308mpfer jagen Viktor quer u\u0308ber den gro\u00DFen Sylter Deich.\n";

std::vector<std::string> letters(const std::string& characters) {
  std::vector<std::string> labels;
  for (const char32_t c : to_utf32(characters)) labels.push_back(to_utf8(std::u32string(1, c)));
  return labels;
}

class Synth : public testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        fs::temp_directory_path() /
        ("ocrbatch-synth-" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
    fs::remove_all(folder_);
    fs::create_directories(folder_ / "text/eng");
    write("text/eng/book.txt", kText);
    write("recipe.json", kRecipe);
    options_.config = folder_ / "recipe.json";
    options_.text = {folder_ / "text"};
    options_.alphabet =
        letters(" abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZäöüßéè0123456789.,;:!?-$€£");
    options_.seed = 7;
  }
  void TearDown() override { fs::remove_all(folder_); }
  void write(const std::string& name, const std::string& content) {
    std::ofstream(folder_ / name) << content;
  }
  std::string error_of(const std::string& recipe) {
    write("recipe.json", recipe);
    try {
      make_synthesizer(options_);
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "no error";
  }
  static bool same(const LabeledLine& a, const LabeledLine& b) {
    return a.text == b.text && a.name == b.name && a.pixels.size() == b.pixels.size() &&
           cv::norm(a.pixels, b.pixels, cv::NORM_INF) == 0;
  }

  fs::path folder_;
  SynthOptions options_;
};

TEST_F(Synth, MakesTheSameLineForTheSameSeedAndIndex) {
  const auto first = make_synthesizer(options_), second = make_synthesizer(options_);
  for (const std::uint64_t index : {0U, 1U, 5U, 1'000'003U})
    EXPECT_TRUE(same(first->get(index), second->get(index)));
}

TEST_F(Synth, MakesALineWithoutTheLinesBeforeIt) {
  const auto in_order = make_synthesizer(options_), at_once = make_synthesizer(options_);
  for (std::uint64_t i = 0; i < 30; ++i) in_order->get(i);
  EXPECT_TRUE(same(in_order->get(30), at_once->get(30)));
}

TEST_F(Synth, MakesOtherLinesForOtherSeeds) {
  const auto first = make_synthesizer(options_);
  options_.seed = 8;
  const auto second = make_synthesizer(options_);
  int different = 0;
  for (std::uint64_t i = 0; i < 10; ++i) different += first->get(i).text != second->get(i).text ? 1 : 0;
  EXPECT_GE(different, 8);
}

TEST_F(Synth, ThreadsGetTheLinesThatOneThreadGets) {
  const auto source = make_synthesizer(options_);
  constexpr std::uint64_t kLines = 40;
  std::vector<LabeledLine> alone(kLines), together(kLines);
  for (std::uint64_t i = 0; i < kLines; ++i) alone[i] = source->get(i);
  {
    std::vector<std::jthread> threads;
    for (std::uint64_t t = 0; t < 4; ++t)
      threads.emplace_back([&, t] {
        for (std::uint64_t i = t; i < kLines; i += 4) together[i] = source->get(i);
      });
  }
  for (std::uint64_t i = 0; i < kLines; ++i) EXPECT_TRUE(same(alone[i], together[i])) << "line " << i;
}

TEST_F(Synth, LinesAreInkOnPaperOfTheRightHeight) {
  options_.line_preparation.height_px = 32;
  const auto source = make_synthesizer(options_);
  for (std::uint64_t i = 0; i < 150; ++i) {
    const LabeledLine line = source->get(i);
    ASSERT_EQ(line.pixels.type(), CV_8UC1);
    ASSERT_EQ(line.pixels.rows, 32);
    ASSERT_GT(line.pixels.cols, 0);
    double darkest = 0, lightest = 0;
    cv::minMaxLoc(line.pixels, &darkest, &lightest);
    EXPECT_GT(lightest - darkest, 60) << line.name << ": " << line.text;
  }
}

TEST_F(Synth, TextsAreNfcAndStayWithinTheAlphabet) {
  const auto source = make_synthesizer(options_);
  const LabelSet labels(options_.alphabet);
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* nfc = icu::Normalizer2::getNFCInstance(status);
  std::set<std::string> accents;
  for (std::uint64_t i = 0; i < 300; ++i) {
    const std::string text = source->get(i).text;
    ASSERT_FALSE(text.empty());
    std::vector<int> split;
    EXPECT_TRUE(labels.split(to_utf32(text), split)) << text;
    EXPECT_TRUE(nfc->isNormalized(icu::UnicodeString::fromUTF8(text), status)) << text;
    EXPECT_NE(text.front(), ' ');
    EXPECT_NE(text.back(), ' ');
    EXPECT_EQ(text.find("  "), std::string::npos) << text;
    for (const char* accent : {"é", "è", "ö", "ü"})
      if (text.find(accent) != std::string::npos) accents.insert(accent);
  }
  // The source text has them decomposed.
  EXPECT_EQ(accents.size(), 4U);
}

TEST_F(Synth, EveryLabelAppears) {
  const auto source = make_synthesizer(options_);
  std::map<char32_t, int> seen;
  for (std::uint64_t i = 0; i < 700; ++i)
    for (const char32_t c : to_utf32(source->get(i).text)) ++seen[c];
  for (const std::string& label : options_.alphabet) EXPECT_GE(seen[to_utf32(label)[0]], 1) << label;
}

TEST_F(Synth, AnAlphabetOfFewLettersStillGivesLines) {
  options_.alphabet = letters("abc ");
  const auto source = make_synthesizer(options_);
  std::set<char> seen;
  for (std::uint64_t i = 0; i < 60; ++i)
    for (const char c : source->get(i).text) seen.insert(c);
  EXPECT_THAT(seen, testing::IsSupersetOf({'a', 'b', 'c'}));
  EXPECT_THAT(seen, testing::IsSubsetOf({'a', 'b', 'c', ' '}));
}

// U+0378, which is no character, stands for what the fonts of another script lack.
TEST_F(Synth, WhatAFontOfAnIncompleteClassLacksIsLeftOut) {
  fs::remove(folder_ / "text/eng/book.txt");
  std::string words;
  for (int i = 0; i < 400; ++i) words += "quick\u0378 brown \u0378fox ";
  write("text/eng/words.txt", words);
  options_.alphabet = letters(" abcdefghijklmnopqrstuvwxyz\u0378");
  const std::string recipe = R"({
    "text": {"files": {"*.txt": "running"}, "kinds": {"running": 1}, "characters": [20, 40], "short_lines": 0},
    "fonts": {"exclude": ["*Symbol*", "*Math*"], "classes": {"any": ["*"]} INCOMPLETE},
    "document_defaults": {"fonts": {"any": 1}},
    "documents": {"clean": {"x_height_px": [10, 14]}}
  })";
  const auto with = [&](const std::string& incomplete) {
    std::string text = recipe;
    write("recipe.json", text.replace(text.find("INCOMPLETE"), 10, incomplete));
    return make_synthesizer(options_);
  };
  EXPECT_THROW(with("")->get(0), std::runtime_error);
  const auto source = with(R"(, "incomplete": ["any"])");
  for (std::uint64_t i = 0; i < 20; ++i) {
    const LabeledLine line = source->get(i);
    EXPECT_THAT(line.text, Not(HasSubstr("\u0378")));
    EXPECT_THAT(line.text, AnyOf(HasSubstr("brown fox"), HasSubstr("quick brown")));
    EXPECT_FALSE(line.pixels.empty());
  }
}

TEST_F(Synth, AnUnknownKeyIsNamedWithItsPath) {
  EXPECT_THAT(error_of(R"({"text": {"kinds": {"running": 1}, "lenght": 3}})"),
              HasSubstr("recipe.text.lenght: unknown key"));
  EXPECT_THAT(error_of(R"({"documents": {"fax": {"blurr": [0, 1]}}})"),
              HasSubstr("recipe.documents.fax.blurr: unknown key"));
  EXPECT_THAT(error_of(R"({"colour": 1})"), HasSubstr("recipe.colour: unknown key"));
}

TEST_F(Synth, ABadValueIsNamedWithItsPath) {
  EXPECT_THAT(error_of(R"({"documents": {"fax": {"blur_px": [2, 1]}}})"),
              HasSubstr("recipe.documents.fax.blur_px"));
  EXPECT_THAT(error_of(R"({"documents": {"fax": {"noise": [3, 1, 2]}}})"),
              HasSubstr("recipe.documents.fax.noise"));
  EXPECT_THAT(error_of(R"({"documents": {"fax": {"bold": "often"}}})"),
              HasSubstr("recipe.documents.fax.bold: expected a number"));
  std::string recipe = kRecipe;
  recipe.replace(recipe.find("\"price\""), 7, "\"poems\"");
  EXPECT_THAT(error_of(recipe), HasSubstr("recipe.text.kinds.poems"));
  recipe = kRecipe;
  recipe.insert(recipe.find("\"exclude\""), R"("incomplete": ["some"], )");
  EXPECT_THAT(error_of(recipe), HasSubstr("recipe.fonts.incomplete: no such class of fonts: some"));
}

TEST_F(Synth, MissingTextAndMissingFontsAreNamed) {
  options_.text = {folder_ / "nowhere"};
  EXPECT_THAT(error_of(kRecipe), HasSubstr("nowhere"));
  options_.text = {folder_ / "text"};
  std::string recipe = kRecipe;
  recipe.replace(recipe.find("[\"*\"]"), 5, "[\"No Such Family\"]");
  EXPECT_THAT(error_of(recipe), HasSubstr("no usable font"));
}

TEST_F(Synth, ACharacterOutsideTheAlphabetBecomesWhatStandsForIt) {
  const LabelSet labels(letters(" abcfi-'\".ñ"));
  EXPECT_EQ(labels.tidy(U"a\u2011b  c\u00A0\uFB01 \u201Ca\u201D n\u0303\u2026 "), U"a-b c fi \"a\" ñ...");
  const LabelSet rich({"a", "…", "“"});
  EXPECT_EQ(rich.tidy(U"“a…"), U"“a…");
}

TEST_F(Synth, EveryKindOfTextMakesText) {
  TextStyle style;
  style.files = {{"*.txt", "running"}};
  const Corpus corpus({folder_ / "text"}, style);
  const std::vector<std::u32string> rare = {U"ſ", U"€"};
  for (const TextKind& kind : text_kinds()) {
    std::size_t characters = 0;
    for (std::uint64_t i = 0; i < 50; ++i) {
      Random random(3, i);
      TextContext context{corpus.languages()[0], style, rare, random};
      characters += kind.make(context).size();
    }
    EXPECT_GT(characters, 50U) << kind.name;
  }
}

TEST_F(Synth, ADocumentsLanguagesReplaceTheRecipes) {
  fs::create_directories(folder_ / "text/deu");
  write("text/deu/book.txt", "Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich.\n");
  TextStyle style;
  style.files = {{"*.txt", "running"}};
  style.languages = {{"eng", 1}, {"deu", 0}};
  const Corpus corpus({folder_ / "text"}, style);
  Random random(1, 1);
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(corpus.pick_language(random).language, "eng");
    EXPECT_EQ(corpus.pick_language(random, {{"deu", 1}}).language, "deu");
    EXPECT_EQ(corpus.pick_language(random, {{"fra", 1}}).language, "eng");  // not there: the recipe's
  }
}

TEST_F(Synth, OldTypeHasItsOwnSpelling) {
  LanguageText german;
  german.language = "deu";
  german.running = "schön ist es unter vielen und über jenen Bäumen, und es ist so\n";
  TextStyle style;
  style.characters = {60, 60};
  style.short_lines = 0;
  const std::vector<std::u32string> rare;
  std::u32string historical, early;
  for (std::uint64_t i = 0; i < 200; ++i) {
    Random random(3, i);
    TextContext context{german, style, rare, random};
    for (const TextKind& kind : text_kinds()) {
      if (std::string(kind.name) == "historical") historical += kind.make(context) + U' ';
      if (std::string(kind.name) == "early_modern") early += kind.make(context) + U' ';
    }
  }
  EXPECT_NE(historical.find(U"ſchön iſt es"), std::u32string::npos);
  EXPECT_NE(historical.find(U"ſcho\u0364n iſt es"), std::u32string::npos);
  EXPECT_EQ(historical.find(U"vn"), std::u32string::npos);
  EXPECT_NE(early.find(U"vnter"), std::u32string::npos);
  EXPECT_NE(early.find(U"ienen"), std::u32string::npos);
  EXPECT_NE(early.find(U"ẽ"), std::u32string::npos);
}

TEST_F(Synth, TypographicMarks) {
  EXPECT_EQ(with_typographic_marks(U"l'eau (\"d'or\") 'tis 6' 2\""), U"l’eau (“d’or”) ‘tis 6' 2\"");
  EXPECT_EQ(with_typographic_marks(U"\"'Yes,' he said.\""), U"“‘Yes,’ he said.”");
}

TEST_F(Synth, WordsOfScriptsWithoutSpacesAreJoined) {
  LanguageText chinese;
  chinese.running = "\n";
  chinese.words = {U"天地", U"玄黄", U"宇宙"};
  chinese.punctuation = {U" ，", U"。 "};
  TextStyle style;
  style.characters = {12, 12};
  style.short_lines = 0;
  const std::vector<std::u32string> rare;
  for (const TextKind& kind : text_kinds()) {
    if (std::string(kind.name) != "joined_words") continue;
    for (std::uint64_t i = 0; i < 50; ++i) {
      Random random(3, i);
      TextContext context{chinese, style, rare, random};
      const std::u32string text = kind.make(context);
      EXPECT_EQ(text.size(), 12U);
      EXPECT_EQ(text.find(U' '), std::u32string::npos);
    }
  }
}

TEST_F(Synth, ASmallEStandsAboveItsLetterInFontsThatHaveNone) {
  FontStyle style;
  style.classes = {{"any", {"*"}}};
  const FontLibrary library(style, {}, {U"u", U"u\u0364"});
  Random random(1, 1);
  int tried = 0;
  for (const Font& font : library.fonts()) {
    if (!font.covers(0) || font.italic || ++tried > 12) continue;
    ASSERT_TRUE(font.covers(1)) << font.path;
    Typesetter typesetter;
    TypeStyle type;
    type.em_px = 100;
    const auto height = [&](const std::u32string& text) {
      const SetLine line = typesetter.set({{text, &font, 1}}, type, random);
      cv::Mat canvas = cv::Mat::zeros(400, 400, CV_8UC1);
      const cv::Rect2d ink = typesetter.draw(line, {100, 250, 0, 0, line.width_px, 1}, random, canvas);
      return ink.y + ink.height;
    };
    EXPECT_GT(height(U"u\u0364"), height(U"u") + 10) << font.path;
  }
  EXPECT_GT(tried, 0);
}

TEST_F(Synth, MarksCanStandOffFromTheWordsBeforeThem) {
  FontStyle style;
  style.classes = {{"any", {"*"}}};
  const FontLibrary library(style, {}, {U"n", U"f", U";"});
  const auto font = std::find_if(library.fonts().begin(), library.fonts().end(), [](const Font& candidate) {
    return candidate.covers(0) && candidate.covers(1) && candidate.covers(2);
  });
  ASSERT_NE(font, library.fonts().end());
  Typesetter typesetter;
  Random random(1, 1);
  const auto width = [&](const std::u32string& text, double space) {
    TypeStyle type;
    type.mark_space_px = space;
    return typesetter.set({{text, &*font, 1}}, type, random).width_px;
  };
  for (const char32_t* apart : {U"n;n", U"ffn:", U"n.;", U"n ; n!"})
    EXPECT_DOUBLE_EQ(width(apart, 3), width(apart, 0) + 3);
  for (const char32_t* together : {U"n ;", U"n.", U";;", U"n,"})
    EXPECT_DOUBLE_EQ(width(together, 3), width(together, 0));
}

TEST_F(Synth, PointsOfFixedPitchCanStandLeftOfTheirPlaces) {
  FontStyle style;
  style.classes = {{"fixed", {"*Mono*"}}, {"proportional", {"*Serif*"}}};
  const FontLibrary library(style, {}, {U"0", U"."});
  Typesetter typesetter;
  Random random(1, 1);
  std::set<std::string> tried;
  for (const Font& font : library.fonts()) {
    const auto point = [&](double shift) {
      TypeStyle type;
      type.point_shift = shift;
      const SetLine line = typesetter.set({{U"0.0", &font, 1}}, type, random);
      EXPECT_EQ(line.glyphs.size(), 3U);
      return std::pair(line.glyphs.at(1).x_px, line.width_px);
    };
    const auto width = [&](const char32_t* text) {
      return typesetter.set({{text, &font, 1}}, {}, random).width_px;
    };
    const bool fixed = width(U".") == width(U"0");
    EXPECT_NEAR(point(0.25).first, point(0).first - (fixed ? 0.25 * width(U"0") : 0), 1e-9) << font.path;
    EXPECT_DOUBLE_EQ(point(0.25).second, point(0).second) << font.path;
    tried.insert(fixed ? "fixed" : "proportional");
  }
  EXPECT_THAT(tried, ::testing::SizeIs(2));
}

TEST_F(Synth, TheRandomStreamIsFixed) {
  // Recipes promise the same lines on every machine; these numbers must never change.
  Random random(1, 2);
  EXPECT_EQ(random.next(), 0x45B93DF36B48E256U);
  EXPECT_NE(Random(1, 2).next(), Random(2, 1).next());
  Random uniform(5, 5);
  double sum = 0, squares = 0;
  constexpr int kDraws = 20'000;
  for (int i = 0; i < kDraws; ++i) {
    const double x = uniform.normal();
    sum += x;
    squares += x * x;
  }
  EXPECT_NEAR(sum / kDraws, 0, 0.03);
  EXPECT_NEAR(squares / kDraws, 1, 0.03);
}

TEST(Recipes, Load) {
  for (const char* name : {"latin", "plain", "chinese", "chinese_plain"}) {
    const SynthConfig config =
        load_synth_config(fs::path(OCRBATCH_SOURCE_DIR) / "configs/synth" / (std::string(name) + ".json"));
    EXPECT_GE(config.documents.size(), 3U) << name;
  }
}

}  // namespace
}  // namespace ocrbatch::recognizer
