using System.Text.RegularExpressions;
using NodeForge.Kubernetes;
using NodeForge.Oci;
using NodeForge.Oci.Layers;
using NodeForge.Verification.Examination;
using NodeForge.Verification.Static;

namespace NodeForge.Verification.Closure;

/// <summary>An image that a cluster can ask for.</summary>
/// <param name="Reference">Normalised.</param>
/// <param name="AskedBy">Who asks.</param>
/// <param name="Need">How sure it is that it is asked for.</param>
internal sealed record ClosureRequest(string Reference, string AskedBy, ClosureNeed Need);

internal enum ClosureNeed
{
    Certain,

    /// <summary>By a version of kubeadm that nobody has looked at yet.</summary>
    Likely,

    /// <summary>By an add-on that the cluster is made without when the image is not there.</summary>
    Optional,
}

/// <summary>Everything that a cluster made from a node image can ask for.</summary>
internal static partial class ClosureRequests
{
    private static readonly string[] Released = ["kube-apiserver", "kube-controller-manager", "kube-proxy", "kube-scheduler"];

    /// <param name="known">The names that the node answers to.</param>
    public static IReadOnlyList<ClosureRequest> Of(ExaminedImage image, IReadOnlyCollection<string> known) =>
        [.. OfKubeadm(image, known), .. OfRuntime(image), .. OfManifests(image), .. OfRecord(image)];

    private static IEnumerable<ClosureRequest> OfKubeadm(ExaminedImage image, IReadOnlyCollection<string> known)
    {
        if (NodeVersions.Kubernetes(image) is not { } version || KubeadmImages.Of(version) is not { } wanted)
            yield break;
        string kubeadm = $"kubeadm {version}";
        foreach (string program in Released)
            yield return Request($"{wanted.Registry}/{program}:{version.ImageTag}", kubeadm, ClosureNeed.Certain);
        ClosureNeed certain = wanted.IsCertain ? ClosureNeed.Certain : ClosureNeed.Likely;
        bool hasDns = known.Any(static name => name.Contains("/coredns", StringComparison.Ordinal));
        yield return Request(wanted.EtcdReference, kubeadm, certain);
        yield return Request(wanted.PauseReference, kubeadm, certain);
        yield return Request(wanted.DnsReference, kubeadm, hasDns ? certain : ClosureNeed.Optional);
    }

    private static IEnumerable<ClosureRequest> OfRuntime(ExaminedImage image)
    {
        if (
            RuntimeConfiguration.Read(image).Configuration is { } configuration
            && RuntimeAgreementCheck.EffectiveSandboxImage(image, configuration) is { } sandbox
        )
            yield return Request(sandbox, "containerd, for each pod's sandbox", ClosureNeed.Certain);
    }

    // Line by line and not as YAML: the files are templates, and manifests lie in the strings of others (a ConfigMap with a helper's pod).
    private static IEnumerable<ClosureRequest> OfManifests(ExaminedImage image)
    {
        foreach (RootfsEntry entry in image.Entries)
        {
            string path = entry.Header.Path;
            if (
                (
                    !path.StartsWith(NodeFiles.Manifests, StringComparison.Ordinal)
                    && !path.StartsWith(NodeFiles.StaticPods, StringComparison.Ordinal)
                ) || image.Text(path) is not { } text
            )
                continue;
            string[] lines = text.Split('\n');
            for (int i = 0; i < lines.Length; i++)
            {
                foreach (Match match in ImageLine().Matches(lines[i]))
                    yield return Request(match.Groups[1].Value, FormattableString.Invariant($"/{path}, line {i + 1}"), ClosureNeed.Certain);
            }
        }
    }

    private static IEnumerable<ClosureRequest> OfRecord(ExaminedImage image) =>
        (image.Record?.Closure ?? [])
            .SelectMany(static item => item.References)
            .Select(static reference => Request(reference, "the image's record", ClosureNeed.Certain));

    private static ClosureRequest Request(string reference, string askedBy, ClosureNeed need) =>
        new(ImageReference.TryParse(reference, out ImageReference? parsed) ? parsed.ContainerdName : reference, askedBy, need);

    [GeneratedRegex(@"^[^#]*?(?<![\w.-])[""']?image[""']?\s*:\s*[""']?([A-Za-z0-9\[][^\s""',}\]]*)")]
    private static partial Regex ImageLine();
}
