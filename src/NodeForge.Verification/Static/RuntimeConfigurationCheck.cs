using System.Text.Json.Nodes;
using NodeForge.Verification.Examination;

namespace NodeForge.Verification.Static;

/// <summary>containerd's configuration, judged by the rules of the containerd inside.</summary>
internal sealed class RuntimeConfigurationCheck : ImageCheck
{
    public override string Group => "runtime";

    public override string Name => "containerd's configuration";

    protected override void Run(ExaminedImage image, Findings findings)
    {
        if (!image.IsNode)
        {
            findings.Skip("no node image");
            return;
        }

        (RuntimeConfiguration? configuration, Diagnostic? problem) = RuntimeConfiguration.Read(image);
        string? version = NodeVersions.Containerd(image);
        if (problem is not null)
            findings.Add(problem);
        if (configuration is null)
        {
            findings.Summary = problem is null ? "containerd's defaults" : "cannot be read";
            return;
        }

        findings.Summary = $"version {configuration.Version} of the file, for containerd {version ?? "of a version that nobody says"}";
        new RuntimeRules(
            configuration,
            SoftwareVersion.Of(version),
            (code, what, got, want) =>
                findings.Add(
                    new(code, what)
                    {
                        Where = image.Where(NodeFiles.RuntimeConfiguration),
                        Got = got,
                        Want = want,
                    }
                )
        ).Judge();
        CheckFiles(image, findings, configuration);
    }

    private static void CheckFiles(ExaminedImage image, Findings findings, RuntimeConfiguration configuration)
    {
        JsonObject? cni = configuration.RuntimeSettings?["cni"] as JsonObject;
        IEnumerable<string> folders =
        [
            RuntimeConfiguration.Text(cni, "bin_dir") ?? "",
            .. (cni?["bin_dirs"] as JsonArray ?? []).Select(static item => RuntimeConfiguration.Text(item) ?? ""),
        ];
        foreach (string folder in folders.Where(folder => folder.StartsWith('/') && image.At(folder) is null))
            findings.Add(
                new(ErrorCodes.RuntimeFolderMissing, "the folder of CNI plugins is not in the image")
                {
                    Where = image.Where(NodeFiles.RuntimeConfiguration),
                    Got = folder,
                }
            );
        foreach ((string name, JsonNode? runtime) in configuration.Runtimes ?? [])
        {
            string? shim = RuntimeConfiguration.Text(runtime, "runtime_type") switch
            {
                { Length: > 0 } type
                    when type.StartsWith("io.containerd.", StringComparison.Ordinal) && type.Split('.') is [_, _, var kind, var number] =>
                    $"containerd-shim-{kind}-{number}",
                _ => null,
            };
            if (
                shim is not null
                && !new[] { "usr/local/bin/", "usr/bin/", "usr/local/sbin/", "usr/sbin/" }.Any(folder =>
                    image.At(folder + shim) is not null
                )
            )
                findings.Add(
                    new(ErrorCodes.RuntimeFolderMissing, $"the shim of the runtime '{name}' is not in the image")
                    {
                        Where = image.Where(NodeFiles.RuntimeConfiguration),
                        Got = shim,
                    }
                );
        }
    }
}
