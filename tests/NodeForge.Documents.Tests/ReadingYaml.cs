using NodeForge.Documents.Yaml;

namespace NodeForge.Documents.Tests;

/// <summary>YAML by its specification, 1.2, as JSON sees it: what patches may be written in.</summary>
public sealed class ReadingYaml
{
    [Theory]
    [InlineData("a: |\n  x\n   y\n\nb: 1", """{"a":"x\n y\n","b":1}""")]
    [InlineData("a: |-\n  x\n\n", """{"a":"x"}""")]
    [InlineData("a: |+\n  x\n\n", """{"a":"x\n\n"}""")]
    [InlineData("a: |2\n    x\n  y\n", """{"a":"  x\ny\n"}""")]
    [InlineData("a: >\n  x\n  y\n\n  z\n    w\n", """{"a":"x y\nz\n  w\n"}""")]
    [InlineData("a: x\n  y\n\n  z", """{"a":"x y\nz"}""")]
    [InlineData("a: \"x\n  y \\\n  z\\tw\\u00e9\"", """{"a":"x y z\tw\u00E9"}""")]
    [InlineData("a: 'it''s'", """{"a":"it\u0027s"}""")]
    [InlineData("- - 1\n  - 2\n-\n  - 3", "[[1,2],[3]]")]
    [InlineData("- a: 1\n  b: 2\n- c", """[{"a":1,"b":2},"c"]""")]
    [InlineData("a:\n- 1\n- 2", """{"a":[1,2]}""")]
    [InlineData("{a: [1, {b: c}], 'd': \"e\",}", """{"a":[1,{"b":"c"}],"d":"e"}""")]
    [InlineData("{\"a\":1}", """{"a":1}""")]
    [InlineData("a: &x {b: 1}\nc: *x", """{"a":{"b":1},"c":{"b":1}}""")]
    [InlineData("# c\na: b # c\n# c\nd: e#f", """{"a":"b","d":"e#f"}""")]
    [InlineData("a: http://b:1/c", """{"a":"http://b:1/c"}""")]
    [InlineData("? a\n: b", """{"a":"b"}""")]
    [InlineData("%YAML 1.2\n---\na: b\n...\n", """{"a":"b"}""")]
    [InlineData("a: -b\nc: - d", null)]
    [InlineData("a: [1, 2", null)]
    [InlineData("a: 'b", null)]
    [InlineData("a: b\n c: d", null)]
    [InlineData("a:\n\tb: c", null)]
    [InlineData("a: b: c", null)]
    [InlineData("a: *none", null)]
    [InlineData("- a\nb: c", null)]
    [InlineData("@a: b", null)]
    [InlineData("\"a\\qb\"", null)]
    public void A_document_is_what_the_specification_says_or_refused(string text, string? json)
    {
        if (json is not null)
            Assert.Equal(json, YamlDocument.Read(text)?.ToJsonString());
        else
            Assert.Equal(ErrorCodes.RecipeNotYaml, Assert.Throws<NodeForgeException>(() => YamlDocument.Read(text)).Diagnostics[0].Code);
    }

    [Theory]
    [InlineData("a:\n  b: c\n   d: e", "it is indented by 3 and the line before by 2: entries of one mapping or list begin in one column")]
    [InlineData(
        "a:\n  - b: c\n   d: |\n",
        "it is indented by 3 and the line before by 2: entries of one mapping or list begin in one column"
    )]
    [InlineData("a: b: c", "put quotes around a text that has a colon and a blank in it")]
    [InlineData("a: {b: c\n", "see whether each { and [ before has its end, and a comma stands between two values")]
    [InlineData("a: 'b\nc: d\n", "see whether the quotes before have an end")]
    [InlineData("@a: b", null)]
    public void What_was_most_likely_done_is_the_hint(string text, string? hint) =>
        Assert.Equal(hint, Assert.Throws<NodeForgeException>(() => YamlDocument.Read(text)).Diagnostics[0].Hint);

    [Theory]
    [InlineData("a: 1\n---\nb: 2\n--- # c\n- 3", 3)]
    [InlineData("---\na: 1\n...\n---\nb: 2\n", 2)]
    [InlineData("# nothing\n", 0)]
    [InlineData("", 0)]
    public void A_text_has_as_many_documents_as_it_has_beginnings(string text, int documents) =>
        Assert.Equal(documents, YamlDocument.Nodes(text).Count);
}
