using System.Security.Cryptography;
using System.Text;

namespace NodeForge.Oci;

/// <summary>The digest that names a layer with all that are below it (image-spec config.md, "Layer ChainID").</summary>
public static class ChainId
{
    /// <param name="diffIds">From the bottom up; one at least.</param>
    public static Digest Of(IEnumerable<Digest> diffIds) =>
        diffIds.Aggregate((below, diffId) => Digest.FromHash(SHA256.HashData(Encoding.ASCII.GetBytes($"{below} {diffId}"))));
}
