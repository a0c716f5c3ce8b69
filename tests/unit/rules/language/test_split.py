"""The words of a text and their places."""

from __future__ import annotations

import pytest

from workers.rules.language.split import Token, folded_words, split


def exact_words(text: str, language: str | None = None) -> list[str]:
    return [token.exact for token in split(text, language=language)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        # runs
        pytest.param("", "", id="nothing"),
        pytest.param(" \n\t", "", id="white space"),
        pytest.param("Covid19 2024", "Covid19 2024", id="letters and digits are one run"),
        pytest.param("anti-tank", "anti tank", id="hyphen"),
        pytest.param("and/or snake_case a@b.org", "and or snake case a b org", id="slash, underscore, at"),
        pytest.param("#Iran $AAPL", "Iran AAPL", id="leading hash and dollar"),
        pytest.param("x\u0301y", "x\u0301y", id="a mark behind a letter"),
        pytest.param("5\u0301y", "5\u0301y", id="a mark behind a digit"),
        pytest.param("\u0301y -\u0301y", "y y", id="a mark behind nothing"),
        pytest.param("Rus\u00adsia\u200b", "Russia", id="format characters"),
        pytest.param("١٢٣ ۱۲", "١٢٣ ۱۲", id="decimal digits of other scripts"),
        pytest.param("x² ½ ⅷ", "x2 1 2 viii", id="other numbers by NFKC"),
        pytest.param("ﬁne ㎏", "fine kg", id="characters that grow"),
        pytest.param("10:30", "10 30", id="colon"),
        # apostrophes, final
        pytest.param("Russia's", "Russia", id="s"),
        pytest.param("RUSSIA’S", "RUSSIA", id="S, curly"),
        pytest.param("G7's", "G7", id="s behind a digit"),
        pytest.param("U.S.'s", "US", id="s behind a dotted acronym"),
        pytest.param("U.S's", "US", id="s behind a dotted acronym without the last dot"),
        pytest.param("we'll we've we're we'd I'm", "we we we we I", id="ll ve re d m"),
        pytest.param("workers' James' 10'", "workers James 10", id="bare"),
        pytest.param("'Russia's'", "Russia", id="s within single quotes"),
        pytest.param("we'd've", "we", id="two endings"),
        pytest.param("Russia''s", "Russia s", id="two apostrophes"),
        pytest.param("Russia's-led", "Russia led", id="ending before a hyphen"),
        pytest.param("Russia's.The", "Russia The", id="ending before a dot"),
        pytest.param("it'sx", "itsx", id="an ending that goes on is none"),
        pytest.param("a.'s", "a s", id="a letter and a dot are no acronym"),
        pytest.param("U.S.'x", "US x", id="an apostrophe behind an acronym separates"),
        # apostrophes inside
        pytest.param("l'Iran L'Iran D'Artagnan", "l Iran L Iran D Artagnan", id="French"),
        pytest.param("jusqu'ici lorsqu'il quelqu'un qu'elle", "jusqu ici lorsqu il quelqu un qu elle", id="qu"),
        pytest.param("puisqu'on j'ai m'a n'a t'a s'il c'est", "puisqu on j ai m a n a t a s il c est", id="short ones"),
        pytest.param("dell'Ucraina un'altra all'Aia", "dell Ucraina un altra all Aia", id="Italian"),
        pytest.param("dall'Est nell'UE sull'Iran", "dall Est nell UE sull Iran", id="Italian prepositions"),
        pytest.param("quest'anno quell'uomo", "quest anno quell uomo", id="Italian pronouns"),
        pytest.param("l'Iran's", "l Iran", id="an ending behind an elision"),
        pytest.param("d'l'Iran", "d l Iran", id="an elision behind an elision"),
        pytest.param("O'Brien Qur'an don't", "OBrien Quran dont", id="removed"),
        pytest.param("rock'n'roll", "rocknroll", id="an elision not at the beginning"),
        pytest.param("al'l'x", "allx", id="letters that an apostrophe parts are no elision"),
        pytest.param("5'10\" 5'x", "5 10 5 x", id="behind a digit"),
        pytest.param("O'5 '90s", "O 5 90s", id="before a digit"),
        pytest.param("l'U.S. d'AT&T", "l US d AT&T", id="an elision before other forms"),
        pytest.param("M&S's", "M&S", id="an ending behind an ampersand"),
        pytest.param("x's&y", "xs&y", id="an ending that an ampersand prolongs is none"),
        # dots
        pytest.param("U.S. u.s D.P.R.K.", "US us DPRK", id="acronyms"),
        pytest.param("x.com com.x", "x com com x", id="a letter touched on its outer side"),
        pytest.param("U.S.Army U.S.-led", "US Army US led", id="behind an acronym"),
        pytest.param("e.g. J.R.R. Tolkien", "eg JRR Tolkien", id="small and large"),
        pytest.param("U. S.", "U S", id="a space between"),
        pytest.param("a.b1 1a.b", "a b1 1a b", id="digits touch too"),
        pytest.param("É.U. e\u0301.u. x\u0301.y", "ÉU éu x\u0301y", id="letters with marks"),
        pytest.param("..U.S..", "US", id="more dots"),
        pytest.param("1.a a.1", "1 a a 1", id="a letter and a digit"),
        # digits
        pytest.param("1,000 1,000,000", "1000 1000000", id="thousands"),
        pytest.param("1,5 1,0000 1,00", "1.5 1.0000 1.00", id="decimal commas"),
        pytest.param("3.14 1.000.000", "3.14 1.000.000", id="dots stay"),
        pytest.param("1,000.50 1.000,50", "1000.50 1.000.50", id="both"),
        pytest.param("1,2,3 1,000,5", "1.2.3 1000.5", id="many"),
        pytest.param("1, 000 1 ,000 ,500 5. .5", "1 000 1 000 500 5 5", id="not between digits"),
        pytest.param("1,000km 1,5x 1.2a", "1000km 1.5x 1.2a", id="letters behind"),
        pytest.param("F1,000 a,000", "F1000 a 000", id="letters before"),
        pytest.param("１，０００", "1000", id="full-width"),
        pytest.param("1,a 1.a", "1 a 1 a", id="before a letter"),
        # & + #
        pytest.param("AT&T R&D a&b&c", "AT&T R&D a&b&c", id="ampersand"),
        pytest.param("AT & T A& &B 3&4 A&4", "AT T A B 3 4 A 4", id="ampersand not between letters"),
        pytest.param("C++ C# A+ c++,", "C++ C# A+ c++", id="plus and hash"),
        pytest.param("Disney+ F16+ 5+ 5# ab#", "Disney F16 5 5 ab", id="not behind a single letter"),
        pytest.param("C++11 C#x A+B", "C++ 11 C# x A+ B", id="they end the word"),
        pytest.param("C+++ C## C+#", "C++ C# C+", id="no more than two and one"),
        pytest.param("l'C++ O'C++ U.S.C+", "l C++ OC USC", id="a letter that begins its word"),
        pytest.param("C++'s", "C++ s", id="no ending behind a plus"),
        pytest.param("é# e\u0301+ 가+", "é# é+ 가+", id="other letters"),
        pytest.param("中+ が#", "中 が", id="no separate letter"),
        # scripts
        pytest.param("北朝鮮", "北 朝 鮮", id="Han"),
        pytest.param("々〆〇ー", "々 〆 〇 ー", id="marks that count as letters"),
        pytest.param("ひらカナ", "ひ ら カ ナ", id="kana"),
        pytest.param("がｶﾞか\u3099", "が ガ が", id="voiced kana"),
        pytest.param("ก่อน", "ก่ อ น", id="Thai"),
        pytest.param("ພາສາ", "ພ າ ສ າ", id="Lao"),
        pytest.param("ភាសា", "ភា សា", id="Khmer"),
        pytest.param("မြန်မာ", "မြ န် မာ", id="Myanmar"),
        pytest.param("북한이 ㄅㄆ", "북한이 ㄅㄆ", id="Hangul and Bopomofo"),
        pytest.param("使用C++和U.S.", "使 用 C++ 和 U S", id="a Han letter touches, too"),
        pytest.param("3年 第7", "3 年 第 7", id="Han and digits"),
        pytest.param("中's 中'x", "中 中 x", id="an ending behind Han"),
        pytest.param("中&国 中.国", "中 国 中 国", id="nothing joins Han"),
        pytest.param("हिन्दी العربية שָׁלוֹם", "हिन्दी العربية שָׁלוֹם", id="marks of other scripts"),
        pytest.param("\ud800a", "a", id="a lone surrogate separates"),
    ],
)
def test_the_words_are(text: str, words: str) -> None:
    assert exact_words(text) == words.split()
    assert {token.folded for token in split(text)} == folded_words(text)


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        pytest.param("Ankara'da", "tr", "Ankara", id="Turkish"),
        pytest.param("Bakı’nın", "az", "Bakı", id="Azerbaijani"),
        pytest.param("Ankara'da", "tr-TR", "Ankara", id="region"),
        pytest.param("Ankara'da", "TR_tr", "Ankara", id="case and underscore"),
        pytest.param("Ankara'da", "de", "Ankarada", id="German"),
        pytest.param("Ankara'da", None, "Ankarada", id="no language"),
        pytest.param("Ankara'da'ki ev", "tr", "Ankara ev", id="all behind it"),
        pytest.param("Ankara'dan&x5 y", "tr", "Ankara y", id="all behind it, whatever"),
        pytest.param("2024'te", "tr", "2024 te", id="behind a digit"),
        pytest.param("l'Iran'da", "tr", "l Iran", id="an elision first"),
        pytest.param("Ali'm", "tr", "Ali", id="an ending first"),
        pytest.param("U.S'nin", "tr", "US", id="an acronym"),
    ],
)
def test_an_apostrophe_follows_the_language(text: str, language: str | None, words: str) -> None:
    assert exact_words(text, language) == words.split()
    assert {token.folded for token in split(text, language=language)} == folded_words(text, language=language)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        pytest.param("a O'Brien's b", ["a", "O'Brien", "b"], id="without the dropped ending"),
        pytest.param("U.S. 1,000, C++!", ["U.S", "1,000", "C++"], id="with what is inside"),
        pytest.param("ﬁne ½ ㎏x", ["ﬁne", "½", "½", "㎏x"], id="characters that grow"),
        pytest.param("Rus\u00adsia e\u0301te\u0301 x", ["Rus\u00adsia", "e\u0301te\u0301", "x"], id="composed"),
        pytest.param("…北朝 x", ["北", "朝", "x"], id="behind three dots"),
    ],
)
def test_places_point_into_the_text_as_given(text: str, pieces: list[str]) -> None:
    assert [text[token.start : token.end] for token in split(text)] == pieces


