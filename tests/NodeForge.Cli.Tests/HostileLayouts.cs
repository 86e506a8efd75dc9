using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace NodeForge.Cli.Tests;

/// <summary>Layouts of one image of one layer, whatever that is.</summary>
internal static class HostileLayouts
{
    private const string Manifest = "application/vnd.oci.image.manifest.v1+json";

    public static void WriteLayout(this HostileRoom room, string folder, byte[] layer, string mediaType, string diffId)
    {
        byte[] config = Encoding.UTF8.GetBytes(
            $$$"""{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":["sha256:{{{diffId}}}"]}}"""
        );
        byte[] manifest = Encoding.UTF8.GetBytes(
            $$"""
            {"schemaVersion":2,"mediaType":"{{Manifest}}",
            "config":{{Descriptor(config, "application/vnd.oci.image.config.v1+json")}},"layers":[{{Descriptor(layer, mediaType)}}]}
            """
        );
        foreach (byte[] blob in (byte[][])[layer, config, manifest])
            room.Write(folder + "/blobs/sha256/" + Sha256(blob), blob);
        room.Write(folder + "/oci-layout", """{"imageLayoutVersion":"1.0.0"}""");
        string name = $$$"""{"org.opencontainers.image.ref.name":"example.test/{{{folder}}}:1"}""";
        string named = Descriptor(manifest, Manifest)[..^1] + ",\"annotations\":" + name + "}";
        room.Write(folder + "/index.json", $$"""{"schemaVersion":2,"manifests":[{{named}}]}""");
    }

    private static string Descriptor(byte[] blob, string mediaType) =>
        $$"""{"mediaType":"{{mediaType}}","digest":"sha256:{{Sha256(blob)}}","size":{{blob.Length}}}""";

    public static string Sha256(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    public static byte[] Pack(byte[] plain)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(plain);
        return packed.ToArray();
    }
}
