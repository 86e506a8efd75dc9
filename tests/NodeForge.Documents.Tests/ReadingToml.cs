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
    [InlineData("a = -0.0\nb = +1.5\nc = 1_0.2_5", """{"a":-0.0,"b":1.5,"c":10.25}""")]
    [InlineData("", "{}")]
    public void What_the_specification_allows_is_read(string text, string json) =>
        Assert.Equal(json, TomlDocument.Read(text).ToJsonString(Relaxed));

    [Theory]
    [InlineData("a = 1\na = 2", "The key `a` is already defined at (1,1) with `a = 1` and cannot be redefined", 2, 1)]
    [InlineData("[a]\n[a]", "The key `a` is already defined at (1,1) with `[a]` and cannot be redefined", 2, 1)]
    [InlineData("a = 1\n[a.b]", "The key `a` is already defined at (1,1) with `a = 1` and cannot be redefined", 2, 2)]
    [InlineData("a.b = 1\n[a]", "The key `a` is already defined at (1,1) with `a.b ` and cannot be redefined", 2, 1)]
    [InlineData("[a.b]\nc = 1\n[a]\nb.d = 2", "The key `a.b` is already defined at (1,1) with `[a.b]␤c = 1` and cannot be redefined", 4, 1)]
    [InlineData("a = []\n[[a]]", "The key `a` is already defined at (1,1) with `a = []` and cannot be redefined", 2, 1)]
    [InlineData("[[a]]\n[a]", "The key `a` is already defined at (1,1) with `[[a]]` and cannot be redefined", 2, 1)]
    [InlineData("a = {b = 1}\n[a.c]", "The key `a` is already defined at (1,1) with `a = {b = 1}` and cannot be redefined", 2, 2)]
    [InlineData("a = {b = 1}\na.c = 1", "The key `a` is already defined at (1,1) with `a = {b = 1}` and cannot be redefined", 2, 1)]
    [InlineData("a = {b.c = 1, b = 2}", "The key `a.b` is already defined at (1,6) with `b.c ` and cannot be redefined", 1, 15)]
    [InlineData("a = 1 b = 2", "Unexpected token found `b` while expecting token `newline`", 1, 7)]
    [InlineData("a = ", "Unexpected token `<eof>` for a value", 1, 5)]
    [InlineData("= 1", "Unexpected token [=] found", 1, 1)]
    [InlineData("a", "Expecting `=` after a key instead of <eof>", 1, 2)]
    [InlineData("[a", "Unexpected token found `<eof>` (token: `eof`) while expecting `]` (token: `closebracket`)", 1, 3)]
    [InlineData("a = [1 2]", "Missing a `,` (token: comma) to separate items in an array", 1, 8)]
    [InlineData("a = \"x", "Invalid End-Of-File found on string literal", 1, 6)]
    [InlineData("a = \"x\ny\"", "Invalid newline in a string", 1, 7)]
    [InlineData("a = \"\\uD800\"", "Invalid Unicode scalar value [D800]", 1, 7)]
    [InlineData("a = 01", "Unexpected leading zero (`0`) for integer `01`", 1, 5)]
    [InlineData("a = 1__0", "An underscore `_` must follow a digit and not another `_`", 1, 7)]
    [InlineData("a = 1e", "Unexpected token `1e` for a value", 1, 5)]
    [InlineData("a = 9223372036854775808", "Unable to parse integer `9223372036854775808`", 1, 5)]
    [InlineData("a = 0x8000000000000000", "'0x8000000000000000' is no value that containerd's configuration has", 1, 5)]
    [InlineData("a = nan", "'nan' is no value that containerd's configuration has", 1, 5)]
    [InlineData("a = -inf", "'-inf' is no value that containerd's configuration has", 1, 5)]
    [InlineData("a = 1e400", "'1e400' is no value that containerd's configuration has", 1, 5)]
    [InlineData("a = 2026-01-02", "'2026-01-02' is no value that containerd's configuration has", 1, 5)]
    [InlineData("\"\"\"a\"\"\" = 1", "Expecting `=` after a key instead of \"a\"", 1, 3)]
    [InlineData("a = \"\u0001\"", "Invalid control character found \\u1;", 1, 5)]
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
        TomlDocument.Read(string.Join('.', Enumerable.Repeat("a", 64)) + " = 1");
        Assert.Throws<TomlException>(() => TomlDocument.Read(string.Join('.', Enumerable.Repeat("a", 60_000)) + " = 1"));
        Assert.Throws<TomlException>(() => TomlDocument.Read($"[{string.Join('.', Enumerable.Repeat("a", 60_000))}]"));
    }

    [Fact]
    public void What_is_far_longer_than_such_a_file_is_refused()
    {
        TomlDocument.Read(new string('#', 128 << 10));
        TomlException told = Assert.Throws<TomlException>(() => TomlDocument.Read(new string('#', (128 << 10) + 1)));
        Assert.Equal("the text has 131073 characters, 131072 at most are read (line 1, column 1)", told.Message);
    }

    [Fact]
    public void What_is_told_of_a_long_part_is_short()
    {
        TomlException told = Assert.Throws<TomlException>(() =>
            TomlDocument.Read("[a]\n" + string.Concat(Enumerable.Range(0, 1000).Select(index => $"key{index} = 1\n")) + "[a]\n")
        );
        Assert.Equal(1002, told.Line);
        Assert.True(told.Message.Length < 250, told.Message);
    }

    private static readonly System.Text.Json.JsonSerializerOptions Relaxed = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}
