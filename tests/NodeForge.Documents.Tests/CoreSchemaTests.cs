using NodeForge.Documents.Yaml;

namespace NodeForge.Documents.Tests;

/// <summary>YAML 1.2.2, section 10.3.2.</summary>
public class CoreSchemaTests
{
    [Theory]
    [InlineData("", "Null")]
    [InlineData("~", "Null")]
    [InlineData("null", "Null")]
    [InlineData("nULL", "String")]
    [InlineData("true", "Boolean")]
    [InlineData("FALSE", "Boolean")]
    [InlineData("yes", "String")]
    [InlineData("off", "String")]
    [InlineData("0", "Integer")]
    [InlineData("0755", "Integer")]
    [InlineData("0o755", "Integer")]
    [InlineData("0x1F", "Integer")]
    [InlineData("-12", "Integer")]
    [InlineData("0:0", "String")]
    [InlineData("1_000", "String")]
    [InlineData("1.30", "Float")]
    [InlineData("1e3", "Float")]
    [InlineData(".5", "Float")]
    [InlineData("-.inf", "Float")]
    [InlineData(".", "String")]
    [InlineData("1.20.2", "String")]
    [InlineData("v1.20.2", "String")]
    public void A_plain_scalar_is_what_its_form_says(string text, string type) => Assert.Equal(type, CoreSchema.Resolve(text).ToString());

    [Theory]
    [InlineData("1.30", "1.3")]
    [InlineData("0755", "755")]
    [InlineData("0o755", "493")]
    [InlineData("0x1F", "31")]
    [InlineData("1e3", "1000")]
    public void A_number_is_told_as_it_was_read(string text, string shown) => Assert.Equal(shown, CoreSchema.CanonicalNumber(text));
}
