using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;

namespace NodeForge.EndToEnd.Tests.Engines;

/// <summary>The smallest docker-archive that runs: Debian's static busybox and nothing else.</summary>
internal static class BusyboxArchive
{
    private const string Program = "/bin/busybox";

    public static Task WriteAsync(Stream target, string reference, CancellationToken cancellationToken) =>
        WriteAsync(target, reference, Layer(null), "[\"/bin/busybox\"]", cancellationToken);

    /// <summary>An image that passes for a node's, and does at boot what the script says.</summary>
    public static Task WriteNodeAsync(Stream target, string reference, string script, CancellationToken cancellationToken) =>
        WriteAsync(target, reference, Layer("v1.20.2"), $"[\"/bin/busybox\", \"sh\", \"-c\", \"{script}\"]", cancellationToken);

    private static async Task WriteAsync(
        Stream target,
        string reference,
        byte[] layer,
        string entrypoint,
        CancellationToken cancellationToken
    )
    {
        string diffId = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(layer));
        byte[] config = Encoding.UTF8.GetBytes(
            $$"""{"architecture":"amd64","os":"linux","config":{"Entrypoint":{{entrypoint}}},"rootfs":{"type":"layers","diff_ids":["{{diffId}}"]} }"""
        );
        byte[] manifest = Encoding.UTF8.GetBytes($$"""[{"Config":"config.json","RepoTags":["{{reference}}"],"Layers":["layer.tar"]}]""");
        await using TarWriter tar = new(target, TarEntryFormat.Ustar, leaveOpen: true);
        await AddAsync(tar, "config.json", config, cancellationToken);
        await AddAsync(tar, "layer.tar", layer, cancellationToken);
        await AddAsync(tar, "manifest.json", manifest, cancellationToken);
    }

    public static Task AddAsync(TarWriter tar, string name, byte[] content, CancellationToken cancellationToken) =>
        tar.WriteEntryAsync(
            new UstarTarEntry(TarEntryType.RegularFile, name)
            {
                DataStream = new MemoryStream(content),
                ModificationTime = DateTimeOffset.UnixEpoch,
            },
            cancellationToken
        );

    private static byte[] Layer(string? kubernetes)
    {
        Assert.True(File.Exists(Program), $"{Program} is missing: apt-get install busybox-static");
        using MemoryStream layer = new();
        using (TarWriter tar = new(layer, TarEntryFormat.Ustar, leaveOpen: true))
        {
            tar.WriteEntry(new UstarTarEntry(TarEntryType.Directory, "tmp/") { ModificationTime = DateTimeOffset.UnixEpoch });
            if (kubernetes is not null)
                tar.WriteEntry(
                    new UstarTarEntry(TarEntryType.RegularFile, "kind/version")
                    {
                        DataStream = new MemoryStream(Encoding.UTF8.GetBytes(kubernetes)),
                        ModificationTime = DateTimeOffset.UnixEpoch,
                    }
                );
            tar.WriteEntry(
                new UstarTarEntry(TarEntryType.RegularFile, "bin/busybox")
                {
                    DataStream = new MemoryStream(File.ReadAllBytes(Program)),
                    Mode = UnixFileMode.UserExecute | UnixFileMode.UserRead | UnixFileMode.OtherExecute | UnixFileMode.OtherRead,
                    ModificationTime = DateTimeOffset.UnixEpoch,
                }
            );
        }

        return layer.ToArray();
    }
}
