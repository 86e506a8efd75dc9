using System.Runtime.CompilerServices;
using NodeForge.Images.Debian.Mirrors;
using NodeForge.Images.Fetching;

namespace NodeForge.EndToEnd.Tests.Locking;

/// <summary>A test that needs apt, a Debian mirror among its sources, and the archive's keyring.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class AptFactAttribute : FactAttribute
{
    public AptFactAttribute([CallerFilePath] string? sourceFilePath = null, [CallerLineNumber] int sourceLineNumber = -1)
        : base(sourceFilePath, sourceLineNumber)
    {
        if (!File.Exists("/usr/bin/apt-get"))
            Skip = "apt is not installed";
        else if (!File.Exists("/usr/share/keyrings/debian-archive-keyring.gpg"))
            Skip = "debian-archive-keyring is not installed";
        else if (DebianMirrors.OfThisMachine(HostEnvironment.FromProcess().Variable).Archive.Count == 0)
            Skip = "apt's sources have no Debian mirror";
    }
}
