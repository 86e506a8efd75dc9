using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using NodeForge.Engines;
using NodeForge.Engines.Connecting;
using NodeForge.Engines.Images;

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
        ImageDetails? image = await engine.Images.FindAsync(wanted.Image, cancellationToken).ConfigureAwait(false);
        string config = wanted.ConfigFile is { } file
            ? await File.ReadAllTextAsync(wanted.Host.Resolve(file), cancellationToken).ConfigureAwait(false)
            : string.Empty;
        string all = string.Join(
            '\0',
            [
                engine.Endpoint.Address.ToString(),
                image?.Id ?? wanted.Image,
                wanted.ControlPlanes.ToString(CultureInfo.InvariantCulture),
                wanted.Workers.ToString(CultureInfo.InvariantCulture),
                config,
            ]
        );
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(all)))[..8];
    }
}