def grouped(tokens: list[Token], column: str) -> str:
    """Words of one sentence or paragraph joined by a space, these by a bar."""
    parts: list[str] = []
    last = -1
    for token in tokens:
        number: int = getattr(token, column)
        assert number in {last, last + 1}
        parts.append((" " if number == last else " | ") + token.exact)
        last = number
    return "".join(parts).removeprefix(" | ")


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        pytest.param("A dog. A cat", "A dog | A cat", id="full stop"),
        pytest.param("Go! No? Yes?! Oh", "Go | No | Yes | Oh", id="other marks and runs"),
        pytest.param("He paid. then left", "He paid then left", id="a lower-case letter behind"),
        pytest.param("He paid. 5 left", "He paid | 5 left", id="a digit behind"),
        pytest.param('He paid. "then he left', "He paid | then he left", id="a quote behind"),
        pytest.param("He said “Go.” Then", "He said Go | Then", id="curly quote behind the stop"),
        pytest.param("(He went.) Then ['x!'] Y", "He went | Then x | Y", id="brackets behind the stop"),
        pytest.param("»Ja.« Dann «Oui.» Et", "Ja | Dann Oui | Et", id="guillemets either way"),
        pytest.param("one.Two", "one Two", id="no white space"),
        pytest.param("3.5 per cent. Next", "3.5 per cent | Next", id="decimals"),
        pytest.param("in 1999. The", "in 1999 | The", id="digits before"),
        pytest.param("Mr. X Gen. Y No. 5 vs. Z Sept. 11", "Mr X Gen Y No 5 vs Z Sept 11", id="abbreviations"),
        pytest.param("MR. Fox GÉN. Bear", "MR Fox GÉN Bear", id="abbreviations are folded"),
        pytest.param("J. Smith of U.S. Army", "J Smith of US Army", id="single letter and acronym"),
        pytest.param("(etc.) The", "etc The", id="an abbreviation within brackets"),
        pytest.param("Mr.. The etc... The", "Mr | The etc | The", id="more than one dot is not lone"),
        pytest.param("the U.S.? Yes", "the US | Yes", id="a question mark behind an acronym"),
        pytest.param("Wait… What", "Wait | What", id="three dots in one"),
        pytest.param("He won't. Then", "He wont | Then", id="the t of won't is no single letter"),
        pytest.param("It is Russia's. Then", "It is Russia | Then", id="an ending is no single letter"),
        pytest.param("Of AT&T. Then", "Of AT&T | Then", id="the T of AT&T is no single letter"),
        pytest.param("In C++. Then", "In C++ | Then", id="nor is C++"),
        pytest.param("我走。你来！他？「好｡」x", "我 走 | 你 来 | 他 | 好 | x", id="full-width marks need no space"),
        pytest.param("क। ख", "क | ख", id="danda"),
        pytest.param("هل؟نعم۔ لا", "هل | نعم | لا", id="Arabic and Urdu"),
        pytest.param("One.\nTwo", "One | Two", id="line break"),
        pytest.param("One\ntwo", "One | two", id="the paragraph ends it"),
        pytest.param("One\r\n. ! ? Two", "One | Two", id="ends without words count once"),
        pytest.param("One.\u00a0Two", "One | Two", id="a no-break space is white space"),
        pytest.param("One. éte. Été", "One éte | Été", id="lower case of other letters"),
    ],
)
def test_sentences_end(text: str, sentences: str) -> None:
    assert grouped(split(text), "sentence") == sentences


