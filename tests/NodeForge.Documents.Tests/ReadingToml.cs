using System.Text.Json.Nodes;
using NodeForge.Documents.Toml;

namespace NodeForge.Documents.Tests;

public sealed class ReadingToml
{
    [Theory]
    [InlineData("a = 1", """{"a":1}""")]
    [InlineData("a.b.c = 1\na.b.d = 2", """{"a":{"b":{"c":1,"d":2}}}""")]
    [InlineData("\"a b\".'c.d' = true # what", """{"a b":{"c.d":true}}""")]
    [InlineData("[a]\nb = 1\n[a.\"c/d\"]\ne = []\n[ f . g ]", """{"a":{"b":1,"c/d":{"e":[]}},"f":{"g":{}}}""")]
    [InlineData("[a.b]\n[a]\nc = 1", """{"a":{"b":{},"c":1}}""")]
    [InlineData("[[a]]\nb = 1\n[a.c]\nd = 2\n[[a]]\nb = 3", """{"a":[{"b":1,"c":{"d":2}},{"b":3}]}""")]
    [InlineData("a = [\n 1, # one\n 2,\n]", """{"a":[1,2]}""")]
    [InlineData("a = {b = 1, c.d = \"x\"}\r\ne = 2\r\n", """{"a":{"b":1,"c":{"d":"x"}},"e":2}""")]
    [InlineData("a = 'C:\\x'\nb = \"\\t\\u00e4\\U0001F600\"", """{"a":"C:\\x","b":"\tä\uD83D\uDE00"}""")]
    [InlineData("a = \"\"\"\nx\ny\\\n   z\"\"\"\"\"", """{"a":"x\nyz\"\""}""")]
    [InlineData("a = '''\nx\\n'''", """{"a":"x\\n"}""")]
    [InlineData("a = 0xff\nb = 0o17\nc = 0b11\nd = -1_000\ne = +7", """{"a":255,"b":15,"c":3,"d":-1000,"e":7}""")]
    [InlineData("a = 1.0\nb = 1e3\nc = -0.5E-2", """{"a":1.0,"b":1e3,"c":-0.5E-2}""")]
    [InlineData("", "{}")]
    public void What_the_specification_allows_is_read(string text, string json) => Assert.Equal(json, TomlDocument.Read(text).ToJsonString(Relaxed));

    [Theory]
    [InlineData("a = 1\na = 2", "a is there already", 2, 6)]
    [InlineData("[a]\n[a]", "a is there already", 2, 4)]
    [InlineData("a = 1\n[a.b]", "a.b leads through what is no table", 2, 6)]
    [InlineData("a.b = 1\n[a]", "a is there already", 2, 4)]
    [InlineData("[a.b]\nc = 1\n[a]\nb.d = 2", "b.d leads through what cannot be added to", 4, 8)]
    [InlineData("a = []\n[[a]]", "a is there already", 2, 6)]
    [InlineData("a = {b = 1}\n[a.c]", "a.c leads through what is no table", 2, 6)]
    [InlineData("a = {b = 1}\na.c = 1", "a.c leads through what cannot be added to", 2, 8)]
    [InlineData("a = 1 b = 2", "the line has more than one thing", 1, 7)]
    [InlineData("a = ", "a value is missing", 1, 5)]
    [InlineData("= 1", "a key is missing", 1, 1)]
    [InlineData("a", "'=' is missing", 1, 2)]
    [InlineData("a = [1 2]", "',' or ']' is missing", 1, 8)]
    [InlineData("a = \"x", "the text ends too early", 1, 7)]
    [InlineData("a = \"x\ny\"", "the string does not end on its line", 1, 7)]
    [InlineData("a = \"\\q\"", "there is no such escape", 1, 8)]
    [InlineData("a = \"\\uD800\"", "\\uD800 is no character", 1, 12)]
    [InlineData("a = 01", "'01' is no value that containerd's configuration has", 1, 7)]
    [InlineData("a = 1__0", "'1__0' is no value that containerd's configuration has", 1, 9)]
    [InlineData("a = 9223372036854775808", "'9223372036854775808' is no value that containerd's configuration has", 1, 24)]
    [InlineData("a = 0x8000000000000000", "'0x8000000000000000' is no value that containerd's configuration has", 1, 23)]
    [InlineData("a = nan", "'nan' is no value that containerd's configuration has", 1, 8)]
    [InlineData("a = 2026-01-02", "'2026-01-02' is no value that containerd's configuration has", 1, 15)]
    [InlineData("\"\"\"a\"\"\" = 1", "a key cannot be a text of several lines", 1, 1)]
    [InlineData("a = \"\u0001\"", "a control character has to be escaped", 1, 7)]
    public void What_it_forbids_is_refused_with_its_place(string text, string what, int line, int column)
    {
        TomlException told = Assert.Throws<TomlException>(() => TomlDocument.Read(text));
        Assert.Equal(($"{what} (line {line}, column {column})", line, column), (told.Message, told.Line, told.Column));
    }

    [Fact]
    public void Nesting_has_an_end()
    {
        TomlDocument.Read("a = " + new string('[', 60) + new string(']', 60));
        Assert.Throws<TomlException>(() => TomlDocument.Read("a = " + new string('[', 100_000)));
    }

    private static readonly System.Text.Json.JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
