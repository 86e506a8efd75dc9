using System.Text;
using Microsoft.Build.Framework;
using NodeForge.Images;
using NodeForge.Oci;

namespace NodeForge.MSBuild;

/// <summary>One writes to a place at a time. Projects that share an output, in this build or another: the second finds what the first has
/// made.</summary>
internal static class OutputLock
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(2);

    public static Task<DigestLock> TakeAsync(
        string output,
        HostEnvironment host,
        TaskMessages messages,
        CancellationToken cancellationToken
    ) =>
        DigestLock.TakeAsync(
            Path.Combine(ForgeOptions.From(host).Cache, "locks", "output-" + Digest.Of(Encoding.UTF8.GetBytes(output)).Hex),
            Quiet,
            host.Clock,
            holder => messages.Say(MessageImportance.High, $"waiting for {holder}, which builds {output}"),
            cancellationToken
        );
}
