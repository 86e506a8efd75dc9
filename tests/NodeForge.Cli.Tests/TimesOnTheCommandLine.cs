using System.CommandLine;
using NodeForge.Cli.Commands;

namespace NodeForge.Cli.Tests;

/// <summary>Times as Go's programs take them, which kind's users type.</summary>
public sealed class TimesOnTheCommandLine
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("0s", 0)]
    [InlineData("500ms", 0.5)]
    [InlineData("90s", 90)]
    [InlineData("5m", 300)]
    [InlineData("1h2m3.5s", 3723.5)]
    [InlineData(".5m", 30)]
    [InlineData("1.s", 1)]
    [InlineData("+2s", 2)]
    [InlineData("1500000us", 1.5)]
    [InlineData("1500000\u00b5s", 1.5)]
    [InlineData("1500000\u03bcs", 1.5)]
    [InlineData("2000000000ns", 2)]
    public void A_time_is_what_Go_makes_of_it(string text, double seconds)
    {
        (ParseResult result, Duration time) = Parse(text);
        Assert.Empty(result.Errors);
        Assert.Equal(seconds, time.Time.TotalSeconds, precision: 6);
    }

    [Theory]
    [InlineData("5")]
    [InlineData("")]
    [InlineData("-1s")]
    [InlineData("s")]
    [InlineData(".s")]
    [InlineData("1.2.3s")]
    [InlineData("1 s")]
    [InlineData("1d")]
    [InlineData("1e3s")]
    [InlineData("1s2")]
    [InlineData("99999999999999h")]
    [InlineData("1S")]
    [InlineData("\u0661s")]
    public void What_is_no_time_is_refused(string text) => Assert.NotEmpty(Parse(text).Result.Errors);

    private static (ParseResult Result, Duration Time) Parse(string text)
    {
        Option<Duration> option = Duration.Option("", TimeSpan.FromMinutes(5));
        ParseResult result = new RootCommand { option }.Parse([option.Name, text]);
        return (result, result.Errors.Count > 0 ? default : result.GetValue(option));
    }
}
