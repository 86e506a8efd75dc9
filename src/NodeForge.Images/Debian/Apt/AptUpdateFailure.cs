using NodeForge.Images.Processes;

namespace NodeForge.Images.Debian.Apt;

/// <summary>What apt's words about an update mean.</summary>
internal static class AptUpdateFailure
{
    private static readonly string[] Signature =
    [
        "NO_PUBKEY",
        "BADSIG",
        "EXPKEYSIG",
        "REVKEYSIG",
        "is not signed",
        "GPG error",
        "weak security information",
        "Sub-process /usr/bin/sqv",
    ];

    public static NodeForgeException Explain(DebianRepository repository, ProgramCall call, ProgramResult result)
    {
        string[] said =
        [
            .. result
                .Error.Split('\n')
                .Where(line =>
                    line.StartsWith("E: ", StringComparison.Ordinal)
                    || line.StartsWith("W: ", StringComparison.Ordinal)
                    || line.StartsWith("Err:", StringComparison.Ordinal)
                )
                .Distinct(),
        ];
        if (said.Length == 0)
            return ProgramRunner.Failed(call, result);
        string got = string.Join(" | ", said.Take(4));
        string suite =
            repository
                .Suites.OrderByDescending(name => name.Length)
                .FirstOrDefault(name =>
                    said[0].Contains(" " + name + " ", StringComparison.Ordinal)
                    || said[0].Contains("/" + name + "/", StringComparison.Ordinal)
                )
            ?? repository.Suite;
        return new(
            Array.Exists(said, line => Array.Exists(Signature, line.Contains))
                ? new Diagnostic(ErrorCodes.ArchiveSignatureInvalid, $"the signature of {suite} does not hold")
                {
                    Where = new(repository.Keyring, Detail: suite),
                    Got = got,
                    Want = "a signature by a key of this keyring",
                    Hint = "install or update debian-archive-keyring, name the right keyring in the recipe, or distrust the mirror",
                }
                : new Diagnostic(ErrorCodes.ArchiveIndexUnavailable, $"the package lists of {suite} cannot be had")
                {
                    Got = got,
                    Hint =
                        "check the suite's name and the mirror (NODEFORGE_DEBIAN_MIRROR, NODEFORGE_DEBIAN_SECURITY_MIRROR); run again if the mirror was being updated",
                }
        );
    }
}
