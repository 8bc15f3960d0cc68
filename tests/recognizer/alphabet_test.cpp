#include "recognizer/alphabet.h"

#include <gmock/gmock.h>

#include <fstream>

#include "tests/support/temporary_folder.h"

namespace ocrbatch::recognizer {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Alphabet, EncodesByLongestMatchAndReportsWhatItLacks) {
  const Alphabet alphabet({"a", "aͤ", " ", "é"});
  std::vector<std::string> unknown;
  EXPECT_THAT(alphabet.encode("aaͤ éx€", &unknown), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(unknown, ElementsAre("x", "€"));
  EXPECT_EQ(alphabet.decode({1, 2, 3, 4}), "aaͤ é");
  EXPECT_EQ(alphabet.classes(), 5);
}

TEST(Alphabet, RefusesRepeatedEmptyAndDecomposedLabels) {
  EXPECT_THROW(Alphabet({"a", "a"}), std::invalid_argument);
  EXPECT_THROW(Alphabet({""}), std::invalid_argument);
  EXPECT_THROW(Alphabet({"e\u0301"}), std::invalid_argument);
}

TEST(Alphabet, StrayBytesAreUnknownNotFatal) {
  const Alphabet alphabet({"a"});
  std::vector<std::string> unknown;
  EXPECT_THAT(alphabet.encode("a\xFF"
                              "a\xE2\x82",
                              &unknown),
              ElementsAre(1, 1));
  EXPECT_EQ(unknown.size(), 2U);
}

TEST(Alphabet, AFileHoldsLabelsCommentsAndTheSpace) {
  const ocrbatch::testing::TemporaryFolder folder;
  const auto file = folder.path() / "alphabet.txt";
  std::ofstream(file) << "# letters\n<space> a b\n! \" # $\n";
  EXPECT_THAT(read_alphabet(file).labels(), ElementsAre(" ", "a", "b", "!", "\"", "#", "$"));
  std::ofstream(file) << "a b a\n";
  try {
    read_alphabet(file);
    FAIL() << "a repeated label was accepted";
  } catch (const std::invalid_argument& error) {
    EXPECT_THAT(error.what(), HasSubstr("alphabet.txt: the alphabet has \"a\" twice"));
  }
}

TEST(Alphabet, TheShippedOneCoversItsLanguages) {
  const Alphabet alphabet = read_alphabet(OCRBATCH_SOURCE_DIR "/configs/alphabets/latin.txt");
  EXPECT_GE(alphabet.labels().size(), 200U);
  std::vector<std::string> unknown;
  alphabet.encode(
      "Où l’œuvre « naïve » coûte 12,50 €; ¿Qué pasó mañana? ¡Ay! Größe, „Straße“, ſo; perché; coração, às; "
      "ideeën — één… § 3 † 25 °C ½ £5 Łódź, Žižka, Győr, Þór, Åse",
      &unknown);
  EXPECT_THAT(unknown, ::testing::IsEmpty());
}

}  // namespace
}  // namespace ocrbatch::recognizer
