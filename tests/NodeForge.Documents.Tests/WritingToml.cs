using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using NodeForge.Documents.Toml;

namespace NodeForge.Documents.Tests;

public sealed class WritingToml
{
    [Fact]
    public void Values_stand_before_tables_one_a_line()
    {
        JsonObject document = (JsonObject)
            JsonNode.Parse(
                """{"plugins":{"io.containerd.grpc.v1.cri":{"sandbox_image":"pause:3.2","containerd":{"x":1.0}}},"version":2,"disabled":["a","b"],"streams":[{"n":1},{"n":2}],"mixed":[{"n":1},2]}"""
            )!;
        Assert.Equal(
            """
            version = 2
            disabled = ["a", "b"]
            mixed = [{n = 1}, 2]

            [plugins]

            [plugins."io.containerd.grpc.v1.cri"]
            sandbox_image = "pause:3.2"

            [plugins."io.containerd.grpc.v1.cri".containerd]
            x = 1.0

            [[streams]]
            n = 1

            [[streams]]
            n = 2

            """,
            TomlText.Of(document)
        );
    }

    [Fact]
    public void Whatever_is_written_is_read_as_it_was()
    {
        Gen<string> text = Gen.OneOf(
            Gen.Elements("", "a", "a b", "a.b", "\"", "\\", "'", "#", "ä", "😀", "\u007f", "\r\n", "\t\u0000"),
            ArbMap.Default.GeneratorFor<NonNull<string>>().Select(any => any.Get).Where(IsText)
        );
        Prop.ForAll(
                Table(text, 3).ToArbitrary(),
                table =>
                {
                    JsonNode? again = TomlDocument.Read(TomlText.Of(table));
                    return JsonNode.DeepEquals(table, again).Label(TomlText.Of(table));
                }
            )
            .QuickCheckThrowOnFailure();
    }

    // A half of a surrogate pair is no character, and no UTF-8 file can hold it.
    private static bool IsText(string text) => text.EnumerateRunes().All(rune => rune.Value != 0xfffd);

    private static Gen<JsonObject> Table(Gen<string> text, int depth) =>
        from pairs in Gen.ListOf(from key in text from value in Value(text, depth) select (key, value))
        select Of(pairs.DistinctBy(pair => pair.key));

    private static JsonObject Of(IEnumerable<(string Key, JsonNode Value)> pairs)
    {
        JsonObject table = [];
        foreach ((string key, JsonNode value) in pairs)
            table[key] = value.DeepClone();
        return table;
    }

    private static Gen<JsonNode> Value(Gen<string> text, int depth)
    {
        Gen<JsonNode> simple = Gen.OneOf(
            text.Select(any => (JsonNode)any),
            ArbMap.Default.GeneratorFor<long>().Select(any => (JsonNode)any),
            ArbMap.Default.GeneratorFor<bool>().Select(any => (JsonNode)any),
            Gen.Elements("1.5", "-0.0", "1e100", "2.50").Select(any => JsonNode.Parse(any)!)
        );
        if (depth == 0)
            return simple;
        Gen<JsonNode> list = Gen.ListOf(Value(text, depth - 1))
            .Select(items => (JsonNode)new JsonArray([.. items.Take(4).Select(item => item.DeepClone())]));
        return Gen.Frequency((4, simple), (1, list), (1, Table(text, depth - 1).Select(table => (JsonNode)table)));
    }
}
