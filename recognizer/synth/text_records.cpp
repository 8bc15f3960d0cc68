#include "recognizer/synth/text_records.h"

#include <array>

#include "recognizer/synth/text_pieces.h"

namespace ocrbatch::recognizer {
namespace {

Text number_pattern(TextContext& c) {
  if (c.language.numbers.empty()) return integer(c.random, 6);
  Text out;
  const int count = c.random.between(1, 6);
  for (int i = 0; i < count; ++i) {
    if (!out.empty()) out += U' ';
    for (const char32_t p : c.random.pick(c.language.numbers)) {
      if (p == U' ') {
        out += static_cast<char32_t>(U'0' + c.random.below(10));
      } else {
        out += p;
      }
    }
  }
  return out;
}

Text counter(Random& r, int most_digits) {
  const int length = r.between(1, most_digits);
  const int zeros = r.chance(0.4) ? r.between(1, length) : 0;
  return Text(static_cast<std::size_t>(zeros), U'0') + digits(r, length - zeros);
}

Text capitals(Random& r, int most) {
  static const Text kUpper = U"ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  Text out;
  for (int left = r.between(1, most); left > 0; --left) out += r.pick(kUpper);
  return out;
}

// Most codes are counters behind a prefix (CS00018751), which is how an O is told from a 0 where they look
// alike; some have their characters in any order.
Text code_group(Random& r) {
  static const Text kAny = U"ABCDEFGHIJKLMNOPQRSTUVWXYZ01234567890123456789";
  static const Text kBothCases = U"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  switch (r.pick_weighted(std::array<double, 5>{25, 15, 33, 12, 15})) {
    case 0:
      return counter(r, 8);
    case 1:
      return capitals(r, 7);
    case 2:
      return capitals(r, 4) + counter(r, 8);
    case 3:
      return counter(r, 4) + capitals(r, 3);
    default:
      break;
  }
  const Text& among = r.chance(0.67) ? kAny : kBothCases;
  Text out;
  for (int left = r.between(1, 7); left > 0; --left) out += r.pick(among);
  return out;
}

Text ascii_word(TextContext& c) {
  Text word = c.language.word(c.random);
  std::erase_if(word, [](char32_t x) { return x >= 0x80 || !is_letter(x); });
  for (char32_t& x : word)
    if (x < U'a') x += 32;
  return word.empty() ? Text(U"info") : word;
}

}  // namespace

Text numbers(TextContext& c) {
  if (c.random.chance(0.3)) return number_pattern(c);
  Text out = any_number(c.random);
  const int more = c.random.chance(0.4) ? 0 : c.random.between(1, 7);
  for (int i = 0; i < more; ++i) (out += U' ') += any_number(c.random);
  return out;
}

Text date(TextContext& c) {
  Random& r = c.random;
  static const std::array<Text, 4> kSeparator = {U".", U"/", U"-", U". "};
  const Text& s = r.pick(kSeparator);
  const Text year = r.chance(0.7) ? number(r.between(1780, 2030)) : digits(r, 2);
  static const std::array<Text, 16> kMonths = {
      U"January", U"Feb.",    U"mars",     U"April", U"Mai",  U"junio",  U"Juli",  U"août",
      U"Sept.",   U"October", U"novembre", U"Dez.",  U"März", U"giugno", U"março", U"december"};
  Text out;
  switch (r.below(4)) {
    case 0:
      out = two(r, 1, 31) + s + two(r, 1, 12) + s + year;
      break;
    case 1:
      out = number(r.between(1900, 2030)) + U"-" + two(r, 1, 12) + U"-" + two(r, 1, 31);
      break;
    case 2:
      out = number(r.between(1, 31)) + (r.chance(0.4) ? U". " : U" ") + r.pick(kMonths) + U" " + year;
      break;
    default:
      out = r.pick(kMonths) + U" " + number(r.between(1, 31)) + U", " + year;
      break;
  }
  if (r.chance(0.3)) {
    out += U" " + two(r, 0, 23) + U":" + two(r, 0, 59);
    if (r.chance(0.4)) out += U":" + two(r, 0, 59);
    if (r.chance(0.2)) out += r.chance(0.5) ? U" PM" : U" AM";
  }
  if (r.chance(0.25)) out = c.language.word(r) + (r.chance(0.5) ? U", " : U": ") + out;
  return out;
}

Text price(TextContext& c) {
  Random& r = c.random;
  static const std::array<Text, 14> kCurrency = {U"$",   U"€",   U"£",  U"¥",  U"USD", U"EUR", U"RM",
                                                 U"Fr.", U"CHF", U"DM", U"kr", U"R$",  U"¢",   U"₤"};
  const Text& currency = r.pick(kCurrency);
  const Text value = r.chance(0.7) ? integer(r, 4) + (r.chance(0.5) ? U"." : U",") + digits(r, 2) : amount(r);
  Text out = r.chance(0.5) ? currency + (r.chance(0.5) ? U" " : U"") + value
                           : value + (r.chance(0.7) ? U" " : U"") + currency;
  if (r.chance(0.6)) {
    Text label = words(c, r.between(1, 4));
    if (r.chance(0.4)) label = to_capitals(label);
    out = label + (r.chance(0.4) ? U": " : U" ") + out;
  }
  if (r.chance(0.15)) out += U" " + integer(r, 2) + U" x " + integer(r, 2) + U"." + digits(r, 2);
  return out;
}

