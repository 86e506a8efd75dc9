using System.Text.Json.Nodes;
using NodeForge.Documents.Json;

namespace NodeForge.Documents.Tests;

/// <summary>RFC 6902 and 6901, case by case.</summary>
public sealed class JsonPatches
{
    private static readonly PatchPlace Place = new(new("patch"), "the document");

    [Theory]
    [InlineData("""{"a":1}""", """[{"op":"add","path":"/b","value":null}]""", """{"a":1,"b":null}""")]
    [InlineData("""{"a":1}""", """[{"op":"replace","path":"","value":[1]}]""", "[1]")]
    [InlineData("""{"a":1}""", """[{"op":"add","path":"","value":{"b":2}}]""", """{"b":2}""")]
    [InlineData("""{"a":1}""", """[{"op":"test","path":"","value":{"a":1.0}}]""", """{"a":1}""")]
    [InlineData("""{"a":1000}""", """[{"op":"test","path":"/a","value":1e3}]""", """{"a":1000}""")]
    [InlineData("""{"a":{"b":[1,2]}}""", """[{"op":"move","from":"/a/b/0","path":"/a/c"}]""", """{"a":{"b":[2],"c":1}}""")]
    [InlineData("""{"a":{"b":1}}""", """[{"op":"move","from":"/a/b","path":"/a"}]""", """{"a":1}""")]
    [InlineData("""{"a":{"b":1}}""", """[{"op":"move","from":"/a","path":"/a"}]""", """{"a":{"b":1}}""")]
    [InlineData("""{"a":[1]}""", """[{"op":"copy","from":"/a","path":"/a/-"}]""", """{"a":[1,[1]]}""")]
    [InlineData("""{"a":[]}""", """[{"op":"add","path":"/a/0","value":1}]""", """{"a":[1]}""")]
    [InlineData("""{"a/b":{"m~n":1}}""", """[{"op":"replace","path":"/a~1b/m~0n","value":2}]""", """{"a/b":{"m~n":2}}""")]
    [InlineData("""{"~1":1}""", """[{"op":"remove","path":"/~01"}]""", "{}")]
    [InlineData("""{"":1}""", """[{"op":"replace","path":"/","value":2}]""", """{"":2}""")]
    public void An_operation_does_what_the_RFC_says(string document, string patch, string expected) =>
        Assert.Equal(
            expected,
            JsonPatching.Result(JsonNode.Parse(document), JsonNode.Parse(patch)!.AsArray(), Place)?.ToJsonString() ?? "null"
        );

    [Theory]
    [InlineData("""[{"op":"add","path":"/b"}]""")]
    [InlineData("""[{"op":"replace","path":"/a"}]""")]
    [InlineData("""[{"op":"test","path":"/a"}]""")]
    [InlineData("""["remove"]""")]
    [InlineData("""[null]""")]
    [InlineData("""[{"op":"remove","path":"a"}]""")]
    [InlineData("""[{"op":"remove","path":1}]""")]
    [InlineData("""[{"op":1,"path":"/a"}]""")]
    [InlineData("""[{"path":"/a"}]""")]
    [InlineData("""[{"op":"spam","path":"/a"}]""")]
    [InlineData("""[{"op":"move","path":"/b"}]""")]
    [InlineData("""[{"op":"remove","path":"/a~2"}]""")]
    public void A_malformed_operation_fits_no_document(string patch)
    {
        Assert.Equal(ErrorCodes.ClusterFileValue, Refused("""{"a":1}""", patch));
        Assert.NotNull(JsonPatching.Malformed(JsonNode.Parse(patch)![0]));
    }

    [Fact]
    public void Copies_of_copies_come_to_an_end() =>
        Assert.Equal(
            ErrorCodes.ClusterFileValue,
            Refused(
                """{"a":1}""",
                $"[{string.Join(',', Enumerable.Range(0, 60).Select(i => $$"""{"op":"copy","from":"","path":"/c{{i}}"}"""))}]"
            )
        );

    // Each is one value, and the next lies a level below it.
    [Fact]
    public void What_is_put_below_what_was_put_comes_to_an_end()
    {
        string[] steps =
        [
            .. Enumerable
                .Range(1, 400)
                .Select(i => $$$"""{"op":"add","path":"{{{string.Concat(Enumerable.Repeat("/a", i))}}}","value":{}}"""),
        ];
        Assert.Equal(ErrorCodes.ClusterFileValue, Refused("{}", $"[{string.Join(',', steps)}]"));
        Assert.NotNull(JsonPatching.Result(new JsonObject(), JsonNode.Parse($"[{string.Join(',', steps[..60])}]")!.AsArray(), Place));
    }

    [Theory]
    [InlineData("""{"l":[1,2]}""", """[{"op":"remove","path":"/l/01"}]""")]
    [InlineData("""{"l":[1,2]}""", """[{"op":"replace","path":"/l/-","value":1}]""")]
    [InlineData("""{"l":[1,2]}""", """[{"op":"add","path":"/l/3","value":1}]""")]
    [InlineData("""{"l":[1,2]}""", """[{"op":"add","path":"/l/1e0","value":1}]""")]
    [InlineData("""{"a":{"b":1}}""", """[{"op":"move","from":"/a","path":"/a/b/c"}]""")]
    [InlineData("""{"a":1}""", """[{"op":"test","path":"/a","value":"1"}]""")]
    [InlineData("""{"a":1}""", """[{"op":"add","path":"/a/b","value":1}]""")]
    public void An_operation_that_does_not_fit_its_document_is_refused(string document, string patch) =>
        Assert.Equal(ErrorCodes.ClusterFileValue, Refused(document, patch));

    [Fact]
    public void What_a_patch_leaves_has_to_be_a_mapping_and_a_refused_one_leaves_the_document_as_it_was()
    {
        JsonObject document = new() { ["a"] = 1 };
        Assert.Throws<NodeForgeException>(() => JsonPatching.Apply(document, """[{"op":"replace","path":"","value":[]}]""", Place));
        Assert.Throws<NodeForgeException>(() =>
            JsonPatching.Apply(document, """[{"op":"remove","path":"/a"},{"op":"remove","path":"/b"}]""", Place)
        );
        Assert.Equal("""{"a":1}""", document.ToJsonString());
    }

    [Fact]
    public void Operations_may_be_YAML()
    {
        JsonObject document = new() { ["a"] = 1 };
        JsonPatching.Apply(document, "- op: add\n  path: /b\n  value: yes\n", Place);
        Assert.Equal("""{"a":1,"b":true}""", document.ToJsonString());
    }

    private static ErrorCode Refused(string document, string patch) =>
        Assert
            .Throws<NodeForgeException>(() => JsonPatching.Result(JsonNode.Parse(document), JsonNode.Parse(patch)!.AsArray(), Place))
            .Diagnostics[0]
            .Code;
}
