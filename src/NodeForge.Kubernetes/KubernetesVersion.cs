using System.Diagnostics.CodeAnalysis;
using NuGet.Versioning;

namespace NodeForge.Kubernetes;

/// <summary>A version of Kubernetes, <c>v1.20.2</c>: semantic versioning with a leading v (Kubernetes' versioning policy). The one place
/// that knows of the v.</summary>
public readonly record struct KubernetesVersion : IComparable<KubernetesVersion>
{
    private readonly SemanticVersion? version;

    private KubernetesVersion(SemanticVersion version) => this.version = version;

    public int Major => Version.Major;

    public int Minor => Version.Minor;

    public int Patch => Version.Patch;

    /// <summary>An alpha, a beta or a release candidate.</summary>
    public bool IsPrerelease => Version.IsPrerelease;

    /// <summary><c>1.20.2</c>: how packages and file names write it.</summary>
    public string Number => Version.ToFullString();

    /// <summary>The tag of the release's images: a plus, which tags cannot hold, is an underscore.</summary>
    public string ImageTag => ToString().Replace('+', '_');

    private SemanticVersion Version => version ?? throw new InvalidOperationException("A version that was never set has no value.");

    /// <summary>Reads <c>v1.20.2</c> and <c>1.20.2</c>; all three numbers must be there.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out KubernetesVersion version)
    {
        version = default;
        string number = text is ['v', .. string rest] ? rest : text ?? "";
        if (!SemanticVersion.TryParse(number, out SemanticVersion? parsed) || parsed.ToFullString() != number)
            return false;
        version = new(parsed);
        return true;
    }

    /// <exception cref="FormatException">The text is no full version.</exception>
    public static KubernetesVersion Parse(string text) =>
        TryParse(text, out KubernetesVersion version)
            ? version
            : throw new FormatException($"'{Printable.Escape(text)}' is no version of the form v1.20.2.");

    /// <summary>How many minor versions this one is ahead of the other; negative when it is behind; null when the majors differ.</summary>
    /// <remarks>Kubernetes' version skew policy counts in these: a kubelet may be behind its API server by up to three (two before v1.28)
    /// and never ahead.</remarks>
    public int? MinorsAheadOf(KubernetesVersion other) => Major == other.Major ? Minor - other.Minor : null;

    /// <summary>Whether a kubelet of this version may serve an API server of another.</summary>
    public bool MayServe(KubernetesVersion apiServer) =>
        MinorsAheadOf(apiServer) is <= 0 and var minors && -minors <= KubeletsBehind(apiServer);

    /// <summary>How many minor versions a kubelet may be behind an API server.</summary>
    public static int KubeletsBehind(KubernetesVersion apiServer) => Changes.OlderKubelets.HoldsFor(apiServer) ? 3 : 2;

    /// <summary>Whether two have the same major and minor, whatever the patch: kubeadm asks this of itself and the control plane that it
    /// makes.</summary>
    public bool IsSameMinor(KubernetesVersion other) => MinorsAheadOf(other) == 0;

    public bool IsAtLeast(int major, int minor) => Major > major || (Major == major && Minor >= minor);

    /// <summary>By semantic versioning's precedence; build metadata, which it leaves out, decides last so that equal means the same text.
    /// One that was never set comes first.</summary>
    public int CompareTo(KubernetesVersion other)
    {
        if (version is null || other.version is null)
            return (version is null ? 0 : 1) - (other.version is null ? 0 : 1);
        int order = (Major, Minor, Patch).CompareTo((other.Major, other.Minor, other.Patch));
        if (order == 0)
            order = Prerelease.Compare([.. version.ReleaseLabels], [.. other.version.ReleaseLabels]);
        return order != 0 ? order : string.CompareOrdinal(version.Metadata, other.version.Metadata);
    }

    public bool Equals(KubernetesVersion other) =>
        string.Equals(version?.ToFullString(), other.version?.ToFullString(), StringComparison.Ordinal);

    public override int GetHashCode() => version is null ? 0 : StringComparer.Ordinal.GetHashCode(version.ToFullString());

    /// <summary>With the leading v.</summary>
    public override string ToString() => "v" + Number;

    public static bool operator <(KubernetesVersion left, KubernetesVersion right) => left.CompareTo(right) < 0;

    public static bool operator <=(KubernetesVersion left, KubernetesVersion right) => left.CompareTo(right) <= 0;

    public static bool operator >(KubernetesVersion left, KubernetesVersion right) => left.CompareTo(right) > 0;

    public static bool operator >=(KubernetesVersion left, KubernetesVersion right) => left.CompareTo(right) >= 0;
}
