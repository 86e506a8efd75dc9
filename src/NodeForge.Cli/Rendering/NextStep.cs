namespace NodeForge.Cli.Rendering;

/// <summary>What to type once a context is there, as kind ends with it.</summary>
internal static class NextStep
{
    /// <param name="context">The context.</param>
    /// <param name="kubeconfig">The file that has it, where the user chose one; null where kubectl finds it by itself.</param>
    public static string For(string context, string? kubeconfig) =>
        $"kubectl cluster-info --context {context}{(kubeconfig is null ? string.Empty : $" --kubeconfig {Quoted(kubeconfig)}")}";

    // For a shell, which takes the line.
    private static string Quoted(string path) =>
        path.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '_' or '-' or ':' or '@' or '+' or ',')
            ? path
            : $"'{path.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