Text code(TextContext& c) {
  Random& r = c.random;
  static const Text kSeparator = U"-/.:_ #";
  Text out;
  const int groups = r.between(1, 4);
  for (int i = 0; i < groups; ++i) {
    if (i > 0) out += r.pick(kSeparator);
    out += code_group(r);
  }
  if (r.chance(0.4)) {
    static const std::array<Text, 12> kLabel = {U"No. ", U"Nr. ",  U"Ref: ", U"INV ",    U"ID ",   U"Tel. ",
                                                U"GST ", U"Art. ", U"ISBN ", U"Order #", U"S/N: ", U"N° "};
    out = r.pick(kLabel) + out;
  }
  return out;
}

Text contact(TextContext& c) {
  Random& r = c.random;
  static const std::array<Text, 10> kTop = {U"com",   U"org", U"net", U"de", U"fr",
                                            U"co.uk", U"it",  U"es",  U"nl", U"com.br"};
  const Text host = ascii_word(c) + (r.chance(0.3) ? U"-" + ascii_word(c) : Text()) + U"." + r.pick(kTop);
  Text out;
  switch (r.below(4)) {
    case 0:
      out = ascii_word(c) + (r.chance(0.5) ? U"." + ascii_word(c) : digits(r, 2)) + U"@" + host;
      break;
    case 1:
      out = (r.chance(0.5) ? U"https://" : r.chance(0.5) ? U"http://www." : U"www.") + host;
      break;
    case 2: {
      out = r.chance(0.5) ? U"+" + integer(r, 2) + U" " : U"(0" + digits(r, 2) + U") ";
      const int groups = r.between(2, 4);
      for (int i = 0; i < groups; ++i)
        out += (i > 0 ? (r.chance(0.5) ? U"-" : U" ") : U"") + digits(r, r.between(2, 4));
      break;
    }
    default:
      out =
          host + U"/" + ascii_word(c) + (r.chance(0.4) ? U"?" + ascii_word(c) + U"=" + digits(r, 2) : Text());
  }
  if (r.chance(0.4)) {
    static const std::array<Text, 8> kLabel = {U"E-mail: ", U"Tel: ",  U"Fax: ", U"Web: ",
                                               U"TEL : ",   U"Email ", U"Fax ",  U"Mobil: "};
    out = r.pick(kLabel) + out;
  }
  return out;
}

Text address(TextContext& c) {
  Random& r = c.random;
  Text street = to_title(words(c, r.between(1, 2)));
  Text out =
      r.chance(0.5) ? street + U" " + integer(r, 3) : integer(r, 3) + (r.chance(0.5) ? U", " : U" ") + street;
  if (r.chance(0.7)) out += U", " + digits(r, 5) + U" " + to_title(c.language.word(r));
  if (r.chance(0.2)) out = U"P.O. Box " + integer(r, 4) + U", " + out;
  return r.chance(0.3) ? to_capitals(out) : out;
}

Text table_row(TextContext& c) {
  Random& r = c.random;
  Text out = r.chance(0.7) ? words(c, r.between(1, 4)) : code(c);
  if (r.chance(0.2)) out += U":";
  const int columns = r.between(1, 6);
  for (int i = 0; i < columns; ++i) {
    out += U' ';
    out += r.chance(0.85) ? any_number(r) : r.chance(0.5) ? Text(U"-") : c.language.word(r);
  }
  return out;
}

