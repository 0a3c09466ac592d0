import pytest

from lms.similarity import code
from lms.similarity.code import NAME, NUMBER, STRING

PROGRAMS = {
    "python": 'import os\n"""Doc."""\ndef f(a):\n    "doc"\n    # say\n    return a + 1.5 if a != "ü" else None\n',
    "java": 'package p; import q.*; class A { /* é */ int f(int a) { return a != 1.5f ? a : g("ü"); } // x\n }',
    "javascript": "import x from 'y'; const f = (a) => a?.b !== 1.5 ? `ü${a}` : /r/g; // x\n/* y */",
}


@pytest.mark.parametrize("language", PROGRAMS)
def test_names_and_values_are_one_kind_each_and_every_token_knows_its_place(language: str):
    source = PROGRAMS[language]
    program = code.read(source, language)
    written = {NAME: set(), NUMBER: set(), STRING: set()}
    for token in program.tokens:
        here = source[token.start : token.end]
        if token.value in written:
            written[token.value].add(here)
        else:
            assert here.casefold() == token.value or token.value == "optional_chain" or "null" in token.value
    assert {"f", "a"} <= written[NAME]
    assert len(written[NUMBER]) == 1 and "1.5" in written[NUMBER].pop()
    assert any("ü" in string for string in written[STRING])
    assert not any(word in repr(written) for word in ("doc", "Doc", "say", "import", "os", "é"))
    assert "ü" in repr(program.literals)


@pytest.mark.parametrize("language", code.LANGUAGES)
def test_renaming_other_values_comments_and_layout_change_nothing(language: str):
    source = PROGRAMS[language]
    comment = "# other\n" if language == "python" else "/* other */\n"
    other = comment + source.replace("f(", "compute(").replace("f =", "compute =").replace("1.5", "27.25")
    assert [t.value for t in code.read(other, language).tokens] == [
        t.value for t in code.read(source, language).tokens
    ]


@pytest.mark.parametrize("language", [*code.LANGUAGES, None, "cobol"])
@pytest.mark.parametrize(
    "source",
    ["", "\x00", "(" * 20_000, "}}} ¿§ else ))) 'open", '"""', "/*", "ü" * 3_000, "\ud800 x", "`${", "﻿int a;\r\n"],
)
def test_nothing_that_is_handed_in_raises(language: str | None, source: str):
    for token in code.read(source, language).tokens:
        assert 0 <= token.start < token.end <= len(source)


def test_what_no_grammar_understands_has_the_same_tokens_by_a_plain_scan():
    source = 'while (a <= 10) { total += f(a, "x"); a++; } // sum'
    plain = [token.value for token in code.read(source, "cobol").tokens]
    assert plain == [token.value for token in code.read(source, "javascript").tokens]
    broken = code.read("§ ¿ § ¿ § ¿ while", "java")
    assert [token.value for token in broken.tokens] == [*"§¿§¿§¿", "while"]
