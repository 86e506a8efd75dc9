using NodeForge.Oci;

namespace NodeForge.Verification.Sbom;

/// <summary>Package URLs, by which scanners know components (purl-spec, types deb, generic and oci).</summary>
internal static class PackageUrl
{
    public static string Of(VerifiedComponent component, Platform? platform)
    {
        if (!IsPackage(component))
            return $"pkg:generic/{Escape(component.Name)}{(component.Version is { } version ? "@" + Escape(version) : "")}{(component.Digest is { } digest ? $"?checksum={Escape(digest.ToString())}" : "")}";
        // The architecture is the last part of a package's file name: all, or Debian's word for the machine.
        string file = Path.GetFileNameWithoutExtension(component.Origin);
        string architecture = file.LastIndexOf('_') is > 0 and int at ? file[(at + 1)..] : platform?.Architecture ?? "amd64";
        return $"pkg:deb/debian/{Escape(component.Name)}@{Escape(component.Version ?? "")}?arch={Escape(architecture)}";
    }

    public static string Of(VerificationReport report) => $"pkg:oci/{Escape(report.Image.Split('/')[^1].Split(':', '@')[0])}@{Escape(report.Manifest.ToString()!)}?arch={report.Platform?.Architecture}";

    public static bool IsPackage(VerifiedComponent component) => component.Origin.EndsWith(".deb", StringComparison.Ordinal);

    private static string Escape(string text) => Uri.EscapeDataString(text);
}