// What receipts, invoices and forms are made of: a label, a colon, a value. Words of the corpus stand for the
// labels of other trades than those listed.
Text field(TextContext& c) {
  static const std::array<Text, 84> kLabels = {
      U"Total",    U"Subtotal",    U"Sub Total",   U"Tax",         U"VAT",         U"GST",
      U"Date",     U"Time",        U"Invoice No",  U"Receipt No",  U"Tax Invoice", U"Bill To",
      U"Tel",      U"Fax",         U"Tel No",      U"Cashier",     U"Qty",         U"Quantity",
      U"Item",     U"Description", U"Amount",      U"Change",      U"Cash",        U"Discount",
      U"Rounding", U"Ref",         U"Ref No",      U"Doc No",      U"Order No",    U"Table",
      U"Member",   U"Card No",     U"Salesperson", U"Price",       U"Unit Price",  U"Balance",
      U"Payment",  U"Summary",     U"Tax Summary", U"Rate",        U"Code",        U"Terms",
      U"Page",     U"Name",        U"Address",     U"Phone",       U"E-mail",      U"City",
      U"Title",    U"Subject",     U"From",        U"To",          U"Attention",   U"Company",
      U"Account",  U"Signature",   U"Approved by", U"Department",  U"Brand",       U"Type",
      U"Size",     U"Weight",      U"Number",      U"Project",     U"Datum",       U"Betrag",
      U"Summe",    U"MwSt",        U"Menge",       U"Einzelpreis", U"Rechnung Nr", U"Kunde",
      U"Montant",  U"Facture",     U"Prix",        U"Nom",         U"Adresse",     U"Fecha",
      U"Importe",  U"Precio",      U"Totale",      U"Importo",     U"Data",        U"Bedrag"};
  static const std::array<Text, 9> kUnits = {
      U"(RM)", U"($)", U"(EUR)", U"(%)", U"(Excl. GST)", U"(Inclusive of tax)", U"(kg)", U"(No.)", U"(s)"};
  static const std::array<MakeText, 5> kValues = {price, date, code, contact, numbers};
  Random& r = c.random;
  Text out;
  for (int fields = r.chance(0.25) ? 2 : 1; fields > 0; --fields) {
    if (!out.empty()) out += U' ';
    Text label = r.chance(0.65) ? r.pick(kLabels) : words(c, r.between(1, 3));
    if (r.chance(0.35)) label = to_capitals(label);
    if (r.chance(0.15)) label = to_title(label);
    if (r.chance(0.2)) label += U'.';
    if (r.chance(0.15)) label += U" " + r.pick(kUnits);
    static const std::array<Text, 6> kJoint = {U" : ", U": ", U" :", U":", U" ", U" = "};
    const std::size_t joint = r.pick_weighted(std::array<double, 6>{42, 25, 6, 5, 20, 2});
    out += label + kJoint[joint];
    if (r.chance(0.1)) continue;  // to be filled in
    switch (r.below(8)) {
      case 0:
        out += to_title(words(c, r.between(1, 3)));
        break;
      case 1:
        out += to_capitals(words(c, r.between(1, 2)));
        break;
      case 2:
      case 3:
        out += integer(r, 3) + (r.chance(0.75) ? U"." + digits(r, 2) : Text());
        break;
      default:
        out += r.pick(kValues)(c);
    }
  }
  return out;
}

// Boxes to be ticked, some in a row, behind a question or by themselves; before their words or behind them.
Text choices(TextContext& c) {
  static const std::array<Text, 24> kWords = {
      U"Yes",      U"No",       U"N/A",     U"Male",   U"Female", U"Other", U"None", U"New",
      U"Approved", U"Rejected", U"Ja",      U"Nein",   U"Oui",    U"Non",   U"Sí",   U"Final",
      U"Draft",    U"Single",   U"Married", U"Urgent", U"M",      U"F",     U"Cash", U"Copy"};
  static const std::array<std::pair<Text, Text>, 3> kBoxes = {
      {{U"☐", U"☑"}, {U"( )", U"(x)"}, {U"[ ]", U"[X]"}}};
  Random& r = c.random;
  const auto& [empty, ticked] = kBoxes[r.pick_weighted(std::array<double, 3>{8, 1, 1})];
  const bool behind = r.chance(0.3);
  Text out = r.chance(0.4) ? phrase(c, 3, 24) + (r.chance(0.6) ? U":" : U"") : Text();
  for (int left = r.between(1, 4); left > 0; --left) {
    const Text& box = r.chance(0.3) ? ticked : empty;
    Text word = r.chance(0.6) ? r.pick(kWords) : to_title(words(c, r.between(1, 2)));
    if (r.chance(0.3)) word = to_capitals(word);
    if (!out.empty()) out += U' ';
    out += behind ? word + U" " + box : box + U" " + word;
  }
  return out;
}

Text formula(TextContext& c) {
  Random& r = c.random;
  static const std::array<Text, 10> kOperator = {U" + ", U" - ", U" × ", U" = ", U" ± ",
                                                 U" ÷ ", U"/",   U" < ", U" > ", U" ≈ "};
  static const std::array<Text, 18> kUnit = {U"°", U"°C", U" kg", U" m²",  U" cm³", U"½",
                                             U"¼", U"¾",  U" %",  U" ‰",   U" mm",  U" µg",
                                             U"″", U"′",  U" km", U" lb.", U" Ω",   U" h"};
  Text out;
  const int terms = r.between(1, 4);
  for (int i = 0; i < terms; ++i) {
    if (i > 0) out += r.pick(kOperator);
    out += r.chance(0.7) ? integer(r, 3) : Text(1, static_cast<char32_t>(U'a' + r.below(26)));
    if (r.chance(0.3)) out += (r.chance(0.5) ? U"." : U",") + digits(r, r.between(1, 2));
    if (r.chance(0.5)) out += r.pick(kUnit);
  }
  if (r.chance(0.5)) out = phrase(c, 3, 30) + U" " + out;
  return out;
}

}  // namespace ocrbatch::recognizer
