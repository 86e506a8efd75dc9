namespace NodeForge.Cli.Commands;

/// <summary>Options that take NAME=VALUE.</summary>
internal static class NamedValues
{
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.InvalidCommandLine"/>.</exception>
    public static Dictionary<string, string> Parse(string option, string[] assignments)
    {
        Dictionary<string, string> values = new(StringComparer.Ordinal);
        foreach (string assignment in assignments)
        {
            if (assignment.Split('=', 2) is not [{ Length: > 0 } name, string value])
                throw new NodeForgeException(
                    new Diagnostic(ErrorCodes.InvalidCommandLine, $"{option} takes NAME=VALUE") { Got = assignment }
                );
            values[name] = value;
        }

        return values;
    }
}
