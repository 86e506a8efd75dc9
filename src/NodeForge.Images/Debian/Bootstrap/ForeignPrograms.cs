using System.Globalization;
using NodeForge.Images.Processes;

namespace NodeForge.Images.Debian.Bootstrap;

/// <summary>Whether this machine runs the programs of another architecture: packages are configured by their own scripts, which call their
/// own programs.</summary>
internal static class ForeignPrograms
{
    private const string BinfmtMisc = "/proc/sys/fs/binfmt_misc";

    /// <param name="architecture">Debian's name.</param>
    /// <param name="own">Debian's name of this machine's.</param>
    /// <param name="registered">Where the kernel lists interpreters.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.EmulationMissing"/>.</exception>
    public static void Check(string architecture, string? own = null, string registered = BinfmtMisc)
    {
        own ??= DebianArchitecture.OfThisMachine;
        if (architecture == own || (architecture, own) is ("i386", "amd64") || ElfMachines.OfDebian(architecture) is not { } machine)
            return;
        string[] interpreters = [.. Interpreters(registered).Where(lines => IsFor(lines, machine)).SelectMany(lines => lines)];
        // F: the kernel opened the interpreter when it was registered. Without it, it is looked for inside the new root, where it is not.
        if (interpreters.Any(line => line.StartsWith("flags:", StringComparison.Ordinal) && line.Contains('F', StringComparison.Ordinal)))
            return;
        throw new NodeForgeException(
            new Diagnostic(
                ErrorCodes.EmulationMissing,
                $"this machine does not run programs for {architecture}, which configuring its packages takes"
            )
            {
                Where = new(registered),
                Got = interpreters.Length == 0 ? $"no interpreter for {architecture}" : "an interpreter without the flag F (fix binary)",
                Want = $"qemu for {architecture}, registered with the kernel",
                Hint =
                    "apt-get install qemu-user-static binfmt-support; build on a machine of that architecture; or leave it out with --platform",
            }
        );
    }

    private static IEnumerable<string[]> Interpreters(string folder)
    {
        if (!Directory.Exists(folder))
            yield break;
        foreach (string file in Directory.EnumerateFiles(folder).Where(file => Path.GetFileName(file) is not ("register" or "status")))
        {
            string[] lines = [];
            try
            {
                lines = File.ReadAllLines(file);
            }
            catch (IOException)
            {
                // Unregistered meanwhile.
            }

            if (lines.Contains("enabled"))
                yield return lines;
        }
    }

    // Bytes 18 and 19 of the magic are e_machine, little-endian on every architecture that Debian still has but s390x.
    private static bool IsFor(string[] lines, ushort machine)
    {
        string magic = lines.FirstOrDefault(line => line.StartsWith("magic 7f454c46", StringComparison.Ordinal))?[6..] ?? "";
        if (magic.Length < 40)
            return false;
        byte low = byte.Parse(magic.AsSpan(36, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        byte high = byte.Parse(magic.AsSpan(38, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return (low | (high << 8)) == machine || (high | (low << 8)) == machine;
    }
}
