using NodeForge.Oci.Layers;
using NodeForge.Verification.Examination;

namespace NodeForge.Verification.Static;

/// <summary>Units that are enabled exist, and those that make a node are enabled.</summary>
internal sealed class EnabledUnitCheck : ImageCheck
{
    // A kubelet that is not running yet when kubeadm starts it is enabled all the same: nodes restart.
    private static readonly string[] NodeUnits = ["containerd.service", "kubelet.service"];

    public override string Group => "units";

    public override string Name => "enabled units";

    protected override void Run(ExaminedImage image, Findings findings)
    {
        Systemd systemd = new(image);
        (string Unit, RootfsEntry Link)[] enabled = [.. systemd.Enabled()];
        foreach ((string unit, RootfsEntry link) in enabled)
        {
            if (systemd.FileOf(unit) is null && image.At(link.Header.Path) is null)
                findings.Add(
                    new(ErrorCodes.EnabledUnitMissing, $"'{unit}' is enabled and is not there")
                    {
                        Where = image.Where(link),
                        Got = $"a link to {link.Header.LinkTarget}",
                    }
                );
        }

        if (image.IsNode)
        {
            foreach (string unit in NodeUnits)
            {
                string? state =
                    systemd.FileOf(unit) is null ? "not there"
                    : systemd.IsMasked(unit) ? "masked"
                    : enabled.Any(found => found.Unit == unit) ? null
                    : "not enabled";
                if (state is not null)
                    findings.Add(
                        new(ErrorCodes.NodeUnitDisabled, $"a node cannot do without '{unit}'")
                        {
                            Where = image.Where("etc/systemd/system/" + unit),
                            Got = state,
                            Want = "enabled",
                        }
                    );
            }
        }

        if (enabled.Length == 0 && !image.IsNode)
            findings.Skip("no units");
        else
            findings.Summary = $"{enabled.Length} units";
    }
}