@pytest.mark.parametrize(
    ("text", "body", "paragraphs"),
    [
        pytest.param("a\nb\n\nc", False, "a | b | c", id="a title at every line break"),
        pytest.param("a\nb\n\nc", True, "a b | c", id="a body at a blank line"),
        pytest.param("a\nb\n \t\nc", True, "a b | c", id="a blank line with white space"),
        pytest.param("a\nb\n c\nd", True, "a b | c d", id="a body before an indented line"),
        pytest.param("  a\nb\nc", True, "a b c", id="the first line counts"),
        pytest.param("a\nb\nc\n", True, "a | b | c", id="neither blank nor indented"),
        pytest.param("a\r\nb\r\n\r\nc", True, "a b | c", id="CRLF"),
        pytest.param("a\r\nb\r\nc", True, "a | b | c", id="CRLF is one line break"),
        pytest.param("a\rb\r\rc", True, "a b | c", id="CR"),
        pytest.param("a\u2028b\u2029c\x85d\ve\ff", False, "a | b | c | d | e | f", id="all line breaks"),
        pytest.param("a\nb\f\nc", True, "a b | c", id="a page ends like a blank line"),
        pytest.param("a\n\u3000b\nc", True, "a | b c", id="ideographic indent"),
        pytest.param("a\n\u200b\nb\nc", True, "a | b c", id="a line of format characters is blank"),
        pytest.param("\n\na\n\n\nb", True, "a | b", id="paragraphs without words do not count"),
        pytest.param("a\x1cb", False, "a b", id="a file separator is no line break"),
    ],
)
def test_paragraphs_end(text: str, body: bool, paragraphs: str) -> None:
    assert grouped(split(text, body=body), "paragraph") == paragraphs


def test_a_paragraph_ends_a_sentence_and_a_line_within_it_does_not() -> None:
    assert grouped(split("One\ntwo.\nThree\n\nfour", body=True), "sentence") == "One two | Three | four"
