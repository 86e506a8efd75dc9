using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace NodeForge.Cli.Commands;

/// <summary>A time in Go's form, which kind's users type: 90s, 5m, 1m30s. A bare number is none.</summary>
internal readonly record struct Duration(TimeSpan Time)
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
        double seconds = 0;
        int start = 0;
        for (int at = 0; at < text.Length; at++)
        {
            double unit = text[at] switch
            {
                'h' => 3600,
                'm' => 60,
                's' => 1,
                _ => 0,
            };
            if (unit == 0)
                continue;
            if (
                !double.TryParse(
                    text.AsSpan(start, at - start),
                    NumberStyles.AllowDecimalPoint,
                    CultureInfo.InvariantCulture,
                    out double number
                )
            )
                break;
            seconds += number * unit;
            start = at + 1;
        }

        if (start == 0 || start < text.Length || seconds > longest)
        {
            argument.AddError($"{argument.Argument.Name} takes a time such as 90s or 5m, not '{text}'.");
            return default;
        }

        return new(TimeSpan.FromSeconds(seconds));
    }
}
