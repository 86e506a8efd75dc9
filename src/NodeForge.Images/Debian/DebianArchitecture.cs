using System.Runtime.InteropServices;
using NodeForge.Oci;

namespace NodeForge.Images.Debian;

/// <summary>Debian's names for what OCI calls an architecture.</summary>
public static class DebianArchitecture
{
    /// <summary>The machine's own, for programs that run during a build.</summary>
    public static string OfThisMachine =>
        RuntimeInformation.OSArchitecture switch
        {
            Architecture.X64 => "amd64",
            Architecture.Arm64 => "arm64",
            Architecture other => other.ToString().ToLowerInvariant(),
        };

    public static string Of(Platform platform) =>
        platform switch
        {
            { Architecture: "arm", Variant: "v7" } => "armhf",
            { Architecture: "arm" } => "armel",
            { Architecture: "386" } => "i386",
            { Architecture: "ppc64le" } => "ppc64el",
            _ => platform.Architecture,
        };
}
