using NodeForge.Oci;
using NodeForge.Oci.Tar;
using NodeForge.Verification.Examination;

namespace NodeForge.Verification.Static;

/// <summary>The node image starts as kind, the Cluster API's Docker provider and NodeForge start it (docs/node-image.md).</summary>
internal sealed class BootContractCheck : ImageCheck
{
    private const string StopSignal = "SIGRTMIN+3";
    private const int Executable = 0x49; // 0111

    public override string Group => "image";

    public override string Name => "how it starts";

    protected override void Run(ExaminedImage image, Findings findings)
    {
        if (!image.IsNode)
        {
            findings.Skip("no node image");
            return;
        }

        ContainerDefaults config = image.Image.Config.Config ?? new();
        findings.Summary = string.Join(' ', config.Entrypoint ?? []);
        if (config.StopSignal is not (StopSignal or "37"))
            findings.Add(
                new(ErrorCodes.BootContractBroken, "the stop signal is not the one that systemd halts on")
                {
                    Where = new(image.Image.Name),
                    Got = config.StopSignal ?? "none",
                    Want = StopSignal,
                }
            );
        if (!(config.Env ?? []).Contains("container=docker"))
            findings.Add(
                new(ErrorCodes.BootContractBroken, "systemd does not know that it runs in a container")
                {
                    Where = new(image.Image.Name),
                    Got = string.Join(' ', config.Env ?? []),
                    Want = "container=docker in the environment",
                }
            );
        string[] programs = [.. (config.Entrypoint ?? []).Where(static word => word.StartsWith('/'))];
        if (programs.Length == 0)
            findings.Add(
                new(ErrorCodes.BootContractBroken, "the image has no entrypoint")
                {
                    Where = new(image.Image.Name),
                    Want = "/usr/local/bin/entrypoint /sbin/init",
                }
            );
        foreach (string program in programs)
        {
            if (image.At(program) is not { Header: { Kind: TarEntryKind.File } header } || (header.Mode & Executable) == 0)
                findings.Add(
                    new(ErrorCodes.BootContractBroken, "the image starts with a program that is not there or cannot be run")
                    {
                        Where = image.Where(program),
                        Want = "a file of mode 0755",
                    }
                );
        }
    }
}
