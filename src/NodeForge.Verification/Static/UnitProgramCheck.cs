using NodeForge.Oci.Tar;
using NodeForge.Verification.Examination;

namespace NodeForge.Verification.Static;

/// <summary>What enabled units start is there, can be run, and so can the interpreter of a script.</summary>
internal sealed class UnitProgramCheck : ImageCheck
{
    private const int Executable = 0x49; // 0111

    public override string Group => "programs";

    public override string Name => "what units start";

    protected override void Run(ExaminedImage image, Findings findings)
    {
        Systemd systemd = new(image);
        string[] units =
        [
            .. systemd
                .Enabled()
                .Select(static found => found.Unit)
                .Concat(image.IsNode ? ["containerd.service", "kubelet.service"] : [])
                .Distinct()
                .Order(StringComparer.Ordinal),
        ];
        HashSet<string> looked = new(StringComparer.Ordinal);
        foreach (string unit in units)
        {
            foreach (UnitCommand command in systemd.CommandsOf(unit))
            {
                // systemd looks elsewhere for what has no slash; what has a specifier is known at run time alone.
                if (
                    !command.Program.StartsWith('/')
                    || command.Program.Contains('%', StringComparison.Ordinal)
                    || command.MayFail
                    || !looked.Add(command.Program)
                )
                    continue;
                Look(image, findings, unit, command);
            }
        }

        if (units.Length == 0)
            findings.Skip("no units");
        else
            findings.Summary = $"{looked.Count} programs of {units.Length} units";
    }

    private static void Look(ExaminedImage image, Findings findings, string unit, UnitCommand command)
    {
        Location where = new(image.Image.Name, Detail: $"/{command.File}, line {command.Line}");
        if (image.At(command.Program) is not { Header: { Kind: TarEntryKind.File } header } found)
            findings.Add(
                new(ErrorCodes.UnitProgramMissing, $"'{unit}' starts a program that is not there") { Where = where, Got = command.Program }
            );
        else if ((header.Mode & Executable) == 0)
            findings.Add(
                new(ErrorCodes.UnitProgramMissing, $"'{unit}' starts a program that cannot be run")
                {
                    Where = where,
                    Got = $"{command.Program} of mode {Convert.ToString(header.Mode, 8)}",
                    Want = "mode 0755",
                }
            );
        else if (found.Content is FileFacts { Interpreter: { } interpreter } && image.At(interpreter) is null)
            findings.Add(
                new(ErrorCodes.ProgramInterpreterMissing, $"'{unit}' starts a script whose interpreter is not in the image")
                {
                    Where = where,
                    Got = $"{command.Program}: {interpreter}",
                }
            );
    }
}
