namespace NodeForge.Abstractions.Tests;

public sealed class CountingThings
{
    [Theory]
    [InlineData(0, "0 layers")]
    [InlineData(1, "1 layer")]
    [InlineData(12, "12 layers")]
    public void One_thing_is_no_plural(long number, string told) => Assert.Equal(told, Quantity.Of(number, "layer"));

    [Fact]
    public void A_noun_with_a_plural_of_its_own_keeps_it() =>
        Assert.Equal(("1 entry", "2 entries"), (Quantity.Of(1, "entry", "entries"), Quantity.Of(2, "entry", "entries")));
}
