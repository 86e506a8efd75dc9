using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.RegularExpressions;

namespace NodeForge.Cli.Commands;

/// <summary>A time in Go's form, which kind's users type: 90s, 5m, 1m30s, 500ms, 0. Another bare number is none.</summary>
internal readonly partial record struct Duration(TimeSpan Time)
{
    // Longer than anybody waits, and far from what a TimeSpan cannot hold.
    private static readonly double longest = TimeSpan.FromDays(366).TotalSeconds;

    /// <summary>An option that takes such a time, named --wait as in kind.</summary>
    public static Option<Duration> Option(string description, TimeSpan usual) => Option("--wait", description, usual);

    public static Option<Duration> Option(string name, string description, TimeSpan usual) =>
        new(name)
        {
            Description = description,
            HelpName = "TIME",
            DefaultValueFactory = _ => new(usual),
            CustomParser = Parse,
        };

    /// <summary>As help shows a default: 5m, 90s.</summary>
    public override string ToString() =>
        Time.TotalSeconds % 60 == 0 && Time > TimeSpan.Zero
            ? string.Create(CultureInfo.InvariantCulture, $"{Time.TotalMinutes}m")
            : string.Create(CultureInfo.InvariantCulture, $"{Time.TotalSeconds}s");

    private static Duration Parse(ArgumentResult argument)
    {
        string text = argument.Tokens[0].Value;
        if (TryParse(text) is { } time)
            return new(time);
        argument.AddError($"{argument.Argument.Name} takes a time such as 90s or 5m, not '{text}'.");
        return default;
    }

    // time.ParseDuration of Go, less negative times.
    private static TimeSpan? TryParse(string text)
    {
        if (text == "0")
            return TimeSpan.Zero;
        Match match = Form().Match(text);
        if (!match.Success)
            return null;
        double seconds = match
            .Groups["number"]
            .Captures.Zip(
                match.Groups["unit"].Captures,
                (number, unit) =>
                    double.Parse(number.Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture) * SecondsOf(unit.Value)
            )
            .Sum();
        return seconds <= longest ? TimeSpan.FromSeconds(seconds) : null;
    }

    private static double SecondsOf(string unit) =>
        unit switch
        {
            "h" => 3600,
            "m" => 60,
            "s" => 1,
            "ms" => 1e-3,
            "ns" => 1e-9,
            _ => 1e-6,
        };

    // The micro sign and the Greek letter are two characters.
    [GeneratedRegex(@"\A\+?(?:(?<number>[0-9]+\.?[0-9]*|\.[0-9]+)(?<unit>h|ms|m|s|ns|us|\u00b5s|\u03bcs))+\z")]
    private static partial Regex Form();
}
