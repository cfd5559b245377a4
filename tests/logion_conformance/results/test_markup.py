from __future__ import annotations

from logion_conformance.results.markup import tag, text, worded


def test_words_and_attributes_are_escaped() -> None:
    made = worded("p", "<b>&", title='"<')
    assert made == '<p title="&quot;&lt;">&lt;b&gt;&amp;</p>'
    assert text("<") == "&lt;"


def test_names_of_attributes_may_be_keywords_or_have_dashes() -> None:
    assert tag("a", class_="x", data_case=3) == '<a class="x" data-case="3"></a>'


def test_an_attribute_without_a_value_is_left_out_but_an_empty_one_is_not() -> None:
    assert tag("a", href=None, value="") == '<a value=""></a>'
