using NodeForge.Kubernetes.Booted;
using NodeForge.Verification.Static;

namespace NodeForge.Verification.Boot;

/// <summary>Judges a node that was booted from an image where there is no network but the cluster's own.</summary>
public static class BootChecks
{
    private const string Group = "boot";

    /// <summary>The report with what booting the image showed.</summary>
    /// <param name="report">Of the image; its closure says what has to be there.</param>
    /// <param name="node">What the node said, and what was heard of it.</param>
    public static VerificationReport With(this VerificationReport report, BootedNode node) =>
        report with
        {
            Checks =
            [
                .. report.Checks,
                .. node.Failures.Count > 0
                    ? [Boots(node), Sent(node)]
                    : new[] { Units(node), Ready(node), Images(report, node), Pods(node), Sent(node) },
            ],
        };

    /// <summary>The report of an image that this machine cannot boot: no node, or one for another platform.</summary>
    public static VerificationReport NotBooted(this VerificationReport report) =>
        report with
        {
            Checks =
            [
                .. report.Checks,
                new(
                    Group,
                    "boots",
                    CheckVerdict.Skipped,
                    report.KubernetesVersion is null ? "no node image" : $"this machine does not run {report.Platform}",
                    []
                ),
            ],
        };

    private static CheckResult Boots(BootedNode node)
    {
        Findings findings = new() { Summary = "the cluster does not come up" };
        findings.AddRange(
            node.Failures.Select(static cause => new Diagnostic(ErrorCodes.NodeNotBooted, cause.What)
            {
                Where = cause.Where,
                Got = cause.Got,
                Want = cause.Want,
                Hint = cause.Hint,
            })
        );
        return findings.ToResult(Group, "boots");
    }

    private static CheckResult Units(BootedNode node)
    {
        Findings findings = new()
        {
            Summary = $"systemd is {node.SystemState}; {string.Join(", ", node.Units.Select(static unit => $"{unit.Key} {unit.Value}"))}",
        };
        foreach (string unit in node.FailedUnits)
            findings.Add(
                new(ErrorCodes.BootedUnitFailed, $"'{unit}' failed")
                {
                    Where = new(node.Name),
                    Got = "failed",
                    Want = "active",
                }
            );
        foreach ((string unit, string state) in node.Units.Where(unit => unit.Value != "active" && !node.FailedUnits.Contains(unit.Key)))
            findings.Add(
                new(ErrorCodes.BootedUnitFailed, $"'{unit}' does not run")
                {
                    Where = new(node.Name),
                    Got = state,
                    Want = "active",
                }
            );
        if (node.SystemState != "running" && node.FailedUnits.Count == 0)
            findings.Add(
                new(ErrorCodes.BootedUnitFailed, "the node's systemd has not come to rest")
                {
                    Where = new(node.Name),
                    Got = node.SystemState,
                    Want = "running",
                }
            );
        return findings.ToResult(Group, "systemd, containerd, kubelet");
    }

    private static CheckResult Ready(BootedNode node)
    {
        Findings findings = new()
        {
            Summary =
                $"{(node.IsReady ? "Ready" : "not Ready")}, the kubelet says {(node.KubeletHealth.Length == 0 ? "nothing" : node.KubeletHealth)}",
        };
        if (node.KubeletHealth != "ok")
            findings.Add(
                new(ErrorCodes.BootedUnitFailed, "the kubelet is not healthy")
                {
                    Where = new(node.Name, Detail: "http://127.0.0.1:10248/healthz"),
                    Got = node.KubeletHealth,
                    Want = "ok",
                }
            );
        if (!node.IsReady)
            findings.Add(new(ErrorCodes.NodeNotBooted, "the node is not Ready") { Where = new(node.Name), Want = "Ready" });
        return findings.ToResult(Group, "node Ready");
    }

    private static CheckResult Images(VerificationReport report, BootedNode node)
    {
        Findings findings = new();
        string[] wanted =
        [
            .. report.Closure.Where(static entry => entry.State == ClosureState.Complete).Select(static entry => entry.Reference),
        ];
        Dictionary<string, RuntimeImage> there = node
            .Images.Where(static image => image.IsManaged)
            .GroupBy(static image => image.Name)
            .ToDictionary(static group => group.Key, static group => group.Last());
        foreach (string reference in wanted)
        {
            if (!there.TryGetValue(reference, out RuntimeImage? image))
                findings.Add(
                    new(ErrorCodes.RuntimeImageMissing, $"'{reference}' is not in the CRI of the booted node")
                    {
                        Where = new(node.Name),
                        Want = reference,
                    }
                );
            else if (!image.IsPinned)
                findings.Add(
                    new(ErrorCodes.RuntimeImageUnpinned, $"'{reference}' is not pinned in the booted node")
                    {
                        Where = new(node.Name),
                        Got = reference,
                    }
                );
        }

        findings.Summary =
            $"{wanted.Count(reference => there.GetValueOrDefault(reference)?.IsPinned == true)} of {wanted.Length} are in the CRI and pinned";
        return findings.ToResult(Group, "preloaded images");
    }

    private static CheckResult Pods(BootedNode node)
    {
        Findings findings = new() { Summary = $"{node.Pods.Count(static pod => pod.IsWell)} of {node.Pods.Count} run" };
        foreach (BootedPod pod in node.Pods.Where(static pod => !pod.IsWell))
            findings.Add(
                new(ErrorCodes.BootedPodFailed, $"the pod '{pod.Name}' does not run")
                {
                    Where = new(node.Name),
                    Got = pod.Waiting.Length > 0 ? $"{pod.Phase}, {pod.Waiting}" : pod.Phase,
                    Want = "Running",
                }
            );
        foreach (string unsettled in node.Unsettled.Except(node.Pods.Where(static pod => !pod.IsWell).Select(static pod => pod.Name)))
            findings.Add(
                new(ErrorCodes.BootedPodFailed, $"'{unsettled}' has not come up") { Where = new(node.Name), Want = "all of its pods ready" }
            );
        return findings.ToResult(Group, "pods");
    }

    private static CheckResult Sent(BootedNode node)
    {
        SentPackets[] outside = [.. node.Sent.Where(packet => !packet.IsName || !HeardPackets.IsOfTheCluster(packet.What, [node.Name]))];
        Findings findings = new()
        {
            Summary =
                outside.Length == 0
                    ? "nothing"
                    : $"{Quantity.Of(outside.Sum(static packet => packet.Count), "packet")} to "
                        + Quantity.Of(outside.Length, "name or place", "names and places"),
        };
        if (!node.IsHeard)
            findings.Add(new(ErrorCodes.NodeNotHeard, "nobody listened to what the node sends") { Where = new(node.Name) });
        foreach (SentPackets packet in outside)
        {
            string who = packet.Pod is { } pod ? $"the pod at {pod}" : "the node";
            string what = packet.IsName ? $"{who} looked up '{packet.What}'" : $"{who} sent packets out of its cluster";
            findings.Add(
                new(ErrorCodes.NodeReachesOut, what)
                {
                    Where = new(node.Name),
                    Got = $"{packet.What}, {Quantity.Of(packet.Count, "time")}",
                    Want = "nothing",
                }
            );
        }

        return findings.ToResult(Group, "what it tried to reach");
    }
}
