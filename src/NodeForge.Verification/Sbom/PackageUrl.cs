namespace NodeForge.Verification.Sbom;

/// <summary>Package URLs, by which scanners know components (purl-spec, types deb, golang, generic and oci).</summary>
internal static class PackageUrl
{
    public static string Of(VerifiedComponent component, OperatingSystemRelease? system)
    {
        if (component.Debian is { } debian)
            return OfDebian(component, debian, system);
        if (component.PreloadedAs is not null)
            return OfPreloaded(component);
        if (component.GoModule is { } module)
            return OfGo(module, component.Version) + (module == component.Name ? "" : "#" + Escape(component.Name));
        return $"pkg:generic/{Escape(component.Name)}{(component.Version is { } version ? "@" + Escape(version) : "")}{(component.Digest is { } digest ? $"?checksum={Escape(digest.ToString())}" : "")}";
    }

    public static string OfGo(string module, string? version) =>
        $"pkg:golang/{string.Join('/', module.Split('/').Select(Escape))}{(version is null ? "" : "@" + Escape(version))}";

    public static string Of(VerificationReport report) =>
        $"pkg:oci/{Escape(report.Image.Split('/')[^1].Split(':', '@')[0])}@{Escape(report.Manifest.ToString()!)}?arch={report.Platform?.Architecture}";

    // Qualifiers stand in the order of their names. "upstream" has the source package, with its version where that is another one.
    private static string OfDebian(VerifiedComponent component, DebianOrigin debian, OperatingSystemRelease? system)
    {
        string id = system?.Id ?? "debian";
        string distribution = system?.VersionId is { } number ? $"&distro={Escape($"{id}-{number}")}" : "";
        string source =
            debian.SourceName
            + (debian.SourceVersion == component.Version || debian.SourceVersion.Length == 0 ? "" : "@" + debian.SourceVersion);
        return $"pkg:deb/{Escape(id)}/{Escape(component.Name)}@{Escape(component.Version ?? "")}?arch={Escape(debian.Architecture)}{distribution}&upstream={Escape(source)}";
    }

    // purl-spec, type oci: the name is the repository's last part in lower case, the version the digest, and the rest qualifiers.
    private static string OfPreloaded(VerifiedComponent component) =>
        $"pkg:oci/{Escape(component.Name.Split('/')[^1])}{(component.Digest is { } digest ? "@" + Escape(digest.ToString()) : "")}"
        + $"?repository_url={Escape(component.Name)}{(component.Version is { } tag ? "&tag=" + Escape(tag) : "")}";

    private static string Escape(string text) => Uri.EscapeDataString(text);
}
