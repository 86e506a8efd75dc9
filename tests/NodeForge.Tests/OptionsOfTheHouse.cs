namespace NodeForge.Tests;

public sealed class OptionsOfTheHouse
{
    [Theory]
    [InlineData("NODEFORGE_CACHE=/c XDG_CACHE_HOME=/x HOME=/h", "/c")]
    [InlineData("NODEFORGE_CACHE=c HOME=/h", "/work/c")]
    [InlineData("XDG_CACHE_HOME=/x HOME=/h", "/x/nodeforge")]
    [InlineData("XDG_CACHE_HOME=relative HOME=/h", "/h/.cache/nodeforge")]
    public void The_cache_is_where_the_environment_says(string environment, string cache)
    {
        Assert.Equal(cache, ForgeOptions.From(Of(environment)).Cache);
    }

    [Fact]
    public void Without_a_home_the_cache_must_be_named()
    {
        NodeForgeException failure = Assert.Throws<NodeForgeException>(() => ForgeOptions.From(Of("") with { Home = "" }));
        Assert.Equal(ErrorCodes.InvalidEnvironment, failure.Diagnostics[0].Code);
    }

    // Services and cron have no HOME; the user has his home folder all the same.
    [Fact]
    public void Without_the_variable_the_home_folder_is_the_user_s() =>
        Assert.Equal("/nobody/.cache/nodeforge", ForgeOptions.From(Of("")).Cache);

    [Theory]
    [InlineData("yesterday")]
    [InlineData("-1")]
    [InlineData("1.5")]
    public void A_source_date_epoch_that_is_no_number_is_refused(string epoch)
    {
        Diagnostic problem = Fails("HOME=/h SOURCE_DATE_EPOCH=" + epoch);
        Assert.Equal(("NF9007", epoch), (problem.Code.Id, problem.Got));
    }

    [Fact]
    public void A_source_date_epoch_is_taken_and_an_empty_one_is_none()
    {
        Assert.Equal(17, ForgeOptions.From(Of("HOME=/h SOURCE_DATE_EPOCH=17")).SourceDateEpoch);
        Assert.Null(ForgeOptions.From(Of("HOME=/h SOURCE_DATE_EPOCH=")).SourceDateEpoch);
    }

    private static Diagnostic Fails(string environment) =>
        Assert.Throws<NodeForgeException>(() => ForgeOptions.From(Of(environment))).Diagnostics[0];

    private static HostEnvironment Of(string environment) =>
        new()
        {
            Variables = environment
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(pair => pair.Split('=', 2))
                .ToDictionary(pair => pair[0], pair => pair[1]),
            WorkingFolder = "/work",
            Home = "/nobody",
            Clock = TimeProvider.System,
        };
}
