using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace NodeForge.Cli.Commands;

/// <summary>Options that take a number of a range. They read it themselves: the framework throws where a validator asks it for the number
/// in a text that is none.</summary>
internal static class NumberOption
{
    public static void Takes(this Option<int> option, int least, int most) =>
        option.CustomParser = result => (int)(Read(result, option.Name, least, most) ?? 0);

    public static void Takes(this Option<int?> option, int least, int most) =>
        option.CustomParser = result => (int?)Read(result, option.Name, least, most);

    private static long? Read(ArgumentResult result, string name, long least, long most)
    {
        if (
            result.Tokens is [{ Value: var text }]
            && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number)
            && number >= least
            && number <= most
        )
            return number;
        string to = most == int.MaxValue ? "on" : string.Create(CultureInfo.InvariantCulture, $"to {most}");
        result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} takes a number from {least} {to}."));
        return null;
    }
}
