using NodeForge.Images.Processes;

namespace NodeForge.Images.Debian.Apt;

/// <summary>What it means when apt cannot choose packages.</summary>
internal static class AptResolutionFailure
{
    /// <summary>Names that are unknown come first: as long as one is, apt says nothing of the others.</summary>
    /// <returns><see cref="ErrorCodes.PackageNotInSuite"/>, one for each name, or <see cref="ErrorCodes.PackagesUnsatisfiable"/> with apt's
    /// reasons.</returns>
    public static NodeForgeException Explain(DebianRepository repository, ProgramResult result)
    {
        IReadOnlyList<string> unknown = AptAnswers.Unknown(result.Error);
        if (unknown.Count > 0)
        {
            return new([
                .. unknown.Select(name => new Diagnostic(
                    ErrorCodes.PackageNotInSuite,
                    $"{repository.Suite} has no package {name} for {repository.Architecture}"
                )
                {
                    Where = new(string.Join(", ", repository.Suites), Detail: string.Join(' ', repository.Components)),
                    Hint = "correct the name in the recipe, or choose a suite or component that has it",
                }),
            ]);
        }

        string[] said =
        [
            .. (result.Output + result.Error)
                .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .SkipWhile(line => !line.StartsWith("The following packages have unmet", StringComparison.Ordinal)),
        ];
        return new(
            new Diagnostic(
                ErrorCodes.PackagesUnsatisfiable,
                $"the packages cannot be installed together in {repository.Suite} ({repository.Architecture})"
            )
            {
                Got = said.Length > 0 ? string.Join(" | ", said.Skip(1).Take(8)) : result.Error.Trim().ReplaceLineEndings(" | "),
                Hint = "take out one of the packages named, or run 'nodeforge lock RECIPE --update all'",
            }
        );
    }
}
