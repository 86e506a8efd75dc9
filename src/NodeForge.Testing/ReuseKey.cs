using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using NodeForge.Bundles.Reading;
using NodeForge.Engines;
using NodeForge.Engines.Connecting;

namespace NodeForge.Testing;

/// <summary>What makes two tests ask for the same cluster.</summary>
internal static class ReuseKey
{
    /// <returns>Eight hexadecimal digits.</returns>
    public static async Task<string> OfAsync(ClusterBuilder wanted, CancellationToken cancellationToken)
    {
        using EngineClient engine = await EngineClient
            .ConnectAsync(new EngineDiscovery(wanted.Host).Find(), cancellationToken)
            .ConfigureAwait(false);
        string image = wanted.Bundle is { } bundle
            ? $"{BundleFile.Open(wanted.Host.Resolve(bundle)).IndexDigest} {wanted.Image}"
            : (await engine.Images.FindAsync(wanted.Image!, cancellationToken).ConfigureAwait(false))?.Id ?? wanted.Image!;
        string config = wanted.ConfigFile is { } file
            ? await File.ReadAllTextAsync(wanted.Host.Resolve(file), cancellationToken).ConfigureAwait(false)
            : string.Empty;
        string all = string.Join(
            '\0',
            [
                engine.Endpoint.Address.ToString(),
                image,
                wanted.ControlPlanes.ToString(CultureInfo.InvariantCulture),
                wanted.Workers.ToString(CultureInfo.InvariantCulture),
                config,
                wanted.ReuseScope,
                .. wanted.LoadedImages,
            ]
        );
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(all)))[..8];
    }
}
